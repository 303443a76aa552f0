"""A function's gradient beside what small steps say of it."""

from __future__ import annotations

from collections.abc import Callable
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
Answer = Literal["right", "wrong", "none", "unknown"]
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

    answer: Answer
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


def _judge(
    function: Function, x: np.ndarray, start: np.ndarray, slopes: np.ndarray
) -> Slopes:
    given, far, near = slopes.T
    if not given.any():
        moved = np.asarray(function(keras.ops.convert_to_tensor(x + x.std() + 1)))
        return Slopes("unknown" if np.allclose(moved, start) else "none", 1.0)
    size = np.maximum(np.abs(far), np.abs(near))
    smooth = np.abs(far - near) <= AGREE * size
    # flat steps with a gradient: rounding that lets it pass, which is done on purpose
    smooth &= size > 1e-3 * np.abs(given)
    if smooth.sum() < DIRECTIONS // 3:
        return Slopes("unknown")
    errors = np.abs(given - near)[smooth] / np.maximum(np.abs(given), size)[smooth]
    wrong = float(np.mean(errors > OFF)) > 0.5
    return Slopes("wrong" if wrong else "right", float(np.median(errors)))
