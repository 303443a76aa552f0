"""The ceiling: in which range the highest score lies that anyone can reach.

Where rows with equal features repeat and are different cases, both ends are proved, for
these rows (`learnable.baselines.verdicts.bayes_error`).

Where they do not, the nearest neighbour takes the place of the equal row. Its error
tends to that of an equal row as rows grow (Cover, Hart, IEEE Trans. Inf. Theory
13:21-27, 1967), and half its squared error to the variance of the noise (the Delta
test; Liitiäinen, Corona, Lendasse, J. Multivar. Anal. 101:811-823, 2010). Until then it
is too high by about ``n^(-2/d)`` in d columns where the relation is smooth (Snapp,
Venkatesh, Ann. Stat. 26:850-878, 1998), and by ``n^(-1/d)`` along a sharp border, which
lies within that distance of as large a share of the rows. The slower rate is taken off,
by what half of the rows show: an estimate and no proof.

Rows with equal features: how well anyone can do on them, with proof.

Two equal rows differ in their class with probability D, and the error e of the best
possible rule follows within bounds: with k classes ``(k-1)/k (1 - sqrt(1 - k/(k-1) D))
<= e`` (Cover, Hart, IEEE Trans. Inf. Theory 13:21-27, 1967). A rule learned on one half
of the equal rows and tried on the other bounds e from above. Both are shares of
successes, whose ends are exact given the features (Clopper, Pearson, Biometrika
26:404-413, 1934); that errs on the safe side where chances differ from kind to kind
(Hoeffding, Ann. Math. Stat. 27:713-721, 1956).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from typing import Any

import numpy as np

from ...data import Dataset
from ...data.encode import encode_fold, is_text
from ...data.split import Fold
from ..results.candidates import METRIC_LABELS, learns
from ..results.results import Basis, Ceiling, Row
from ..scores.comparison import SHARED_ROWS, Estimate, over_folds, over_rows
from ..scores.fold_scores import FoldOutcomes, skill_estimate
from ..signal.problem import is_continuous

_NEAR = 4
"""With as many rows as this to the power of the columns, the nearest one lies within
about a quarter of each column's range; in many columns no row is near (Beyer et al.,
ICDT 1999), and nothing can be told from neighbours."""

_LEAST_ROWS = 2_000
"""With fewer, what half of the rows show is too rough to be carried on."""


@dataclass(frozen=True)
class _Range:
    """Ends of the highest score, and the rows it speaks of."""

    basis: Basis
    low: float
    high: float
    rows: np.ndarray


def best_achievable_score(outcomes: FoldOutcomes, *, seed: int = 0) -> Ceiling | None:
    """The highest accuracy, or R², that anyone can reach on rows such as these.

    Parameters
    ----------
    outcomes : FoldOutcomes
    seed : int, default 0
        Chooses pairs and halves of equal rows.

    Returns
    -------
    Ceiling or None
        None of series, texts in order, labels that do not exclude each other and
        several targets, and where no candidate has scores.
    """
    data = outcomes.dataset
    able = [row for row in outcomes.rows if not row.error]
    if data.task not in ("binary", "multiclass", "regression") or data.y.ndim == 2:
        return None
    if not able or np.ptp(data.y) == 0:
        return None
    best = max(able, key=lambda row: row.scores["skill"].mean)
    found = _from_equal_rows(data, seed)
    if found is None:
        proved = _proved(outcomes, [row for row in able if learns(row)])
        if proved is None:
            return None
        best, low = proved
        found = _from_neighbours(outcomes, low)
    metric = _metric(data)
    reached = _best_score_on(outcomes, best, found.rows)
    return Ceiling(
        metric,
        found.basis,
        found.low,
        found.high,
        len(found.rows) / len(data),
        len(found.rows),
        reached,
        best.name,
        _sentence(found, len(data), METRIC_LABELS[metric], best.name, reached),
    )


def _metric(dataset: Dataset) -> str:
    return "accuracy" if dataset.classes else "r2"


def _from_equal_rows(dataset: Dataset, seed: int) -> _Range | None:
    rows = independent_rows(dataset)
    kinds = np.unique(dataset.row_hashes[rows], return_inverse=True)[1]
    repeated = np.bincount(kinds)[kinds] > 1
    rows, kinds = rows[repeated], kinds[repeated]
    y, classes = dataset.y[rows], len(dataset.classes)
    if classes:
        ends = class_bounds(kinds, y, classes=classes, seed=seed)
    else:
        ends = number_bounds(kinds, y)
    return _Range("equal rows", *ends, rows) if ends else None


def _proved(outcomes: FoldOutcomes, rows: Sequence[Row]) -> tuple[Row, float] | None:
    """The candidate that proves the highest score, and the lower end of its own.

    Of those that use the features; that one was chosen is paid for (Bonferroni).
    """
    if not rows:
        return None
    tail = TAIL / len(rows)
    low_end = _share_low if outcomes.dataset.classes else _mean_low
    ends = [(low_end(outcomes, row, tail), row.scores["skill"].mean) for row in rows]
    first = max(range(len(rows)), key=lambda i: ends[i])
    low = ends[first][0]
    # an R² of 0 is no one's doing: the mean has it
    return (rows[first], low) if low > 0 else None


def _share_low(outcomes: FoldOutcomes, row: Row, tail: float) -> float:
    """Clopper and Pearson's lower end of the accuracy, by rows or groups tested."""
    groups = outcomes.dataset.groups
    tested = np.unique(np.concatenate([fold.test for fold in outcomes.folds]))
    size = len(tested) if groups is None else len(np.unique(groups[tested]))
    if not outcomes.held_out:
        size /= SHARED_ROWS
    share = row.scores["accuracy"].mean
    return binomial_ends(share * size, size, tail)[0]


