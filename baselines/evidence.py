"""What verdicts are drawn from, and words that they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from .comparison import Estimate
from .doubt import McNemar
from .results import Comparison, Row, Signal
from .suspicion import best_baseline, find_suspicion
from .tables import Board, learns, make_comparisons, make_rows, skill_estimate

CONFIDENT = 0.001
"""Corrected p-value at which a baseline's own gain proves a signal that the signal
test's maps do not see."""
SIGNIFICANT = 0.05
LEAST_P = 1e-99
"""Smaller p-values are not told: they say no more."""
LABELS = {
    "bits_per_character": "bits per character",
    "f1_macro": "macro F1",
    "accuracy": "accuracy",
    "mase": "MASE",
    "r2": "R²",
}
"""What is told of a candidate beside its skill: the first that it has."""
NAIVE = "seasonal-naive"
"""Of a series: it uses the past, and yet is what every forecast is measured by."""


@dataclass(frozen=True)
class Evidence:
    """All that verdicts are drawn from."""

    rows: tuple[Row, ...]
    signal: Signal
    comparisons: tuple[Comparison, ...]
    skills: Mapping[str, Estimate]  # of the candidates that have scores
    suspicion: str  # "" if nothing looks too good
    n_rows: int
    held_out: bool
    task: str = ""
    test_over_train: float = 0.25  # rows of a fold


def gather(board: Board, signal: Signal) -> Evidence:
    """The table, the comparisons and the checks of one board."""
    rows = make_rows(board)
    skills = {row.name: skill_estimate(board, row) for row in rows if not row.error}
    return Evidence(
        rows,
        signal,
        make_comparisons(board, rows),
        skills,
        find_suspicion(board, best_baseline(rows)),
        len(board.dataset),
        board.held_out,
        board.dataset.task,
        board.test_over_train,
    )


def shown(row: Row, rows: Sequence[Row]) -> str:
    """A candidate's score beside the rule of thumb's, e.g. ``forest reaches ...``."""
    if "bits_per_character" in row.scores:
        return _in_bits(row, rows)
    label, metric = main_metric(row)
    own = f"{row.name} reaches {label} {row.scores[metric].mean:.3f}"
    thumb = _thumb(rows)
    if thumb is None or metric == "r2" or thumb is row:
        return own
    skill = f", skill {row.scores['skill'].mean:.2f}"
    return f"{own}{skill} (the {thumb.name} {thumb.scores[metric].mean:.3f})"


def main_metric(row: Row) -> tuple[str, str]:
    """What is told of a candidate beside its skill: in words, and the metric's key."""
    key = next(m for m in LABELS if m in row.scores)
    return LABELS[key], key


def _thumb(rows: Sequence[Row]) -> Row | None:
    able = (r for r in rows if r.kind == "baseline" and not r.error)
    return next((r for r in able if r.name == NAIVE or not learns(r)), None)


def _in_bits(row: Row, rows: Sequence[Row]) -> str:
    bits = row.scores["bits_per_character"].mean
    own = f"{row.name} needs {bits:.2f} bits per character"
    thumb = _thumb(rows)
    if thumb is None or thumb is row:
        return own
    return f"{own} (the {thumb.name} {thumb.scores['bits_per_character'].mean:.2f})"


def no_use(best: Row | None) -> bool:
    """Whether no baseline turns what it sees into better predictions.

    To repeat the last season of a series is a prediction that has its use.
    """
    return best is None or (best.scores["skill"].mean <= 0 and best.name != NAIVE)


def p_above(skill: Estimate) -> float:
    half = skill.p_value() / 2
    return half if skill.mean > 0 else 1 - half


def corrected(p: float) -> str:
    """A p-value that was corrected for the number of comparisons, in words."""
    return f"corrected p = {p:.3g}" if p > LEAST_P else f"corrected p < {LEAST_P:.0e}"


def rights(found: McNemar | None, own: str, other: str) -> str:
    """Of one held-out set: the rows that only one of two is right on, in a sentence."""
    if found is None:
        return ""
    return (
        f" Of the test rows {found.own:,} are right by {own} alone, {found.other:,} by "
        f"{other} alone (McNemar's test, {corrected(found.p_holm)})."
    )


def round_rows(rows: float) -> str:
    """A row count as people say it: two digits, the rest noughts."""
    if not isfinite(rows):
        return "many more"
    digits = len(str(int(rows))) - 2
    return f"{int(round(rows, -max(0, digits))):,}"
