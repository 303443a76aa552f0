"""N113: padding that a recurrent layer reads as if it were data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.graph import Node, arrays_of, is_recurrent, sample_evenly
from .repairs import insert_before, set_layers
from .trying import buildable

PADDED = 0.2
"""Share of all steps that must be padding."""
_ROWS = 0.5
"""Share of rows that must have some."""
INSIDE = 0.05
"""Share of steps within the data that may look like padding all the same."""


@dataclass(frozen=True)
class _Padding:
    """Runs of one value at an end of the rows: the value, and how many steps."""

    value: float
    share: float
    shortest: int
    longest: int
    at_start: bool


@rule("N113", order=120)
def missing_mask(context: RuleContext) -> NetworkFinding | None:
    """Sequences of different lengths, filled up, and a recurrent layer without mask."""
    nodes = {node.name: node for node in context.graph.nodes}
    for node in context.graph.nodes:
        way = _path_from_input(node, nodes) if is_recurrent(node.layer) else None
        if not way:
            continue
        padding = _padding(_read(context, way[0]))
        if padding is not None:
            return _finding(context, node, way[0], padding)
    return None


def _finding(
    context: RuleContext, node: Node, first: Node, padding: _Padding
) -> NetworkFinding:
    end = "start" if padding.at_start else "end"
    return network_finding(
        "N113",
        f"{padding.share:.0%} of the steps that {node.name!r} reads are padding with "
        f"{padding.value:g} at the {end} of the rows ({padding.shortest} to "
        f"{padding.longest} steps), without a mask.",
        "Use Embedding(mask_zero=True), or add keras.layers.Masking before it.",
        priority=1,
        repairs=buildable(context, [_masked(context, first, padding.value)]),
        layers=(node.name,),
        padded=padding.share,
        value=padding.value,
    )


def _masked(context: RuleContext, first: Node, value: float) -> Repair:
    if isinstance(first.layer, keras.layers.Embedding):
        return set_layers(context, [first], "mask of the padding", mask_zero=True)
    return insert_before(
        context,
        first,
        f"mask of steps that are {value:g}",
        lambda: keras.layers.Masking(mask_value=value),
        f"keras.layers.Masking(mask_value={value!r})",
    )


def _path_from_input(node: Node, nodes: dict[str, Node]) -> list[Node]:
    """Layers from the input to this one; empty where one of them masks or mixes."""
    way = [node]
    while len(way[0].inputs) == 1 and way[0].inputs[0] in nodes:
        above = nodes[way[0].inputs[0]]
        if isinstance(above.layer, keras.layers.InputLayer):
            return way
        if isinstance(above.layer, keras.layers.Masking) or is_recurrent(above.layer):
            return []
        if isinstance(above.layer, keras.layers.Embedding):
            return [] if above.layer.mask_zero else [above, *way]
        if not above.layer.supports_masking:
            return []
        way.insert(0, above)
    return way


def _read(context: RuleContext, first: Node) -> np.ndarray:
    """The array that this layer reads, as (rows, steps, values)."""
    model = context.fit.model
    arrays = arrays_of(model, sample_evenly(context.fit.x, 1_000))
    taken = {id(t) for t in _tensors(first.layer)}
    inputs = getattr(model, "inputs", None) or []
    found = [a for a, t in zip(arrays, inputs, strict=False) if id(t) in taken]
    values = found[0] if found else arrays[0]
    if isinstance(first.layer, keras.layers.Embedding):
        values = values[..., None]
    return values


def _tensors(layer: Any) -> Iterator[Any]:
    for node in layer._inbound_nodes:
        yield from node.input_tensors


def _padding(values: np.ndarray) -> _Padding | None:
    """Find the padding of rows of different lengths, if there is any."""
    if values.ndim != 3 or values.dtype.kind not in "iuf" or values.shape[1] < 3:
        return None
    for at_start in (False, True):
        found = _find_padding(values[:, ::-1] if at_start else values, at_start)
        if found is not None:
            return found
    return None


def _find_padding(values: np.ndarray, at_start: bool) -> _Padding | None:
    last = values[:, -1]
    flat = last[(last == last[:, :1]).all(axis=1), 0]
    if len(flat) < _ROWS * len(values):
        return None
    kinds, counts = np.unique(flat, return_counts=True)
    value = kinds[counts.argmax()]
    blank = (values == value).all(axis=2)
    runs = np.cumprod(blank[:, ::-1], axis=1).sum(axis=1)
    inside = values.shape[1] * len(values) - int(runs.sum())
    stray = (int(blank.sum()) - int(runs.sum())) / max(1, inside)
    share = float(runs.mean() / values.shape[1])
    if (
        share < PADDED
        or (runs > 0).mean() < _ROWS
        or stray > INSIDE
        or np.ptp(runs) < 2
    ):
        return None
    return _Padding(float(value), share, int(runs.min()), int(runs.max()), at_start)
