"""Columns with gaps."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data.counts import count
from .context import RuleResult, TableContext, found, list_columns
from .registry import rule

_HALF = 0.5
"""Share of missing values from which a column is mostly made up by what fills it."""


@rule("D303")
def missing_values(context: TableContext) -> RuleResult | None:
    """Missing values; infinite ones are refused when a table is read."""
    table: Any = context.table
    if table is None:
        return None
    shares = table.isna().mean().sort_values(ascending=False)
    shares = shares[shares > 0]
    if shares.empty:
        return None
    columns, most = list(shares.index), float(shares.iloc[0])
    rows = np.flatnonzero(table.isna().any(axis=1).to_numpy())
    return found(
        "D303",
        "warning" if most >= _HALF else "note",
        f"{count(len(columns), 'column has', 'columns have')} missing values "
        f"({list_columns(columns)}; at most {most:.1%} of a column), in {len(rows):,} "
        f"of {count(len(table), 'row')}.",
        "Your own network needs values in their place: one NaN makes its loss NaN for "
        "all later steps. Here the median is imputed, and an indicator column added.",
        rows=rows,
        columns=columns,
        largest_share=most,
    )
