"""Why a network does not learn: answer, causes, and what else was looked at."""

import math
from collections.abc import Sequence
from typing import Any

from ...baselines.results.diagnosis import (
    UNTRIED,
    Cause,
    CheckResult,
    Diagnosis,
    RuledOut,
)
from ...baselines.results.results import Results, Verdict
from .. import text
from ..svg import FONT, LETTER, WIDE, Chart, Table
from .findings import explanation
from .probes import layers_without_chart, probe_facts
from .repaired_training import repaired_training_facts
from .scores import verdict_facts

_STATES = {
    "alternative": ("alternative", "warn"),
    "small_effect": ("small effect", "open"),
    "no_effect": ("no effect", "none"),
    "insufficient_alone": ("insufficient alone", "open"),
    "untested": ("untested", "open"),
}
"""What became of a suspicion, and the colour of its badge; in the order of a page."""

_TONES = {False: "bad", None: "open", True: "good"}
_SYMPTOMS = {False: "present", None: "not run", True: "absent"}
_TESTS = {False: "failed", None: "not run", True: "passed"}
"""The badge of a symptom and of a golden test, by whether all is well, likewise."""

MOST_CAUSES = 12
MOST_SUSPICIONS = 40
MOST_SIGNS = 40
MOST_TRIALS = 150
MOST_FITS = 100
MOST_OUTPUTS = 20


def diagnosis_facts(results: Results) -> dict[str, Any] | None:
    """All that the page says of a diagnosis; None where there is none."""
    found = results.diagnosis
    if found is None:
        return None
    shown = {finding.code for finding in results.findings}
    return {
        **_answer(found),
        "causes": cause_facts(found, shown),
        "more_causes": _count_hidden(found.causes, MOST_CAUSES),
        "program": program_facts(found),
        "training": repaired_training_facts(results),
        "bars": answer_bars(found),
        "suspicions": suspicion_facts(_tested(found)[:MOST_SUSPICIONS]),
        "more_suspicions": _count_hidden(_tested(found), MOST_SUSPICIONS),
        "signs": _sign_lists(found),
        "probes": probe_facts(found),
        "undrawn": layers_without_chart(found),
        **_examination(found),
    }


def _tested(found: Diagnosis) -> list[RuledOut]:
    """List what trials ruled out, and what is true as it stands."""
    return [
        one for one in found.ruled_out if one.state != "untested" or one.code in UNTRIED
    ]


def answer_bars(found: Diagnosis) -> dict[str, Any] | None:
    """A bar for each score of the answer, for `repair_chart`; None for fewer than two.

    Parameters
    ----------
    found : Diagnosis
    """
    repaired = found.repaired_score if found.causes else None
    tuned = found.tuned_score if found.causes and found.tuned else None
    scores = {
        "as it is": (found.original_score, "var(--other)"),
        "repaired": (repaired, "var(--accent)"),
        "repaired and tuned": (tuned, "var(--accent)"),
        "a plain network": (found.reference, "var(--train)"),
        "best baseline": (found.baseline_score, "var(--soft)"),
    }
    bars = [_bar(*item) for item in scores.items() if _known(item[1][0])]
    return _bars(bars) if len(bars) > 1 else None


def _answer(found: Diagnosis) -> dict[str, Any]:
    verdict = Verdict(found.verdict, "", found.sentence, found.change)
    (said,) = verdict_facts((verdict,))
    scores = {
        "as it is": found.original_score,
        "best baseline": found.baseline_score,
        "a plain network": found.reference,
        "repaired": found.repaired_score,
    }
    left_out = {"repaired"} if not found.causes else set[str]()
    left_out |= {"a plain network"} if found.reference is None else set()
    of = f"Output {text.name(found.output)}: " if found.output else ""
    return {
        "headline": of + text.clean(found.headline.rstrip("."), 300),
        "verdict": said,
        "scores": [
            {"name": name, "value": score_text(score)}
            for name, score in scores.items()
            if name not in left_out
        ],
        "others": [text.clean(o.summary, 500) for o in found.others[:MOST_OUTPUTS]],
        "more_others": _count_hidden(found.others, MOST_OUTPUTS),
        "measure": text.clean(found.measure, 200),
    }


def cause_facts(found: Diagnosis, shown: set[str]) -> list[dict[str, Any]]:
    """The causes as they are ordered; a rule is explained the first time only.

    Parameters
    ----------
    found : Diagnosis
    shown : set of str
        Codes that the page explains elsewhere.
    """
    causes = found.causes[:MOST_CAUSES]
    codes = [cause.code for cause in causes]
    return [
        _cause(cause, found.baseline_score)
        | {
            "explanation": explanation(code)
            if codes.index(code) == i and code not in shown
            else ""
        }
        for i, (code, cause) in enumerate(zip(codes, causes, strict=True))
    ]


