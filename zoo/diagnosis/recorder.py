"""Keras as it is, with a note of what a script does with it."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

from ..backend import keras
from .arrays import Copies, tapped
from .fits import Fits
from .loops import Loops
from .notes import Notes
from .places import UserCode
from .recording import Asked, Fit, Recording
from .wires import Wires

# Scripts that predict row by row, or in each step of a loop, would fill the memory.
MOST_ASKED = 50


@contextmanager
def recorded(
    script: str,
    *,
    most_rows: int = 20_000,
    on_fit: Callable[[Fit], None] | None = None,
) -> Iterator[Recording]:
    """Record what is done with Keras inside the ``with`` block.

    Parameters
    ----------
    script : str
        The file whose lines, with those of modules beside it, are the user's.
    most_rows : int
        Rows to keep of generators, datasets and batches; arrays are kept whole.
    on_fit : callable, optional
        Called with each training as soon as it ends.

    Yields
    ------
    Recording
        Filled as things happen; complete after the block.
    """
    recording, code, copies = Recording(script=script), UserCode(script), Copies()
    graph = Wires(recording, code)
    notes = Notes(recording, code, graph, on_fit)
    loops = Loops(notes, most_rows)
    fits = Fits(notes, loops, copies, most_rows)
    asked = _Questions(notes, loops, copies, most_rows)
    hooks = [
        (keras.layers.Layer, "__new__", graph.made),
        (keras.Model, "__new__", graph.model_made),
        (keras.layers.Layer, "__call__", graph.called),
        (keras.Variable, "assign", notes.assign),
        (keras.Optimizer, "apply", notes.apply),
        (keras.Model, "make_train_function", notes.make_train_function),
        (keras.Model, "compile", fits.compile),
        (keras.Model, "fit", fits.fit),
        (keras.Model, "train_on_batch", loops.train_on_batch),
        (keras.Model, "evaluate", asked.evaluate),
        (keras.Model, "predict", asked.predict),
    ]
    with ExitStack() as stack:
        for kind, name, hook in hooks:
            stack.enter_context(_replaced(kind, name, hook))
        try:
            yield recording
        finally:
            loops.close_all()
            graph.finish()


@contextmanager
def _replaced(kind: type, name: str, hook: Callable[[Any], Any]) -> Iterator[None]:
    """A method replaced where it is defined, and put back.

    Keras compares methods with those of its own base class to see what a user overrode.
    """
    owner = next(base for base in kind.__mro__ if name in vars(base))
    own = vars(owner)[name]
    setattr(owner, name, hook(getattr(owner, name)))
    try:
        yield
    finally:
        setattr(owner, name, own)


class _Questions:
    """Calls of ``evaluate`` and ``predict``."""

    def __init__(
        self, notes: Notes, loops: Loops, copies: Copies, most_rows: int
    ) -> None:
        self._notes, self._loops = notes, loops
        self._copies, self._most_rows = copies, most_rows
        self._number: Counter[tuple[str, int, int]] = Counter()

    def evaluate(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.evaluate``."""
        return self._hook("evaluate", original)

    def predict(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.predict``."""
        return self._hook("predict", original)

    def _hook(self, kind: str, original: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(original)

        @wraps(original)
        def ask(model: Any, *args: Any, **named: Any) -> Any:
            given = self._notes.given(signature, model, *args, **named)
            if given is None or self._many(kind, model):
                return original(model, *args, **named)
            x, rows = tapped(
                self._copies,
                given["x"],
                given.get("y"),
                limit=self._most_rows,
                steps=given["steps"],
            )
            more = given.pop("kwargs", {})
            with self._notes.inside():
                result = original(**(given | more | {"x": x}))
            found, after = rows(), self._loops.begun
            y = found.y if kind == "evaluate" else None
            asked = Asked(kind, model, found.x, y, after)
            self._notes.recording.asked.append(asked)
            return result

        return ask

    def _many(self, kind: str, model: Any) -> bool:
        key = (kind, id(model), self._loops.begun)
        self._number[key] += 1
        return self._number[key] > MOST_ASKED
