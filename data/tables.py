"""A table's columns as a dataset: features, target, groups; or a series."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .columns import find_column
from .counts import count
from .dataset import Card, Dataset, Task
from .errors import BadData, Misuse, UnknownName
from .files import TableReading, convert_table, read_rows
from .kinds import nested_type
from .magnitude import TOLD, is_too_large
from .missing import refuse_sentinel
from .numbers import STAYS_TEXT
from .panel_series import read_panel
from .series import read_series
from .target import encode_targets, find_targets


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

    def convert(
        self, table: pd.DataFrame, name: str, *, dates: bool = True
    ) -> TableReading:
        """Convert a table in memory as that of a file."""
        return convert_table(
            table, name, self.target, self.missing, self.drop_rows, dates=dates
        )


def from_series(
    name: str, reading: TableReading, options: TableOptions, order: Order
) -> Dataset:
    """One column of a table in the order of its times: one series, or several.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    reading : TableReading
        Its dates left as text.
    options : TableOptions
        The target is needed where more than one column can be forecast.
    order : Order

    Raises
    ------
    BadData, Misuse
    """
    target = options.target
    table, notes = reading.table.reset_index(drop=True), list(reading.all_notes)
    if target is None and table.shape[1] <= 2:
        target = str(table.columns[-1])
    answers = find_targets(target, list(table.columns), name)
    if len(answers) > 1:
        msg = f"one series is forecast at a time, and --target names {len(answers)}"
        raise Misuse(f"{msg}; name one of {', '.join(answers)}")
    if order.limit is not None and order.limit < len(table) and not order.series:
        notes = [*notes, f"the last {order.limit:,} of {len(table):,} rows (--limit)"]
        table = table.tail(order.limit).reset_index(drop=True)
    steps: dict[str, Any] = {"season": order.season, "horizon": order.horizon}
    steps |= {"name": name, "folds": order.folds}
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
        name=name,
        title=f"{len(values):,} steps of {name}",
        task="forecast",
        target=answers[0],
        source="a file of the user",
        rows=len(values),
        columns=1,
    )
    return Dataset(
        places, values, about, notes=(*notes, *more), series=series, targets=names
    )


def from_reading(name: str, reading: TableReading, options: TableOptions) -> Dataset:
    """The rows of a table that is read."""
    task, group = options.task, options.group
    table, notes, n_test = reading.table, reading.all_notes, reading.n_test
    columns = list(table.columns)
    answers = _targets(options.target, columns, name, notes)
    dropped = {find_column(d, columns, what="column to drop") for d in options.drop}
    family = find_column(group, columns, what="group column") if group else None
    twice = [a for a in answers if a in dropped or a == family]
    if twice:
        msg = f"the target {twice[0]!r} is also named by --drop or --group"
        msg = f"{msg}; name another column"
        raise Misuse(msg)
    table = table.drop(columns=sorted(dropped - {family}))
    _refuse_nested(table, name)
    first_test = table.index[len(table) - n_test] if n_test else 0
    table, more = _with_target(table, answers, name)
    n_test = int((table.index.to_numpy() >= first_test).sum()) if n_test else 0
    asked = pd.DataFrame({one: _column(table, one) for one in answers})
    try:
        y, classes, found = encode_targets(asked, task)
    except BadData as error:
        kept = [_explain_text_column(reading, one) for one in answers]
        raise BadData(f"{error}{''.join(kept)}") from error
    if found == "regression":
        for one in answers:
            refuse_sentinel(_column(asked, one))
    numbers = table.index.to_numpy() + 1
    table = table.reset_index(drop=True)
    used = [*answers, family] if family else answers
    numeric = found == "regression" and len(answers) == 1
    x, empty = usable_columns(table.drop(columns=used), name, numeric=numeric)
    check_test_classes(y, n_test, classes, name)
    series = _series_note(x, answers[0]) if numeric and not (task or family) else ()
    return Dataset(
        x,
        y,
        file_card(name, found, ", ".join(answers), x),
        classes,
        groups=_groups(table, family) if family else None,
        n_test=n_test,
        notes=(*notes, *more, *empty, *task_note(found, task), *series),
        targets=tuple(answers) if len(answers) > 1 else (),
        row_numbers=numbers,
        date_formats=reading.date_formats,
        group=family or "",
        column_notes=reading.column_notes,
    )


def _explain_text_column(reading: TableReading, name: str) -> str:
    """Say what keeps a column from being numbers; "" where that is not known."""
    notes = reading.column_notes.get(name, ())
    text_notes = [note for note in notes if note.startswith(STAYS_TEXT)]
    return f" Column {name!r} {text_notes[0]}." if text_notes else ""


def _groups(table: pd.DataFrame, family: str) -> np.ndarray:
    return pd.factorize(_column(table, family), use_na_sentinel=False)[0]


def _targets(
    target: str | None, columns: list[str], name: str, notes: Sequence[str]
) -> list[str]:
    """The target's columns; where no names were found, the error says so."""
    try:
        return find_targets(target, columns, name)
    except UnknownName as error:
        if not any(note.startswith("no header line") for note in notes):
            raise
        msg = f"{error} No line of {name} was taken for names: --header says"
        raise UnknownName(f"{msg} that the first one holds them.") from error


