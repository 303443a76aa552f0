"""The verdict: is it the data, or is it the network?

Two answers: one for the data, by the baselines and the signal test alone, and one for
each network. A verdict is a sentence with its numbers and with what would change it.
What looks too good stands beside it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from ...data.counts import count
from ..results.candidates import LEVEL, learns, main_metric
from ..results.results import Row, Signal, Verdict
from ..scores.comparison import holm
from ..signal.effect_size import effect
from ..signal.permutations import CLEAR
from ..signal.power import EFFECTS
from .evidence import (
    CONFIDENT,
    SIGNIFICANT,
    Evidence,
    corrected,
    gain_p,
    is_useless,
    round_row_count,
    score_interval,
    score_phrase,
    significantly_better,
)
from .network_verdict import network_verdict

STATED_EFFECT = 0.13
"""A relation that explains 13 % of the variance is what Cohen (1988) calls medium;
``no-signal`` is said only where one would have been found with 80 % power."""
_FOR_POWER = (
    f"enough to find a relation that explains {STATED_EFFECT:.0%} of the variance"
)


def draw_verdicts(
    evidence: Evidence, *, estimators: Collection[str] = ()
) -> tuple[Verdict, ...]:
    """The verdict on each candidate, then the one on the data.

    Sentences call ``estimators``, candidates that are no networks, by their names.
    """
    data = data_verdict(evidence)
    candidates = [row for row in evidence.rows if row.kind == "network"]
    found = [network_verdict(evidence, data, row) for row in candidates]
    return (*(_by_name(one) if one.about in estimators else one for one in found), data)


def _by_name(verdict: Verdict) -> Verdict:
    """A verdict whose sentences call the candidate by its name."""
    sentence, change, suspicion = (
        _THE_NETWORK.sub(lambda _: verdict.about, text)
        for text in (verdict.sentence, verdict.change, verdict.suspicion)
    )
    return replace(verdict, sentence=sentence, change=change, suspicion=suspicion)


_THE_NETWORK = re.compile(r"\b[Tt]he network\b")


def data_verdict(evidence: Evidence) -> Verdict:
    """``signal``, ``no-signal``, ``undecided`` or ``suspicious``.

    Where rows depend on each other the sentence says so, first where that decides.
    """
    found, signal = _data_verdict(evidence), evidence.signal
    if found.name == "suspicious" or not signal.dependent:
        return found
    parts = [signal.unit, found.sentence]
    if found.name == "signal":
        parts.reverse()
    return replace(found, sentence=" ".join(parts))


def signal_verdict(signal: Signal, *, rows: int, task: str) -> Verdict:
    """``signal``, ``no-signal`` or ``undecided`` by the signal test alone.

    Parameters
    ----------
    signal : Signal
    rows : int
        Of the dataset.
    task : str
    """
    evidence = Evidence((), signal, (), {}, None, rows, False, task)
    if signal.p > LEVEL:
        return data_verdict(evidence)
    message = f"p = {signal.p:.3g} over {signal.permutations} permutations"
    sentence = f"Features and target are related: signal test {message}."
    if signal.dependent:
        sentence = f"{sentence} {signal.unit}"
    change = "A leak: check that every column is known before the target."
    if task in ("forecast", "characters"):
        change = _change_signal(evidence)
    return Verdict("signal", "", sentence, change)


def _data_verdict(evidence: Evidence) -> Verdict:
    signal, beside = evidence.signal, evidence.suspicion
    if beside is not None and beside.kind != "easy":
        return Verdict(
            "suspicious",
            "",
            f"{beside.sentence}.",
            "Check what is named, exclude it (--drop, --group) and run again.",
        )
    told = "" if beside is None else f"{beside.sentence}."
    # folds and ranks of rows that depend on each other are no independent draws
    proved = {} if signal.dependent else _gains(evidence, CONFIDENT)
    if signal.p <= LEVEL or proved:
        sentence = _signal_sentence(evidence, proved)
        return Verdict("signal", "", sentence, _change_signal(evidence), told)
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
    hints = [_ranks(name, p) for name, p in _gains(evidence, SIGNIFICANT).items()]
    hints += [
        _describe_baseline_above_chance(row, evidence.rows)
        for row in significantly_better(evidence)
    ]
    if signal.p <= CLEAR or hints:
        hint = "".join(f"; {told}" for told in hints[:1])
        return Verdict(
            "undecided",
            "",
            f"With these rows it is unclear whether there is {_wanted(evidence)[0]} to "
            f"learn: {found}{hint}.",
            f"More rows: {round_row_count(2 * evidence.n_rows)} (twice as many) to "
            "begin "
            "with; how many are enough is not known.",
        )
    return _without_signal(evidence, found)


def lacks_power(verdict: Verdict) -> bool:
    """Whether a verdict is open only as rows are too few for `STATED_EFFECT`."""
    return verdict.name == "undecided" and _FOR_POWER in verdict.change


def _ranks(name: str, p: float) -> str:
    return f"{name} is better than chance ({corrected(p)})"


def _describe_baseline_above_chance(row: Row, rows: Sequence[Row]) -> str:
    """A baseline that is above chance by its own interval, though not by its ranks."""
    metric = "skill" if (row.scores["skill"].low or 0) > 0 else "accuracy"
    told = score_interval(row, metric)
    if main_metric(row)[1] == metric:  # whose mean was told
        return f"{score_phrase(row, rows)}, 95 % interval {told[told.index('[') :]}"
    return f"{score_phrase(row, rows)}, {metric} {told}"


def _without_signal(evidence: Evidence, found: str) -> Verdict:
    """Nothing was found: was there any chance to?"""
    least = evidence.signal.detectable
    assert least is not None
    if least > STATED_EFFECT:
        least_text = f"not even a linear relation that explains {EFFECTS[-1]:.0%}"
        if least < 1:
            message = effect(evidence.signal, digits=0)
            least_text = f"only a relation that explains {message} or more"
        needed = round_row_count(evidence.n_rows * min(least, 1) / STATED_EFFECT)
        return Verdict(
            "undecided",
            "",
            f"No {_wanted(evidence)[1]} was found ({found}), but with "
            f"{evidence.n_rows:,} rows {least_text} would have been found with 80 % "
            "power.",
            f"About {needed} rows, {_FOR_POWER}.",
        )
    and_so = (
        f", and no baseline beats chance for sure{_baselines_above_chance(evidence)}"
    )
    other = "Other features, a relation of an unusual form, or more rows"
    if evidence.task == "forecast":
        what = "changes" if evidence.signal.dependent else "values"
        and_so = f", and the {what} look like independent draws"
        other = "What else the series depends on, in columns of a table, or more values"
    elif not evidence.rows:  # the signal test alone
        and_so = ""
    return Verdict(
        "no-signal",
        "",
        f"No {_wanted(evidence)[1]} was found: {found}{and_so}. "
        f"A linear relation that explains {effect(evidence.signal)} would have been "
        "found with 80 % power.",
        f"{other} to find a weaker one (about "
        f"{round_row_count(2 * evidence.signal.rows)} "
        "for half of that); tuning a network will not.",
    )


def _wanted(evidence: Evidence) -> tuple[str, str]:
    """Name what was to be learned: of a series, more than to repeat it."""
    if evidence.task == "forecast" and evidence.signal.dependent:
        return "more", "signal beyond that"
    return "anything", "signal"


def _baselines_above_chance(evidence: Evidence) -> str:
    """Baselines above chance by intervals that do not hold for all of them at once."""
    phrases = [
        _describe_baseline_above_chance(row, evidence.rows)
        for row in significantly_better(evidence, alone=True)
    ]
    if not phrases:
        return ""
    of = count(len(evidence.baselines), "baseline")
    return f" ({'; '.join(phrases)}: among {of} one may be so by chance)"


def _gains(evidence: Evidence, level: float) -> dict[str, float]:
    """Baselines better than chance, and their p-values, one-sided, after Holm.

    Of a series none: to forecast the mean beats the naive forecast of pure noise.
    """
    if evidence.task == "forecast":
        return {}
    names = [
        row.name
        for row in evidence.rows
        if row.kind == "baseline" and not row.error and learns(row)
    ]
    p_values = holm([gain_p(evidence, name) for name in names])
    found = {n: p for n, p in zip(names, p_values, strict=True) if p <= level}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _signal_sentence(evidence: Evidence, proved: dict[str, float]) -> str:
    signal, best = evidence.signal, evidence.best
    p = f"p = {signal.p:.3g} over {signal.permutations} permutations"
    test = f"signal test {p}"
    if signal.p > LEVEL and proved:
        ranks = _ranks(*next(iter(proved.items())))
        test = f"{ranks}, though the signal test alone does not tell ({p})"
    if best is None or is_useless(best):
        sure = significantly_better(evidence, alone=True)
        but = "no baseline predicts better than the majority for sure"
        if evidence.task == "regression":
            but = "no baseline predicts better than the mean for sure"
        if sure:
            but = (
                "by log loss none of the baselines is better than the class "
                "frequencies; "
                f"{_describe_baseline_above_chance(sure[0], evidence.rows)}"
            )
        return f"Features and target are related ({test}), but {but}."
    return f"There is something to learn: {test}; {score_phrase(best, evidence.rows)}."


def _change_signal(evidence: Evidence) -> str:
    if evidence.task == "forecast":
        return "A change in the series: the future need not resemble the past."
    if evidence.task == "characters":
        return "Another text: only this one was tested."
    if _gains(evidence, SIGNIFICANT) or _is_large(evidence.best):
        return "A leak: check that every column is known before the target."
    return "More rows: with these the baselines hardly gain from the relation."


def _is_large(best: Row | None) -> bool:
    """Whether a skill is much, though too few rows prove it to be more than chance."""
    skill = None if best is None else best.scores["skill"]
    return skill is not None and skill.mean >= _MUCH and (skill.low or 0) > 0


_MUCH = 0.1
"""Skill that is more than hardly any."""
