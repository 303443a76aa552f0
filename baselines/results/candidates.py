"""Rows of the table of scores: which metric is told, which baseline is the best."""

from collections.abc import Sequence

from .results import Row

METRIC_LABELS = {
    "bits_per_character": "bits per character",
    "f1_macro": "macro F1",
    "accuracy": "accuracy",
    "mase": "MASE",
    "r2": "R²",
}
"""What readers know and see first of a candidate: the first that it has."""
S_NAIVE = "seasonal-naive"
"""Of a series: it uses the past, and yet is what every forecast is measured by."""
THUMBS = ("majority", "prior", "mean", "commonest")
"""Baselines that ignore what there is to learn."""
LEVEL = 0.01
"""A relation is declared at this p-value: a wrong one costs its reader a week."""
MARGIN = 0.05
"""Practically equal: within a twentieth of the best baseline's skill ..."""
LEAST_MARGIN = 0.01
"""... or within one hundredth of the prior's uncertainty."""


def main_metric(row: Row) -> tuple[str, str]:
    """Return the metric that is told of a candidate beside skill: words, and key."""
    key = next(m for m in METRIC_LABELS if m in row.scores)
    return METRIC_LABELS[key], key


def learns(row: Row) -> bool:
    """Whether a baseline looks at the features at all."""
    return row.name not in THUMBS


def best_learner(rows: Sequence[Row]) -> Row | None:
    """The baseline with the highest skill among those that use the features."""
    able = [r for r in rows if r.kind == "baseline" and not r.error and learns(r)]
    return max(able, key=lambda r: r.scores["skill"].mean, default=None)


def margin(skill: float) -> float:
    """Difference in skill that makes no practical difference, beside this skill."""
    return max(LEAST_MARGIN, MARGIN * skill)
