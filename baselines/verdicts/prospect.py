"""Whether a network is worth trying on a dataset, by what the baselines reached.

Nothing is fitted here: each sentence repeats numbers of the results, so it can be made
of any results on disk. Advice is no verdict and has no exit code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal

from ...data.counts import count
from ..results.candidates import (
    LEVEL,
    S_NAIVE,
    best_learner,
    learns,
    main_metric,
    margin,
)
from ..results.results import Results, Row

_LINEAR = ("logistic", "ridge", "ridge-lags")
"""Baselines that weigh columns and add them up."""
_NONLINEAR = ("forest", "boosting")
"""Baselines that see bends and columns that act together."""
LITTLE = 0.02
"""Accuracy or R² left to gain that is called little: one row in fifty ..."""
_OF_ALL = 0.1
"""... if it is so much of what the majority or the mean leaves: of a class that one row
in 300 has, .997 is nothing."""
_SHOWN = 0.0006
"""Two numbers that are shown alike with three digits differ by less."""

_Answer = Literal["yes", "perhaps", "hardly", "not yet", "no"]


@dataclass(frozen=True)
class Prospect:
    """Whether a network is worth trying, and why.

    Parameters
    ----------
    answer : {"yes", "perhaps", "hardly", "not yet", "no"}
    reason : str
        One or two sentences with the numbers behind the answer.
    """

    answer: _Answer
    reason: str

    @property
    def sentence(self) -> str:
        """Answer and reason on one line."""
        return f"{self.answer[:1].upper()}{self.answer[1:]}: {self.reason}"


def network_prospect(results: Results) -> Prospect | None:
    """Say whether a network is worth trying; None where networks were scored.

    Parameters
    ----------
    results : Results
        Of baselines alone.
    """
    data = next((v.name for v in results.verdicts if not v.about), None)
    if data is None or any(row.kind == "network" for row in results.rows):
        return None
    best = best_learner([row for row in results.rows if row.scores])
    if data == "suspicious":
        reason = "a network would use what is suspicious as the baselines did."
        return Prospect("not yet", f"{reason} Settle it first.")
    if data == "no-signal" and results.about.task == "forecast":
        reason = "neither the signal test nor the baselines found what it could learn."
        return Prospect("no", reason)
    if data == "no-signal":
        tried = [row for row in results.rows if not row.error and learns(row)]
        reason = (
            f"the signal test and {count(len(tried), 'baseline')} found no relation, "
            "and a network would see the same columns."
        )
        return Prospect("no", reason)
    if data == "undecided":
        naive = results.about.task == "forecast" and results.signal.dependent
        what = "more to learn than to repeat values" if naive else "anything to learn"
        return Prospect(
            "not yet",
            f"with {results.about.rows:,} rows it is unclear whether there is {what}. "
            "Find more rows first.",
        )
    if best is not None and results.about.task == "forecast":
        return _judge_series(results, best)
    if best is None or best.scores["skill"].mean <= 0:
        reason = "the signal test finds a relation that no baseline can use."
        return Prospect("perhaps", reason)
    return _judge_with_baselines(results, best)


def _judge_with_baselines(results: Results, best: Row) -> Prospect:
    """There is a signal, and a baseline that uses it: what is left to gain?"""
    more = _more_rows(results)
    small = _little_left(results, best)
    if small:
        return Prospect("hardly", small)
    if any(row.name == "components" for row in results.rows):
        return Prospect(
            "yes",
            f"no baseline knows which pixels of an image are neighbours. "
            f"{_goal(results, best)}{more}",
        )
    linear, bent = _first(results.rows, _LINEAR), _first(results.rows, _NONLINEAR)
    if linear is None or bent is None:
        return Prospect("perhaps", f"{_signal(results)} {_goal(results, best)}{more}")
    return _by_form(linear, bent, f"{_goal(results, best)}{more}", more)


def _by_form(linear: Row, bent: Row, goal: str, more: str) -> Prospect:
    """Judge by the form of the relation: weighed columns, or bends as well."""
    gain = bent.scores["skill"].mean - linear.scores["skill"].mean
    level = margin(max(row.scores["skill"].mean for row in (linear, bent)))
    ahead, folds = _folds_ahead(bent, linear)
    if gain <= 0:
        return Prospect(
            "hardly",
            f"{linear.name}, which weighs the columns and adds them up, is not behind "
            f"{bent.name} ({_scores(linear, bent)}): nothing seen here needs a "
            f"network.{more}",
        )
    message = f"({_scores(bent, linear)})"
    if gain > level and ahead == folds:
        return Prospect(
            "yes",
            f"{bent.name} is above {linear.name} on {ahead} of {folds} folds "
            f"{message}: the relation bends, as a network can. {goal}",
        )
    return Prospect(
        "perhaps",
        f"{bent.name} is above {linear.name} on {ahead} of {folds} folds "
        f"{message}, which does not prove that the relation bends. {goal}",
    )


def _little_left(results: Results, best: Row) -> str:
    """Write what is left below the best possible score, if it is little; or ""."""
    label, key = main_metric(best)
    top = results.ceiling
    if top and top.basis == "neighbours" and top.reached is not None and top.high < 1:
        left = top.high - top.reached
        if left <= LITTLE:
            return (
                f"{top.best} reaches {top.reached:.3f}, and these columns allow about "
                f"{top.high:.3f} at most."
            )
    mean = best.scores[key].mean
    without = max(
        (r.scores[key].mean for r in results.rows if r.scores and not learns(r)),
        default=0.0,
    )
    left = min(LITTLE, _OF_ALL * (1 - without))
    if key in ("accuracy", "r2", "f1_macro") and 1 - mean <= left:
        return f"{best.name} reaches {label} {mean:.3f} of at most 1."
    return ""


def _judge_series(results: Results, best: Row) -> Prospect:
    naive = next((row for row in results.rows if row.name == S_NAIVE), None)
    if naive is None or best is naive:
        others = [r for r in results.rows if not r.error and r is not naive]
        return Prospect(
            "hardly",
            f"none of {count(len(others), 'other forecast')} is better than repeating "
            "the last season.",
        )
    return Prospect("perhaps", f"{_signal(results)} {_goal(results, best)}")


def _signal(results: Results) -> str:
    p = results.signal.p  # above the level where a baseline proves the signal
    return f"there is something to learn{f' (p = {p:.3g})' if p <= LEVEL else ''}."


def _goal(results: Results, best: Row) -> str:
    """The score to beat: skill, where the majority has the highest of what is shown."""
    label, key = main_metric(best)
    sign = -1 if key in ("mase", "bits_per_character") else 1
    rows = [row for row in results.rows if key in row.scores and not row.error]
    top = max(rows, key=lambda row: sign * row.scores[key].mean)
    bare = max((r.scores[key].mean for r in rows if not learns(r)), default=-inf)
    of_use = best.scores["skill"].mean > 0
    if sign > 0 and of_use and bare > top.scores[key].mean - _SHOWN:
        label, key, top = "skill", "skill", best
    than = "over" if sign > 0 else "under"
    reached = f"{label} {top.scores[key].mean:.3f}"
    return f"A network has to come {than} {reached}, which {top.name} reaches."


def _scores(first: Row, second: Row) -> str:
    """Both scores in the readers' metric, in skill where that says the opposite."""
    label, key = main_metric(first)
    own, other = (row.scores[key].mean for row in (first, second))
    skills = [row.scores["skill"].mean for row in (first, second)]
    same = f"{own:.3f}" == f"{other:.3f}"
    if same or (own - other) * (skills[0] - skills[1]) < 0:
        return f"skill {skills[0]:.3f} against {skills[1]:.3f}"
    return f"{label} {own:.3f} against {other:.3f}"


def _folds_ahead(first: Row, second: Row) -> tuple[int, int]:
    """On how many folds one is ahead in skill, and of how many."""
    folds = zip(first.scores["skill"].folds, second.scores["skill"].folds, strict=False)
    known = [(a, b) for a, b in folds if isfinite(a) and isfinite(b)]
    return sum(a > b for a, b in known), len(known)


def _first(rows: Sequence[Row], names: Sequence[str]) -> Row | None:
    """Return the one with the highest skill of those that have these names."""
    able = [row for row in rows if row.name in names and row.scores and not row.error]
    return max(able, key=lambda row: row.scores["skill"].mean, default=None)


def _more_rows(results: Results) -> str:
    line = results.curve.lines[0] if results.curve and results.curve.lines else None
    if line is None or line.trend != "rising":
        return ""
    return f" More rows still raise {line.name}, whatever the model."
