"""The verdict on a network: how it stands beside the best baseline.

What decides is how well classes or values are told apart: a difference in skill that
is significant, beyond what is practically equal, and not denied by accuracy, balanced
accuracy and ROC AUC together.
"""

from dataclasses import replace
from math import inf

from ..results.candidates import LEAST_MARGIN, S_NAIVE, margin
from ..results.results import Comparison, Row, Verdict
from ..scores.comparison import DECISIVE, required_sample_size, standard_error
from .evidence import (
    CONFIDENT,
    SIGNIFICANT,
    Evidence,
    corrected,
    count_only_right,
    gain_p,
    is_useless,
    round_row_count,
    score_phrase,
)

_MOST_TIMES = 1_000
"""More than so many times these rows nobody will bring."""
_LEVEL = 0.05
"""Share of the naive forecast's error that is no difference worth a name, where chance
may have made it."""


def network_verdict(evidence: Evidence, data: Verdict, row: Row) -> Verdict:
    """One of the six verdicts on a network, with a word on what else was compared.

    That is how its probabilities could be mended; the naive forecast of a series; of
    classes on one held-out set the rows that the network, or the best baseline, alone
    is right on. What looks too good stands beside it.
    """
    found = _judge(evidence, data, row)
    beside = calibration_sentence(row) + _compare_with_naive(evidence, row)
    beside += _compare_with_best(evidence, row)
    return replace(
        found, sentence=found.sentence + beside, suspicion=_suspicion(evidence, found)
    )


def _suspicion(evidence: Evidence, found: Verdict) -> str:
    if evidence.suspicion is None or found.name == "suspicious":
        return ""
    among = "."
    if evidence.suspicion.kind == "answer":
        among = ". The network is judged on all columns, this one among them."
    return f"{evidence.suspicion.sentence}{among}"


def calibration_sentence(row: Row) -> str:
    """Whether its probabilities are too sure or too modest; "" where hardly any."""
    t = row.temperature
    if row.error or t is None:
        return ""
    raw, refined = (row.scores[m].mean for m in ("log_loss", "refined_log_loss"))
    skill = row.scores["skill"].mean
    whole = refined / (1 - skill) if skill < 1 else inf
    # where nothing is told apart, one temperature only takes what was said back
    if skill <= LEAST_MARGIN or raw - refined <= margin(skill) * whole:
        return ""
    phrase, so = "too modest", "train longer"
    if t > 1:
        phrase, so = "too sure", "train shorter, or calibrate"
    return (
        f" Its probabilities are {phrase}: log loss {raw:.3f}, and {refined:.3f} once "
        f"log odds are divided by {t:.2g}; {so}."
    )


def _compare_with_best(evidence: Evidence, row: Row) -> str:
    """Who is right alone, network or best baseline; "" where rows are not counted."""
    best = evidence.best
    if best is None or row.error:
        return ""
    pair = (row.name, best.name)
    found = (c for c in evidence.comparisons if (c.network, c.baseline) == pair)
    test = next((c.mcnemar for c in found), None)
    return count_only_right(test, "the network", best.name)


def _compare_with_naive(evidence: Evidence, row: Row) -> str:
    """Whether a forecasting network beats seasonal naive, is level, or loses to it."""
    pair = (
        c
        for c in evidence.comparisons
        if (c.network, c.baseline) == (row.name, S_NAIVE)
    )
    c = next(pair, None)
    if c is None:
        return ""
    gain = f"{abs(c.difference):.0%} {'less' if c.difference > 0 else 'more'}"
    if c.p_holm > SIGNIFICANT and abs(c.difference) <= _LEVEL:
        return (
            f" The network is level with the seasonal naive forecast: {gain} absolute "
            f"error ({corrected(c.p_holm)})."
        )
    if c.p_holm > SIGNIFICANT:
        return (
            f" The network has {gain} absolute error than the seasonal naive forecast, "
            f"which so few folds cannot tell from chance ({corrected(c.p_holm)})."
        )
    verb = "beats" if c.difference > 0 else "loses to"
    return (
        f" The network {verb} the seasonal naive forecast, with {gain} absolute error "
        f"({corrected(c.p_holm)})."
    )


