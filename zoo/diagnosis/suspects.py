"""All rules on one training: what is suspected, nearest to the script first."""

from __future__ import annotations

import logging
from collections.abc import Callable

from .case import Case, Suspect
from .rules.n106_missing_nonlinearity import missing_nonlinearity

CHECKS: tuple[Callable[[Case], Suspect | None], ...] = (missing_nonlinearity,)
"""In the order in which repairs are tried within a tier."""

_log = logging.getLogger("learnable")


def suspects(case: Case) -> tuple[Suspect, ...]:
    """What the rules suspect, by tier."""
    found = [s for check in CHECKS if (s := _asked(check, case)) is not None]
    return tuple(sorted(found, key=lambda s: s.tier))


def _asked(check: Callable[[Case], Suspect | None], case: Case) -> Suspect | None:
    try:
        return check(case)
    # a network of somebody's own can be anything: what one rule cannot read must not
    # take the word from the others
    except Exception as error:
        _log.debug("%s cannot read this network: %r", check.__name__, error)
        return None
