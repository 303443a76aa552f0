"""Input and output of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ...data import Dataset
from ..results.candidates import best_learner
from ..results.findings import MOST_NAMED, Finding, Severity
from ..results.results import Row, Signal, Verdict
from ..scores.fold_scores import FoldOutcomes
from .registry import RULES

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LearnedContext:
    """Facts learned from the rows, beside the candidates' scores.

    ``verdict`` is that on the data. ``whole`` holds the rows in the order of the file
    where those of the board are a sample of them.
    """

    board: FoldOutcomes
    signal: Signal
    verdict: Verdict
    whole: Dataset


@dataclass(frozen=True)
class TableContext:
    """A dataset, the candidates that were scored on it, and what was learned.

    Without ``learned``, rules that need it say nothing.
    """

    dataset: Dataset
    candidates: tuple[Row, ...]
    learned: LearnedContext | None = None

    @cached_property
    def best(self) -> Row | None:
        """The baseline with the highest skill among those that use the features."""
        return best_learner(self.candidates)

    @cached_property
    def predicted(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Row numbers, and what the best baseline says of them, out of fold.

        Means over repeats; None where there is no baseline that learned.
        """
        if self.learned is None or self.best is None:
            return None
        board = self.learned.board
        outcomes = board.outcomes[self.best.name]
        first = outcomes[0].predictions
        assert first is not None
        sums = np.zeros((len(self.dataset), *first.shape[1:]))
        counts = np.zeros(len(self.dataset), dtype=int)
        for outcome in outcomes:
            rows = board.folds[outcome.fold].test
            assert outcome.predictions is not None
            sums[rows] += outcome.predictions
            counts[rows] += 1
        rows = np.flatnonzero(counts)
        each = counts[rows].reshape(-1, *[1] * (sums.ndim - 1))
        return rows, sums[rows] / each

    @property
    def table(self) -> pd.DataFrame | None:
        """The features where they are columns; None where they are pixels."""
        import pandas as pd

        return self.dataset.x if isinstance(self.dataset.x, pd.DataFrame) else None

    @cached_property
    def group_equal_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """A number for each row, equal for equal features; how often each occurs."""
        hashes = self.dataset.row_hashes
        _, kinds, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        return kinds, counts


@dataclass(frozen=True)
class RuleResult:
    """A finding, with all rows and columns that it speaks of."""

    finding: Finding
    rows: np.ndarray
    columns: tuple[str, ...]


def found(
    code: str, severity: Severity, sentence: str, advice: str, *,
    rows: np.ndarray | None = None, columns: Sequence[object] = (), **evidence: float,
) -> RuleResult:  # fmt: skip
    """A finding that names its first rows and columns."""
    numbers = np.zeros(0, dtype=int) if rows is None else rows
    names = tuple(str(c) for c in columns)
    finding = Finding(
        code,
        RULES[code].label,
        severity,
        sentence,
        advice,
        columns=names[:MOST_NAMED],
        rows=tuple(int(r) for r in numbers[:MOST_NAMED]),
        n_columns=len(names),
        n_rows=len(numbers),
        evidence={name: float(value) for name, value in evidence.items()},
    )
    return RuleResult(finding, numbers, names)


_MOST_IN_WORDS = 3


def list_columns(columns: Sequence[object]) -> str:
    """The first columns, in words: ``'a', 'b' and 4 more``."""
    shown = ", ".join(repr(str(c)) for c in columns[:_MOST_IN_WORDS])
    more = len(columns) - _MOST_IN_WORDS
    return f"{shown} and {more:,} more" if more > 0 else shown
