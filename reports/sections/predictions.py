"""Predictions for the test rows: histograms, and predicted against actual.

The charts are small and drawn once: on a desk three stand in a row, each as wide as a
phone.
"""

from collections.abc import Sequence
from typing import Any

from ...baselines.results.results import Picture, Pictures, Results, Row
from .. import text
from ..svg import Chart, Table
from .chart_sentences import histogram_sentence, points_sentence, residuals_sentence
from .scores import best_baseline, scored_rows

MOST_CANDIDATES = 5
"""Networks of which predictions are shown, the best ones."""
_ALL_POINTS = 600
"""Points of predicted against actual, shared by the candidates of a page."""
_MOST_CLASSES = 12
"""Of more, those with the largest differences are shown."""
ONE_CLASS = 0.99
"""A network that predicts one class for so many rows has a sentence."""

PANEL = 300
"""Width of a small chart, in pixels."""
_HEIGHT = 150
SQUARE = 230
_LONG = 10_000
"""From here on a number has no room below a small chart."""


def shown_pictures(results: Results) -> list[tuple[Row, Picture]]:
    """The best networks, then the best baseline, then any other, each by its score."""
    if results.pictures is None:
        return []
    known = {found.candidate: found for found in results.pictures.candidates}
    rows = [row for row in scored_rows(results) if row.name in known]
    networks = [row for row in rows if row.kind == "network"][:MOST_CANDIDATES]
    baselines = [row for row in rows if row.kind != "network"]
    return [(row, known[row.name]) for row in [*networks, *baselines]]


def best_pictures(results: Results) -> list[tuple[Row, Picture]]:
    """Return `shown_pictures` without a rule of thumb beside a better baseline."""
    best = best_baseline(results)
    return [
        (row, found)
        for row, found in shown_pictures(results)
        if row.kind == "network" or row is best
    ]


def head(row: Row) -> dict[str, str]:
    """A panel's heading."""
    return {"name": text.name(row.name), "kind": kind(row)}


def kind(row: Row) -> str:
    """``network`` or ``baseline``."""
    return "network" if row.kind == "network" else "baseline"


def histogram_facts(results: Results) -> dict[str, Any] | None:
    """Return histograms of the predictions and counts of each class; None without."""
    made = results.pictures
    shown = [(row, p) for row, p in shown_pictures(results) if any(p.said)]
    if made is None or not shown:
        return None
    numbers = made.share is None
    return {
        "axis": text.name(results.about.target, 28) if numbers else "probability",
        "asked": "" if numbers else positive_class_phrase(results),
        "held": "" if numbers else _describe_true_predictions(results),
        "numbers": numbers,
        "panels": [_panel(row, found, made) for row, found in shown],
        "classes": None if numbers else _classes(results, shown, made),
    }


def positive_class_phrase(results: Results) -> str:
    """Describe in words what the probabilities are of."""
    if results.about.task == "multilabel":
        return "of each label for each row"
    if len(results.about.classes) == 2:
        return f"of “{text.label(list(results.about.classes)[1], 40)}”"
    return "of the predicted class"


def _describe_true_predictions(results: Results) -> str:
    """Name the predictions that are counted as true."""
    if results.about.task == "multilabel":
        return "labels that are true"
    if len(results.about.classes) == 2:
        positive = positive_class_phrase(results).removeprefix("of ")
        return f"rows whose true class is {positive}"
    return "correct predictions"


def _panel(row: Row, found: Picture, made: Pictures) -> dict[str, Any]:
    numbers = made.share is None
    actual = made.actual if numbers else ()
    noun = "row" if numbers else "prediction"
    panel: dict[str, Any] = head(row) | {
        "bars": bars(made.edges, found.said, noun),
        "inner": [] if numbers else bars(made.edges, found.held, "correct"),
        "outline": bars(made.edges, actual, "true") if actual else [],
        "domain": [made.edges[0], made.edges[-1]],
        "zero": False,
    }
    return panel | {"sentence": histogram_sentence(panel, numbers=numbers)}


def bars(
    edges: Sequence[float], counts: Sequence[int], noun: str
) -> list[dict[str, Any]]:
    """Return the bars of a histogram, each with its label."""
    words = {"correct": "{} of them true", "true": "{} by true value"}
    return [
        {
            "from": low,
            "to": high,
            "rows": count,
            "said": f"{text.number(low, '#.3g')} to {text.number(high, '#.3g')}: "
            + (
                words[noun].format(text.format_count(count))
                if noun in words
                else text.count(count, noun)
            ),
        }
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]


