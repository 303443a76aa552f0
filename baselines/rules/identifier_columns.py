"""Columns that only name or count the rows."""

from __future__ import annotations

from typing import Any

from ...data.encode import is_text
from ...data.kinds import names_rows
from .context import RuleResult, TableContext, found, named
from .registry import rule


@rule("D314")
def identifier_columns(context: TableContext) -> RuleResult | None:
    """Columns that have another value in each row, as a name or a count has."""
    table: Any = context.table
    if table is None or table.shape[1] == 0 or is_text(table):
        return None
    names = [c for c in table.columns if names_rows(table[c])]
    if not names:
        return None
    have = "column has" if len(names) == 1 else "columns have"
    # of few columns an identifier takes the place of one that says something
    grave = table.shape[1] / 2 <= len(names) < table.shape[1]
    return found(
        "D314",
        "warning" if grave else "note",
        f"{len(names):,} {have} another value in each row, as a name or a count has "
        f"({named(names)}).",
        "Drop them (--drop): new rows have other values.",
        columns=names,
        identifying=len(names),
    )
