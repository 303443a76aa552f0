"""One call that gives a dataset: by its name in the catalog, or from a file."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from .catalog import DATASETS, card
from .dataset import Card, Dataset, Rest, take
from .errors import BadData, Misuse
from .files import check_path, read_arrays, read_table, suffix
from .split import sample_rows
from .stored import Stored, is_stored, open_stored
from .target import encode_target, find_column

SAMPLE = 100_000
"""Most rows held in memory of a file that does not fit into it."""


def load(
    name: str | Path,
    *,
    target: str | None = None,
    task: str | None = None,
    drop: Sequence[str] = (),
    group: str | None = None,
    limit: int | None = None,
    header: bool | None = None,
    memory: int | None = None,
    seed: int = 0,
) -> Dataset:
    """A dataset of the catalog, or one read from a file.

    Parameters
    ----------
    name : str or Path
        A name of the catalog (`list_datasets`), or the path of a CSV, TSV (also
        ``.gz``), Parquet or NPZ file, of a folder with ``x.npy`` and ``y.npy``, or of
        a folder with one folder of images a class.
    target : str, optional
        The column to predict, by name or by position from 0 (-1 is the last). Needed
        for tables, not allowed otherwise.
    task : {"binary", "multiclass", "regression"}, optional
        Overrules what is inferred from the target's values (`infer_task`).
    drop : sequence of str
        Columns to leave out, by name or position.
    group : str, optional
        Column whose equal values mark rows that belong together; it is no feature.
    limit : int, optional
        Keep about so many rows: a seeded sample in which classes keep their shares
        and at least two rows each.
    header : bool, optional
        Whether the first line of a text file holds names; found out if None.
    memory : int, optional
        Bytes that the features may take. A Parquet file or a folder with more gives a
        sample of its rows that takes a quarter of that at most, and stays open for the
        others (`Dataset.stored`).
    seed : int
        Seeds generators and the sample.

    Raises
    ------
    ZooError
        `UnknownName` and `Misuse` for wrong arguments, `BadData` for content that
        cannot be learned from, `Offline` for a download that fails.

    Examples
    --------
    >>> from learnable import load
    >>> len(load("iris"))
    150
    """
    if limit is not None and limit < 2:
        msg = f"--limit must be 2 or more, got {limit}"
        raise Misuse(msg)
    path = Path(name)
    if str(name) not in DATASETS and (os.path.exists(path) or suffix(path)):
        if not path.is_dir():
            check_path(path)
        stored = _stored(path, target, drop, group, memory)
        if stored:
            dataset = _from_stored(path, stored, task, memory, seed)
        elif suffix(path) == ".npz":
            _refuse(f"{path.name}, which names its arrays", target, drop, group)
            dataset = _from_arrays(path, task)
        else:
            dataset = _from_table(path, target, task, drop, group, header)
    else:
        known = card(str(name))
        _refuse(f"{name!r} of the catalog, which has one", target, drop, group, task)
        dataset = _from_catalog(known, seed)
    if limit is not None and limit < len(dataset):
        dataset = _limited(dataset, limit, seed)
    return replace(dataset, sha256=_sha256(dataset))


def _stored(
    path: Path,
    target: str | None,
    drop: Sequence[str],
    group: str | None,
    memory: int | None,
) -> Stored | None:
    """The rows of a folder, or of a Parquet file that is too large; else None."""
    if not is_stored(path):
        return None
    rows = open_stored(path, target)
    if not path.is_dir() and (memory is None or rows.rows * rows.row_bytes <= memory):
        return None
    if drop or group:
        msg = f"--drop and --group do not go with {path.name}, which is left on disk"
        raise Misuse(f"{msg}; write a file without these columns")
    return rows


def _from_stored(
    path: Path, rows: Stored, task: str | None, memory: int | None, seed: int
) -> Dataset:
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
    notes = _task_note(found, task)
    if not fits:
        rng = np.random.default_rng(seed)
        count = int(max(2, min(room, SAMPLE, len(usable))))
        numbers = np.sort(rng.choice(usable, count, replace=False))
        told = f"a sample of {count:,} of {rows.rows:,} rows is held in memory"
        notes = (*notes, f"{told}; networks are trained on the others too, from disk")
    x = rows.take(numbers)
    if isinstance(x, pd.DataFrame):
        x, empty = _usable(x, path)
        notes = (*notes, *empty)
    about = _file_card(path, found, rows.name, x)
    rest = None if fits else Rest(rows, numbers, y, usable)
    return Dataset(x, y[numbers], about, classes, notes=notes, stored=rest)


def _refuse(whose: str, *options: object) -> None:
    if any(options):
        msg = f"--target, --task, --drop and --group do not go with {whose}"
        msg = f"{msg}; they are for tables. Leave them out."
        raise Misuse(msg)


def _from_catalog(known: Card, seed: int) -> Dataset:
    kind, _, what = known.entry.partition(":")
    if kind == "generate":
        from . import generate  # numpy and pandas, only when used

        x, y, classes = getattr(generate, what)(seed)
        return Dataset(x, y, known, classes)
    if kind == "bundled":
        from .bundled import load_bundled

        x, y, classes = load_bundled(what)
        return Dataset(x, y, known, classes)
    from .fetch import fetch_images

    (x_train, y_train, x_test, y_test), classes, notes = fetch_images(what)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    if len(y) != known.rows:
        notes = (*notes, f"{len(y):,} of the {known.rows:,} rows of the full set")
    return Dataset(x, y, known, classes, n_test=len(y_test), notes=notes)


def _from_arrays(path: Path, task: str | None) -> Dataset:
    x, target, n_test = read_arrays(path)
    if x.dtype.kind not in "buif" or x.ndim < 2 or not x.size:
        msg = f"{path.name}: x has shape {x.shape} and type {x.dtype}"
        msg = f"{msg}; needed are numbers of shape (rows, columns ...)"
        raise BadData(msg)
    if not np.isfinite(x).all():
        msg = f"{path.name}: x holds missing or infinite values; replace them first"
        raise BadData(msg)
    if target.dtype.kind not in "buifU" or pd.isna(target).any():
        msg = f"{path.name}: y has type {target.dtype}, {pd.isna(target).sum()} missing"
        msg = f"{msg}; needed are numbers or text in every row"
        raise BadData(msg)
    y, classes, found = encode_target(pd.Series(target, name="y"), task)
    if x.ndim == 2:
        x = pd.DataFrame(x, columns=[str(i) for i in range(x.shape[1])])
    about = _file_card(path, found, "y", x)
    return Dataset(x, y, about, classes, n_test=n_test, notes=_task_note(found, task))


def _from_table(
    path: Path,
    target: str | None,
    task: str | None,
    drop: Sequence[str],
    group: str | None,
    header: bool | None,
) -> Dataset:
    table, notes = read_table(path, header=header)
    columns = list(table.columns)
    if target is None:
        shown = ", ".join(columns[:20]) + (" ..." if len(columns) > 20 else "")
        msg = f"which column of {path.name} is to be predicted? Give --target"
        msg = f"{msg}; the columns are {shown}"
        raise Misuse(msg)
    answer = find_column(target, columns, what="target column")
    dropped = {find_column(d, columns, what="column to drop") for d in drop}
    family = find_column(group, columns, what="group column") if group else None
    if answer in dropped or answer == family:
        msg = f"the target {answer!r} is also named by --drop or --group"
        msg = f"{msg}; name another column"
        raise Misuse(msg)
    table = table.drop(columns=sorted(dropped - {family}))
    _refuse_nested(table, path)
    table, more = _with_target(table, answer, path)
    y, classes, found = encode_target(_column(table, answer), task)
    used = [answer, family] if family else [answer]
    x, empty = _usable(table.drop(columns=used), path)
    groups = None
    if family:
        groups = pd.factorize(_column(table, family), use_na_sentinel=False)[0]
    said = (*notes, *more, *empty, *_task_note(found, task))
    about = _file_card(path, found, answer, x)
    return Dataset(x, y, about, classes, groups=groups, notes=said)


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
    table: pd.DataFrame, answer: str, path: Path
) -> tuple[pd.DataFrame, list[str]]:
    """The rows that have a target; the others can teach and test nothing."""
    there = _column(table, answer).notna().to_numpy()
    missing = len(table) - int(there.sum())
    if missing == len(table):
        msg = f"the target {answer!r} of {path.name} is missing in all rows"
        msg = f"{msg}; choose another --target"
        raise BadData(msg)
    if not missing:
        return table, []
    kept = table.loc[there].reset_index(drop=True)
    return kept, [f"{missing:,} rows without a target were left out"]


def _usable(features: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The columns that hold anything; infinite values are refused."""
    empty = features.columns[features.isna().all()].tolist()
    kept = features.drop(columns=empty)
    if kept.shape[1] == 0:
        msg = f"{path.name} has no column to learn from besides the target"
        why = f" ({len(empty)} columns are missing in all rows)" if empty else ""
        msg = f"{msg}{why}; keep one column at least"
        raise BadData(msg)
    numbers = kept.select_dtypes("number")
    infinite = [str(c) for c in numbers.columns if _is_infinite(_column(numbers, c))]
    if infinite:
        msg = f"{path.name} holds infinite values in {', '.join(infinite[:10])}"
        msg = f"{msg}; replace them (an empty cell is allowed) or --drop COLUMN"
        raise BadData(msg)
    notes = [f"columns missing in all rows were left out: {', '.join(empty)}"]
    return kept, notes if empty else []


