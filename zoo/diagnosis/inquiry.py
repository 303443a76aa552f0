"""What trials found out about a training: causes, and what was tried in vain."""

from __future__ import annotations

from dataclasses import dataclass

from .case import Repair, Suspect
from .gain import Difference

FAILING = 0.75
"""A network fails that reaches less than this share of what can be reached: the score
of the best baseline, or of the best repair. Healthy networks stood at .78 and more of
their best baseline, failing ones at .65 and less."""
NOTHING = 0.05
"""A score that is nothing: chance is 0, and 1 is perfect."""


@dataclass(frozen=True)
class Proposal:
    """One repair of one suspect."""

    suspect: Suspect
    repair: Repair


@dataclass(frozen=True)
class Cause:
    """A repair whose effect was measured.

    ``before``, ``only`` and ``together`` are scores without repairs, with only this
    one, and with those of all causes; ``lost`` is what goes when it is left out.
    """

    proposal: Proposal
    before: float
    only: float
    together: float
    lost: Difference


@dataclass(frozen=True)
class Inquiry:
    """What the trials said.

    Parameters
    ----------
    before : float
        Score as the script has it, mean over splits.
    reach : float
        What can be reached, as far as anybody has seen.
    causes : tuple of Cause
    others : tuple of Proposal
        Repairs that would each do as well.
    acquitted : tuple of Suspect
        Tried, and not needed or no help.
    untested : tuple of Suspect
        For want of time, or of a repair.
    scores : dict of str -> float
        What was tried, in words, and its score on the first split.
    mended : float
        Score with the repairs of all causes; ``before`` without any.
    tuned : tuple of Repair
        What makes the mended network better still, and is no cause.
    best : float
        Score with that as well; ``mended`` without.
    is_cut : bool
        Whether time was over before all was tried.
    unrepeated : str
        Why the script's training, which ran, could not be repeated; "" if it could.
    """

    before: float
    reach: float
    causes: tuple[Cause, ...]
    others: tuple[Proposal, ...]
    acquitted: tuple[Suspect, ...]
    untested: tuple[Suspect, ...]
    scores: dict[str, float]
    mended: float
    best: float
    tuned: tuple[Repair, ...] = ()
    is_cut: bool = False
    unrepeated: str = ""

    @property
    def is_failing(self) -> bool:
        """Whether the network falls clearly short of what can be reached."""
        return self.before < FAILING * self.reach and self.reach > NOTHING
