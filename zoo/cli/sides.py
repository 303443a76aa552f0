"""What is known of both sides, the data and the network, once all was tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..diagnosis.inquiry import FAILING, NOTHING

if TYPE_CHECKING:
    from ...baselines.diagnosis import Cause
    from ...baselines.study import Study
    from ..diagnosis.case import Case, Repair
    from ..diagnosis.gain import Difference
    from ..diagnosis.inquiry import Inquiry
    from .data_repairs import Fault

TWICE = 2.0
"""Times the network's score, that a plain one must have to put it at fault: a third
more was had of a sound network of 16 units, trained for 30 epochs."""


@dataclass(frozen=True)
class Reference:
    """A plain network on the same rows, its score and its gain over the script's."""

    score: float
    model: Any
    gain: Difference


@dataclass(frozen=True)
class Sides:
    """All that an answer is drawn from.

    ``best`` is the best baseline and its score; ``short`` how far the network is behind
    it, None where nobody knows; ``reference`` a plain network, where nothing mends the
    script's; ``taught`` the script's own score on its training rows, None where nobody
    knows; ``by_heart`` how many different rows there are, where networks are judged by
    those that they learn, else 0.
    """

    case: Case
    study: Study
    inquiry: Inquiry
    best: tuple[str, float]
    short: Difference | None
    faults: tuple[Fault, ...]
    reference: Reference | None = None
    taught: float | None = None
    by_heart: int = 0

    @property
    def is_behind(self) -> bool:
        """Whether the network is surely and clearly behind the best baseline."""
        sure = self.short is not None and self.short.is_sure
        sure = sure and not self.inquiry.unrepeated
        return sure and self.inquiry.before < FAILING * self.best[1]

    @property
    def data(self) -> tuple[Cause, ...]:
        """The faults of the data."""
        return tuple(fault.cause for fault in self.faults)

    @property
    def data_repairs(self) -> tuple[Repair, ...]:
        """Changes to the script that undo faults of the data."""
        return tuple(f.repair for f in self.faults if f.repair is not None)

    @property
    def expected(self) -> float:
        """What the repaired network should score."""
        known = [f.score for f in self.faults if f.score is not None]
        return min([self.inquiry.mended, *known])

    @property
    def is_unmended(self) -> bool:
        """Whether the network is behind, and no cause is known."""
        return self.is_behind and not (self.inquiry.causes or self.data)

    @property
    def is_at_fault(self) -> bool:
        """Whether it is behind, and so more than networks are on these rows.

        One that learns nothing is; else a plain one must surely be twice as good, and
        the network must not know the rows that it was trained on.
        """
        plain, before = self.reference, self.inquiry.before
        if plain is None:
            return self.is_behind and not self.has_learned
        better = plain.score > TWICE * before and plain.gain.is_sure
        if before <= NOTHING:
            return self.is_behind and (better or not self.has_learned)
        return self.is_behind and better and not self.has_learned

    @property
    def has_learned(self) -> bool:
        """Whether it knows the rows that it was trained on as a baseline knows others.

        It learns then, and what it lacks is rows, or restraint.
        """
        return self.taught is not None and self.taught >= FAILING * self.best[1]
