"""The ceiling: in which range the highest score lies that anyone can reach.

Where rows with equal features repeat and are different cases, both ends are proved, for
these rows (`learnable.baselines.repeats`).

Where they do not, the nearest neighbour takes the place of the equal row. Its error
tends to that of an equal row as rows grow (Cover, Hart, IEEE Trans. Inf. Theory
13:21-27, 1967), and half its squared error to the variance of the noise (the Delta
test; Liitiäinen, Corona, Lendasse, J. Multivar. Anal. 101:811-823, 2010). Until then it
is too high by about ``n^(-2/d)`` in d columns (Snapp, Venkatesh, Ann. Stat. 26:850-878,
1998), which is taken off by what half of the rows show. All of that holds for smooth
relations in few columns: an estimate and no proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from ..data import Dataset
from ..data.encode import encode_fold, is_text
from ..data.split import Fold
from .comparison import Estimate, over_folds, over_rows
from .curve import Basis, Ceiling
from .equal_rows import row_hashes
from .evidence import LABELS
from .repeats import class_bounds, cover_hart, independent_rows, number_bounds
from .results import Row
from .tables import Board

NEAR = 4
"""With as many rows as this to the power of the columns, the nearest one lies within
about a quarter of each column's range; in many columns no row is near (Beyer et al.,
ICDT 1999), and nothing can be told from neighbours."""


@dataclass(frozen=True)
class _Range:
    """Ends of the highest score, and the rows it speaks of."""

    basis: Basis
    low: float
    high: float
    rows: np.ndarray


def ceiling(board: Board, rows: Sequence[Row], *, seed: int = 0) -> Ceiling | None:
    """The highest accuracy, or R², that anyone can reach on rows such as these.

    Parameters
    ----------
    board : Board
    rows : sequence of Row
        The table of that board.
    seed : int, default 0
        Chooses pairs and halves of equal rows.

    Returns
    -------
    Ceiling or None
        None of series, texts in order, labels that do not exclude each other and
        several targets, and where no candidate has scores.
    """
    data = board.dataset
    able = [row for row in rows if not row.error]
    if data.task not in ("binary", "multiclass", "regression") or data.y.ndim == 2:
        return None
    if not able or np.ptp(data.y) == 0:
        return None
    best = max(able, key=lambda row: row.scores["skill"].mean)
    found = _from_equal_rows(data, seed) or _from_neighbours(board, best)
    metric = _metric(data)
    reached = _reached(board, best, found.rows)
    return Ceiling(
        metric,
        found.basis,
        found.low,
        found.high,
        len(found.rows) / len(data),
        len(found.rows),
        reached,
        best.name,
        _sentence(found, len(data), LABELS[metric], best.name, reached),
    )


def _metric(dataset: Dataset) -> str:
    return "accuracy" if dataset.classes else "r2"


def _from_equal_rows(dataset: Dataset, seed: int) -> _Range | None:
    rows = independent_rows(dataset)
    kinds = np.unique(row_hashes(dataset.x)[rows], return_inverse=True)[1]
    repeated = np.bincount(kinds)[kinds] > 1
    rows, kinds = rows[repeated], kinds[repeated]
    y, classes = dataset.y[rows], len(dataset.classes)
    if classes:
        ends = class_bounds(kinds, y, classes=classes, seed=seed)
    else:
        ends = number_bounds(kinds, y)
    return _Range("equal rows", *ends, rows) if ends else None


def _from_neighbours(board: Board, best: Row) -> _Range:
    """What the best candidate reaches for sure, up to what neighbours leave open."""
    data, metric = board.dataset, _metric(board.dataset)
    score = best.scores[metric]
    low = max(0.0, 0.0 if score.low is None else score.low)
    high = _neighbour_estimate(board)
    every = np.arange(len(data))
    if high is None or high >= 1 or score.mean >= high:
        return _Range("candidate", low, 1.0, every)
    return _Range("neighbours", low, high, every)


def _neighbour_estimate(board: Board) -> float | None:
    """The highest score by the nearest neighbour; None where it cannot be trusted.

    It can where it is near, and better than the commonest class or the mean. Of its
    error as it is, and as it would become, the lower end counts.
    """
    data, folds = board.dataset, board.folds
    most = log(len(data), NEAR)
    if data.is_image or is_text(data.x) or data.x.shape[1] > most:
        return None
    matrices = [encode_fold(data.x, fold.train, fold.test) for fold in folds]
    columns = matrices[0][0].shape[1]
    if columns > most:
        return None
    losses = [_losses(data, f, *m) for f, m in zip(folds, matrices, strict=True)]
    bare = _bare_loss(data)
    # gains of all doublings to come, where each is 2^(-2/d) of the one before
    to_come = 1 / (2 ** (2 / columns) - 1)
    now = _over(board, [loss for loss, _ in losses])
    then = _over(board, [loss - to_come * (half - loss) for loss, half in losses])
    if now.interval()[1] >= bare:
        return None
    low = max(0.0, min(now.interval()[0], then.interval()[0]))
    if data.classes:
        return 1 - cover_hart(low, len(data.classes))
    return 1 - low / bare


def _losses(
    data: Dataset, fold: Fold, train: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of each test row, with all training rows and with half of them (every second)."""
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


def _bare_loss(data: Dataset) -> float:
    """Of always saying the commonest class, or twice that of saying the mean.

    Twice, as the neighbour's own noise comes on top of the row's.
    """
    if data.classes:
        return 1 - float(np.bincount(data.y).max()) / len(data)
    return 2 * float(data.y.var())


def _over(board: Board, losses: Sequence[np.ndarray]) -> Estimate:
    if board.held_out:
        return over_rows(losses[0], np.ones(len(losses[0])))
    means = [float(loss.mean()) for loss in losses]
    found = over_folds(means, test_over_train=board.test_over_train)
    return found or Estimate(means[0], float("inf"), 1)


def _reached(board: Board, best: Row, rows: np.ndarray) -> float | None:
    """The best candidate's accuracy or R² on some rows, each once, out of fold."""
    data = board.dataset
    said: dict[int, Any] = {}
    for outcome in board.outcomes[best.name]:
        assert outcome.predictions is not None
        test = board.folds[outcome.fold].test
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
            f"than once, the highest {label} anyone can reach lies between "
            f"{found.low:.3f} and {found.high:.3f} (95 % confidence){own}."
        )
    start = (
        f"The highest {label} anyone can reach is {found.low:.3f} or more (what {best} "
        "reaches for sure, 95 % confidence)"
    )
    if found.basis == "neighbours":
        return (
            f"{start} and {found.high:.3f} or less, by an estimate from nearest "
            "neighbours that is no proof."
        )
    return f"{start}; how much more, these rows cannot tell."
