"""The verdict: is it the data, or is it the network?

Two answers: one for the data, by the baselines and the signal test alone, and one for
each network. A verdict is a sentence with its numbers and with what would change it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, isfinite

from ..results.results import Comparison, McNemar, Row, Signal, Verdict
from ..scores.comparison import Estimate, holm, needed, standard_error
from ..scores.fold_scores import (
    FoldOutcomes,
    best_learner,
    learns,
    make_comparisons,
    skill_estimate,
)
from ..signal.effect_size import effect
from ..signal.permutations import CLEAR, LEVEL
from ..signal.power import EFFECTS
from .leakage import find_suspicion

CONFIDENT = 0.001
"""Corrected p-value at which a baseline's own gain proves a signal that the signal
test's maps do not see."""
SIGNIFICANT = 0.05
LEAST_P = 1e-99
"""Smaller p-values are not told: they say no more."""
METRIC_LABELS = {
    "bits_per_character": "bits per character",
    "f1_macro": "macro F1",
    "accuracy": "accuracy",
    "mase": "MASE",
    "r2": "R²",
}
"""What is told of a candidate beside its skill: the first that it has."""
_NAIVE = "seasonal-naive"
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

    @cached_property
    def best(self) -> Row | None:
        """The baseline with the highest skill among those that use the features."""
        return best_learner(self.rows)


def gather(board: FoldOutcomes, signal: Signal) -> Evidence:
    """The table, the comparisons and the checks of one board."""
    rows = board.rows
    skills = {row.name: skill_estimate(board, row) for row in rows if not row.error}
    return Evidence(
        rows,
        signal,
        make_comparisons(board, rows),
        skills,
        find_suspicion(board),
        len(board.dataset),
        board.held_out,
        board.dataset.task,
        board.test_over_train,
    )


def _shown(row: Row, rows: Sequence[Row]) -> str:
    """A candidate's score beside the rule of thumb's, e.g. ``forest reaches ...``."""
    if "bits_per_character" in row.scores:
        return _in_bits(row, rows)
    label, metric = main_metric(row)
    own = f"{row.name} reaches {label} {row.scores[metric].mean:.3f}"
    thumb = _thumb(rows)
    if thumb is None or metric == "r2" or thumb is row:
        return own
    skill = f", skill {row.scores['skill'].mean:.2f}"
    return f"{own}{skill} ({thumb.name}: {thumb.scores[metric].mean:.3f})"


def main_metric(row: Row) -> tuple[str, str]:
    """Return the metric that is told of a candidate beside skill: words, and key."""
    key = next(m for m in METRIC_LABELS if m in row.scores)
    return METRIC_LABELS[key], key


def _thumb(rows: Sequence[Row]) -> Row | None:
    able = (r for r in rows if r.kind == "baseline" and not r.error)
    return next((r for r in able if r.name == _NAIVE or not learns(r)), None)


def _in_bits(row: Row, rows: Sequence[Row]) -> str:
    bits = row.scores["bits_per_character"].mean
    own = f"{row.name} needs {bits:.2f} bits per character"
    thumb = _thumb(rows)
    if thumb is None or thumb is row:
        return own
    return f"{own} ({thumb.name}: {thumb.scores['bits_per_character'].mean:.2f})"


def no_use(best: Row | None) -> bool:
    """Whether no baseline turns what it sees into better predictions.

    To repeat the last season of a series is a prediction that has its use.
    """
    return best is None or (best.scores["skill"].mean <= 0 and best.name != _NAIVE)


def p_above(skill: Estimate) -> float:
    half = skill.p_value() / 2
    return half if skill.mean > 0 else 1 - half


def corrected(p: float) -> str:
    """A p-value that was corrected for the number of comparisons, in words."""
    return f"corrected p = {p:.3g}" if p > LEAST_P else f"corrected p < {LEAST_P:.0e}"


def rights(found: McNemar | None, own: str, other: str) -> str:
    """Write how many rows of one held-out set only one of two is right on."""
    if found is None:
        return ""
    return (
        f" Only {own} is right on {found.own:,} test rows, only {other} on "
        f"{found.other:,} (McNemar's test, {corrected(found.p_holm)})."
    )


def round_rows(rows: float) -> str:
    """A row count as people say it: two digits, the rest noughts."""
    if not isfinite(rows):
        return "many more"
    digits = len(str(int(rows))) - 2
    return f"{int(round(rows, -max(0, digits))):,}"


