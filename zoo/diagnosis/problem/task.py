"""The learning problem behind the arrays given to ``fit``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from ....data import Card, Dataset
from ...backend import keras
from ..record.recording import Fit
from .graph import layers_before, make_graph

TaskKind = Literal["binary", "multiclass", "multilabel", "regression"]
_MOST_CLASSES = 1_000
"""Whole numbers with more values are numbers to be predicted, not classes."""
FEW_CODES = 50
"""Fractions with at most so many values may stand for classes."""
CLASS_LOSSES = ("crossentropy", "hinge", "focal")


@dataclass(frozen=True)
class TrainingTask:
    """A task, and its targets in our own coding.

    Parameters
    ----------
    kind : {"binary", "multiclass", "multilabel", "regression"}
    y : array of shape (n_rows,) or (n_rows, n_targets)
        Class codes 0, 1, ... (int64), 0 and 1 for each label, or numbers (float64).
    values : array
        What the script wrote for each class; empty where it wrote columns, or where
        targets are numbers.
    one_hot : bool
        Whether the script wrote a column for each class.
    places : array of shape (n_labels, 2)
        Where each row has a class for each of several places (steps of a sequence,
        pixels), each label is a place that has a class: their numbers. Else empty.
    """

    kind: TaskKind
    y: np.ndarray
    values: np.ndarray
    one_hot: bool = False
    places: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), "int64"))

    def __len__(self) -> int:
        return len(self.y)

    @property
    def is_classification(self) -> bool:
        return self.kind != "regression"

    @cached_property
    def outputs(self) -> int:
        """Outputs that a network for this needs; of two classes 1."""
        if self.kind in ("regression", "multilabel"):
            return 1 if self.y.ndim == 1 else self.y.shape[1]
        return 1 if self.kind == "binary" else int(self.y.max()) + 1

    @cached_property
    def class_count(self) -> int:
        """Number of classes; 0 for numbers and for labels."""
        single = self.kind in ("binary", "multiclass")
        return max(2, int(self.y.max()) + 1) if single else 0


def loss_name(loss: Any) -> str:
    """A loss as it is written: ``"mse"`` and its class are one; "" for one's own."""
    if not isinstance(loss, str):
        own = not type(loss).__module__.startswith("keras")
        if isinstance(loss, keras.losses.Loss):
            return "" if own else _to_snake_case(type(loss).__name__)
        known = getattr(loss, "__module__", "") or ""
        return _to_snake_case(getattr(loss, "__name__", "")) if "keras" in known else ""
    try:
        found = keras.losses.get(loss)
    except ValueError:  # a name that nobody knows fails in the script itself
        return loss
    return _to_snake_case(getattr(found, "__name__", type(found).__name__))


def each_metric(metrics: Any) -> list[Any]:
    """List the metrics given to ``compile``: one, several, or by output."""
    return [metric for metric in keras.tree.flatten(metrics) if metric is not None]


def metric_name(metric: Any) -> str:
    """Return a metric's name; that of a function or a class where it has none."""
    if isinstance(metric, str):
        return metric
    found = getattr(metric, "name", None) or getattr(metric, "__name__", None)
    return str(found or type(metric).__name__)


def _to_snake_case(name: str) -> str:
    """``BinaryCrossentropy`` -> ``binary_crossentropy``."""
    parts = ["_" + c.lower() if c.isupper() else c for c in name]
    return "".join(parts).lstrip("_")


def training_task(fit: Fit) -> TrainingTask:
    """The question behind the targets of a training.

    Columns of 0 and 1 with a single 1 in each row are classes; two values, whatever
    they are, are two classes. Whole numbers, and fractions of few values, are classes
    where the loss, a metric or the head says so, and numbers to be predicted else.
    """
    y = np.asarray(first(fit.y))
    codes = _codes_of_places(fit, y)
    if codes is not None and (labels := _labels_of_places(codes)) is not None:
        return labels
    if y.ndim > 1 and y.shape[-1] == 1:
        y = y[..., 0]
    if y.ndim > 2:
        y = y.reshape(len(y), -1)
    if y.ndim == 2:
        return _columns(y)
    if y.dtype.kind not in "biuf":
        return _classes(y.astype(str))
    if not np.isfinite(y.astype("float64")).all():
        return TrainingTask("regression", y.astype("float64"), np.zeros(0))
    kinds = np.unique(y)
    if len(kinds) == 2 or (_is_few_valued(kinds, len(y)) and _wants_classes(fit)):
        return _classes(y)
    return TrainingTask("regression", y.astype("float64"), np.zeros(0))


