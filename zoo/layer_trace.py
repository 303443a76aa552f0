"""Which layers a model's code makes, and which of them reach its output.

Keras drops a layer from the graph when nothing behind it uses what it gives, and says
nothing. So every call of a layer is noted while the model is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .backend import keras
from .recipe import Recipe
from .registry import build


@dataclass(frozen=True)
class LayerFact:
    """One layer: the shape of its output for one row, and whose outputs it takes.

    ``used`` tells whether it reaches an output of the model.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    inputs: tuple[str, ...]
    used: bool


@dataclass
class _Calls:
    """Layers in the order of their calls, and which one gave a tensor."""

    layers: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    givers: dict[int, str] = field(default_factory=dict)

    def note(self, layer: Any, given: list[Any], output: Any) -> None:
        self.layers[layer.name] = layer
        names = (self.givers.get(id(tensor), "") for tensor in given)
        self.inputs.setdefault(layer.name, tuple(name for name in names if name))
        self.outputs[layer.name] = output  # kept, so that no id is used twice
        for tensor in keras.tree.flatten(output):
            self.givers[id(tensor)] = layer.name


@contextmanager
def _noted() -> Iterator[_Calls]:
    calls, original = _Calls(), keras.layers.Layer.__call__

    def call(layer: Any, *args: Any, **named: Any) -> Any:
        output = original(layer, *args, **named)
        flat = keras.tree.flatten((args, named))
        given = [value for value in flat if isinstance(value, keras.KerasTensor)]
        if given and not isinstance(layer, keras.Model):
            calls.note(layer, given, output)
        return output

    base: Any = keras.layers.Layer
    base.__call__ = call
    try:
        yield calls
    finally:
        base.__call__ = original


def trace(
    settings: Recipe, *, shape: tuple[int, ...], outputs: int
) -> tuple[LayerFact, ...]:
    """Every layer that a model's code puts to use, in the order of their calls.

    Parameters
    ----------
    settings, shape, outputs
        As of `learnable.zoo.registry.build`.
    """
    with _noted() as calls:
        model = build(settings, shape=shape, outputs=outputs)
    used = {layer.name for layer in _within(model)}
    return tuple(
        LayerFact(
            name,
            type(layer).__name__,
            _row_shape(calls.outputs[name]),
            _own_parameters(layer),
            calls.inputs[name],
            name in used,
        )
        for name, layer in calls.layers.items()
    )


def _within(model: Any) -> Iterator[Any]:
    """Layers of a model, of the models in it, and those that wrappers repeat."""
    for layer in model.layers:
        yield layer
        inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
        yield inner
        if isinstance(inner, keras.Model):
            yield from _within(inner)


def _own_parameters(layer: Any) -> int:
    """A wrapper has none: they are those of the layers that it repeats."""
    return 0 if isinstance(layer, keras.layers.Wrapper) else int(layer.count_params())


def _row_shape(output: Any) -> tuple[int, ...]:
    first = keras.tree.flatten(output)[0]
    return tuple(int(size or 0) for size in first.shape[1:])