EXIT_CODES = {
    "signal": 0,
    "network-ahead": 0,
    "network-level": 0,
    "network-at-fault": 3,
    "preparation-at-fault": 3,
    "undecided": 4,
    "no-signal": 5,
    "suspicious": 6,
}
STATED_EFFECT = 0.13
"""A relation that explains 13 % of the variance is what Cohen (1988) calls medium;
``no-signal`` is said only where one would have been found with 80 % power."""


def draw_verdicts(evidence: Evidence) -> tuple[Verdict, ...]:
    """The verdict on each network, then the one on the data."""
    data = data_verdict(evidence)
    networks = [row for row in evidence.rows if row.kind == "network"]
    return (*(network_verdict(evidence, data, row) for row in networks), data)


def data_verdict(evidence: Evidence) -> Verdict:
    """``signal``, ``no-signal``, ``undecided`` or ``suspicious``.

    Where rows depend on each other, the sentence begins with it.
    """
    found, signal = _data_verdict(evidence), evidence.signal
    if found.name == "suspicious" or not signal.dependent:
        return found
    return replace(found, sentence=f"{signal.unit} {found.sentence}")


def _data_verdict(evidence: Evidence) -> Verdict:
    signal, best = evidence.signal, evidence.best
    if evidence.suspicion:
        return Verdict(
            "suspicious",
            "",
            f"Too good to be true: {evidence.suspicion}.",
            "Check what is named, exclude it (--drop, --group) and run again.",
        )
    # folds of rows that depend on each other are no independent draws
    proved = not signal.dependent and _gains(evidence, CONFIDENT)
    if signal.p <= LEVEL or proved:
        change = _change_signal(evidence)
        return Verdict("signal", "", _signal_sentence(evidence, best), change)
    found = f"p = {signal.p:.3g} over {signal.permutations} permutations"
    if signal.p_rows is not None and signal.p_rows <= LEVEL:
        return Verdict(
            "undecided",
            "",
            "With these rows it is unclear whether there is anything to learn: "
            f"{found}, and {signal.p_rows:.3g} if rows were independent.",
            "More independent rows: other cases, groups, or a longer time. Or --rows "
            "independent, if new rows come from the same ones.",
        )
    hints = _gains(evidence, SIGNIFICANT)
    if signal.p <= CLEAR or hints:
        hint = f"; {hints[0]} is slightly better than the majority" if hints else ""
        return Verdict(
            "undecided",
            "",
            "With these rows it is unclear whether there is anything to learn: "
            f"{found}{hint}.",
            f"About {round_rows(2 * evidence.n_rows)} rows (twice as many) or more.",
        )
    return _nothing(evidence, found)


def _nothing(evidence: Evidence, found: str) -> Verdict:
    """Nothing was found: was there any chance to?"""
    least = evidence.signal.detectable
    assert least is not None
    if least > STATED_EFFECT:
        least_text = f"not even a linear relation that explains {EFFECTS[-1]:.0%}"
        if least < 1:
            told = effect(evidence.signal, digits=0)
            least_text = f"only a relation that explains {told} or more"
        needed = round_rows(evidence.n_rows * min(least, 1) / STATED_EFFECT)
        return Verdict(
            "undecided",
            "",
            f"No signal was found ({found}), but with {evidence.n_rows:,} rows "
            f"{least_text} would have been found with 80 % power.",
            f"About {needed} rows, enough to find a relation that explains "
            f"{STATED_EFFECT:.0%} of the variance.",
        )
    and_so = "no baseline beats the majority"
    if evidence.task == "forecast":
        and_so = "the values look like independent draws"
    return Verdict(
        "no-signal",
        "",
        f"No signal was found: {found}, and {and_so}. "
        f"A linear relation that explains {effect(evidence.signal)} would have been "
        "found with 80 % power.",
        "Other features, a relation of an unusual form, or more rows to find a weaker "
        f"one (about {round_rows(2 * evidence.signal.rows)} for half of that); tuning "
        "a network will not.",
    )


def _gains(evidence: Evidence, level: float) -> list[str]:
    """Baselines whose skill is above 0, one-sided, corrected for their number.

    Of a series none: to forecast the mean beats the naive forecast of pure noise.
    """
    if evidence.task == "forecast":
        return []
    rows = [
        r for r in evidence.rows if r.kind == "baseline" and not r.error and learns(r)
    ]
    return [
        name
        for name, p in zip(
            [r.name for r in rows],
            holm([p_above(evidence.skills[r.name]) for r in rows]),
            strict=True,
        )
        if p <= level
    ]


