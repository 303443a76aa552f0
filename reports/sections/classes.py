"""Classes: number of rows, confusion matrices, precision, recall and F1, ROC curves.

Definitions: van Rijsbergen 1979, *Information Retrieval*, chapter 7. A class that is
never predicted has no precision; in the mean it counts as 0, as in scikit-learn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...baselines.results.results import About, Results, Row, TradeoffCurve
from .. import text
from ..svg import Chart, Table
from .chart_sentences import areas_sentence
from .predictions import best_pictures, head
from .scores import best_baseline, scored_rows

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
        "sentence": areas_sentence(
            [line["name"] for line in lines], [p for _, p in shown]
        ),
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
    curves: list[TradeoffCurve | None],
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


_MOST_CLASSES = 20
"""A larger table of confusions cannot be read."""

_LARGEST = 10
"""This many confusions are listed where the table would be too large."""

MOST_MATRICES = 6
MOST_TABLES = 4
"""Candidates whose precision and recall are shown: the best networks and a baseline."""
LEVELS = 6
"""Shades of the heat table."""


def confusion_facts(results: Results) -> list[dict[str, Any]]:
    """Confusions of each network and of the best baseline."""
    return [_confusion(row, labels) for row, labels in _with_confusions(results)]


def recognition_facts(results: Results) -> list[dict[str, Any]]:
    """Precision, recall and F1 of each class, for the same candidates."""
    tables = [
        {"name": text.name(row.name), "kind": row.kind} | table
        for row, labels in _with_confusions(results)
        if (table := table_facts(row.confusion, labels))
    ]
    return _first_and_last(tables, MOST_TABLES)


def _with_confusions(results: Results) -> list[tuple[Row, list[str]]]:
    best = best_baseline(results)
    rows = [row for row in scored_rows(results) if row.kind == "network"]
    rows += [best] if best else []
    shown = _first_and_last([row for row in rows if row.confusion], MOST_MATRICES)
    classes = list(results.about.classes)
    return [(row, _labels(classes, len(row.confusion))) for row in shown]


def _first_and_last(found: list[Any], most: int) -> list[Any]:
    """At most so many; the last one, a baseline, is always among them."""
    return found if len(found) <= most else [*found[: most - 1], found[-1]]


def _labels(classes: list[str], size: int) -> list[str]:
    """Names of the classes that tell them apart; numbers where they do not fit."""
    if len(classes) != size:
        classes = [f"class {i}" for i in range(size)]
    return text.unique_names([text.label(name) for name in classes], 24)


def _confusion(row: Row, labels: list[str]) -> dict[str, Any]:
    size = len(row.confusion)
    large = size > _MOST_CLASSES
    right = sum(row.confusion[i][i] for i in range(size))
    total = sum(map(sum, row.confusion))
    return {
        "name": text.name(row.name),
        "kind": row.kind,
        "labels": labels,
        "right": f"{text.format_count(right)} of {text.format_count(total)} correct",
        "rows": [] if large else _heat(row.confusion, labels),
        "largest": _largest(row.confusion, labels) if large else [],
        "classes": size,
    }


def _heat(matrix: Sequence[Sequence[int]], labels: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "label": labels[i],
            "recall": text.percent(counts[i] / sum(counts) if sum(counts) else None),
            "cells": [
                {
                    "text": text.format_count(n),
                    "shade": _shade(n, sum(counts)),
                    "right": i == j,
                }
                for j, n in enumerate(counts)
            ],
        }
        for i, counts in enumerate(matrix)
    ]


def _shade(amount: int, total: int) -> int:
    """0 for none, then 1 to ``LEVELS`` by the share of the row."""
    return min(LEVELS, 1 + int(LEVELS * amount / total)) if amount else 0


def _largest(
    matrix: Sequence[Sequence[int]], labels: list[str]
) -> list[dict[str, str]]:
    wrong = [
        (n, i, j)
        for i, counts in enumerate(matrix)
        for j, n in enumerate(counts)
        if i != j and n
    ]
    wrong.sort(key=lambda found: (-found[0], found[1], found[2]))
    return [
        {
            "true": labels[i],
            "predicted": labels[j],
            "rows": text.format_count(n),
            "share": text.percent(n / sum(matrix[i])),
        }
        for n, i, j in wrong[:_LARGEST]
    ]


def balance_facts(results: Results) -> dict[str, Any] | None:
    """Rows a class, largest first; None without classes."""
    about = results.about
    total = _total(about)
    if not about.classes or not total:
        return None
    ordered = sorted(about.classes.items(), key=lambda pair: -pair[1])
    shown, rest = ordered[:_MOST_CLASSES], ordered[_MOST_CLASSES:]
    top = max(ordered[0][1], 1)
    rows = [_share(text.label(label, 40), n, total, top) for label, n in shown]
    if rest:
        label, left = f"{len(rest)} more, together", sum(n for _, n in rest)
        if about.task == "multilabel":
            label, left = f"{len(rest)} more, each at most", rest[0][1]
        rows.append(_share(label, left, total, max(top, left)))
    return {"rows": rows, "sentence": _commonest(about, ordered[0], total)}


def _total(about: About) -> int:
    """Return the total of shares: labels do not exclude each other, so all rows."""
    return about.rows if about.task == "multilabel" else sum(about.classes.values())


def _commonest(about: About, most: tuple[str, int], total: int) -> str:
    label, share = text.label(most[0], 40), text.percent(most[1] / total)
    if about.task == "multilabel":
        return f"A row may have several labels; {share} of the rows have “{label}”."
    rows = "characters" if about.task == "characters" else "rows"
    return f"Always predicting “{label}” is right for {share} of the {rows}."


def _share(label: str, amount: int, total: int, top: int) -> dict[str, Any]:
    return {
        "label": label,
        "rows": text.format_count(amount),
        "share": text.percent(amount / total),
        "width": round(100 * amount / top),
    }


MOST_BARS = 20
_WORST = 10
"""This many of more classes are shown, those with the lowest recall."""


@dataclass(frozen=True)
class ClassScore:
    """Scores of one class; None where one is not defined."""

    label: str
    rows: int
    precision: float | None
    recall: float | None
    f1: float | None


def class_scores(
    confusion: Sequence[Sequence[int]], labels: Sequence[str]
) -> list[ClassScore]:
    """The scores of each class, in the order of the classes.

    Parameters
    ----------
    confusion : int table of shape (n_classes, n_classes)
        True class x predicted class.
    labels : n_classes texts

    Examples
    --------
    >>> class_scores([[8, 2], [0, 0]], ["a", "b"])[0]
    ClassScore(label='a', rows=10, precision=1.0, recall=0.8, f1=0.888...)
    """
    said = [sum(column) for column in zip(*confusion, strict=True)]
    return [
        _class_score(labels[i], counts[i], sum(counts), said[i])
        for i, counts in enumerate(confusion)
    ]


def _class_score(label: str, right: int, rows: int, said: int) -> ClassScore:
    return ClassScore(
        label,
        rows,
        right / said if said else None,
        right / rows if rows else None,
        2 * right / (rows + said) if rows + said else None,
    )


def table_facts(
    confusion: Sequence[Sequence[int]], labels: Sequence[str]
) -> dict[str, Any] | None:
    """The table of one candidate; None where no class has a row.

    ``means`` are over the classes that have rows.
    """
    present = [s for s in class_scores(confusion, labels) if s.rows]
    if not present:
        return None
    shown = present
    if len(present) > MOST_BARS:
        shown = sorted(present, key=lambda s: (s.recall or 0.0, -s.rows))[:_WORST]
    return {
        "rows": [_cells(s) for s in shown],
        "means": [
            _format_share(sum(values) / len(values))
            for values in (
                [s.precision or 0.0 for s in present],
                [s.recall or 0.0 for s in present],
                [s.f1 or 0.0 for s in present],
            )
        ],
        "classes": len(present),
        "worst": len(shown) < len(present),
        "total": text.format_count(sum(s.rows for s in present)),
    }


def _cells(score: ClassScore) -> dict[str, Any]:
    return {
        "label": score.label,
        "cells": [_format_share(v) for v in (score.precision, score.recall, score.f1)],
        "rows": text.format_count(score.rows),
    }


def _format_share(value: float | None) -> str:
    return text.number(value, ".3f")
