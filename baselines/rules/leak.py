"""Columns that tell what will not be known when it is needed."""

from __future__ import annotations

import re

import numpy as np

from ...data import Dataset
from ..results.findings import Severity
from ..results.results import Row
from ..verdicts.leakage import NEARLY_ALL, agreement_unit, answer_column, column_scores
from .context import RuleResult, TableContext, found, named
from .registry import rule

TELLING = 0.6
"""Agreement of the best baseline with the target from which columns are tried alone."""
MOST_OF = 0.75
"""Of that agreement, what a column reaches alone to be named ..."""
_FEW = 3
"""... if no more do: where many do, they merely say the same."""
FORMULA = 0.95
"""Agreement from which one column is like a formula for the target ..."""
NOTHING_ELSE = 0.99
"""... if it is so much of what all columns reach together ..."""
_AHEAD = 0.3
"""... and so far ahead of every other column."""
OWN_NAME = 0.8
"""Agreement of a column with the target's name from which it is thought to be one."""


@rule("D308")
def leak(context: TableContext) -> RuleResult | None:
    """Columns that are the answer, are named after it, or say nearly all there is."""
    best, predicted = context.best, context.predicted
    if best is None or predicted is None or context.dataset.y.ndim == 2:
        return None
    rows, predictions = predicted
    whole = _agreement(context.dataset, context.dataset.y[rows], predictions)
    if whole < TELLING:
        return None
    scores = column_scores(context.dataset)
    ordered = dict(sorted(scores.items(), key=lambda item: -item[1]))
    return (
        _answers(context.dataset, best, ordered)
        or _named_after(context.dataset, ordered)
        or _alone_at_top(context.dataset, best, ordered, whole)
    )


def _answers(
    dataset: Dataset, best: Row, scores: dict[str, float]
) -> RuleResult | None:
    column = answer_column(dataset, scores)
    if not column or best.scores["skill"].mean < NEARLY_ALL:
        return None
    columns = [column]
    return _found(
        dataset,
        "error",
        f"One column alone gives the target: {_shown(columns, scores)}.",
        "Drop it (--drop) if it is the target under another name or known only after "
        "it. If it identifies a group of rows (a patient, a molecule), keep the group "
        "together (--group). If neither, no model is needed.",
        columns,
        scores,
    )


def _named_after(dataset: Dataset, scores: dict[str, float]) -> RuleResult | None:
    target = set(_words(dataset.card.target))
    if not target:
        return None
    columns = [
        c for c, score in scores.items() if score >= OWN_NAME and target <= _words(c)
    ]
    if not columns:
        return None
    return _found(
        dataset,
        "warning",
        f"A column has the target's name in its own, and predicts most of it: "
        f"{_shown(columns, scores)}.",
        "Drop it (--drop) if it was computed from the target.",
        columns,
        scores,
    )


def _alone_at_top(
    dataset: Dataset, best: Row, scores: dict[str, float], whole: float
) -> RuleResult | None:
    columns = [c for c, score in scores.items() if score >= MOST_OF * whole]
    if not columns or len(columns) > _FEW:
        return None
    first, second = (*scores.values(), 0.0)[:2]
    grave = first >= max(FORMULA, NOTHING_ELSE * whole) and first - second >= _AHEAD
    much = "nearly all" if first >= 0.95 * whole else "much"
    what = (
        "no other is close, and together they add nothing: it resembles a formula for "
        "the target, or another measurement of it"
        if grave
        else f"all columns together reach {whole:.3f} ({best.name})"
    )
    return _found(
        dataset,
        "warning" if grave else "note",
        f"One column alone gives {much} of what all columns predict: "
        f"{_shown(columns, scores)}; {what}.",
        f"Check that {named(columns)} is known before the target, and not computed "
        "from it. If so, a simple rule on it may replace a network; if not, drop it "
        "(--drop).",
        columns,
        scores,
    )


def _found(
    dataset: Dataset,
    severity: Severity,
    sentence: str,
    advice: str,
    columns: list[str],
    scores: dict[str, float],
) -> RuleResult:
    return found(
        "D308",
        severity,
        f"{sentence} In {agreement_unit(dataset)}, at most 1.",
        advice,
        columns=columns,
        highest=max(scores.values()),
    )


def _agreement(dataset: Dataset, y: np.ndarray, predictions: np.ndarray) -> float:
    """By the measure of `column_scores`; of numbers the square of Spearman's rho."""
    if dataset.is_classification:
        from sklearn.metrics import cohen_kappa_score

        if len(np.unique(y)) < 2:
            return 0.0
        return float(cohen_kappa_score(y, predictions.argmax(axis=1)))
    from scipy.stats import rankdata

    ranks = np.stack([rankdata(y), rankdata(predictions)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    size = np.sqrt((ranks**2).sum(axis=1)).prod()
    rho = float((ranks[0] * ranks[1]).sum() / size) if size > 0 else 0.0
    return max(rho, 0.0) ** 2


def _words(name: str) -> set[str]:
    """The parts of a name that hold a letter: ``Sale_price2`` has sale and price."""
    return set(re.findall(r"[^\W\d_]+", name.lower()))


def _shown(columns: list[str], scores: dict[str, float]) -> str:
    return ", ".join(f"{c!r} ({scores[c]:.3f})" for c in columns[:5])
