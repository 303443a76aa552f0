"""The files of a run, and the form of the rows that its network is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

RESULTS = "results.json"
"""A folder that holds this file is a run."""


MODEL = "model.keras"


TRAINING_TEXT = "training.txt"
"""What a network of characters was trained on."""


LOCK = "lock"
"""In a run that is not whole. The process at work on it holds it; the system lets go of
it when the process ends."""


@dataclass(frozen=True)
class Inputs:
    """Form of a row, which a saved network must be told to be asked.

    ``targets`` names what is predicted where that is not one of ``classes``.
    ``columns`` and ``types`` are names and pandas types of a table's columns, empty for
    images; ``shape`` is that of a row of numbers. ``date_formats`` are those in which a
    file has the dates of a column; see `learnable.data.date_forms`.
    """

    dataset: str
    task: str
    classes: tuple[str, ...]
    shape: tuple[int, ...]
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    feature_range: tuple[float, float] | None = None
    targets: tuple[str, ...] = ()
    date_formats: dict[str, tuple[str, ...]] = field(default_factory=dict)


HISTORY = "history.csv"


STATE = "checkpoint.npz"