def _is_infinite(column: pd.Series) -> bool:
    if not pd.api.types.is_float_dtype(column.dtype):
        return False
    return bool(np.isinf(column.to_numpy(dtype="float64", na_value=np.nan)).any())


def _task_note(found: str, asked: str | None) -> tuple[str, ...]:
    if asked:
        return ()
    return (f"task {found}, by the target's values (--task overrules)",)


def _file_card(
    path: Path, task: str, target: str, x: pd.DataFrame | np.ndarray
) -> Card:
    return Card(
        name=path.name,
        title=f"{len(x):,} rows of {path.name}",
        task=task,  # type: ignore[arg-type]  (encode_target returns one of them)
        target=target,
        source="a file of the user",
        rows=len(x),
        columns=int(np.prod(x.shape[1:])),
    )


def _limited(dataset: Dataset, limit: int, seed: int) -> Dataset:
    rows = sample_rows(dataset, limit, seed=seed)
    y, classes = dataset.y[rows], dataset.classes
    note = f"a sample of {len(rows):,} of {len(dataset):,} rows (--limit)"
    return replace(
        dataset,
        x=take(dataset.x, rows),
        y=y,
        classes=classes,
        groups=None if dataset.groups is None else dataset.groups[rows],
        n_test=int((rows >= len(dataset) - dataset.n_test).sum()),
        stored=None,
        notes=(*dataset.notes, note),
    )


def _sha256(dataset: Dataset) -> str:
    digest = hashlib.sha256("\0".join(dataset.classes).encode())
    x = dataset.x
    if isinstance(x, pd.DataFrame):
        digest.update("\0".join(x.columns).encode())
        x = pd.util.hash_pandas_object(x, index=False).to_numpy()  # type: ignore[attr-defined]
    for part in (x, dataset.y, dataset.groups):
        if part is not None:
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
