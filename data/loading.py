"""One call that gives a dataset: by its name in the catalog, or from a file."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .catalog import DATASETS, card_of
from .characters import read_text, text_rows
from .columns import find_column
from .counts import count
from .dataset import ORDERED, TASKS, Card, Dataset, Dependence, row_hashes, take
from .dataset_folders import is_dataset_folder
from .errors import BadData, Misuse, UnknownName, unknown
from .files import (
    TableReading,
    check_path,
    read_arrays,
    read_rows,
    split_part,
    suffix,
)
from .magnitude import TOLD, is_too_large
from .missing import refuse_sentinel
from .numbers import STAYS_TEXT
from .open_stored import open_stored
from .panel_series import read_panel
from .series import read_series
from .split import sample_rows
from .stored import OnDiskRows, RemainingRows, is_stored
from .target import encode_target, encode_targets, find_targets


@dataclass(frozen=True)
class Order:
    """Settings for rows that have an order.

    Parameters
    ----------
    season, horizon : int, optional
        See `Series`; found out if None.
    series : str, optional
        The column that parts several series; see `read_panel`.
    limit : int, optional
        Keep the last so many steps of a series, the first so many characters of a
        text.
    folds : int, default 5
        That there must be room for at the end of a series.
    """

    season: int | None = None
    horizon: int | None = None
    limit: int | None = None
    folds: int = 5
    series: str | None = None


@dataclass(frozen=True)
class TableOptions:
    """Settings for reading a table; see `load`."""

    target: str | None = None
    task: str | None = None
    drop: Sequence[str] = ()
    group: str | None = None
    header: bool | None = None
    missing: Sequence[str] = ()
    drop_rows: str = ""

    def read(
        self, path: Path, *, dates: bool = True, sample: bool = False
    ) -> TableReading:
        """The table of a file; its dates stay text where they are read later."""
        return read_rows(
            path,
            header=self.header,
            target=self.target,
            missing=self.missing,
            drop_rows=self.drop_rows,
            dates=dates,
            sample=sample,
        )


def from_series(path: Path, options: TableOptions, order: Order) -> Dataset:
    """One column of a table in the order of its times: one series, or several.

    Parameters
    ----------
    path : Path
    options : TableOptions
        The target is needed where more than one column can be forecast.
    order : Order

    Raises
    ------
    BadData, Misuse
    """
    reading, target = options.read(path, dates=False), options.target
    table, notes = reading.table.reset_index(drop=True), list(reading.all_notes)
    if target is None and table.shape[1] <= 2:
        target = str(table.columns[-1])
    answers = find_targets(target, list(table.columns), path.name)
    if len(answers) > 1:
        msg = f"one series is forecast at a time, and --target names {len(answers)}"
        raise Misuse(f"{msg}; name one of {', '.join(answers)}")
    if order.limit is not None and order.limit < len(table) and not order.series:
        notes = [*notes, f"the last {order.limit:,} of {len(table):,} rows (--limit)"]
        table = table.tail(order.limit).reset_index(drop=True)
    steps: dict[str, Any] = {"season": order.season, "horizon": order.horizon}
    steps |= {"name": path.name, "folds": order.folds}
    names: tuple[str, ...] = ()
    if order.series:
        steps |= {"limit": order.limit}
        panel = read_panel(table, answers[0], order.series, **steps)
        values, series, more = panel.values, panel.order, [*panel.notes]
        names = panel.names
    else:
        values, series, more = read_series(table, answers[0], **steps)
    places = np.arange(len(values), dtype="float64").reshape(-1, 1)
    about = Card(
        name=path.name,
        title=f"{len(values):,} steps of {path.name}",
        task="forecast",
        target=answers[0],
        source="a file of the user",
        rows=len(values),
        columns=1,
    )
    return Dataset(
        places, values, about, notes=(*notes, *more), series=series, targets=names
    )


def from_text(path: Path, order: Order) -> Dataset:
    """A text: each character beside those before it.

    Raises
    ------
    BadData, Misuse
    """
    if not path.is_file():
        msg = f"there is no file {str(path)!r}; check the path of the text"
        raise Misuse(msg)
    text, notes = read_text(path)
    if order.limit is not None and order.limit < len(text):
        notes = [*notes, f"the first {order.limit:,} of {len(text):,} characters"]
        text = text[: order.limit]
    x, y, classes, n_test, more = text_rows(text, name=path.name)
    about = Card(
        name=path.name,
        title=f"{len(text):,} characters of {path.name}",
        task="characters",
        target="the next character",
        source="a file of the user",
        rows=len(y),
        columns=x.shape[1],
    )
    return Dataset(x, y, about, classes, n_test=n_test, notes=(*notes, *more))


def load(
    name: str | Path,
    *,
    target: str | None = None,
    task: str | None = None,
    drop: Sequence[str] = (),
    group: str | None = None,
    rows: str | None = None,
    limit: int | None = None,
    header: bool | None = None,
    missing: Sequence[str] = (),
    drop_rows: str = "",
    season: int | None = None,
    horizon: int | None = None,
    series: str | None = None,
    folds: int = 5,
    memory: int | None = None,
    seed: int = 0,
) -> Dataset:
    """A dataset of the catalog, or one read from a file.

    Parameters
    ----------
    name : str or Path
        A name of the catalog (`list_datasets`), or the path of a table (text, also
        packed; workbook, Parquet, Arrow, JSON, ARFF, SQLite) or NPZ file, of a folder
        with ``x.npy`` and ``y.npy``, with one folder of images a class (or two such,
        ``train`` and ``test``), or saved by `datasets`; ``#PART`` after it chooses a
        sheet, table, member or split. With task ``"characters"`` of a text.
    target : str, optional
        The column to predict, by name or by position from 0 (-1 is the last); several
        with commas between them. Needed for tables, not allowed otherwise.
    task : str, optional
        One of `TASKS`. Overrules what is inferred from the target's values
        (`infer_task`); a forecast and characters must be asked for.
    drop : sequence of str
        Columns to leave out, by name or position.
    group : str, optional
        Column whose equal values mark rows that belong together; it is no feature.
    rows : str, optional
        How rows depend on each other: ``"independent"``, ``"time"`` (by their order in
        the file) or ``"group:COL"``, the same as ``group``. Found out if None.
    limit : int, optional
        Keep about so many rows: a seeded sample in which classes keep their shares
        and at least two rows each; the last steps of a series, the first characters of
        a text.
    header : bool, optional
        Whether the first line of a text file holds names; found out if None.
    missing : sequence of str
        Values that stand for missing: ``"-999"`` in all columns, ``"price=-999"`` in
        one; texts too.
    drop_rows : str, default ""
        Rows to leave out, by their numbers from 1 below the header: ``"3,7,198-200"``.
    season, horizon : int, optional
        Of a forecast: steps after which the series repeats itself, and steps to
        forecast at a time. Found out from the dates if None.
    series : str, optional
        Of a forecast: the column whose values part several series, or several columns
        with commas between them. Each is forecast, and their scores are averaged.
    folds : int, default 5
        Of a forecast: that there must be room for at the end of the series.
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
    _check(limit, task, season, horizon, folds)
    dependence, group = _dependence(rows, group)
    path = Path(name)
    order = Order(season, horizon, limit, folds, series)
    if str(name) not in DATASETS and (
        os.path.exists(split_part(path)[0]) or suffix(path)
    ):
        table = TableOptions(target, task, drop, group, header, missing, drop_rows)
        dataset = _from_file(path, table, order, memory, seed)
    else:
        known = card_of(str(name))
        whose = f"{name!r} of the catalog, which has one"
        _refuse(whose, target, drop, group, task)
        _refuse_mending(whose, missing, drop_rows)
        dataset = _from_catalog(known, order, seed)
    if limit is not None and limit < len(dataset) and dataset.task not in ORDERED:
        dataset = _limited(dataset, limit, seed)
    if rows and dataset.task in ORDERED:
        msg = f"--rows does not go with {dataset.task}, whose rows have an order"
        raise Misuse(f"{msg}; leave it out")
    return replace(dataset, sha256=content_hash(dataset), dependence=dependence)


