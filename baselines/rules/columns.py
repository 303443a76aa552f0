"""Columns with gaps, and columns that say nothing of the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...data.encode import is_text
from .case import RuleResult, TableContext, found, named

_HALF = 0.5
"""Share of missing values from which a column is mostly made up by what fills it."""
_LEAST_ROWS = 20
"""Fewer rows may well have different values by chance."""


def inputs_not_finite(case: TableContext) -> RuleResult | None:
    """Missing values; infinite ones are refused when a table is read."""
    table: Any = case.table
    if table is None:
        return None
    shares = table.isna().mean().sort_values(ascending=False)
    shares = shares[shares > 0]
    if shares.empty:
        return None
    columns, most = list(shares.index), float(shares.iloc[0])
    rows = np.flatnonzero(table.isna().any(axis=1).to_numpy())
    have = "column has" if len(columns) == 1 else "columns have"
    return found(
        "D303",
        "warning" if most >= _HALF else "note",
        f"{len(columns):,} {have} missing values ({named(columns)}; at most "
        f"{most:.1%} of a column), in {len(rows):,} of {len(table):,} rows.",
        "A network of your own must have them filled first: one NaN makes its loss NaN "
        "for good. Here the median fills them, and a column says where.",
        rows=rows,
        columns=columns,
        largest_share=most,
    )


def constant_inputs(case: TableContext) -> RuleResult | None:
    """Columns with a single value, or that only name or count the rows."""
    table: Any = case.table
    if table is None or table.shape[1] == 0 or is_text(table):
        return None
    single = [c for c in table.columns if table[c].nunique(dropna=False) <= 1]
    names = [c for c in table.columns if c not in single and _names_rows(table[c])]
    if not single and not names:
        return None
    told = [f"{named(single)}: one value in all rows."] if single else []
    if names:
        told.append(f"{named(names)}: another value in each row, as a name or a count.")
    return found(
        "D313",
        "note",
        " ".join(told),
        "They cannot help with new rows; leave them out (--drop).",
        columns=[*single, *names],
        constant=len(single),
        identifying=len(names),
    )


def _names_rows(column: Any) -> bool:
    """Texts without spaces, or whole numbers that count, all different."""
    import pandas as pd

    if len(column) < _LEAST_ROWS or not column.is_unique or column.isna().any():
        return False
    if pd.api.types.is_integer_dtype(column.dtype):
        return int(column.max()) - int(column.min()) == len(column) - 1
    if pd.api.types.is_numeric_dtype(column.dtype):
        return False
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return False
    return not column.astype(str).str.strip().str.contains(r"\s").any()
