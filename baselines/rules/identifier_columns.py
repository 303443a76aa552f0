"""Columns that only name or count the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...data import Dataset
from ...data.counts import count
from ...data.encode import is_text
from ...data.kinds import is_spread_evenly, names_rows
from .association import association_p
from .context import RuleResult, TableContext, found, list_columns
from .registry import rule

_UNRELATED = 0.01
"""p-value from which numbers do not go with the target: a measure may."""


@rule("D314")
def identifier_columns(context: TableContext) -> RuleResult | None:
    """Columns that have another value in nearly each row, as a name or a count has."""
    table: Any = context.table
    if table is None or table.shape[1] == 0 or is_text(table):
        return None
    names = [c for c in table.columns if _identifies(table[c], context.dataset)]
    if not names:
        return None
    # of few columns an identifier takes the place of one that says something
    grave = table.shape[1] / 2 <= len(names) < table.shape[1]
    return found(
        "D314",
        "warning" if grave else "note",
        f"{count(len(names), 'column has', 'columns have')} another value in nearly "
        f"each row, as a name or a count has ({list_columns(names)}).",
        f"Drop {'it' if len(names) == 1 else 'them'} (--drop): new rows have other "
        "values.",
        columns=names,
        identifying=len(names),
    )


def _identifies(column: pd.Series, dataset: Dataset) -> bool:
    """Whether texts name the rows, or numbers count them or are dealt out to them.

    Numbers that go with the target are a measure, a rank for example; not so where
    they count the rows as these lie, for the file may be sorted.
    """
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return names_rows(column)
    counts = names_rows(column)
    if not counts and not is_spread_evenly(column):
        return False
    values = column.to_numpy("float64", na_value=np.nan)
    if counts and (np.diff(values[np.isfinite(values)]) >= 0).all():
        return True
    return association_p(values, dataset) >= _UNRELATED
