"""The verdict: is it the data, or is it the network?

Two answers: one for the data, by the baselines and the signal test alone, and one for
each network. A verdict is a sentence with its numbers and with what would change it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .comparison import Estimate, holm
from .results import Comparison, Row, Signal, Verdict
from .signal import CLEAR, EFFECTS, LEVEL
from .suspicion import best_baseline, find_suspicion
from .tables import Board, learns, make_comparisons, make_rows, skill_estimate

EXIT_CODES = {
    "signal": 0,
    "network-ahead": 0,
    "network-level": 0,
    "network-at-fault": 3,
    "undecided": 4,
    "no-signal": 5,
    "suspicious": 6,
}
STATED_EFFECT = 0.13
"""A relation that explains 13 % of the variance is what Cohen (1988) calls medium;
``no-signal`` is said only where one would have been found with 80 % power."""
MARGIN = 0.05
"""Practically equal: within a twentieth of the best baseline's skill ..."""
LEAST_MARGIN = 0.01
"""... or within one hundredth of the prior's uncertainty."""
CONFIDENT = 0.001
"""Corrected p-value at which a baseline's own gain proves a signal that the signal
test's maps do not see."""
SIGNIFICANT = 0.05


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
    )


def draw(evidence: Evidence) -> tuple[Verdict, ...]:
    """The verdict on each network, then the one on the data."""
    data = data_verdict(evidence)
    networks = [row for row in evidence.rows if row.kind == "network"]
    return (*(network_verdict(evidence, data, row) for row in networks), data)


def data_verdict(evidence: Evidence) -> Verdict:
    """``signal``, ``no-signal``, ``undecided`` or ``suspicious``."""
    signal, best = evidence.signal, best_baseline(evidence.rows)
    if evidence.suspicion:
        return Verdict(
            "suspicious",
            "",
            f"Too good to be true: {evidence.suspicion}.",
            "Look at what is named; leave it out (--drop, --group) and run again.",
        )
    proved = _gains(evidence, CONFIDENT)
    if signal.p <= LEVEL or proved:
        change = _change_signal(bool(_gains(evidence, SIGNIFICANT)))
        return Verdict("signal", "", _signal_sentence(evidence, best), change)
    found = f"p = {signal.p:.3g} over {signal.permutations} permutations"
    hints = _gains(evidence, SIGNIFICANT)
    if signal.p <= CLEAR or hints:
        hint = f"; {hints[0]} gains a little over the majority" if hints else ""
        return Verdict(
            "undecided",
            "",
            "These rows cannot tell whether there is anything to learn: "
            f"{found}{hint}.",
            f"About {_round(2 * evidence.n_rows)} rows (twice these) or more would "
            "tell.",
        )
    return _nothing(evidence, found)


def _nothing(evidence: Evidence, found: str) -> Verdict:
    """Nothing was found: was there any chance to?"""
    least = evidence.signal.detectable
    assert least is not None
    if least > STATED_EFFECT:
        least_text = (
            f"not even a linear relation that explains {EFFECTS[-1]:.0%}"
            if least >= 1
            else (f"only a relation that explains {least:.0%} of the variance or more")
        )
        needed = _round(evidence.n_rows * min(least, 1) / STATED_EFFECT)
        return Verdict(
            "undecided",
            "",
            f"Nothing was found ({found}), but with {evidence.n_rows:,} rows "
            f"{least_text} would have been, with 80 % power.",
            f"About {needed} rows would be enough to find one that explains "
            f"{STATED_EFFECT:.0%}.",
        )
    return Verdict(
        "no-signal",
        "",
        f"Nothing to learn was found: {found}, and no baseline beats the majority. "
        f"A linear relation that explains {least:.1%} of the variance would have been "
        "found with 80 % power.",
        "Other features, or a weaker or stranger relation and many more rows; "
        "tuning a network will not.",
    )


def _gains(evidence: Evidence, level: float) -> list[str]:
    """Baselines whose skill is above 0, one-sided, corrected for their number."""
    rows = [
        r for r in evidence.rows if r.kind == "baseline" and not r.error and learns(r)
    ]
    return [
        name
        for name, p in zip(
            [r.name for r in rows],
            holm([_p_above(evidence.skills[r.name]) for r in rows]),
            strict=True,
        )
        if p <= level
    ]


