"""N106: hidden layers without activation are one linear layer."""

from __future__ import annotations

from ....baselines.rules.registry import rule
from ....data.counts import count
from ..problem.context import NetworkFinding, RuleContext, network_finding
from ..problem.graph import LINEAR, Node, is_recurrent
from .repairs import set_layers


@rule("N106", order=130)
def missing_nonlinearity(context: RuleContext) -> NetworkFinding | None:
    """Dense or convolutional layers whose output reaches the next ones unbent."""
    bare = [node for node in context.graph.hidden if _is_bare(node)]
    if not bare:
        return None
    names = ", ".join(repr(node.name) for node in bare[:3])
    have, they = ("has", "it is") if len(bare) == 1 else ("have", "they are")
    return network_finding(
        "N106",
        f"{count(len(bare), 'hidden layer')} ({names}) {have} no activation: with the "
        f"next layer, {they} equivalent to one linear layer.",
        "Give hidden layers activation='relu'.",
        priority=1,
        repairs=(
            set_layers(context, bare, "relu in hidden layers", activation="relu"),
        ),
        layers=tuple(node.name for node in bare),
        layers_without=len(bare),
    )


def _is_bare(node: Node) -> bool:
    return node.activation == LINEAR and not is_recurrent(node.layer)
