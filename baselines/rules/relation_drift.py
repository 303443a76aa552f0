"""A relation of features and target that changes with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...data import Dataset
from ...data.dataset import take
from ...data.encode import fit_encoder, is_text
from ..scores.comparison import Estimate, over_folds
from .context import RuleResult, TableContext, found
from .registry import rule

_LOOKS = ((0.0, 0.4, 0.6), (0.3, 0.7, 0.8))
"""Where earlier rows begin and end, and later ones begin; these go on to the end."""
_LEAST, _MOST = 80, 500
"""Rows of each part."""
_LEAST_DATES = 5
"""Dates below which a column tells no more than a category."""
_FOLDS, _BLOCKS = 5, 10
"""Held-out stretches of a part; and those whose mean losses are compared."""
_IN_COMMON = 0.25
"""Share of trees that say "late" from which a row is like rows of both parts."""
_LEAST_IN_COMMON = 40
_ORDERED = 0.9
"""Rank correlation with the order from which a column only says when a row was."""
_CLIP, _TURNS = 0.02, 15
"""Least probability of a class; and turns after which shares are as they should be."""
_LOST, _LEARNED = 0.1, 0.1
"""Skill lost beyond the own part, and skill within it, that are worth a word ..."""
_SURE = 0.01
"""... at this p-value, for each of two parts."""


class _Moments(NamedTuple):
    """Rows in their order, and the name of the column that says so; "": the file."""

    rows: np.ndarray
    column: str


@dataclass(frozen=True)
class Transfer:
    """Skill in rows of a part, of a model of its other stretches and of the other part.

    Losses of stretches are set beside each other, after the level of each stretch.
    """

    within: float
    beyond: float
    lost: Estimate | None
    learned: Estimate | None


@rule("D320")
def relation_drift(context: TableContext) -> RuleResult | None:
    """Whether what earlier rows teach fails on later ones, and the other way round.

    A model of each part predicts the other part's rows, of those that both parts have
    alike (covariate shift alone changes no relation: Shimodaira, Journal of Statistical
    Planning and Inference 90:227-244, 2000), beside a model of the part itself. The
    level of each stretch is taken off, so that a trend of the target is no matter.
    """
    whole = context.learned.whole if context.learned else context.dataset
    if whole.n_test or not isinstance(whole.x, pd.DataFrame) or is_text(whole.x):
        return None
    moments = _order_by_time(whole.x, whole.dependence)
    if moments is None:
        return None
    for first, last, late in _LOOKS:
        ends = (np.array([first, last, late]) * len(moments.rows)).astype(int)
        parts = moments.rows[ends[0] : ends[1]], moments.rows[ends[2] :]
        if min(map(len, parts)) < _LEAST:
            continue
        sizes = (len(parts[0]), len(parts[1]))
        transfers = transfers_between(whole, *map(_thinned, parts))
        if _is_change(transfers):
            return _finding(transfers, moments.column, sizes)
    return None


def _order_by_time(table: pd.DataFrame, dependence: str) -> _Moments | None:
    """Order rows by their dates, first by those in whose order the file stands."""
    dates = table.select_dtypes(["datetime", "datetimetz"])
    dates = dates.loc[:, dates.nunique() >= _LEAST_DATES]
    sorted_by = [n for n in dates if dates[n].dropna().is_monotonic_increasing]
    for name in [*sorted_by, *dates.columns][:1]:
        known = np.flatnonzero(dates[name].notna())
        order = np.argsort(dates[name].to_numpy()[known], kind="stable")
        return _Moments(known[order], str(name))
    return _Moments(np.arange(len(table)), "") if dependence == "time" else None


def _thinned(rows: np.ndarray) -> np.ndarray:
    """Every so many rows, `_MOST` at most."""
    return rows[:: -(-len(rows) // _MOST)]


def transfers_between(
    whole: Dataset, early: np.ndarray, late: np.ndarray
) -> list[Transfer]:
    """Set both parts beside the model of the other.

    Empty where parts are too unlike, or one of them loses nothing.
    """
    rows = np.concatenate([early, late])
    x, y = _matrix(whole, rows), _indicators(whole, rows)
    return _transfers(x, y, np.arange(len(rows)) >= len(early))


def _matrix(whole: Dataset, rows: np.ndarray) -> np.ndarray:
    """Columns as numbers; without those that say when a row was, and no more."""
    table: Any = take(whole.x, rows)
    table = table.select_dtypes(exclude=["datetime", "datetimetz"])
    if not table.shape[1]:
        return np.zeros((len(rows), 0))
    x = fit_encoder(table.reset_index(drop=True), np.arange(len(rows)))[1]
    x = x.reshape(len(x), -1).astype("float64")
    from scipy.stats import rankdata

    ranks = rankdata(x, axis=0) - (len(x) + 1) / 2
    place = np.arange(len(x)) - (len(x) - 1) / 2
    size = np.sqrt((ranks**2).sum(axis=0) * (place**2).sum())
    with np.errstate(invalid="ignore"):
        like = np.abs(place @ ranks) / size
    return x[:, like < _ORDERED]


def _indicators(whole: Dataset, rows: np.ndarray) -> np.ndarray:
    """The target as columns, one a class."""
    y = whole.y[rows]
    if whole.classes and y.ndim == 1:
        y = np.eye(len(whole.classes))[y]
    return y.reshape(len(y), -1).astype("float64")


def _transfers(x: np.ndarray, y: np.ndarray, late: np.ndarray) -> list[Transfer]:
    if not x.shape[1]:
        return []
    common = _is_shared_region(x, late)
    found = []
    for own in (~late, late):
        rows = np.flatnonzero(own)
        judged = common[rows]
        if judged.sum() < _LEAST_IN_COMMON:
            return []
        beyond = _fitted(x[~own], y[~own], x[rows])
        within = np.empty_like(beyond)
        for part in np.array_split(np.arange(len(rows)), _FOLDS):
            rest = np.delete(rows, part)
            within[:, part] = _fitted(x[rest], y[rest], x[rows[part]])
        found.append(_compared(y[rows], within, beyond, judged))
        if not _is_clear(found[-1].lost, _LOST):
            return []
    return found


def _is_shared_region(x: np.ndarray, late: np.ndarray) -> np.ndarray:
    """Whether a row is like rows of both parts, by trees that did not see it."""
    from sklearn.ensemble import RandomForestClassifier

    settings: Any = {"min_samples_leaf": 5, "oob_score": True, "random_state": 0}
    forest = RandomForestClassifier(100, **settings).fit(x, late)
    share = forest.oob_decision_function_[:, 1]
    return (share >= _IN_COMMON) & (share <= 1 - _IN_COMMON)


def _fitted(x: np.ndarray, y: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Predictions of a line, and of trees for what it leaves."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    line: Any = make_pipeline(StandardScaler(), RidgeCV(alphas=(1, 10, 100, 1000)))
    line.fit(x, y)
    settings: Any = {"min_samples_leaf": 3, "max_features": 0.5, "random_state": 0}
    found = []
    for start, ahead in (
        (np.zeros_like(y), np.zeros((len(other), y.shape[1]))),
        (line.predict(x).reshape(y.shape), line.predict(other).reshape(len(other), -1)),
    ):
        rest = y - start
        trees = RandomForestRegressor(30, **settings)
        trees.fit(x, rest if y.shape[1] > 1 else rest[:, 0])
        found.append(ahead + trees.predict(other).reshape(len(other), -1))
    return np.stack(found)


def _compared(
    y: np.ndarray, within: np.ndarray, beyond: np.ndarray, judged: np.ndarray
) -> Transfer:
    """Compare squared errors in blocks, each less its own level."""
    sums = []
    for block in np.array_split(np.arange(len(y)), _BLOCKS):
        rows = block[judged[block]]
        if len(rows) < 2:
            continue
        level = np.full((len(rows), y.shape[1]), 1 / y.shape[1])
        said = (level, *within[:, rows], *beyond[:, rows])
        sums.append([((y[rows] - _levelled(p, y[rows])) ** 2).sum() for p in said])
    base, *losses = np.array(sums).T
    own, other = (min(two, key=np.sum) for two in (losses[:2], losses[2:]))
    scale = base.mean() or 1.0
    lost, learned = (other - own) / scale, (base - own) / scale
    return Transfer(
        float(1 - own.sum() / base.sum()),
        float(1 - other.sum() / base.sum()),
        over_folds(lost, test_over_train=0.0),
        over_folds(learned, test_over_train=0.0),
    )


def _levelled(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Predictions with the level of the targets: of classes, with their log odds moved.

    So the classes' shares may change, as in prior probability shift (Saerens, Latinne,
    Decaestecker, Neural Computation 14:21-41, 2002).
    """
    if y.shape[1] == 1 or not (y.sum(axis=1) == 1).all():
        return p + (y - p).mean(axis=0)
    p, shares = p.clip(_CLIP, 1), y.mean(axis=0).clip(0.5 / len(y), 1)
    for _ in range(_TURNS):
        p = p * (shares / p.mean(axis=0))
        p = p / p.sum(axis=1, keepdims=True)
    return p


