"""The loss of one network per epoch, with the baselines' losses as lines."""

from typing import Any

from .. import text
from ..svg import FONT, LETTER, WIDE, Chart, Table, label_points

SERIES = ("training", "validation")
LABEL = FONT + 2
"""Height of the name of a line, in pixels."""


def curve_chart(curve: dict[str, Any], width: int) -> Chart:
    """Loss per epoch of one network, the baselines as horizontal lines.

    Parameters
    ----------
    curve : dict
        ``facts["networks"][i]["curve"]``.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    limit, height = (30, 270) if width == WIDE else (14, 230)
    names = text.unique_names([line["name"] for line in curve["lines"]], limit)
    plot = width - 62 - LETTER * max(map(len, names), default=0)
    low, high = curve["domain"]
    high = max(high, low + 1e-9)
    scale = alt.Scale(domain=[low, high], nice=False, clamp=True)
    losses = _losses(curve, scale, plot)
    chart = alt.layer(*_levels(scale, plot), losses) if names else losses
    gap = LABEL * (high - low) / height
    places = spread_positions(
        [line["loss"] - low for line in curve["lines"]], gap, high - low
    )
    tables = {
        "losses": _points(curve),
        "lines": [
            {
                "loss": line["loss"],
                "name": name,
                "at": low + place,
                "said": f"{line['name']}: {text.number(line['loss'])}",
                "dash": [4, 3] if line["thumb"] else [1, 0],
            }
            for line, name, place in zip(curve["lines"], names, places, strict=True)
        ],
    }
    sized = chart.properties(width=plot, height=height)
    return Chart(sized, tables, f"Loss per epoch. {' '.join(curve['sentences'])}")


def _points(curve: dict[str, Any]) -> Table:
    return [
        {
            "epoch": epoch,
            "loss": loss,
            "series": name,
            "told": label_points(name, "epoch ", _texts(points)) if i == 0 else "",
        }
        for name, points in curve["series"].items()
        for i, (epoch, loss) in enumerate(points)
    ]


def _texts(points: list[tuple[int, float]]) -> list[tuple[str, str]]:
    return [(f"{epoch:,}", text.number(loss)) for epoch, loss in points]


def _losses(curve: dict[str, Any], scale: Any, plot: float) -> Any:
    import altair as alt

    few = max(map(len, curve["series"].values())) <= 20
    last = max(curve["epochs"], 2)
    across = alt.Scale(domain=[1, last], nice=False)
    ticks = alt.Axis(tickMinStep=1, format=",d", tickCount=min(last, int(plot // 70)))
    colors = alt.Scale(domain=SERIES, range=["var(--train)", "var(--accent)"])
    dashes = alt.Scale(domain=SERIES, range=[[5, 3], [1, 0]])
    drawn = alt.Chart(alt.NamedData("losses")).encode(
        x=alt.X("epoch:Q", scale=across, title="epoch", axis=ticks),
        y=alt.Y("loss:Q", scale=scale, title=None),
        color=alt.Color("series:N", scale=colors, legend=None),
    )
    lines = drawn.mark_line(strokeWidth=2).encode(
        strokeDash=alt.StrokeDash("series:N", scale=dashes, legend=None),
        description=alt.Description("told:N"),
    )
    points = drawn.mark_point(size=28, filled=True, opacity=1, aria=False)
    return alt.layer(lines, points) if few else lines


def _levels(scale: Any, plot: float) -> list[Any]:
    """The baselines' losses and, right of the chart, their names."""
    import altair as alt

    lines = alt.Chart(alt.NamedData("lines")).encode(
        description=alt.Description("said:N")
    )
    rules = lines.mark_rule(strokeWidth=1.5, opacity=0.8, color="var(--soft)")
    names = lines.mark_text(
        align="left", baseline="middle", fontSize=FONT - 1, color="var(--muted)"
    )
    return [
        rules.encode(
            y=alt.Y("loss:Q", scale=scale, title=None),
            strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None),
        ),
        names.encode(
            x=alt.value(plot + 6),
            y=alt.Y("at:Q", scale=scale, title=None),
            text=alt.Text("name:N"),
        ),
    ]


def spread_positions(wanted: list[float], gap: float, height: float) -> list[float]:
    """Positions near the wanted ones, at least ``gap`` apart where there is room.

    All in one unit; 0 is one end, ``height`` the other.

    >>> spread_positions([100, 99, 20], 10, 200)
    [104.5, 94.5, 20]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[tuple[float, list[int]]] = []  # centre, members: touching ones move
    for i in order:
        groups.append((wanted[i], [i]))
        while len(groups) > 1 and _overlap(groups[-2], groups[-1], gap):
            (a, left), (b, right) = groups[-2:]
            members = left + right
            centre = (a * len(left) + b * len(right)) / len(members)
            groups[-2:] = [(centre, members)]
    placed = [0.0] * len(wanted)
    for centre, members in groups:
        half = gap * (len(members) - 1) / 2
        start = max(min(centre - half, height - 2 * half), 0) if half else centre
        for step, i in enumerate(members):
            placed[i] = start + gap * step
    return placed


def _overlap(
    lower: tuple[float, list[int]], upper: tuple[float, list[int]], gap: float
) -> bool:
    reach = gap * (len(lower[1]) + len(upper[1])) / 2
    return upper[0] - lower[0] < reach
