"""Columns that only name or count the rows."""

from __future__ import annotations

from typing import Any

from ...data.encode import is_text
from .context import RuleResult, TableContext, found, named
from .registry import rule

_LEAST_ROWS = 20
"""Fewer rows may well have different values by chance."""


@rule("D314")
def identifier_columns(context: TableContext) -> RuleResult | None:
    """Columns that have another value in each row, as a name or a count has."""
    table: Any = context.table
    if table is None or table.shape[1] == 0 or is_text(table):
        return None
    names = [c for c in table.columns if _names_rows(table[c])]
    if not names:
        return None
    have = "column has" if len(names) == 1 else "columns have"
    return found(
        "D314",
        "note",
        f"{len(names):,} {have} another value in each row, as a name or a count has "
        f"({named(names)}).",
        "Drop them (--drop): new rows have other values.",
        columns=names,
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
