"""ROC and precision-recall curves of networks and a baseline: facts and chart."""

from typing import Any

from ...baselines.results.results import Results, Tradeoff
from .. import text
from ..svg import Chart, Table
from .predictions import best_pictures, head

WIDTH, HEIGHT = 380, 270
"""Of one of the two charts, in pixels; on a desk they stand beside each other."""
_DASHES = ("1 0", "9 3", "9 3 2 3", "3 3", "14 4")
"""Of the networks' lines, the best one's first."""
DOTTED = "2 2"
"""Of the best baseline's line."""


def tradeoff_facts(results: Results) -> dict[str, Any] | None:
    """The lines of both charts and their areas; None without curves."""
    made = results.pictures
    shown = [(r, p) for r, p in best_pictures(results) if p.roc and p.recall]
    if made is None or made.share is None or not shown:
        return None
    lines = [
        head(row)
        | {
            "dash": _DASHES[i % len(_DASHES)] if row.kind == "network" else DOTTED,
            "color": "accent" if row.kind == "network" else "other",
            "auc": text.number(found.roc.area if found.roc else None),
            "ap": text.number(found.recall.area if found.recall else None),
        }
        for i, (row, found) in enumerate(shown)
    ]
    return {
        "question": _question(results),
        "share": text.number(made.share),
        "lines": lines,
        "charts": [
            _chart("ROC", "false positive rate", "true positive rate",
                   [p.roc for _, p in shown], lines, [[0, 0], [1, 1]], "auc"),
            _chart("Precision and recall", "recall", "precision",
                   [p.recall for _, p in shown], lines,
                   [[0, made.share], [1, made.share]], "ap"),
        ],
    }  # fmt: skip


def _question(results: Results) -> str:
    about = results.about
    if about.task == "multilabel":
        return "The predictions of all labels are pooled (micro average)."
    if len(about.classes) == 2:
        label = text.label(list(about.classes)[1], 40)
        return f"Positive class: “{label}”."
    return (
        "Each class against the rest; the predictions of all classes are pooled "
        "(micro average)."
    )


def _chart(
    title: str,
    across: str,
    up: str,
    curves: list[Tradeoff | None],
    lines: list[dict[str, Any]],
    chance: list[list[float]],
    area: str,
) -> dict[str, Any]:
    return {
        "title": title,
        "across": across,
        "up": up,
        "chance": chance,
        "steps": area == "ap",
        "lines": [
            line
            | {
                "points": list(zip(curve.across, curve.up, strict=True)),
                "said": f"{line['name']}: area {line[area]}",
            }
            for curve, line in zip(curves, lines, strict=True)
            if curve
        ],
    }


def tradeoff_chart(chart: dict[str, Any]) -> Chart:
    """Lines from left to right; precision holds back to the recall before.

    Parameters
    ----------
    chart : dict
        Of ``tradeoff_facts(results)["charts"]``.
    """
    import altair as alt

    whole = alt.Scale(domain=[0, 1], nice=False)
    ticks = alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format="~g", grid=True)
    x = alt.X("across:Q", scale=whole, title=chart["across"], axis=ticks)
    y = alt.Y("up:Q", scale=whole, title=None, axis=ticks)
    chance = alt.Chart(alt.NamedData("chance")).mark_line(
        strokeWidth=1.5, strokeDash=[4, 3], color="var(--soft)", aria=False
    )
    layers = [chance.encode(x=x, y=y)]
    # from back to front: the best one, which is first, is not covered
    for i, line in reversed(list(enumerate(chart["lines"]))):
        drawn = alt.Chart(alt.NamedData(f"line{i}")).mark_line(
            strokeWidth=2,
            strokeDash=[int(n) for n in line["dash"].split()],
            color=f"var(--{line['color']})",
            interpolate="step-before" if chart["steps"] else "linear",
        )
        said = alt.Description("said:N")
        layers.append(drawn.encode(x=x, y=y, order="place:Q", description=said))
    sized = alt.layer(*layers).properties(width=WIDTH - 60, height=HEIGHT)
    areas = "; ".join(line["said"] for line in chart["lines"])
    return Chart(sized, _tables(chart), f"{chart['title']}. {areas}.")


def _tables(chart: dict[str, Any]) -> dict[str, Table]:
    tables: dict[str, Table] = {
        "chance": [{"across": across, "up": up} for across, up in chart["chance"]]
    }
    for i, line in enumerate(chart["lines"]):
        tables[f"line{i}"] = [
            {"across": across, "up": up, "place": place, "said": line["said"]}
            for place, (across, up) in enumerate(line["points"])
        ]
    return tables
