"""Training loops of a script's own, noted where they take gradients and apply them.

What the loop does between is not read. What is seen are calls of models and of losses
while a tape records, the gradient that is asked for, and the optimizer that gets it. In
a ``tf.function`` the same is seen once, while it is traced; there an operation is put
into the graph that hands on the values of each step.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from types import FrameType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from ...backend import keras, tensorflow
from .arrays import Batches, as_arrays, count_rows
from .known_losses import find_loss
from .recording import Place
from .training_start import (
    ARGUMENTS,
    TrainingStart,
    layers_without_variables,
    serialized,
    weights_of,
)

if TYPE_CHECKING:
    from .recorder import Recorder
    from .source_locations import UserCode

_KIND = "GradientTape"
_MOST_LOCALS = 8
"""Arrays of the loop among which targets are looked for."""
_GENERATED = "__autograph_generated_file"

_log = logging.getLogger("learnable")


@dataclass(frozen=True)
class _ModelCall:
    model: Any
    x: Any
    output: Any


@dataclass(frozen=True)
class _LossCall:
    loss: Any
    y: Any
    prediction: Any


@dataclass
class _Taped:
    """Calls of models and losses while a tape recorded."""

    models: list[_ModelCall] = field(default_factory=list)
    losses: list[_LossCall] = field(default_factory=list)


@dataclass
class _Loop:
    """Steps of one model's training; ``unclear`` says why it cannot be made again."""

    start: TrainingStart
    batches: Batches
    loss: Any = None
    size: int = 0
    values: list[float] = field(default_factory=list)
    optimizer: Any = None
    settings: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    unclear: str = ""
    chained: bool = False
    given: set[int] = field(default_factory=set)
    unused: dict[str, Any] = field(default_factory=dict)


