"""P710: inputs whose axes the network reads in another sense than they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.graph import Node, arrays_of, is_recurrent, readers, sample_evenly
from .repairs import insert_before
from .trying import buildable

_OF_SERIES = (keras.layers.Conv1D, keras.layers.SeparableConv1D)
_OF_IMAGES = (keras.layers.Conv2D, keras.layers.SeparableConv2D)
_CHANNELS = (1, 3, 4)
_LEAST = 0.5
"""Correlation of neighbours along an axis of time or space."""
_MORE = 0.3
"""How much higher it must be than in the sense in which the network reads; of images
channels are as alike as pixels."""
_ROWS = 512


@dataclass(frozen=True)
class _Sense:
    """Another sense of the axes, and the layer that gives it."""

    layer: str
    shape: tuple[int, ...]
    values: np.ndarray

    def make(self) -> Any:
        return getattr(keras.layers, self.layer)(self.shape)

    @property
    def code(self) -> str:
        return f"keras.layers.{self.layer}({self.shape!r})"


@rule("P710", order=25)
def input_shape(context: RuleContext) -> NetworkFinding | None:
    """A series or image whose neighbours are alike in another sense of its axes."""
    node = _reader(context)
    if node is None:
        return None
    values = arrays_of(context.fit.model, sample_evenly(context.fit.x, _ROWS))[0]
    if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        return None
    is_image = values.ndim == 4
    axes = (1, 2) if is_image else (1,)
    here = _neighbour_correlation(values, axes)
    found = [
        (_neighbour_correlation(s.values, axes), s) for s in _other_layouts(values)
    ]
    least = _LEAST if is_image else max(_LEAST, here + _MORE)
    good = [(v, s) for v, s in found if v >= least]
    good.sort(key=lambda pair: -pair[0])
    repairs = buildable(context, [_repair(context, node, s) for _, s in good])
    if not repairs:
        return None
    message = "rows and columns" if is_image else "time"
    shape = " x ".join(map(str, values.shape[1:]))
    other = " x ".join(map(str, good[0][1].values.shape[1:]))
    return network_finding(
        "P710",
        f"{node.name!r} reads inputs of {shape} with {message} first, where neighbours "
        f"have a correlation of {here:.2f}; read as {other} they have "
        f"{good[0][0]:.2f}.",
        f"Bring the axes into the order that {node.kind} reads: {good[0][1].code}, or "
        "np.transpose of the array (reshape does not exchange axes).",
        priority=1,
        repairs=repairs,
        layers=(node.name,),
        here=here,
        there=good[0][0],
    )


def _reader(context: RuleContext) -> Node | None:
    """The one layer that reads the one input, if it reads time or space."""
    model = context.fit.model
    tensors = getattr(model, "inputs", None) or []
    if len(tensors) != 1:
        return None
    found = readers(model, tensors[0])
    if len(found) != 1:
        return None
    layer, axes = found[0], len(tensors[0].shape)
    of_series = axes == 3 and (is_recurrent(layer) or isinstance(layer, _OF_SERIES))
    of_images = axes == 4 and isinstance(layer, _OF_IMAGES)
    if not (of_series or of_images) or _is_channels_first(layer):
        return None
    return next((n for n in context.graph.nodes if n.layer is layer), None)


def _is_channels_first(layer: Any) -> bool:
    return getattr(layer, "data_format", "channels_last") == "channels_first"


def _other_layouts(values: np.ndarray) -> Iterator[_Sense]:
    """Other orders of the axes, and rows that a reshape has put into another shape."""
    sizes = values.shape[1:]
    if values.ndim == 3:
        swapped, order = (sizes[1], sizes[0]), (2, 1)
    elif sizes[0] in _CHANNELS and sizes[2] not in _CHANNELS:
        swapped, order = (sizes[1], sizes[2], sizes[0]), (2, 3, 1)
    else:
        return
    yield _Sense("Permute", order, values.transpose(0, *order))
    if swapped != sizes and 1 not in swapped:
        yield _Sense("Reshape", swapped, values.reshape(len(values), *swapped))


def _neighbour_correlation(values: np.ndarray, axes: tuple[int, ...]) -> float:
    """Correlation of neighbours along some axes, the mean over rows taken out first."""
    spread = values.astype("float64") - values.mean(axis=0)
    return float(np.mean([_correlation_along(spread, axis) for axis in axes]))


def _correlation_along(spread: np.ndarray, axis: int) -> float:
    size = spread.shape[axis]
    if size < 2:
        return 0.0
    before = np.take(spread, range(size - 1), axis)
    after = np.take(spread, range(1, size), axis)
    power = np.sqrt(np.mean(before**2) * np.mean(after**2))
    return float(np.mean(before * after) / power) if power > 0 else 0.0


def _repair(context: RuleContext, node: Node, sense: _Sense) -> Repair:
    what = f"{sense.layer}({sense.shape}) before {node.name!r}"
    return insert_before(context, node, what, sense.make, sense.code)