def check_test_classes(
    y: np.ndarray, n_test: int, classes: tuple[str, ...], name: str
) -> None:
    """Refuse official test rows of a class that no training row has."""
    if not (n_test and classes and y.ndim == 1):
        return
    new = np.setdiff1d(y[-n_test:], y[:-n_test])
    if len(new):
        msg = f"class {classes[int(new[0])]!r} of {name} is in the test rows alone"
        raise BadData(f"{msg}; give training rows of it, or leave it out")


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """One column; a table that we read has no two of a name."""
    return table.iloc[:, table.columns.tolist().index(name)]


def _refuse_nested(table: pd.DataFrame, name: str) -> None:
    """Lists, records and bytes in a cell, as Parquet allows them, are refused."""
    plain = table.select_dtypes(exclude=["number", "bool", "datetime", "str"])
    for column in plain.columns:
        if kind := nested_type(_column(plain, column)):
            article = "" if kind == "bytes" else "a "
            msg = f"column {column!r} of {name} holds {article}{kind} in a cell; leave"
            raise BadData(f"{msg} it out with --drop, or write its parts as columns")


def _with_target(
    table: pd.DataFrame, answers: list[str], name: str
) -> tuple[pd.DataFrame, list[str]]:
    """The rows that have a target, by their numbers; others can teach nothing."""
    there = np.all([_column(table, a).notna().to_numpy() for a in answers], axis=0)
    missing = len(table) - int(there.sum())
    if missing == len(table):
        msg = f"the target {', '.join(answers)!r} of {name} is missing in all rows"
        msg = f"{msg}; choose another --target"
        raise BadData(msg)
    if not missing:
        return table, []
    return table.loc[there], [f"{count(missing, *_WITHOUT)} left out"]


_WITHOUT = "row without a target was", "rows without a target were"


def usable_columns(
    features: pd.DataFrame, name: str, *, numeric: bool = False
) -> tuple[pd.DataFrame, list[str]]:
    """The columns that hold anything; values nobody can compute with are refused.

    Numbers without a column beside them may be a series.
    """
    empty = features.columns[features.isna().all()].tolist()
    kept = features.drop(columns=empty)
    if kept.shape[1] == 0:
        msg = f"{name} has no column to learn from besides the target"
        gone = count(len(empty), "column is", "columns are")
        why = f" ({gone} missing in all rows)" if empty else ""
        msg = f"{msg}{why}; keep one column at least"
        if numeric and not empty:
            msg = f"{msg}, or give --task forecast if its values follow each other"
        raise BadData(msg)
    numbers = kept.select_dtypes("number")
    large = [str(c) for c in numbers.columns if _is_too_large(_column(numbers, c))]
    if large:
        msg = f"{name} holds {TOLD} in {', '.join(large[:10])}"
        msg = f"{msg}; replace them (an empty cell is allowed) or leave the columns"
        raise BadData(f"{msg} out with --drop")
    notes = [f"columns missing in all rows were left out: {', '.join(empty)}"]
    return kept, notes if empty else []


def _is_too_large(column: pd.Series) -> bool:
    if not pd.api.types.is_float_dtype(column.dtype):
        return False
    return bool(is_too_large(column.to_numpy(dtype="float64", na_value=np.nan)).any())


def task_note(found: str, asked: str | None) -> tuple[str, ...]:
    if asked:
        return ()
    return (f"task {found}, by the target's values (--task overrules)",)


_LEAST_STEPS = 30
"""Rows, from which on a table in the order of a time is called a series."""


def _series_note(x: pd.DataFrame, target: str) -> tuple[str, ...]:
    """A word on forecasts, where each row is later than the one before."""
    if len(x) < _LEAST_STEPS:
        return ()
    times = x.select_dtypes(["datetime", "datetimetz"])
    for name in times.columns:
        column = pd.Index(times[name])
        if not column.hasnans and column.is_unique and column.is_monotonic_increasing:
            return (
                f"each row has a later {str(name)!r} than the one before: --task "
                f"forecast predicts {target!r} from its own past",
            )
    return ()


def file_card(name: str, task: Task, target: str, x: pd.DataFrame | np.ndarray) -> Card:
    return Card(
        name=name,
        title=f"{len(x):,} rows of {name}",
        task=task,
        target=target,
        source="a file of the user",
        rows=len(x),
        columns=int(np.prod(x.shape[1:])),
    )
