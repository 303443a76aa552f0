"""Numbers that are written where a value is missing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...data.counts import count
from ...data.missing import Sentinel, find_sentinel_day, find_sentinels
from .context import RuleResult, TableContext, found, list_columns
from .registry import rule

_MOST_OPTIONS = 3
"""Options that the advice spells out."""


@rule("D317")
def sentinel_values(context: TableContext) -> RuleResult | None:
    """A repeated number at an end of a column, far from all others."""
    met: dict[str, tuple[Sentinel, ...]] = {}
    rows = np.zeros(len(context.dataset), dtype=bool)
    for name, values, is_day in _columns(context):
        day = find_sentinel_day(values) if is_day else None
        sentinels = () if is_day else find_sentinels(values)
        sentinels = (day,) if day else sentinels
        if sentinels:
            met[name] = sentinels
            rows |= np.isin(values, [s.value for s in sentinels])
    if not met:
        return None
    columns = sorted(met, key=lambda name: -met[name][0].count)
    first, every = met[columns[0]][0], [s for own in met.values() for s in own]
    options = [
        f"--missing {shlex.quote(f'{name}={s.written}')}"
        for name in columns
        for s in met[name]
    ]
    more = " ..." if len(options) > _MOST_OPTIONS else ""
    return found(
        "D317",
        "warning" if any(s.is_sure for s in every) else "note",
        f"{count(len(met), 'column repeats', 'columns repeat')} a number that stands "
        "apart from all others and may mean a "
        f"missing value ({list_columns(columns)}): {columns[0]!r} is {first.written} "
        f"in {first.count:,} of {len(rows):,} rows, and the nearest other value is "
        f"{first.nearest_value}.",
        "If it means that there is no value, say so: "
        f"{' '.join(options[:_MOST_OPTIONS])}{more}",
        rows=np.flatnonzero(rows),
        columns=columns,
        largest_share=max(s.share for s in every),
    )


def _columns(context: TableContext) -> Iterator[tuple[str, np.ndarray, bool]]:
    """Columns of numbers or days, and a target of numbers: name, values, if days."""
    table, dataset = context.table, context.dataset
    for name, column in table.items() if table is not None else ():
        kind = column.dtype
        if pd.api.types.is_datetime64_dtype(kind):
            known = column.notna().to_numpy()
            days = column.to_numpy().astype("datetime64[D]").astype("float64")
            yield str(name), np.where(known, days, np.nan), True
        elif pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(
            kind
        ):
            numbers = column.to_numpy(dtype="float64", na_value=np.nan)
            yield str(name), numbers, False
    if table is not None and dataset.task == "regression" and dataset.y.ndim == 1:
        yield dataset.card.target, dataset.y, False
