"""Official test rows that differ from the training rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np

from ...data import Dataset
from ...data.dataset import take
from ...data.encode import fit_encoder
from ...data.errors import BadData
from ...data.split import Fold, make_folds
from ..estimators.catalog import baselines_for
from ..scores import harness
from ..scores.metrics import reference, scaled_losses
from .context import RuleResult, TableContext, found
from .registry import rule
from .row_order import distribution_distance

_MOST = 2_500
"""Rows of each of the two parts that are looked at."""
_COMPONENTS = 50
"""Of images, whose pixels are far too many columns for trees."""
_LEAST = 20
"""Rows of each part below which nothing is said."""
_APART = 0.6
"""AUC from which the parts differ by more than matters little ..."""
_CHANCE = 0.001
"""... and p-value that it must have beside."""
UNLIKE = 0.1
"""Distance of two columns, or of the two parts' classes, that is worth a word."""


_FOLDS = 5
_JUDGES = ("logistic", "ridge", "forest")
"""Baselines of which the better one is asked how it does on either part."""
_LOST = 0.1
"""Skill lost on the test rows that is worth a warning."""


@rule("D312")
def drift(context: TableContext) -> RuleResult | None:
    """Whether test rows, their classes or what they teach are unlike training rows.

    The classifier two-sample test (Lopez-Paz, Oquab, Revisiting classifier two-sample
    tests, ICLR 2017): a forest learns half of the rows, and its area under the ROC
    curve on the other half is compared with .5 by Mann and Whitney's exact relative.
    What relates features and targets is compared by the losses of the same baseline on
    held-out training rows and on test rows.
    """
    dataset = context.dataset
    count = len(dataset) - dataset.n_test
    if dataset.n_test < _LEAST or count < _LEAST:
        return None
    train, test = _sampled(dataset, count)
    if min(len(train), len(test)) < _LEAST:
        return None
    auc, low, high, p = _two_sample_auc(dataset, train, test)
    classes, p_classes = _classes_apart(dataset, count)
    score = _compare_scores(dataset, train, test) if context.learned else None
    unlike = auc >= _APART and p <= _CHANCE
    columns = _most_different_columns(context, count) if unlike else {}
    messages = [_describe_rows(auc, low, high, p, columns)] if unlike else []
    if classes >= UNLIKE and p_classes <= _CHANCE:
        messages.append(
            f"{classes:.1%} of the test rows would need another class to give the "
            "class frequencies of the training rows."
        )
    if score is not None and score.lost >= _LOST and score.p <= _CHANCE:
        messages.append(_describe_score(score))
    if not messages:
        return None
    return found(
        "D312",
        "warning",
        " ".join(messages),
        "A model may not generalise to such test rows. Check how they were selected, "
        "and that their targets are coded and joined as those of the training rows; "
        "drop columns that only show when or where a row was recorded (--drop), or "
        "give a single file, from which folds are drawn at random.",
        columns=list(columns),
        auc=auc,
        low=low,
        high=high,
        p=p,
        class_distance=classes,
        skill_lost=score.lost if score else 0.0,
    )


