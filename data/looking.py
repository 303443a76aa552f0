"""`look`: what was understood of a dataset or file, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain, islice
from pathlib import Path
from typing import cast

import pandas as pd

from .arrow_files import flat
from .catalog import DATASETS
from .columns import find_column, first_repeated
from .dataset import ORDERED, Dataset
from .dataset_folders import is_dataset_folder
from .errors import BadData, Misuse
from .files import TableReading, check_path, split_part, suffix
from .kinds import is_constant, nested_type
from .loading import load
from .sampling import is_large
from .summary import (
    ColumnSummary,
    DataSummary,
    classes_summary,
    summarize_column,
    summarize_data,
    table_columns,
)
from .tables import TableOptions, from_reading
from .target import find_targets, infer_task


@dataclass(frozen=True)
class _Roles:
    """Which columns of a table are what."""

    targets: tuple[str, ...] = ()
    group: str = ""
    dropped: frozenset[str] = frozenset()


def look(
    data: str | Path | pd.DataFrame | Dataset,
    *,
    target: str | None = None,
    task: str | None = None,
    drop: Sequence[str] = (),
    group: str | None = None,
    header: bool | None = None,
    season: int | None = None,
    horizon: int | None = None,
    series: str | None = None,
    missing: Sequence[str] = (),
    drop_rows: str = "",
    most: int | None = None,
) -> DataSummary:
    """Summarize how data are read: each column's kind, role, example and gaps.

    Of a text file above 32 MB, and of Parquet above 500,000 rows, a sample is looked
    at, and a note says so.

    Parameters
    ----------
    data : str, Path, DataFrame or Dataset
        What `load` takes, a table in memory, or what `load` gave.
    target, task, drop, group, header, season, horizon, series, missing, drop_rows : \
optional
        As of `load`; without a target the columns of a table have no roles. Of a table
        in memory target, task, drop and group.
    most : int, optional
        Columns that are summarized; all by default.

    Returns
    -------
    DataSummary
        Its `repr` is the table that ``zoo look`` prints.

    Raises
    ------
    ZooError
        As `load`. What cannot be learned from is summarized all the same, and a note
        says why.

    Examples
    --------
    >>> from learnable import look
    >>> look("iris").columns[0].kind
    '3 classes'
    """
    of_files = {"missing": missing, "drop_rows": drop_rows, "header": header}
    given = [name for name, value in of_files.items() if value]
    if given and not isinstance(data, str | Path):
        msg = f"{given[0]} is for files, and a {type(data).__name__} was given"
        raise Misuse(f"{msg}; leave it out")
    if isinstance(data, Dataset):
        return summarize_data(data, most)
    if isinstance(data, pd.DataFrame):
        reading = TableReading(_checked(data))
        roles = _roles(reading.table, "the table", target, drop, group)
        return _of_table("the table", reading, roles, task, most)
    path = Path(data)
    options = TableOptions(target, task, drop, group, header, missing, drop_rows)
    if str(data) in DATASETS or not _is_table(path, task):
        asked = {f.name: getattr(options, f.name) for f in fields(options)}
        dataset = load(data, **asked, season=season, horizon=horizon, series=series)
        return summarize_data(dataset, most)
    if not is_dataset_folder(split_part(path)[0]):
        check_path(path)
    reading = options.read(path, sample=True)
    roles = _roles(reading.table, path.name, target, drop, group)
    if is_large(path):
        rows = f"a sample of {len(reading.table):,} rows"
        return _of_table(path.name, reading, roles, task, most, rows=rows)
    if not roles.targets:
        return _of_table(path.name, reading, roles, task, most)
    try:
        dataset = from_reading(path.name, reading, options)
    except BadData as error:
        told = f"it cannot be learned from as it is: {error}"
        reading = replace(reading, notes=(*reading.notes, told))
        return _of_table(path.name, reading, roles, task, most)
    return summarize_data(dataset, most)


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    """A table in memory with one text as the name of each column."""
    table = flat(table).rename(columns=str)
    twice = first_repeated(table.columns)
    if table.empty or twice is not None:
        said = f"{len(table):,} rows and {table.shape[1]:,} columns"
        said = said if table.empty else f"two columns named {twice!r}"
        raise BadData(f"the table has {said}; give one row at least, and other names")
    return table


def _is_table(path: Path, task: str | None) -> bool:
    """Whether a path is read as a table: no folder of arrays or images, no series."""
    whole = split_part(path)[0]
    if task in ORDERED or suffix(path) == ".npz" or not whole.exists():
        return False
    return whole.is_file() or is_dataset_folder(whole)


def _roles(
    table: pd.DataFrame,
    name: str,
    target: str | None,
    drop: Sequence[str],
    group: str | None,
) -> _Roles:
    names = list(table.columns)
    dropped = {find_column(d, names, what="column to drop") for d in drop}
    family = find_column(group, names, what="group column") if group else ""
    found = find_targets(target, names, name) if target is not None else []
    return _Roles(tuple(found), family, frozenset(dropped - {family}))


def _of_table(
    name: str,
    reading: TableReading,
    roles: _Roles,
    task: str | None,
    most: int | None,
    *,
    rows: str = "",
) -> DataSummary:
    """A table as it stands, the targets first."""
    table, notes = reading.table, reading.column_notes
    first = [*roles.targets, *([roles.group] if roles.group else [])]
    rest = table.drop(columns=[*first, *roles.dropped])
    special = (
        _special(cast("pd.Series", table[column]), column in roles.targets, task, notes)
        for column in first
    )
    others = table_columns(rest, notes, "feature" if roles.targets else "")
    columns = tuple(islice(chain(special, others), most))
    size = f"{rows or f'{len(table):,} rows'}, {table.shape[1]:,} columns"
    if len(roles.targets) == 1:
        answers = cast("pd.Series", table[roles.targets[0]])
        size = f"{size}, task {task or _task(answers) or 'unknown'}"
    total = table.shape[1] - len(roles.dropped)
    return DataSummary(name, size, columns, total, reading.notes)


def _special(
    column: pd.Series,
    is_target: bool,
    task: str | None,
    notes: Mapping[str, Sequence[str]],
) -> ColumnSummary:
    told = tuple(notes.get(str(column.name), ()))
    if is_target and (task or _task(column)) in ("binary", "multiclass"):
        known = column.dropna()
        codes, classes = pd.factorize(known.astype(str))
        made = classes_summary(str(column.name), codes, list(classes))
        gaps = float(column.isna().mean())
        return replace(made, missing=gaps, notes=(*told, *made.notes))
    made = summarize_column(column, "target" if is_target else "group", told)
    return replace(made, kind=made.kind.removesuffix(", id?"), notes=told)


def _task(column: pd.Series) -> str:
    """The task that a target's values stand for; "" where they stand for none."""
    known = column.dropna()
    if not len(known) or nested_type(known) or is_constant(known):
        return ""
    return infer_task(known)