def _dependence(rows: str | None, group: str | None) -> tuple[Dependence, str | None]:
    """Read ``--rows``: how rows depend on each other, and the column of groups."""
    if rows is None:
        return "unknown", group
    if group:
        raise Misuse("--rows and --group both say which rows belong together; give one")
    kind, _, column = rows.partition(":")
    if kind == "group" and column:
        return "unknown", column
    told: dict[str, Dependence] = {"independent": "none", "time": "time"}
    if rows not in told:
        msg = f"--rows must be independent, time or group:COL, got {rows!r}"
        raise Misuse(msg)
    return told[rows], None


def _check(
    limit: int | None,
    task: str | None,
    season: int | None,
    horizon: int | None,
    folds: int,
) -> None:
    if task is not None and task not in TASKS:
        raise unknown("task", task, TASKS, see=f"Allowed are {', '.join(TASKS)}.")
    numbers = {
        "--limit": (limit, 2),
        "--season": (season, 1),
        "--horizon": (horizon, 1),
        "--folds": (folds, 2),
    }
    for option, (given, least) in numbers.items():
        if given is not None and given < least:
            raise Misuse(f"{option} must be {least} or more, got {given}")


def _from_file(
    path: Path, table: TableOptions, order: Order, memory: int | None, seed: int
) -> Dataset:
    if table.task == "characters":
        named = f"{path.name}, a text"
        _refuse(named, table.target, table.drop, table.group)
        _refuse_mending(named, table.missing, table.drop_rows)
        return from_text(path, order)
    saved = is_dataset_folder(split_part(path)[0])
    if not (path.is_dir() or saved):
        check_path(path)
    if table.task == "forecast":
        _refuse(f"{path.name}, a series", table.drop, table.group)
        return from_series(path, table, order)
    if order.season or order.horizon or order.series:
        msg = "--season, --horizon and --series go with --task forecast"
        raise Misuse(f"{msg}; add it, or leave them out")
    stored = None
    if not saved:
        stored = stored_rows(path, table, memory)
    if stored:
        return from_stored(path, stored, table.task, memory, seed)
    if suffix(path) == ".npz":
        named = f"{path.name}, which names its arrays"
        _refuse(named, table.target, table.drop, table.group)
        _refuse_mending(named, table.missing, table.drop_rows)
        return from_arrays(path, table.task)
    return from_table(path, table)


