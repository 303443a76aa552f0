"""Columns that tell what will not be known when it is needed."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from ...data import Dataset
from ..results.findings import Severity
from ..results.results import Row
from ..verdicts.computed_columns import (
    class_columns,
    cut_from_target,
    folded_target,
    target_formula,
)
from ..verdicts.leakage import (
    NEARLY_ALL,
    agreement_unit,
    answer_column,
    column_scores,
    count_cases,
)
from .context import RuleResult, TableContext, found, list_columns
from .registry import rule

TELLING = 0.6
"""Agreement of the best baseline with the target from which columns are tried alone."""
FORMULA = 0.95
"""Agreement from which one column is like a formula for the target ..."""
NOTHING_ELSE = 0.99
"""... if it is so much of what all columns reach together ..."""
_AHEAD = 0.3
"""... and so far ahead of every other column."""
FLAG = 0.9
"""Agreement, and share of that of all columns, of one with a value for each class."""
_MORE_THAN_A_CUT = 0.03
"""Agreement by which a tree must be better than one threshold: a measure that one
threshold cuts into the classes, as fever, is a good feature."""
_FEW_VALUES = 10
"""With more values a column of numbers is a measure, and no code of the classes."""
_MARKED = 2
"""Columns that mark one class each: a single one may be a property of the class."""
OWN_NAME = 0.8
"""Agreement of a column with the target's name from which it is thought to be one."""


@rule("D308")
def leak(context: TableContext) -> RuleResult | None:
    """Columns that are the answer, were computed from it, or are named after it."""
    best, predicted, dataset = context.best, context.predicted, context.dataset
    if best is None or predicted is None or dataset.y.ndim == 2:
        return None
    rows, predictions = predicted
    whole = _agreement(dataset, dataset.y[rows], predictions)
    scores: dict[str, float] = {}
    if whole >= TELLING:
        every = column_scores(dataset)
        scores = dict(sorted(every.items(), key=lambda item: -item[1]))
    return (
        _answers(dataset, best, scores)
        or _named_after(dataset, scores)
        or _computed(dataset)
        or _alone_at_top(dataset, scores, whole)
        or _formula(dataset)
    )


def _advice(dataset: Dataset, column: str) -> str:
    drop = "rop it (--drop) if it is the target under another name or known only after"
    if cases := count_cases(dataset, column):
        return (
            f"Each of its {cases:,} values has one target in its rows: if they "
            "identify groups of rows (a patient, a molecule), keep each group together "
            f"(--group), to see what is known of new ones. D{drop} it."
        )
    return f"D{drop} it. If neither, no model is needed."


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
        f"One column alone gives the target: {_format_columns(columns, scores)}.",
        _advice(dataset, column),
        columns,
        scores,
    )


def _named_after(dataset: Dataset, scores: dict[str, float]) -> RuleResult | None:
    target = _words(dataset.card.target)
    # a single Latin letter is no name: many a table has a column "y"
    if not any(len(word.encode()) > 1 for word in target):
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
        f"{_format_columns(columns, scores)}.",
        "Drop it (--drop) if it was computed from the target.",
        columns,
        scores,
    )


def _computed(dataset: Dataset) -> RuleResult | None:
    """Columns that were made from the target, which have lost some of it."""
    folded = folded_target(dataset)
    cut, marks = cut_from_target(dataset), class_columns(dataset)
    if folded:
        columns, what = [folded], "goes with the target's distance from one value"
    elif cut:
        columns, what = cut, "divides the target into ranges that do not overlap"
    elif len(marks) >= _MARKED:
        columns, what = marks, "marks all rows of one class, and no other row"
    else:
        return None
    first = f"{columns[0]!r} {what}"
    more = f", and so does {list_columns(columns[1:])}" if len(columns) > 1 else ""
    return found(
        "D308",
        "warning",
        f"A column was probably computed from the target: {first}{more}.",
        f"Drop {list_columns(columns)} (--drop) unless it is known before the target.",
        columns=columns,
    )


