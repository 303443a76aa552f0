"""Training one network by its recipe, and the layers that its code makes.

Keras drops a layer from the graph when nothing behind it uses what it gives, and says
nothing. So every call of a layer is noted while the model is built (`trace`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...data.errors import BadData, Misuse
from ...data.stored import RemainingRows
from ..backend import ignore_softmax_warning, keras
from ..recipe import Recipe
from ..registry import build
from ..training import Start, fit
from ..training.checkpoint import Checkpoint
from ..training.streams import StreamedRows
from .export import Affine, fit_scaling, serving_model
from .losses import Kind, loss_of

SHARED = 3
"""Trainings that share what is compiled, about: five folds on two processes and up."""


@dataclass(frozen=True)
class Rows:
    """Rows to train on or to validate with.

    ``x`` has shape (n_rows, ...); ``y`` holds class codes or numbers, of shape
    (n_rows,), (n_rows, 1), or with several targets (n_rows, n_targets). Of a series or
    a text ``y`` has what follows each step, of shape (n_rows, n_steps, ...).
    ``weights`` says how much each row, or each step of each row, counts.
    """

    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None = None


@dataclass(frozen=True)
class MoreRows:
    """Rows on disk to train on.

    Parameters
    ----------
    rest : RemainingRows
    numbers : int array
        Of the rows to train on, sorted.
    to_matrix : callable
        From features as they lie on disk to numbers, as those of `Rows`.
    """

    rest: RemainingRows
    numbers: np.ndarray
    to_matrix: Callable[[Any], np.ndarray]


@dataclass(frozen=True)
class Trained:
    """A trained network.

    ``serving`` goes from raw inputs to probabilities of shape (n, n_classes) or numbers
    of shape (n, n_targets), scaling included; it opens with plain Keras. ``core`` is
    the network alone. ``history`` is Keras';
    ``way`` says how epochs were run, and ``reason`` why so (`learnable.fit`).
    """

    serving: keras.Model
    core: keras.Model
    history: dict[str, tuple[float, ...]]
    way: str
    reason: str
    parameters: int
    seconds: float

    @property
    def shape(self) -> tuple[tuple[int, ...], int]:
        """Return the core's input shape for one row, and its number of outputs."""
        core: Any = self.core
        return core.input_shape[1:], core.output_shape[-1]


def train_network(
    recipe: Recipe,
    rows: Rows,
    validation: Rows,
    *,
    classes: int,
    kind: Kind | None = None,
    feature_range: tuple[float, float] | None = None,
    more: MoreRows | None = None,
    seed: int = 0,
    on_epoch: OnEpoch | None = None,
    checkpoint: Path | None = None,
) -> Trained:
    """Build a network and train it as its recipe says.

    Parameters
    ----------
    recipe : Recipe
    rows, validation : Rows
        The latter for the loss on rows not trained on, and for early stopping.
    classes : int
        0 for numbers.
    kind : str, optional
        Needed for a series or a text; else told by ``classes`` and by the shape of
        ``y``. Of those two, what is served is the core as it is.
    feature_range : (float, float), optional
        Known limits of every feature.
    more : MoreRows, optional
        Rows on disk to train on, of which ``rows`` is a sample.
    seed : int
        Seeds Python's, NumPy's and TensorFlow's global generators.
    on_epoch : callable, optional
    checkpoint : Path, optional
        Folder in which the training is kept, and from which it goes on
        (`learnable.zoo.training.checkpoint`).

    Raises
    ------
    BadData
        The loss is not finite.
    """
    start = time.perf_counter()
    kind = kind or kind_of(rows.y, classes)
    shape, outputs = rows.x.shape[1:], classes or rows.y[0].size
    if kind == "forecast":
        outputs = rows.y.shape[-1]
    # one a thread: two trainings at a time must not share weights
    thread = threading.get_ident()
    trainee, beginning = trainee_of(recipe, shape, outputs, kind, thread)
    keras.utils.set_random_seed(seed)
    core = build(recipe, shape=shape, outputs=outputs)
    beginning.restore()
    _copy(core, trainee)
    scaling = fit_scaling(recipe.scaling, rows.x, feature_range)
    target = scale_of_targets(rows.y) if kind == "numbers" else None
    inner = scale_rows(validation, scaling, target, kind)
    shown = subsample_for_steps(recipe, rows, seed)
    given, named, count = _given(recipe, shown, more, scaling, target, kind)
    epochs = recipe.count_epochs(count)
    callbacks, keeper = callbacks_of(recipe, on_epoch, checkpoint)
    with ignore_softmax_warning():
        history: Any = fit(
            trainee,
            *given,
            **named,
            validation_data=_whole(inner, validation.weights),
            batch_size=recipe.batch_size,
            epochs=epochs,
            initial_epoch=keeper.initial_epoch(epochs) if keeper else 0,
            shuffle=recipe.shuffle,
            verbose=0,
            callbacks=callbacks,
            way="rule",  # the same seed gives the same network
            repeats=SHARED,
        )
    _copy(trainee, core)
    losses = keeper.history if keeper else history.history
    serving = core
    if kind in ("classes", "labels", "numbers"):
        last = (
            scaling.apply(shown.x[-1:])[0] if recipe.evaluation != "each-row" else None
        )
        serving = serving_model(core, recipe, scaling, target, kind, last)
    return Trained(
        serving=serving,
        core=core,
        history={name: tuple(losses[name]) for name in ("loss", "val_loss")},
        way=history.params["way"],
        reason=history.params["reason"],
        parameters=int(core.count_params()),
        seconds=time.perf_counter() - start + (keeper.seconds if keeper else 0),
    )


