"""What sets of repairs were worth in the trials so far."""

from __future__ import annotations

from collections.abc import Sequence

from .inquiry import NOTHING, Proposal
from .trials import Laboratory

SOLVED = 0.9
"""A repair is enough that reaches this share."""


def names(proposals: Sequence[Proposal]) -> str:
    """A set of repairs, in words."""
    return " + ".join(p.repair.what for p in proposals)


class Tried:
    """Scores of sets of repairs, and what was reached with any.

    Parameters
    ----------
    lab : Laboratory
    reach : float
        Score of the best baseline; 0 where nothing is learned.
    """

    def __init__(self, lab: Laboratory, *, reach: float) -> None:
        self.lab = lab
        self.scores: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._of_baselines = max(0.0, reach)

    @property
    def reach(self) -> float:
        """The best score that anybody had; of what was tried more often, the mean."""
        return max(self._of_baselines, *self.scores.values(), 0.0)

    def score(self, proposals: Sequence[Proposal], *, splits: int = 1) -> float:
        """Of a set of repairs; noted if no more splits of it are known."""
        name = names(proposals)
        score = self.lab.score([p.repair for p in proposals], splits=splits)
        if splits >= self._counts.get(name, 0):
            self.scores[name], self._counts[name] = score, splits
        return score

    def is_enough(self, score: float) -> bool:
        """Whether nobody did much better."""
        return score >= SOLVED * self.reach and score > NOTHING
