"""A function's gradient, or a loss's to some weights, beside what small steps say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...backend import keras, tensorflow

DIRECTIONS = 12
STEP = 2e-3
"""Of a unit of the input; half of it has to tell the same slope."""
AGREE = 0.02
"""Two steps whose slopes differ more, by that of the larger, met a kink."""
OFF = 0.05
"""Relative error of a gradient that is wrong."""
Derivative = Literal["right", "wrong", "none", "unknown"]
Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Slopes:
    """A function's slopes along random directions.

    Parameters
    ----------
    answer : {"right", "wrong", "none", "unknown"}
        ``none`` where the gradient is 0 or missing though the function varies.
    error : float
        The median relative difference of the two; NaN where none could be compared.
    """

    answer: Derivative
    error: float = float("nan")


def check_gradient(function: Function, x: np.ndarray) -> Slopes:
    """Compare automatic differentiation with central differences.

    Parameters
    ----------
    function : callable
        Of a tensor; it gives one. It must not change from call to call.
    x : float array
        Where to look; its kind is that of the tensor.
    """
    rng = np.random.default_rng(0)
    start = np.asarray(function(keras.ops.convert_to_tensor(x)))
    if start.dtype.kind != "f" or not np.isfinite(start).all():
        return Slopes("unknown")
    # each direction with its own weights of the outputs: no kink can hide all of them
    weights = [rng.normal(size=start.shape).astype(x.dtype) for _ in range(DIRECTIONS)]
    ways = [rng.normal(size=x.shape).astype(x.dtype) for _ in range(DIRECTIONS)]
    pairs = [
        _pair(function, x, way, weight)
        for way, weight in zip(ways, weights, strict=True)
    ]
    return _judge(function, x, start, np.array(pairs))


def _pair(
    function: Function, x: np.ndarray, way: np.ndarray, weight: np.ndarray
) -> tuple[float, float, float]:
    """The slope by the gradient, by a step and by half of it."""

    def value(point: np.ndarray) -> float:
        given = np.asarray(function(keras.ops.convert_to_tensor(point)), "float64")
        return float((given * weight).sum())

    def slope(step: float) -> float:
        far, near = (x + step * way).astype(x.dtype), (x - step * way).astype(x.dtype)
        return (value(far) - value(near)) / (2 * step)

    return _by_gradient(function, x, way, weight), slope(STEP), slope(STEP / 2)


def _by_gradient(
    function: Function, x: np.ndarray, way: np.ndarray, weight: np.ndarray
) -> float:
    point = tensorflow.convert_to_tensor(x)
    with tensorflow.GradientTape() as tape:
        tape.watch(point)
        total = tensorflow.reduce_sum(function(point) * weight)
    gradient = tape.gradient(total, point)
    if gradient is None:
        return 0.0
    return float((np.asarray(gradient, "float64") * way).sum())


def _varies(function: Function, x: np.ndarray, start: np.ndarray) -> bool:
    """Whether other inputs far away give something else."""
    mixed = np.random.default_rng(1).permuted(x)
    others = (x + x.std() + 1, mixed.astype(x.dtype))
    given = (np.asarray(function(keras.ops.convert_to_tensor(far))) for far in others)
    return not all(np.allclose(one, start) for one in given)


def _judge(
    function: Function, x: np.ndarray, start: np.ndarray, slopes: np.ndarray
) -> Slopes:
    given, far, near = slopes.T
    if not given.any():
        return Slopes("none" if _varies(function, x, start) else "unknown", 1.0)
    size = np.maximum(np.abs(far), np.abs(near))
    smooth = np.abs(far - near) <= AGREE * size
    # flat steps with a gradient: rounding that lets it pass, which is done on purpose
    smooth &= size > 1e-3 * np.abs(given)
    if smooth.sum() < DIRECTIONS // 3:
        return Slopes("unknown")
    errors = np.abs(given - near)[smooth] / np.maximum(np.abs(given), size)[smooth]
    wrong = float(np.mean(errors > OFF)) > 0.5
    return Slopes("wrong" if wrong else "right", float(np.median(errors)))


RANDOM = 4
"""Directions beside that of the gradient, in which weights are moved."""
_SHARE = 1e-2
"""Of the weights' norm, that a step moves them by."""
_CURVED = 0.1
"""Two steps may differ so much: a loss of single precision, with kinks."""
_NOISE = 3e-6
"""Of a loss in single precision, that no slope is read from."""
_FAR_OFF = 0.3
"""Relative error of a gradient to weights that is wrong."""


def check_weight_gradients(loss: Callable[[], Any], weights: Sequence[Any]) -> Slopes:
    """Compare the gradient of a loss to some weights with small steps of them.

    Parameters
    ----------
    loss : callable
        Gives the loss as it is with the weights of now, always the same for the same.
    weights : sequence of keras.Variable
        They are moved, and put back.
    """
    start = [np.array(weight, "float64") for weight in weights]
    with tensorflow.GradientTape() as tape:
        value = loss()
    found = tape.gradient(value, [weight.value for weight in weights])
    gradient = [
        np.zeros_like(w) if g is None else np.asarray(g, "float64")
        for g, w in zip(found, start, strict=True)
    ]
    try:
        slopes = [
            _weight_slopes(loss, weights, start, gradient, way)
            for way in _weight_ways(gradient)
        ]
    finally:
        _add_to_weights(weights, start)
    return _judge_weights(np.array(slopes), abs(float(value)))


def _weight_ways(gradient: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """The gradient's own direction, and random ones, each of length 1."""
    rng = np.random.default_rng(0)
    random = [[rng.normal(size=g.shape) for g in gradient] for _ in range(RANDOM)]
    for way in (gradient, *random):
        norm = _norm(way)
        if norm > 0:
            yield [part / norm for part in way]


def _norm(parts: Sequence[np.ndarray]) -> float:
    return float(np.sqrt(sum(float((part**2).sum()) for part in parts)))


def _weight_slopes(
    loss: Callable[[], Any],
    weights: Sequence[Any],
    start: list[np.ndarray],
    gradient: list[np.ndarray],
    way: list[np.ndarray],
) -> tuple[float, float, float, float]:
    """The slope by the gradient, by a step and by half of it, and the step."""
    whole = _SHARE * (_norm(start) or 1.0)

    def slope(step: float) -> float:
        ends = []
        for sign in (1, -1):
            moved = [w + sign * step * d for w, d in zip(start, way, strict=True)]
            _add_to_weights(weights, moved)
            ends.append(float(loss()))
        return (ends[0] - ends[1]) / (2 * step)

    given = sum(float((g * d).sum()) for g, d in zip(gradient, way, strict=True))
    return given, slope(whole), slope(whole / 2), whole


def _add_to_weights(weights: Sequence[Any], values: Sequence[np.ndarray]) -> None:
    for weight, value in zip(weights, values, strict=True):
        weight.assign(value)


def _judge_weights(slopes: np.ndarray, value: float) -> Slopes:
    given, far, near, step = slopes.T
    noise = _NOISE * max(value, 1e-3) / step
    size = np.maximum(np.abs(far), np.abs(near))
    smooth = (np.abs(far - near) <= _CURVED * size) & (size > 10 * noise)
    if smooth.sum() < max(1, len(given) // 2):
        return Slopes("unknown")
    if not given.any():
        return Slopes("none", 1.0)
    errors = np.abs(given - near)[smooth] / np.maximum(np.abs(given), size)[smooth]
    wrong = float(np.mean(errors > _FAR_OFF)) > 0.5
    return Slopes("wrong" if wrong else "right", float(np.median(errors)))
