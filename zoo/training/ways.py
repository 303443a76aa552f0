"""Graph or XLA: by rule where the layers tell, else by a trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..backend import keras
from ..backend import tensorflow as tf
from .layers import draws, is_keras, walk
from .programs import ExecutionMode


@dataclass(frozen=True)
class Choice:
    """The way an epoch is run, and why."""

    way: ExecutionMode
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


def choose(model: keras.Model, steps: int) -> Choice | None:
    """The way a rule names; None where it takes a trial.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    steps : int
        Of the whole training.
    """
    parts = list(walk(model))
    without = [p for p in parts if not getattr(p, "supports_jit", True)]
    if without:
        return Choice("graph", f"{type(without[0]).__name__} does without XLA")
    if steps < MIN_STEPS:
        return Choice("graph", f"{steps:,} steps in all do not pay for compiling XLA")
    if tf.config.list_physical_devices("GPU"):
        return None
    for layer in parts:
        name = type(layer).__name__
        if is_keras(layer) and name.startswith(_CONVOLUTIONS):
            return Choice("graph", f"XLA is slow at {name} on a CPU")
    # at random numbers XLA was found an eighth as fast as the graph, and twice as fast
    if any(draws(p) for p in parts):
        return None
    if all(is_keras(p) and type(p).__name__ in _FAST for p in parts):
        return Choice("xla", f"{steps:,} steps in all, of layers that XLA is fast at")
    return None


def out_of_range(model: keras.Model, data: Any) -> str:
    """Describe whole numbers in ``(x, y, ...)`` that the graph would refuse, if any.

    XLA takes a word or a class that is none for another, and says nothing.
    """
    words = [p.input_dim for p in walk(model) if isinstance(p, keras.layers.Embedding)]
    inputs = keras.tree.flatten(data[0])
    if words and not all(_within(a, min(words), -min(words)) for a in inputs):
        return "a number among the inputs is no row of the embedding"
    outputs = getattr(model, "output_shape", None)
    if len(data) > 1 and isinstance(outputs, tuple) and "sparse" in _loss_name(model):
        targets = keras.tree.flatten(data[1])
        if not all(_within(t, outputs[-1]) for t in targets):
            return "a target is no class of the outputs"
    return ""


def _within(numbers: Any, end: int | None, start: int = 0) -> bool:
    """Whether whole numbers lie in ``start`` to ``end - 1``; no others count."""
    if end is None or numbers.dtype.kind not in "iu":
        return True
    return bool(numbers.min() >= start and numbers.max() < end)


def _loss_name(model: keras.Model) -> str:
    loss: Any = model.loss
    return str(loss if isinstance(loss, str) else getattr(loss, "name", ""))
