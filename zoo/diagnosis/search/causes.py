"""Results of trials of a training: causes, and what was tried in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..problem.context import NetworkFinding, Repair
from .trials import SLACK, ScoreDifference, TrialRunner

FAILING = 0.75
"""A network fails that reaches less than this share of what can be reached: the score
of the best baseline, or of the best repair. Healthy networks stood at .78 and more of
their best baseline, failing ones at .65 and less."""
BEHIND = 0.9
"""One that reaches less than this share of the best baseline falls short where
something of it contradicts itself or does not suit the data. A setting, such as a rate,
that makes a network a little better is no fault: there `FAILING` holds."""
SETTING = 2
"""Priority of findings on settings."""
NOTHING = 0.05
"""A score that is nothing: chance is 0, and 1 is perfect."""


SOLVED = 0.9
"""A repair is enough that reaches this share."""


IMBALANCE = "D310"


@dataclass(frozen=True)
class Proposal:
    """One repair of one finding."""

    finding: NetworkFinding
    repair: Repair


def is_rarity(proposal: Proposal) -> bool:
    """Whether a class is rare in the rows, and not by weights that the script gives."""
    return proposal.finding.code == IMBALANCE and proposal.finding.side == "data"


@dataclass(frozen=True)
class ProvedCause:
    """A repair whose effect was measured.

    ``original_score``, ``alone`` and ``together`` are scores without repairs, with only
    this one, and with those of all causes; ``ablation`` is what is lost without it.
    """

    proposal: Proposal
    original_score: float
    alone: float
    together: float
    ablation: ScoreDifference


@dataclass(frozen=True)
class SearchResult:
    """Results of the trials.

    Parameters
    ----------
    original_score : float
        Score as the script has it, mean over splits.
    best_score : float
        The best score seen: of a baseline, or with repairs.
    causes : tuple of Cause
    others : tuple of Proposal
        Repairs that would each do as well.
    no_effect : tuple of NetworkFinding
        Tried, and not needed or no help.
    untested : tuple of NetworkFinding
        For want of time, or of a repair.
    scores : dict of str -> float
        What was tried, in words, and its score on the first split.
    repaired_score : float
        With the repairs of all causes; ``original_score`` without any.
    tuned : tuple of Repair
        What makes the mended network better still, and is no cause.
    tuned_score : float
        With that as well; ``repaired_score`` without.
    timed_out : bool
        Whether time was over before all was tried.
    unrepeated : str
        Why the script's training, which ran, could not be repeated; "" if it could.
    """

    original_score: float
    best_score: float
    causes: tuple[ProvedCause, ...]
    others: tuple[Proposal, ...]
    no_effect: tuple[NetworkFinding, ...]
    untested: tuple[NetworkFinding, ...]
    scores: dict[str, float]
    repaired_score: float
    tuned_score: float
    tuned: tuple[Repair, ...] = ()
    timed_out: bool = False
    unrepeated: str = ""

    @property
    def is_solved(self) -> bool:
        """Whether the repairs of all causes are enough."""
        return self.repaired_score >= SOLVED * self.best_score

    @property
    def is_failing(self) -> bool:
        """Whether the network falls clearly short of what can be reached."""
        short = self.original_score < FAILING * self.best_score
        return bool(self.causes) or (short and self.best_score > NOTHING)


def names(proposals: Sequence[Proposal]) -> str:
    """A set of repairs, in words."""
    return " + ".join(p.repair.what for p in proposals)


class TrialScores:
    """Scores of sets of repairs, and what was reached with any.

    Parameters
    ----------
    runner : TrialRunner
    best_score : float
        Score of the best baseline; 0 where nothing is learned.
    """

    def __init__(self, runner: TrialRunner, *, best_score: float) -> None:
        self.runner = runner
        self.scores: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._of_baselines = max(0.0, best_score)

    @property
    def best_score(self) -> float:
        """The best score that anybody had; of what was tried more often, the mean."""
        return max(self._of_baselines, *self.scores.values(), 0.0)

    def score(self, proposals: Sequence[Proposal], *, splits: int = 1) -> float:
        """Score a set of repairs; note it if no more splits of it are known."""
        name = names(proposals)
        score = self.runner.score([p.repair for p in proposals], splits=splits)
        if splits >= self._counts.get(name, 0):
            self.scores[name], self._counts[name] = score, splits
        return score

    def is_failing_or_behind(self, score: float, *, priority: int) -> bool:
        """Whether a network with this score fails, or is behind for a finding's kind.

        Parameters
        ----------
        score : float
        priority : {0, 1, 2}
            Of the finding; the highest of several.
        """
        behind = priority < SETTING and score < BEHIND * self._of_baselines
        return behind or score < FAILING * self.best_score

    def is_enough(self, score: float) -> bool:
        """Whether nobody did much better."""
        return score >= SOLVED * self.best_score and score > NOTHING


MENDED = 0.5
"""Share of what is missing that the repairs of all causes must make up for."""
LOSS = 0.1
"""Share of what can be reached that must be lost when a cause's repair is left out."""


