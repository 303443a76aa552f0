"""What the candidates said of each test row: for the disk, and for a series' chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..data import Dataset
from .results import Course
from .tables import Board

if TYPE_CHECKING:
    import pandas as pd


def make_course(board: Board) -> Course | None:
    """The end of a series with all forecasts of it; None where rows have no order.

    Before the first forecast stand as many steps as are forecast in all folds.
    """
    data = board.dataset
    if data.series is None:
        return None
    first = max(0, 2 * int(board.folds[0].test[0]) - len(data))
    forecasts = {}
    for name, outcomes in board.outcomes.items():
        line = np.full(len(data), np.nan)
        for outcome in (o for o in outcomes if o.predictions is not None):
            line[board.folds[outcome.fold].test] = outcome.predictions
        forecasts[name] = tuple(map(float, line[first:]))
    actual = tuple(map(float, data.y[first:]))
    return Course(data.series.times[first:], actual, forecasts)


def make_predictions(board: Board) -> pd.DataFrame:
    """Out-of-fold predictions, one line for each candidate, fold and test row.

    Columns: candidate, fold, row (number in the dataset), target (class label or
    number; one column ``target_<name>`` each where there are several), and one
    probability column ``p_<label>`` a class, or ``prediction`` (``prediction_<name>``).
    Of a text ``prediction`` is the likeliest character and ``p_target`` the
    probability of the true one.
    """
    import pandas as pd

    parts = []
    for name, outcomes in board.outcomes.items():
        for outcome in (o for o in outcomes if o.predictions is not None):
            rows = board.folds[outcome.fold].test
            facts = {"candidate": name, "fold": outcome.fold, "row": rows}
            said = _truth(board.dataset, rows)
            said |= _columns(board.dataset, outcome.predictions, rows)
            parts.append(pd.DataFrame(facts | said))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _truth(data: Dataset, rows: np.ndarray) -> dict[str, np.ndarray]:
    y = data.y[rows]
    if y.ndim == 2:
        return {f"target_{name}": y[:, i] for i, name in enumerate(data.targets)}
    return {"target": np.array(data.classes)[y] if data.classes else y}


def _columns(
    data: Dataset, predictions: np.ndarray | None, rows: np.ndarray
) -> dict[str, np.ndarray]:
    assert predictions is not None
    if data.task == "characters":
        likeliest = np.array(data.classes)[predictions.argmax(axis=1)]
        said = predictions[np.arange(len(rows)), data.y[rows]]
        return {"prediction": likeliest, "p_target": said}
    if data.classes:
        return {f"p_{c}": predictions[:, i] for i, c in enumerate(data.classes)}
    if predictions.ndim == 2:
        pairs = enumerate(data.targets)
        return {f"prediction_{name}": predictions[:, i] for i, name in pairs}
    return {"prediction": predictions}
