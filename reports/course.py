"""The chart of a series with the forecasts of its last part."""

from typing import Any

from . import text
from .svg import LETTER, WIDE, Table, draw, told

COLORS = {
    "naive": "var(--soft)",
    "actual": "var(--ink)",
    "baseline": "var(--other)",
    "network": "var(--accent)",
}
"""From back to front."""
DASHES = {"actual": [1, 0], "network": [1, 0], "baseline": [1, 0], "naive": [4, 3]}


def course_svg(found: dict[str, Any], width: int) -> str:
    """The series and the forecasts, one line each.

    Parameters
    ----------
    found : dict
        From `learnable.reports.forecasts.forecast_facts`.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    plot, height = width - 62, 280 if width == WIDE else 220
    last = max(len(found["times"]) - 1, 1)
    across = alt.Scale(domain=[0, last], nice=False)
    up = alt.Scale(domain=found["domain"], nice=False, zero=False, clamp=True)
    x = alt.X("step:Q", scale=across, axis=None)
    y = alt.Y("value:Q", scale=up, title=None)
    drawn = {line["kind"] for line in found["lines"]}
    lines = [
        alt.Chart(alt.NamedData(kind))
        .mark_line(
            strokeWidth=1.5 if kind == "naive" else 2,
            color=COLORS[kind],
            strokeDash=DASHES[kind],
        )
        .encode(x=x, y=y, description=alt.Description("told:N"))
        for kind in COLORS
        if kind in drawn
    ]
    named = alt.Chart(alt.NamedData("times")).mark_text(
        fontSize=12, color="var(--muted)", aria=False
    )
    labels = named.encode(x=x, y=alt.value(height + 18), text=alt.Text("name:N"))
    chart = alt.layer(labels, *lines).properties(width=plot, height=height)
    names = ", ".join(line["name"] for line in found["lines"])
    said = f"{found['target']} over time: {names}. {' '.join(found['sentences'])}"
    return draw(chart, _tables(found, plot), said)


def _tables(found: dict[str, Any], plot: float) -> dict[str, Table]:
    return {line["kind"]: _points(line, found["times"]) for line in found["lines"]} | {
        "times": _labels(found["times"], plot)
    }


def _points(line: dict[str, Any], times: list[str]) -> Table:
    """From the first value that is known; that one carries the label of the line."""
    steps = list(enumerate(line["values"]))
    while steps and steps[0][1] is None:
        del steps[0]
    label = _told(line, times)
    return [
        {"step": step, "value": value, "told": label if i == 0 else ""}
        for i, (step, value) in enumerate(steps)
    ]


def _told(line: dict[str, Any], times: list[str]) -> str:
    pairs = zip(times, line["values"], strict=True)
    known = [(time, text.number(v, ".4g")) for time, v in pairs if v is not None]
    return told(line["name"], "", known)


def _labels(times: list[str], plot: float) -> Table:
    """As many names of times as have room beside one another."""
    longest = LETTER * max(map(len, times), default=0) + 30
    steps = len(times) - 1
    apart = max(1, -(-steps * longest // plot)) if steps else 1
    first = steps % apart // 2
    return [
        {"step": step, "name": times[step]}
        for step in range(int(first), len(times), int(apart))
    ]
