"""All rules on one training: findings that repairs may prove, nearest to the script."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ....baselines.rules.registry import checks
from ..problem.context import NetworkFinding, RuleContext

_LENGTH = ("N204", "N205")
"""How much is trained: tried before the rate where steps are few, else last."""
_FEW_STEPS = 300
"""No rate makes a network learn in much fewer."""

_log = logging.getLogger("learnable")
_Check = Callable[[RuleContext], NetworkFinding | None]


def run_rules(context: RuleContext) -> tuple[NetworkFinding, ...]:
    """Return what the rules find, by priority, and within one in the rules' order."""
    found = [f for check in _ordered(context) if (f := _run(check, context))]
    return tuple(sorted(found, key=lambda finding: finding.priority))


def _ordered(context: RuleContext) -> list[_Check]:
    codes = checks(__name__)
    if context.setup.steps >= _FEW_STEPS:
        return list(codes)
    return sorted(codes, key=lambda check: codes[check] not in _LENGTH)


def _run(check: _Check, context: RuleContext) -> NetworkFinding | None:
    try:
        return check(context)
    # a network of somebody's own can be anything: what one rule cannot read must not
    # take the word from the others
    except Exception as error:
        _log.debug("%s cannot read this network: %r", check.__name__, error)
        return None
