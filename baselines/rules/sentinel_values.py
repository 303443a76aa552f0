"""Numbers that are written where a value is missing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...data.missing import Sentinel, find_sentinel
from .context import RuleResult, TableContext, found, named
from .registry import rule

_MOST_OPTIONS = 3
"""Columns whose option the advice spells out."""


@rule("D317")
def sentinel_values(context: TableContext) -> RuleResult | None:
    """A repeated number at an end of a column, far from all others."""
    met: dict[str, Sentinel] = {}
    rows = np.zeros(len(context.dataset), dtype=bool)
    for name, values in _columns(context):
        sentinel = find_sentinel(values)
        if sentinel:
            met[name] = sentinel
            rows |= values == sentinel.value
    if not met:
        return None
    columns = sorted(met, key=lambda name: -met[name].count)
    first = met[columns[0]]
    has = "column repeats" if len(met) == 1 else "columns repeat"
    options = [
        f"--missing {shlex.quote(f'{name}={met[name].written}')}" for name in columns
    ]
    more = " ..." if len(options) > _MOST_OPTIONS else ""
    return found(
        "D317",
        "warning" if any(s.is_sure for s in met.values()) else "note",
        f"{len(met):,} {has} a number that stands apart from all others and may mean a "
        f"missing value ({named(columns)}): {columns[0]!r} is {first.written} in "
        f"{first.count:,} of {len(rows):,} rows, and the nearest other value is "
        f"{first.nearest:g}.",
        "If it means that there is no value, say so: "
        f"{' '.join(options[:_MOST_OPTIONS])}{more}",
        rows=np.flatnonzero(rows),
        columns=columns,
        largest_share=max(s.share for s in met.values()),
    )


def _columns(context: TableContext) -> Iterator[tuple[str, np.ndarray]]:
    """Columns of numbers, and a target of numbers, with their names."""
    table, dataset = context.table, context.dataset
    for name, column in table.items() if table is not None else ():
        kind = column.dtype
        if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
            yield str(name), column.to_numpy(dtype="float64", na_value=np.nan)
    if table is not None and dataset.task == "regression" and dataset.y.ndim == 1:
        yield dataset.card.target, dataset.y