def _mean_low(outcomes: FoldOutcomes, row: Row, tail: float) -> float:
    """The lower end of R², over the folds, or the rows of one held-out set."""
    if outcomes.held_out:
        return skill_estimate(outcomes, row).interval(1 - 2 * tail)[0]
    folds = row.scores["r2"].folds
    found = over_folds(folds, test_over_train=outcomes.test_over_train)
    return found.interval(1 - 2 * tail)[0] if found else 0.0


def _from_neighbours(outcomes: FoldOutcomes, low: float) -> _Range:
    """Return the range from what a candidate proves to what neighbours leave open."""
    metric = _metric(outcomes.dataset)
    top = max(row.scores[metric].mean for row in outcomes.rows if not row.error)
    high = _neighbour_estimate(outcomes, top)
    every = np.arange(len(outcomes.dataset))
    if high is None or high >= 1 or top >= high:
        return _Range("candidate", low, 1.0, every)
    return _Range("neighbours", low, high, every)


def _neighbour_estimate(outcomes: FoldOutcomes, top: float) -> float | None:
    """The highest score by the nearest neighbour; None where it cannot be trusted.

    It can where thousands of rows make it near, where it is better than the commonest
    class or the mean, and where no candidate (``top`` is the highest score) is better
    than it allows as it is: neighbours on two sides of a sharp border differ as those
    in noise do. Of its error as it is, and as it would become, the lower end counts.
    """
    data, folds = outcomes.dataset, outcomes.folds
    most = log(len(data), _NEAR)
    if len(data) < _LEAST_ROWS or data.is_image or is_text(data.x):
        return None
    if data.x.shape[1] > most:
        return None
    matrices = [encode_fold(data.x, fold.train, fold.test) for fold in folds]
    columns = matrices[0][0].shape[1]
    if columns > most:
        return None
    losses = [_losses(data, f, *m) for f, m in zip(folds, matrices, strict=True)]
    # gains of all doublings to come, where each is 2^(-1/d) of the one before
    to_come = 1 / (2 ** (1 / columns) - 1)
    now = _over(outcomes, [loss for loss, _ in losses])
    then = _over(outcomes, [loss - to_come * (half - loss) for loss, half in losses])
    if now.interval()[1] >= _majority_loss(data) or top > _allowed(data, now.mean):
        return None
    return _allowed(data, max(0.0, min(now.interval()[0], then.interval()[0])))


