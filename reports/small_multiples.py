"""Small charts that stand beside one another: histograms, and predicted against actual.

Each is drawn once: on a desk three stand in a row, each as wide as a phone.
"""

from typing import Any

from .svg import Table, draw

PANEL = 300
"""Width of a small chart, in pixels."""
_HEIGHT = 150
SQUARE = 230
_LONG = 10_000
"""From here on a number has no room below a small chart."""


def color(kind: str) -> str:
    """Networks are blue, baselines grey, as everywhere on the page."""
    return "var(--accent)" if kind == "network" else "var(--soft)"


def _ticks(domain: list[float], *, grid: bool) -> Any:
    """An axis of few numbers; long ones are written as ``20k``."""
    import altair as alt

    form = "~s" if max(map(abs, domain)) >= _LONG else alt.Undefined
    return alt.Axis(tickCount=4, labelOverlap=True, grid=grid, format=form)


def bars_svg(panel: dict[str, Any], axis: str) -> str:
    """A histogram; a darker part of each bar, an outline or a line at 0 where wanted.

    Parameters
    ----------
    panel : dict
        Of `learnable.reports.sections.predictions.histogram_facts`, or its residuals.
    axis : str
        What the bars are of.
    """
    import altair as alt

    width = PANEL - 60
    across = alt.Scale(domain=panel["domain"], nice=False)
    ticks = _ticks(panel["domain"], grid=False)
    x = alt.X("from:Q", scale=across, title=axis, axis=ticks)
    up = alt.Axis(tickCount=3, tickMinStep=1, format=",d", grid=True)
    y = alt.Y("rows:Q", title=None, axis=up, stack=None)
    said = alt.Description("said:N")
    tone = color(panel["kind"])

    def boxes(name: str, opacity: float) -> Any:
        drawn = alt.Chart(alt.NamedData(name)).mark_bar(
            color=tone, opacity=opacity, binSpacing=1
        )
        return drawn.encode(x=x, x2="to:Q", y=y, y2=alt.datum(0), description=said)

    outer = boxes("bars", 0.4 if panel["inner"] else 0.8)
    layers = [outer, boxes("inner", 1)] if panel["inner"] else [outer]
    if panel["outline"]:
        steps = alt.Chart(alt.NamedData("outline")).mark_line(
            interpolate="step-after", color="var(--ink)", strokeWidth=1.5
        )
        layers.append(steps.encode(x=x, y=y, description=said))
    if panel["zero"] and panel["domain"][0] <= 0 <= panel["domain"][1]:
        zero = alt.Chart(alt.NamedData("zero")).mark_rule(
            strokeDash=[4, 3], color="var(--ink)", aria=False
        )
        layers.append(zero.encode(x=x))
    chart = alt.layer(*layers).properties(width=width, height=_HEIGHT)
    return draw(chart, _tables(panel), f"{panel['name']}: rows by {axis}.")


def _tables(panel: dict[str, Any]) -> dict[str, Table]:
    outline = panel["outline"]
    if outline:  # the last step has a right end too
        outline = [*outline, outline[-1] | {"from": outline[-1]["to"]}]
        outline = [step | {"said": "the true values"} for step in outline]
    return {
        "bars": [bar for bar in panel["bars"] if bar["rows"]],
        "inner": [bar for bar in panel["inner"] if bar["rows"]],
        "outline": outline,
        "zero": [{"from": 0}],
    }


def points_svg(panel: dict[str, Any]) -> str:
    """Predicted against actual values, and the line on which both are equal.

    Parameters
    ----------
    panel : dict
        Of `learnable.reports.sections.predictions.residual_facts`.
    """
    import altair as alt

    scale = alt.Scale(domain=panel["domain"], nice=False, zero=False, clamp=True)
    ticks = _ticks(panel["domain"], grid=True)
    x = alt.X("actual:Q", scale=scale, title="actual", axis=ticks)
    y = alt.Y("predicted:Q", scale=scale, title=None, axis=ticks)
    equal = alt.Chart(alt.NamedData("equal")).mark_line(
        strokeDash=[4, 3], strokeWidth=1.5, color="var(--ink)", aria=False
    )
    network = panel["kind"] == "network"
    points = alt.Chart(alt.NamedData("points")).mark_point(
        shape="diamond" if network else "circle",
        size=22,
        filled=True,
        opacity=0.55,
        color=color(panel["kind"]),
    )
    layers = [
        equal.encode(x=x, y=y),
        points.encode(x=x, y=y, description=alt.Description("said:N")),
    ]
    chart = alt.layer(*layers).properties(width=PANEL - 60, height=SQUARE)
    ends = [{"actual": end, "predicted": end} for end in panel["domain"]]
    tables = {"equal": ends, "points": panel["points"]}
    return draw(chart, tables, f"{panel['name']}: predicted against actual values.")
