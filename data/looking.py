"""What was understood of a dataset or file, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, cast

import pandas as pd

from .catalog import DATASETS
from .columns import find_column
from .dataset import ORDERED
from .dataset_folders import is_dataset_folder
from .errors import BadData, Misuse
from .files import TableReading, check_path, split_part, suffix
from .in_memory import TABLE, as_frame, as_pair, frame_reading
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


PROBLEM = "it cannot be learned from as it is: "
"""How the note begins that says why."""


def summarize_reading(
    data: Any,
    target: Any = None,
    *,
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
    """Summarize how data are read; see `learnable.look`.

    Parameters
    ----------
    most : int, optional
        Columns that are summarized; all by default.

    Raises
    ------
    ZooError
    """
    data, target = as_pair(data, target)
    options = TableOptions(target, task, drop, group, header, missing, drop_rows)
    frame = None if isinstance(data, str | Path) else as_frame(data)
    if frame is not None and task not in ORDERED:
        if header is not None:
            raise Misuse("--header is for files; leave it out")
        reading = frame_reading(frame, options, dates=True)
        return _summarize_table_reading(TABLE, reading, options, most)
    is_path = isinstance(data, str | Path)
    if not is_path or str(data) in DATASETS or not _is_table(Path(data), task):
        asked = {f.name: getattr(options, f.name) for f in fields(options)}
        dataset = load(data, **asked, season=season, horizon=horizon, series=series)
        return summarize_data(dataset, most)
    path = Path(data)
    if not is_dataset_folder(split_part(path)[0]):
        check_path(path)
    reading = options.read(path, sample=True)
    if is_large(path):
        rows = f"a sample of {len(reading.table):,} rows"
        roles = _roles(reading.table, path.name, options)
        return _summarize_table(path.name, reading, roles, task, most, rows=rows)
    return _summarize_table_reading(path.name, reading, options, most)


def _summarize_table_reading(
    name: str, reading: TableReading, options: TableOptions, most: int | None
) -> DataSummary:
    """A table that is read; where it cannot be learned from, a note says why."""
    roles = _roles(reading.table, name, options)
    if not roles.targets:
        return _summarize_table(name, reading, roles, options.task, most)
    try:
        dataset = from_reading(name, reading, options)
    except BadData as error:
        notes = (*reading.notes, f"{PROBLEM}{error}")
        reading = replace(reading, notes=notes)
        return _summarize_table(name, reading, roles, options.task, most)
    return summarize_data(dataset, most)


def _is_table(path: Path, task: str | None) -> bool:
    """Whether a path is read as a table: no folder of arrays or images, no series."""
    whole = split_part(path)[0]
    if task in ORDERED or suffix(path) == ".npz" or not whole.exists():
        return False
    return whole.is_file() or is_dataset_folder(whole)


def _roles(table: pd.DataFrame, name: str, options: TableOptions) -> _Roles:
    names, target, group = list(table.columns), options.target, options.group
    dropped = {find_column(d, names, what="column to drop") for d in options.drop}
    family = find_column(group, names, what="group column") if group else ""
    found = find_targets(target, names, name) if target is not None else []
    return _Roles(tuple(found), family, frozenset(dropped - {family}))


def _summarize_table(
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
    column_notes = tuple(notes.get(str(column.name), ()))
    if is_target and (task or _task(column)) in ("binary", "multiclass"):
        known = column.dropna()
        codes, classes = pd.factorize(known.astype(str))
        made = classes_summary(str(column.name), codes, list(classes))
        gaps = float(column.isna().mean())
        return replace(made, missing=gaps, notes=(*column_notes, *made.notes))
    made = summarize_column(column, "target" if is_target else "group", column_notes)
    return replace(made, kind=made.kind.removesuffix(", id?"), notes=column_notes)


def _task(column: pd.Series) -> str:
    """The task that a target's values stand for; "" where they stand for none."""
    known = column.dropna()
    if not len(known) or nested_type(known) or is_constant(known):
        return ""
    return infer_task(known)
