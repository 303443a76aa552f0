"""A second look: what shows only once the first fault is mended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .case import Case, Repair, Suspect, repaired
from .inquiry import Inquiry
from .measure import measure
from .proof import LOSS
from .search import Search
from .suspects import suspects
from .trials import Laboratory
from .tried import SOLVED

LOOK_SECONDS = 5.0
TRIALS = 5
"""Trainings that there must be time for: a repair by itself, beside the first, and the
proof of both."""

Look = Callable[[Sequence[Repair]], Sequence[Suspect]]
"""Gives what is suspected of the training with some repairs made."""


def look_again(
    case: Case, lab: Laboratory, repairs: Sequence[Repair]
) -> tuple[Suspect, ...]:
    """What the rules suspect of the training with some repairs made.

    Rules on layers still read the network of the script; those on the training see the
    mended one.
    """
    setup = repaired(case.setup, repairs)
    losses = [*lab.outcome(repairs).losses]
    rows = lab.splits[0].train
    return suspects(
        replace(
            case,
            setup=setup,
            fit=replace(case.fit, history={"loss": losses}),
            probe=measure(setup, rows, seed=lab.seed, seconds=LOOK_SECONDS),
        )
    )


def inquire_again(
    found: Inquiry,
    lab: Laboratory,
    known: Sequence[Suspect],
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
    lab : Laboratory
        That of the first search: what it knows is not trained again.
    known : sequence of Suspect
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


def _most_helpful(found: Inquiry, known: Sequence[Suspect]) -> list[Repair]:
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
