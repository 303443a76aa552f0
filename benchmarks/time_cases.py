"""Dated tables whose relation changes with time, and others in which all else does.

For `benchmarks.data_rules`: D320. Sound ones have trends, seasons, and features,
targets and noise that drift, while the target follows from the features in one way.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from learnable import Dataset
from learnable.benchmarks.data_rules import Rng, RuleCase, written

Draw = Callable[[Rng], Dataset]
Make = Callable[[Rng, np.ndarray, np.ndarray], np.ndarray]


def dated(
    make: Make,
    rows: int = 800,
    columns: int = 4,
    *,
    cut: bool = False,
    shuffled: bool = False,
    dates: bool = True,
    keeps: float = 0.0,
) -> Draw:
    """Features, which ``make`` may change in place, and the target that it returns.

    It takes the generator, the features and the time of each row, from 0 to 1. Targets
    are cut into two classes, and rows shuffled, where asked; without dates it is said
    that rows follow each other. ``keeps`` of a row's features is that of the last row.
    """

    def draw(rng: Rng) -> Dataset:
        x, t = follow(rng, rows, columns, keeps), np.linspace(0, 1, rows)
        y = make(rng, x, t)
        table = pd.DataFrame(x.round(5), columns=[f"x{i}" for i in range(columns)])
        table["y"] = np.where(y > np.median(y), "a", "b") if cut else y.round(5)
        if dates:
            days = pd.date_range("2019-03-01", periods=rows)
            table["when"] = days.strftime("%Y-%m-%d")
        if shuffled:
            table = table.iloc[rng.permutation(rows)]
        rule: Any = {} if dates else {"rows": "time"}
        return written(table, "y", task=None if cut else "regression", **rule)

    return draw


def follow(rng: Rng, rows: int, columns: int, keeps: float) -> np.ndarray:
    """Columns of noise, or of autoregressions."""
    x = rng.normal(size=(rows, columns))
    for i in range(1, rows):
        x[i] += keeps * x[i - 1]
    return x


def _line(x: np.ndarray) -> np.ndarray:
    return x[:, 0] - x[:, 1]


def _flips(at: float = 0.6, noise: float = 0.7) -> Make:
    return lambda g, x, t: (
        np.where(t < at, 1, -1) * x[:, 0] + noise * g.normal(size=len(t))
    )


def _others(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    return np.where(t < 0.5, x[:, 0], x[:, 1]) + 0.5 * g.normal(size=len(t))


def _slowly(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    return (1 - 2 * t) * x[:, 0] + 0.4 * g.normal(size=len(t))


def _by_chance(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    y, late = x[:, 0] + 0.5 * g.normal(size=len(t)), t > 0.6
    y[late] = g.permutation(y[late])
    return y


def _xor(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    sign = np.sign(x[:, 0] * x[:, 1]) * np.where(t < 0.5, 1, -1)
    return sign + 0.3 * g.normal(size=len(t))


def _scale(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The same measure weighs four times as much."""
    return np.where(t < 0.55, 1, 4) * x[:, 0] + x[:, 1] + 0.5 * g.normal(size=len(t))


