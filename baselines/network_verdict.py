"""The verdict on a network: is it at fault, level with the baselines, or ahead?"""

from dataclasses import replace
from math import inf

from .comparison import standard_error
from .evidence import (
    CONFIDENT,
    NAIVE,
    SIGNIFICANT,
    Evidence,
    corrected,
    no_use,
    p_above,
    rights,
    round_rows,
    shown,
)
from .needed import needed
from .results import Comparison, Row, Verdict
from .suspicion import best_baseline

MARGIN = 0.05
"""Practically equal: within a twentieth of the best baseline's skill ..."""
LEAST_MARGIN = 0.01
"""... or within one hundredth of the prior's uncertainty."""
MOST_TIMES = 1_000
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
    best = best_baseline(evidence.rows)
    if best is None or row.error or evidence.suspicion:
        return ""
    pair = (row.name, best.name)
    found = (c for c in evidence.comparisons if (c.network, c.baseline) == pair)
    test = next((c.mcnemar for c in found), None)
    return rights(test, "the network", best.name)


def _beside_naive(evidence: Evidence, row: Row) -> str:
    """Whether a forecasting network beats seasonal naive or loses to it."""
    pair = (
        c for c in evidence.comparisons if (c.network, c.baseline) == (row.name, NAIVE)
    )
    c = next(pair, None)
    if c is None:
        return ""
    sure = c.p_holm <= SIGNIFICANT
    verb = "beats" if c.difference > 0 else "loses to"
    told = "" if sure else ", but so few folds cannot tell that from chance"
    gain = f"{abs(c.difference):.0%} {'less' if c.difference > 0 else 'more'}"
    return (
        f" The network {verb} the seasonal naive forecast by {gain} absolute error "
        f"({corrected(c.p_holm)}{told})."
    )


def _judge(evidence: Evidence, data: Verdict, row: Row) -> Verdict:
    if data.name == "suspicious":
        return Verdict("suspicious", row.name, data.sentence, data.change)
    best = best_baseline(evidence.rows)
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
            "A network that trains to its end.",
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
        f"The network is at fault, not the data: {shown(best, evidence.rows)}; "
        f"{shown(row, ())}. Difference in skill {_interval(c)}, "
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
        f"The network is ahead of every baseline: {shown(row, evidence.rows)}. Over "
        f"the nearest, {c.baseline}, it gains {_interval(c)} of skill, "
        f"{corrected(c.p_holm)}.{_other_order(evidence, row)}",
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
    evidence: Evidence, row: Row, best: Row, c: Comparison, equal: float
) -> Verdict:
    return Verdict(
        "network-level",
        row.name,
        f"The network learns, and {best.name} will do: {shown(row, evidence.rows)}; "
        f"{shown(best, ())}. Difference in skill {_interval(c)}, equal within "
        f"{equal:.3f} or better.",
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
    evidence: Evidence, row: Row, best: Row, c: Comparison, equal: float
) -> Verdict:
    needs = "A longer series, or more folds of fewer steps (--folds, --horizon)."
    if evidence.task != "forecast":
        needs = _would_tell(evidence, c, equal)
    return Verdict(
        "undecided",
        row.name,
        f"There is something to learn, but these rows cannot tell whether the network "
        f"learns it as well as {best.name}: {shown(row, evidence.rows)}; "
        f"{shown(best, ())}. Difference in skill {_interval(c)}; {equal:.3f} would be "
        "practically equal.",
        needs,
    )


def _would_tell(evidence: Evidence, c: Comparison, equal: float) -> str:
    """How many more folds or rows a difference of this size needs, in words."""
    folds = 1 if evidence.held_out else int(evidence.skills[c.network].freedom) + 1
    found = needed(
        c.difference,
        standard_error(c.low, c.high, freedom=folds - 1 or inf),
        equal=equal,
        folds=folds,
        test_over_train=evidence.test_over_train,
        tests=sum(other.network == c.network for other in evidence.comparisons),
    )
    size = "a difference of this size (power 80 %)"
    rows = _more_rows(evidence, found.rows)
    if found.repeats:
        so = f"; so would {rows[0].lower()}{rows[1:]}" if rows else ""
        return f"About {found.repeats} repeats (--repeats) would tell {size}{so}."
    never = "No number of folds" if found.never else "More folds alone"
    never += " would tell: " if found.never else " may not tell: "
    never = "" if evidence.held_out else never
    if not rows:
        edge = "the difference lies at the edge of what is practically equal"
        return f"{never}{edge if never else edge.capitalize()}; a better network would."
    rows = f"{rows[0].lower()}{rows[1:]}" if never else rows
    return f"{never}{rows} would tell {size}."


def _more_rows(evidence: Evidence, times: float) -> str:
    """``About 2,400 rows (8 times these)``; "" where so many are out of reach."""
    if times > MOST_TIMES:
        return ""
    rows, kind = evidence.n_rows, "rows"
    if evidence.held_out:
        share = evidence.test_over_train / (1 + evidence.test_over_train)
        rows, kind = rows * share, "test rows"
    if evidence.task == "characters":
        kind = "test characters"
    many = f"{times:.1f}" if times < 9.95 else round_rows(times)
    return f"About {round_rows(rows * times)} {kind} ({many} times these)"