def _p_above(skill: Estimate) -> float:
    half = skill.p_value() / 2
    return half if skill.mean > 0 else 1 - half


def _signal_sentence(evidence: Evidence, best: Row | None) -> str:
    signal = evidence.signal
    test = f"signal test p = {signal.p:.3g} over {signal.permutations} permutations"
    if best is None or best.scores["skill"].mean <= 0:
        return (
            f"Features and target are related ({test}), but no baseline turns that "
            "into better predictions than the majority's."
        )
    return f"There is something to learn: {test}; {shown(best, evidence.rows)}."


def _change_signal(gained: bool) -> str:
    if gained:
        return "A leak: look whether every column is known before the target is."
    return "More rows: the relation is weak, and the baselines hardly gain from it."


def shown(row: Row, rows: Sequence[Row]) -> str:
    """A candidate's score beside the rule of thumb's, e.g. ``forest reaches ...``."""
    metric, label = (
        ("accuracy", "accuracy") if "accuracy" in row.scores else ("r2", "R²")
    )
    own = f"{row.name} reaches {label} {row.scores[metric].mean:.3f}"
    thumb = next((r for r in rows if not learns(r) and not r.error), None)
    if thumb is None or metric != "accuracy":
        return own
    skill = f", skill {row.scores['skill'].mean:.2f}"
    return f"{own}{skill} (the {thumb.name} {thumb.scores[metric].mean:.3f})"


def network_verdict(evidence: Evidence, data: Verdict, row: Row) -> Verdict:
    """One of the six verdicts on a network."""
    if data.name == "suspicious":
        return Verdict("suspicious", row.name, data.sentence, data.change)
    best = best_baseline(evidence.rows)
    if data.name != "signal":
        alone = not row.error and _p_above(evidence.skills[row.name]) <= CONFIDENT
        if not (alone and _beats_all(evidence, row.name)):
            return Verdict(data.name, row.name, data.sentence, data.change)
        return _ahead(evidence, row)
    if row.error:
        others = "The baselines learn from the same rows."
        if best is None or best.scores["skill"].mean <= 0:
            others = "The baselines run on the same rows."
        return Verdict(
            "network-at-fault",
            row.name,
            f"The network fails: {row.error}. {others}",
            "A network that trains to its end.",
        )
    if best is None or best.scores["skill"].mean <= 0:
        if (
            _beats_all(evidence, row.name)
            and evidence.skills[row.name].interval()[0] > 0
        ):
            return _ahead(evidence, row)
        return Verdict("undecided", row.name, data.sentence, data.change)
    return _against(evidence, row, best)


def _against(evidence: Evidence, row: Row, best: Row) -> Verdict:
    """A signal, and a baseline that uses it: how does the network stand?"""
    c = _versus(evidence, row.name, best.name)
    margin = max(LEAST_MARGIN, MARGIN * best.scores["skill"].mean)
    worse = c.p_holm <= SIGNIFICANT and c.difference < -margin
    flat = evidence.skills[row.name].interval()[1] <= LEAST_MARGIN
    learned = evidence.skills[best.name].interval()[0] > 0
    flat = flat and learned and c.difference < -margin
    if (worse or flat) and _ranks_as_well(row, best):
        return _overconfident(evidence, row, best)
    if worse or flat:
        return _at_fault(evidence, row, best, c)
    if _beats_all(evidence, row.name):
        return _ahead(evidence, row)
    if c.low >= -margin:
        return _level(evidence, row, best, c, margin)
    return _cannot_tell(evidence, row, best, c, margin)


def _ranks_as_well(row: Row, best: Row) -> bool:
    """Whether only the probabilities are worse, not the order or the choice of classes.

    A network that has learned and is too sure of itself has a poor log loss; one that
    always says the same has a poor AUC too.
    """
    return all(
        metric in row.scores
        and row.scores[metric].mean >= best.scores[metric].mean - LEAST_MARGIN
        for metric in ("accuracy", "balanced_accuracy", "roc_auc")
    )


def _versus(evidence: Evidence, network: str, baseline: str) -> Comparison:
    return next(
        c
        for c in evidence.comparisons
        if (c.network, c.baseline) == (network, baseline)
    )


