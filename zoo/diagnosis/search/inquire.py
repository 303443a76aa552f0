"""Trainings that end with an error: what makes them run, and what they want then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from ..probe.probe import measure
from ..problem.context import NetworkFinding, Repair, RuleContext, repaired
from ..rules.run_rules import run_rules
from .causes import LOSS, SOLVED, Cause, Inquiry, Proposal
from .search import Search, tuned
from .trials import Difference, OutOfTime, TrialRunner, gap

WITHOUT = " Without this repair the training ends with an error."


def inquire(
    lab: TrialRunner,
    suspects: Sequence[NetworkFinding],
    *,
    reach: float,
    has_raised: bool,
) -> Inquiry:
    """Find the causes of a network that does not learn.

    Where the script's training raised, and does so again, a repair with which it runs
    is a cause, whatever the score: the rest is looked for in the training that runs.
    Where it ran and raises here, nothing can be said of the network.

    Parameters
    ----------
    lab : TrialRunner
    suspects : sequence of NetworkFinding
    reach : float
        Score of the best baseline; 0 where nothing is learned.
    has_raised : bool
        Whether the script's own training ended with an error.
    """
    error = lab.outcome([]).error
    if error and not has_raised:
        # nothing is proved by a repair with which our own copy of the network runs
        left = tuple(suspects)
        return Inquiry(0.0, reach, (), (), (), left, {}, 0.0, 0.0, unrepeated=error)
    running = _running(lab, suspects) if error else []
    if not running:
        return Search(lab, suspects, reach=reach).run()
    first = max(running, key=lambda p: lab.score([p.repair]))
    codes = {p.suspect.code for p in running}
    mended = lab.beginning_with(first.repair)
    rest = [s for s in suspects if s.code not in codes]
    found = Search(mended, rest, reach=reach).run()
    causes = (_first(first, mended, found), *(_later(c) for c in found.causes))
    same = tuple(p for p in running if p.suspect.code != first.suspect.code)
    return replace(
        found if found.causes else _tuned(mended, found),
        before=0.0,
        causes=causes,
        others=same if len(causes) == 1 else (),
        acquitted=(*found.acquitted, *(p.suspect for p in same)),
        scores={first.repair.what: found.before, **found.scores},
    )


def _tuned(lab: TrialRunner, found: Inquiry) -> Inquiry:
    """With what makes the training that runs better still."""
    more = tuned(lab, [])
    best = lab.score(more, splits=len(lab.splits)) if more else found.best
    return replace(found, tuned=more, best=best, reach=max(found.reach, best))


def _running(lab: TrialRunner, suspects: Sequence[NetworkFinding]) -> list[Proposal]:
    """Repairs with which the training ends, of the first tier that has any."""
    every = [Proposal(s, r) for s in suspects for r in s.repairs]
    tiers = groupby(sorted(every, key=_tier), key=_tier)
    try:
        for _, tier in tiers:
            found = [p for p in tier if not lab.outcome([p.repair]).error]
            if found:
                return found
    except OutOfTime:
        pass
    return []


def _tier(proposal: Proposal) -> int:
    return proposal.suspect.tier


def _first(proposal: Proposal, mended: TrialRunner, found: Inquiry) -> Cause:
    """Without this repair there is no training, so that all is lost."""
    repairs = [cause.proposal.repair for cause in found.causes]
    known = [marks for marks in _marks(mended, repairs) if len(marks)]
    lost = gap(known, [np.zeros(len(p)) for p in known]) if known else Difference(0, 0)
    suspect = replace(proposal.suspect, sentence=proposal.suspect.sentence + WITHOUT)
    proposal = replace(proposal, suspect=suspect)
    return Cause(proposal, 0.0, found.before, found.mended, lost)


def _marks(lab: TrialRunner, repairs: Sequence[Repair]) -> list[np.ndarray]:
    """Return the marks of the splits that there was time for."""
    found = []
    for number in range(len(lab.splits)):
        try:
            found.append(lab.outcome(repairs, number).marks)
        except OutOfTime:
            break
    return found


def _later(cause: Cause) -> Cause:
    """Return a cause that only shows once the training runs, its scores set to 0."""
    return replace(cause, before=0.0, only=0.0)


LOOK_SECONDS = 5.0
TRIALS = 5
"""Trainings that there must be time for: a repair by itself, beside the first, and the
proof of both."""

Look = Callable[[Sequence[Repair]], Sequence[NetworkFinding]]
"""Gives what is suspected of the training with some repairs made."""


def look_again(
    case: RuleContext, lab: TrialRunner, repairs: Sequence[Repair]
) -> tuple[NetworkFinding, ...]:
    """Return what the rules suspect of the training with some repairs made.

    Rules on layers still read the network of the script; those on the training see the
    mended one.
    """
    setup = repaired(case.setup, repairs)
    losses = [*lab.outcome(repairs).losses]
    rows = lab.splits[0].train
    return run_rules(
        replace(
            case,
            setup=setup,
            fit=replace(case.fit, history={"loss": losses}),
            probe=measure(setup, rows, seed=lab.seed, seconds=LOOK_SECONDS),
        )
    )


def inquire_again(
    found: Inquiry,
    lab: TrialRunner,
    known: Sequence[NetworkFinding],
    look: Look,
    *,
    reach: float,
) -> Inquiry:
    """Look behind the repair that helps most, where it does not mend all.

    Inputs on a wrong scale hide a rate that is too low: only beside the scaled ones
    does the loss fall, and slowly.

    Parameters
    ----------
    found : Inquiry
        Of the first search.
    lab : TrialRunner
        That of the first search: what it knows is not trained again.
    known : sequence of NetworkFinding
        Of the first search.
    look : callable
    reach : float
        Score of the best baseline; 0 where nothing is learned.

    Returns
    -------
    Inquiry
        The first, where a second finds no more.
    """
    repairs = _most_helpful(found, known)
    if not repairs or not lab.has_time(TRIALS * lab.outcome(repairs).seconds):
        return found
    codes = {s.code for s in known}
    new = [s for s in look(repairs) if s.code not in codes]
    if not new:
        return found
    second = Search(lab, [*known, *new], reach=reach).run()
    gained = second.mended - found.mended
    better = bool(second.causes) and gained > LOSS * found.reach
    return second if better or not found.causes else found


def _most_helpful(found: Inquiry, known: Sequence[NetworkFinding]) -> list[Repair]:
    """The causes' repairs, or the one that helps most; none where all is well."""
    if not found.is_failing or found.mended >= SOLVED * found.reach:
        return []
    if found.causes:
        return [cause.proposal.repair for cause in found.causes]
    every = [r for s in known for r in s.repairs if r.what in found.scores]
    best = max(every, key=lambda r: found.scores[r.what], default=None)
    if best is None or found.scores[best.what] < found.before + LOSS * found.reach:
        return []
    return [best]
