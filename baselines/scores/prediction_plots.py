"""From outcomes to what is drawn of the predictions: curves, bins, histograms, points.

All test rows of the first seed stand together, each as it was predicted the first time.
Nothing is drawn of a series or a text, nor of several numbers at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...data import Dataset
from ...data.dataset import ORDERED
from ..results.candidates import best_learner, learns
from ..results.results import Picture, Pictures, Row, TradeoffCurve
from .fold_scores import MOST_CLASSES, FoldOutcomes
from .metrics import calibration_bins, calibration_error, safe_probabilities

_MOST_NETWORKS = 12
MOST_POINTS = 60
"""Of a curve."""
MOST_DRAWN = 200
"""Rows whose predictions are drawn one by one."""
MOST_ANSWERS = 1_000_000
"""Curves over more answers (rows x classes) are of a seeded sample of the rows."""
PROBABILITY_BINS = 20
NUMBER_BINS = 24


def make_pictures(
    outcomes: FoldOutcomes, rows: Sequence[Row], *, seed: int = 0
) -> Pictures | None:
    """Count predictions of networks, best baseline and rule of thumb for test rows.

    None where nothing can be drawn.
    """
    data, chosen = outcomes.dataset, _select_rows(rows)
    numbers = not data.classes
    if not chosen or data.task in ORDERED or (numbers and data.y.ndim > 1):
        return None
    asked, _ = first_predictions(outcomes, chosen[0].name)
    said = [(row, first_predictions(outcomes, row.name)[1]) for row in chosen]
    if numbers:
        return _regression_plots(data.y[asked], said, seed)
    if data.y.ndim > 1:
        return _label_plots(data, asked, said)
    return _class_plots(data, asked, said, seed)


def _select_rows(rows: Sequence[Row]) -> list[Row]:
    able = [row for row in rows if not row.error]
    networks = [row for row in able if row.kind == "network"][:_MOST_NETWORKS]
    baselines = [row for row in able if row.kind == "baseline"]
    best = best_learner(tuple(rows))
    thumb = next((row for row in baselines if not learns(row)), None)
    names = [row.name for row in (best, thumb) if row is not None]
    return [*networks, *(row for row in baselines if row.name in names)]


def first_predictions(
    outcomes: FoldOutcomes, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the test rows, and what was predicted of each the first time."""
    seen = np.zeros(len(outcomes.dataset), dtype=bool)
    rows, said = [], []
    for outcome in outcomes.outcomes[name]:
        assert outcome.predictions is not None
        test = outcomes.folds[outcome.fold].test
        fresh = ~seen[test]
        seen[test] = True
        rows.append(test[fresh])
        said.append(outcome.predictions[fresh])
    return np.concatenate(rows), np.concatenate(said).astype("float64")


_Said = list[tuple[Row, np.ndarray]]


