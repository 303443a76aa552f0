"""Repairs that a network can take: those that cannot be built are left out."""

from __future__ import annotations

from collections.abc import Iterable

from ..problem.context import Repair, RuleContext
from ..problem.copy_model import copy


def buildable(context: RuleContext, repairs: Iterable[Repair]) -> tuple[Repair, ...]:
    """Those whose network can be made: shapes fit, and layers can be copied."""
    return tuple(repair for repair in repairs if _is_buildable(context, repair))


def _is_buildable(context: RuleContext, repair: Repair) -> bool:
    try:
        copy(repair.apply(context.setup).model)
    except Exception:  # what a layer of the script's own raises is anybody's guess
        return False
    return True
