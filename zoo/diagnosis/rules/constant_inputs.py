"""P709: columns that did not vary, and were divided by their spread."""

from __future__ import annotations

from ....baselines.rules.registry import rule
from ....data.counts import count
from ..problem.context import NetworkFinding, RuleContext, network_finding
from .inputs_not_finite import LOST, clean_inputs, divided_columns


@rule("P709", order=10)
def constant_inputs(context: RuleContext) -> NetworkFinding | None:
    """Columns without a single number: what is left of a constant after 0 / 0."""
    number = sum(int(divided_columns(part).sum()) for part in context.inputs)
    if not number:
        return None
    verb, are = (
        ("is", "a constant column is")
        if number == 1
        else ("are", "constant columns are")
    )
    return network_finding(
        "P709",
        f"{count(number, 'column')} of the inputs {verb} NaN in every row, as "
        f"{are} after division by a standard deviation of 0: {LOST}.",
        "Drop constant columns, or scale with scikit-learn's StandardScaler, which "
        "sets them to 0.",
        priority=0,
        repairs=(clean_inputs(),),
        columns=number,
    )
