"""Columns with one value in all rows."""

from __future__ import annotations

from typing import Any

from ...data.encode import is_text
from .context import RuleResult, TableContext, found, named
from .registry import rule


@rule("D313")
def constant_columns(context: TableContext) -> RuleResult | None:
    """Columns with a single value, missing ones counted as one."""
    table: Any = context.table
    if table is None or table.shape[1] == 0 or is_text(table):
        return None
    single = [c for c in table.columns if table[c].nunique(dropna=False) <= 1]
    if not single:
        return None
    have = "column has" if len(single) == 1 else "columns have"
    return found(
        "D313",
        "note",
        f"{len(single):,} {have} one value in all rows ({named(single)}).",
        "Drop them (--drop): they carry no information on the target.",
        columns=single,
        constant=len(single),
    )
