"""Trainings that end with an error: what makes them run, and what they want then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from ..probe.probe import measure
from ..problem.context import NetworkFinding, Repair, RuleContext, repaired
from ..rules.run_rules import run_rules
from .causes import LOSS, SOLVED, Inquiry, Proposal, ProvedCause
from .search import Search, find_tuning
from .trials import OutOfTime, ScoreDifference, TrialRunner, score_difference

WITHOUT = " Without this repair the training ends with an error."


def inquire(
    runner: TrialRunner,
    findings: Sequence[NetworkFinding],
    *,
    best_score: float,
    has_raised: bool,
) -> Inquiry:
    """Find the causes of a network that does not learn.

    Where the script's training raised, and does so again, a repair with which it runs
    is a cause, whatever the score: the rest is looked for in the training that runs.
    Where it ran and raises here, nothing can be said of the network.

    Parameters
    ----------
    runner : TrialRunner
    findings : sequence of NetworkFinding
    best_score : float
        Score of the best baseline; 0 where nothing is learned.
    has_raised : bool
        Whether the script's own training ended with an error.
    """
    error = runner.outcome([]).error
    if error and not has_raised:
        # nothing is proved by a repair with which our own copy of the network runs
        left = tuple(findings)
        return Inquiry(
            0.0, best_score, (), (), (), left, {}, 0.0, 0.0, unrepeated=error
        )
    running = _running(runner, findings) if error else []
    if not running:
        return Search(runner, findings, best_score=best_score).run()
    first = max(running, key=lambda p: runner.score([p.repair]))
    codes = {p.finding.code for p in running}
    mended = runner.beginning_with(first.repair)
    rest = [s for s in findings if s.code not in codes]
    found = Search(mended, rest, best_score=best_score).run()
    causes = (_first(first, mended, found), *(_later(c) for c in found.causes))
    same = tuple(p for p in running if p.finding.code != first.finding.code)
    return replace(
        found if found.causes else _tuned(mended, found),
        original_score=0.0,
        causes=causes,
        others=same if len(causes) == 1 else (),
        no_effect=(*found.no_effect, *(p.finding for p in same)),
        scores={first.repair.what: found.original_score, **found.scores},
    )


def _tuned(runner: TrialRunner, found: Inquiry) -> Inquiry:
    """With what makes the training that runs better still."""
    more = find_tuning(runner, [])
    best = runner.score(more, splits=len(runner.splits)) if more else found.tuned_score
    return replace(
        found, tuned=more, tuned_score=best, best_score=max(found.best_score, best)
    )


def _running(runner: TrialRunner, findings: Sequence[NetworkFinding]) -> list[Proposal]:
    """Repairs with which the training ends, of the first tier that has any."""
    every = [Proposal(s, r) for s in findings for r in s.repairs]
    tiers = groupby(sorted(every, key=_tier), key=_tier)
    try:
        for _, priority in tiers:
            found = [p for p in priority if not runner.outcome([p.repair]).error]
            if found:
                return found
    except OutOfTime:
        pass
    return []


def _tier(proposal: Proposal) -> int:
    return proposal.finding.priority


def _first(proposal: Proposal, mended: TrialRunner, found: Inquiry) -> ProvedCause:
    """Without this repair there is no training, so that all is lost."""
    repairs = [cause.proposal.repair for cause in found.causes]
    known = [row_scores for row_scores in _marks(mended, repairs) if len(row_scores)]
    lost = (
        score_difference(known, [np.zeros(len(p)) for p in known])
        if known
        else ScoreDifference(0, 0)
    )
    finding = replace(proposal.finding, sentence=proposal.finding.sentence + WITHOUT)
    proposal = replace(proposal, finding=finding)
    return ProvedCause(proposal, 0.0, found.original_score, found.repaired_score, lost)


def _marks(runner: TrialRunner, repairs: Sequence[Repair]) -> list[np.ndarray]:
    """Return the marks of the splits that there was time for."""
    found = []
    for number in range(len(runner.splits)):
        try:
            found.append(runner.outcome(repairs, number).row_scores)
        except OutOfTime:
            break
    return found


def _later(cause: ProvedCause) -> ProvedCause:
    """Return a cause that only shows once the training runs, its scores set to 0."""
    return replace(cause, original_score=0.0, alone=0.0)


LOOK_SECONDS = 5.0
TRIALS = 5
"""Trainings that there must be time for: a repair by itself, beside the first, and the
proof of both."""

Look = Callable[[Sequence[Repair]], Sequence[NetworkFinding]]
"""Gives the findings on the training with some repairs made."""


def look_again(
    context: RuleContext, runner: TrialRunner, repairs: Sequence[Repair]
) -> tuple[NetworkFinding, ...]:
    """Return the findings on the training with some repairs made.

    Rules on layers still read the network of the script; those on the training see the
    mended one.
    """
    setup = repaired(context.setup, repairs)
    losses = [*runner.outcome(repairs).losses]
    rows = runner.splits[0].train
    return run_rules(
        replace(
            context,
            setup=setup,
            fit=replace(context.fit, history={"loss": losses}),
            probe=measure(setup, rows, seed=runner.seed, seconds=LOOK_SECONDS),
        )
    )


def inquire_again(
    found: Inquiry,
    runner: TrialRunner,
    known: Sequence[NetworkFinding],
    look: Look,
    *,
    best_score: float,
) -> Inquiry:
    """Look behind the repair that helps most, where it does not mend all.

    Inputs on a wrong scale hide a rate that is too low: only beside the scaled ones
    does the loss fall, and slowly.

    Parameters
    ----------
    found : Inquiry
        Of the first search.
    runner : TrialRunner
        That of the first search: what it knows is not trained again.
    known : sequence of NetworkFinding
        Of the first search.
    look : callable
    best_score : float
        Score of the best baseline; 0 where nothing is learned.

    Returns
    -------
    Inquiry
        The first, where a second finds no more.
    """
    repairs = _most_helpful(found, known)
    if not repairs or not runner.has_time(TRIALS * runner.outcome(repairs).seconds):
        return found
    codes = {s.code for s in known}
    new = [s for s in look(repairs) if s.code not in codes]
    if not new:
        return found
    second = Search(runner, [*known, *new], best_score=best_score).run()
    gained = second.repaired_score - found.repaired_score
    better = bool(second.causes) and gained > LOSS * found.best_score
    return second if better or not found.causes else found


def _most_helpful(found: Inquiry, known: Sequence[NetworkFinding]) -> list[Repair]:
    """The causes' repairs, or the one that helps most; none where all is well."""
    if not found.is_failing or found.repaired_score >= SOLVED * found.best_score:
        return []
    if found.causes:
        return [cause.proposal.repair for cause in found.causes]
    every = [r for s in known for r in s.repairs if r.what in found.scores]
    best = max(every, key=lambda r: found.scores[r.what], default=None)
    if (
        best is None
        or found.scores[best.what] < found.original_score + LOSS * found.best_score
    ):
        return []
    return [best]