def _signal_sentence(evidence: Evidence, best: Row | None) -> str:
    signal = evidence.signal
    test = f"signal test p = {signal.p:.3g} over {signal.permutations} permutations"
    if best is None or no_use(best):
        return (
            f"Features and target are related ({test}), but no baseline "
            "predicts better than the majority."
        )
    return f"There is something to learn: {test}; {_shown(best, evidence.rows)}."


def _change_signal(evidence: Evidence) -> str:
    if evidence.task == "forecast":
        return "A change in the series: the future need not resemble the past."
    if evidence.task == "characters":
        return "Another text: only this one was tested."
    if _gains(evidence, SIGNIFICANT):
        return "A leak: check that every column is known before the target."
    return "More rows: the relation is weak, and the baselines hardly gain from it."


MARGIN = 0.05
"""Practically equal: within a twentieth of the best baseline's skill ..."""
LEAST_MARGIN = 0.01
"""... or within one hundredth of the prior's uncertainty."""
_MOST_TIMES = 1_000
"""More than so many times these rows nobody will bring."""


def network_verdict(evidence: Evidence, data: Verdict, row: Row) -> Verdict:
    """One of the six verdicts on a network, with a word on what else was compared.

    That is the naive forecast of a series; of classes on one held-out set the rows that
    the network, or the best baseline, alone is right on.
    """
    found = _judge(evidence, data, row)
    beside = _beside_naive(evidence, row) + _beside_best(evidence, row)
    return replace(found, sentence=found.sentence + beside)


def _beside_best(evidence: Evidence, row: Row) -> str:
    """Who is right alone, network or best baseline; "" where rows are not counted."""
    best = evidence.best
    if best is None or row.error or evidence.suspicion:
        return ""
    pair = (row.name, best.name)
    found = (c for c in evidence.comparisons if (c.network, c.baseline) == pair)
    test = next((c.mcnemar for c in found), None)
    return rights(test, "the network", best.name)


def _beside_naive(evidence: Evidence, row: Row) -> str:
    """Whether a forecasting network beats seasonal naive or loses to it."""
    pair = (
        c for c in evidence.comparisons if (c.network, c.baseline) == (row.name, _NAIVE)
    )
    c = next(pair, None)
    if c is None:
        return ""
    sure = c.p_holm <= SIGNIFICANT
    verb = "beats" if c.difference > 0 else "loses to"
    told = "" if sure else ", but with so few folds this may be chance"
    gain = f"{abs(c.difference):.0%} {'less' if c.difference > 0 else 'more'}"
    return (
        f" The network {verb} the seasonal naive forecast, with {gain} absolute error "
        f"({corrected(c.p_holm)}{told})."
    )


def _judge(evidence: Evidence, data: Verdict, row: Row) -> Verdict:
    if data.name == "suspicious":
        return Verdict("suspicious", row.name, data.sentence, data.change)
    best = evidence.best
    if data.name != "signal":
        alone = not row.error and p_above(evidence.skills[row.name]) <= CONFIDENT
        if not (alone and _beats_all(evidence, row.name)):
            return Verdict(data.name, row.name, data.sentence, data.change)
        return _ahead(evidence, row)
    if row.error:
        others = "The baselines learn from the same rows."
        if best is None or no_use(best):
            others = "The baselines run on the same rows."
        return Verdict(
            "network-at-fault",
            row.name,
            f"The network fails: {row.error}. {others}",
            "A network that trains to the end.",
        )
    if best is None or no_use(best):
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
    equal = margin(best.scores["skill"].mean)
    worse = c.p_holm <= SIGNIFICANT and c.difference < -equal
    flat = evidence.skills[row.name].interval()[1] <= LEAST_MARGIN
    learned = evidence.skills[best.name].interval()[0] > 0
    flat = flat and learned and c.difference < -equal
    if (worse or flat) and _ranks_as_well(row, best):
        return _overconfident(evidence, row, best)
    if worse or flat:
        return _at_fault(evidence, row, best, c)
    if _beats_all(evidence, row.name):
        return _ahead(evidence, row)
    if c.low >= -equal:
        return _level(evidence, row, best, c, equal)
    return _cannot_tell(evidence, row, best, c, equal)


