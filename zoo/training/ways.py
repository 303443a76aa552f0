"""Graph or XLA: by rule where the layers tell, else by a trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..backend import keras
from ..backend import tensorflow as tf
from .programs import Way


@dataclass(frozen=True)
class Choice:
    """The way an epoch is run, and why."""

    way: Way
    reason: str


MIN_STEPS = 2_000
"""Steps from which on XLA's compile time is worth it; see benchmarks/training.py."""

_FAST = (
    "Activation", "Add", "Average", "BatchNormalization", "Bidirectional",
    "Concatenate", "Cropping1D", "Dense", "Dot", "EinsumDense", "ELU", "Embedding",
    "Flatten", "GRU", "GRUCell", "GroupNormalization", "Identity", "InputLayer",
    "LSTM", "LSTMCell", "LayerNormalization", "LeakyReLU", "Masking", "Maximum",
    "Minimum", "Multiply", "Normalization", "PReLU", "Permute", "RMSNormalization",
    "RNN", "ReLU", "RepeatVector", "Rescaling", "Reshape", "SimpleRNN",
    "SimpleRNNCell", "Softmax", "StackedRNNCells", "Subtract", "TimeDistributed",
    "UnitNormalization",
)  # fmt: skip
_CONVOLUTIONS = ("Conv", "DepthwiseConv", "SeparableConv", "MaxPool", "AveragePool")
_RATES = ("rate", "dropout", "recurrent_dropout", "stddev")


def choose(model: keras.Model, steps: int) -> Choice | None:
    """The way a rule names; None where it takes a trial.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    steps : int
        Of the whole training.
    """
    parts = list(_walk(model))
    without = [p for p in parts if not getattr(p, "supports_jit", True)]
    if without:
        return Choice("graph", f"{type(without[0]).__name__} does without XLA")
    if steps < MIN_STEPS:
        return Choice("graph", f"{steps:,} steps are too few to pay for compiling XLA")
    if tf.config.list_physical_devices("GPU"):
        return None
    for layer in parts:
        name = type(layer).__name__
        if _is_keras(layer) and name.startswith(_CONVOLUTIONS):
            return Choice("graph", f"XLA is slow at {name} on a CPU")
    # at random numbers XLA was found an eighth as fast as the graph, and twice as fast
    if any(draws(p) for p in parts):
        return None
    if all(_is_keras(p) and type(p).__name__ in _FAST for p in parts):
        return Choice("xla", f"{steps:,} steps of layers that XLA is fast at")
    return None


def out_of_range(model: keras.Model, data: Any) -> str:
    """What of the whole numbers in ``(x, y, ...)`` the graph would refuse, if anything.

    XLA takes a word or a class that is none for another, and says nothing.
    """
    words = [p.input_dim for p in _walk(model) if isinstance(p, keras.layers.Embedding)]
    if words and not all(_within(t, min(words)) for t in keras.tree.flatten(data[0])):
        return "a number among the inputs is no row of the embedding"
    outputs = getattr(model, "output_shape", None)
    if len(data) > 1 and isinstance(outputs, tuple) and "sparse" in _loss_name(model):
        targets = keras.tree.flatten(data[1])
        if not all(_within(t, outputs[-1]) for t in targets):
            return "a target is no class of the outputs"
    return ""


def _within(numbers: Any, end: int | None) -> bool:
    """Whether whole numbers lie in 0 to ``end - 1``; others are not looked at."""
    if end is None or numbers.dtype.kind not in "iu":
        return True
    return bool(numbers.min() >= 0 and numbers.max() < end)


def _loss_name(model: keras.Model) -> str:
    loss: Any = model.loss
    return str(loss if isinstance(loss, str) else getattr(loss, "name", ""))


def draws(layer: Any) -> bool:
    """Whether a layer of Keras draws random numbers while it trains."""
    return any(
        isinstance(rate := getattr(layer, name, 0), (int, float)) and rate > 0
        for name in _RATES
    )


def _is_keras(layer: Any) -> bool:
    return type(layer).__module__.startswith("keras.")


def _walk(layer: Any) -> Iterator[Any]:
    """Layers in a model, those inside wrappers and nested models included.

    A model written as a class is one layer that nothing is known of.
    """
    if isinstance(layer, keras.Model) and _is_keras(layer):
        for inner in getattr(layer, "operations", layer.layers):
            yield from _walk(inner)
        return
    yield layer
    for name in ("layer", "cell", "forward_layer", "backward_layer"):
        inner = getattr(layer, name, None)
        if isinstance(inner, keras.Layer):
            yield from _walk(inner)
