"""What is noted of every training, however the script asks for it."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import numpy as np

from ..backend import keras, tensorflow
from .arrays import Rows
from .places import UserCode
from .recording import Fit, Place, Recording
from .wires import Wires

ARGUMENTS = (
    "epochs",
    "batch_size",
    "shuffle",
    "class_weight",
    "validation_split",
    "steps_per_epoch",
    "initial_epoch",
)


@dataclass(frozen=True)
class Compiled:
    """What ``compile`` was given; the model is kept, so that no id is used twice."""

    model: Any = None
    loss: Any = None
    metrics: Any = None
    loss_weights: Any = None
    place: Place | None = None


@dataclass
class Start:
    """A model as its training found it; ``weights`` are there once it is built."""

    model: Any
    place: Place | None
    optimizer: dict[str, Any]
    iterations: int
    history: Any
    clock: float = field(default_factory=time.perf_counter)
    weights: list[np.ndarray] | None = None
    pretrained: bool = False


class Notes:
    """Writes trainings into a recording.

    Parameters
    ----------
    recording : Recording
    code : UserCode
    graph : Wires
    on_fit : callable, optional
        Called with each training after it.
    """

    def __init__(
        self,
        recording: Recording,
        code: UserCode,
        graph: Wires,
        on_fit: Callable[[Fit], None] | None,
    ) -> None:
        self.recording, self.code = recording, code
        self._graph, self._on_fit = graph, on_fit
        self._compiled: dict[int, Compiled] = {}
        self._changed: dict[int, Any] = {}  # variables, kept so that ids stay theirs
        self._current: Start | None = None
        self.busy = False

    @contextmanager
    def inside(self) -> Iterator[None]:
        """What Keras does here it does for itself: nothing is noted."""
        before, self.busy = self.busy, True
        try:
            yield
        finally:
            self.busy = before

    def assign(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Variable.assign``, by which all weights are set."""

        @wraps(original)
        def assign(variable: Any, value: Any) -> Any:
            result = original(variable, value)
            # what a layer or a training changes on its way was not set by the script
            if not self.busy and not self._graph.calling:
                self._changed[id(variable)] = variable
            return result

        return assign

    def make_train_function(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.make_train_function``, before the first step."""

        @wraps(original)
        def make(model: Any, *args: Any, **named: Any) -> Any:
            self._note_weights(model)
            return original(model, *args, **named)

        return make

    def apply(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Optimizer.apply``, with which all weights are there.

        TensorFlow builds a model without an input shape while it traces its first step.
        """

        @wraps(original)
        def apply(optimizer: Any, *args: Any, **named: Any) -> Any:
            if self._current is not None:
                self._note_weights(self._current.model)
            return original(optimizer, *args, **named)

        return apply

    def _note_weights(self, model: Any) -> None:
        start = self._current
        if start is None or start.model is not model:
            return
        if start.weights is None or len(start.weights) < len(model.weights):
            self._look_at_weights(start)

    def _look_at_weights(self, start: Start) -> None:
        start.weights = _weights(start.model)
        start.pretrained = any(id(w) in self._changed for w in start.model.weights)

    def given(
        self, signature: inspect.Signature, *args: Any, **named: Any
    ) -> dict[str, Any] | None:
        """All arguments of a call by name; None where it is not to be noted.

        That is inside another one, and where they do not fit, which the call will say.
        """
        if self.busy:
            return None
        try:
            bound = signature.bind(*args, **named)
        except TypeError:
            return None
        bound.apply_defaults()
        return dict(bound.arguments)

    @contextmanager
    def training(self, start: Start) -> Iterator[None]:
        """Let Keras train, noting the weights as soon as the model is built."""
        self._current = start
        try:
            with self.inside():
                yield
        finally:
            self._current = None

    def start(self, model: Any) -> Start:
        """What a training that begins now finds."""
        return Start(
            model,
            self.code.place(),
            serialized(getattr(model, "optimizer", None)),
            _iterations(model),
            getattr(model, "history", None),
        )

    def compiled(self, model: Any, given: dict[str, Any]) -> None:
        """Note what ``compile`` was given."""
        names = ("loss", "metrics", "loss_weights")
        chosen = {name: given.get(name) for name in names}
        self._compiled[id(model)] = Compiled(model, **chosen, place=self.code.place())

    def write(self, start: Start, rows: Rows, **facts: Any) -> None:
        """Add a training that has ended; ``facts`` are the other fields of `Fit`."""
        if start.weights is None:  # the training failed before the model was built
            self._look_at_weights(start)
        model, compiled = start.model, self._compiled.get(id(start.model), Compiled())
        fit = Fit(
            model=model,
            weights=start.weights or [],
            trained=_weights(model),
            pretrained=start.pretrained,
            optimizer=start.optimizer,
            loss=compiled.loss,
            metrics=compiled.metrics,
            loss_weights=compiled.loss_weights,
            x=rows.x,
            y=rows.y,
            sample_weight=rows.sample_weight,
            cut=rows.cut,
            steps=_iterations(model) - start.iterations,
            place=start.place,
            compiled=compiled.place,
            **facts,
        )
        self._changed.update((id(weight), weight) for weight in model.weights)
        self.recording.fits.append(fit)
        if self._on_fit is not None:
            with self.inside():
                self._on_fit(fit)


def _weights(model: Any) -> list[np.ndarray]:
    with tensorflow.init_scope():  # their values, even where a graph is being traced
        return [np.array(weight) for weight in model.get_weights()]


def _iterations(model: Any) -> int:
    taken = getattr(getattr(model, "optimizer", None), "iterations", None)
    return 0 if taken is None else int(taken)


def serialized(optimizer: Any) -> dict[str, Any]:
    """An optimizer as Keras writes it down; of one's own at least its name."""
    if optimizer is None:
        return {}
    try:
        serialize: Any = keras.optimizers.serialize
        return serialize(optimizer)
    # an optimizer of the user's own may raise anything here, and train all the same
    except Exception:
        return {"class_name": type(optimizer).__name__, "config": {}}
