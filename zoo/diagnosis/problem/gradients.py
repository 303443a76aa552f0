"""Automatic differentiation in place of gradients that a script gives by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from ...backend import keras, tensorflow

# TensorFlow looks both up by name at each call of a function with a gradient of its own
_DECORATORS = "tensorflow.python.ops.custom_gradient"


@contextmanager
def automatic_gradients() -> Iterator[None]:
    """Differentiate what ``custom_gradient`` and ``stop_gradient`` wrap, as it is.

    What is traced within keeps it.
    """

    def forward(function: Callable[..., Any], args: Any, named: Any) -> Any:
        return function(*args, **named)[0]

    def same(input: Any, name: str | None = None) -> Any:
        return keras.tree.map_structure(tensorflow.identity, input)

    with (
        patch(f"{_DECORATORS}._eager_mode_decorator", forward),
        patch(f"{_DECORATORS}._graph_mode_decorator", forward),
        patch.object(tensorflow, "stop_gradient", same),
    ):
        yield
