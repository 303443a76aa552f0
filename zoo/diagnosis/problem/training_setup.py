"""A training as a value: what can be changed, trained and compared."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....data.errors import BadData
from ...backend import keras
from ..record.recording import Fit
from .copy_model import copy, give_weights
from .gradients import automatic_gradients
from .graph import arrays_of, flat_layers, is_looked_up, pack_inputs, start_weights
from .own_compile import compile_copy
from .task import (
    TrainingTask,
    are_beside_middle,
    first,
    loss_name,
    training_task,
)

_Numbers = float | tuple[float, ...]
DEFAULT_BATCH = 32
"""Keras' own, where a script gives none."""
_MOST_ROWS = 6_000
"""More are sampled: a fault shows in these, and trials are many."""
_LEAST_VARIED = 8
"""Rows from which on targets that are all the same are no accident."""


@dataclass(frozen=True)
class Setup:
    """All that makes a training what it is.

    Parameters
    ----------
    model : keras.Model
        Only copied, never trained.
    loss : str, keras.losses.Loss or callable
    optimizer : dict
        As ``keras.optimizers.serialize`` gives it.
    x, y : array, list or dict of arrays
        As the network is given them.
    batch_size, epochs, shuffle, validation_split, class_weight, sample_weight
        As in ``Model.fit``.
    passes : float
        Over the rows in an epoch: of a dataset without end, ``steps_per_epoch`` says.
    in_batches : bool
        Whether a dataset or generator of the script makes the batches: ``fit`` neither
        mixes the rows then nor takes a ``batch_size``.
    course : tuple of float
        The learning rate of each epoch as a multiple of the first, where a callback
        changes it; empty where it stays.
    stopped : bool
        Whether ``EarlyStopping`` ended it; ``epochs`` are those that it had.
    scheduled : bool
        Whether a ``LearningRateScheduler`` gives it, whatever the optimizer has.
    weights : list of array, optional
        To start from where the script had loaded some; None for a fresh start.
    values : array of shape (n_classes,)
        What stands for each class in ``y`` where that is one column.
    clean, normalise : bool
        Whether gaps become 0, and inputs are standardised, in front of the network.
    span : (float, float), optional
        Scale and offset of the inputs, in front of the network.
    hidden : tuple of int
        Columns of the inputs that the network does not see.
    rescale : (float or tuple, float or tuple), optional
        Scale and offset of what the network gives, of several columns one each; the
        loss is divided accordingly, by the largest scale.
    own_optimizer : type, optional
        The script's own class, which ``optimizer`` names.
    held : tuple of str
        Names of layers that are trainable, and that no step changes.
    in_inference : bool
        Whether a loop calls the network as for predictions, so that the averages of
        batch normalization stay as they were made.
    own_gradients, own_step : bool
        Whether ``custom_gradient`` and ``stop_gradient`` do what the script wants, and
        a ``train_step`` of its own; else Keras and TensorFlow do it.
    """

    model: Any
    loss: Any
    optimizer: dict[str, Any]
    x: Any
    y: np.ndarray
    batch_size: int = DEFAULT_BATCH
    epochs: int = 1
    shuffle: bool = True
    validation_split: float = 0.0
    class_weight: dict[int, float] | None = None
    sample_weight: np.ndarray | None = None
    passes: float = 1.0
    in_batches: bool = False
    course: tuple[float, ...] = ()
    stopped: bool = False
    scheduled: bool = False
    weights: list[np.ndarray] | None = None
    values: np.ndarray | None = None
    clean: bool = False
    normalise: bool = False
    span: tuple[float, float] | None = None
    hidden: tuple[int, ...] = ()
    rescale: tuple[_Numbers, _Numbers] | None = None
    own_optimizer: type | None = None
    held: tuple[str, ...] = ()
    in_inference: bool = False
    own_gradients: bool = True
    own_step: bool = True

    @property
    def rate(self) -> float:
        """The learning rate; of a schedule the one it starts with."""
        found = self.optimizer["config"].get("learning_rate", 0.0)
        if isinstance(found, dict):
            found = found.get("config", {}).get("initial_learning_rate", 0.0)
        return float(found)

    @property
    def count_passes(self) -> int:
        """Return how often the training goes through the rows."""
        return max(1, round(self.epochs * self.passes))

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole training."""
        return self.count_passes * -(-len(self.y) // self.batch_size)

    def rate_at(self, turn: int) -> float:
        """The learning rate of a round; a longer training goes through it slower."""
        place = turn * len(self.course) // self.count_passes
        return self.rate * self.course[min(place, len(self.course) - 1)]

    def with_optimizer(self, **changes: Any) -> Setup:
        """The same optimizer with other settings."""
        config = {**self.optimizer["config"], **changes}
        again = self.scheduled and "learning_rate" in changes
        return replace(
            self,
            optimizer={**self.optimizer, "config": config},
            course=() if again else self.course,
        )

    def with_layers(self, change: Callable[[Any], Any]) -> Setup:
        """With layers replaced: ``change`` gives a layer for a layer."""
        return replace(self, model=copy(self.model, change), weights=None)


def original_training(fit: Fit, task: TrainingTask) -> Setup:
    """The training as the script has it.

    Where it ended early (an early stop, for instance), as many epochs as it had. Of
    callbacks that change the learning rate, the rates that they gave are repeated.
    Batches of a dataset are as large and as many as they were, in the order in which
    their rows came.
    """
    asked = fit.arguments
    ran = len(next(iter(fit.history.values()), []))
    stops = any("Stopping" in name for name in fit.callbacks)
    planned = max(1, int(asked.get("epochs") or 1))
    size = fit.batch or int(asked.get("batch_size") or DEFAULT_BATCH)
    found = Setup(
        model=fit.model,
        loss=fit.loss,
        optimizer=fit.optimizer or _default_optimizer(),
        x=fit.x,
        y=np.asarray(fit.y),
        batch_size=size,
        epochs=ran if stops and ran else planned,
        shuffle=bool(asked.get("shuffle", True)) and not fit.batch,
        validation_split=float(asked.get("validation_split") or 0.0),
        class_weight=asked.get("class_weight"),
        sample_weight=_row_weights(fit),
        passes=_passes(fit, ran, size),
        in_batches=bool(fit.batch),
        course=_course(fit),
        stopped=stops and 0 < ran < planned,
        weights=fit.weights if fit.pretrained else None,
        values=_values(fit, task),
        own_optimizer=_own_class(getattr(fit.model, "optimizer", None)),
        held=fit.held,
        in_inference=fit.kind == "GradientTape"
        and bool(unchanged_moving_averages(fit)),
    )
    if "LearningRateScheduler" not in fit.callbacks:
        return found
    first = fit.history.get("learning_rate", [])[:1]
    given = found.with_optimizer(learning_rate=float(first[0])) if first else found
    return replace(given, scheduled=True)


def _values(fit: Fit, task: TrainingTask) -> np.ndarray | None:
    """Return what stands for each class, as the outputs are read.

    Under a loss for probabilities they are above or below the middle, whatever the
    labels are.
    """
    is_share = "binary_" in loss_name(fit.loss) and are_beside_middle(task.values)
    return task.values if len(task.values) and not is_share else None


def _default_optimizer() -> dict[str, Any]:
    """Adam, for a training whose script has no optimizer, or none that it uses."""
    serialize: Any = keras.optimizers.serialize
    return serialize(keras.optimizers.Adam())


def _own_class(optimizer: Any) -> type | None:
    """The class of an optimizer that Keras did not bring."""
    kind = type(optimizer)
    is_own = isinstance(optimizer, keras.Optimizer) and not kind.__module__.startswith(
        "keras."
    )
    return kind if is_own else None


def _passes(fit: Fit, ran: int, size: int) -> float:
    """Return how often an epoch of batches went through the rows kept of them."""
    batches = -(-len(np.asarray(fit.y)) // size)
    if not (fit.batch and ran and fit.steps and batches):
        return 1.0
    found = fit.steps / (ran * batches)
    return min(1.0, found) if fit.cut else found


def _row_weights(fit: Fit) -> np.ndarray | None:
    """One weight a row; None where there are none, or one for each step of a row."""
    weight = fit.sample_weight
    return weight if isinstance(weight, np.ndarray) and weight.ndim == 1 else None


def _course(fit: Fit) -> tuple[float, ...]:
    """Return the course that callbacks gave the learning rate, from Keras' history."""
    rates = fit.history.get("learning_rate", [])
    if len(set(rates)) < 2 or not np.isfinite(rates).all() or rates[0] <= 0:
        return ()
    return tuple(float(rate / rates[0]) for rate in rates)