def _beats_all(evidence: Evidence, network: str) -> bool:
    own = [c for c in evidence.comparisons if c.network == network]
    return bool(own) and all(c.difference > 0 and c.p_holm <= SIGNIFICANT for c in own)


def _interval(c: Comparison) -> str:
    return f"{c.difference:+.3f} [{c.low:+.3f}, {c.high:+.3f}]"


def _at_fault(evidence: Evidence, row: Row, best: Row, c: Comparison) -> Verdict:
    return Verdict(
        "network-at-fault",
        row.name,
        f"The network is at fault, not the data: {shown(best, evidence.rows)}; "
        f"{shown(row, ())}. Difference in skill {_interval(c)}, corrected p = "
        f"{c.p_holm:.3g}.",
        f"A change to the network, its settings or its inputs that brings its skill to "
        f"{best.scores['skill'].mean:.2f}.",
    )


def _ahead(evidence: Evidence, row: Row) -> Verdict:
    c = min(
        (c for c in evidence.comparisons if c.network == row.name),
        key=lambda c: c.difference,
    )
    return Verdict(
        "network-ahead",
        row.name,
        f"The network is ahead of every baseline: {shown(row, evidence.rows)}. Over "
        f"the nearest, {c.baseline}, it gains {_interval(c)} of skill, corrected p = "
        f"{c.p_holm:.3g}.{_other_order(evidence, row)}",
        "Other rows, or a stronger baseline than those tried.",
    )


def _other_order(evidence: Evidence, row: Row) -> str:
    """A word on a baseline that is behind in skill and yet right more often."""
    able = [r for r in evidence.rows if r.kind == "baseline" and "accuracy" in r.scores]
    top = max(able, key=lambda r: r.scores["accuracy"].mean, default=row)
    if top is row or top.scores["accuracy"].mean <= row.scores["accuracy"].mean:
        return ""
    accuracy = top.scores["accuracy"].mean
    return f" By accuracy alone {top.name} is higher, {accuracy:.3f}."


def _level(
    evidence: Evidence, row: Row, best: Row, c: Comparison, margin: float
) -> Verdict:
    return Verdict(
        "network-level",
        row.name,
        f"The network learns, and {best.name} will do: {shown(row, evidence.rows)}; "
        f"{shown(best, ())}. Difference in skill {_interval(c)}, equal within "
        f"{margin:.3f} or better.",
        "More rows could show a difference smaller than that.",
    )


def _overconfident(evidence: Evidence, row: Row, best: Row) -> Verdict:
    own, other = (r.scores["log_loss"].mean for r in (row, best))
    return Verdict(
        "network-level",
        row.name,
        f"The network tells the classes apart as well as {best.name} does "
        f"({shown(row, evidence.rows)}), but its probabilities are too sure: log loss "
        f"{own:.3f} against {other:.3f}.",
        "Shorter training, or calibrated probabilities.",
    )


def _cannot_tell(
    evidence: Evidence, row: Row, best: Row, c: Comparison, margin: float
) -> Verdict:
    reach = (c.high - c.low) / 2
    factor = reach / max(abs(c.difference + margin), 1e-9)
    rows = _round(evidence.n_rows * min(factor**2, 1_000))
    # with five repeats the interval shrinks to 0.60 of that of five folds: the error to
    # sqrt((1/25 + 1/4) / (1/5 + 1/4)) = 0.80 of it, the quantile from 2.78 to 2.06
    repeats = not evidence.held_out and factor < 1.6
    more = "--repeats 5 or about" if repeats else "About"
    return Verdict(
        "undecided",
        row.name,
        f"There is something to learn, but these rows cannot tell whether the network "
        f"learns it as well as {best.name}: {shown(row, evidence.rows)}; "
        f"{shown(best, ())}. Difference in skill {_interval(c)}; {margin:.3f} would be "
        "practically equal.",
        f"{more} {rows} rows would tell.",
    )


def _round(rows: float) -> str:
    """A row count as people say it: two digits, the rest noughts."""
    digits = len(str(int(rows))) - 2
    return f"{int(round(rows, -max(0, digits))):,}"
