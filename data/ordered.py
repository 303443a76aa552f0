"""A dataset whose rows have an order: a series to forecast, or a text."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .characters import read_text, text_rows
from .dataset import Card, Dataset
from .errors import Misuse
from .files import read_table
from .series import read_series
from .target import find_targets


@dataclass(frozen=True)
class Order:
    """What is asked of rows that have an order.

    Parameters
    ----------
    season, horizon : int, optional
        See `Series`; found out if None.
    limit : int, optional
        Keep the last so many steps of a series, the first so many characters of a
        text.
    folds : int, default 5
        That there must be room for at the end of a series.
    """

    season: int | None = None
    horizon: int | None = None
    limit: int | None = None
    folds: int = 5


def from_series(
    path: Path, target: str | None, order: Order, *, header: bool | None = None
) -> Dataset:
    """One column of a table, in the order of its times.

    Parameters
    ----------
    path : Path
    target : str, optional
        Needed where more than one column can be forecast.
    order : Order
    header : bool, optional
        Whether the first line of a text file holds names; found out if None.

    Raises
    ------
    BadData, Misuse
    """
    table, notes = read_table(path, header=header)
    if target is None and table.shape[1] <= 2:
        target = str(table.columns[-1])
    answers = find_targets(target, list(table.columns), path.name)
    if len(answers) > 1:
        msg = f"one series is forecast at a time, and --target names {len(answers)}"
        raise Misuse(f"{msg}; name one of {', '.join(answers)}")
    if order.limit is not None and order.limit < len(table):
        notes = [*notes, f"the last {order.limit:,} of {len(table):,} rows (--limit)"]
        table = table.tail(order.limit).reset_index(drop=True)
    values, series, more = read_series(
        table,
        answers[0],
        name=path.name,
        season=order.season,
        horizon=order.horizon,
        folds=order.folds,
    )
    places = np.arange(len(values), dtype="float64").reshape(-1, 1)
    about = Card(
        name=path.name,
        title=f"{len(values):,} steps of {path.name}",
        task="forecast",
        target=answers[0],
        source="a file of the user",
        rows=len(values),
        columns=1,
    )
    return Dataset(places, values, about, notes=(*notes, *more), series=series)


def from_text(path: Path, order: Order) -> Dataset:
    """A text: each character beside those before it.

    Raises
    ------
    BadData, Misuse
    """
    if not path.is_file():
        msg = f"there is no file {str(path)!r}; check the path of the text"
        raise Misuse(msg)
    text, notes = read_text(path)
    if order.limit is not None and order.limit < len(text):
        notes = [*notes, f"the first {order.limit:,} of {len(text):,} characters"]
        text = text[: order.limit]
    x, y, classes, n_test, more = text_rows(text, name=path.name)
    about = Card(
        name=path.name,
        title=f"{len(text):,} characters of {path.name}",
        task="characters",
        target="the next character",
        source="a file of the user",
        rows=len(y),
        columns=x.shape[1],
    )
    return Dataset(x, y, about, classes, n_test=n_test, notes=(*notes, *more))
