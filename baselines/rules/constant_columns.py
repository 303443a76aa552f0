"""Columns with one value in all rows, or all but very few."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...data.counts import count
from ...data.encode import is_text
from .association import association_p
from .context import RuleResult, TableContext, found, list_columns
from .registry import rule

_FEW = 0.001
"""Share of the rows that may differ, and one row: no fold shows what they are for."""
_LEAST_ROWS = 100
"""With fewer rows one that differs is no small share."""
_RELATED = 0.01
"""p-value below which the rows that differ have other targets, so that it matters."""
_DROP = "Drop it (--drop): it carries", "Drop them (--drop): they carry"


@rule("D313")
def constant_columns(context: TableContext) -> RuleResult | None:
    """Columns with a single value, with it or nothing, or with few exceptions."""
    table: Any = context.table
    if table is None or table.shape[1] == 0 or is_text(table):
        return None
    others = {c: _exceptions(table[c]) for c in table.columns}
    single = [c for c, rows in others.items() if rows is not None and not rows.any()]
    nearly = [
        c
        for c, rows in others.items()
        if rows is not None
        and rows.any()
        and association_p(rows.astype("float64"), context.dataset) >= _RELATED
    ]
    if not single and not nearly:
        return None
    return found(
        "D313",
        "note",
        " ".join(_sentences(single, nearly)),
        f"{_DROP[len(single) + len(nearly) > 1]} no information on the target, or next "
        "to none.",
        columns=[*single, *nearly],
        constant=len(single),
        nearly_constant=len(nearly),
    )


def _sentences(single: list[str], nearly: list[str]) -> list[str]:
    messages = []
    for columns, rows in (
        (single, "all rows"),
        (nearly, "all rows but very few or those where it is missing"),
    ):
        if columns:
            have = count(len(columns), "column has", "columns have")
            messages.append(f"{have} one value in {rows} ({list_columns(columns)}).")
    return messages


def _exceptions(column: pd.Series) -> np.ndarray | None:
    """Rows without the commonest value; None where they are no exceptions.

    Missing ones are, however many, where all others are equal.
    """
    missing = column.isna().to_numpy()
    counts = column.value_counts()
    if not len(counts):
        return ~missing
    if len(counts) == 1 and not missing.all():
        return missing
    others = (column != counts.index[0]).to_numpy(dtype=bool, na_value=True)
    few = max(1, int(_FEW * len(column)))
    is_few = others.sum() <= few and len(column) >= _LEAST_ROWS
    return others if is_few else None