def _is_change(transfers: list[Transfer]) -> bool:
    """Whether one of two parts that both lose can be learned at all."""
    return any(_is_clear(one.learned, _LEARNED) for one in transfers)


def _is_clear(found: Estimate | None, least: float) -> bool:
    return found is not None and found.mean >= least and found.p_value() <= _SURE


def _finding(
    transfers: list[Transfer], column: str, rows: tuple[int, int]
) -> RuleResult:
    early, late = transfers
    along = f"with {column!r}" if column else "along the file"
    return found(
        "D320",
        "warning",
        f"The relation of features and target changes {along}. Of the variance in the "
        f"last {rows[1]:,} rows, a model of other such rows explains "
        f"{_percent(late.within)}, one of {rows[0]:,} earlier rows "
        f"{_percent(late.beyond)}; in the earlier rows the former explains "
        f"{_percent(early.beyond)}, the latter {_percent(early.within)}.",
        "Find what changed, such as a unit, a code or a rule, and mend it or add a "
        "column that says so. Else learn from the last rows alone, and test on the "
        "last of these: a score over shuffled folds is that of a mean over all times.",
        columns=[column] if column else [],
        within=late.within,
        beyond=late.beyond,
        lost=min(e.mean for t in transfers if (e := t.lost)),
        p=max(e.p_value() for t in transfers if (e := t.lost)),
    )


def _percent(share: float) -> str:
    return f"{share:.0%}" if share > 0 else "nothing"