def _whole(rows: Rows, weights: np.ndarray | None) -> tuple[np.ndarray, ...]:
    return (rows.x, rows.y) if weights is None else (rows.x, rows.y, weights)


def _copy(source: keras.Model, target: keras.Model) -> None:
    """Weights, and the states of random layers, of one network into its equal."""
    for old, new in zip(target.variables, source.variables, strict=True):
        old.assign(new)


def kind_of(y: np.ndarray, classes: int) -> Kind:
    """Return the kind of outputs of a network for these targets."""
    if not classes:
        return "numbers"
    return "classes" if y.ndim == 1 else "labels"


@lru_cache(maxsize=8)
def trainee_of(
    recipe: Recipe, shape: tuple[int, ...], outputs: int, kind: Kind, thread: int
) -> tuple[keras.Model, Start]:
    """A compiled network, kept so that folds and seeds share what is compiled for it.

    The core that is saved is another one, and brings no loss.
    """
    core = build(recipe, shape=shape, outputs=outputs)
    optimizer: Any = keras.optimizers.get(recipe.optimizer)
    optimizer.learning_rate = recipe.learning_rate
    optimizer.global_clipnorm = recipe.clip_norm or None
    trainee = keras.Model(core.inputs, core.outputs[0])
    trainee.compile(optimizer=optimizer, loss=loss_of(recipe, kind))
    return trainee, Start(trainee)


def subsample_for_steps(recipe: Recipe, rows: Rows, seed: int) -> Rows:
    """The rows that a training meets whose steps end before its first pass does."""
    most = recipe.steps * recipe.batch_size
    if not 0 < most < len(rows.x):
        return rows
    some = np.random.default_rng(seed).permutation(len(rows.x))[:most]
    return Rows(rows.x[some], rows.y[some])


