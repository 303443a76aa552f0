"""Metrics of a task, computed on the predictions of one fold.

``skill`` decides: the share of the uncertainty that features remove, 0 for a candidate
that knows only the class shares (or the mean) of the training rows, 1 for perfection.
For classes it is ``1 - log loss / log loss of the prior`` (McFadden's pseudo R2, out of
sample), in the table of probabilities after one temperature; for numbers ``1 - squared
error / squared error of the training mean``; for forecasts ``1 - absolute error /
absolute error of the seasonal naive forecast`` (over several folds with the means of
both, scaled as in MASE).

The shape of the target tells what is asked: one column or several. ``season`` is 0
where rows have no order.
"""

import warnings
from collections.abc import Sequence
from math import log, sqrt
from typing import Any

import numpy as np

from ..estimators.forecast import seasonal_naive
from ..results.results import Bin

_CLIP = 1e-7
"""Probabilities are kept this far from 0 and 1, as Keras does in its losses."""


def safe_probabilities(p: np.ndarray) -> np.ndarray:
    """Clipped to [`_CLIP`, 1 - `_CLIP`] and scaled to sum 1, as float64."""
    p = np.clip(np.asarray(p, dtype="float64"), _CLIP, 1 - _CLIP)
    return p / p.sum(axis=1, keepdims=True)


def row_losses(
    y: np.ndarray, predictions: np.ndarray, *, classes: int, season: int = 0
) -> np.ndarray:
    """The deciding loss of each row, of shape (n_rows,).

    Parameters
    ----------
    y : array of shape (n_rows,) or (n_rows, n_targets)
        Class codes, numbers, or for labels that do not exclude each other 0 or 1.
    predictions : array of shape (n_rows, n_classes), or that of ``y``
        Probabilities or numbers.
    classes : int
        0 for numbers.
    season : int, default 0
        Of a series.

    Returns
    -------
    array
        Negative log probability of the true class in nats (the mean over labels);
        absolute error of a forecast; squared error (the mean over targets).
    """
    if classes and y.ndim == 2:
        p = np.clip(np.asarray(predictions, dtype="float64"), _CLIP, 1 - _CLIP)
        return -np.where(y == 1, np.log(p), np.log1p(-p)).mean(axis=1)
    if classes:
        return -np.log(safe_probabilities(predictions)[np.arange(len(y)), y])
    if season:
        return np.abs(predictions - y)
    squares = (predictions - y) ** 2
    return squares.mean(axis=tuple(range(1, squares.ndim)))


def scaled_losses(
    y: np.ndarray,
    predictions: np.ndarray,
    y_train: np.ndarray,
    *,
    classes: int,
    season: int = 0,
) -> np.ndarray:
    """Return `row_losses`; of several numbers each in units of its own deviation.

    So that kilograms do not outweigh tonnes; one target is left as it is. Several
    series are in units of their own mean change over a season, as in MASE.
    """
    if classes or y.ndim == 1:
        return row_losses(y, predictions, classes=classes, season=season)
    if season:
        step = np.abs(y_train[season:] - y_train[:-season]).mean(axis=0)
        return np.abs((predictions - y) / np.where(step > 0, step, 1)).mean(axis=1)
    spread = y_train.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    return row_losses(y / spread, predictions / spread, classes=0)


def reference(
    y_train: np.ndarray, rows: int, *, classes: int, season: int = 0
) -> np.ndarray:
    """Return predictions of a candidate that knows only the training targets.

    Returns
    -------
    array of shape (rows, n_classes), (rows,) or (rows, n_targets)
        Class shares with half a row added to each class, so that a class unseen in
        training is not impossible (Krichevsky, Trofimov 1981); the mean; of a series
        the value a season before.
    """
    if season:
        return seasonal_naive(y_train, rows, season)
    if not classes:
        mean = y_train.mean(axis=0)
        return np.full(rows, mean) if y_train.ndim == 1 else np.tile(mean, (rows, 1))
    if y_train.ndim == 2:
        return np.tile((y_train.sum(axis=0) + 0.5) / (len(y_train) + 1), (rows, 1))
    counts = np.bincount(y_train, minlength=classes) + 0.5
    return np.tile(counts / counts.sum(), (rows, 1))


