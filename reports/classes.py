"""Classes: how many rows each has, and which are taken for which."""

from collections.abc import Sequence
from typing import Any

from ..baselines.results import Results, Row
from . import text
from .scores import best_baseline, scored_rows

MOST_CLASSES = 20
"""A larger table of confusions cannot be read."""

LARGEST = 10
"""This many confusions are listed where the table would be too large."""

MOST_MATRICES = 8
LEVELS = 6
"""Shades of the heat table."""


def confusion_facts(results: Results) -> list[dict[str, Any]]:
    """Confusions of each network and of the best baseline."""
    best = best_baseline(results)
    rows = [row for row in scored_rows(results) if row.kind == "network"]
    rows += [best] if best else []
    shown = [row for row in rows if row.confusion][:MOST_MATRICES]
    return [_confusion(row, list(results.about.classes)) for row in shown]


def _confusion(row: Row, classes: list[str]) -> dict[str, Any]:
    size = len(row.confusion)
    if len(classes) != size:
        classes = [f"class {i}" for i in range(size)]
    labels = text.unique_names(classes, 24)
    large = size > MOST_CLASSES
    right = sum(row.confusion[i][i] for i in range(size))
    total = sum(map(sum, row.confusion))
    return {
        "name": text.name(row.name),
        "kind": row.kind,
        "labels": labels,
        "right": f"{text.whole(right)} of {text.whole(total)} right",
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
                    "text": text.whole(n),
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
            "rows": text.whole(n),
            "share": text.percent(n / sum(matrix[i])),
        }
        for n, i, j in wrong[:LARGEST]
    ]


def balance_facts(results: Results) -> dict[str, Any] | None:
    """Rows a class, largest first; None without classes."""
    classes = results.about.classes
    total = sum(classes.values())
    if not classes or not total:
        return None
    ordered = sorted(classes.items(), key=lambda pair: -pair[1])
    shown, rest = ordered[:MOST_CLASSES], ordered[MOST_CLASSES:]
    top = ordered[0][1]
    rows = [_share(text.name(label, 40), n, total, top) for label, n in shown]
    if rest:
        left = sum(n for _, n in rest)
        label = f"{len(rest)} more, together"
        rows.append(_share(label, left, total, max(top, left)))
    return {
        "rows": rows,
        "sentence": f"Always saying “{text.name(ordered[0][0], 40)}” is right for "
        f"{text.percent(top / total)} of the rows.",
    }


def _share(label: str, amount: int, total: int, top: int) -> dict[str, Any]:
    return {
        "label": label,
        "rows": text.whole(amount),
        "share": text.percent(amount / total),
        "width": round(100 * amount / top),
    }
