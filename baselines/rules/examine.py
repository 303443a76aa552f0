"""All rules on one dataset, and what they found as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...data import Dataset
from ...data.dataset import ORDERED
from ..finding import SEVERITIES
from ..results import Row
from .balance import class_imbalance
from .case import Case, Found
from .columns import constant_inputs, inputs_not_finite
from .copies import conflicting_labels, duplicate_rows
from .order import rows_not_shuffled
from .scale import inputs_not_scaled, targets_not_scaled

if TYPE_CHECKING:
    import pandas as pd

CHECKS: tuple[Callable[[Case], Found | None], ...] = (
    inputs_not_scaled,
    targets_not_scaled,
    inputs_not_finite,
    rows_not_shuffled,
    conflicting_labels,
    duplicate_rows,
    class_imbalance,
    constant_inputs,
)
"""In the order of their codes."""


def examine(dataset: Dataset, candidates: Sequence[Row]) -> tuple[Found, ...]:
    """What is wrong with a dataset, or good to know of it, gravest first.

    Nothing is said of a series or a text: their rows repeat, and follow each other.
    """
    if dataset.task in ORDERED:
        return ()
    case = Case(dataset, tuple(candidates))
    found = [f for check in CHECKS if (f := check(case)) is not None]
    return tuple(sorted(found, key=lambda f: SEVERITIES.index(f.finding.severity)))


def listing(found: Sequence[Found]) -> pd.DataFrame:
    """Every row and column of the findings: columns code, row and column."""
    import pandas as pd

    lines = [(f.finding.code, None, name) for f in found for name in f.columns]
    lines += [(f.finding.code, int(row), None) for f in found for row in f.rows]
    table = pd.DataFrame(lines, columns=["code", "row", "column"])
    return table.astype({"row": "Int64"})
