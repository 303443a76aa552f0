"""Lines over the steps of a training, one a layer, each with its name at the end."""

import math
from typing import Any

from .. import text
from ..svg import FONT, LETTER, Table, draw, told
from .loss_curves import LABEL, spread

HALF = 396
"""Width of a chart with another one beside it, in pixels."""
_HEIGHT = 190
_FEW = 20
"""Lines of so few points have a mark at each."""
END = 14
"""Letters of a layer's name."""


def probe_svg(chart: dict[str, Any], width: int) -> str:
    """One chart of `learnable.reports.sections.probes.probe_facts`.

    Parameters
    ----------
    chart : dict
        With its lines, domain and steps.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    names = text.unique_names([line["name"] for line in chart["lines"]], END)
    names = names if len(names) > 1 or chart["lines"][0]["name"] else [""]
    plot = width - 74 - LETTER * max(map(len, names))
    up = alt.Scale(
        type="log" if chart["log"] else "linear",
        domain=chart["domain"],
        nice=False,
        clamp=True,
    )
    layers = [_lines(chart, up, plot), _ends(plot)]
    sized = alt.layer(*layers).properties(width=plot, height=_HEIGHT)
    said = f"{chart['title']} over the steps: {', '.join(filter(None, names))}"
    return draw(sized, _tables(chart, names), said.removesuffix(": "))


def _lines(chart: dict[str, Any], up: Any, plot: float) -> Any:
    import altair as alt

    few = max(len(line["points"]) for line in chart["lines"]) <= _FEW
    form = "%" if chart["share"] else "~g"
    form = ".0e" if chart["log"] else form
    across = alt.Scale(domain=chart["steps"], nice=False)
    ticks = alt.Axis(format=",d", tickMinStep=1, tickCount=max(2, int(plot // 55)))
    scale = alt.Axis(format=form, tickCount=4, labelOverlap=True)
    drawn = alt.Chart(alt.NamedData("points")).encode(
        x=alt.X("step:Q", scale=across, title="step", axis=ticks),
        y=alt.Y("value:Q", scale=up, title=None, axis=scale),
        color=alt.Color("color:N", scale=None),
        detail="name:N",
    )
    lines = drawn.mark_line(strokeWidth=1.8).encode(
        description=alt.Description("told:N")
    )
    points = drawn.mark_point(size=22, filled=True, opacity=1, aria=False)
    return alt.layer(lines, points) if few else lines


def _ends(plot: float) -> Any:
    """The names right of the chart."""
    import altair as alt

    names = alt.Chart(alt.NamedData("ends")).mark_text(
        align="left", baseline="middle", fontSize=FONT - 1, aria=False
    )
    return names.encode(
        x=alt.value(plot + 7),
        y=alt.Y("place:Q", scale=None),
        text=alt.Text("name:N"),
        color=alt.Color("color:N", scale=None),
    )


def _tables(chart: dict[str, Any], names: list[str]) -> dict[str, Table]:
    colors = [_color(i, len(names)) for i in range(len(names))]
    lows = [_height(chart, line["points"][-1][1]) for line in chart["lines"]]
    places = spread(lows, LABEL, _HEIGHT)
    spec = ".0%" if chart["share"] else ".3g"
    points = [
        {
            "step": step,
            "value": max(value, chart["domain"][0]),
            "name": name,
            "color": color,
            "told": _told(name, line["points"], spec) if i == 0 else "",
        }
        for line, name, color in zip(chart["lines"], names, colors, strict=True)
        for i, (step, value) in enumerate(line["points"])
    ]
    ends = [
        {"name": name, "color": color, "place": place}
        for name, color, place in zip(names, colors, places, strict=True)
    ]
    return {"points": points, "ends": ends}


def _told(name: str, points: list[tuple[int, float]], spec: str) -> str:
    texts = [(f"{step:,}", format(value, spec)) for step, value in points]
    return told(name or "loss", "step ", texts)


def _height(chart: dict[str, Any], value: float) -> float:
    """Pixels from the top, as the axis has them."""
    low, high = chart["domain"]
    value = min(max(value, low), high)
    if chart["log"]:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return _HEIGHT * (high - value) / (high - low)


def _color(place: int, count: int) -> str:
    """From the first layer's colour to the last one's."""
    share = round(100 * place / max(count - 1, 1))
    return f"color-mix(in oklab, var(--accent), var(--other) {share}%)"