def skill_of(losses: np.ndarray, bare: np.ndarray) -> float:
    """Return skill from the losses of a candidate and those of the reference."""
    own, naive = losses.mean(), bare.mean()
    return float(1 - own / naive) if naive > 0 else float("nan")


def all_metrics(
    y: np.ndarray,
    predictions: np.ndarray,
    y_train: np.ndarray,
    *,
    classes: int,
    season: int = 0,
) -> dict[str, float]:
    """All metrics of one fold; NaN where one is not defined.

    Returns
    -------
    dict
        Classification: skill, log_loss (nats), accuracy, balanced_accuracy, mcc,
        roc_auc (one against the rest, macro), brier (sum over classes).
        Labels that do not exclude each other: skill, log_loss (nats, mean over labels),
        accuracy (share of labels right), exact_match (share of rows with all right),
        f1_macro, roc_auc, brier (mean over labels).
        Regression: skill, rmse, mae (units of the target), r2; means over targets.
        Forecast: skill, mase, smape (percent), rmse, mae.
    """
    asked = {"classes": classes, "season": season}
    naive = reference(y_train, len(y), **asked)
    own, bare = (scaled_losses(y, p, y_train, **asked) for p in (predictions, naive))
    skill = {"skill": skill_of(own, bare)}
    return skill | other_metrics(y, predictions, y_train, **asked)


def other_metrics(
    y: np.ndarray,
    predictions: np.ndarray,
    y_train: np.ndarray,
    *,
    classes: int,
    season: int = 0,
) -> dict[str, float]:
    """Return the metrics of `all_metrics` without skill."""
    if season:
        return _forecast(y, predictions, y_train, season)
    if not classes:
        return _numbers(y, predictions)
    return (_labels if y.ndim == 2 else _classes)(y, predictions)


def score_characters(y: np.ndarray, predictions: np.ndarray) -> dict[str, float]:
    """Score predictions of a text: log_loss in nats, bits_per_character, accuracy."""
    nats = float(row_losses(y, predictions, classes=predictions.shape[1]).mean())
    right = float((predictions.argmax(axis=1) == y).mean())
    return {"bits_per_character": nats / log(2), "log_loss": nats, "accuracy": right}


def _forecast(
    y: np.ndarray, predictions: np.ndarray, y_train: np.ndarray, season: int
) -> dict[str, float]:
    """Scaled and relative errors (Hyndman, Koehler, Int. J. Forecasting 22, 2006).

    Of several series the means of each; where some give no scale, of the others.
    """
    if y.ndim == 2:
        columns = zip(y.T, predictions.T, y_train.T, strict=True)
        each = [_forecast(*column, season) for column in columns]
        return {metric: _mean_known([e[metric] for e in each]) for metric in each[0]}
    errors = np.abs(predictions - y)
    step = np.abs(y_train[season:] - y_train[:-season]).mean()
    both = np.abs(y) + np.abs(predictions)
    halves = np.divide(2 * errors, both, out=np.zeros(len(y)), where=both > 0)
    return {
        "mase": float(errors.mean() / step) if step > 0 else float("nan"),
        "smape": float(100 * halves.mean()),
        "rmse": float(np.sqrt((errors**2).mean())),
        "mae": float(errors.mean()),
    }


