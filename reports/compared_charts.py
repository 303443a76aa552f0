"""The losses of several networks in one chart, each told apart in three ways."""

from typing import Any

from . import text
from .curves import LABEL, spread
from .forest import forest_svg
from .svg import FONT, LETTER, NARROW, WIDE, Table, draw

COLORS = tuple(f"var(--run-{i})" for i in range(1, 9))
"""Of `templates/compared.css`."""

DASHES = (
    [1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [12, 4], [4, 2, 1, 2], [3, 5], [14, 3, 3, 3],
)  # fmt: skip


def compared_figures(facts: dict[str, Any]) -> dict[str, Any]:
    """The charts of `learnable.reports.compared.compare_facts`.

    Returns
    -------
    dict
        ``forest``, ``curves``: {"wide": SVG, "narrow": SVG} or None.
    """
    forest, curves = facts["forest"], facts["curves"]
    drawn = curves and curves["lines"]
    return {
        "forest": _both(forest_svg, forest) if forest else None,
        "curves": _both(runs_svg, curves) if drawn else None,
    }


def _both(draw_one: Any, found: dict[str, Any]) -> dict[str, str]:
    return {"wide": draw_one(found, WIDE), "narrow": draw_one(found, NARROW)}


def runs_svg(curves: dict[str, Any], width: int) -> str:
    """Loss per epoch of several networks, each with its name at the end.

    Parameters
    ----------
    curves : dict
        ``facts["curves"]``.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    limit, height = (26, 300) if width == WIDE else (12, 240)
    names = text.unique_names([line["name"] for line in curves["lines"]], limit)
    plot = width - 62 - LETTER * max(map(len, names)) - 8
    up = alt.Scale(domain=_domain(curves), nice=False, clamp=True)
    layers = [_lines(curves, up, plot), _ends(plot)]
    sized = alt.layer(*layers).properties(width=plot, height=height)
    said = ". ".join(line["said"] for line in curves["lines"])
    label = f"{curves['axis'].capitalize()} per epoch. {said}."
    return draw(sized, _tables(curves, names, height), label)


def _domain(curves: dict[str, Any]) -> list[float]:
    low, high = curves["domain"]
    return [low, max(high, low + 1e-9)]


def _lines(curves: dict[str, Any], up: Any, plot: float) -> Any:
    import altair as alt

    last = max(curves["epochs"], 2)
    across = alt.Scale(domain=[1, last], nice=False)
    ticks = alt.Axis(tickMinStep=1, format=",d", tickCount=min(last, int(plot // 70)))
    drawn = alt.Chart(alt.NamedData("losses")).mark_line(strokeWidth=2)
    return drawn.encode(
        x=alt.X("epoch:Q", scale=across, title="epoch", axis=ticks),
        y=alt.Y("loss:Q", scale=up, title=None),
        color=alt.Color("color:N", scale=None),
        strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None),
        detail="name:N",
        description=alt.Description("said:N"),
    )


def _ends(plot: float) -> Any:
    import altair as alt

    names = alt.Chart(alt.NamedData("ends")).mark_text(
        align="left", baseline="middle", fontSize=FONT - 1, aria=False
    )
    return names.encode(
        x=alt.value(plot + 8),
        y=alt.Y("place:Q", scale=None),
        text=alt.Text("name:N"),
        color=alt.Color("color:N", scale=None),
    )


def _tables(
    curves: dict[str, Any], names: list[str], height: float
) -> dict[str, Table]:
    low, high = _domain(curves)
    lasts = [min(line["points"][-1][1], high) for line in curves["lines"]]
    tops = [height * (high - last) / (high - low) for last in lasts]
    places = spread(tops, LABEL, height)
    tables: dict[str, Table] = {"losses": [], "ends": []}
    for i, (line, name) in enumerate(zip(curves["lines"], names, strict=True)):
        known = {"name": name, "color": COLORS[i], "dash": DASHES[i]}
        tables["ends"].append(known | {"place": places[i]})
        tables["losses"] += [
            known | {"epoch": epoch, "loss": loss, "said": line["said"]}
            for epoch, loss in line["points"]
        ]
    return tables
