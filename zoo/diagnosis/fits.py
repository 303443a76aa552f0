"""Trainings by ``fit``, with their rows."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from .arrays import Copies, Rows, tapped
from .loops import Loops
from .notes import ARGUMENTS, Notes, Start
from .places import in_one_line


class Fits:
    """Calls of ``compile`` and ``fit``.

    Parameters
    ----------
    notes : Notes
    loops : Loops
    copies : Copies
    most_rows : int
        Rows to keep of generators and datasets.
    """

    def __init__(
        self, notes: Notes, loops: Loops, copies: Copies, most_rows: int
    ) -> None:
        self._notes, self._loops = notes, loops
        self._copies, self._most_rows = copies, most_rows

    def compile(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.compile``."""
        signature = inspect.signature(original)

        @wraps(original)
        def compile(model: Any, *args: Any, **named: Any) -> Any:
            self._loops.close(model)
            result = original(model, *args, **named)
            given = signature.bind(model, *args, **named).arguments
            self._notes.compiled(model, given)
            return result

        return compile

    def fit(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.fit``."""
        signature = inspect.signature(original)

        @wraps(original)
        def fit(model: Any, *args: Any, **named: Any) -> Any:
            given = self._notes.given(signature, model, *args, **named)
            if given is None:
                return original(model, *args, **named)
            self._loops.close_all()
            return self._fit(original, given, self._notes.start(model))

        return fit

    def _fit(
        self, original: Callable[..., Any], given: dict[str, Any], start: Start
    ) -> Any:
        steps = given["steps_per_epoch"]
        epochs = given["epochs"] - given["initial_epoch"]
        handed = dict(given)
        x, rows = tapped(
            self._copies,
            *(given[name] for name in ("x", "y", "sample_weight")),
            limit=self._most_rows,
            steps=steps and steps * epochs,
        )
        handed["x"] = x
        handed["validation_data"], held_out = self._validation(given)
        error = ""
        try:
            with self._notes.training(start):
                return original(**handed)
        except BaseException as trouble:
            error = in_one_line(trouble)
            raise
        finally:
            self._note_fit(start, given, rows(), held_out(), error)

    def _validation(
        self, given: dict[str, Any]
    ) -> tuple[Any, Callable[[], tuple[Any, Any] | None]]:
        """What to hand on as ``validation_data``, and its rows, to ask for later."""
        data = given["validation_data"]
        if data is None:
            return None, lambda: None
        if isinstance(data, list | tuple):
            x, y = self._copies.of(data[0]), self._copies.of(data[1])
            return data, lambda: (x, y)
        steps = given["validation_steps"]
        data, rows = tapped(self._copies, data, limit=self._most_rows, steps=steps)
        return data, lambda: (rows().x, rows().y)

    def _note_fit(
        self,
        start: Start,
        given: dict[str, Any],
        rows: Rows,
        held_out: tuple[Any, Any] | None,
        error: str,
    ) -> None:
        history = getattr(start.model, "history", None)
        self._notes.write(
            start,
            rows,
            validation=held_out,
            arguments={name: given[name] for name in ARGUMENTS},
            callbacks=_callbacks(given["callbacks"]),
            history={} if history is start.history else _values(history),
            error=error,
            seconds=time.perf_counter() - start.clock,
            batch=rows.batch,
            is_pipeline=rows.is_pipeline,
        )


def _callbacks(given: Any) -> tuple[str, ...]:
    """Names of their classes, whether one, a list or Keras' own list was given."""
    given = getattr(given, "callbacks", given)
    several = given if isinstance(given, list | tuple) else [given]
    return tuple(type(one).__name__ for one in several if one is not None)


def _values(history: Any) -> dict[str, list[float]]:
    """Values an epoch; logs that are no numbers are left out."""
    found = getattr(history, "history", {})
    return {
        name: [float(value) for value in values]
        for name, values in found.items()
        if all(np.ndim(value) == 0 for value in values)
    }