def margin(skill: float) -> float:
    """Difference in skill that makes no practical difference, beside this skill."""
    return max(LEAST_MARGIN, MARGIN * skill)


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
        f"The network is at fault, not the data: {_shown(best, evidence.rows)}; "
        f"{_shown(row, ())}. Difference in skill {_interval(c)}, "
        f"{corrected(c.p_holm)}.",
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
        f"The network is ahead of every baseline: {_shown(row, evidence.rows)}. "
        f"Difference in skill to the closest, {c.baseline}: {_interval(c)}, "
        f"{corrected(c.p_holm)}.{_other_order(evidence, row)}",
        "Other rows, or a stronger baseline than those tested.",
    )


def _other_order(evidence: Evidence, row: Row) -> str:
    """A word on a baseline that is behind in skill and yet right more often."""
    able = [r for r in evidence.rows if r.kind == "baseline" and "accuracy" in r.scores]
    top = max(able, key=lambda r: r.scores["accuracy"].mean, default=row)
    if top is row or top.scores["accuracy"].mean <= row.scores["accuracy"].mean:
        return ""
    accuracy = top.scores["accuracy"].mean
    return f" By accuracy, {top.name} is higher ({accuracy:.3f})."


def _level(
    evidence: Evidence, row: Row, best: Row, c: Comparison, equal: float
) -> Verdict:
    return Verdict(
        "network-level",
        row.name,
        f"The network learns, and {best.name} is sufficient: "
        f"{_shown(row, evidence.rows)}; {_shown(best, ())}. Difference in skill "
        f"{_interval(c)}, equal within {equal:.3f} or better.",
        "More rows could show a smaller difference.",
    )


def _overconfident(evidence: Evidence, row: Row, best: Row) -> Verdict:
    own, other = (r.scores["log_loss"].mean for r in (row, best))
    return Verdict(
        "network-level",
        row.name,
        f"The network separates the classes as well as {best.name} "
        f"({_shown(row, evidence.rows)}), but its probabilities are overconfident: log "
        f"loss {own:.3f} against {other:.3f}.",
        "Shorter training, or calibrated probabilities.",
    )


def _cannot_tell(
    evidence: Evidence, row: Row, best: Row, c: Comparison, equal: float
) -> Verdict:
    needs = "A longer series, or more folds of fewer steps (--folds, --horizon)."
    if evidence.task != "forecast":
        needs = _would_tell(evidence, c, equal)
    return Verdict(
        "undecided",
        row.name,
        f"There is something to learn, but with these rows it is unclear whether the "
        f"network learns it as well as {best.name}: {_shown(row, evidence.rows)}; "
        f"{_shown(best, ())}. Difference in skill {_interval(c)}; {equal:.3f} would be "
        "practically equal.",
        needs,
    )


def _would_tell(evidence: Evidence, c: Comparison, equal: float) -> str:
    """Write how many more folds or rows a difference of this size needs."""
    folds = 1 if evidence.held_out else int(evidence.skills[c.network].freedom) + 1
    found = needed(
        c.difference,
        standard_error(c.low, c.high, freedom=folds - 1 or inf),
        equal=equal,
        folds=folds,
        test_over_train=evidence.test_over_train,
        tests=sum(other.network == c.network for other in evidence.comparisons),
    )
    size = "to detect a difference of this size with 80 % power"
    rows = _more_rows(evidence, found.rows)
    if found.repeats:
        so = f", or {rows[0].lower()}{rows[1:]}" if rows else ""
        return f"About {found.repeats} repeats (--repeats){so}, {size}."
    never = "No number of folds" if found.never else "More folds alone"
    never += " is enough: " if found.never else " may not be enough: "
    never = "" if evidence.held_out else never
    if not rows:
        edge = "the difference is close to the limit of practical equality"
        return f"{never}{edge if never else edge.capitalize()}; improve the network."
    rows = f"{rows[0].lower()}{rows[1:]}" if never else rows
    return f"{never}{rows}, {size}."


def _more_rows(evidence: Evidence, times: float) -> str:
    """``About 2,400 rows (8 times as many)``; "" where so many are out of reach."""
    if times > _MOST_TIMES:
        return ""
    rows, kind = evidence.n_rows, "rows"
    if evidence.held_out:
        share = evidence.test_over_train / (1 + evidence.test_over_train)
        rows, kind = rows * share, "test rows"
    if evidence.task == "characters":
        kind = "test characters"
    many = f"{times:.1f}" if times < 9.95 else round_rows(times)
    return f"About {round_rows(rows * times)} {kind} ({many} times as many)"
