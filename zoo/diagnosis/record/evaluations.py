"""Calls of ``evaluate`` and ``predict``, noted with their rows."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from .arrays import Copies, record_rows
from .recording import Evaluation

if TYPE_CHECKING:
    from .recorder import Loops, Recorder

# Scripts that predict row by row, or in each step of a loop, would fill the memory.
MOST_ASKED = 50


class Evaluations:
    """Calls of ``evaluate`` and ``predict``.

    Parameters
    ----------
    recorder : Recorder
    loops : Loops
    copies : Copies
    most_rows : int
        Rows to keep of generators and datasets.
    """

    def __init__(
        self, recorder: Recorder, loops: Loops, copies: Copies, most_rows: int
    ) -> None:
        self._recorder, self._loops = recorder, loops
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
            given = self._recorder.given(signature, model, *args, **named)
            if given is None or self._is_repeated_call(kind, model):
                return original(model, *args, **named)
            x, rows = record_rows(
                self._copies,
                given["x"],
                given.get("y"),
                limit=self._most_rows,
                steps=given["steps"],
            )
            more = given.pop("kwargs", {})
            states = self._recorder.is_reset(model), self._recorder.is_replaced(model)
            with self._recorder.inside():
                result = original(**(given | more | {"x": x}))
            found, after = rows(), self._loops.begun
            y = found.y if kind == "evaluate" else None
            place = self._recorder.code.user_location()
            evaluation = Evaluation(kind, model, found.x, y, after, place, *states)
            self._recorder.recording.evaluations.append(evaluation)
            self._recorder.series.evaluated(model, found.x, place)
            return result

        return ask

    def _is_repeated_call(self, kind: str, model: Any) -> bool:
        key = (kind, id(model), self._loops.begun)
        self._number[key] += 1
        return self._number[key] > MOST_ASKED