def _refuse(whose: str, *options: object) -> None:
    if any(options):
        msg = f"--target, --task, --drop and --group do not go with {whose}"
        msg = f"{msg}; they are for tables. Leave them out."
        raise Misuse(msg)


def _refuse_mending(whose: str, missing: Sequence[str], drop_rows: str) -> None:
    if missing or drop_rows:
        msg = f"--missing and --drop-rows do not go with {whose}; they are for tables"
        raise Misuse(f"{msg}. Leave them out.")


def _from_catalog(known: Card, order: Order, seed: int) -> Dataset:
    kind, _, what = known.entry.partition(":")
    if kind == "tiny":
        with as_file(files(__package__ or "learnable.data") / "tiny" / what) as path:
            text = known.task == "characters"
            if text:
                dataset = from_text(path, order)
            else:
                dataset = from_series(path, TableOptions(), order)
        return replace(dataset, card=known)
    if kind == "generate":
        from . import generate  # numpy and pandas, only when used

        x, y, classes = getattr(generate, what)(seed)
        return Dataset(x, y, known, classes)
    if kind == "bundled":
        from .generate import load_bundled

        x, y, classes = load_bundled(what)
        return Dataset(x, y, known, classes)
    from .fetch import fetch_images

    (x_train, y_train, x_test, y_test), classes, notes = fetch_images(what)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    if len(y) != known.rows:
        notes = (*notes, f"{len(y):,} of the {known.rows:,} rows of the full set")
    return Dataset(x, y, known, classes, n_test=len(y_test), notes=notes)


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
        row_numbers=None if dataset.row_numbers is None else dataset.row_numbers[rows],
        notes=(*dataset.notes, note),
    )


def content_hash(dataset: Dataset) -> str:
    """Return the SHA-256 of features, target and groups, in hexadecimal digits."""
    digest = hashlib.sha256(
        "\0".join(dataset.classes).encode("utf-8", "backslashreplace")
    )
    x = dataset.x
    if isinstance(x, pd.DataFrame):
        digest.update("\0".join(x.columns).encode())
        x = row_hashes(x)
    for part in (x, dataset.y, dataset.groups):
        if part is not None:
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


_SAMPLE = 100_000
"""Most rows held in memory of a file that does not fit into it."""


def stored_rows(
    path: Path, options: TableOptions, memory: int | None
) -> OnDiskRows | None:
    """The rows of a folder, or of a Parquet file that is too large; else None."""
    target = options.target
    several = target is not None and "," in target
    if not is_stored(path) or (several and not path.is_dir()):
        return None
    rows = open_stored(path, target)
    if not path.is_dir() and (memory is None or rows.rows * rows.row_bytes <= memory):
        return None
    if options.drop or options.group:
        msg = f"--drop and --group do not go with {path.name}, which is left on disk"
        raise Misuse(f"{msg}; write a file without these columns")
    if options.missing or options.drop_rows:
        msg = f"--missing and --drop-rows do not go with {path.name}, which is left on"
        raise Misuse(f"{msg} disk; write a file without these cells and rows")
    return rows


