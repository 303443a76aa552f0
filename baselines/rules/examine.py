"""All rules on one dataset, and what they found as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...data import Dataset
from ...data.dataset import ORDERED
from ..results.findings import SEVERITIES
from ..results.results import Row
from .context import LearnedContext, RuleResult, TableContext
from .examples import with_examples
from .registry import checks

if TYPE_CHECKING:
    import pandas as pd


def examine(
    dataset: Dataset,
    candidates: Sequence[Row],
    *,
    learned: LearnedContext | None = None,
) -> tuple[RuleResult, ...]:
    """List what is wrong with a dataset, or good to know of it, gravest first.

    Parameters
    ----------
    dataset : Dataset
        Nothing is said of a series or a text: their rows repeat, and follow each other.
    candidates : sequence of Row
        Their scores.
    learned : LearnedContext, optional
        Predictions, signal test and verdict; without it, rules that need them are
        left out.
    """
    if dataset.task in ORDERED:
        return ()
    context = TableContext(dataset, tuple(candidates), learned)
    found = [f for check in checks(__name__) if (f := check(context)) is not None]
    found = [with_examples(f, dataset) for f in found]
    return tuple(sorted(found, key=lambda f: SEVERITIES.index(f.finding.severity)))


def listing(found: Sequence[RuleResult]) -> pd.DataFrame:
    """Every row and column of the findings: columns code, row, column and finding.

    The last is the finding's place in the sequence, from 0: a code may be found twice.
    """
    import pandas as pd

    numbered = [(i, f.finding.code, f) for i, f in enumerate(found)]
    lines = [(code, None, name, i) for i, code, f in numbered for name in f.columns]
    lines += [(code, int(row), None, i) for i, code, f in numbered for row in f.rows]
    table = pd.DataFrame(lines, columns=["code", "row", "column", "finding"])
    return table.astype({"row": "Int64"})
