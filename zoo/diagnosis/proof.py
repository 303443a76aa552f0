"""Whether a set of repairs holds on every split, and each of them is needed."""

from __future__ import annotations

from collections.abc import Sequence

from .gain import SLACK
from .inquiry import FAILING, Cause, Proposal
from .tried import Tried

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
