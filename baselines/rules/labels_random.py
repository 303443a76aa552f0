"""Targets that no feature tells anything of."""

from __future__ import annotations

from .context import RuleResult, TableContext, found
from .registry import rule


@rule("D305")
def labels_random(context: TableContext) -> RuleResult | None:
    """Nothing tells of the target, where an effect of stated size would be seen."""
    learned = context.learned
    if learned is None or learned.verdict.name != "no-signal":
        return None
    p, least = learned.signal.p, learned.signal.detectable
    assert least is not None
    return found(
        "D305",
        "warning",
        f"Given these features, the targets look random: p = {p:.3g}, and a linear "
        f"relation that explains {least:.1%} of the variance would have been found "
        "with 80 % power.",
        "Check that each target is in the row of its own features: a join, sort or "
        "shuffle of one of the two separates them. If it is, other features are "
        "needed.",
        p=p,
        detectable=least,
    )
