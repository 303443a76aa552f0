"""Learning curves and the best achievable score: facts and chart."""

import math
from typing import Any

from ...baselines.results.results import AchievableScore, Line, Results
from .. import text
from ..metrics import metric
from ..svg import FONT, LETTER, WIDE, Chart, Table
from .loss_curves import LABEL, spread_positions

MOST_LINES = 5
"""So many candidates are drawn, networks first; all of them are in the table."""

TRENDS = {
    "rising": ("still rising", "good"),
    "flat": ("nearly flat", "none"),
    "falling": ("falling", "warn"),
    "cannot tell": ("unclear", "open"),
}
"""A trend's words and the colour of its dot."""


def learning_facts(results: Results) -> dict[str, Any] | None:
    """The ceiling's sentence, and the learning curves; None without either.

    Returns
    -------
    dict
        ``ceiling``: a sentence, or ""; ``chart``: what `learning_chart` draws, or None;
        ``label``: the metric of both; ``rows``: one a candidate, for the table.
    """
    curve, ceiling = results.curve, results.ceiling
    if not curve and not ceiling:
        return None
    lines = curve.lines if curve else ()
    spec = metric(curve.metric if curve else "")
    return {
        "ceiling": text.clean(ceiling.sentence, 1_000) if ceiling else "",
        "label": spec.label,
        "chart": _chart(results, lines),
        "rows": [_row(line, spec.spec) for line in lines],
    }


def _row(line: Line, spec: str) -> dict[str, str]:
    few, many = (line.points[i].rows for i in (-2, -1))
    said, tone = TRENDS.get(line.trend, (text.name(line.trend), "open"))
    twice = line.twice_score
    return {
        "name": text.name(line.name),
        "kind": line.kind,
        "sizes": f"{text.format_count(few)} to {text.format_count(many)}",
        "gain": text.signed(line.gain.mean),
        "interval": text.interval(line.gain.low, line.gain.high),
        "p": text.p_value(line.p).removeprefix("p ").removeprefix("= "),
        "trend": said,
        "tone": tone,
        "twice": text.number(twice.mean, spec) if twice else text.MISSING,
        "ends": text.interval(twice.low, twice.high, spec) if twice else "",
    }


def _chart(results: Results, lines: tuple[Line, ...]) -> dict[str, Any] | None:
    """Lines of the scores, with the promise for twice the rows where there is one."""
    ordered = sorted(lines, key=lambda line: line.kind != "network")[:MOST_LINES]
    drawn = [_drawn(line) for line in ordered]
    drawn = [line for line in drawn if line["points"]]
    if not drawn or results.curve is None:
        return None
    values = [mark["at"] for line in drawn for mark in line["points"]]
    ends = [mark[end] for line in drawn for mark in line["points"] for end in _ENDS]
    low, high = min(values), max(values)
    room = max(high - low, 1e-3)
    edge = 0.05 * room
    domain = [max(min(ends), low - room) - edge, min(max(ends), high + room) + edge]
    told = [line for i, line in enumerate(ordered) if i == 0 or line.kind == "network"]
    return {
        "lines": drawn,
        "domain": domain,
        "first": drawn[0]["name"],
        "sentences": [text.clean(line.sentence, 500) for line in told],
    }


_ENDS = ("low", "high")


def _drawn(line: Line) -> dict[str, Any]:
    points = [_mark(point.rows, point.score, False) for point in line.points]
    if line.twice_score:
        points.append(_mark(2 * line.points[-1].rows, line.twice_score, True))
    known = [point for point in points if point]
    return {"name": text.name(line.name), "kind": line.kind, "points": known}


def _mark(rows: int, reach: AchievableScore, promised: bool) -> dict[str, Any] | None:
    if not math.isfinite(reach.mean) or rows < 1:
        return None
    low = reach.mean if reach.low is None else reach.low
    high = reach.mean if reach.high is None else reach.high
    return {
        "rows": rows, "at": reach.mean, "low": low, "high": high, "promised": promised,
    }  # fmt: skip