def _given(
    recipe: Recipe,
    rows: Rows,
    more: MoreRows | None,
    scaling: Affine,
    target: Affine | None,
    kind: Kind,
) -> tuple[tuple[Any, ...], dict[str, Any], int]:
    """Return what `fit` trains on, by place and by name, and the number of rows."""
    if more is None:
        scaled = scale_rows(rows, scaling, target, kind)
        named = {}
        if recipe.class_weight == "balanced":
            named = {"sample_weight": _balance(rows.y)}
        return (scaled.x, scaled.y), named, len(rows.x)
    if recipe.class_weight != "none":
        msg = "class weights cannot be used with rows read from disk"
        raise Misuse(f"{msg}; give a larger --memory, or omit --class-weight")

    def prepared(x: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scaled = scale_rows(Rows(more.to_matrix(x), y), scaling, target, kind)
        return scaled.x, scaled.y

    stored = more.rest.rows
    on_disk = StreamedRows(stored, more.numbers, more.rest.y, prepared)
    return (on_disk,), {}, len(more.numbers)


def _balance(y: np.ndarray) -> np.ndarray:
    """A weight a row, so that all classes weigh the same; their mean is 1.

    The heuristic of King and Zeng 2001, as in scikit-learn's ``"balanced"``.
    """
    counts = np.bincount(y)
    return (len(y) / ((counts > 0).sum() * counts[y])).astype("float32")


def scale_of_targets(y: np.ndarray) -> Affine:
    """From numbers to their standardised form, each target by its own."""
    return fit_scaling("standard", y.reshape(len(y), -1), None)


def scale_rows(rows: Rows, scaling: Affine, target: Affine | None, kind: Kind) -> Rows:
    """Rows as the network sees them: float32 inputs, int32 codes or scaled targets."""
    x = scaling.apply(rows.x)
    if target is not None:
        return Rows(x, target.apply(rows.y.reshape(len(rows.y), -1)))
    return Rows(x, rows.y.astype("float32" if kind == "forecast" else "int32"))


@dataclass(frozen=True)
class FitArguments:
    """Arguments that `learnable.zoo.networks.train.train_network` gives to ``fit``.

    ``model`` is compiled and has the weights that ``seed`` draws; ``rows`` and
    ``validation`` are as the network sees them.
    """

    model: Any
    weights: list[np.ndarray]
    rows: Rows
    validation: Rows
    epochs: int


def fit_arguments(
    recipe: Recipe,
    rows: Rows,
    validation: Rows,
    *,
    classes: int,
    feature_range: tuple[float, float] | None = None,
    seed: int = 0,
) -> FitArguments:
    """The training that a recipe asks for on rows in memory.

    Parameters
    ----------
    recipe, rows, validation, classes, feature_range, seed
        As of `learnable.zoo.networks.train.train_network`.
    """
    kind = kind_of(rows.y, classes)
    shape, outputs = rows.x.shape[1:], classes or rows.y[0].size
    model, _ = trainee_of(recipe, shape, outputs, kind, threading.get_ident())
    keras.utils.set_random_seed(seed)
    weights = build(recipe, shape=shape, outputs=outputs).get_weights()
    model.set_weights(weights)
    shown = subsample_for_steps(recipe, rows, seed)
    scaling = fit_scaling(recipe.scaling, rows.x, feature_range)
    target = scale_of_targets(rows.y) if kind == "numbers" else None
    return FitArguments(
        model,
        weights,
        scale_rows(shown, scaling, target, kind),
        scale_rows(validation, scaling, target, kind),
        recipe.count_epochs(len(shown.x)),
    )


OnEpoch = Callable[[int, int, dict[str, float]], None]
"""Called after each epoch with its number from 1, their count, and the losses."""


class _Progress(keras.callbacks.Callback):
    """Tells of each epoch; ends a training that is good enough or not finite."""

    def __init__(self, until: float, on_epoch: OnEpoch | None) -> None:
        super().__init__()
        self.until, self.on_epoch = until, on_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        params: Any = self.params
        for name, value in (logs or {}).items():
            if not np.isfinite(value):
                bad = params["nonfinite"]
                step = f", from step {bad[1]:,} on" if bad else ""
                msg = f"{name} is {value} in epoch {epoch + 1}{step}"
                raise BadData(
                    f"{msg}: lower the learning rate or check the scale of the inputs"
                )
        if self.on_epoch:
            self.on_epoch(epoch + 1, params["epochs"], logs or {})
        if logs and logs["loss"] < self.until:
            model: Any = self.model
            model.stop_training = True


def callbacks_of(
    recipe: Recipe, on_epoch: OnEpoch | None, folder: Path | None
) -> tuple[list[Any], Checkpoint | None]:
    """The callbacks of a training by its recipe, and what keeps it on disk, if any.

    Parameters
    ----------
    recipe : Recipe
    on_epoch : callable, optional
    folder : Path, optional
        To keep it in.
    """
    callbacks: list[Any] = [_Progress(recipe.until, on_epoch)]
    stop = None
    if recipe.patience:
        stop = keras.callbacks.EarlyStopping(
            "val_loss", patience=recipe.patience, restore_best_weights=True
        )
        callbacks.append(stop)
    if folder is None:
        return callbacks, None
    keeper = Checkpoint(folder, stop)
    return [*callbacks, keeper], keeper


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
def _record_calls() -> Iterator[_Calls]:
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
    with _record_calls() as calls:
        model = build(settings, shape=shape, outputs=outputs)
    used = {layer.name for layer in _all_layers(model)}
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


def _all_layers(model: Any) -> Iterator[Any]:
    """Layers of a model, of the models in it, and those that wrappers repeat."""
    for layer in model.layers:
        yield layer
        inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
        yield inner
        if isinstance(inner, keras.Model):
            yield from _all_layers(inner)


def _own_parameters(layer: Any) -> int:
    """A wrapper has none: they are those of the layers that it repeats."""
    return 0 if isinstance(layer, keras.layers.Wrapper) else int(layer.count_params())


def _row_shape(output: Any) -> tuple[int, ...]:
    first = keras.tree.flatten(output)[0]
    return tuple(int(size or 0) for size in first.shape[1:])