def _sampled(dataset: Dataset, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Some row numbers of either part; of copies that it has alone, one each.

    Copies among training rows would be known again, and tell these from test rows.
    """
    rng = np.random.default_rng(7)
    hashes = dataset.row_hashes
    both = np.intersect1d(hashes[:count], hashes[count:])
    parts = []
    for first, size in ((0, count), (count, dataset.n_test)):
        rows = np.sort(first + rng.choice(size, min(_MOST, size), replace=False))
        keep = np.isin(hashes[rows], both)
        keep[np.unique(hashes[rows], return_index=True)[1]] = True
        parts.append(rows[keep])
    return parts[0], parts[1]


@dataclass(frozen=True)
class _ScoreShift:
    """Skill of a baseline on training rows held out, and on test rows.

    ``error`` is the standard error of the difference, ``p`` one-sided (Welch).
    """

    name: str
    within: float
    beyond: float
    error: float
    p: float

    @property
    def lost(self) -> float:
        return self.within - self.beyond


def _describe_score(score: _ScoreShift) -> str:
    low, high = (score.lost + side * 1.96 * score.error for side in (-1, 1))
    return (
        f"{score.name} has skill {score.within:.2f} on held-out training rows, and "
        f"{score.beyond:.2f} on the test rows (difference {score.lost:.2f}, 95 % "
        f"interval {low:.2f} to {high:.2f}, p = {score.p:.1g})."
    )


def _compare_scores(
    dataset: Dataset, train: np.ndarray, test: np.ndarray
) -> _ScoreShift | None:
    """Compare losses of one baseline, fitted on folds of the training rows."""
    from scipy.stats import ttest_ind

    some = np.concatenate([train, test])
    both = replace(
        dataset,
        x=take(dataset.x, some),
        y=dataset.y[some],
        groups=None if dataset.groups is None else dataset.groups[some],
        n_test=0,
    )
    losses = _losses(both, len(train))
    if not losses:
        return None
    name = min(losses, key=lambda name: float(losses[name][: len(train)].mean()))
    within, beyond = np.split(losses[name], [len(train)])
    result: Any = ttest_ind(beyond, within, equal_var=False, alternative="greater")
    y = both.y[: len(train)]
    bare = reference(y, len(y), classes=len(both.classes))
    base = float(scaled_losses(y, bare, y, classes=len(both.classes)).mean())
    if not base > 0 or not np.isfinite(result.pvalue):
        return None
    spread = sqrt(within.var() / len(within) + beyond.var() / len(beyond))
    return _ScoreShift(
        name,
        float(1 - within.mean() / base),
        float(1 - beyond.mean() / base),
        spread / base,
        float(result.pvalue),
    )


def _losses(both: Dataset, count: int) -> dict[str, np.ndarray]:
    """Losses of baselines on training rows, out of fold, and then on test rows.

    Those on test rows are means over the folds' models; there is nothing of a baseline
    that fails, nor where training rows cannot be cut into folds.
    """
    names = _JUDGES[-1:] if both.is_image else _JUDGES
    judges = {n: b for n, b in baselines_for(both).items() if n in names}
    rows, test = np.arange(count), np.arange(count, len(both))
    groups = None if both.groups is None else both.groups[:count]
    part = replace(both, x=take(both.x, rows), y=both.y[:count], groups=groups)
    try:
        folds = make_folds(part, folds=_FOLDS)
    except BadData:
        return {}
    folds = [Fold(fold.train, np.concatenate([fold.test, test])) for fold in folds]
    sums = {name: np.zeros(len(both)) for name in judges}
    for outcome in harness.run(judges, both, folds, jobs=1):
        if outcome.predictions is None:
            sums.pop(outcome.candidate, None)
        elif outcome.candidate in sums:
            own = folds[outcome.fold].test
            sums[outcome.candidate][own] += scaled_losses(
                both.y[own],
                outcome.predictions,
                both.y[:count],
                classes=len(both.classes),
            )
    for losses in sums.values():
        losses[count:] /= len(folds)
    return sums


def _describe_rows(
    auc: float, low: float, high: float, p: float, columns: dict[str, float]
) -> str:
    most = [f"{name!r} ({distance:.2f})" for name, distance in columns.items()][:3]
    by = f" Largest distances, of at most 1: {', '.join(most)}." if most else ""
    return (
        f"Test rows can be distinguished from training rows: ROC AUC {auc:.2f} "
        f"(95 % interval {low:.2f} to {high:.2f}; .5 is chance), p = {p:.1g}.{by}"
    )


def _two_sample_auc(
    dataset: Dataset, train: np.ndarray, test: np.ndarray
) -> tuple[float, float, float, float]:
    """Area under the ROC curve on unseen rows, its interval, and its p-value."""
    from scipy.stats import mannwhitneyu
    from sklearn.ensemble import RandomForestClassifier

    from ..estimators.catalog import flatten

    x = _numbers(dataset, np.concatenate([train, test]))
    is_test = np.repeat([False, True], [len(train), len(test)])
    place = np.random.default_rng(8).permutation(len(x))
    # both halves get half of either part
    place = place[np.argsort(is_test[place], kind="stable")]
    old, new = place[::2], place[1::2]
    trees: Any = {"class_weight": "balanced", "min_samples_leaf": 3, "random_state": 0}
    forest = RandomForestClassifier(100, **trees).fit(flatten(x[old]), is_test[old])
    scores = forest.predict_proba(flatten(x[new]))[:, 1]
    own, other = scores[is_test[new]], scores[~is_test[new]]
    result: Any = mannwhitneyu(own, other, alternative="greater")
    auc = float(result.statistic) / (len(own) * len(other))
    reach = 1.96 * _auc_error(auc, len(own), len(other))
    return auc, max(0.0, auc - reach), min(1.0, auc + reach), float(result.pvalue)


def _auc_error(auc: float, m: int, n: int) -> float:
    """Standard error of an area (Hanley, McNeil, Radiology 143:29-36, 1982)."""
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (m - 1) * (one - auc**2) + (n - 1) * (two - auc**2)
    return sqrt(max(spread, 0.0) / (m * n))


def _numbers(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """The rows as columns of numbers; images as their principal components."""
    from sklearn.decomposition import PCA

    from ..estimators.text import word_features

    x = fit_encoder(dataset.x, rows)[1]
    if x.dtype == object:
        return word_features(x, seed=0)
    x = x.reshape(len(x), -1)
    if not dataset.is_image or x.shape[1] <= _COMPONENTS:
        return x
    parts = min(_COMPONENTS, len(x))
    return PCA(parts, svd_solver="covariance_eigh").fit_transform(x.astype("float32"))


def _classes_apart(dataset: Dataset, count: int) -> tuple[float, float]:
    if not dataset.classes or dataset.y.ndim == 2:
        return 0.0, 1.0
    return distribution_distance(
        dataset.y[:count], dataset.y[count:], len(dataset.classes)
    )


def _most_different_columns(context: TableContext, count: int) -> dict[str, float]:
    """Columns whose values differ between the parts, the farthest apart first."""
    import pandas as pd

    table: Any = context.table
    if table is None:
        return {}
    found = {}
    for name in table.columns:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            values, kinds = column.to_numpy("float64", na_value=np.nan), 0
            first, last = values[:count], values[count:]
            first, last = first[~np.isnan(first)], last[~np.isnan(last)]
        else:
            values = pd.factorize(column.astype(str))[0]
            first, last, kinds = values[:count], values[count:], int(values.max()) + 1
        if len(first) and len(last):
            distance, p = distribution_distance(first, last, kinds)
            if distance >= UNLIKE and p <= _CHANCE:
                found[str(name)] = distance
    return dict(sorted(found.items(), key=lambda item: -item[1]))
