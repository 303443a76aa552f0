"""Rows that lie sorted by what is to be predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..verdicts.evidence import LEAST_P
from .context import RuleResult, TableContext, found
from .registry import rule

_SHARE = 0.2
"""Of the rows, at the end: what ``validation_split=0.2`` takes."""
_CHANCE = 1e-3
"""p-value, times the number of targets, below which a file is called sorted ..."""
_FAR = 0.2
"""... and least distance between the two parts that matters."""
_RUNS = 0.5
"""Runs of equal classes, of as many as a shuffled file has, below which classes lie
together."""
_LEAST_ROWS = 20
_LEAST_EXPECTED, _DOUBTED = 5, 0.05
"""Rows of a class expected in a part from which Pearson's p-value holds; and below
which such a value is looked at again otherwise."""
_DRAWS, _MANY = 9_999, 100
"""Permutations; a fifth of them where there are more classes."""


@dataclass(frozen=True)
class _Order:
    """Difference between the last rows' targets and those before.

    ``p`` is that of the difference or of the runs of equal classes, whichever is less;
    ``new`` and ``gone`` count classes that are in one of the two parts alone.
    """

    distance: float
    p: float
    new: int = 0
    gone: int = 0


@rule("D304")
def row_order(context: TableContext) -> RuleResult | None:
    """Whether the last fifth of the rows has other targets than those before."""
    dataset = context.dataset
    y = dataset.y[: len(dataset) - dataset.n_test]
    if len(y) < _LEAST_ROWS:
        return None
    columns = y.reshape(len(y), -1).T
    orders = [_order(column, is_class=bool(dataset.classes)) for column in columns]
    place = int(np.argmin([o.p for o in orders]))
    order = orders[place]
    if order.p * len(orders) >= _CHANCE:
        return None
    kind = "classes" if dataset.classes else "values"
    if len(orders) > 1:
        names = dataset.targets or dataset.classes
        kind = f"values of {names[place]!r}"
    chance = f"= {order.p:.1g}" if order.p > LEAST_P else f"< {LEAST_P:.0e}"
    in_time = dataset.dependence == "time"
    rows, advice = "rows", _IN_TIME if in_time else _SORTED
    if dataset.n_test:  # there are no folds to speak of
        rows, advice = "training rows", advice[: advice.index(" Folds here are")]
    return found(
        "D304",
        "note" if in_time else "warning",
        f"The last fifth of the {rows} has other {kind} than the rows before "
        f"(distance {order.distance:.2f} of 1, p {chance}){_alone(order)}.",
        advice,
        distance=order.distance,
        p=order.p,
        unseen_classes=order.new,
    )


_SORTED = (
    "Shuffle before splitting: Keras' validation_split takes the last rows without "
    "shuffling. If rows are ordered by time, testing on the last rows is right, and "
    "they differ. Folds here are shuffled."
)
_IN_TIME = (
    "Rows follow each other in features and targets, as in time: testing on the last "
    "rows is right then, and they differ. If the file was only sorted, shuffle before "
    "splitting: Keras' validation_split takes the last rows without shuffling. Folds "
    "here are made of stretches of the file."
)


def _alone(order: _Order) -> str:
    message = ""
    if order.new:
        occur = "occurs" if order.new == 1 else "occur"
        message += f"; {order.new} of its classes {occur} nowhere before"
    if order.gone:
        occur = "class occurs" if order.gone == 1 else "classes occur"
        message += f"; {order.gone} {occur} before it alone"
    return message


def _order(y: np.ndarray, *, is_class: bool) -> _Order:
    """Compare a target in the last rows and before; p is 1 where little differs."""
    cut = len(y) - int(_SHARE * len(y))
    if not is_class:
        distance, p = distribution_distance(y[:cut], y[cut:], 0)
        return _Order(distance, p if distance >= _FAR else 1.0)
    _, codes = np.unique(y, return_inverse=True)
    classes = int(codes.max()) + 1
    distance, p = distribution_distance(codes[:cut], codes[cut:], classes)
    before, last = set(codes[:cut]), set(codes[cut:])
    new, gone = len(last - before), len(before - last)
    together = _runs_p(codes)
    if distance < _FAR:
        # a class that lies together is out of reach on the other side
        p = 1.0 if not new and not gone else together
    return _Order(distance, min(p, together) if distance >= _FAR else p, new, gone)


def _runs_p(codes: np.ndarray) -> float:
    """p-value of so few runs of equal classes in a shuffled file, 1 where many.

    Barton and David, Multiple runs, Biometrika 44:168-178, 1957.
    """
    from scipy.stats import norm

    n = len(codes)
    counts = np.bincount(codes).astype("float64")
    squares, cubes = float((counts**2).sum()), float((counts**3).sum())
    expected = (n * (n + 1) - squares) / n
    variance = squares * (squares + n * (n + 1)) - 2 * n * cubes - n**3
    variance /= n**2 * (n - 1)
    runs = 1 + int((np.diff(codes) != 0).sum())
    if variance <= 0 or runs > _RUNS * expected:
        return 1.0
    return float(norm.cdf((runs + 0.5 - expected) / np.sqrt(variance)))


def distribution_distance(
    first: np.ndarray, last: np.ndarray, classes: int
) -> tuple[float, float]:
    """Distance of two distributions, 0 to 1, and its p-value.

    Of classes the total variation, with Pearson's chi-squared test, by permutations
    where classes are rare; of numbers the Kolmogorov-Smirnov statistic and test.
    """
    from scipy import stats

    if not classes:
        result: Any = stats.ks_2samp(first, last)
        return float(result.statistic), float(result.pvalue)
    counts = np.stack([np.bincount(part, minlength=classes) for part in (first, last)])
    counts = counts[:, counts.sum(axis=0) > 0]
    if counts.shape[1] < 2:
        return 0.0, 1.0
    shares = counts / counts.sum(axis=1, keepdims=True)
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    result = stats.chi2_contingency(counts, correction=False)
    p = float(result.pvalue)
    if p < _DOUBTED and result.expected_freq.min() < _LEAST_EXPECTED:
        p = max(p, _permuted_p(counts, float(result.statistic)))
    return distance, p


def _permuted_p(counts: np.ndarray, reached: float) -> float:
    """p-value of Pearson's statistic among tables with the same sums."""
    rng = np.random.default_rng(0)
    both, rows = counts.sum(axis=0), counts.sum(axis=1)
    draws = _DRAWS if len(both) <= _MANY else _DRAWS // 5
    drawn = rng.multivariate_hypergeometric(both, rows[1], size=draws)
    expected = both * rows[1] / rows.sum()
    # of two parts, that of the other one is the same but for a factor
    statistic = ((drawn - expected) ** 2 / expected).sum(axis=1)
    statistic *= rows.sum() / rows[0]
    return float((statistic >= reached - 1e-9).sum() + 1) / (draws + 1)
