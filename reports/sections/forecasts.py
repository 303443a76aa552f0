"""The end of a series and the forecasts of it: facts of their section."""

import math
from collections.abc import Sequence
from typing import Any

from ...baselines.results.results import Results, Row
from .. import text
from ..svg import LETTER, WIDE, Chart, Table, label_points
from .scores import best_baseline, scored_rows

NAIVE = "seasonal-naive"
"""Its name in the catalog of baselines."""

MOST_TIMES = 400
"""More could not be told apart; the last ones are drawn."""


def forecast_facts(results: Results) -> dict[str, Any] | None:
    """Lines and sentences; None where there is no series.

    ``lines`` are the series itself, then the best network, the best baseline and the
    naive forecast, as far as they are there.
    """
    course = results.course
    if course is None or not course.actual:
        return None
    start = max(0, len(course.actual) - MOST_TIMES)
    chosen = _choose_candidates(results)
    actual = _values(course.actual[start:])
    lines = [{"name": "the series", "kind": "actual", "values": actual}] + [
        {"name": text.name(row.name), "kind": kind, "values": _values(forecast[start:])}
        for kind, row in chosen.items()
        if (forecast := course.forecasts.get(row.name))
    ]
    known = [v for line in lines for v in line["values"] if v is not None]
    if not known:
        return None
    low, high = bounds(lines)
    return {
        "target": text.name(results.about.target),
        "times": [text.name(time, 24) for time in course.times[start:]],
        "lines": lines,
        "domain": [low, high],
        "sentences": [
            *_describe_series(course.series),
            *_ranking(results),
            *_describe_outliers(lines, low, high),
            *_shortened(start, len(course.actual)),
        ],
    }


def _describe_series(series: str) -> list[str]:
    """Which of several series is drawn; their scores are means over all."""
    if not series:
        return []
    return [f"The chart shows the series {text.name(series)}; scores are means of all."]


def _choose_candidates(results: Results) -> dict[str, Row]:
    """The candidates that are drawn, by what they are drawn as."""
    rows = scored_rows(results)
    network = next((row for row in rows if row.kind == "network"), None)
    naive = next((row for row in rows if row.name == NAIVE), None)
    best = best_baseline(results)
    if best is naive:
        best = None
    pairs = {"network": network, "baseline": best, "naive": naive}
    return {kind: row for kind, row in pairs.items() if row is not None}


def _values(values: Sequence[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]


def bounds(lines: list[dict[str, Any]]) -> tuple[float, float]:
    """Ends of the axis: all of the series, and forecasts at most half its range off."""
    own = [v for v in lines[0]["values"] if v is not None]
    every = [v for line in lines for v in line["values"] if v is not None]
    own = own or every
    low, high = min(own), max(own)
    room = 0.5 * (high - low) or 0.5 * abs(high) or 1.0
    low, high = max(min(every), low - room), min(max(every), high + room)
    edge = 0.03 * (high - low) or 0.5
    return low - edge, high + edge


def _describe_outliers(
    lines: list[dict[str, Any]], low: float, high: float
) -> list[str]:
    over = [
        line["name"]
        for line in lines
        if any(v is not None and not low <= v <= high for v in line["values"])
    ]
    return [f"Beyond the ends of the axis: {', '.join(over)}."] if over else []


def _shortened(left_out: int, total: int) -> list[str]:
    if not left_out:
        return []
    drawn = text.format_count(total - left_out)
    return [f"The last {drawn} of {text.count(total, 'value')} are drawn."]


def _ranking(results: Results) -> list[str]:
    """Name the candidates that beat the naive forecast, by how much, and the others."""
    errors = {
        row.name: row.scores["mase"].mean
        for row in scored_rows(results)
        if "mase" in row.scores and math.isfinite(row.scores["mase"].mean)
    }
    naive = errors.pop(NAIVE, None)
    if naive is None or not errors:
        return []
    ordered = sorted(errors, key=lambda name: errors[name])
    ahead = [
        f"{text.name(name)} by {text.number(naive - errors[name])}"
        for name in ordered
        if errors[name] < naive
    ]
    behind = [
        f"{text.name(name)} ({text.number(errors[name])})"
        for name in ordered
        if not errors[name] < naive
    ]
    sentences = [f"{NAIVE} has a MASE of {text.number(naive)}."]
    sentences.append(f"Better: {', '.join(ahead) or 'none'}.")
    return [*sentences, f"Not better: {', '.join(behind)}."] if behind else sentences


_COLORS = {
    "naive": "var(--soft)",
    "actual": "var(--ink)",
    "baseline": "var(--other)",
    "network": "var(--accent)",
}
"""From back to front."""
_DASHES = {"actual": [1, 0], "network": [1, 0], "baseline": [1, 0], "naive": [4, 3]}


def course_chart(found: dict[str, Any], width: int) -> Chart:
    """The series and the forecasts, one line each.

    Parameters
    ----------
    found : dict
        From `learnable.reports.sections.forecasts.forecast_facts`.
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
            color=_COLORS[kind],
            strokeDash=_DASHES[kind],
        )
        .encode(x=x, y=y, description=alt.Description("told:N"))
        for kind in _COLORS
        if kind in drawn
    ]
    named = alt.Chart(alt.NamedData("times")).mark_text(
        fontSize=12, color="var(--muted)", aria=False
    )
    labels = named.encode(x=x, y=alt.value(height + 18), text=alt.Text("name:N"))
    chart = alt.layer(labels, *lines).properties(width=plot, height=height)
    names = ", ".join(line["name"] for line in found["lines"])
    sentence = f"{found['target']} over time: {names}. {' '.join(found['sentences'])}"
    return Chart(chart, _tables(found, plot), sentence)


def _tables(found: dict[str, Any], plot: float) -> dict[str, Table]:
    return {line["kind"]: _points(line, found["times"]) for line in found["lines"]} | {
        "times": _labels(found["times"], plot)
    }


def _points(line: dict[str, Any], times: list[str]) -> Table:
    """From the first value that is known; that one carries the label of the line."""
    steps = list(enumerate(line["values"]))
    while steps and steps[0][1] is None:
        del steps[0]
    label = _describe_line(line, times)
    return [
        {"step": step, "value": value, "told": label if i == 0 else ""}
        for i, (step, value) in enumerate(steps)
    ]


def _describe_line(line: dict[str, Any], times: list[str]) -> str:
    pairs = zip(times, line["values"], strict=True)
    known = [(time, text.number(v, ".4g")) for time, v in pairs if v is not None]
    return label_points(line["name"], "", known)


def _labels(times: list[str], plot: float) -> Table:
    """Return as many names of times as have room beside one another."""
    longest = LETTER * max(map(len, times), default=0) + 30
    steps = len(times) - 1
    apart = max(1, -(-steps * longest // plot)) if steps else 1
    first = steps % apart // 2
    return [
        {"step": step, "name": times[step]}
        for step in range(int(first), len(times), int(apart))
    ]
