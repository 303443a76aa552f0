"""Measurements of a network while it is trained, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...backend import keras
from ...backend import tensorflow as tf
from ...training.arguments import Arguments, find_obstacle
from ...training.programs import programs_of
from ...training.rows import (
    InMemoryRows,
    batches_in_part,
    blocks,
    class_weights,
    hold_in_memory,
)
from ..problem.graph import Node, activation_name, is_recurrent, make_graph
from ..problem.task import loss_name
from ..problem.training_cost import steps_for
from ..problem.training_setup import Setup, build_model, gradients_of, rows_of


@dataclass(frozen=True)
class LayerProbe:
    """One layer at one moment, on the same rows every time.

    Parameters
    ----------
    name : str
    gradient : float
        Norm of the loss's gradient to its weights; NaN where it has none.
    weight : float
        Norm of the weights.
    dead : float
        Share of its units that give the same value for every row; of a relu 0.
    saturated : float
        Share of its values at the flat ends of a sigmoid or tanh.
    spread : float
        Standard deviation of its values over rows, mean over units.
    """

    name: str
    gradient: float
    weight: float
    dead: float
    saturated: float
    spread: float


@dataclass(frozen=True)
class Snapshot:
    """All layers after a number of steps, and the loss on the probed rows.

    ``updates`` gives for each layer the norm of the last step's change of its weights
    by that of the weights.
    """

    step: int
    loss: float
    layers: tuple[LayerProbe, ...]
    updates: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """A training, looked at from within.

    Parameters
    ----------
    moments : tuple of Snapshot
        From the start (step 0) to the end.
    losses : tuple of float
        Of each step, or of an even sample of at most 1,000 of them.
    expected : float
        The loss that theory wants at the start; NaN where it has no word on it.
    outputs : array of shape (n_rows, n_outputs)
        What the network gives at the end.
    penalty : float
        Share of the first loss that weight penalties make up.
    nonfinite : int
        The step, from 1, of the first loss that was not finite; -1 if there was none.
    planned : int
        Steps that the whole training has on these rows; of a long one only the first
        part is measured.
    """

    moments: tuple[Snapshot, ...]
    losses: tuple[float, ...]
    expected: float
    outputs: np.ndarray
    penalty: float = 0.0
    nonfinite: int = -1
    planned: int = 0


CONSTANT = 1e-6
"""Range of a unit, as a share of its largest value, below which it is constant."""
FLAT_ENDS = {"sigmoid": (0.0067, 0.9933), "tanh": (-0.99991, 0.99991)}
"""What they give 5 to either side of 0."""


class NetworkProbe:
    """Looks at a network without changing it.

    The loss is that of the rows, without weight penalties and class weights. Networks
    with batch normalization are run as in training, since their averages mean nothing
    at the start; dropout is off in all others.

    Parameters
    ----------
    model : keras.Model
        Compiled and built.
    x, y : nested arrays
        The rows and their targets.
    """

    def __init__(self, model: Any, x: Any, y: Any) -> None:
        self.model = model
        self._rows: Any = keras.tree.map_structure(tf.constant, (x, y))
        self.nodes = [n for n in make_graph(model).nodes if n.layer.weights]
        batch_norm = keras.layers.BatchNormalization
        self._training = any(isinstance(n.layer, batch_norm) for n in self.nodes)
        self._program = self._compile()
        self.penalty = float("nan")

    def _compile(self) -> Any:
        specs = [
            keras.tree.map_structure(lambda t: tf.TensorSpec(t.shape, t.dtype), part)
            for part in self._rows
        ]
        program: Any = tf.function(self._measure, autograph=False)
        try:
            with _listening(self.nodes) as self._heard:
                return program.get_concrete_function(*specs)
        # what a layer gives inside a loop of the user's own cannot be taken out of it
        except (TypeError, ValueError):
            self._heard = {}
            program = tf.function(self._measure, autograph=False)
            return program.get_concrete_function(*specs)

    def look(self, step: int, before: list[np.ndarray] | None = None) -> Snapshot:
        """The network as it is after ``step`` steps.

        ``before`` are its `weights` one step earlier.
        """
        kept = [v.numpy() for v in self.model.non_trainable_variables]
        found = self._program(*self._rows)
        for variable, value in zip(
            self.model.non_trainable_variables, kept, strict=True
        ):
            variable.assign(value)
        loss, penalty = float(found["loss"]), float(found["penalty"])
        if step == 0:
            self.penalty = penalty / (loss + penalty) if penalty else 0.0
        table = np.asarray(found["layers"], "float64")
        layers = tuple(
            LayerProbe(node.name, *(float(v) for v in line))
            for node, line in zip(self.nodes, table, strict=True)
        )
        return Snapshot(step, loss, layers, self._updates(before))

    def weights(self) -> list[np.ndarray]:
        """The weights that are trained, layer after layer."""
        return [_joined(node.layer.trainable_weights) for node in self.nodes]

    def _updates(self, before: list[np.ndarray] | None) -> dict[str, float]:
        if before is None:
            return {}
        pairs = zip(self.nodes, before, self.weights(), strict=True)
        return {
            node.name: float(np.linalg.norm(now - then) / np.linalg.norm(then))
            for node, then, now in pairs
            if np.linalg.norm(then) > 0
        }

    def _measure(self, x: Any, y: Any) -> dict[str, Any]:
        model = self.model
        with tf.GradientTape() as tape:
            predicted = model(x, training=self._training)
            whole = model.compute_loss(x, y, predicted, training=self._training)
            penalty = tf.add_n([tf.cast(p, whole.dtype) for p in model.losses] or [0.0])
            loss = whole - tf.cast(penalty, whole.dtype)
        variables = model.trainable_variables
        found = tape.gradient(loss, [v.value for v in variables])
        slopes = {id(v): g for v, g in zip(variables, found, strict=True)}
        lines = [self._line(node, slopes) for node in self.nodes]
        layers = tf.stack(lines) if lines else tf.zeros((0, 5))
        return {"loss": loss, "penalty": penalty, "layers": layers}

    def _line(self, node: Node, slopes: dict[int, Any]) -> Any:
        """The numbers of a `LayerProbe`, in its order."""
        own = [slopes.get(id(v)) for v in node.layer.trainable_weights]
        known = [g for g in own if g is not None]
        slope = tf.linalg.global_norm(known) if known else _NAN
        weight = tf.linalg.global_norm([v.value for v in node.layer.weights])
        given = self._heard.get(node.name)
        numbers = [_NAN] * 3 if given is None else _describe(given, node)
        return tf.stack([tf.cast(n, tf.float32) for n in (slope, weight, *numbers)])


_NAN = float("nan")


def _joined(variables: Any) -> np.ndarray:
    parts = [np.asarray(v).ravel().astype("float64") for v in variables]
    return np.concatenate(parts) if parts else np.zeros(0)


def _describe(given: Any, node: Node) -> list[Any]:
    """Dead units, saturated values and spread of what a layer gives."""
    values = tf.cast(given, tf.float32)
    flat = tf.reshape(values, (-1, values.shape[-1] if values.shape.rank > 1 else 1))
    low, high = tf.reduce_min(flat, axis=0), tf.reduce_max(flat, axis=0)
    if node.activation == "relu":
        dead = high <= 0
    else:
        dead = high - low <= CONSTANT * tf.maximum(tf.abs(low), tf.abs(high))
    ends = FLAT_ENDS.get(node.activation)
    flat_share: Any = 0.0
    if ends and not is_recurrent(node.layer):
        outside = tf.logical_or(flat < ends[0], flat > ends[1])
        flat_share = tf.reduce_mean(tf.cast(outside, tf.float32))
    spread = tf.reduce_mean(tf.math.reduce_std(flat, axis=0))
    return [tf.reduce_mean(tf.cast(dead, tf.float32)), flat_share, spread]


@contextmanager
def _listening(nodes: list[Node]) -> Iterator[dict[str, Any]]:
    """Note what layers give, behind their activation, while the network is traced.

    A model of intermediate outputs would not reach layers in models within the model.
    """
    heard: dict[str, Any] = {}

    def listen(node: Node) -> None:
        own = node.activator.call

        def call(*args: Any, **kwargs: Any) -> Any:
            given = own(*args, **kwargs)
            heard[node.name] = keras.tree.flatten(given)[0]
            return given

        node.activator.call = call

    for node in nodes:
        listen(node)
    try:
        yield heard
    finally:
        for layer in {id(n.activator): n.activator for n in nodes}.values():
            del layer.call


_MOST_ROWS = 256
"""Rows that are looked at."""
MOMENTS = 7
"""Looks at the network after its first step, about."""
_MOST_LOSSES = 1_000
"""Losses that are kept; of a longer training each is the mean of a few steps."""


def measure(
    setup: Setup,
    rows: np.ndarray,
    *,
    seed: int,
    most_steps: int = 2_000,
    cost: float = 10.0,
) -> Probe:
    """Train on some rows, and look at a fixed sample of them from time to time.

    The training ends after ``most_steps``, after as many as ``cost`` pays for
    (`training_cost`), or with the first loss that is not finite; what was measured by
    then is kept.

    Parameters
    ----------
    setup : Setup
    rows : array of int
        The rows to train on.
    """
    model = build_model(setup, rows, seed=seed)
    held = _hold_rows(setup, rows)
    sample = np.unique(np.linspace(0, len(rows) - 1, _MOST_ROWS).astype("int64"))
    seen = hold_in_memory(
        rows_of(setup.x, rows[sample]), rows_of(setup.y, rows[sample])
    )
    if not model.built:
        model(keras.tree.map_structure(lambda part: part[:1], seen.data[0]))
    course = _Course(model, setup, held, seed)
    total = min(most_steps, course.planned, steps_for(setup, cost))
    with gradients_of(setup):
        lens = NetworkProbe(model, *seen.data)
        moments, losses = _follow(course, lens, total)
    return Probe(
        moments=moments,
        losses=losses,
        expected=expected_loss(setup, model, rows),
        outputs=_outputs(model, seen.data[0]),
        penalty=lens.penalty,
        nonfinite=course.nonfinite,
        planned=course.planned,
    )


def _hold_rows(setup: Setup, rows: np.ndarray) -> InMemoryRows:
    y = rows_of(setup.y, rows)
    weights = None
    if setup.sample_weight is not None:
        weights = setup.sample_weight[rows]
    elif setup.class_weight is not None:
        weights = class_weights(y, setup.class_weight)
    return hold_in_memory(rows_of(setup.x, rows), y, weights)


def _follow(
    course: _Course, lens: NetworkProbe, total: int
) -> tuple[tuple[Snapshot, ...], tuple[float, ...]]:
    """Train for ``total`` steps at most, looking at the moments chosen."""
    moments, losses = [lens.look(0)], []
    looks = snapshot_steps(total)
    before: Any = lens.weights() if 1 in looks else None
    for step, loss in course.run(_edges(looks, total)):
        losses.append(loss)
        if course.nonfinite > 0:
            break
        if step in looks:
            moments.append(lens.look(step, before))
        before = lens.weights() if step + 1 in looks else None
    return tuple(moments), tuple(losses)


def snapshot_steps(total: int) -> set[int]:
    """The steps after which a training of ``total`` steps is looked at.

    They lie closer at the start, where most happens; the last quarter tells whether
    the loss still falls.
    """
    spread = np.geomspace(1, max(1, total / 2), MOMENTS - 2)
    late = (0.75 * total, total)
    return {max(1, int(step)) for step in np.round([*spread, *late])}


def _edges(looks: set[int], total: int) -> list[int]:
    """Steps at which the training pauses: for a loss, a look, or just before one."""
    stride = -(-total // _MOST_LOSSES)
    pauses = {*range(stride, total, stride), total, *looks, *(n - 1 for n in looks)}
    return sorted(pauses - {0})


def _outputs(model: Any, x: Any) -> np.ndarray:
    """Return the network's outputs for rows, one line each."""
    given = keras.tree.flatten(model(x, training=False))[0]
    found = np.asarray(given)
    return found.reshape(len(found), -1)


