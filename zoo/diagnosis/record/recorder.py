"""Keras as it is, with a note of what a script does with it."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

import numpy as np

from ...backend import keras, tensorflow
from .arrays import Batches, Copies, FitRows, count_rows, record_rows
from .evaluations import Evaluations
from .fit_series import FitSeries
from .gradient_loops import GradientLoops, loss_functions, traced_functions
from .layer_calls import Wires
from .recording import Fit, Place, Recording, TrainingBegun
from .source_locations import UserCode, one_line_error
from .training_start import (
    ARGUMENTS,
    FirstValues,
    TrainingStart,
    iterations_of,
    layers_without_variables,
    serialized,
    weights_of,
)

Heard = Callable[[TrainingBegun], None]


@contextmanager
def recorded(
    script: str,
    *,
    most_rows: int = 20_000,
    heard: Heard | None = None,
) -> Iterator[Recording]:
    """Record what is done with Keras inside the ``with`` block.

    Parameters
    ----------
    script : str
        The file whose lines, with those of modules beside it, are the user's.
    most_rows : int
        Rows to keep of generators, datasets and batches; arrays are kept whole.
    heard : callable, optional
        Called with each training that begins.

    Yields
    ------
    Recording
        Filled as things happen; complete after the block.
    """
    recording, code, copies = Recording(script=script), UserCode(script), Copies()
    graph = Wires(recording, code)
    recorder = Recorder(recording, code, graph, heard)
    taped = GradientLoops(recorder, most_rows)
    loops = Loops(recorder, most_rows, taped)
    fits = Fits(recorder, loops, copies, most_rows)
    evaluation = Evaluations(recorder, loops, copies, most_rows)
    hooks = [
        (keras.layers.Layer, "__new__", graph.made),
        (keras.Model, "__new__", graph.model_made),
        # this one first: the other looks at the frame that calls it
        (keras.layers.Layer, "__call__", taped.called),
        (keras.layers.Layer, "__call__", graph.called),
        (keras.losses.Loss, "__call__", taped.loss_called),
        (keras.Optimizer, "apply", taped.apply),
        (tensorflow.GradientTape, "__enter__", taped.enter),
        (tensorflow.GradientTape, "__exit__", taped.leave),
        (tensorflow.GradientTape, "gradient", taped.gradient),
        (keras.Variable, "__init__", recorder.first.made),
        (keras.Variable, "assign", recorder.assign),
        (keras.Optimizer, "apply", recorder.apply),
        (keras.Model, "make_train_function", recorder.make_train_function),
        (keras.Model, "compile", fits.compile),
        (keras.Model, "fit", fits.fit),
        (keras.Model, "train_on_batch", loops.train_on_batch),
        (keras.Model, "evaluate", evaluation.evaluate),
        (keras.Model, "predict", evaluation.predict),
    ]
    with ExitStack() as stack:
        for kind, name, hook in hooks:
            stack.enter_context(_replaced(kind, name, hook))
        stack.enter_context(loss_functions(taped))
        stack.enter_context(traced_functions(code))
        try:
            yield recording
        finally:
            loops.close_all()
            recorder.series.close()
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


@dataclass(frozen=True)
class _Compiled:
    """Arguments of ``compile``; the model is kept, so that no id is used twice."""

    model: Any = None
    loss: Any = None
    metrics: Any = None
    loss_weights: Any = None
    place: Place | None = None


class Recorder:
    """Writes trainings into a recording.

    Parameters
    ----------
    recording : Recording
    code : UserCode
    graph : Wires
    heard : callable, optional
    """

    def __init__(
        self,
        recording: Recording,
        code: UserCode,
        graph: Wires,
        heard: Heard | None = None,
    ) -> None:
        self.recording, self.code, self._heard = recording, code, heard
        self._graph = graph
        self._compiled: dict[int, _Compiled] = {}
        self._changed: dict[int, Any] = {}  # variables, kept so that ids stay theirs
        self._set: set[int] = set()  # those of them that no training changed since
        self._given: dict[int, tuple[Any, set[int]]] = {}  # models kept likewise
        self._current: TrainingStart | None = None
        self.series = FitSeries(recording)
        self.first = FirstValues()
        self.busy = False

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Note nothing of what Keras does here for itself."""
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
                self._set.add(id(variable))
            return result

        return assign

    def make_train_function(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.make_train_function``, before the first step."""

        @wraps(original)
        def make(model: Any, *args: Any, **named: Any) -> Any:
            self._note_weights(model)
            if getattr(model, "train_function", None) is None:
                self._given[id(model)] = model, set()
            return original(model, *args, **named)

        return make

    def apply(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Optimizer.apply``, with which all weights are there.

        TensorFlow builds a model without an input shape while it traces its first step.
        """

        @wraps(original)
        def apply(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            if self._current is None:
                return original(optimizer, grads, trainable_variables)
            # they may be an iterator
            given = trainable_variables and list(trainable_variables)
            self._note_weights(self._current.model)
            self._note_given(self._current.model, optimizer, given)
            return original(optimizer, grads, given)

        return apply

    def _note_given(self, model: Any, optimizer: Any, variables: Any) -> None:
        """Note the weights that a step changes; it is traced once, then repeated."""
        if id(model) in self._given:
            taken = optimizer._trainable_variables if variables is None else variables
            self._given[id(model)][1].update(map(id, taken))

    def _unchanged_layers(self, model: Any) -> tuple[str, ...]:
        """Layers that no step of this model changes, though they are trainable."""
        given = self._given.get(id(model), (None, set()))[1]
        return layers_without_variables(model, given) if given else ()

    def _note_weights(self, model: Any) -> None:
        start = self._current
        if start is None or start.model is not model:
            return
        if start.weights is None or len(start.weights) < len(model.weights):
            self.look_at_weights(start)

    def look_at_weights(self, start: TrainingStart) -> None:
        """Note the weights that a training begins with."""
        start.weights = self.first.of(start.model)
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
    def training(self, start: TrainingStart) -> Iterator[None]:
        """Let Keras train, noting the weights as soon as the model is built."""
        self._current = start
        try:
            with self.inside():
                yield
        finally:
            self._current = None

    def start(self, model: Any) -> TrainingStart:
        """Return the state that a training that begins now finds."""
        return TrainingStart(
            model,
            self.code.user_location(),
            serialized(getattr(model, "optimizer", None)),
            iterations_of(model),
            getattr(model, "history", None),
        )

    def tell(self, start: TrainingStart, x: Any, y: Any, **facts: Any) -> None:
        """Say that a training begins; ``facts`` are other fields of `TrainingBegun`."""
        if self._heard is None:
            return
        compiled = self._compiled.get(id(start.model), _Compiled())
        known: dict[str, Any] = {
            "loss": compiled.loss,
            "metrics": compiled.metrics,
            "optimizer": start.optimizer,
        }
        begun = TrainingBegun(start.model, x, y, start.place, **(known | facts))
        with self.inside():
            self._heard(begun)

    def compiled(self, model: Any, given: dict[str, Any]) -> None:
        """Note what ``compile`` was given."""
        names = ("loss", "metrics", "loss_weights")
        chosen = {name: given.get(name) for name in names}
        place = self.code.user_location()
        self._compiled[id(model)] = _Compiled(model, **chosen, place=place)
        self.recording.compiled.append(place)

    def write(self, start: TrainingStart, rows: FitRows, **facts: Any) -> None:
        """Add a training that has ended; ``facts`` are the other fields of `Fit`."""
        if start.weights is None:  # the training failed before the model was built
            self.look_at_weights(start)
        model, compiled = start.model, self._compiled.get(id(start.model), _Compiled())
        seen: dict[str, Any] = {
            "model": model,
            "weights": start.weights or [],
            "trained": weights_of(model),
            "pretrained": start.pretrained,
            "optimizer": start.optimizer,
            "loss": compiled.loss,
            "metrics": compiled.metrics,
            "loss_weights": compiled.loss_weights,
            "x": rows.x,
            "y": rows.y,
            "sample_weight": rows.sample_weight,
            "cut": rows.cut,
            "steps": iterations_of(model) - start.iterations,
            "place": start.place,
            "compiled": compiled.place,
            "held": self._unchanged_layers(model),
        }
        fit = Fit(**(seen | facts))
        self._changed.update((id(weight), weight) for weight in model.weights)
        self._set.difference_update(id(weight) for weight in model.weights)
        self.series.add(fit)

    def is_reset(self, model: Any) -> bool:
        """Tell whether a trained model was given the weights that it began with."""
        fit = self._training_before_set(model)
        return fit is not None and _are_equal(fit.weights, weights_of(model))

    def is_replaced(self, model: Any) -> bool:
        """Tell whether it was given other weights than its training ended with."""
        fit = self._training_before_set(model)
        return fit is not None and not _are_equal(fit.trained, weights_of(model))

    def _training_before_set(self, model: Any) -> Fit | None:
        """Return the last training of a model whose weights were set after it."""
        if not any(id(weight) in self._set for weight in model.weights):
            return None
        fits = reversed(self.recording.fits)
        fit = next((one for one in fits if one.model is model), None)
        return fit if fit is not None and fit.steps else None


def _are_equal(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return len(one) == len(other) and all(map(np.array_equal, one, other))


class Fits:
    """Calls of ``compile`` and ``fit``.

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

    def compile(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.compile``."""
        signature = inspect.signature(original)

        @wraps(original)
        def compile(model: Any, *args: Any, **named: Any) -> Any:
            self._loops.close(model)
            result = original(model, *args, **named)
            given = signature.bind(model, *args, **named).arguments
            self._recorder.compiled(model, given)
            return result

        return compile

    def fit(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.fit``."""
        signature = inspect.signature(original)

        @wraps(original)
        def fit(model: Any, *args: Any, **named: Any) -> Any:
            given = self._recorder.given(signature, model, *args, **named)
            if given is None:
                return original(model, *args, **named)
            self._loops.close_all()
            return self._fit(original, given, self._recorder.start(model))

        return fit

    def _fit(
        self, original: Callable[..., Any], given: dict[str, Any], start: TrainingStart
    ) -> Any:
        steps = given["steps_per_epoch"]
        epochs = given["epochs"] - given["initial_epoch"]
        handed = dict(given)
        x, rows = record_rows(
            self._copies,
            *(given[name] for name in ("x", "y", "sample_weight")),
            limit=self._most_rows,
            steps=steps and steps * epochs,
        )
        handed["x"] = x
        handed["validation_data"], held_out = self._validation(given)
        error = ""
        try:
            self._recorder.tell(start, given["x"], given["y"], arguments=given)
            with self._recorder.training(start):
                return original(**handed)
        except BaseException as trouble:
            error = one_line_error(trouble)
            raise
        finally:
            self._note_fit(start, given, rows(), held_out(), error)

    def _validation(
        self, given: dict[str, Any]
    ) -> tuple[Any, Callable[[], tuple[Any, Any] | None]]:
        """Return what to give as ``validation_data``, and a getter of its rows."""
        data = given["validation_data"]
        if data is None:
            return None, lambda: None
        if isinstance(data, list | tuple):
            x, y = self._copies.of(data[0]), self._copies.of(data[1])
            return data, lambda: (x, y)
        steps = given["validation_steps"]
        data, rows = record_rows(self._copies, data, limit=self._most_rows, steps=steps)
        return data, lambda: (rows().x, rows().y)

    def _note_fit(
        self,
        start: TrainingStart,
        given: dict[str, Any],
        rows: FitRows,
        held_out: tuple[Any, Any] | None,
        error: str,
    ) -> None:
        history = getattr(start.model, "history", None)
        rows = _elements(start.model, rows)
        self._recorder.write(
            start,
            rows,
            validation=held_out,
            arguments={name: given[name] for name in ARGUMENTS},
            callbacks=tuple(type(c).__name__ for c in _callbacks(given["callbacks"])),
            stopping=_monitored_value(given["callbacks"]),
            history={} if history is start.history else _values(history),
            error=error,
            seconds=time.perf_counter() - start.clock,
            batch=rows.batch,
            is_pipeline=rows.is_pipeline,
            is_element=rows.is_element,
        )


def _elements(model: Any, rows: FitRows) -> FitRows:
    """Take three parts alike of a dataset's element as what they are: all inputs.

    Keras names the second targets and the third weights; a ``train_step`` of the
    script's own may take all three otherwise, as a row and two to compare it with.
    """
    parts = [rows.x, rows.y, rows.sample_weight]
    shapes = {getattr(part, "shape", None) for part in parts}
    is_own = type(model).train_step is not keras.Model.train_step
    shape = shapes.pop() if len(shapes) == 1 else None
    if not (is_own and rows.batch and shape and np.prod(shape[1:]) > 1):
        return rows
    return replace(rows, x=parts, y=None, sample_weight=None, is_element=True)


def _callbacks(given: Any) -> list[Any]:
    """All of them, whether one, a list or Keras' own list was given."""
    given = getattr(given, "callbacks", given)
    several = given if isinstance(given, list | tuple) else [given]
    return [one for one in several if one is not None]


def _monitored_value(given: Any) -> tuple[str, str]:
    """Return the monitored value of an ``EarlyStopping``, and its mode."""
    for one in _callbacks(given):
        if isinstance(one, keras.callbacks.EarlyStopping):
            return str(one.monitor), str(one.mode)
    return "", ""


def _values(history: Any) -> dict[str, list[float]]:
    """Values an epoch; logs that are no numbers are left out."""
    found = getattr(history, "history", {})
    return {
        name: [float(value) for value in values]
        for name, values in found.items()
        if all(np.ndim(value) == 0 for value in values)
    }


@dataclass
class _Loop:
    """Calls of ``train_on_batch`` on one model."""

    start: TrainingStart
    batches: Batches
    class_weight: Any
    size: int = 0
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0


class Loops:
    """Calls of ``train_on_batch``, joined model by model.

    A loop ends with the recording, a ``fit`` of any model or a ``compile`` of its own:
    so two models that train in turn, as in a GAN, are two trainings.
    """

    def __init__(
        self, recorder: Recorder, most_rows: int, taped: GradientLoops
    ) -> None:
        self._recorder, self._most_rows, self._taped = recorder, most_rows, taped
        self._open: dict[int, _Loop] = {}

    @property
    def begun(self) -> int:
        """Trainings so far, those that may go on among them."""
        trained = len(self._recorder.recording.fits)
        return trained + len(self._open) + len(self._taped.open)

    def train_on_batch(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Model.train_on_batch``."""
        signature = inspect.signature(original)

        @wraps(original)
        def train_on_batch(model: Any, *args: Any, **named: Any) -> Any:
            given = self._recorder.given(signature, model, *args, **named)
            if given is None:
                return original(model, *args, **named)
            loop = self._open.get(id(model)) or self._loop(given)
            try:
                with self._recorder.training(loop.start):
                    result = original(model, *args, **named)
            except BaseException as trouble:
                self.close(model, one_line_error(trouble))
                raise
            self._note_batch(loop, given, result)
            return result

        return train_on_batch

    def _loop(self, given: dict[str, Any]) -> _Loop:
        model = given["self"]
        batches = Batches(self._most_rows, passes=True)
        loop = _Loop(self._recorder.start(model), batches, given["class_weight"])
        self._open[id(model)] = loop
        self._recorder.tell(loop.start, given["x"], given["y"], kind="train_on_batch")
        return loop

    def _note_batch(self, loop: _Loop, given: dict[str, Any], result: Any) -> None:
        loop.batches.add(given["x"], given["y"], given["sample_weight"])
        loop.size = loop.size or loop.batches.given
        loss = result["loss"] if isinstance(result, dict) else np.ravel(result)[0]
        loop.losses.append(float(loss))
        loop.seconds = time.perf_counter() - loop.start.clock

    def close_all(self) -> None:
        """End all loops, those with gradients of their own too."""
        self._taped.close_all()
        if rivals := _loops_with_shared_weights(list(self._open.values())):
            self._recorder.recording.unread.append(_describe_alternation(rivals))
            for loop in rivals:
                del self._open[id(loop.start.model)]
        for loop in list(self._open.values()):
            self.close(loop.start.model)

    def close(self, model: Any, error: str = "") -> None:
        """End the loop of a model, if there is one."""
        loop = self._open.pop(id(model), None)
        if loop is None:
            return
        rows = loop.batches.concatenate()
        epochs = max(1, round(loop.batches.given / max(1, count_rows(rows.x))))
        arguments = dict.fromkeys(ARGUMENTS) | {
            "epochs": epochs,
            "batch_size": loop.size,
            "shuffle": False,
            "class_weight": loop.class_weight,
            "validation_split": 0.0,
            "initial_epoch": 0,
        }
        parts = np.array_split(loop.losses, min(epochs, len(loop.losses)) or 1)
        self._recorder.write(
            loop.start,
            rows,
            validation=None,
            arguments=arguments,
            callbacks=(),
            history={"loss": [float(p.mean()) for p in parts]} if loop.losses else {},
            error=error,
            seconds=loop.seconds,
            kind="train_on_batch",
        )


def _loops_with_shared_weights(loops: list[_Loop]) -> list[_Loop]:
    """Return loops whose networks share weights, so that none trains by itself."""
    weights = [{id(weight) for weight in loop.start.model.weights} for loop in loops]
    return [
        loop
        for i, loop in enumerate(loops)
        if any(weights[i] & weights[j] for j in range(len(loops)) if j != i)
    ]


def _describe_alternation(loops: list[_Loop]) -> str:
    names = " and ".join(repr(loop.start.model.name) for loop in loops)
    place = loops[0].start.place
    where = f"the loop at line {place.line}" if place else "a loop"
    shared = f"{where} trains {names} in turn, which share weights"
    return f"{shared}, as in a GAN: none of them can be examined by itself"