def _allowed(data: Dataset, loss: float) -> float:
    """The highest score that this loss of the nearest neighbour leaves open."""
    if data.classes:
        return 1 - cover_hart_bound(loss, len(data.classes))
    return 1 - loss / _majority_loss(data)


def _losses(
    data: Dataset, fold: Fold, train: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return test rows' losses with all training rows, and with every second one."""
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    near, far = (np.asarray(scaler.transform(x)) for x in (train, test))
    truth, found = data.y[fold.test], []
    shuffled = np.random.default_rng(0).permutation(len(train))
    for rows in (shuffled, shuffled[::2]):
        index = NearestNeighbors(n_neighbors=1).fit(near[rows])
        nearest: Any = index.kneighbors(far, return_distance=False)
        said = data.y[fold.train][rows][nearest[:, 0]]
        wrong = said != truth if data.classes else (said - truth) ** 2
        found.append(wrong.astype("float64"))
    return found[0], found[1]


def _majority_loss(data: Dataset) -> float:
    """Return the loss of the commonest class, or twice that of the mean.

    Twice, as the neighbour's own noise comes on top of the row's.
    """
    if data.classes:
        return 1 - float(np.bincount(data.y).max()) / len(data)
    return 2 * float(data.y.var())


def _over(outcomes: FoldOutcomes, losses: Sequence[np.ndarray]) -> Estimate:
    if outcomes.held_out:
        return over_rows(losses[0], np.ones(len(losses[0])))
    means = [float(loss.mean()) for loss in losses]
    found = over_folds(means, test_over_train=outcomes.test_over_train)
    return found or Estimate(means[0], float("inf"), 1)


def _best_score_on(outcomes: FoldOutcomes, best: Row, rows: np.ndarray) -> float | None:
    """The best candidate's accuracy or R² on some rows, each once, out of fold."""
    data = outcomes.dataset
    said: dict[int, Any] = {}
    for outcome in outcomes.outcomes[best.name]:
        assert outcome.predictions is not None
        test = outcomes.folds[outcome.fold].test
        said |= dict(zip(test.tolist(), outcome.predictions, strict=True))
    known = np.array([row for row in rows.tolist() if row in said], dtype=int)
    if not len(known):
        return None
    truth, answers = data.y[known], np.array([said[row] for row in known.tolist()])
    if data.classes:
        return float((answers.argmax(axis=1) == truth).mean())
    spread = float(((truth - truth.mean()) ** 2).sum())
    return 1 - float(((truth - answers) ** 2).sum()) / spread if spread > 0 else None


def _sentence(
    found: _Range, total: int, label: str, best: str, reached: float | None
) -> str:
    if found.basis == "equal rows":
        own = "" if reached is None else f"; {best} reaches {reached:.3f} there"
        return (
            f"On the {len(found.rows):,} of {total:,} rows whose features occur more "
            f"than once, the best achievable {label} is between {found.low:.3f} and "
            f"{found.high:.3f} (95 % confidence){own}."
        )
    start = (
        f"The best achievable {label} is at least {found.low:.3f} (reached by {best} "
        "with 95 % confidence)"
    )
    if found.basis == "neighbours":
        return (
            f"{start} and at most {found.high:.3f}, by an estimate from nearest "
            "neighbours without guarantee."
        )
    return f"{start}; how much higher is unclear."


TAIL = 0.025
"""Chance that each end of a range is wrong; 5 % together."""
LEAST = 30
"""Pairs of equal rows, or kinds of them, that are needed to judge by."""


def independent_rows(dataset: Dataset) -> np.ndarray:
    """Numbers of the rows that are different cases though their features are equal.

    None where far more different rows are possible than there are: equal ones are then
    the same case again. Of equal rows of one group the first.
    """
    import pandas as pd

    x, none = dataset.x, np.zeros(0, dtype=int)
    if not isinstance(x, pd.DataFrame):
        return none
    if is_continuous(x):
        return none
    if dataset.groups is None:
        return np.arange(len(x))
    both = pd.DataFrame({"kind": dataset.row_hashes, "group": dataset.groups})
    return np.flatnonzero(~both.duplicated())


def class_bounds(
    kinds: np.ndarray, y: np.ndarray, *, classes: int, seed: int = 0
) -> tuple[float, float] | None:
    """Ends of the highest accuracy on rows of which equal ones are known.

    Parameters
    ----------
    kinds : int array of shape (n_rows,)
        Equal for equal features.
    y : int array of shape (n_rows,)
        Class codes.
    classes : int
    seed : int, default 0

    Returns
    -------
    low, high : float
        With 95 % confidence; None with fewer than `LEAST` pairs.
    """
    order = np.random.default_rng(seed).permutation(len(y))
    order = order[np.argsort(kinds[order], kind="stable")]
    kinds, y = np.unique(kinds[order], return_inverse=True)[1], y[order]
    counts = np.bincount(kinds)
    place = np.arange(len(y)) - np.repeat(np.cumsum(counts) - counts, counts)
    paired = place < counts[kinds] // 2 * 2  # the last of an odd number has no other
    kinds, y, place = kinds[paired], y[paired], place[paired]
    pairs = len(y) // 2
    if pairs < LEAST:
        return None
    differ = int((y[0::2] != y[1::2]).sum())
    learned, tried = (_table(kinds, y, place % 2 == half, classes) for half in (0, 1))
    right = int(tried[np.arange(len(tried)), learned.argmax(axis=1)].sum())
    least = cover_hart_bound(binomial_ends(differ, pairs, TAIL / 2)[0], classes)
    # the commonest class of each kind in hindsight: its mean error is below the best
    # rule's, and one row moves it by at most 1/n (McDiarmid 1989)
    hindsight = 1 - (learned + tried).max(axis=1).sum() / len(y)
    least = max(least, hindsight - sqrt(log(2 / TAIL) / (2 * len(y))))
    low, high = binomial_ends(right, pairs, TAIL)[0], float(1 - least)
    return min(low, high), high


def _table(
    kinds: np.ndarray, y: np.ndarray, chosen: np.ndarray, classes: int
) -> np.ndarray:
    """Counts of kind by class among the chosen rows."""
    table = np.zeros((kinds.max() + 1, classes), dtype=int)
    np.add.at(table, (kinds[chosen], y[chosen]), 1)
    return table


def cover_hart_bound(differ: float, classes: int) -> float:
    """The least error of any rule where two equal rows differ with this probability."""
    most = (classes - 1) / classes
    return most * (1 - sqrt(max(0.0, 1 - differ / most)))


def binomial_ends(successes: float, trials: float, tail: float) -> tuple[float, float]:
    """Clopper-Pearson: each end is wrong with at most the probability ``tail``."""
    from scipy.stats import beta

    low, high = 0.0, 1.0
    if successes > 0:
        low = float(beta.ppf(tail, successes, trials - successes + 1))
    if successes < trials:
        high = float(beta.ppf(1 - tail, successes + 1, trials - successes))
    return low, high


def number_bounds(kinds: np.ndarray, y: np.ndarray) -> tuple[float, float] | None:
    """Ends of the highest R² on rows of which equal ones are known.

    Parameters
    ----------
    kinds : int array of shape (n_rows,)
        Equal for equal features; each occurs twice at least.
    y : float array of shape (n_rows,)

    Returns
    -------
    low, high : float
        1 minus the variance within kinds over the variance of all, a ratio of means
        over kinds; None with fewer than `LEAST` kinds, or where y does not vary.
    """
    kinds = np.unique(kinds, return_inverse=True)[1]
    counts = np.bincount(kinds)
    if len(counts) < LEAST or np.ptp(y) == 0:
        return None
    means = np.bincount(kinds, weights=y) / counts
    within = np.bincount(kinds, weights=(y - means[kinds]) ** 2)
    all_of_it = np.bincount(kinds, weights=(y - y.mean()) ** 2)
    noise = over_rows(within * counts / (counts - 1), all_of_it)
    low, high = replace(noise, freedom=len(counts) - 1).interval(1 - 2 * TAIL)
    return float(np.clip(1 - high, 0, 1)), float(np.clip(1 - low, 0, 1))
