"""How well each class is recognised: precision, recall and F1 from the confusions.

Definitions: van Rijsbergen 1979, *Information Retrieval*, chapter 7. A class that is
never said has no precision; in the mean it counts as 0, as in scikit-learn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import text

MOST_CLASSES = 20
WORST = 10
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
    if len(present) > MOST_CLASSES:
        shown = sorted(present, key=lambda s: (s.recall or 0.0, -s.rows))[:WORST]
    return {
        "rows": [_cells(s) for s in shown],
        "means": [
            _share(sum(values) / len(values))
            for values in (
                [s.precision or 0.0 for s in present],
                [s.recall or 0.0 for s in present],
                [s.f1 or 0.0 for s in present],
            )
        ],
        "classes": len(present),
        "worst": len(shown) < len(present),
        "total": text.whole(sum(s.rows for s in present)),
    }


def _cells(score: ClassScore) -> dict[str, Any]:
    return {
        "label": score.label,
        "cells": [_share(v) for v in (score.precision, score.recall, score.f1)],
        "rows": text.whole(score.rows),
    }


def _share(value: float | None) -> str:
    return text.number(value, ".3f")
