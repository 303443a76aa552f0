"""What verdicts are drawn from, and the words that they share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite

from ...data.counts import count
from ..results.candidates import S_NAIVE, best_learner, learns, main_metric
from ..results.results import Comparison, McNemar, Row, Signal
from ..scores.comparison import CONFIDENCE, Estimate
from ..scores.fold_scores import (
    FoldOutcomes,
    make_comparisons,
    rank_p_values,
    skill_estimate,
)
from .leakage import Suspicion, find_suspicion

CONFIDENT = 0.001
"""Corrected p-value at which a baseline's own gain proves a signal that the signal
test's maps do not see."""
SIGNIFICANT = 0.05
LEAST_P = 1e-99
"""Smaller p-values are not told: they say no more."""


@dataclass(frozen=True)
class Evidence:
    """All that verdicts are drawn from."""

    rows: tuple[Row, ...]
    signal: Signal
    comparisons: tuple[Comparison, ...]
    skills: Mapping[str, Estimate]  # of the candidates that have scores
    suspicion: Suspicion | None  # None if nothing looks too good
    n_rows: int
    held_out: bool
    task: str = ""
    test_over_train: float = 0.25  # rows of a fold
    # of the candidates whose rows are cases of their own; see `rank_p_values`
    rank_p: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def best(self) -> Row | None:
        """The baseline with the highest skill among those that use the features."""
        return best_learner(self.rows)

    @cached_property
    def baselines(self) -> tuple[Row, ...]:
        """The baselines that use the features and did not fail."""
        able = (r for r in self.rows if r.kind == "baseline" and not r.error)
        return tuple(row for row in able if learns(row))

    @property
    def n_tested(self) -> int:
        """Number of test rows."""
        share = self.test_over_train / (1 + self.test_over_train)
        return round(self.n_rows * share) if self.held_out else self.n_rows


def gather(
    outcomes: FoldOutcomes, signal: Signal, *, has_features: bool = True
) -> Evidence:
    """The table, the comparisons and the checks of one board.

    Without features nothing can look too good for a reason of theirs.
    """
    rows = outcomes.rows
    skills = {row.name: skill_estimate(outcomes, row) for row in rows if not row.error}
    return Evidence(
        rows,
        signal,
        make_comparisons(outcomes, rows),
        skills,
        find_suspicion(outcomes) if has_features else None,
        len(outcomes.dataset),
        outcomes.held_out,
        outcomes.dataset.task,
        outcomes.test_over_train,
        rank_p_values(outcomes),
    )


def score_phrase(row: Row, rows: Sequence[Row]) -> str:
    """A candidate's score beside the rule of thumb's, e.g. ``forest reaches ...``."""
    if "bits_per_character" in row.scores:
        return _in_bits(row, rows)
    label, metric = main_metric(row)
    own = f"{row.name} reaches {label} {row.scores[metric].mean:.3f}"
    thumb, skill = _rule_of_thumb_row(rows), row.scores["skill"].mean
    if metric == "r2" and skill * row.scores[metric].mean < 0:
        return (
            f"{own}, skill {skill:.3f} (R² is against the mean of the test rows, skill "
            "against that of the training rows)"
        )
    if thumb is None or metric == "r2" or thumb is row:
        return own
    bare = thumb.scores[metric].mean
    message = "" if _agree(metric, row, bare) else f", skill {skill:.2f}"
    return f"{own}{message} ({thumb.name}: {bare:.3f})"


def _agree(metric: str, row: Row, bare: float) -> bool:
    """Whether a score and the skill are on the same side of the rule of thumb."""
    gain = row.scores[metric].mean - bare
    gain = -gain if metric == "mase" else gain
    return gain * row.scores["skill"].mean > 0


def _rule_of_thumb_row(rows: Sequence[Row]) -> Row | None:
    able = (r for r in rows if r.kind == "baseline" and not r.error)
    return next((r for r in able if r.name == S_NAIVE or not learns(r)), None)


def _in_bits(row: Row, rows: Sequence[Row]) -> str:
    bits = row.scores["bits_per_character"].mean
    own = f"{row.name} needs {bits:.2f} bits per character"
    thumb = _rule_of_thumb_row(rows)
    if thumb is None or thumb is row:
        return own
    return f"{own} ({thumb.name}: {thumb.scores['bits_per_character'].mean:.2f})"


def is_useless(best: Row | None) -> bool:
    """Whether no baseline turns what it sees into better predictions.

    To repeat the last season of a series is a prediction that has its use.
    """
    return best is None or (best.scores["skill"].mean <= 0 and best.name != S_NAIVE)


def significantly_better(evidence: Evidence, *, alone: bool = False) -> list[Row]:
    """Return the baselines that the table shows above chance by more than their noise.

    Parameters
    ----------
    evidence : Evidence
    alone : bool
        Whether each interval is for itself, as in the table, where one of several is
        above chance by chance; by default intervals are so wide that all hold at once
        (Bonferroni).
    """
    if evidence.task == "forecast":
        return []
    tests = 1 if alone else len(evidence.baselines)
    return [row for row in evidence.baselines if _is_above(evidence, row, tests)]


def _is_above(evidence: Evidence, row: Row, tests: int) -> bool:
    """Whether skill or accuracy is above chance, as one of so many baselines."""
    from scipy.stats import norm

    confidence = 1 - (1 - CONFIDENCE) / tests
    if evidence.skills[row.name].interval(confidence)[0] > 0:
        return True
    thumb, own = _rule_of_thumb_row(evidence.rows), row.scores.get("accuracy")
    bare = thumb.scores.get("accuracy") if thumb else None
    if own is None or bare is None or own.low is None:
        return False
    wider = norm.ppf((1 + confidence) / 2) / norm.ppf((1 + CONFIDENCE) / 2)
    return bool(own.mean - wider * (own.mean - own.low) > bare.mean)


def score_interval(row: Row, metric: str) -> str:
    """``0.812 [0.790, 0.834]``."""
    score = row.scores[metric]
    if score.low is None or score.high is None:
        return f"{score.mean:.3f}"
    return f"{score.mean:.3f} [{score.low:.3f}, {score.high:.3f}]"


def gain_p(evidence: Evidence, name: str) -> float:
    """Whether a candidate is better than chance, one-sided: by its ranks, or skill."""
    if name in evidence.rank_p:
        return evidence.rank_p[name]
    return p_above(evidence.skills[name])


def p_above(skill: Estimate) -> float:
    half = skill.p_value() / 2
    return half if skill.mean > 0 else 1 - half


def corrected(p: float) -> str:
    """A p-value that was corrected for the number of comparisons, in words."""
    return f"corrected p = {p:.3g}" if p > LEAST_P else f"corrected p < {LEAST_P:.0e}"


def count_only_right(found: McNemar | None, own: str, other: str) -> str:
    """Write how many rows of one held-out set only one of two is right on."""
    if found is None:
        return ""
    return (
        f" Only {own} is right on {count(found.own, 'test row')}, only {other} on "
        f"{found.other:,} (McNemar's test, {corrected(found.p_holm)})."
    )


def round_row_count(rows: float) -> str:
    """A row count as people say it: two digits, the rest noughts."""
    if not isfinite(rows):
        return "many more"
    digits = len(str(int(rows))) - 2
    return f"{int(round(rows, -max(0, digits))):,}"