def _mean_known(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def _labels(y: np.ndarray, p: np.ndarray) -> dict[str, float]:
    from sklearn.metrics import f1_score

    chosen = p >= 0.5
    right = chosen == (y == 1)
    zero: Any = 0  # a label may be absent from a fold, or never be said
    return {
        "log_loss": float(row_losses(y, p, classes=p.shape[1]).mean()),
        "accuracy": float(right.mean()),
        "exact_match": float(right.all(axis=1).mean()),
        "f1_macro": float(f1_score(y, chosen, average="macro", zero_division=zero)),
        "roc_auc": _auc(y, p, range(p.shape[1])),
        "brier": float(((p - y) ** 2).mean()),
    }


def _classes(y: np.ndarray, p: np.ndarray) -> dict[str, float]:
    from sklearn import metrics

    chosen = p.argmax(axis=1)
    truth = np.eye(p.shape[1])[y]
    with warnings.catch_warnings():
        # a class may be absent from a fold, or predicted though it is
        warnings.filterwarnings("ignore", "y_pred contains classes not in y_true")
        warnings.filterwarnings("ignore", "A single label was found")
        balanced = metrics.balanced_accuracy_score(y, chosen)
        mcc = metrics.matthews_corrcoef(y, chosen)
    return {
        "log_loss": float(row_losses(y, p, classes=p.shape[1]).mean()),
        "accuracy": float((chosen == y).mean()),
        "balanced_accuracy": float(balanced),
        "mcc": float(mcc),
        "roc_auc": _auc(truth, p, range(1, 2) if p.shape[1] == 2 else range(len(p.T))),
        "brier": float(((p - truth) ** 2).sum(axis=1).mean()),
    }


def _auc(truth: np.ndarray, p: np.ndarray, columns: range) -> float:
    """Mean over the columns whose class is present and not alone."""
    from sklearn.metrics import roc_auc_score

    some = [c for c in columns if 0 < truth[:, c].mean() < 1]
    if not some:
        return float("nan")
    return float(np.mean([roc_auc_score(truth[:, c], p[:, c]) for c in some]))


def _numbers(y: np.ndarray, predictions: np.ndarray) -> dict[str, float]:
    errors = predictions - y
    square = np.atleast_1d((errors**2).mean(axis=0))
    spread = np.atleast_1d(y.var(axis=0))
    known = spread > 0
    r2 = float((1 - square[known] / spread[known]).mean()) if known.any() else np.nan
    return {
        "rmse": float(np.sqrt(square).mean()),
        "mae": float(np.abs(errors).mean()),
        "r2": r2,
    }


_BINS = 10
_LEAST = 10
"""Answers a bin, where there are fewer than this many times `_BINS`."""
Z = 1.959964
"""Of a normal deviate 95 % lie within this."""


def calibration_bins(
    confidence: np.ndarray, held: np.ndarray, *, independent: bool = True
) -> tuple[Bin, ...]:
    """Answers in the order of their probability, cut into bins of equal numbers.

    Parameters
    ----------
    confidence : array of shape (n_answers,)
        Probabilities.
    held : bool array of shape (n_answers,)
        Whether it was so.
    independent : bool, default True
        Without independence there are no intervals.

    Returns
    -------
    tuple of Bin
        At most `_BINS`. Equal probabilities are never parted, so that bins may be
        unequal, and fewer: whoever always says the same has one.
    """
    order = np.argsort(confidence, kind="stable")
    confidence, held = confidence[order], held[order]
    count = min(_BINS, max(1, len(confidence) // _LEAST))
    wanted = np.arange(1, count) * len(confidence) // count
    cuts = np.unique(
        np.searchsorted(confidence, confidence[wanted])
    )  # where equal ones begin
    return tuple(
        _bin(p, h, independent)
        for p, h in zip(np.split(confidence, cuts), np.split(held, cuts), strict=True)
        if len(p)
    )


def _bin(predicted: np.ndarray, held: np.ndarray, independent: bool) -> Bin:
    ends = wilson(int(held.sum()), len(held)) if independent else (None, None)
    return Bin(
        len(predicted), round(float(predicted.mean()), 5), float(held.mean()), *ends
    )


def wilson(successes: float, trials: float) -> tuple[float, float]:
    """Ends of the 95 % interval of a share (Wilson, J. Am. Stat. Assoc. 22, 1927).

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    share, square = successes / trials, Z**2 / trials
    centre = share + square / 2
    reach = Z * sqrt(share * (1 - share) / trials + square / (4 * trials))
    low, high = ((centre + sign * reach) / (1 + square) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of what is said from what holds, over the answers.

    The expected calibration error of Naeini, Cooper and Hauskrecht (AAAI 2015).
    """
    total = sum(b.answers for b in bins)
    return sum(b.answers * abs(b.said - b.held) for b in bins) / total
