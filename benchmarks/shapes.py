"""Datasets with and without a relation, drawn for the benchmarks of the signal test."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from learnable import Card, Dataset
from learnable.data.dataset import Series

Rng = np.random.Generator
Draw = Callable[[Rng], Dataset]


def table(x: Any, y: np.ndarray, groups: np.ndarray | None = None) -> Dataset:
    """A dataset of these features; whole numbers are classes."""
    classes = y.dtype.kind == "i"
    task: Any = ("binary" if y.max() < 2 else "multiclass") if classes else "regression"
    labels = tuple(str(c) for c in range(int(y.max()) + 1)) if classes else ()
    frame = x if isinstance(x, pd.DataFrame) else pd.DataFrame(x).rename(columns=str)
    return Dataset(frame, y, Card("draw", "", task, "y"), labels, groups)


def series(y: np.ndarray) -> Dataset:
    """A series without a season."""
    times = tuple(map(str, range(len(y))))
    card = Card("draw", "", "forecast", "y")
    past = pd.DataFrame({"y": y})
    return Dataset(past, y, card, (), series=Series(1, 1, times))


def coins(rng: Rng, n: int, classes: int = 2, majority: float = 0.0) -> np.ndarray:
    """Labels without any reason; all classes occur."""
    y = np.where(rng.random(n) < majority, 0, rng.integers(0, classes, n))
    y[:classes] = np.arange(classes)
    return rng.permutation(y)


def normal(n: int, d: int, classes: int, majority: float = 0.0) -> Draw:
    return lambda rng: table(rng.normal(size=(n, d)), coins(rng, n, classes, majority))


def heavy_tails(rng: Rng) -> Dataset:
    return table(rng.standard_cauchy((150, 10)), rng.standard_t(1.5, 150))


def copies(rng: Rng) -> Dataset:
    """A third of the rows stand there twice, targets and all."""
    x, y = rng.normal(size=(150, 5)), coins(rng, 150)
    return table(np.r_[x, x[:50]], np.r_[y, y[:50]])


def few_values(rng: Rng) -> Dataset:
    x = rng.integers(0, 3, (200, 4)).astype(float)
    return table(x, coins(rng, 200, 3))


def whole_groups(rng: Rng) -> Dataset:
    """Rows of a group are nearly the same, and have the same label."""
    group = np.repeat(np.arange(30), 4)
    x = rng.normal(size=(30, 5))[group] + 0.1 * rng.normal(size=(120, 5))
    return table(x, coins(rng, 30)[group], group)


def group_effects(rng: Rng) -> Dataset:
    """Features and target differ from group to group; within one they are unrelated."""
    group = rng.integers(0, 8, 200)
    shift = rng.normal(size=(8, 5))[group]
    x = rng.normal(size=(200, 5)) + 2 * shift
    return table(x, 2 * shift[:, 0] + rng.normal(size=200), group)


def autoregression(rng: Rng, noise: np.ndarray, share: float = 0.9) -> np.ndarray:
    y = noise.copy()
    for t in range(1, len(y)):
        y[t] += share * y[t - 1]
    return y


def features_in_time(rng: Rng) -> Dataset:
    """Features that follow themselves, a target that does not."""
    x = autoregression(rng, rng.normal(size=(200, 5)))
    return table(x, rng.normal(size=200))


def white_series(rng: Rng) -> Dataset:
    return series(rng.standard_t(3, 200))


def stormy_series(rng: Rng) -> Dataset:
    """Calm and stormy times (Bollerslev 1986); no value tells of the next one."""
    y, variance = np.zeros(600), 1.0
    for t in range(1, 600):
        variance = 0.05 + 0.15 * y[t - 1] ** 2 + 0.8 * variance
        y[t] = np.sqrt(variance) * rng.normal()
    return series(y)


NULLS: dict[str, Draw] = {
    "20 rows, 1 column, 2 classes": normal(20, 1, 2),
    "60 rows, 200 columns, 3 classes": normal(60, 200, 3),
    "200 rows, 20 columns, majority 95 %": normal(200, 20, 2, 0.9),
    "400 rows, 10 columns, 10 classes": normal(400, 10, 10),
    "2,000 rows, 5 columns, 2 classes": normal(2_000, 5, 2),
    "150 rows, 10 columns, all with heavy tails, numbers": heavy_tails,
    "200 rows of which 50 are copies, 5 columns, 2 classes": copies,
    "200 rows, 4 columns of 3 values, 3 classes": few_values,
    "120 rows in groups of 4 with one label each": whole_groups,
    "200 rows in 8 groups that differ, numbers": group_effects,
    "200 rows, 5 columns that follow themselves, numbers": features_in_time,
    "series of 200 values with heavy tails": white_series,
    "series of 600 values, calm and stormy": stormy_series,
}


def logistic(n: int, d: int, score: Callable[[np.ndarray], np.ndarray]) -> Draw:
    """Two classes whose log odds are a function of the columns."""

    def draw(rng: Rng) -> Dataset:
        x = rng.normal(size=(n, d))
        y = (rng.random(n) < 1 / (1 + np.exp(-score(x)))).astype("int64")
        y[:2] = 0, 1
        return table(x, y)

    return draw


def rare_category(rng: Rng) -> Dataset:
    """One of twelve categories, a twentieth of the rows, has another share."""
    shares = np.r_[0.05, np.full(11, 0.95 / 11)]
    kind = rng.choice(12, size=300, p=shares)
    other = rng.choice(4, size=(300, 2))
    y = (rng.random(300) < np.where(kind == 0, 0.85, 0.4)).astype("int64")
    columns = {"kind": [f"k{k}" for k in kind]}
    columns |= {f"other{i}": [f"o{v}" for v in other[:, i]] for i in range(2)}
    return table(pd.DataFrame(columns), y)


SIGNALS: dict[str, Draw] = {
    "linear": logistic(150, 10, lambda x: 0.5 * (x[:, 0] + x[:, 1])),
    "interaction only": logistic(200, 4, lambda x: 0.7 * x[:, 0] * x[:, 1]),
    "rare class": logistic(300, 5, lambda x: 0.8 * x[:, 0] - 3.2),
    "monotone": logistic(150, 5, lambda x: 0.7 * np.tanh(3 * x[:, 0])),
    "periodic": logistic(250, 3, lambda x: 0.8 * np.sin(3 * x[:, 0])),
    "rare category": rare_category,
}
"""Weak relations, in 150 to 300 rows."""
