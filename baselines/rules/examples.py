"""The rows that a finding names, as they stand in the data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from ..results.findings import Examples
from .context import RuleResult

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 5
_MOST_COLUMNS = 8
"""The target among them."""
MOST_LETTERS = 40
_MISSING = "missing"


def with_examples(found: RuleResult, dataset: Dataset) -> RuleResult:
    """A finding with its first rows; of images, texts and the like as it is."""
    import pandas as pd

    rows = found.finding.rows[:_MOST_ROWS]
    if not rows or not isinstance(dataset.x, pd.DataFrame):
        return found
    named = set(found.columns)
    first = [i for i, c in enumerate(dataset.x.columns) if str(c) in named]
    others = [i for i in range(dataset.x.shape[1]) if i not in set(first)]
    targets = _targets(dataset, rows)
    places = [*first, *others][: _MOST_COLUMNS - len(targets)]
    table = dataset.x.iloc[list(rows), sorted(places)]
    examples = Examples(
        rows,
        (*(_shorten(c) for c in table.columns), *(_shorten(name) for name in targets)),
        tuple(
            (*_texts(table, i), *(values[i] for values in targets.values()))
            for i in range(len(rows))
        ),
        dataset.x.shape[1] + (len(dataset.targets) or 1),
    )
    return replace(found, finding=replace(found.finding, examples=examples))


def _targets(dataset: Dataset, rows: tuple[int, ...]) -> dict[str, list[str]]:
    """The first target's name and what it is in these rows."""
    y = dataset.y[list(rows)]
    if y.ndim > 1:
        return {dataset.targets[0]: [_shorten(value) for value in y[:, 0]]}
    predicted = [dataset.classes[code] for code in y] if dataset.classes else y
    return {dataset.card.target: [_shorten(value) for value in predicted]}


def _texts(table: pd.DataFrame, row: int) -> list[str]:
    return [_shorten(table.iloc[row, i]) for i in range(table.shape[1])]


def _shorten(value: Any) -> str:
    """A value on one line, with few letters."""
    import pandas as pd

    if pd.api.types.is_scalar(value) and pd.isna(value):
        return _MISSING
    whole = f"{value:.6g}" if isinstance(value, float) else str(value)
    text = " ".join(whole.split())
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
