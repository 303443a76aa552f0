"""A dataset from a user's own table, arrays, or rows on disk."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from .dataset import Card, Dataset, Rest
from .errors import BadData, Misuse
from .files import read_arrays, read_table
from .magnitude import TOLD, is_too_large
from .stored import Stored, is_stored, open_stored
from .target import encode_target, encode_targets, find_column, find_targets

SAMPLE = 100_000
"""Most rows held in memory of a file that does not fit into it."""


def stored_rows(
    path: Path,
    target: str | None,
    drop: Sequence[str],
    group: str | None,
    memory: int | None,
) -> Stored | None:
    """The rows of a folder, or of a Parquet file that is too large; else None."""
    several = target is not None and "," in target
    if not is_stored(path) or (several and not path.is_dir()):
        return None
    rows = open_stored(path, target)
    if not path.is_dir() and (memory is None or rows.rows * rows.row_bytes <= memory):
        return None
    if drop or group:
        msg = f"--drop and --group do not go with {path.name}, which is left on disk"
        raise Misuse(f"{msg}; write a file without these columns")
    return rows


def from_stored(
    path: Path, rows: Stored, task: str | None, memory: int | None, seed: int
) -> Dataset:
    """The rows of a folder or file on disk, or a sample of them with the rest known."""
    answers = pd.Series(rows.answers, name=rows.name)
    usable = np.flatnonzero(answers.notna().to_numpy())
    if not len(usable):
        msg = f"the target {rows.name!r} of {path.name} is missing in all rows"
        raise BadData(f"{msg}; choose another --target")
    codes, classes, found = encode_target(answers.iloc[usable], task)
    y = np.zeros(rows.rows, codes.dtype)
    y[usable] = codes
    room = rows.rows if memory is None else memory // 4 // max(1, rows.row_bytes)
    fits = memory is None or rows.rows * rows.row_bytes <= memory
    numbers = usable
    notes = (*rows.notes, *_task_note(found, task))
    if not fits:
        rng = np.random.default_rng(seed)
        count = int(max(2, min(room, SAMPLE, len(usable))))
        numbers = np.sort(rng.choice(usable, count, replace=False))
        told = f"a sample of {count:,} of {rows.rows:,} rows is held in memory"
        notes = (*notes, f"{told}; only networks are trained on the others, from disk")
    x = rows.take(numbers)
    if isinstance(x, pd.DataFrame):
        x, empty = _usable(x, path)
        notes = (*notes, *empty)
    about = file_card(path, found, rows.name, x)
    rest = None if fits else Rest(rows, numbers, y, usable)
    return Dataset(x, y[numbers], about, classes, notes=notes, stored=rest)


def from_arrays(path: Path, task: str | None) -> Dataset:
    """The rows of an NPZ file."""
    x, target, n_test = read_arrays(path)
    if x.dtype.kind not in "buif" or x.ndim < 2 or not x.size:
        msg = f"{path.name}: x has shape {x.shape} and type {x.dtype}"
        msg = f"{msg}; needed are numbers of shape (rows, columns ...)"
        raise BadData(msg)
    if np.isnan(x).any() or is_too_large(x).any():
        msg = f"{path.name}: x holds missing values, {TOLD}; replace them first"
        raise BadData(msg)
    if target.dtype.kind not in "buifU" or pd.isna(target).any():
        msg = f"{path.name}: y has type {target.dtype}, {pd.isna(target).sum()} missing"
        msg = f"{msg}; needed are numbers or text in every row"
        raise BadData(msg)
    y, classes, found = encode_target(pd.Series(target, name="y"), task)
    if x.ndim == 2:
        x = pd.DataFrame(x, columns=[str(i) for i in range(x.shape[1])])
    about = file_card(path, found, "y", x)
    return Dataset(x, y, about, classes, n_test=n_test, notes=_task_note(found, task))


def from_table(
    path: Path,
    target: str | None,
    task: str | None,
    drop: Sequence[str],
    group: str | None,
    header: bool | None,
) -> Dataset:
    """The rows of a CSV, TSV or Parquet file."""
    table, notes = read_table(path, header=header)
    columns = list(table.columns)
    answers = find_targets(target, columns, path.name)
    dropped = {find_column(d, columns, what="column to drop") for d in drop}
    family = find_column(group, columns, what="group column") if group else None
    twice = [a for a in answers if a in dropped or a == family]
    if twice:
        msg = f"the target {twice[0]!r} is also named by --drop or --group"
        msg = f"{msg}; name another column"
        raise Misuse(msg)
    table = table.drop(columns=sorted(dropped - {family}))
    _refuse_nested(table, path)
    table, more = _with_target(table, answers, path)
    asked = pd.DataFrame({name: _column(table, name) for name in answers})
    y, classes, found = encode_targets(asked, task)
    used = [*answers, family] if family else answers
    x, empty = _usable(table.drop(columns=used), path)
    groups = None
    if family:
        groups = pd.factorize(_column(table, family), use_na_sentinel=False)[0]
    return Dataset(
        x,
        y,
        file_card(path, found, ", ".join(answers), x),
        classes,
        groups=groups,
        notes=(*notes, *more, *empty, *_task_note(found, task)),
        targets=tuple(answers) if len(answers) > 1 else (),
    )


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """One column; a table that we read has no two of a name."""
    return table.iloc[:, table.columns.tolist().index(name)]


def _refuse_nested(table: pd.DataFrame, path: Path) -> None:
    """Lists, records and bytes in a cell, as Parquet allows them, are refused."""
    plain = table.select_dtypes(exclude=["number", "bool", "datetime", "str"])
    for name in plain.columns:
        odd = [v for v in plain[name] if isinstance(v, (list, dict, bytes, np.ndarray))]
        if odd:
            msg = f"column {name!r} of {path.name} holds a {type(odd[0]).__name__}"
            msg = f"{msg} in a cell; --drop it or write its parts as columns"
            raise BadData(msg)


def _with_target(
    table: pd.DataFrame, answers: list[str], path: Path
) -> tuple[pd.DataFrame, list[str]]:
    """The rows that have a target; the others can teach and test nothing."""
    there = np.all([_column(table, a).notna().to_numpy() for a in answers], axis=0)
    missing = len(table) - int(there.sum())
    if missing == len(table):
        msg = f"the target {', '.join(answers)!r} of {path.name} is missing in all rows"
        msg = f"{msg}; choose another --target"
        raise BadData(msg)
    if not missing:
        return table, []
    kept = table.loc[there].reset_index(drop=True)
    return kept, [f"{missing:,} rows without a target were left out"]


def _usable(features: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The columns that hold anything; values nobody can compute with are refused."""
    empty = features.columns[features.isna().all()].tolist()
    kept = features.drop(columns=empty)
    if kept.shape[1] == 0:
        msg = f"{path.name} has no column to learn from besides the target"
        why = f" ({len(empty)} columns are missing in all rows)" if empty else ""
        msg = f"{msg}{why}; keep one column at least"
        raise BadData(msg)
    numbers = kept.select_dtypes("number")
    large = [str(c) for c in numbers.columns if _is_too_large(_column(numbers, c))]
    if large:
        msg = f"{path.name} holds {TOLD} in {', '.join(large[:10])}"
        msg = f"{msg}; replace them (an empty cell is allowed) or --drop COLUMN"
        raise BadData(msg)
    notes = [f"columns missing in all rows were left out: {', '.join(empty)}"]
    return kept, notes if empty else []


def _is_too_large(column: pd.Series) -> bool:
    if not pd.api.types.is_float_dtype(column.dtype):
        return False
    return bool(is_too_large(column.to_numpy(dtype="float64", na_value=np.nan)).any())


def _task_note(found: str, asked: str | None) -> tuple[str, ...]:
    if asked:
        return ()
    return (f"task {found}, by the target's values (--task overrules)",)


def file_card(path: Path, task: str, target: str, x: pd.DataFrame | np.ndarray) -> Card:
    return Card(
        name=path.name,
        title=f"{len(x):,} rows of {path.name}",
        task=task,  # type: ignore[arg-type]  (encode_target returns one of them)
        target=target,
        source="a file of the user",
        rows=len(x),
        columns=int(np.prod(x.shape[1:])),
    )
