"""P709: columns that did not vary, and were divided by their spread."""

from __future__ import annotations

from ....baselines.rules.registry import rule
from ..problem.context import NetworkFinding, RuleContext, network_finding
from .inputs_not_finite import clean_inputs, divided_columns


@rule("P709", order=10)
def constant_inputs(context: RuleContext) -> NetworkFinding | None:
    """Columns without a single number: what is left of a constant after 0 / 0."""
    counts = [int(divided_columns(part).sum()) for part in context.inputs]
    if not sum(counts):
        return None
    return network_finding(
        "P709",
        f"{sum(counts):,} columns of the inputs are NaN or infinite in every row, as "
        "constant columns are after division by their standard deviation of 0: the "
        "first step makes the loss and all weights NaN.",
        "Drop constant columns, or scale with scikit-learn's StandardScaler, which "
        "sets them to 0.",
        priority=0,
        repairs=(clean_inputs(),),
        columns=sum(counts),
    )
