"""Facts on what more rows promise, and on what anyone can reach; no scikit-learn."""

from dataclasses import dataclass
from typing import Literal

Trend = Literal["rising", "flat", "falling", "cannot tell"]
Basis = Literal["equal rows", "neighbours", "candidate"]


@dataclass(frozen=True)
class Reach:
    """A score and the ends of its 95 % interval; None where that cannot be said."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Point:
    """A candidate's scores on the test rows of all folds, fitted on fewer rows.

    ``rows`` is the mean number of training rows over the folds; ``score`` is in the
    metric of the curve.
    """

    rows: int
    skill: Reach
    score: Reach


@dataclass(frozen=True)
class Line:
    """One candidate at growing numbers of training rows, the last one all of them.

    ``gain`` is the skill on all rows minus that on half of them, over the same folds,
    and ``p`` its two-sided p-value; ``trend`` is drawn from it. ``twice_skill`` and
    ``twice_score`` are what twice the rows promise; None where that cannot be said.
    """

    name: str
    kind: str  # "baseline" or "network"
    points: tuple[Point, ...]
    trend: Trend
    gain: Reach
    p: float
    twice_skill: Reach
    twice_score: Reach | None
    sentence: str


@dataclass(frozen=True)
class Curve:
    """The learning curves of some candidates, the best baseline's first.

    ``metric`` is what ``score`` is in: ``accuracy``, ``f1_macro`` or ``r2``.
    """

    metric: str
    lines: tuple[Line, ...]
    seconds: float


@dataclass(frozen=True)
class Ceiling:
    """The range in which the highest score lies that anyone can reach.

    Parameters
    ----------
    metric : str
        ``accuracy`` or ``r2``.
    basis : {"equal rows", "neighbours", "candidate"}
        Both ends from rows with equal features, and about these alone; the upper end an
        estimate from nearest neighbours, the lower end what a candidate reaches; or the
        lower end alone.
    low, high : float
        Ends of the range, with 95 % confidence. ``high`` is 1 where it is not known.
    share : float
        Share of the rows that the range speaks of.
    rows : int
        Their number.
    reached : float or None
        What the best candidate reaches on these rows, out of fold.
    best : str
        Its name; "" if there is none.
    sentence : str
    """

    metric: str
    basis: Basis
    low: float
    high: float
    share: float
    rows: int
    reached: float | None
    best: str
    sentence: str
