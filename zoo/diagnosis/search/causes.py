"""Results of trials of a training: causes, and what was tried in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..problem.context import NetworkFinding, Repair
from .trials import SLACK, Difference, TrialRunner

FAILING = 0.75
"""A network fails that reaches less than this share of what can be reached: the score
of the best baseline, or of the best repair. Healthy networks stood at .78 and more of
their best baseline, failing ones at .65 and less."""
NOTHING = 0.05
"""A score that is nothing: chance is 0, and 1 is perfect."""


@dataclass(frozen=True)
class Proposal:
    """One repair of one suspect."""

    suspect: NetworkFinding
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
    """Results of the trials.

    Parameters
    ----------
    before : float
        Score as the script has it, mean over splits.
    reach : float
        What can be reached, as far as anybody has seen.
    causes : tuple of Cause
    others : tuple of Proposal
        Repairs that would each do as well.
    acquitted : tuple of NetworkFinding
        Tried, and not needed or no help.
    untested : tuple of NetworkFinding
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
    acquitted: tuple[NetworkFinding, ...]
    untested: tuple[NetworkFinding, ...]
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


SOLVED = 0.9
"""A repair is enough that reaches this share."""


def names(proposals: Sequence[Proposal]) -> str:
    """A set of repairs, in words."""
    return " + ".join(p.repair.what for p in proposals)


class Tried:
    """Scores of sets of repairs, and what was reached with any.

    Parameters
    ----------
    lab : TrialRunner
    reach : float
        Score of the best baseline; 0 where nothing is learned.
    """

    def __init__(self, lab: TrialRunner, *, reach: float) -> None:
        self.lab = lab
        self.scores: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._of_baselines = max(0.0, reach)

    @property
    def reach(self) -> float:
        """The best score that anybody had; of what was tried more often, the mean."""
        return max(self._of_baselines, *self.scores.values(), 0.0)

    def score(self, proposals: Sequence[Proposal], *, splits: int = 1) -> float:
        """Score a set of repairs; note it if no more splits of it are known."""
        name = names(proposals)
        score = self.lab.score([p.repair for p in proposals], splits=splits)
        if splits >= self._counts.get(name, 0):
            self.scores[name], self._counts[name] = score, splits
        return score

    def is_enough(self, score: float) -> bool:
        """Whether nobody did much better."""
        return score >= SOLVED * self.reach and score > NOTHING


MENDED = 0.5
"""Share of what is missing that the repairs of all causes must make up for."""
LOSS = 0.1
"""Share of what can be reached that must be lost when a cause's repair is left out."""


def proved(tried: Tried, chosen: Sequence[Proposal]) -> tuple[Cause, ...]:
    """A set that surely mends, without what can be left out there; empty if none does.

    Where the network sometimes learns by itself, so that the usual splits leave it
    open, it is asked on more, as far as there is time.

    Raises
    ------
    OutOfTime
    """
    usual = len(tried.lab.splits)
    found = _held(tried, chosen, usual)
    if not found and _is_open(tried, chosen):
        return _held(tried, chosen, usual + len(tried.lab.spare))
    return found


def _is_open(tried: Tried, chosen: Sequence[Proposal]) -> bool:
    """Whether it mends as it seems, no split speaks against it, and more may tell."""
    lab, usual = tried.lab, len(tried.lab.splits)
    repairs = [p.repair for p in chosen]
    gain = lab.difference(repairs, [], splits=usual)
    before, after = lab.score([], splits=usual), lab.score(repairs, splits=usual)
    if gain.is_sure or gain.least < -SLACK or not _mends(tried, before, after):
        return False
    seconds = lab.outcome([]).seconds + lab.outcome(repairs).seconds
    return lab.has_time(seconds * len(lab.spare))


def _held(tried: Tried, chosen: Sequence[Proposal], splits: int) -> tuple[Cause, ...]:
    while chosen:
        causes = [_cause(tried, p, chosen, splits) for p in chosen]
        idle = [c for c in causes if not _is_needed(tried, c, len(causes))]
        if not idle:
            sure = tried.lab.difference(
                [p.repair for p in chosen], [], splits=splits
            ).is_sure
            mends = _mends(tried, causes[0].before, causes[0].together)
            return tuple(causes) if sure and mends else ()
        worst = min(idle, key=lambda c: c.lost.gain).proposal
        chosen = [p for p in chosen if p is not worst]
    return ()


def _cause(
    tried: Tried, proposal: Proposal, chosen: Sequence[Proposal], splits: int
) -> Cause:
    repairs = [p.repair for p in chosen]
    rest = [p.repair for p in chosen if p is not proposal]
    return Cause(
        proposal,
        tried.lab.score([], splits=splits),
        tried.score([proposal], splits=splits),
        tried.score(chosen, splits=splits),
        tried.lab.difference(repairs, rest, splits=splits),
    )


def _is_needed(tried: Tried, cause: Cause, count: int) -> bool:
    """Whether much is lost without it; with others a likely loss is enough."""
    sure = cause.lost.is_sure or (count > 1 and cause.lost.is_likely)
    return sure and cause.lost.gain >= LOSS * max(tried.reach, cause.together)


def _mends(tried: Tried, before: float, after: float) -> bool:
    """Whether a network fails, and the repairs make up for much of it."""
    reach = max(tried.reach, after)
    much = after - before >= MENDED * (reach - before)
    return before < FAILING * reach and much