def _cause(cause: Cause, baseline: float | None) -> dict[str, Any]:
    lost, error = score_text(cause.ablation), score_text(cause.error)
    spread = f" (standard error {error})" if error != text.MISSING else ""
    sentence = f"Without this repair the score is lower by {lost}{spread}."
    return {
        "code": text.name(cause.code, 20),
        "label": text.name(cause.label),
        "sentence": text.clean(cause.sentence, 1_000),
        "advice": text.clean(cause.advice, 1_000),
        "repair": text.clean(cause.repair, 300),
        "lost": sentence if cause.ablation is not None and cause.ablation > 0 else "",
        "definition": cause.definition,
        "chart": repair_facts(cause, baseline),
    }


def suspicion_facts(ruled_out: Sequence[RuledOut]) -> list[dict[str, str]]:
    """List suspicions: what would do as well first, what was not tried last."""
    order = list(_STATES)
    return [
        {
            "code": text.name(suspicion.code, 20),
            "label": text.name(suspicion.label),
            "sentence": text.clean(_sentence(suspicion), 500),
            "repair": text.clean(suspicion.repair, 300),
            "state": _STATES[suspicion.state][0],
            "tone": _STATES[suspicion.state][1],
        }
        for suspicion in sorted(ruled_out, key=lambda s: order.index(s.state))
    ]


def _sentence(suspicion: RuledOut) -> str:
    untested = f" Not tested: {suspicion.reason}." if suspicion.reason else ""
    return f"{suspicion.sentence}{untested}"


def _sign_lists(found: Diagnosis) -> list[dict[str, Any]]:
    """Symptoms and golden tests, those that are there."""
    lists = {
        "Symptoms": ("observed during training", found.symptoms, _SYMPTOMS),
        "Golden tests": ("passed by every sound training", found.golden, _TESTS),
    }
    return [
        {
            "title": title,
            "mark": title.split()[0].lower(),
            "about": about,
            "rows": check_result_facts(signs[:MOST_SIGNS], states),
            "more": _count_hidden(signs, MOST_SIGNS),
        }
        for title, (about, signs, states) in lists.items()
        if signs
    ]


def check_result_facts(
    signs: Sequence[CheckResult], states: dict[bool | None, str]
) -> list[dict[str, str]]:
    """List signs: those that failed first, those that passed last."""
    order = list(states)
    return [
        {
            "code": text.name(sign.code, 20),
            "label": text.name(sign.label),
            "sentence": text.clean(sign.sentence, 500),
            "state": states[sign.passed],
            "tone": _TONES[sign.passed],
        }
        for sign in sorted(signs, key=lambda sign: order.index(sign.passed))
    ]


def _examination(found: Diagnosis) -> dict[str, Any]:
    """List what was tried, which training was examined, and how long it took."""
    spent = [
        {"name": text.name(name), "value": text.seconds(value)}
        for name, value in list(found.seconds.items())[:20]
    ]
    several = len(found.fits) > 1
    fits = [text.clean(fit, 300) for fit in found.fits[:MOST_FITS]]
    return {
        "trials": [
            {"what": text.clean(t.what, 200), "score": score_text(t.score)}
            for t in found.trials[:MOST_TRIALS]
        ],
        "n_trials": text.count(len(found.trials), "trial"),
        "more_trials": _count_hidden(found.trials, MOST_TRIALS),
        "fits": fits if several else [],
        "n_fits": text.count(len(found.fits), "training"),
        "more_fits": _count_hidden(found.fits, MOST_FITS),
        "ports": [text.clean(port, 300) for port in found.ports[:MOST_FITS]],
        "n_ports": text.count(len(found.ports), "spelling"),
        "more_ports": _count_hidden(found.ports, MOST_FITS),
        "spent": spent,
        "script": text.clean(found.script, 500),
    }


def _count_hidden(values: Sequence[object], most: int) -> str:
    """Write how many of the values are not shown, or ""."""
    more = len(values) - most
    return f"and {text.format_count(more)} more" if more > 0 else ""


_LONG = 10_000
"""Scores so far from zero are written with a power of ten."""
_FLOOR = -1.0
"""Lower scores are drawn at the edge, else nothing else can be seen."""
_ROW = 26
"""Height of one bar, in pixels."""


def score_text(score: float | None) -> str:
    """A score as the page writes it; R2 of a broken network can be any number."""
    return text.number(score, ".1e" if score and abs(score) >= _LONG else ".2f")


def repair_facts(cause: Cause, baseline: float | None) -> dict[str, Any] | None:
    """A bar for each score that is known; None where nothing can be set beside another.

    Parameters
    ----------
    cause : Cause
    baseline : float, optional
        Score of the best baseline.
    """
    own = {
        "as it is": (cause.original_score, "var(--other)"),
        "only this repair": (cause.alone, "var(--accent)"),
        "all repairs": (cause.together, "var(--accent)"),
    }
    bars = [_bar(*item) for item in own.items() if _known(item[1][0])]
    if len(bars) < 2:
        return None
    if _known(baseline):
        bars.append(_bar("best baseline", (baseline, "var(--soft)")))
    return _bars(bars)


