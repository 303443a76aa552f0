"""The rows that each candidate predicts worst, as they stand in the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import shorten
from typing import Any

import numpy as np

from ...data import Dataset
from ...data.dataset import ORDERED, take
from ..results.candidates import best_learner
from ..results.results import Row, WorstPrediction, WorstRows
from .fold_scores import FoldOutcomes
from .prediction_plots import first_predictions

_MOST_NETWORKS = 3
_MOST_ROWS = 5
_MOST_COLUMNS = 6
_LETTERS = 60
"""Of a value; texts longer than this are cut."""
IMAGE_SIDE = 16
"""Of an image in cells, at most; larger ones are averaged."""
GREY_LEVELS = 9
"""Of grey, from 0."""


def worst_rows(outcomes: FoldOutcomes, rows: Sequence[Row]) -> WorstRows | None:
    """The worst predictions of the best networks and the best baseline.

    Worst is where the true class had the lowest probability, or where a number was
    furthest off. None of series, texts by characters and several targets.
    """
    data = outcomes.dataset
    chosen = _select_rows(rows)
    if data.task in ORDERED or data.y.ndim > 1 or not chosen:
        return None
    found = tuple(p for row in chosen for p in _worst(outcomes, row))
    shown = sorted({prediction.row for prediction in found})
    columns, values = _values(data, shown)
    return WorstRows(
        columns=columns,
        rows=tuple(shown),
        values=values,
        images=tuple(_images(data, shown)),
        predictions=found,
    )


def _select_rows(rows: Sequence[Row]) -> list[Row]:
    able = [row for row in rows if not row.error]
    networks = [row for row in able if row.kind == "network"]
    networks.sort(key=lambda row: -row.scores["skill"].mean)
    best = best_learner(tuple(rows))
    return [*networks[:_MOST_NETWORKS], *([best] if best else [])]


def _worst(outcomes: FoldOutcomes, row: Row) -> Iterator[WorstPrediction]:
    data = outcomes.dataset
    asked, predicted = first_predictions(outcomes, row.name)
    y = data.y[asked]
    if not data.classes:
        for i in np.argsort(-np.abs(y - predicted), kind="stable")[:_MOST_ROWS]:
            numbers = _number(float(y[i])), _number(float(predicted[i]))
            yield WorstPrediction(row.name, int(asked[i]), *numbers)
        return
    own = predicted[np.arange(len(y)), y]
    for i in np.argsort(own, kind="stable")[:_MOST_ROWS]:
        named = data.classes[int(predicted[i].argmax())]
        truth = data.classes[int(y[i])]
        yield WorstPrediction(row.name, int(asked[i]), truth, named, float(own[i]))


def _number(value: float) -> str:
    return f"{value:.4g}"


def _values(
    data: Dataset, rows: Sequence[int]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Names of the first columns, and what they hold in these rows; of tables only."""
    if data.x.ndim != 2:
        return (), ()
    table: Any = take(data.x, np.asarray(rows))  # an array or a DataFrame
    if hasattr(table, "iloc"):
        names = [str(name) for name in table.columns[:_MOST_COLUMNS]]
        lines = [list(table.iloc[i, : len(names)]) for i in range(len(rows))]
    else:
        names = [str(i) for i in range(min(_MOST_COLUMNS, table.shape[1]))]
        lines = [list(line[:_MOST_COLUMNS]) for line in table]
    texts = tuple(tuple(_shorten(value) for value in line) for line in lines)
    return tuple(names), texts


def _shorten(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.4g}"
    return shorten(str(value), _LETTERS, placeholder=" …")


def _images(
    data: Dataset, rows: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Each row as lines of grey levels; nothing where rows are no images."""
    colours = data.x.ndim == 4 and data.x.shape[-1] in (1, 3, 4)
    if data.x.ndim != 3 and not colours:
        return
    pixels = np.asarray(take(data.x, np.asarray(rows)), "float64")
    grey = pixels[..., :3].mean(axis=-1) if colours else pixels
    step = -(-max(grey.shape[1:]) // IMAGE_SIDE)
    down, right = (min(step, size) for size in grey.shape[1:])
    high, wide = grey.shape[1] // down, grey.shape[2] // right
    cells = np.nan_to_num(grey[:, : high * down, : wide * right])
    cells = cells.reshape(len(rows), high, down, wide, right).mean(axis=(2, 4))
    low, top = float(cells.min()), float(cells.max())
    levels = np.rint((cells - low) / ((top - low) or 1) * GREY_LEVELS).astype(int)
    for image in levels:
        yield tuple(tuple(int(level) for level in line) for line in image)
