"""Arrays under the names that a script has for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .recording import Fit, Recording

MOST_CELLS = 10_000_000
"""Of an array that is compared."""


def whole_fit(recording: Recording, fit: Fit) -> Fit | None:
    """The training as it was recorded, of which ``fit`` has some rows or one output."""
    # what is made from a training keeps its history
    return next((f for f in recording.fits if f.history is fit.history), None)


def sees_names(fit: Fit) -> bool:
    """Whether a statement before ``compile`` can change the script's arrays.

    Within a function it would make names of its own.
    """
    place = fit.compiled or fit.place
    if place is None:
        return False
    try:
        tree = ast.parse(Path(place.file).read_bytes())
    except (OSError, SyntaxError):  # code that came from no file
        return False
    functions = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return not any(
        node.lineno <= place.line <= (node.end_lineno or node.lineno)
        for node in functions
    )


def name_of(recording: Recording, array: Any) -> str | None:
    """The name under which the script holds an array; None where it has none."""
    same = (n for n, v in arrays(recording) if _equal(v, array))
    return next(same, None)


def names_of_labels(recording: Recording, fit: Fit) -> tuple[str, ...]:
    """Every name for labels of the same classes as those that were trained on.

    None unless the labels given to ``fit`` have a name themselves: a name for what
    they were made from would be changed together with them.
    """
    whole = whole_fit(recording, fit)
    if whole is None or not sees_names(whole) or name_of(recording, whole.y) is None:
        return ()
    classes = np.unique(whole.y)
    return tuple(
        name
        for name, value in arrays(recording)
        if value.ndim == whole.y.ndim
        and value.dtype.kind in "iuf"
        and np.array_equal(np.unique(value), classes)
    )


def arrays(recording: Recording) -> Iterator[tuple[str, np.ndarray]]:
    """Name and value of the script's arrays, very large ones left out."""
    module = recording.module
    for name, value in vars(module).items() if module else ():
        if isinstance(value, np.ndarray) and value.size <= MOST_CELLS:
            yield name, value


def _equal(value: np.ndarray, array: Any) -> bool:
    alike = isinstance(array, np.ndarray) and value.shape == array.shape
    return alike and np.array_equal(value, array)