def unchanged_moving_averages(fit: Fit) -> tuple[str, ...]:
    """Return names of batch normalizations with the averages they were made with.

    Those of layers that may learn, after a training of some steps.
    """
    if not fit.steps:
        return ()
    after = start_weights(fit.model, fit.trained)
    kinds = [
        layer
        for layer in flat_layers(fit.model)
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
    ]
    return tuple(
        layer.name
        for layer in kinds
        if after
        and not after[id(layer.moving_mean)].any()
        and (after[id(layer.moving_variance)] == 1).all()
    )


def check_compiled(fit: Fit) -> None:
    """Refuse a model that was given to ``fit`` before ``compile``.

    Raises
    ------
    BadData
    """
    if fit.loss is None and "compile" in fit.error:
        raise BadData("the model is not compiled: call model.compile(...) before fit")


def sampled(fit: Fit, *, seed: int) -> tuple[Fit, TrainingTask]:
    """Return a training on rows with a target, `_MOST_ROWS` of them at most.

    Parameters
    ----------
    fit : Fit
        With targets.
    seed : int

    Raises
    ------
    BadData
        No row has a target, or all have the same.
    """
    task = training_task(fit)
    rows = _some_rows(task, seed)
    weight = fit.sample_weight
    fit = replace(
        fit,
        x=rows_of(fit.x, rows),
        y=rows_of(fit.y, rows),
        sample_weight=None if weight is None else rows_of(weight, rows),
    )
    task = replace(task, y=task.y[rows])
    _check_varied(fit, task)
    return fit, task


