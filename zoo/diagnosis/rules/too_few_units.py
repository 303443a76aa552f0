"""N111: hidden layers narrower than what must pass through them."""

from __future__ import annotations

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..problem.autoencoder import is_autoencoder
from ..problem.context import NetworkFinding, Priority, RuleContext, network_finding
from ..problem.graph import LINEAR, Node, arrays_of, is_recurrent, readers
from .repairs import set_layers
from .trying import buildable

_LEAST = 32
"""Units that a widened layer has at least; more cost little."""
NARROW = 5
"""Units so few that a bad start of some of them leaves too few (the dead relu)."""


@rule("N111", order=180)
def too_few_units(context: RuleContext) -> NetworkFinding | None:
    """A layer that everything passes, with fewer units than outputs and inputs need.

    Or an embedding with fewer entries than the inputs name.
    """
    if (short := _short_list(context)) is not None:
        return short
    if is_autoencoder(context.inputs, context.targets):
        return None
    needed = min(_needed_units(context), _inputs(context))
    layers = [node for node in context.graph.hidden if _is_bottle(context, node)]
    narrow = [node for node in layers if node.layer_width < needed]
    priority: Priority = 1
    why = f"{_needed_units(context)} outputs depend on {_inputs(context)} inputs"
    if not narrow:
        narrow, priority = _narrow_layers(layers), 2
        why = "with so few, a bad initialisation of one or two can prevent learning"
    if not narrow:
        return None
    message = ", ".join(f"{n.name!r} {n.layer_width}" for n in narrow[:3])
    units = max(_LEAST, 2 * context.task.outputs)
    wider = set_layers(context, narrow, f"{units} units in narrow layers", units=units)
    return network_finding(
        "N111",
        f"Hidden layers are narrow (units: {message}); {why}.",
        f"Widen these layers, e.g. to {units} units.",
        priority=priority,
        repairs=buildable(context, [wider]),
        layers=tuple(node.name for node in narrow),
        narrowest=min(node.layer_width for node in narrow),
        outputs=_needed_units(context),
    )


def _short_list(context: RuleContext) -> NetworkFinding | None:
    """An embedding whose inputs name entries that it does not have."""
    nodes = {id(node.layer): node for node in context.graph.nodes}
    tensors = getattr(context.fit.model, "inputs", None) or []
    given = arrays_of(context.fit.model, context.fit.x) if tensors else []
    for tensor, part in zip(tensors, given, strict=False):
        if part.dtype.kind not in "iuf" or not part.size:
            continue
        for layer in readers(context.fit.model, tensor):
            most = int(np.nan_to_num(part).max())
            short = (
                isinstance(layer, keras.layers.Embedding) and most >= layer.input_dim
            )
            if short and id(layer) in nodes:
                return _longer_list(context, nodes[id(layer)], part, most)
    return None


def _are_numbers(other: np.ndarray, part: np.ndarray) -> bool:
    """Whether they may be other rows of the same input."""
    is_filled = other.dtype.kind in "iuf" and other.size > 0
    return is_filled and other.shape[1:] == part.shape[1:]


def _longer_list(
    context: RuleContext, node: Node, part: np.ndarray, most: int
) -> NetworkFinding:
    # rows that are held back may name more
    held = keras.tree.flatten((context.fit.validation or (None,))[0])
    more = [int(np.max(x)) for x in map(np.asarray, held) if _are_numbers(x, part)]
    has, needed = int(node.layer.input_dim), max([most, *more]) + 1
    share = float((part >= has).mean())
    what = f"input_dim of {node.name!r}: {has:,} -> {needed:,}"
    repair = set_layers(context, [node], what, input_dim=needed)
    return network_finding(
        "N111",
        f"{node.name!r} has {has:,} entries, 0 to {has - 1:,}, but its inputs go up to "
        f"{most:,}: {share:.2g} of them name entries that it does not have.",
        f"Use input_dim={needed:,}, or keep the commonest {has - 1:,} entries when "
        "the inputs are made (num_words of a Tokenizer, max_tokens of a "
        "TextVectorization).",
        priority=0,
        repairs=buildable(context, [repair]),
        layers=(node.name,),
        entries=has,
        needed=needed,
    )


def _narrow_layers(layers: list[Node]) -> list[Node]:
    """All hidden layers that bend, where none of them is wide."""
    bent = [n for n in layers if n.activation != LINEAR and not is_recurrent(n.layer)]
    return bent if bent and max(n.layer_width for n in bent) <= NARROW else []


def _needed_units(context: RuleContext) -> int:
    """Numbers that must be told apart: classes, labels or targets; 2 at least."""
    return max(2, context.task.outputs)


def _inputs(context: RuleContext) -> int:
    """Input columns that vary; of words or sequences as many as there are outputs."""
    tables = [x.reshape(len(x), -1) for x in context.inputs if x.dtype.kind in "iufb"]
    vary = sum(int((np.ptp(x[:1_000], axis=0) != 0).sum()) for x in tables)
    kinds = (keras.layers.Embedding, keras.layers.TextVectorization)
    looked_up = any(isinstance(node.layer, kinds) for node in context.graph.nodes)
    return max(1, _needed_units(context) if looked_up else vary)


def _is_bottle(context: RuleContext, node: Node) -> bool:
    """Whether all that reaches an output passes this layer, as a row of its units."""
    if not hasattr(node.layer, "units") or getattr(node.layer, "return_sequences", 0):
        return False
    parents = {n.name: n.inputs for n in context.graph.nodes}
    seen: set[str] = set()
    waiting = [head.name for head in context.graph.output_layers]
    while waiting:
        name = waiting.pop()
        if name == node.name or name in seen:
            continue
        seen.add(name)
        if not parents.get(name):  # an input: there is a way around
            return False
        waiting += parents[name]
    return bool(context.graph.output_layers)