def find_proved_cause(
    tried: TrialScores, chosen: Sequence[Proposal]
) -> tuple[ProvedCause, ...]:
    """A set that surely mends, without what can be left out there; empty if none does.

    Where the network sometimes learns by itself, so that the usual splits leave it
    open, it is asked on more, as far as there is time.

    Raises
    ------
    BudgetExceeded
    """
    usual = len(tried.runner.splits)
    found = _keep_confirmed(tried, chosen, usual)
    if not found and _is_open(tried, chosen):
        return _keep_confirmed(tried, chosen, usual + len(tried.runner.spare))
    return found


def _is_open(tried: TrialScores, chosen: Sequence[Proposal]) -> bool:
    """Whether it mends as it seems, no split speaks against it, and more may tell."""
    runner, usual = tried.runner, len(tried.runner.splits)
    repairs = [p.repair for p in chosen]
    gain = runner.difference(repairs, [], splits=usual)
    before, after = runner.score([], splits=usual), runner.score(repairs, splits=usual)
    if gain.is_sure or gain.least < -SLACK:
        return False
    if not _is_repaired(tried, chosen, before, after):
        return False
    cost = runner.cost([]) + runner.cost(repairs)
    return runner.can_pay(cost * len(runner.spare))


def _keep_confirmed(
    tried: TrialScores, chosen: Sequence[Proposal], splits: int
) -> tuple[ProvedCause, ...]:
    while chosen:
        causes = [_cause(tried, p, chosen, splits) for p in chosen]
        idle = [c for c in causes if not _is_needed(tried, c, len(causes))]
        if not idle:
            sure = tried.runner.difference(
                [p.repair for p in chosen], [], splits=splits
            ).is_sure
            before, after = causes[0].original_score, causes[0].together
            mends = _is_repaired(tried, chosen, before, after)
            return tuple(causes) if sure and mends else ()
        worst = min(idle, key=lambda c: c.ablation.difference).proposal
        chosen = [p for p in chosen if p is not worst]
    return ()


def _cause(
    tried: TrialScores, proposal: Proposal, chosen: Sequence[Proposal], splits: int
) -> ProvedCause:
    repairs = [p.repair for p in chosen]
    rest = [p.repair for p in chosen if p is not proposal]
    return ProvedCause(
        proposal,
        tried.runner.score([], splits=splits),
        tried.score([proposal], splits=splits),
        tried.score(chosen, splits=splits),
        tried.runner.difference(repairs, rest, splits=splits),
    )


def _is_needed(tried: TrialScores, cause: ProvedCause, count: int) -> bool:
    """Whether much is lost without it; with others a likely loss is enough.

    A rare class is no cause beside others that leave no failing network: to weigh it
    moves the threshold, by which every sound network has a higher score.
    """
    best = max(tried.best_score, cause.together)
    rest = cause.together - cause.ablation.difference
    if count > 1 and is_rarity(cause.proposal) and rest >= FAILING * best:
        return False
    sure = cause.ablation.is_sure or (count > 1 and cause.ablation.is_likely)
    return sure and cause.ablation.difference >= LOSS * best


def _priority(proposal: Proposal) -> int:
    """Return a finding's priority; that of a rare class is a setting's: see above."""
    return SETTING if is_rarity(proposal) else proposal.finding.priority


def _is_repaired(
    tried: TrialScores, chosen: Sequence[Proposal], before: float, after: float
) -> bool:
    """Whether a network falls short, and the repairs make up for much of it."""
    best_score = max(tried.best_score, after)
    much = after - before >= MENDED * (best_score - before)
    priority = max(map(_priority, chosen), default=SETTING)
    short = tried.is_failing_or_behind(before, priority=priority)
    return (short or before < FAILING * best_score) and much
