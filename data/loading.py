"""One call that gives a dataset: from memory, a file, or the catalog by its name."""

import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from .catalog import DATASETS, card_of
from .characters import read_text, text_rows
from .check_dataset import check_dataset, content_hash
from .dataset import ORDERED, TASKS, Card, Dataset, Dependence, take
from .dataset_folders import is_dataset_folder
from .errors import BadData, Misuse, python_call, unknown
from .files import (
    check_path,
    read_arrays,
    split_part,
    suffix,
)
from .in_memory import as_pair, from_memory
from .magnitude import TOLD, is_too_large
from .open_stored import open_stored
from .split import sample_rows
from .stored import OnDiskRows, RemainingRows, is_stored
from .tables import (
    Order,
    TableOptions,
    check_test_classes,
    file_card,
    from_reading,
    from_series,
    task_note,
    usable_columns,
)
from .target import encode_target


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


class LookOptions(TypedDict, total=False):
    """Arguments of `load` that say how columns are read."""

    task: str | None
    drop: Sequence[str]
    group: str | None
    header: bool | None
    missing: Sequence[str]
    drop_rows: str
    season: int | None
    horizon: int | None
    series: str | None


class ReadingOptions(LookOptions, total=False):
    """Arguments of `load` that other functions hand on to it."""

    rows: str | None
    limit: int | None
    memory: int | None


