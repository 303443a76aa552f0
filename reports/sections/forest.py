"""The forest plot: every candidate with its interval and its folds."""

from typing import Any

from .. import text
from ..svg import FONT, LETTER, WIDE, Chart, Table

_ROW = 26
"""Height of one candidate, in pixels."""


def forest_chart(forest: dict[str, Any], width: int, *, dot: int = 14) -> Chart:
    """The score of every candidate with its interval and its folds.

    Parameters
    ----------
    forest : dict
        ``facts["scores"]["chart"]``, or ``facts["folds"]["paired"]``.
    width : int
        Of the whole chart, in pixels.
    dot : int, default 14
        Area of a fold's dot, in square pixels.
    """
    import altair as alt

    limit = 34 if width == WIDE else 15
    names = text.unique_names([mark["name"] for mark in forest["marks"]], limit)
    plot = width - LETTER * max(map(len, names)) - 70
    scale = alt.Scale(domain=forest["domain"], nice=False, zero=False, clamp=True)
    ticks = alt.Axis(tickCount=max(2, int(plot // 80)), labelOverlap=False)
    x = alt.X("at:Q", scale=scale, title=forest["axis"], axis=ticks)
    y = alt.Y("name:N", sort=names, title=None)
    layers = alt.layer(*_line(x), *_candidates(x, y, scale, plot, dot))
    chart = layers.properties(width=plot, height=_ROW * len(names))
    sentence = f"{forest['said']}; best: {forest['marks'][0]['said']}"
    return Chart(chart, _tables(forest, names), sentence)


def _candidates(x: Any, y: Any, scale: Any, plot: float, dot: int) -> list[Any]:
    """Folds, interval, mean and its number, from back to front."""
    import altair as alt

    color = alt.Color("color:N", scale=None)
    rows = alt.Chart(alt.NamedData("rows")).encode(y=y)
    folds = alt.Chart(alt.NamedData("folds")).encode(y=y, x=x, color=color)
    intervals = rows.mark_rule(strokeWidth=2, strokeCap="round", aria=False)
    means = rows.mark_point(size=90, filled=True, opacity=1)
    numbers = rows.mark_text(
        align="left", fontSize=FONT, color="var(--ink)", aria=False
    )
    return [
        folds.mark_circle(size=dot, opacity=0.4, aria=False),
        intervals.encode(
            x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q"), color=color
        ),
        means.encode(
            x=x,
            color=color,
            shape=alt.Shape("shape:N", scale=None),
            description=alt.Description("said:N"),
        ),
        numbers.encode(x=alt.value(plot + 10), text=alt.Text("text:N")),
    ]


def _line(x: Any) -> list[Any]:
    """The rule of thumb as a vertical line, its name above."""
    import altair as alt

    base = alt.Chart(alt.NamedData("line")).encode(x=x)
    rule = base.mark_rule(strokeDash=[4, 3], color="var(--ink)", aria=False)
    label = base.mark_text(
        align="left", dx=-2, fontSize=FONT - 1, color="var(--muted)", aria=False
    )
    return [rule, label.encode(text=alt.Text("name:N"), y=alt.value(-9))]


def _tables(forest: dict[str, Any], names: list[str]) -> dict[str, Table]:
    marks = list(zip(forest["marks"], names, strict=True))
    left, right = forest["domain"]
    line = {"at": forest["line"], "name": forest["line_label"]}
    return {
        "line": [line] if forest["line"] is not None else [],
        "rows": [_row(mark, name, left, right) for mark, name in marks],
        "folds": [
            {"name": name, "at": value, "color": _color(mark)}
            for mark, name in marks
            for value in mark["folds"]
            if left <= value <= right
        ],
    }


def _row(mark: dict[str, Any], name: str, left: float, right: float) -> dict[str, Any]:
    known = mark["low"] is not None
    shape = "diamond" if mark["kind"] == "network" else "circle"
    return {
        "name": name,
        "at": mark["mean"],
        "low": mark["low"] if known else mark["mean"],
        "high": mark["high"] if known else mark["mean"],
        "text": mark["text"],
        "said": mark["said"],
        "color": _color(mark),
        "shape": "triangle-left"
        if mark["mean"] < left
        else "triangle-right"
        if mark["mean"] > right
        else shape,
    }


def _color(mark: dict[str, Any]) -> str:
    return "var(--accent)" if mark["kind"] == "network" else "var(--soft)"