def _bars(bars: list[dict[str, Any]]) -> dict[str, Any]:
    scores = [bar["score"] for bar in bars]
    low = max(_FLOOR, min(0.0, *scores))
    return {
        "bars": bars,
        "domain": [low, max(1.0, *scores)],
        "cut": min(scores) < _FLOOR,
    }


def _known(score: float | None) -> bool:
    return score is not None and math.isfinite(score)


def _bar(name: str, drawn: tuple[float | None, str]) -> dict[str, Any]:
    score, color = drawn
    value = score_text(score)
    sentence = f"{name}: {value}"
    return {
        "name": name,
        "score": score,
        "color": color,
        "text": value,
        "said": sentence,
    }


def repair_chart(chart: dict[str, Any], width: int) -> Chart:
    """Horizontal bars from zero, one a score, each with its number.

    Parameters
    ----------
    chart : dict
        From `repair_facts`.
    width : int
        Of the whole chart, in pixels; a wide one leaves a part of it empty.
    """
    import altair as alt

    names = [bar["name"] for bar in chart["bars"]]
    room = min(width, WIDE // 4 * 3) - 30
    plot = room - LETTER * max(map(len, names)) - 48
    scale = alt.Scale(domain=chart["domain"], nice=False, clamp=True)
    y = alt.Y("name:N", sort=names, title=None)
    rows = alt.Chart(alt.NamedData("bars")).encode(y=y)
    bars = rows.mark_bar(height=13, cornerRadius=2).encode(
        x=alt.X("zero:Q", scale=scale, axis=None),
        x2=alt.X2("score:Q"),
        color=alt.Color("color:N", scale=None),
        description=alt.Description("said:N"),
    )
    numbers = rows.mark_text(
        align="right", fontSize=FONT + 1, color="var(--ink)", aria=False
    ).encode(x=alt.value(plot + 44), text=alt.Text("text:N"))
    zero = alt.Chart(alt.NamedData("zero")).mark_rule(color="var(--soft)", aria=False)
    layers = alt.layer(bars, numbers, zero.encode(x=alt.X("zero:Q", scale=scale)))
    sized = layers.properties(width=plot, height=_ROW * len(names))
    sentence = ", ".join(bar["said"] for bar in chart["bars"])
    return Chart(sized, _tables(chart), f"Scores. {sentence}")


def _tables(chart: dict[str, Any]) -> dict[str, Table]:
    low = chart["domain"][0]
    bars = [bar | {"zero": 0, "score": max(low, bar["score"])} for bar in chart["bars"]]
    return {"bars": bars, "zero": [{"zero": 0}]}


_MOST_LINES = 400
MOST_DIFF_LETTERS = 60_000
"""Of all lines together; a page that is read has no use for more."""
LONGEST = 1_000
"""Of one line."""


REPAIRED = "The script could not be edited automatically. The repaired network as code:"
_PLAIN = "No repair helps. This plain network was trained in its place:"


def program_facts(found: Diagnosis) -> dict[str, Any] | None:
    """The difference as lines with their kinds, else the snippet; None without both.

    Returns
    -------
    dict
        ``lines``: texts with a kind each ("head", "place", "added", "removed" or
        "same"); ``snippet``: code, "" where there are lines; ``cut``: a sentence if not
        all is shown; ``ran`` and ``tuned``: sentences on the repaired program, or "";
        ``about``: what the snippet is.
    """
    whole = _lines(found.diff or found.snippet)
    if not whole:
        return None
    shown = _first(whole)
    cut = len(whole) - len(shown)
    return {
        "lines": diff_lines(shown) if found.diff else [],
        "snippet": "" if found.diff else "\n".join(shown),
        "cut": f"{text.count(cut, 'more line')} in results.json." if cut else "",
        "ran": _describe_run(found),
        "tuned": text.clean(found.further, 500) if found.tuned else "",
        "about": REPAIRED if found.causes else _PLAIN,
    }


def _describe_run(found: Diagnosis) -> str:
    if found.failed:
        return f"With these changes: {text.clean(found.failed, 300)}"
    # without a proof it is ported only
    repaired = found.fixed and any(c.together is not None for c in found.causes)
    return "The repaired script was run to the end." if repaired else ""


def _lines(code: str) -> list[str]:
    """Lines as a terminal shows them: what ends one in Unicode alone ends none here."""
    return [line.removesuffix("\r") for line in code.rstrip("\n").split("\n") if code]


def _first(lines: list[str]) -> list[str]:
    """Return as many lines as are shown, each of them clean."""
    shown, letters = [], 0
    for line in lines[:_MOST_LINES]:
        shown.append(text.clean(line, LONGEST))
        letters += len(shown[-1])
        if letters > MOST_DIFF_LETTERS:
            break
    return shown


def diff_lines(lines: list[str]) -> list[dict[str, str]]:
    """The kind of each line of a unified difference."""
    found, heading = [], True
    for line in lines:
        heading = heading and not line.startswith("@@")
        kind = "head" if heading else _KINDS.get(line[:1], "same")
        found.append({"kind": kind, "text": line})
    return found


_KINDS = {"@": "place", "+": "added", "-": "removed"}