class GradientLoops:
    """Trainings with ``tf.GradientTape``, model by model.

    Parameters
    ----------
    recorder : Recorder
    most_rows : int
        Rows to keep of all batches.
    """

    def __init__(self, recorder: Recorder, most_rows: int) -> None:
        self._recorder, self._most_rows = recorder, most_rows
        self._tapes: WeakKeyDictionary[Any, _Taped] = WeakKeyDictionary()
        self._active: list[Any] = []
        self._depth = 0
        self.open: dict[int, _Loop] = {}
        self._elsewhere: dict[str, Any] = {}
        self._taped: Counter[int] = Counter()

    def enter(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``tf.GradientTape.__enter__``."""

        @wraps(original)
        def enter(tape: Any) -> Any:
            if not self._recorder.busy:
                self._tapes[tape] = _Taped()
                self._active.append(tape)
            return original(tape)

        return enter

    def leave(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``tf.GradientTape.__exit__``."""

        @wraps(original)
        def leave(tape: Any, *args: Any) -> Any:
            self._active = [other for other in self._active if other is not tape]
            # a function that is traced has one tape for all steps
            if tensorflow.executing_eagerly() and tape in self._tapes:
                called = {id(call.model) for call in self._tapes[tape].models}
                self._taped.update(called)
            return original(tape, *args)

        return leave

    def called(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.layers.Layer.__call__``, of an outermost model."""

        @wraps(original)
        def call(layer: Any, *args: Any, **named: Any) -> Any:
            is_noted = self._is_noted() and isinstance(layer, keras.Model)
            self._depth += 1
            try:
                output = original(layer, *args, **named)
            finally:
                self._depth -= 1
            if is_noted and args:
                for tape in self._active:
                    self._tapes[tape].models.append(_ModelCall(layer, args[0], output))
            return output

        return call

    def _is_noted(self) -> bool:
        return bool(self._active) and not self._depth and not self._recorder.busy

    def loss_called(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.losses.Loss.__call__``."""

        @wraps(original)
        def call(loss: Any, y_true: Any, y_pred: Any, *args: Any, **named: Any) -> Any:
            if self._is_noted():
                self._note_loss(loss, y_true, y_pred)
            return original(loss, y_true, y_pred, *args, **named)

        return call

    def loss_function(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of a function of ``keras.losses``."""

        @wraps(original)
        def function(y_true: Any, y_pred: Any, *args: Any, **named: Any) -> Any:
            if self._is_noted():
                logits = {k: v for k, v in named.items() if k == "from_logits" and v}
                loss = _with_logits(original) if logits else original
                self._note_loss(loss, y_true, y_pred)
            return original(y_true, y_pred, *args, **named)

        return function

    def _note_loss(self, loss: Any, y: Any, prediction: Any) -> None:
        for tape in self._active:
            self._tapes[tape].losses.append(_LossCall(loss, y, prediction))

    def gradient(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``tf.GradientTape.gradient``."""

        @wraps(original)
        def gradient(
            tape: Any, target: Any, sources: Any, *a: Any, **named: Any
        ) -> Any:
            result = original(tape, target, sources, *a, **named)
            if not self._recorder.busy:
                try:
                    self._note_gradient(tape, target, sources)
                # the script trains all the same; what was seen of it is not enough
                except Exception as error:
                    _log.debug("a step of a training loop is not noted: %r", error)
            return result

        return gradient

    def _note_gradient(self, tape: Any, target: Any, sources: Any) -> None:
        taped = self._tapes.get(tape)
        wanted = {id(source) for source in keras.tree.flatten(sources)}
        if taped is None:
            return
        calls = [c for c in taped.models if wanted & _variables(c.model)]
        if not calls:
            return
        call, models = calls[-1], {id(c.model) for c in calls}
        loop = self.open.get(id(call.model)) or self._begin(call.model)
        if len(calls) > 1 or not wanted <= _variables(call.model):
            loop.unclear = _describe_several(len(models), len(calls))
        loop.chained |= len({id(c.model) for c in taped.models}) > 1
        if len(taped.losses) > 1:
            loop.unclear = loop.unclear or "its loss is put together of several losses"
        self._note_step(loop, call, taped, target)

    def _begin(self, model: Any) -> _Loop:
        start = self._recorder.start(model)
        self._recorder.look_at_weights(start)
        loop = _Loop(start, Batches(self._most_rows, passes=True))
        loop.unused = _optimizer_near(self._recorder.code, sys._getframe(2))
        self.open[id(model)] = loop
        return loop

    def _note_step(
        self, loop: _Loop, call: _ModelCall, taped: _Taped, target: Any
    ) -> None:
        """Hand on a step's values: now, or whenever the graph that is traced runs."""
        given = taped.losses[-1] if taped.losses else None
        parts = {
            "x": call.x,
            "output": call.output,
            "target": target,
            "y": None if given is None else given.y,
            "prediction": None if given is None else given.prediction,
            "locals": {} if given else _locals(self._recorder, sys._getframe(2), call),
        }
        loss = None if given is None else given.loss
        flat = keras.tree.flatten(parts)

        def note(*values: Any) -> None:
            step = keras.tree.pack_sequence_as(parts, [as_arrays(v) for v in values])
            self._record_loss(loop, loss, step)

        if tensorflow.executing_eagerly():
            note(*flat)
        elif not _is_compiled(sys._getframe(2)):
            shown = [part for part in flat if part is not None]
            kept = [part is not None for part in flat]

            def hand_on(*values: Any) -> None:
                rest = iter(values)
                note(*(next(rest) if is_kept else None for is_kept in kept))

            tensorflow.numpy_function(hand_on, shown, [])
        else:
            loop.unclear = "it runs in a function that XLA compiles (jit_compile=True)"

    def _record_loss(self, loop: _Loop, loss: Any, step: dict[str, Any]) -> None:
        loop.values.append(float(np.mean(step["target"])))
        loop.seconds = time.perf_counter() - loop.start.clock
        if loop.unclear:
            return
        y, output = step["y"], step["output"]
        if loss is None:
            known = find_loss(loop.values[-1], np.asarray(output), step["locals"])
            y, loss = (None, None) if known is None else (known.y, known.loss)
            if known is None and loop.loss is None:
                loop.unclear = "its loss is none that Keras has"
                return
        elif not _is_same_output(step["prediction"], output):
            loop.unclear = "its loss is not given the network's output as it is"
            return
        if loop.loss is None:
            loop.loss = loss
            facts = {"kind": _KIND, "loss": loss, "optimizer": {}}
            self._recorder.tell(loop.start, step["x"], y, **facts)
        loop.batches.add(step["x"], y)
        loop.size = loop.size or loop.batches.given

    def apply(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """In place of ``keras.Optimizer.apply``, which ``apply_gradients`` calls."""

        @wraps(original)
        def apply(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            if not self._recorder.busy and trainable_variables is not None:
                trainable_variables = list(trainable_variables)
                self._note_optimizer(optimizer, trainable_variables)
            return original(optimizer, grads, trainable_variables)

        return apply

    def _note_optimizer(self, optimizer: Any, variables: Any) -> None:
        changed = {id(variable) for variable in variables}
        loops = self.open.values()
        if any(changed <= loop.given for loop in loops):
            return  # as in the step before
        owners = [one for one in loops if changed & _variables(one.start.model)]
        with tensorflow.init_scope():  # a graph that is traced has no values
            settings = serialized(optimizer)
        if not owners:
            self._elsewhere = settings
        for loop in owners:
            loop.given |= changed
            if loop.optimizer is None:
                loop.optimizer, loop.settings = optimizer, settings

    def close_all(self) -> None:
        """End all loops; those that cannot be made again are told of."""
        loops, self.open = list(self.open.values()), {}
        told = self._recorder.recording.unread
        adversaries = [loop for loop in loops if loop.chained and loop.unclear]
        if len(adversaries) > 1:
            told.append(_adversarial(adversaries))
            loops = [loop for loop in loops if loop not in adversaries]
        for loop in loops:
            if loop.optimizer is None and _has_changed(loop):
                loop.unclear = (
                    loop.unclear or "no optimizer of Keras gets its gradients"
                )
            if loop.unclear or not loop.batches.kept:
                told.append(_unread(loop))
            else:
                self._write(loop)

    def _write(self, loop: _Loop) -> None:
        rows = loop.batches.concatenate()
        model, optimizer = loop.start.model, loop.optimizer
        steps = 0 if optimizer is None else int(optimizer.iterations)
        # gradients of several batches may be added up before they are applied
        joined = max(1, round(len(loop.values) / steps)) if steps else 1
        epochs = max(1, round(loop.batches.given / max(1, count_rows(rows.x))))
        mixed = epochs > 1 and loop.batches.calls == len(loop.batches.seen)
        arguments = dict.fromkeys(ARGUMENTS) | {
            "epochs": epochs,
            "batch_size": loop.size * joined,
            "shuffle": mixed,
            "validation_split": 0.0,
            "initial_epoch": 0,
        }
        parts = np.array_split(loop.values, min(epochs, len(loop.values)))
        taped = self._taped.pop(id(model), 0)
        self._recorder.write(
            loop.start,
            rows,
            loss=loop.loss,
            optimizer=loop.settings or self._elsewhere or loop.unused,
            held=layers_without_variables(model, loop.given),
            steps=steps,
            validation=None,
            arguments=arguments,
            callbacks=(),
            history={"loss": [float(part.mean()) for part in parts]},
            seconds=loop.seconds,
            kind=_KIND,
            idle=max(0, taped - len(loop.values)),
        )


def _optimizer_near(code: UserCode, frame: FrameType | None) -> dict[str, Any]:
    """An optimizer that the lines around a loop know, whether they use it or not."""
    while frame is not None and not code.is_user_file(frame.f_code.co_filename):
        frame = frame.f_back
    known = (*frame.f_locals.values(), *frame.f_globals.values()) if frame else ()
    found = (value for value in known if isinstance(value, keras.Optimizer))
    with tensorflow.init_scope():
        return serialized(next(found, None))


def _has_changed(loop: _Loop) -> bool:
    """Whether the network's weights are other than at the first step."""
    before, after = loop.start.weights or [], weights_of(loop.start.model)
    return not all(map(np.array_equal, before, after))


def _variables(model: Any) -> set[int]:
    return {id(variable) for variable in model.trainable_variables}


def _describe_several(models: int, calls: int) -> str:
    if models > 1:
        return f"it trains {models} networks at once"
    if calls > 1:
        return f"it calls the network {calls} times a step"
    return "it trains variables that are not the network's"


def _is_same_output(prediction: Any, output: Any) -> bool:
    """Whether a loss gets what the network gave, in whatever shape."""
    one, other = np.asarray(prediction), np.asarray(output)
    return one.size == other.size and np.array_equal(one.ravel(), other.ravel())


def _with_logits(function: Callable[..., Any]) -> Any:
    """The loss of a function of Keras that is called with ``from_logits=True``."""
    name = "".join(part.title() for part in function.__name__.split("_"))
    return getattr(keras.losses, name)(from_logits=True)


def _locals(recorder: Recorder, frame: FrameType | None, call: _ModelCall) -> Any:
    """Arrays by name that the lines around a gradient hold, the network's left out."""
    own = [id(part) for part in keras.tree.flatten((call.x, call.output))]
    found: dict[str, Any] = {}
    while frame is not None:
        file = frame.f_code.co_filename
        is_owned = recorder.code.is_user_file(file)
        if is_owned or _GENERATED in file:
            for name, value in frame.f_locals.items():
                if _is_array(value) and id(value) not in own:
                    found.setdefault(name, value)
        if is_owned:
            break
        frame = frame.f_back
    return dict(list(found.items())[:_MOST_LOCALS])


def _is_array(value: Any) -> bool:
    if not isinstance(value, np.ndarray | tensorflow.Tensor):
        return False
    return len(value.shape) > 0


def _is_compiled(frame: FrameType | None) -> bool:
    """Whether XLA will compile what is traced: no Python can run in it."""
    while frame is not None:
        owner = frame.f_locals.get("self")
        if getattr(owner, "_jit_compile", None) is True:
            return True
        frame = frame.f_back
    return False


def _line(place: Place | None) -> str:
    return f"the loop at line {place.line}" if place else "a training loop"


def _course(values: list[float]) -> str:
    if not values:
        return ""
    return f"; its loss was {values[0]:.4g} at first and {values[-1]:.4g} at last"


def _unread(loop: _Loop) -> str:
    where, why = _line(loop.start.place), loop.unclear or "it has no rows to learn from"
    steps = f"{len(loop.values):,} steps"
    return f"{where} cannot be repeated: {why} ({steps}{_course(loop.values)})"


def _adversarial(loops: list[_Loop]) -> str:
    names = " and ".join(repr(loop.start.model.name) for loop in loops)
    where = _line(loops[0].start.place)
    return f"{where} trains {names} against each other (a GAN), which is not examined"


@contextmanager
def traced_functions(code: UserCode) -> Iterator[None]:
    """Trace functions of the user's without XLA inside the block.

    No Python can run in what XLA compiles, so that no values could be noted there.
    """
    module: Any = tensorflow  # its hints are not whole
    original = module.function

    @wraps(original)
    def function(*args: Any, **named: Any) -> Any:
        if named.get("jit_compile") and code.is_user_file(
            sys._getframe(1).f_code.co_filename
        ):
            named["jit_compile"] = None
        return original(*args, **named)

    module.function = function
    try:
        yield
    finally:
        module.function = original


@contextmanager
def loss_functions(loops: GradientLoops) -> Iterator[None]:
    """Note calls of the functions of ``keras.losses`` inside the block."""
    modules = (keras.losses, tensorflow.keras.losses)
    before = [
        (module, name, function)
        for module in modules
        for name, function in vars(module).items()
        if callable(function) and not isinstance(function, type) and name.islower()
        if name not in ("get", "serialize", "deserialize")
    ]
    for module, name, function in before:
        setattr(module, name, loops.loss_function(function))
    try:
        yield
    finally:
        for module, name, function in before:
            setattr(module, name, function)