def _classes(
    results: Results, shown: list[tuple[Row, Picture]], made: Pictures
) -> dict[str, Any] | None:
    """Count the rows of each class beside the rows that are predicted as it."""
    labels = [text.label(name, 40) for name in results.about.classes]
    told = [(row, found) for row, found in shown if len(found.named) == len(labels)]
    if not labels or not told or len(made.actual) != len(labels):
        return None
    order = list(range(len(labels)))
    if len(order) > _MOST_CLASSES:
        order.sort(
            key=lambda i: -max(abs(f.named[i] - made.actual[i]) for _, f in told)
        )
    order = order[:_MOST_CLASSES]
    return {
        "heads": [head(row) for row, _ in told],
        "rows": [
            {
                "label": labels[i],
                "true": text.format_count(made.actual[i]),
                "said": [text.format_count(found.named[i]) for _, found in told],
            }
            for i in order
        ],
        "more": max(0, len(labels) - len(order)),
        "sentences": _always(results, told, labels, made),
    }


def _always(
    results: Results,
    told: list[tuple[Row, Picture]],
    labels: list[str],
    made: Pictures,
) -> list[str]:
    """Name the networks that predict the same class for all rows, or nearly."""
    if results.about.task == "multilabel":
        return []
    sentences = []
    for row, found in told:
        total, most = sum(found.named), max(found.named)
        if row.kind == "network" and total and most >= ONE_CLASS * total:
            place = found.named.index(most)
            sentences.append(
                f"{text.name(row.name)} predicts “{labels[place]}” for "
                f"{text.percent(most / total)} of the rows; it is the true class of "
                f"{text.percent(made.actual[place] / total)}."
            )
    return sentences


def residual_facts(results: Results) -> dict[str, Any] | None:
    """Predicted against actual, and residuals; None where numbers are not predicted."""
    made = results.pictures
    shown = [(row, p) for row, p in best_pictures(results) if p.drawn]
    if made is None or not made.drawn or not shown:
        return None
    most = max(1, _ALL_POINTS // len(shown))
    return {
        "target": text.name(results.about.target, 120),
        "panels": [_pair(row, found, made, most) for row, found in shown],
        "drawn": text.format_count(min(most, len(made.drawn))),
        "rows": text.count(made.rows, "row"),
    }


def _pair(row: Row, found: Picture, made: Pictures, most: int) -> dict[str, Any]:
    """The points, and the histogram of the residuals, of one candidate."""
    domain = [made.edges[0], made.edges[-1]]
    pairs = list(zip(made.drawn, found.drawn, strict=False))[:most]
    off = sum(not domain[0] <= said <= domain[1] for _, said in pairs)
    panel: dict[str, Any] = head(row) | {
        "points": [
            {
                "actual": actual,
                "predicted": predicted,
                "said": f"actual {text.number(actual, '#.3g')}, "
                f"predicted {text.number(predicted, '#.3g')}",
            }
            for actual, predicted in pairs
        ],
        "domain": domain,
        "off": f"{text.count(off, 'point')} at the edge lie outside the axes."
        if off
        else "",
        "residuals": {
            "kind": kind(row),
            "name": text.name(row.name),
            "bars": bars(made.steps, found.residuals, "row"),
            "inner": [],
            "outline": [],
            "domain": [made.steps[0], made.steps[-1]] if made.steps else [0, 1],
            "zero": True,
        },
    }
    return panel | {
        "sentence": points_sentence(panel["points"]),
        "residuals_sentence": residuals_sentence(panel["residuals"]["bars"]),
    }


def color(kind: str) -> str:
    """Networks are blue, baselines grey, as everywhere on the page."""
    return "var(--accent)" if kind == "network" else "var(--soft)"


def _ticks(domain: list[float], *, grid: bool) -> Any:
    """An axis of few numbers; long ones are written as ``20k``."""
    import altair as alt

    form = "~s" if max(map(abs, domain)) >= _LONG else alt.Undefined
    return alt.Axis(tickCount=4, labelOverlap=True, grid=grid, format=form)


def bars_chart(panel: dict[str, Any], axis: str) -> Chart:
    """A histogram; a darker part of each bar, an outline or a line at 0 where wanted.

    Parameters
    ----------
    panel : dict
        Of `histogram_facts`, or ``residuals`` of `residual_facts`.
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
    return Chart(chart, _tables(panel), f"{panel['name']}: rows by {axis}.")


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


def points_chart(panel: dict[str, Any]) -> Chart:
    """Predicted against actual values, and the line on which both are equal.

    Parameters
    ----------
    panel : dict
        Of `residual_facts`.
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
    return Chart(chart, tables, f"{panel['name']}: predicted against actual values.")