def _codes_of_places(fit: Fit, y: np.ndarray) -> np.ndarray | None:
    """The class of each place of a row, (n_rows, n_places); None for other targets.

    They are the whole numbers that a last axis of the outputs has a place for each of,
    or columns with a single 1.
    """
    shape = getattr(first(getattr(fit.model, "outputs", None) or []), "shape", ())
    if len(shape) < 3 or (shape[-1] or 1) < 2 or y.dtype.kind not in "biuf":
        return None
    if y.ndim == len(shape) and y.shape[-1] == shape[-1]:
        one = np.isin(y, (0, 1)).all() and (y.sum(axis=-1) == 1).all()
        return y.argmax(axis=-1).reshape(len(y), -1) if one else None
    y = y[..., 0] if y.ndim > 1 and y.shape[-1] == 1 else y
    if y.ndim != len(shape) - 1 or y.ndim < 2 or not y.size:
        return None
    whole = bool((y == np.round(y)).all()) and y.min() >= 0 and y.max() < shape[-1]
    return y.astype("int64").reshape(len(y), -1) if whole else None


def _labels_of_places(codes: np.ndarray) -> TrainingTask | None:
    """Places and classes as labels, of which some that vary are chosen."""
    found = [
        (place, kind)
        for place in _even_numbers(codes.shape[1], _MOST_COLUMNS)
        for kind, count in _class_counts(codes[:, place])
        if _VARIED <= count / len(codes) <= 1 - _VARIED
    ]
    if not found:
        return None
    places = np.array(found)[_even_numbers(len(found), _MOST_PLACES)]
    flags = codes[:, places[:, 0]] == places[:, 1]
    return TrainingTask("multilabel", flags.astype("int64"), np.zeros(0), places=places)


def _class_counts(codes: np.ndarray) -> Iterator[tuple[int, int]]:
    counts = np.bincount(codes)
    return ((int(kind), int(counts[kind])) for kind in np.flatnonzero(counts))


def first(tree: Any) -> Any:
    """The first array of a list or dict of them, which a single one is too."""
    leaves = keras.tree.flatten(tree)
    return leaves[0] if leaves else np.zeros(0)


def _columns(y: np.ndarray) -> TrainingTask:
    flags = np.isin(y, (0, 1)).all()
    if flags and (y.sum(axis=1) == 1).all():
        codes = y.argmax(axis=1).astype("int64")
        task: TaskKind = "binary" if y.shape[1] == 2 else "multiclass"
        return TrainingTask(task, codes, np.zeros(0), one_hot=True)
    if flags:
        return TrainingTask("multilabel", y.astype("int64"), np.zeros(0))
    return TrainingTask("regression", y.astype("float64"), np.zeros(0))


def _classes(y: np.ndarray) -> TrainingTask:
    values, codes = np.unique(y, return_inverse=True)
    task: TaskKind = "binary" if len(values) <= 2 else "multiclass"
    return TrainingTask(task, codes.astype("int64"), values)


def are_beside_middle(values: np.ndarray) -> bool:
    """Whether two labels are probabilities on one side of the middle.

    As 0 and 1/255: who takes what is above 0.5 for the one class never has it.
    """
    if len(values) != 2 or values.dtype.kind not in "biuf":
        return False
    low, high = float(values.min()), float(values.max())
    return 0 <= low < high <= 1 and (high < _MIDDLE or low > _MIDDLE)


_MIDDLE = 0.5