def _formula(dataset: Dataset) -> RuleResult | None:
    """Columns from which the target can be computed: parts of it, or a true law."""
    formula = target_formula(dataset)
    if formula is None:
        return None
    if formula.equation:
        return found(
            "D308",
            "warning",
            f"{formula.equation} gives the target in all rows, but for rounding (R² "
            f"{formula.r2:.6f}).",
            f"Drop {list_columns(formula.columns)} (--drop) if they are known only "
            "with the target. If not, this formula will do, and no model is needed.",
            columns=formula.columns,
            r2=formula.r2,
        )
    return found(
        "D308",
        "note",
        f"The target is a weighted {formula.kind} of {len(formula.columns)} columns "
        f"but for rounding: {list_columns(formula.columns)} (R² {formula.r2:.6f}).",
        "If these are parts of the target, known only with it, drop them (--drop). If "
        "not, the formula will do, and no model is needed.",
        columns=formula.columns,
        r2=formula.r2,
    )


def _alone_at_top(
    dataset: Dataset, scores: dict[str, float], whole: float
) -> RuleResult | None:
    first, second = (*scores.values(), 0.0, 0.0)[:2]
    if first < max(FLAG, FLAG * whole) or first - second < _AHEAD:
        return None
    column = next(iter(scores))
    kind = _kind(dataset, column, first)
    if not kind:
        return None
    if kind != "flag" and first < max(FORMULA, NOTHING_ELSE * whole):
        return None
    return _found(
        dataset,
        "warning" if kind == "flag" else "note",
        f"One column alone gives nearly all of what all columns predict: "
        f"{_format_columns([column], scores)}; no other is close, and together they "
        "add nothing: it resembles a formula for the target, or another measurement of "
        "it.",
        f"Check that {list_columns([column])} is known before the target, and not "
        "computed from it. If so, a simple rule on it may replace a network; if not, "
        "drop it (--drop).",
        [column],
        scores,
        together=whole,
    )


def _kind(dataset: Dataset, column: str, score: float) -> str:
    """Tell a flag, a column to ask about, and an honest one ("") from each other.

    A number that one threshold cuts into classes, or that the target follows up and
    down, is a good feature.
    """
    from scipy.stats import spearmanr

    table: Any = dataset.x
    values = table[column]
    is_number = pd.api.types.is_numeric_dtype(values.dtype)
    if not dataset.is_classification:
        known = values.notna().to_numpy()
        if not is_number or known.sum() < len(known):
            return "asked"
        test: Any = spearmanr(values, dataset.y)
        return "asked" if float(test.statistic) ** 2 >= FORMULA else ""
    if values.nunique() == len(dataset.classes):
        return "flag"
    if not is_number or values.nunique() <= _FEW_VALUES:
        return "asked"
    return "asked" if score - _by_cuts(dataset, values) >= _MORE_THAN_A_CUT else ""


def _by_cuts(dataset: Dataset, values: Any) -> float:
    """Cohen's kappa of a tree that cuts a column once for each border of classes."""
    from sklearn.metrics import cohen_kappa_score
    from sklearn.tree import DecisionTreeClassifier

    known = values.notna().to_numpy()
    x, y = values[known].to_numpy(dtype="float64").reshape(-1, 1), dataset.y[known]
    tree = DecisionTreeClassifier(max_leaf_nodes=max(2, len(dataset.classes)))
    return float(cohen_kappa_score(y, tree.fit(x, y).predict(x)))


def _found(
    dataset: Dataset,
    severity: Severity,
    sentence: str,
    advice: str,
    columns: list[str],
    scores: dict[str, float],
    *,
    together: float | None = None,
) -> RuleResult:
    evidence: dict[str, Any] = {} if together is None else {"together": together}
    return found(
        "D308",
        severity,
        f"{sentence} In {agreement_unit(dataset)}, at most 1.",
        advice,
        columns=columns,
        highest=max(scores.values()),
        **evidence,
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


def _format_columns(columns: list[str], scores: dict[str, float]) -> str:
    return ", ".join(f"{c!r} ({scores[c]:.3f})" for c in columns[:5])