def expected_loss(setup: Setup, model: Any, rows: np.ndarray) -> float:
    """The loss of a network that knows nothing yet; NaN where theory has no word.

    Of classes all are as likely; numbers are predicted to be about 0.
    """
    heads = make_graph(model).output_layers
    name = loss_name(setup.loss)
    if not heads or setup.rescale:
        return float("nan")
    head = heads[-1]
    if "crossentropy" in name:
        return _expected_entropy(head, name, setup)
    y = np.asarray(rows_of(setup.y, rows))
    if head.activation != "linear" or y.dtype.kind not in "biuf":
        return float("nan")
    y = y.astype("float64")
    means = {"mean_squared_error": y**2, "mean_absolute_error": np.abs(y)}
    return float(np.mean(means[name])) if name in means else float("nan")


def _expected_entropy(head: Node, name: str, setup: Setup) -> float:
    logits = getattr(setup.loss, "get_config", dict)().get("from_logits", False)
    ends = activation_name(None) if logits else ""
    if "binary" in name and head.activation in ("sigmoid", ends):
        return float(np.log(2))
    if "categorical" in name and head.activation in ("softmax", ends):
        return float(np.log(max(1, head.layer_width)))
    return float("nan")


@dataclass
class _Course:
    """The steps of a training, in the batches that the script would have.

    Parameters
    ----------
    model : keras.Model
        Compiled and built; it is trained.
    held : InMemoryRows
        Rows, targets and weights.

    Attributes
    ----------
    nonfinite : int
        The step of the first loss that was not finite, -1 so far.
    """

    model: Any
    setup: Setup
    held: InMemoryRows
    seed: int
    nonfinite: int = -1

    def __post_init__(self) -> None:
        self.size = min(self.setup.batch_size, self.held.rows)
        self.planned = self.setup.count_passes * -(-self.held.rows // self.size)
        self._take = self._make_step_function()

    def run(self, edges: list[int]) -> Iterator[tuple[int, float]]:
        """Train from edge to edge; gives each with the mean loss on the way."""
        step, left = 0, iter(edges)
        edge = next(left, 0)
        for batches, count in self._blocks():
            at = 0
            while at < count and edge:
                last = min(count, at + edge - step)
                loss, finite = self._take(batches, at, last)
                if finite < last - at:
                    self.nonfinite = step + finite + 1
                step, at = step + last - at, last
                yield step, loss
                edge = next(left, 0) if step == edge else edge
            if not edge:
                return

    def _blocks(self) -> Iterator[tuple[Any, int]]:
        """The batches of all rounds."""
        shuffle = np.random.default_rng(self.seed) if self.setup.shuffle else None
        room = batches_in_part(self.held, self.size) * self.size
        for _ in range(self.setup.count_passes):
            for part in self.held.parts(room, shuffle):
                for block in blocks(part, self.size):
                    yield block.batches, block.count

    def _make_step_function(self) -> Callable[[Any, int, int], tuple[float, int]]:
        """Return what takes steps: gives their mean loss, and how many were finite."""
        data = (*self.held.data, None)[:3]
        given = Arguments(
            x=data[0], y=data[1], sample_weight=data[2], batch_size=self.size,
            epochs=1, verbose=0, callbacks=None, validation_split=0.0,
            validation_data=None, shuffle=False, class_weight=None, initial_epoch=0,
            steps_per_epoch=None, validation_steps=None, validation_batch_size=None,
            validation_freq=1,
        )  # fmt: skip
        if find_obstacle(self.model, given):
            return self._run_keras_steps
        batch = next(self.held.parts(self.size, None))
        programs = programs_of(self.model, batch)

        def take(batches: Any, at: int, last: int) -> tuple[float, int]:
            ran = programs.train(batches, at, last, way="graph", fresh=True)
            return float(ran.logs["loss"]), ran.finite

        return take

    def _run_keras_steps(self, batches: Any, at: int, last: int) -> tuple[float, int]:
        """Keras' own step, one after the other."""
        losses = []
        for i in range(at, last):
            batch: Any = keras.tree.map_structure(lambda t, i=i: t[i], batches)
            self.model.reset_metrics()
            logs = self.model.train_on_batch(*batch, return_dict=True)
            losses.append(float(logs["loss"]))
        good = np.isfinite(losses)
        return float(np.mean(losses)), int(np.cumprod(good).sum())