def _class_plots(
    data: Dataset, asked: np.ndarray, predicted: _Said, seed: int
) -> Pictures:
    """Count answers: of two classes on the second, of more on the one chosen."""
    y, count = data.y[asked], len(data.classes)
    some = _sample(len(y), MOST_ANSWERS // count, seed)
    truth = (y[some, None] == np.arange(count))[:, 1 if count == 2 else slice(None)]
    pictures = []
    for row, raw in predicted:
        p = safe_probabilities(raw)
        named = p.argmax(axis=1)
        likely, held = p.max(axis=1), named == y
        if count == 2:
            likely, held = p[:, 1], y == 1
        asked_for = p[some][:, 1 if count == 2 else slice(None)]
        curves = _tradeoffs(truth.ravel(), asked_for.ravel()) if learns(row) else {}
        each = np.bincount(named, minlength=count) if count <= MOST_CLASSES else []
        own = _probabilities(likely, held, data.groups is None)
        pictures.append(Picture(row.name, **curves, **own, named=_as_counts(each)))
    return Pictures(
        len(y),
        _rounded(np.linspace(0, 1, PROBABILITY_BINS + 1)),
        _as_counts(np.bincount(y, minlength=count) if count <= MOST_CLASSES else []),
        float(truth.mean()),
        candidates=tuple(pictures),
    )


def _label_plots(data: Dataset, asked: np.ndarray, predicted: _Said) -> Pictures:
    """Each label of each row is a question of its own."""
    y = data.y[asked] == 1
    pictures = []
    for row, raw in predicted:
        p = np.clip(raw, 0, 1)
        curves = _tradeoffs(y.ravel(), p.ravel()) if learns(row) else {}
        own = _probabilities(p.ravel(), y.ravel(), False)
        named = _as_counts((p >= 0.5).sum(axis=0))
        pictures.append(Picture(row.name, **curves, **own, named=named))
    edges = _rounded(np.linspace(0, 1, PROBABILITY_BINS + 1))
    share, actual = float(y.mean()), _as_counts(y.sum(axis=0))
    return Pictures(len(y), edges, actual, share, candidates=tuple(pictures))


def _probabilities(
    predicted: np.ndarray, held: np.ndarray, independent: bool
) -> dict[str, Any]:
    """Bins of equal numbers and of equal width."""
    bins = calibration_bins(predicted, held, independent=independent)
    edges = np.linspace(0, 1, PROBABILITY_BINS + 1)
    return {
        "bins": bins,
        "error": calibration_error(bins),
        "said": _as_counts(np.histogram(predicted, edges)[0]),
        "held": _as_counts(np.histogram(predicted[held], edges)[0]),
    }


def _tradeoffs(truth: np.ndarray, predicted: np.ndarray) -> dict[str, TradeoffCurve]:
    """ROC and precision-recall curve; none where all answers are the same.

    Not for a rule of thumb: it says the same of all rows of a fold, and shares that
    differ from fold to fold would be all that its curves show.
    """
    from sklearn import metrics

    if not 0 < truth.mean() < 1:
        return {}
    false, true, _ = metrics.roc_curve(truth, predicted)
    precision, recall, _ = metrics.precision_recall_curve(truth, predicted)
    precision, recall = precision[::-1], recall[::-1]
    roc = thin_points(false, true, false + true)
    return {
        "roc": TradeoffCurve(*roc, float(metrics.roc_auc_score(truth, predicted))),
        "recall": TradeoffCurve(
            *thin_points(recall, precision, recall),
            float(metrics.average_precision_score(truth, predicted)),
        ),
    }


def thin_points(
    across: np.ndarray, up: np.ndarray, along: np.ndarray
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """At most `MOST_POINTS` points of a curve, both ends among them.

    Evenly spaced by ``along``, which never falls.
    """
    if len(along) > MOST_POINTS:
        wanted = np.linspace(along[0], along[-1], MOST_POINTS - 1)
        places = np.minimum(np.searchsorted(along, wanted), len(along) - 1)
        places = np.unique([0, *places, len(along) - 1])
        across, up = across[places], up[places]
    return _rounded(across, 4), _rounded(up, 4)


def _regression_plots(y: np.ndarray, predicted: _Said, seed: int) -> Pictures:
    """Predictions and residuals, by size, and some of them one by one."""
    edges = _edges(y, [p for _, p in predicted])
    left = [y - p for _, p in predicted]
    least = min(left, key=lambda r: float(np.square(r).mean()))
    steps = _edges(least, left)
    some = _sample(len(y), MOST_DRAWN, seed)
    return Pictures(
        len(y),
        _rounded(edges, 9),
        _counted(y, edges),
        None,
        _rounded(y[some]),
        _rounded(steps, 9),
        tuple(
            Picture(
                row.name,
                said=_counted(p, edges),
                drawn=_rounded(p[some]),
                residuals=_counted(rest, steps),
            )
            for (row, p), rest in zip(predicted, left, strict=True)
        ),
    )


def _edges(own: np.ndarray, others: Sequence[np.ndarray]) -> np.ndarray:
    """Over all of the first, and of the others what is at most half its range off.

    A network that runs away would leave one bar of everything else.
    """
    low, high = float(own.min()), float(own.max())
    room = 0.5 * (high - low) or 0.5 * abs(high) or 1.0
    low = max(low - room, min(low, *(float(o.min()) for o in others)))
    high = min(high + room, max(high, *(float(o.max()) for o in others)))
    if not low < high:
        low, high = low - room, high + room
    return np.linspace(low, high, NUMBER_BINS + 1)


def _counted(values: np.ndarray, edges: np.ndarray) -> tuple[int, ...]:
    return _as_counts(np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0])


def _sample(rows: int, most: int, seed: int) -> np.ndarray:
    """Places of a seeded sample, in order."""
    if rows <= most:
        return np.arange(rows)
    rng = np.random.default_rng([seed, 11])
    return np.sort(rng.choice(rows, max(most, 1), replace=False))


def _as_counts(counts: Any) -> tuple[int, ...]:
    return tuple(int(n) for n in counts)


def _rounded(values: np.ndarray, digits: int = 6) -> tuple[float, ...]:
    """So many significant digits: more weigh, and cannot be seen."""
    return tuple(float(f"{v:.{digits}g}") for v in values)
