"""Layers as a script makes them and calls them on symbolic tensors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import Any

from ...backend import keras
from ..problem.copy_model import note_arguments
from .recording import LayerCall, Place, Recording
from .source_locations import UserCode


class Wires:
    """Notes layers and their calls into a recording.

    A layer that another layer makes for itself is left out, as are models and inputs.
    A model that is called within another is noted as a call.
    """

    def __init__(self, recording: Recording, code: UserCode) -> None:
        self._recording, self._code = recording, code
        self._places: dict[int, Place | None] = {}
        self._models: list[Any] = []  # kept, so that no id is used twice
        self._givers: dict[int, tuple[int, Any]] = {}
        self._stacked: dict[tuple[int, int], int] = {}
        self._depth = 0
        self.calling = 0

    def made(self, original: Callable[..., Any]) -> Any:
        """In place of ``keras.layers.Layer.__new__``."""

        @wraps(original)
        def new(kind: type, *args: Any, **named: Any) -> Any:
            layer = original(kind, *args, **named)
            note_arguments(layer, args, named)
            self._note_layer(layer, sys._getframe(1))
            return layer

        return staticmethod(new)

    def model_made(self, original: Callable[..., Any]) -> Any:
        """In place of ``keras.Model.__new__``, which hands no arguments on."""

        @wraps(original)
        def new(kind: type, *args: Any, **named: Any) -> Any:
            model = original(kind, *args, **named)
            note_arguments(model, args, named)
            return model

        return staticmethod(new)

    def _note_layer(self, layer: Any, frame: FrameType) -> None:
        if isinstance(layer, keras.layers.InputLayer) or self._within_layer(frame):
            return
        place = self._places[id(layer)] = self._code.user_location(frame)
        if isinstance(layer, keras.Model):
            self._models.append(layer)
        else:
            self._recording.layers.append((layer, place))

    def _within_layer(self, frame: FrameType | None) -> bool:
        while frame is not None and not self._code.is_user_file(
            frame.f_code.co_filename
        ):
            names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            owner = frame.f_locals.get(names[0]) if names else None
            if _is_layer(owner):
                return True
            frame = frame.f_back
        return False

    def called(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.layers.Layer.__call__``."""

        @wraps(original)
        def call(layer: Any, *args: Any, **named: Any) -> Any:
            inner = not isinstance(layer, keras.Model)
            self._depth += inner
            self.calling += 1
            try:
                output = original(layer, *args, **named)
            finally:
                self._depth -= inner
                self.calling -= 1
            flat = keras.tree.flatten((args, named))
            given = [value for value in flat if isinstance(value, keras.KerasTensor)]
            if given and not self._depth:
                self._note_call(layer, given, output, _stack(sys._getframe(1)))
            return output

        return call

    def _note_call(
        self, layer: Any, given: list[Any], output: Any, stack: int | None
    ) -> None:
        inputs = tuple(dict.fromkeys(n for t in given for n in self._sources(t)))
        calls = self._recording.calls
        number = self._stacked.get((stack, id(layer))) if stack is not None else None
        # a Sequential calls all its layers anew for each that is added
        if number is None or calls[number].inputs != inputs:
            number = len(calls)
            calls.append(LayerCall(number, layer, inputs, self._places.get(id(layer))))
        if stack is not None:
            self._stacked[stack, id(layer)] = number
        for tensor in keras.tree.flatten(output):
            self._givers[id(tensor)] = (number, tensor)

    def _sources(self, tensor: Any) -> list[int]:
        """Calls behind a tensor, through operations that are no layers."""
        if id(tensor) in self._givers:
            return [self._givers[id(tensor)][0]]
        operation, node, _ = getattr(tensor, "_keras_history", (None, 0, 0))
        if operation is None or isinstance(operation, keras.layers.InputLayer):
            return [-1]
        behind = operation._inbound_nodes[node].input_tensors
        return [number for t in behind for number in self._sources(t)]

    def finish(self) -> None:
        """Leave out layers whose making failed."""
        layers = self._recording.layers
        layers[:] = [pair for pair in layers if hasattr(pair[0], "name")]


def _is_layer(value: Any) -> bool:
    kind = type(value)
    return issubclass(kind, keras.layers.Layer) and not issubclass(kind, keras.Model)


def _stack(frame: FrameType) -> int | None:
    """The Sequential that calls its layers to build itself."""
    owner = frame.f_locals.get("self") if frame.f_code.co_name == "build" else None
    return id(owner) if isinstance(owner, keras.Sequential) else None
