"""Training a network once, and looking at its layers while it learns."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ..backend import keras
from ..training.rows import Held, class_weights, hold
from .course import Course
from .graph import Node, activation_name, make_graph
from .lens import Lens
from .probe import Moment, Probe
from .question import loss_name
from .setup import Setup, build, rows_of

MOST_ROWS = 256
"""Rows that are looked at."""
MOMENTS = 7
"""Looks at the network after its first step, about."""
MOST_LOSSES = 1_000
"""Losses that are kept; of a longer training each is the mean of a few steps."""


def measure(
    setup: Setup,
    rows: np.ndarray,
    *,
    seed: int,
    most_steps: int = 2_000,
    seconds: float = 10.0,
) -> Probe:
    """Train on some rows, and look at a fixed sample of them from time to time.

    The training ends after ``most_steps``, after ``seconds``, or with the first loss
    that is not finite; what was measured by then is kept.

    Parameters
    ----------
    setup : Setup
    rows : array of int
        The rows to train on.
    """
    end = time.perf_counter() + seconds
    model = build(setup, rows, seed=seed)
    held = _hold(setup, rows)
    sample = np.unique(np.linspace(0, len(rows) - 1, MOST_ROWS).astype("int64"))
    seen = hold(rows_of(setup.x, rows[sample]), rows_of(setup.y, rows[sample]))
    if not model.built:
        model(keras.tree.map_structure(lambda part: part[:1], seen.data[0]))
    course = Course(model, setup, held, seed)
    lens = Lens(model, *seen.data)
    total = min(most_steps, course.planned)
    moments, losses = _follow(course, lens, total, end)
    return Probe(
        moments=moments,
        losses=losses,
        expected=expected_loss(setup, model, rows),
        outputs=_outputs(model, seen.data[0]),
        penalty=lens.penalty,
        nonfinite=course.nonfinite,
        planned=course.planned,
    )


def _hold(setup: Setup, rows: np.ndarray) -> Held:
    y = rows_of(setup.y, rows)
    weights = None
    if setup.sample_weight is not None:
        weights = setup.sample_weight[rows]
    elif setup.class_weight is not None:
        weights = class_weights(y, setup.class_weight)
    return hold(rows_of(setup.x, rows), y, weights)


def _follow(
    course: Course, lens: Lens, total: int, end: float
) -> tuple[tuple[Moment, ...], tuple[float, ...]]:
    """Train for ``total`` steps at most, looking at the moments chosen."""
    moments, losses = [lens.look(0)], []
    looks = moments_of(total)
    before: Any = lens.weights() if 1 in looks else None
    for step, loss in course.run(_edges(looks, total)):
        losses.append(loss)
        if course.nonfinite > 0:
            break
        if step in looks:
            moments.append(lens.look(step, before))
        elif time.perf_counter() > end:
            moments.append(lens.look(step))
        if time.perf_counter() > end:
            break
        before = lens.weights() if step + 1 in looks else None
    return tuple(moments), tuple(losses)


def moments_of(total: int) -> set[int]:
    """The steps after which a training of ``total`` steps is looked at.

    They lie closer at the start, where most happens; the last quarter tells whether
    the loss still falls.
    """
    spread = np.geomspace(1, max(1, total / 2), MOMENTS - 2)
    late = (0.75 * total, total)
    return {max(1, int(step)) for step in np.round([*spread, *late])}


def _edges(looks: set[int], total: int) -> list[int]:
    """Steps at which the training pauses: for a loss, a look, or just before one."""
    stride = -(-total // MOST_LOSSES)
    pauses = {*range(stride, total, stride), total, *looks, *(n - 1 for n in looks)}
    return sorted(pauses - {0})


def _outputs(model: Any, x: Any) -> np.ndarray:
    """What the network gives for rows, one line each."""
    given = keras.tree.flatten(model(x, training=False))[0]
    found = np.asarray(given)
    return found.reshape(len(found), -1)


def expected_loss(setup: Setup, model: Any, rows: np.ndarray) -> float:
    """The loss of a network that knows nothing yet; NaN where theory has no word.

    Of classes all are as likely; numbers are predicted to be about 0.
    """
    heads = make_graph(model).heads
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
        return float(np.log(max(1, head.units)))
    return float("nan")