@python_call
def load(
    data: Any,
    target: Any = None,
    *,
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
    """Make a dataset of a file, a name of the catalog, or data in memory.

    Parameters
    ----------
    data : str, Path, DataFrame, (X, y), tf.data.Dataset or Dataset
        A table of pandas, or of any library that narwhals reads (polars, pyarrow ...);
        features and targets, of which features may be a table, an array of shape
        (n_rows, n_columns), images (n_rows, height, width[, channels]) or texts; of a
        ``tf.data.Dataset`` of pairs the first 100,000 rows; a name of the catalog
        (`list_datasets`), or the path of a table (text, also packed; workbook, Parquet,
        Arrow, JSON, ARFF, SQLite) or NPZ file, of a folder of Parquet files with the
        same columns, with ``x.npy`` and ``y.npy``, with one folder of images a class
        (or two such, ``train`` and ``test``), or saved by `datasets`; ``#PART`` after
        it chooses a sheet, table, member or split. With task ``"characters"`` of a
        text.
    target : str, int or array, optional
        The column to predict, by name or by position from 0 (-1 is the last); several
        with commas between them. Needed for tables, not allowed otherwise. An array of
        shape (n_rows,) are the targets themselves, and ``data`` the features.
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
        Of files: whether the first line of a text file holds names; found out if None.
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
        cannot be learned from, `DownloadError` for a download that fails.

    Examples
    --------
    >>> from learnable import load
    >>> len(load("iris"))
    150
    >>> import pandas as pd
    >>> table = pd.DataFrame({"size": range(60), "kind": ["a", "b"] * 30})
    >>> load(table, target="kind").classes
    ('a', 'b')
    """
    _check(limit, task, season, horizon, folds)
    dependence, group = _dependence(rows, group)
    data, name = as_pair(data, target)
    table = TableOptions(name, task, _listed(drop), group, header, missing, drop_rows)
    order = Order(season, horizon, limit, folds, series)
    if isinstance(data, Dataset):
        _refuse_reading(table, order, rows)
        return check_dataset(data)
    if not isinstance(data, str | Path):
        dataset = from_memory(data, table, order)
    elif _is_path(data):
        dataset = _from_file(Path(data), table, order, memory, seed)
    else:
        known = card_of(str(data))
        whose = f"{str(data)!r} of the catalog, which has one"
        _refuse(whose, name, drop, group, task)
        _refuse_cleaning(whose, missing, drop_rows)
        dataset = _from_catalog(known, order, seed)
    if limit is not None and limit < len(dataset) and dataset.task not in ORDERED:
        dataset = _limited(dataset, limit, seed)
    if rows and dataset.task in ORDERED:
        msg = f"--rows does not go with {dataset.task}, whose rows have an order"
        raise Misuse(f"{msg}; leave it out")
    return replace(dataset, sha256=content_hash(dataset), dependence=dependence)


def _is_path(data: str | Path) -> bool:
    """Whether a file is meant, and no name of the catalog."""
    path = Path(data)
    return str(data) not in DATASETS and bool(
        os.path.exists(split_part(path)[0]) or suffix(path)
    )


def _listed(names: Sequence[str] | str) -> Sequence[str]:
    """Names of columns; one alone may be given as it is."""
    return (names,) if isinstance(names, str) else names


def _refuse_reading(table: TableOptions, order: Order, rows: str | None) -> None:
    """Refuse what says how a file or table is read of a `Dataset`, which is read."""
    plain = asdict(TableOptions()) | asdict(Order()) | {"rows": None}
    asked = asdict(table) | asdict(order) | {"rows": rows, "folds": plain["folds"]}
    odd = [name for name, value in asked.items() if value != plain[name]]
    if odd:
        msg = f"{', '.join(odd)} cannot be given with a Dataset, which is loaded"
        raise Misuse(f"{msg} already; omit it, or give the file's path or the table")


def _dependence(rows: str | None, group: str | None) -> tuple[Dependence, str | None]:
    """Read ``--rows``: how rows depend on each other, and the column of groups."""
    if rows is None:
        return "unknown", group
    if group:
        raise Misuse("--rows and --group both say which rows belong together; give one")
    kind, _, column = rows.partition(":")
    if kind == "group" and column:
        return "unknown", column
    facts: dict[str, Dependence] = {"independent": "none", "time": "time"}
    if rows not in facts:
        msg = f"--rows must be independent, time or group:COL, got {rows!r}"
        raise Misuse(msg)
    return facts[rows], None


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
        whole = isinstance(given, int | np.integer | None)
        if not whole or (given is not None and given < least):
            raise Misuse(f"{option} must be {least} or more, got {given!r}")


def _from_file(
    path: Path, table: TableOptions, order: Order, memory: int | None, seed: int
) -> Dataset:
    if table.task == "characters":
        named = f"{path.name}, a text"
        _refuse(named, table.target, table.drop, table.group)
        _refuse_cleaning(named, table.missing, table.drop_rows)
        return from_text(path, order)
    saved = is_dataset_folder(split_part(path)[0])
    if not (path.is_dir() or saved):
        check_path(path)
    if table.task == "forecast":
        _refuse(f"{path.name}, a series", table.drop, table.group)
        return from_series(path.name, table.read(path, dates=False), table, order)
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
        _refuse_cleaning(named, table.missing, table.drop_rows)
        return from_arrays(path, table.task)
    return from_reading(path.name, table.read(path), table)


def _refuse(whose: str, *options: object) -> None:
    if any(options):
        msg = f"--target, --task, --drop and --group do not go with {whose}"
        msg = f"{msg}; they are for tables. Leave them out."
        raise Misuse(msg)


def _refuse_cleaning(whose: str, missing: Sequence[str], drop_rows: str) -> None:
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
                options = TableOptions()
                reading = options.read(path, dates=False)
                dataset = from_series(path.name, reading, options, order)
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
    known = np.flatnonzero(answers.notna().to_numpy())
    if not len(known):
        msg = f"the target {rows.name!r} of {path.name} is missing in all rows"
        raise BadData(f"{msg}; choose another --target")
    codes, classes, found = encode_target(answers.iloc[known], task)
    y = np.zeros(rows.rows, codes.dtype)
    y[known] = codes
    room = rows.rows if memory is None else memory // 4 // max(1, rows.row_bytes)
    fits = memory is None or rows.rows * rows.row_bytes <= memory
    numbers = known
    notes = (*rows.notes, *task_note(found, task))
    if not fits:
        rng = np.random.default_rng(seed)
        count = int(max(2, min(room, _SAMPLE, len(known))))
        numbers = np.sort(rng.choice(known, count, replace=False))
        message = f"a sample of {count:,} of {rows.rows:,} rows is held in memory"
        notes = (
            *notes,
            f"{message}; only networks are trained on the others, from disk",
        )
    x = rows.take(numbers)
    if isinstance(x, pd.DataFrame):
        x, empty = usable_columns(x, path.name)
        notes = (*notes, *empty)
    about = file_card(path.name, found, rows.name, x)
    last = rows.rows - rows.n_test
    check_test_classes(y, rows.n_test, classes, path.name)
    rest = None if fits else RemainingRows(rows, numbers, y, known[known < last])
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
    about = file_card(path.name, found, "y", x)
    return Dataset(x, y, about, classes, n_test=n_test, notes=task_note(found, task))