def _loses_to_naive(evidence: Evidence, row: Row) -> bool:
    """Whether values depend on those before, and a forecast does not even repeat them.

    Where nothing beyond a naive forecast is found that one can be learned still.
    """
    if evidence.task != "forecast" or not evidence.signal.dependent or row.error:
        return False
    c = _comparison_of(evidence, row.name, S_NAIVE)
    return c.p_holm <= DECISIVE and c.difference < -LEAST_MARGIN


def _judge(evidence: Evidence, data: Verdict, row: Row) -> Verdict:
    beside, best = evidence.suspicion, evidence.best
    if beside is not None and beside.kind == "copies":
        # a network that learns no copies by heart is not to blame
        return Verdict(data.name, row.name, data.sentence, data.change)
    learns = data.name in ("signal", "suspicious")
    if not learns and not _loses_to_naive(evidence, row):
        alone = not row.error and gain_p(evidence, row.name) <= CONFIDENT
        if not (alone and _beats_all(evidence, row.name)):
            return Verdict(data.name, row.name, data.sentence, data.change)
        return _ahead(evidence, row)
    if row.error:
        others = "The baselines learn from the same rows."
        if best is None or is_useless(best):
            others = "The baselines run on the same rows."
        return Verdict(
            "network-at-fault",
            row.name,
            f"The network fails: {row.error}. {others}",
            "A network that trains to the end.",
        )
    if best is None or is_useless(best):
        if (
            _beats_all(evidence, row.name)
            and evidence.skills[row.name].interval()[0] > 0
        ):
            return _ahead(evidence, row)
        return Verdict("undecided", row.name, data.sentence, data.change)
    return _verdict_against(evidence, row, best)


def _verdict_against(evidence: Evidence, row: Row, best: Row) -> Verdict:
    """A signal, and a baseline that uses it: how does the network stand?"""
    c = _comparison_of(evidence, row.name, best.name)
    equal = margin(best.scores["skill"].mean)
    worse = c.p_holm <= DECISIVE and c.difference < -equal
    flat = evidence.skills[row.name].interval()[1] <= LEAST_MARGIN
    learned = evidence.skills[best.name].interval()[0] > 0
    flat = flat and learned and c.difference < -equal
    if worse or flat:
        if _ranks_as_well(row, best):
            return _verdict_on_order(evidence, row, best, c)
        return _at_fault(evidence, row, best, c)
    if _beats_all(evidence, row.name):
        equals = [r for r in evidence.baselines if _ranks_as_well(r, row)]
        if equals:
            c = _comparison_of(evidence, row.name, equals[0].name)
            return _verdict_on_order(evidence, row, equals[0], c)
        return _ahead(evidence, row)
    if c.low >= -equal:
        return _level(evidence, row, best, c, equal)
    return _undecided(evidence, row, best, c, equal)


_ORDER = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "roc_auc": "ROC AUC",
}


def _ranks_as_well(row: Row, best: Row) -> bool:
    """Whether classes are chosen and ordered as well, whatever the probabilities are.

    A network that always says the same may have a good accuracy and has a poor AUC.
    """
    shared = [m for m in _ORDER if m in row.scores and m in best.scores]
    # labels without probabilities have no AUC
    return "balanced_accuracy" in shared and all(
        row.scores[metric].mean >= best.scores[metric].mean - LEAST_MARGIN
        for metric in shared
    )


def _comparison_of(evidence: Evidence, network: str, baseline: str) -> Comparison:
    return next(
        c
        for c in evidence.comparisons
        if (c.network, c.baseline) == (network, baseline)
    )


def _beats_all(evidence: Evidence, network: str) -> bool:
    own = [c for c in evidence.comparisons if c.network == network]
    skill = 0.0 if evidence.best is None else evidence.best.scores["skill"].mean
    equal = margin(skill)
    return bool(own) and all(c.difference > equal and c.p_holm <= DECISIVE for c in own)


def _interval(c: Comparison) -> str:
    return f"{c.difference:+.3f} [{c.low:+.3f}, {c.high:+.3f}]"


_DECIDES = {
    "regression": "squared error",
    "forecast": "absolute error",
    "characters": "bits per character",
}
"""What skill is made of, where that is not log loss after one temperature."""


def _decided(evidence: Evidence, c: Comparison) -> str:
    """The difference that decides, what it is of, and by which test."""
    by = _DECIDES.get(evidence.task, "log loss after one temperature")
    return (
        f"Difference in skill, by {by}: {_interval(c)}, {corrected(c.p_holm)} over all "
        f"{c.by}"
    )


