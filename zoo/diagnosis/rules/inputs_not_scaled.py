"""P701: inputs in a range that the first layer cannot use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..codemod.edits import NormaliseInputs, ScaleInputs
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.graph import NORMALISERS, arrays_of, flat_layers, readers, sample_evenly

LARGE, SMALL = 10.0, 0.1
"""Standard deviations beyond which weights of the usual start are far from right."""
_FAR = 3.0
"""A column further from 0 than so many deviations, and than this number itself: its
units see the mean and hardly the difference between rows."""
_UNEQUAL = 10.0
"""Factor between the spreads of columns (LeCun, Bottou, Orr, Müller 1998)."""
_WIDE = 100
"""Tables with more columns are pixels or words: they share one unit."""
_PIXEL = 255.0
_ADVICE = (
    "Add keras.layers.Normalization(), adapted to the training rows, as first layer."
)
_FROZEN_ADVICE = (
    "Give frozen layers their inputs on the scale that they were trained on, such as "
    "pixels from 0 to 1, or as preprocess_input of keras.applications gives them."
)
SCALERS = (keras.layers.Rescaling, keras.layers.Normalization)
PASSING = (
    keras.layers.Flatten,
    keras.layers.Reshape,
    keras.layers.Dropout,
    keras.layers.RandomFlip,
    keras.layers.RandomRotation,
    keras.layers.RandomTranslation,
    keras.layers.RandomZoom,
    keras.layers.RandomCrop,
    keras.layers.RandomContrast,
    keras.layers.CenterCrop,
    keras.layers.Resizing,
)
"""Layers that hand on what they get, as far as its size goes."""


@dataclass(frozen=True)
class _Size:
    """Trouble with the size of an array, in words; "" if there is none."""

    trouble: str
    mean: float
    spread: float


@rule("P701", order=160)
def inputs_not_scaled(context: RuleContext) -> NetworkFinding | None:
    """Inputs that are large, far from 0, or of unequal size where layers read them."""
    sizes = [_size(values) for values in _input_samples(context)]
    found = [size for size in sizes if size.trouble]
    if not found:
        return None
    axes = max(np.ndim(part) for part in context.inputs)
    standard = Repair(
        "inputs standardised",
        lambda setup: replace(setup, normalise=True),
        (NormaliseInputs(axes),),
    )
    known = _known_scales(context)
    return network_finding(
        "P701",
        f"The inputs of the network are not scaled to about 1: {found[0].trouble}.",
        _FROZEN_ADVICE if known else _ADVICE,
        priority=1,
        repairs=(*known, standard),
        largest_mean=max(abs(size.mean) for size in found),
        largest_spread=max(size.spread for size in found),
    )


def _known_scales(context: RuleContext) -> tuple[Repair, ...]:
    """Bring inputs to scales that frozen layers are usually trained on.

    These cannot get used to another one: pixels of 0 to 1, or of -1 to 1.
    """
    arrays = [part for part in context.inputs if part.dtype.kind in "iuf"]
    if len(arrays) != 1 or len(context.inputs) != 1 or not _is_frozen(context):
        return ()
    low, high = float(np.nanmin(arrays[0])), float(np.nanmax(arrays[0]))
    if low >= 0 and 1 < high <= _PIXEL:
        low, high = 0.0, _PIXEL
    if not low < high or not np.isfinite(high - low):
        return ()
    usual = [to for to in ((0.0, 1.0), (-1.0, 1.0)) if to != (low, high)]
    return tuple(_to_range(low, high, to) for to in usual)


def _to_range(low: float, high: float, to: tuple[float, float]) -> Repair:
    scale = float(f"{(to[1] - to[0]) / (high - low):.6g}")
    offset = float(f"{to[0] - low * scale:.6g}")
    return Repair(
        f"inputs scaled to {to[0]:g} .. {to[1]:g}",
        lambda setup: replace(setup, span=(scale, offset)),
        (ScaleInputs(scale, offset),),
    )


def _is_frozen(context: RuleContext) -> bool:
    """Whether layers keep weights that were loaded, or trained before."""
    layers = flat_layers(context.fit.model)
    held = any(layer.weights and not layer.trainable for layer in layers)
    return context.fit.pretrained and held


def _input_samples(context: RuleContext) -> Iterator[np.ndarray]:
    """A sample of each input that is read as numbers, as weights meet it first."""
    model = context.fit.model
    arrays = arrays_of(model, sample_evenly(context.fit.x, 1_000))
    inputs = getattr(model, "inputs", None) or [None] * len(arrays)
    for values, tensor in zip(arrays, inputs, strict=False):
        if values.dtype.kind not in "iuf":
            continue
        if tensor is None:
            first = model.layers[:1]
            seen = values.astype("float64")
        else:
            seen, first = _skip_scaling_layers(model, tensor, values.astype("float64"))
        unread = (*NORMALISERS, keras.layers.Embedding, keras.layers.Masking)
        if not any(isinstance(layer, unread) for layer in first):
            yield seen


def _skip_scaling_layers(
    model: Any, tensor: Any, values: np.ndarray
) -> tuple[np.ndarray, list[Any]]:
    """The values behind what only scales or reshapes them, and the layers that come."""
    after = readers(model, tensor)
    while len(after) == 1 and isinstance(after[0], (*SCALERS, *PASSING)):
        layer = after[0]
        if isinstance(layer, SCALERS):
            values = np.asarray(layer(values.astype("float32")), "float64")
        after = _readers_of(model, layer)
    return values, after


def _readers_of(model: Any, layer: Any) -> list[Any]:
    """Return the layers behind a layer, which may stand in a model within."""
    for inner in model.layers:
        if isinstance(inner, keras.Model) and layer in flat_layers(inner):
            within = _readers_of(inner, layer)
            return within or readers(model, inner._inbound_nodes[-1].output_tensors[0])
    return readers(model, layer.output)


def _size(values: np.ndarray) -> _Size:
    """Judge columns each, and images or series as a whole."""
    columns = values if values.ndim == 2 else values.reshape(-1, 1)
    columns = np.where(np.isfinite(columns), columns, np.nan)
    columns = columns[:, np.isfinite(columns).any(axis=0)]
    if not columns.size:
        return _Size("", 0.0, 0.0)
    means, spreads = np.nanmean(columns, axis=0), np.nanstd(columns, axis=0)
    vary = spreads > 1e-6 * np.maximum(1.0, np.abs(means))
    if not vary.any():
        return _Size("", float(means[0]), 0.0)
    even = vary & [_is_even(column) for column in columns.T]
    return _Size(
        _describe_columns(means[vary], spreads[vary], spreads[even]),
        float(np.abs(means[vary]).max()),
        float(spreads[vary].max()),
    )


def _is_even(column: np.ndarray) -> bool:
    """Whether no single value fills most of a column, as 0 does in counts and flags."""
    known = column[np.isfinite(column)]
    counts = np.unique(known, return_counts=True)[1]
    return len(counts) > 2 and counts.max() <= len(known) / 2


def _describe_columns(
    means: np.ndarray, spreads: np.ndarray, even_spreads: np.ndarray
) -> str:
    """Describe the trouble with columns; those without a commonest value are even."""
    most, least = spreads.max(), spreads.min()
    if most > LARGE:
        return f"standard deviations are up to {most:,.3g}"
    far = (np.abs(means) > _FAR * spreads) & (np.abs(means) > _FAR)
    if far.any():
        i = int(np.argmax(far))
        return f"a column has mean {means[i]:,.3g}, standard deviation {spreads[i]:.3g}"
    if most < SMALL:
        return f"standard deviations are at most {most:.3g}"
    if len(even_spreads) > 1 and len(spreads) < _WIDE:
        least, most = even_spreads.min(), even_spreads.max()
        if most > _UNEQUAL * least:
            return f"standard deviations range from {least:.3g} to {most:.3g}"
    return ""