def _some_rows(task: TrainingTask, seed: int) -> np.ndarray:
    """All rows, or a sample; without those whose target is missing."""
    missing = ~np.isfinite(task.y.astype("float64"))
    rows = np.flatnonzero(~missing.any(axis=tuple(range(1, missing.ndim))))
    if not len(rows):
        raise BadData("the training has no row with a target")
    if len(rows) <= _MOST_ROWS:
        return rows
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(rows, _MOST_ROWS, replace=False))


def _check_varied(fit: Fit, task: TrainingTask) -> None:
    """Refuse targets that are all the same: there is nothing to tell apart."""
    if len(task) < _LEAST_VARIED or (task.y != task.y[0]).any():
        return
    value = np.asarray(first(fit.y)).reshape(len(task), -1)[0]
    message = f"{value[0]}" if value.size == 1 else "the same"
    msg = f"all {len(task):,} targets of the training are {message}"
    raise BadData(f"{msg}: there is nothing to learn; look at how they are made")


def rows_of(tree: Any, rows: np.ndarray) -> Any:
    """Some rows of an array, or of each in a list or dict."""
    return keras.tree.map_structure(lambda part: part[rows], tree)


def build_model(setup: Setup, rows: np.ndarray, *, seed: int) -> Any:
    """The compiled network; ``rows`` tell the scale of the inputs."""
    keras.utils.set_random_seed(seed)
    model = copy(setup.model)
    if setup.weights is not None:
        give_weights(model, _known(setup.weights, model.get_weights()))
    if setup.held:
        _freeze_layers(model, setup)
    for layer in flat_layers(model) if setup.in_inference else ():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False  # which Keras reads as: in inference
    if not setup.own_step:
        model = with_steps(model, keras.Model.train_step)
    model, weight = _wrapped(model, setup, rows)
    compile_copy(
        model,
        setup.model,
        optimizer=make_optimizer(setup),
        loss=setup.loss,
        loss_weights=weight,
    )
    return model


def _freeze_layers(model: Any, setup: Setup) -> None:
    """Let no step change the layers that none changes in the script."""
    given, made = list(flat_layers(setup.model)), list(flat_layers(model))
    # copies of classes of the user's own name their layers anew, in the same order
    names = [la.name for la in (given if len(given) == len(made) else made)]
    for name, layer in zip(names, made, strict=True):
        if name in setup.held:
            layer.trainable = False


def make_optimizer(setup: Setup) -> Any:
    """The optimizer of a training, as it begins."""
    # Keras writes into what it reads: "SGD" becomes "sgd"
    config = deepcopy(setup.optimizer)
    own: Any = setup.own_optimizer
    if own is not None and own.__name__ == config["class_name"]:
        return _own_optimizer(own, config["config"])
    return keras.optimizers.deserialize(config)


