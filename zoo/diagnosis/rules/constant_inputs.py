"""P709: columns that did not vary, and were divided by their spread."""

from __future__ import annotations

from ....baselines.rules.registry import rule
from ..problem.context import NetworkFinding, RuleContext, network_finding
from .inputs_not_finite import clean_inputs, empty_columns


@rule("P709", order=10)
def constant_inputs(context: RuleContext) -> NetworkFinding | None:
    """Columns without a single number: what is left of a constant after 0 / 0."""
    counts = [int(empty_columns(part).sum()) for part in context.inputs]
    if not sum(counts):
        return None
    return network_finding(
        "P709",
        f"{sum(counts):,} columns of the inputs are NaN or infinite in every row, as "
        "columns of one value become when they are divided by their standard "
        "deviation, 0: the first step makes the loss NaN, and with it every weight.",
        "Drop columns of one value, or scale with scikit-learn's StandardScaler, "
        "which leaves them 0.",
        priority=0,
        repairs=(clean_inputs(),),
        columns=sum(counts),
    )
