"""Rows that are no rows of the table: totals below it, units above it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data import Dataset
from .context import RuleResult, TableContext, found
from .registry import rule

TOTALS = frozenset(
    {
        *("total", "totals", "grand total", "subtotal", "sub-total", "sub total"),
        *("sum", "totaal", "totale", "general total", "total général", "suma"),
        *("total general", "summe", "gesamt", "insgesamt", "somme"),
        *("gesamtsumme", "gesamtergebnis", "zwischensumme"),
        *("average", "mean", "durchschnitt", "mittelwert", "moyenne", "promedio"),
    }
)
"""What the first cell of a row with a sum or mean says, in lower case."""
_MOST_SHARE = 0.02
"""From this share on, such a word is a category, as in tables of statistics offices."""
_LEAST_ROWS = 10
_TIMES = 50.0
"""So many times the largest other value, and at the end: a sum, and no outlier."""
_CLOSE = 1e-3
"""Relative difference to a sum of rounded numbers."""
_GAPS = 0.05
"""Share of missing cells up to which a column has its first one for a reason."""


@rule("D318")
def summary_rows(context: TableContext) -> RuleResult | None:
    """Totals and means among the rows, and a line of units above them."""
    dataset = context.learned.whole if context.learned else context.dataset
    if not isinstance(dataset.x, pd.DataFrame) or len(dataset) < _LEAST_ROWS:
        return None
    met = _words(dataset.x) or _last(dataset) or _units(dataset.x)
    if met is None:
        return None
    numbers = dataset.row_numbers
    if numbers is None or len(numbers) != len(dataset):
        numbers = np.arange(1, len(dataset) + 1)
    listed = ",".join(str(n) for n in numbers[met.rows[:20]])
    single = len(met.rows) == 1
    what = f"Row {listed} is" if single else f"{len(met.rows):,} rows are"
    return found(
        "D318",
        "warning",
        f"{what} probably no row{'s' * (not single)} of the table: {met.reason}.",
        "What sums up other rows is learned from as one more case. Leave "
        f"{'it' if single else 'them'} out: "
        f"--drop-rows {listed}",
        summary_rows=len(met.rows),
    )


@dataclass(frozen=True)
class _Summary:
    """Rows by position, and what shows that they sum up others."""

    rows: np.ndarray
    reason: str


def _words(table: pd.DataFrame) -> _Summary | None:
    """Rows of which a cell says that they are a total."""
    for name, column in table.items():
        if pd.api.types.is_numeric_dtype(column.dtype):
            continue
        kinds = [
            kind
            for kind in column.dropna().unique()
            if str(kind).strip().rstrip(":").casefold() in TOTALS
        ]
        rows = np.flatnonzero(column.isin(kinds).to_numpy()) if kinds else np.array([])
        if 0 < len(rows) <= max(1, _MOST_SHARE * len(table)):
            return _Summary(rows, f"{str(name)!r} is {str(kinds[0])!r} there")
    return None


def _last(dataset: Dataset) -> _Summary | None:
    """The last row where it holds the sums of the others, or far larger numbers."""
    last = np.array([len(dataset) - 1])
    columns = {
        str(name): column.to_numpy(dtype="float64", na_value=np.nan)
        for name, column in dataset.x.items()  # type: ignore[union-attr]  (a table)
        if pd.api.types.is_numeric_dtype(column.dtype)
    }
    if dataset.task == "regression" and dataset.y.ndim == 1:
        columns[dataset.card.target] = dataset.y
    for name, values in columns.items():
        others, end = values[:-1], values[-1]
        largest = float(np.nanmax(np.abs(others), initial=0.0))
        total = float(np.nansum(others))
        if np.count_nonzero(others > 0) < _LEAST_ROWS or not end > 2 * largest:
            continue
        if abs(end - total) <= _CLOSE * abs(total):
            return _Summary(last, f"{name!r} is {end:g}, the sum of all other rows")
        if end > _TIMES * largest:
            message = f"{end:g}, {end / largest:.0f} times the largest other value"
            return _Summary(last, f"{name!r} is {message}")
    return None


def _units(table: pd.DataFrame) -> _Summary | None:
    """The first row, where columns of numbers that hardly have gaps all lack it."""
    numbers = table.select_dtypes("number")
    if numbers.shape[1] < 2 or not numbers.iloc[0].isna().all():
        return None
    if (numbers.iloc[1:].isna().mean() > _GAPS).any():
        return None
    message = f"its {numbers.shape[1]:,} numbers are missing, as in a line of units"
    return _Summary(np.array([0]), message)
