"""The score with and without a repair: facts of a chart, and the chart."""

import math
from typing import Any

from ..baselines.diagnosis import Cause
from . import text
from .svg import FONT, LETTER, WIDE, Table, draw

LONG = 10_000
"""Scores so far from zero are written with a power of ten."""
FLOOR = -1.0
"""Lower scores are drawn at the edge, else nothing else can be seen."""
ROW = 26
"""Height of one bar, in pixels."""


def score_text(score: float | None) -> str:
    """A score as the page writes it; R2 of a broken network can be any number."""
    return text.number(score, ".1e" if score and abs(score) >= LONG else ".2f")


def repair_facts(cause: Cause, baseline: float | None) -> dict[str, Any] | None:
    """A bar for each score that is known; None where nothing can be set beside another.

    Parameters
    ----------
    cause : Cause
    baseline : float, optional
        Score of the best baseline.
    """
    own = {
        "as it is": (cause.before, "var(--other)"),
        "only this repair": (cause.only, "var(--accent)"),
        "all repairs": (cause.together, "var(--accent)"),
    }
    bars = [_bar(*item) for item in own.items() if _known(item[1][0])]
    if len(bars) < 2:
        return None
    if _known(baseline):
        bars.append(_bar("best baseline", (baseline, "var(--soft)")))
    scores = [bar["score"] for bar in bars]
    low = max(FLOOR, min(0.0, *scores))
    return {
        "bars": bars,
        "domain": [low, max(1.0, *scores)],
        "cut": min(scores) < FLOOR,
    }


def _known(score: float | None) -> bool:
    return score is not None and math.isfinite(score)


def _bar(name: str, drawn: tuple[float | None, str]) -> dict[str, Any]:
    score, color = drawn
    value = score_text(score)
    said = f"{name}: {value}"
    return {"name": name, "score": score, "color": color, "text": value, "said": said}


def repair_svg(chart: dict[str, Any], width: int) -> str:
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
    sized = layers.properties(width=plot, height=ROW * len(names))
    said = ", ".join(bar["said"] for bar in chart["bars"])
    return draw(sized, _tables(chart), f"Scores. {said}")


def _tables(chart: dict[str, Any]) -> dict[str, Table]:
    low = chart["domain"][0]
    bars = [bar | {"zero": 0, "score": max(low, bar["score"])} for bar in chart["bars"]]
    return {"bars": bars, "zero": [{"zero": 0}]}
