"""A dataset: features, target, and the card that says where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from .stored import RemainingRows
    from .summary import ColumnSummary


Task = Literal[
    "binary", "multiclass", "multilabel", "regression", "forecast", "characters"
]
TASKS: tuple[Task, ...] = (
    "binary", "multiclass", "multilabel", "regression", "forecast", "characters",
)  # fmt: skip
TABLE_TASKS: tuple[Task, ...] = TASKS[:4]
"""Those whose rows may come in any order."""
Dependence = Literal["unknown", "none", "time", "cases"]
ORDERED: tuple[Task, ...] = ("forecast", "characters")
"""Those whose rows have an order, and follow from the rows before."""


@dataclass(frozen=True)
class Series:
    """Facts on the order of a series' rows.

    Parameters
    ----------
    season : int
        Steps after which the series repeats itself; 1 where no such number is known.
    horizon : int
        Steps to forecast at a time.
    times : tuple of str
        What each row is called: its date as it stands in the file, or its number.
    """

    season: int
    horizon: int
    times: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """Facts on a dataset that are known before it is loaded.

    Parameters
    ----------
    name : str
        The name in the catalog, or the file's name.
    title : str
        One line: what a row is.
    task : {"binary", "multiclass", "multilabel", "regression", "forecast", \
"characters"}
    target : str
        What is predicted, with its unit.
    source, licence : str
        Where the data come from and under which terms; "" for a user's own file.
    entry : str
        ``"module:function"`` inside ``learnable.data`` that returns the rows; "" for a
        user's own file.
    rows, columns : int
        Numbers of rows and of feature values in a row; 0 where not known beforehand.
    feature_range : (float, float), optional
        Least and largest value that any feature can have, e.g. ``(0, 255)``.
    examples : tuple of rows
        Rows whose answer is known; a run prints what the network says of them.
    """

    name: str
    title: str
    task: Task
    target: str
    source: str = ""
    licence: str = ""
    entry: str = ""
    rows: int = 0
    columns: int = 0
    feature_range: tuple[float, float] | None = None
    examples: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Rows to learn from.

    Parameters
    ----------
    x : DataFrame of shape (n_rows, n_columns), or array of shape (n_rows, ...)
        Tables are DataFrames, with whatever types their columns have; images are
        arrays of shape (n_rows, height, width) or (n_rows, height, width, channels).
        Of a series, float64 positions 0, 1, ... of shape (n_rows, 1). Of a text, the
        codes of the characters before each one, of shape (n_rows, n_before).
    y : array of shape (n_rows,) or (n_rows, n_targets)
        Class codes 0 .. n_classes - 1 (int64), or the target's values (float64).
        Several targets: a column each; for ``multilabel`` 0 or 1 (int64).
    card : Card
    classes : tuple of str
        The label of each class code; of each column for ``multilabel``; empty for
        numbers.
    groups : array of shape (n_rows,), optional
        Rows with equal values belong together and are never split.
    n_test : int
        The last ``n_test`` rows are the official test rows; 0 if there are none.
    notes : tuple of str
        What was done to the rows when they were read, one sentence each.
    sha256 : str
        Hash of features, target and groups as loaded.
    stored : RemainingRows, optional
        Where the other rows are, if these are a sample of what lies on disk.
    series : Series, optional
        Season and horizon of a ``forecast``.
    targets : tuple of str
        Names of the columns of ``y`` where it has several.
    row_numbers : array of shape (n_rows,), optional
        Number of each row in its file, from 1, as ``--drop-rows`` takes them; of tables
        only, and as long as these are all the rows that were read.
    date_formats : mapping of str to tuple of str
        Of columns that were text in a file and became dates, how their cells are
        written; see `learnable.data.date_forms`.
    group : str
        Name of the column of groups.
    column_notes : mapping of str to tuple of str
        On single columns: how each was read, without its name.
    dependence : {"unknown", "none", "time", "cases"}
        How rows depend on each other, beside their groups: not known, so that it is
        looked for; not at all; by their order; or each group is one case that was
        recorded several times.
    order_column : str
        Of rows that depend on their order, the column whose order that is; "" for that
        of the file.
    """

    x: np.ndarray | pd.DataFrame
    y: np.ndarray
    card: Card
    classes: tuple[str, ...] = ()
    groups: np.ndarray | None = None
    n_test: int = 0
    notes: tuple[str, ...] = field(default=())
    sha256: str = ""
    stored: RemainingRows | None = None
    series: Series | None = None
    targets: tuple[str, ...] = ()
    row_numbers: np.ndarray | None = None
    date_formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: str = ""
    column_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dependence: Dependence = "unknown"
    order_column: str = ""

    def __len__(self) -> int:
        return len(self.y)

    @property
    def task(self) -> Task:
        return self.card.task

    @property
    def is_classification(self) -> bool:
        return self.task not in ("regression", "forecast")

    @property
    def season(self) -> int:
        """Steps after which a series repeats itself; 0 where rows are no series."""
        return self.series.season if self.series else 0

    @property
    def is_image(self) -> bool:
        """Whether a row is an array of more than one axis."""
        return self.x.ndim > 2

    @cached_property
    def columns(self) -> tuple[ColumnSummary, ...]:
        """Summaries of the columns as they were read; targets come first."""
        from .summary import summarize_columns

        return summarize_columns(self)

    @property
    def rows_in_order(self) -> np.ndarray:
        """Row numbers in the order by which rows depend on each other."""
        return order_rows(self.x, self.order_column)

    @cached_property
    def row_hashes(self) -> np.ndarray:
        """One number a row; rows with equal features have equal numbers."""
        return row_hashes(self.x)


def take(x: np.ndarray | pd.DataFrame, rows: np.ndarray) -> np.ndarray | pd.DataFrame:
    """The given rows, by position, of an array or a DataFrame."""
    return x.iloc[rows] if hasattr(x, "iloc") else x[rows]  # type: ignore[union-attr]  (has iloc: a frame)


def order_rows(x: np.ndarray | pd.DataFrame, column: str) -> np.ndarray:
    """Return the row numbers by a column's values, or of the file if it is "".

    Rows with equal values stay as they are; those without a value come last.
    """
    import numpy as np

    if not column:
        return np.arange(len(x))
    values: Any = x[column]  # type: ignore[call-overload]  (a frame: it has names)
    values = values.reset_index(drop=True)
    return values.sort_values(kind="stable").index.to_numpy()


def row_hashes(x: pd.DataFrame | np.ndarray) -> np.ndarray:
    """One number a row, of shape (n_rows,); equal rows have equal numbers."""
    import numpy as np
    import pandas as pd

    if isinstance(x, pd.DataFrame):
        # pandas' hints leave its function out
        hashes = pd.util.hash_pandas_object(x, index=False)  # type: ignore[attr-defined]  (not in its hints)
        return hashes.to_numpy()
    return np.array([hash(row.tobytes()) for row in x])