def _own_optimizer(kind: Any, config: dict[str, Any]) -> Any:
    try:
        return kind.from_config(config)
    except TypeError:
        # Keras adds what constructors of one's own rarely take
        takes = inspect.signature(kind).parameters
        return kind(**{name: v for name, v in config.items() if name in takes})


def with_steps(model: Any, step: Callable[..., Any]) -> Any:
    """The same network, trained by another ``train_step``."""
    kind = type(model)
    if kind.train_step is not step:
        other = type(kind.__name__, (kind,), {"train_step": step})
        # Keras notes what is set on a network, and a class is nothing to train
        object.__setattr__(model, "__class__", other)
    return model


def gradients_of(setup: Setup) -> AbstractContextManager[None]:
    """Context to train within: the script's own gradients, or automatic ones."""
    return nullcontext() if setup.own_gradients else automatic_gradients()


def _known(
    weights: Sequence[np.ndarray], fresh: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Those that were there before the training; the others as they are made anew.

    A layer without an input shape is built within the first step, where nobody can see
    what its weights begin with: they were noted as empty.
    """
    pairs = zip(weights, fresh, strict=True)
    return [own if own.shape == new.shape else new for own, new in pairs]


def _wrapped(model: Any, setup: Setup, rows: np.ndarray) -> tuple[Any, Any]:
    """The network between what cleans, scales and scales back."""
    around = setup.clean or setup.normalise or setup.span or setup.hidden
    if not (around or setup.rescale):
        return model, None
    inputs = [
        keras.Input(t.shape[1:], dtype=t.dtype, name=t.name) for t in model.inputs
    ]
    looked_up = [is_looked_up(model, t) for t in model.inputs]
    given = arrays_of(model, setup.x)
    parts = [
        tensor if looked_up[i] else _prepared(tensor, given[i][rows], setup)
        for i, tensor in enumerate(inputs)
    ]
    # the network is called with its inputs in the form that it was made with
    outputs = model(pack_inputs(model, setup.x, parts))
    weight = None
    if setup.rescale:
        scale, offset = setup.rescale
        given = [np.asarray(part).tolist() for part in (scale, offset)]
        outputs = _Rescaling(*given)(outputs)
        weight = [loss_weight(setup.loss, float(np.max(scale)))]
    whole = keras.Model(pack_inputs(model, setup.x, inputs), outputs)
    # what is put around a network is no repair of its steps
    return with_steps(whole, type(model).train_step), weight


_Rescaling: Any = keras.layers.Rescaling  # by its hints it takes no lists


def loss_weight(loss: Any, scale: float) -> float:
    """Return the factor by which a loss of large targets is as for those near 1."""
    # those that grow like the error itself, far from 0
    linear = ("absolute", "huber", "log_cosh")
    name = loss_name(loss)
    return 1 / scale if any(part in name for part in linear) else 1 / scale**2


def _prepared(tensor: Any, values: np.ndarray, setup: Setup) -> Any:
    """An input without gaps and in standard deviations, if it holds measurements."""
    if values.dtype.kind != "f" and not _is_measured(values, tensor):
        return tensor
    values = values.astype("float64")
    if setup.clean:
        tensor = keras.layers.Lambda(zero_gaps)(tensor)
        values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    if setup.hidden:
        visible = [float(i not in setup.hidden) for i in range(values.shape[1])]
        tensor = keras.layers.Rescaling(visible)(tensor)
    if setup.span is not None:
        scale, offset = setup.span
        tensor, values = _Rescaling(scale, offset)(tensor), values * scale + offset
    if not setup.normalise:
        return tensor
    axes = tuple(range(values.ndim)) if values.ndim > 2 else 0
    mean, variance = values.mean(axis=axes), values.var(axis=axes)
    axis: Any = None if values.ndim > 2 else -1  # Keras' hints leave None out
    return keras.layers.Normalization(axis=axis, mean=mean, variance=variance)(tensor)


def _is_measured(values: np.ndarray, tensor: Any) -> bool:
    """Whether whole numbers go into the network as numbers, not as places in a list."""
    return values.dtype.kind in "iu" and "float" in str(tensor.dtype)


def zero_gaps(x: Any) -> Any:
    """Missing and infinite values as 0."""
    return keras.ops.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0)