def from_stored(
    path: Path, rows: OnDiskRows, task: str | None, memory: int | None, seed: int
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
        count = int(max(2, min(room, _SAMPLE, len(usable))))
        numbers = np.sort(rng.choice(usable, count, replace=False))
        told = f"a sample of {count:,} of {rows.rows:,} rows is held in memory"
        notes = (*notes, f"{told}; only networks are trained on the others, from disk")
    x = rows.take(numbers)
    if isinstance(x, pd.DataFrame):
        x, empty = _usable(x, path)
        notes = (*notes, *empty)
    about = file_card(path, found, rows.name, x)
    last = rows.rows - rows.n_test
    _check_test_classes(y, rows.n_test, classes, path)
    rest = None if fits else RemainingRows(rows, numbers, y, usable[usable < last])
    n_test = int((numbers >= last).sum())
    return Dataset(
        x, y[numbers], about, classes, n_test=n_test, notes=notes, stored=rest
    )


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


def from_table(path: Path, options: TableOptions) -> Dataset:
    """The rows of a table."""
    return from_reading(path, options.read(path), options)


def from_reading(path: Path, reading: TableReading, options: TableOptions) -> Dataset:
    """The rows of a table that is read."""
    task, group = options.task, options.group
    table, notes, n_test = reading.table, reading.all_notes, reading.n_test
    columns = list(table.columns)
    answers = _targets(options.target, columns, path, notes)
    dropped = {find_column(d, columns, what="column to drop") for d in options.drop}
    family = find_column(group, columns, what="group column") if group else None
    twice = [a for a in answers if a in dropped or a == family]
    if twice:
        msg = f"the target {twice[0]!r} is also named by --drop or --group"
        msg = f"{msg}; name another column"
        raise Misuse(msg)
    table = table.drop(columns=sorted(dropped - {family}))
    _refuse_nested(table, path)
    first_test = table.index[len(table) - n_test] if n_test else 0
    table, more = _with_target(table, answers, path)
    n_test = int((table.index.to_numpy() >= first_test).sum()) if n_test else 0
    asked = pd.DataFrame({name: _column(table, name) for name in answers})
    try:
        y, classes, found = encode_targets(asked, task)
    except BadData as error:
        kept = [_kept_text(reading, name) for name in answers]
        raise BadData(f"{error}{''.join(kept)}") from error
    if found == "regression":
        for name in answers:
            refuse_sentinel(_column(asked, name))
    numbers = table.index.to_numpy() + 1
    table = table.reset_index(drop=True)
    used = [*answers, family] if family else answers
    x, empty = _usable(table.drop(columns=used), path)
    _check_test_classes(y, n_test, classes, path)
    return Dataset(
        x,
        y,
        file_card(path, found, ", ".join(answers), x),
        classes,
        groups=_groups(table, family) if family else None,
        n_test=n_test,
        notes=(*notes, *more, *empty, *_task_note(found, task)),
        targets=tuple(answers) if len(answers) > 1 else (),
        row_numbers=numbers,
        date_formats=reading.date_formats,
        group=family or "",
        column_notes=reading.column_notes,
    )


def _kept_text(reading: TableReading, name: str) -> str:
    """Say what keeps a column from being numbers; "" where that is not known."""
    notes = reading.column_notes.get(name, ())
    told = [note for note in notes if note.startswith(STAYS_TEXT)]
    return f" Column {name!r} {told[0]}." if told else ""


def _groups(table: pd.DataFrame, family: str) -> np.ndarray:
    return pd.factorize(_column(table, family), use_na_sentinel=False)[0]


def _targets(
    target: str | None, columns: list[str], path: Path, notes: Sequence[str]
) -> list[str]:
    """The target's columns; where no names were found, the error says so."""
    try:
        return find_targets(target, columns, path.name)
    except UnknownName as error:
        if not any(note.startswith("no header line") for note in notes):
            raise
        msg = f"{error} No line of {path.name} was taken for names: --header says"
        raise UnknownName(f"{msg} that the first one holds them.") from error


def _check_test_classes(
    y: np.ndarray, n_test: int, classes: tuple[str, ...], path: Path
) -> None:
    """Refuse official test rows of a class that no training row has."""
    if not (n_test and classes and y.ndim == 1):
        return
    new = np.setdiff1d(y[-n_test:], y[:-n_test])
    if len(new):
        msg = f"class {classes[int(new[0])]!r} of {path.name} is in the test rows alone"
        raise BadData(f"{msg}; give training rows of it, or leave it out")


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
    """The rows that have a target, by their numbers; others can teach nothing."""
    there = np.all([_column(table, a).notna().to_numpy() for a in answers], axis=0)
    missing = len(table) - int(there.sum())
    if missing == len(table):
        msg = f"the target {', '.join(answers)!r} of {path.name} is missing in all rows"
        msg = f"{msg}; choose another --target"
        raise BadData(msg)
    if not missing:
        return table, []
    return table.loc[there], [f"{count(missing, *_WITHOUT)} left out"]


_WITHOUT = "row without a target was", "rows without a target were"


def _usable(features: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, list[str]]:
    """The columns that hold anything; values nobody can compute with are refused."""
    empty = features.columns[features.isna().all()].tolist()
    kept = features.drop(columns=empty)
    if kept.shape[1] == 0:
        msg = f"{path.name} has no column to learn from besides the target"
        gone = count(len(empty), "column is", "columns are")
        why = f" ({gone} missing in all rows)" if empty else ""
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
