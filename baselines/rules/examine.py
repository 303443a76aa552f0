"""All rules on one dataset, and what they found as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...data import Dataset
from ...data.dataset import ORDERED
from ..results.findings import SEVERITIES
from ..results.results import Row
from .case import LearnedContext, RuleResult, TableContext
from .class_imbalance import class_imbalance
from .columns import constant_inputs, inputs_not_finite
from .duplicates import conflicting_labels, duplicate_rows
from .examples import with_examples
from .label_noise import contradicted_labels
from .labels_random_shifted import labels_misaligned, labels_random
from .leak import leak
from .neighbours import rows_like_neighbours
from .order import rows_not_shuffled
from .scale import inputs_not_scaled, targets_not_scaled
from .too_few_rows import too_few_rows
from .train_test_shift import train_test_mismatch

if TYPE_CHECKING:
    import pandas as pd

CHECKS: tuple[Callable[[TableContext], RuleResult | None], ...] = (
    inputs_not_scaled,
    targets_not_scaled,
    inputs_not_finite,
    rows_not_shuffled,
    labels_random,
    labels_misaligned,
    conflicting_labels,
    contradicted_labels,
    leak,
    rows_like_neighbours,
    duplicate_rows,
    class_imbalance,
    too_few_rows,
    train_test_mismatch,
    constant_inputs,
)
"""In the order of their codes."""


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
    case = TableContext(dataset, tuple(candidates), learned)
    found = [f for check in CHECKS if (f := check(case)) is not None]
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