def _mirrored(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """A column is recorded with the other sign."""
    y = _line(x) + 0.5 * g.normal(size=len(t))
    x[t > 0.5, 0] *= -1
    return y


def _swapped(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Two columns change places."""
    y = _line(x) + 0.5 * g.normal(size=len(t))
    x[t > 0.5, :2] = x[t > 0.5, 1::-1]
    return y


def _in_reverse(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """A ring turns inside out."""
    radius = (x[:, :2] ** 2).sum(axis=1)
    return np.where(t < 0.5, radius, -radius) + 0.5 * g.normal(size=len(t))


CHANGING: dict[str, Draw] = {
    "turned round at three fifths": dated(_flips(), 1_000),
    "turned round, classes": dated(_flips(), 1_000, cut=True),
    "turned round, 300 rows": dated(_flips(0.5), 300),
    "turned round, much noise": dated(_flips(noise=1.5), 1_500),
    "turned round at three quarters": dated(_flips(0.75), 800),
    "turned round at four fifths": dated(_flips(0.8), 1_000),
    "turned round, rows shuffled": dated(_flips(0.5), 800, shuffled=True),
    "turned round, 20 columns": dated(_flips(0.5), 1_000, 20),
    "turned round, columns that follow themselves": dated(_flips(), keeps=0.7),
    "turned round, no dates": dated(_flips(), dates=False, keeps=0.7),
    "another column": dated(_others, 600),
    "another column, classes": dated(_others, 600, cut=True),
    "slowly": dated(_slowly),
    "slowly, classes": dated(_slowly, 1_000, cut=True),
    "by chance from then on": dated(_by_chance),
    "by chance from then on, classes": dated(_by_chance, cut=True),
    "exclusive or": dated(_xor, 1_200, 3),
    "four times the weight": dated(_scale),
    "another sign": dated(_mirrored),
    "columns swapped": dated(_swapped),
    "a ring inside out": dated(_in_reverse, 1_000, 3),
}


def _plus(
    change: Callable[[Rng, np.ndarray, np.ndarray], Any], noise: float = 0.5
) -> Make:
    """A sum of columns, which a change moves before; what it returns is added."""

    def make(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        added = change(g, x, t)
        level = 0 if added is None else added
        return _line(x) + level + noise * g.normal(size=len(t))

    return make


def _moved(by: float) -> Callable[[Rng, np.ndarray, np.ndarray], Any]:
    def change(g: Rng, x: np.ndarray, t: np.ndarray) -> None:
        x[:, 0] += by * (t - 0.5)

    return change


def _jumped(g: Rng, x: np.ndarray, t: np.ndarray) -> None:
    x[t > 0.5, 0] += 2.5


def _waves(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    x[:, 0] += 2 * np.sin(12 * t)
    return 2 * np.cos(12 * t)


def _walks(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    x[:] = x.cumsum(axis=0) / 10
    return np.abs(x[:, 0]) + 0.3 * g.normal(size=len(t))


def _bent(f: Callable[[np.ndarray], np.ndarray], by: float, noise: float = 0.5) -> Make:
    """A bend in a column that moves along it."""

    def make(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        x[:, 0] += by * (t - 0.5)
        return f(x[:, 0]) + noise * g.normal(size=len(t))

    return make


def _product(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    x[:, 1] = 0.5 * x[:, 1] + 2 * t - 1
    return x[:, 0] * x[:, 1] + 0.2 * g.normal(size=len(t))


def _louder(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    return _line(x) + (0.2 + 2 * t) * g.normal(size=len(t))


def _dearer(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Prices that rise by a fifth."""
    size = np.exp(0.4 * x)
    return (1 + 0.2 * t) * (3 * size[:, 0] + size[:, 1]) + 0.5 * g.normal(size=len(t))


def _noise(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    return g.normal(size=len(t))


def _strayed(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """A random walk that no column bears on."""
    x[:] = x.cumsum(axis=0)
    return g.normal(size=len(t)).cumsum()


def _lags(g: Rng, x: np.ndarray, t: np.ndarray) -> np.ndarray:
    return _line(x) + follow(g, len(t), 1, 0.8)[:, 0]


STEADY: dict[str, Draw] = {
    "nothing changes": dated(_plus(_moved(0))),
    "nothing changes, 300 rows, classes": dated(_plus(_moved(0), 1.0), 300, cut=True),
    "nothing to learn": dated(_noise),
    "a column with a trend": dated(_plus(_moved(3))),
    "a column with a trend, classes": dated(_plus(_moved(3)), cut=True),
    "a target with a trend": dated(_plus(lambda g, x, t: 5 * t)),
    "a target with a trend, classes": dated(_plus(lambda g, x, t: 2 * t), cut=True),
    "a target that jumps": dated(_plus(lambda g, x, t: 4.0 * (t > 0.6))),
    "a column that jumps": dated(_plus(_jumped)),
    "a bend, and a column that jumps": dated(_bent(lambda v: np.tanh(v - 1), 2.5, 0.2)),
    "seasons": dated(_plus(_waves, 0.3), 1_000),
    "a square with a trend": dated(_bent(np.square, 3)),
    "a wave with a trend": dated(_bent(lambda v: np.sin(1.5 * v), 4, 0.2), 1_000),
    "a step with a trend": dated(_bent(lambda v: (v > 0) * 2.0, 3)),
    "a product with a trend": dated(_product),
    "more noise": dated(_louder),
    "rising prices": dated(_dearer),
    "random walks, related": dated(_plus(_walks, 0.3)),
    "random walks, not related": dated(_strayed),
    "rows that follow themselves": dated(_lags, keeps=0.8, dates=False),
    "heavy tails": dated(_plus(lambda g, x, t: g.standard_t(2.5, len(t))), 600),
}
CASES = [
    RuleCase("D320", name, draw, is_faulty)
    for kinds, is_faulty in ((CHANGING, True), (STEADY, False))
    for name, draw in kinds.items()
]