def _is_few_valued(kinds: np.ndarray, rows: int) -> bool:
    """Whether values are so few that they may be classes; fractions must repeat."""
    if np.array_equal(kinds, np.round(kinds)):
        return len(kinds) <= _MOST_CLASSES
    return len(kinds) <= min(FEW_CODES, rows // 2)


def _wants_classes(fit: Fit) -> bool:
    """Whether loss, metrics or head speak of classes."""
    names = [loss_name(loss) for loss in keras.tree.flatten(fit.loss)]
    if any(part in name for name in names for part in CLASS_LOSSES):
        return True
    asked = " ".join(str(m) for m in keras.tree.flatten(fit.metrics) if m is not None)
    if "acc" in asked.lower():
        return True
    shape = getattr(first(getattr(fit.model, "outputs", None) or []), "shape", ())
    return len(shape) > 1 and (shape[-1] or 1) > 1


_MOST_COLUMNS = 1_000
"""Of more, an even choice is taken: what can be learned shows in these."""
MOST_WORDS = 500
"""Values of a sequence of places (words, for instance) that get a column each."""
MOST_TARGETS = 8
"""Of more numbers to be predicted, an even choice."""
MOST_LABELS = 24
"""Of more labels: a forest for each of 256 pixels took minutes."""
_MOST_PLACES = 64
"""Of more labels that are places with a class."""
_VARIED = 0.02
"""Share of the rows that have a label, or have it not, from which it is chosen."""
_SIDE = 15
"""Pixels to which the shorter side of an image is brought, about: a forest had .932,
.842 and .360 of MNIST, Fashion-MNIST and CIFAR-10 as they are and .933, .830 and .360
of means of 2 x 2 pixels, in half the time."""


def as_dataset(model: Any, x: Any, task: TrainingTask, *, name: str) -> Dataset:
    """Make other learners' dataset: images, or a table of all inputs side by side.

    Images are made smaller (`_SIDE`), and of very many columns some are chosen
    (`_MOST_COLUMNS`), which a note of the dataset says.

    Texts, which a layer of the network cuts into words, are a table's only column.

    Of an input that goes to an embedding, and holds several places a row, how often
    each place is named; of sequences also mean, spread and range over time. What stands
    behind a decimal point is dropped there, as the embedding does.

    Parameters
    ----------
    model : keras.Model
    x : array, list or dict of arrays
    task : TrainingTask
    name : str
        For the report.
    """
    given = separate_inputs(model, x)
    places = _goes_to_embedding(model, len(given))
    notes: tuple[str, ...] = ()
    if len(given) == 1 and given[0].ndim == 4:
        features: Any = _as_images(given[0])
        notes = _note_sample(given[0], features)
    elif (
        len(given) == 1
        and given[0].dtype.kind in "OSU"
        and given[0].size == len(given[0])
    ):
        features = pd.DataFrame({"text": _as_texts(given[0])})
    else:
        features = _as_table(given, places)
        notes = _note_width(given, places)
    y = task.y[:, _chosen_targets(task)] if task.y.ndim == 2 else task.y
    classes, targets = _names(task, y)
    card = Card(name, name, task.kind, "y")
    return Dataset(features, y, card, classes=classes, targets=targets, notes=notes)


def _chosen_targets(task: TrainingTask) -> np.ndarray:
    """Places of the targets that other learners get, each of which is one training.

    Of many labels, such as the pixels of a mask, some of those that vary.
    """
    if task.kind == "regression":
        return _even_numbers(task.y.shape[1], MOST_TARGETS)
    shares = task.y.mean(axis=0)
    varied = np.flatnonzero(np.minimum(shares, 1 - shares) >= _VARIED)
    few = task.y.shape[1] <= MOST_LABELS or not len(varied)
    places = np.arange(task.y.shape[1]) if few else varied
    return places[_even_numbers(len(places), MOST_LABELS)]


def _looked_up(part: np.ndarray) -> np.ndarray:
    """Convert numbers as an embedding does: to whole ones, towards 0."""
    is_float = part.dtype.kind == "f"
    return np.trunc(np.nan_to_num(part)) if is_float else part


def _as_texts(part: np.ndarray) -> list[str]:
    """Strings, of which TensorFlow gives the bytes."""
    return [
        one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
        for one in part.ravel().tolist()
    ]


def _names(
    task: TrainingTask, y: np.ndarray
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels of classes, and of several targets."""
    targets = tuple(f"output {i}" for i in range(y.shape[1])) if y.ndim == 2 else ()
    if task.kind == "multilabel":
        return targets, targets
    if task.kind == "regression":
        return (), targets
    values = task.values
    named = values if len(values) else np.arange(task.class_count)
    return tuple(
        f"{value:g}" if named.dtype.kind in "iuf" else str(value) for value in named
    ), ()


def separate_inputs(model: Any, x: Any) -> list[np.ndarray]:
    """Return the inputs one by one, those of an embedding as the places it looks up."""
    given = [np.asarray(part) for part in keras.tree.flatten(x)]
    places = _goes_to_embedding(model, len(given))
    return [
        _looked_up(part) if place else part
        for part, place in zip(given, places, strict=True)
    ]


def are_ids(model: Any, x: Any) -> bool:
    """Whether a row is nothing but ids, one an input, such as a user and a film.

    Equal rows are no copies then: the same pair was asked about again.
    """
    parts = [np.asarray(part) for part in keras.tree.flatten(x)]
    single = all(part.size == len(part) for part in parts)
    return single and all(_goes_to_embedding(model, len(parts)))


def _goes_to_embedding(model: Any, count: int) -> list[bool]:
    """For each input whether its numbers are places in a list."""
    embedded = {
        name
        for node in make_graph(model).nodes
        if isinstance(node.layer, keras.layers.Embedding)
        for name in _origins(node.layer)
    }
    inputs = getattr(model, "inputs", None) or []
    names = [tensor._keras_history.operation.name for tensor in inputs]
    if len(names) != count:
        return [False] * count
    if count == 1 and embedded:
        return [True]
    return [name in embedded for name in names]


def _origins(layer: Any) -> set[str]:
    """Names of what a layer takes from, one step up."""
    return set(layers_before(layer))


def _as_images(x: np.ndarray) -> np.ndarray:
    """Values as floats without gaps, and means of blocks of pixels in large images."""
    found = np.nan_to_num(x.astype("float32"), posinf=0.0, neginf=0.0)
    size = max(1, round(min(x.shape[1:3]) / _SIDE))
    for axis in (1, 2) if size > 1 else ():
        starts = np.arange(0, found.shape[axis], size)
        # the last block may be smaller
        counts = np.diff(np.append(starts, found.shape[axis])).astype("float32")
        sums = np.add.reduceat(found, starts, axis=axis)
        found = sums / np.expand_dims(counts, [i for i in range(4) if i != axis])
    return found


def _note_sample(given: np.ndarray, found: np.ndarray) -> tuple[str, ...]:
    if given.shape == found.shape:
        return ()
    (h, w), (height, width) = given.shape[1:3], found.shape[1:3]
    message = (
        f"Baselines were given the images of {h} x {w} pixels as {height} x {width}"
    )
    return (f"{message}, each the mean of a block.",)


def _as_table(given: list[np.ndarray], places: list[bool]) -> Any:
    """Columns of numbers, and those of texts behind them."""
    parts, names, texts = [np.zeros((len(given[0]), 0))], [], {}
    for i, part in enumerate(given):
        title = f"input {i} " if len(given) > 1 else ""
        if part.dtype.kind in "OSU":
            wide = part.reshape(len(part), -1)
            texts |= {f"{title}column {c}": _as_texts(t) for c, t in enumerate(wide.T)}
            continue
        values, own = _columns_of(part, places=places[i])
        parts.append(values)
        names += [f"{title}{n}" for n in own]
    values = np.concatenate(parts, axis=1)
    # in the array: pandas would part a table into a block for each column
    table = pd.DataFrame(np.where(np.isinf(values), np.nan, values), columns=names)
    return table.assign(**texts)


def _note_width(given: list[np.ndarray], places: list[bool]) -> tuple[str, ...]:
    plain = [part for part, place in zip(given, places, strict=True) if not place]
    widths = [int(np.prod(part.shape[1:])) for part in plain]
    if max(widths, default=0) <= _MOST_COLUMNS:
        return ()
    chosen = sum(min(width, _MOST_COLUMNS) for width in widths)
    message = (
        f"Baselines were given {chosen:,} of {sum(widths):,} columns, evenly chosen"
    )
    return (f"{message}: they do not see what only the others tell.",)


def _columns_of(part: np.ndarray, *, places: bool) -> tuple[np.ndarray, list[str]]:
    if places and part.ndim == 2 and part.shape[1] > 1:
        return _counted(part)
    flat = part.reshape(len(part), -1).astype("float64")
    chosen = _even_numbers(flat.shape[1], _MOST_COLUMNS)
    names = [f"column {c}" for c in chosen]
    if part.ndim != 3:
        return flat[:, chosen], names
    over = _summarize_time(part)
    kinds = ("mean", "spread", "least", "most")
    messages = [f"{kind} of {c}" for kind in kinds for c in range(part.shape[2])]
    return np.concatenate([flat[:, chosen], over], axis=1), names + messages


def _summarize_time(part: np.ndarray) -> np.ndarray:
    """Mean, standard deviation, minimum and maximum of each channel."""
    steps = part.astype("float64")
    found = [
        steps.mean(axis=1),
        steps.std(axis=1),
        steps.min(axis=1),
        steps.max(axis=1),
    ]
    return np.concatenate(found, axis=1)


def _counted(part: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Count how often a row names each of the commonest places."""
    values, codes, counts = np.unique(part, return_inverse=True, return_counts=True)
    common = np.sort(np.argsort(-counts, kind="stable")[:MOST_WORDS])
    column = np.full(len(values), -1)
    column[common] = np.arange(len(common))
    found = np.zeros((len(part), len(common)))
    where = column[codes.reshape(part.shape)]
    for step in where.T:
        known = np.flatnonzero(step >= 0)
        np.add.at(found, (known, step[known]), 1)
    return found, [f"place {values[c]}" for c in common]


def _even_numbers(count: int, most: int) -> np.ndarray:
    """Up to so many numbers below ``count``, evenly chosen."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).astype(int))