def learning_chart(chart: dict[str, Any], width: int) -> Chart:
    """Scores over the number of training rows, which doubles from mark to mark.

    Parameters
    ----------
    chart : dict
        ``learning_facts(results)["chart"]``.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    limit, height = (30, 250) if width == WIDE else (14, 210)
    names = text.unique_names([line["name"] for line in chart["lines"]], limit)
    plot = width - 62 - LETTER * max(map(len, names))
    ticks = sorted({mark["rows"] for line in chart["lines"] for mark in line["points"]})
    x = alt.X(
        "rows:Q",
        scale=alt.Scale(type="log", base=2, domain=[ticks[0], ticks[-1]], nice=False),
        title="training rows",
        axis=alt.Axis(values=ticks, format=",d", grid=False, labelOverlap=True),
    )
    up = alt.Scale(domain=chart["domain"], nice=False, zero=False, clamp=True)
    layers = [*_marks(x, up), _names(up, plot)]
    sized = alt.layer(*layers).properties(width=plot, height=height)
    sentence = f"Score over training rows. {' '.join(chart['sentences'])}"
    return Chart(sized, _tables(chart, names, height), sentence)


def _marks(x: Any, up: Any) -> list[Any]:
    """Intervals, lines and points; what is promised is dashed and hollow.

    Only the first line has its intervals: several at one place cannot be told apart.
    """
    import altair as alt

    y = alt.Y("at:Q", scale=up, title=None)
    color = alt.Color("color:N", scale=None)
    steps = alt.Chart(alt.NamedData("steps")).mark_line(strokeWidth=2, aria=False)
    marks = alt.Chart(alt.NamedData("marks"))
    lines = steps.encode(
        x=x,
        y=y,
        detail="name:N",
        color=color,
        strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None),
    )
    bars = alt.Chart(alt.NamedData("bars"))
    ends = bars.mark_rule(strokeWidth=1.5, opacity=0.45, aria=False).encode(
        x=x, y=alt.Y("low:Q", scale=up), y2=alt.Y2("high:Q"), color=color
    )
    points = marks.mark_point(size=42, strokeWidth=2, opacity=1).encode(
        x=x,
        y=y,
        stroke=alt.Stroke("color:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
        description=alt.Description("said:N"),
    )
    return [ends, lines, points]


def _names(up: Any, plot: float) -> Any:
    import altair as alt

    named = alt.Chart(alt.NamedData("names")).mark_text(
        align="left",
        baseline="middle",
        fontSize=FONT - 1,
        color="var(--muted)",
        aria=False,
    )
    return named.encode(
        x=alt.value(plot + 8),
        y=alt.Y("place:Q", scale=up, title=None),
        text=alt.Text("name:N"),
    )


def _tables(chart: dict[str, Any], names: list[str], height: int) -> dict[str, Table]:
    low, high = chart["domain"]
    lasts = [line["points"][-1]["at"] - low for line in chart["lines"]]
    places = spread_positions(lasts, LABEL * (high - low) / height, high - low)
    tables: dict[str, Table] = {"steps": [], "marks": [], "names": []}
    tables["bars"] = [{**m, "color": "var(--ink)"} for m in chart["lines"][0]["points"]]
    for line, name, place in zip(chart["lines"], names, places, strict=True):
        color = "var(--accent)" if line["kind"] == "network" else "var(--soft)"
        tables["names"].append({"name": name, "place": low + place})
        for i, mark in enumerate(line["points"]):
            fill = "var(--paper)" if mark["promised"] else color
            shown = mark | {"color": color, "fill": fill, "name": name}
            tables["marks"].append(shown | {"said": _describe_mark(name, mark)})
            known = {"color": color, "name": f"{name}, known", "dash": [1, 0]}
            promised = {"color": color, "name": f"{name}, promised", "dash": [4, 3]}
            if not mark["promised"]:
                tables["steps"].append(mark | known)
            else:
                pair = line["points"][i - 1 : i + 1]
                tables["steps"] += [end | promised for end in pair]
    return tables


def _describe_mark(name: str, mark: dict[str, Any]) -> str:
    kind = "extrapolated" if mark["promised"] else "measured"
    ends = text.interval(mark["low"], mark["high"])
    at, rows = text.number(mark["at"]), text.count(mark["rows"], "training row")
    return f"{name}, {rows}: {at} {kind}, 95 % interval {ends}"