_FEW = 20
"""Rows between two accuracies, up to which they are counted."""


def _order(evidence: Evidence, row: Row, other: Row) -> str:
    """Accuracy and ROC AUC of both, and the rows between them where these are few."""
    messages = []
    for metric in ("accuracy", "roc_auc"):
        if metric in row.scores and metric in other.scores:
            own, theirs = (r.scores[metric].mean for r in (row, other))
            messages.append(f"{_ORDER[metric]} {own:.3f} against {theirs:.3f}")
            apart = round(abs(own - theirs) * evidence.n_tested)
            if metric == "accuracy" and 0 < apart <= _FEW:
                messages[-1] += f" ({apart} of {evidence.n_tested:,} rows)"
    return f"; {', '.join(messages)}" if messages else ""


def _at_fault(evidence: Evidence, row: Row, best: Row, c: Comparison) -> Verdict:
    return Verdict(
        "network-at-fault",
        row.name,
        "The network is at fault, not the data: "
        f"{score_phrase(best, evidence.rows)}; "
        f"{score_phrase(row, ())}. "
        f"{_decided(evidence, c)}{_order(evidence, row, best)}."
        f"{_right_more_often(row, best)}",
        f"A change to the network, its settings or its inputs that brings its skill to "
        f"{best.scores['skill'].mean:.2f}.",
    )


def _ahead(evidence: Evidence, row: Row) -> Verdict:
    c = min(
        (c for c in evidence.comparisons if c.network == row.name),
        key=lambda c: c.difference,
    )
    other = next(r for r in evidence.rows if r.name == c.baseline)
    return Verdict(
        "network-ahead",
        row.name,
        "The network is ahead of every baseline: "
        f"{score_phrase(row, evidence.rows)}. "
        f"{other.name} is closest. {_decided(evidence, c)}"
        f"{_order(evidence, row, other)}.{_describe_reversed_order(evidence, row)}",
        "Other rows, or a stronger baseline than those tested.",
    )


def _right_more_often(row: Row, best: Row) -> str:
    """A word on a network that is worse in skill and yet right more often."""
    if "accuracy" not in row.scores:
        return ""
    own, other = (r.scores["accuracy"].mean for r in (row, best))
    return f" By accuracy, {row.name} is higher." if own > other else ""


def _describe_reversed_order(evidence: Evidence, row: Row) -> str:
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
        f"{score_phrase(row, evidence.rows)}; "
        f"{score_phrase(best, ())}. Difference in skill "
        f"{_interval(c)}, equal within {equal:.3f} or better.",
        "More rows could show a smaller difference.",
    )


def _verdict_on_order(
    evidence: Evidence, row: Row, best: Row, c: Comparison
) -> Verdict:
    return Verdict(
        "network-level",
        row.name,
        f"The network separates the classes as {best.name} does "
        f"({score_phrase(row, evidence.rows)}{_order(evidence, row, best)}): accuracy, "
        f"balanced accuracy and ROC AUC are within {LEAST_MARGIN} or better. "
        f"{_decided(evidence, c)}.",
        "A difference in accuracy or ROC AUC as well.",
    )


def _undecided(
    evidence: Evidence, row: Row, best: Row, c: Comparison, equal: float
) -> Verdict:
    needs = "A longer series, or more folds of fewer steps (--folds, --horizon)."
    if evidence.task != "forecast":
        needs = _describe_rows_needed(evidence, c, equal)
    return Verdict(
        "undecided",
        row.name,
        f"There is something to learn, but with these rows it is unclear whether the "
        f"network learns it as well as {best.name}: "
        f"{score_phrase(row, evidence.rows)}; "
        f"{score_phrase(best, ())}. Difference in skill {_interval(c)}; "
        f"{equal:.3f} would be practically equal.",
        needs,
    )


def _describe_rows_needed(evidence: Evidence, c: Comparison, equal: float) -> str:
    """Write how many more folds or rows a difference of this size needs."""
    by_rows = evidence.held_out or c.by == "rows"
    folds = 1 if by_rows else int(evidence.skills[c.network].freedom) + 1
    found = required_sample_size(
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
    never = "" if by_rows else never
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
    many = f"{times:.1f}" if times < 9.95 else round_row_count(times)
    return f"About {round_row_count(rows * times)} {kind} ({many} times as many)"
