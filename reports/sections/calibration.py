"""Calibration of the predicted probabilities: facts and chart of the bins."""

from typing import Any

from ...baselines.results.results import Bin, Picture, Results, Row
from .. import text
from ..svg import Chart, Table
from .predictions import (
    PANEL,
    SQUARE,
    best_pictures,
    color,
    head,
    positive_class_phrase,
)


def calibration_facts(results: Results) -> dict[str, Any] | None:
    """One panel for each network and the best baseline; None without probabilities."""
    shown = [(row, p) for row, p in best_pictures(results) if p.bins]
    if not shown:
        return None
    every = [b for _, found in shown for b in found.bins]
    return {
        "asked": positive_class_phrase(results),
        "panels": [_panel(row, found) for row, found in shown],
        "intervals": all(b.low is not None for b in every),
    }


def _panel(row: Row, found: Picture) -> dict[str, Any]:
    total = sum(b.answers for b in found.bins)
    said = sum(b.answers * b.said for b in found.bins) / total
    held = sum(b.answers * b.held for b in found.bins) / total
    return head(row) | {
        "points": [_point(b) for b in found.bins],
        "error": text.number(found.error),
        "sentence": f"Mean predicted probability {text.number(said, '.2f')}, "
        f"observed frequency {text.number(held, '.2f')}.{_temperature(row)}",
    }


_NEAR_ONE = (0.8, 1.25)
"""Temperatures that are not spoken of: a step of those that are tried."""


def _temperature(row: Row) -> str:
    """Whether all probabilities are too sure or too modest, and what mends them."""
    t = row.temperature
    if t is None or _NEAR_ONE[0] <= t <= _NEAR_ONE[1]:
        return ""
    message = "too sure" if t > 1 else "too modest"
    return (
        f" As a whole {message}: best with log odds divided by {text.number(t, '.2g')}."
    )


def _point(found: Bin) -> dict[str, Any]:
    bounds = text.interval(found.low, found.high, ".2f")
    spread = f", 95 % interval {bounds}" if bounds else ""
    return {
        "said": found.said,
        "held": found.held,
        "low": found.held if found.low is None else found.low,
        "high": found.held if found.high is None else found.high,
        "text": f"predicted {text.number(found.said, '.2f')}: observed "
        f"{text.number(found.held, '.2f')} of "
        f"{text.count(found.answers, 'prediction')}{spread}",
    }


def calibration_chart(panel: dict[str, Any]) -> Chart:
    """Draw predicted probability and observed share, with the line of equality.

    Parameters
    ----------
    panel : dict
        Of `calibration_facts`.
    """
    import altair as alt

    whole = alt.Scale(domain=[0, 1], nice=False)
    ticks = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format="~g", grid=True)
    x = alt.X("said:Q", scale=whole, title="predicted probability", axis=ticks)
    y = alt.Y("held:Q", scale=whole, title=None, axis=ticks)
    tone, network = color(panel["kind"]), panel["kind"] == "network"
    equal = alt.Chart(alt.NamedData("equal")).mark_line(
        strokeDash=[4, 3], strokeWidth=1.5, color="var(--ink)", aria=False
    )
    bins = alt.Chart(alt.NamedData("bins"))
    ends = bins.mark_rule(strokeWidth=1.5, opacity=0.6, color=tone, aria=False)
    marks = bins.mark_point(
        shape="diamond" if network else "circle",
        size=60,
        filled=True,
        opacity=1,
        color=tone,
    )
    joined = bins.mark_line(strokeWidth=1, opacity=0.6, color=tone, aria=False)
    layers = [
        equal.encode(x=x, y=y),
        joined.encode(x=x, y=y),
        ends.encode(x=x, y=alt.Y("low:Q", scale=whole), y2=alt.Y2("high:Q")),
        marks.encode(x=x, y=y, description=alt.Description("text:N")),
    ]
    chart = alt.layer(*layers).properties(width=PANEL - 60, height=SQUARE)
    tables: dict[str, Table] = {
        "equal": [{"said": 0, "held": 0}, {"said": 1, "held": 1}],
        "bins": panel["points"],
    }
    sentence = f"{panel['name']}: observed frequency by predicted probability."
    return Chart(chart, tables, f"{sentence} {panel['sentence']}")
