"""Cells and rows that hold nothing: marks, sentinels, and what is left out."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .columns import find_column
from .errors import BadData, Misuse

NO_NUMBER = frozenset(
    {
        *("", "-", "--", "---", "----", ".", "..", "...", ":", "?", "??", "'", "*"),
        *("na", "n/a", "n.a.", "n.a", "n. a.", "n/d", "nd", "n.d.", "nan", "<na>"),
        *("null", "nil", "none", "(null)", "(blank)", "(none)", "nat", "missing"),
        *("#n/a", "#na", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!"),
        *("unknown", "unk", "not available", "not applicable", "no data", "tbd", "tba"),
        *("k.a.", "k. a.", "k.a", "keine angabe", "s.d.", "s/d", "n.v.t.", "n.b."),
    }
)
"""Cells, in lower case, that say among numbers that there is none."""

CLASS_WORDS = ("None", "NA", "N/A", "n/a", "NULL", "null", "NaN", "nan")
"""What pandas takes for missing, and may be the name of a class."""


def mark_missing(
    table: pd.DataFrame, values: Sequence[str]
) -> tuple[pd.DataFrame, set[str]]:
    """Cells with the given values become missing.

    Parameters
    ----------
    table : DataFrame
    values : sequence of str
        ``VALUE`` for all columns, or ``COLUMN=VALUE``. Numbers are compared as numbers.

    Returns
    -------
    table : DataFrame
    met : set of str
        Those that stand in a cell.

    Raises
    ------
    UnknownName
        There is no such column.
    """
    names, met = list(table.columns), set()
    for given in values:
        name, sign, value = given.rpartition("=")
        if sign:
            name = find_column(name, names, what="column of --missing")
        changed = {}
        for column, cells in table.items():
            same = _equals(cells, value) if name in ("", column) else None
            if same is not None and same.any():
                changed[str(column)] = cells.mask(same)
        table = table.assign(**changed) if changed else table
        met |= {given} if changed else set()
    return table, met


def refuse_unmet(values: Sequence[str], met: set[str], name: str) -> None:
    """Refuse a value of ``--missing`` that stands nowhere, as a misspelt one does.

    Raises
    ------
    Misuse
    """
    unmet = [value for value in values if value not in met]
    if unmet:
        column, sign, value = unmet[0].rpartition("=")
        where = f"column {column!r}" if sign else "no column"
        has = f"has no cell {value!r}" if sign else f"has a cell {value!r}"
        msg = f"{where} of {name} {has}; correct or leave out --missing"
        raise Misuse(f"{msg} {shlex.quote(unmet[0])}")


def _equals(cells: pd.Series, value: str) -> np.ndarray:
    """Which cells have a value, as a number or as text without blanks at its ends."""
    if pd.api.types.is_bool_dtype(cells.dtype):
        return np.zeros(len(cells), dtype=bool)
    if pd.api.types.is_numeric_dtype(cells.dtype):
        try:
            number = float(value)
        except ValueError:
            return np.zeros(len(cells), dtype=bool)
        return (cells == number).fillna(False).to_numpy(dtype=bool)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return (cells.astype(str) == value.strip()).to_numpy(dtype=bool)
    texts = cells.astype(str).str.strip()
    return (texts == value.strip()).fillna(False).to_numpy(dtype=bool)


def drop_rows(table: pd.DataFrame, numbers: str, name: str) -> pd.DataFrame:
    """Leave out rows by their numbers.

    Parameters
    ----------
    table : DataFrame
        Its index counts the rows of the file from 0; it keeps it.
    numbers : str
        From 1, as ``3,7,198-200``.
    name : str
        Of the file, for messages.

    Raises
    ------
    Misuse
        No numbers, or of rows that are not there.
    BadData
        No row is left.
    """
    left_out = np.zeros(len(table), dtype=bool)
    for part in numbers.split(","):
        first, _, last = part.strip().partition("-")
        ends = (first.strip(), (last or first).strip())
        if not all(end.isascii() and end.isdigit() and len(end) < 13 for end in ends):
            msg = f"--drop-rows is {numbers[:60]!r}; give numbers of rows such as"
            raise Misuse(f"{msg} 3,7,198-200")
        start, stop = int(ends[0]), int(ends[1])
        if not 1 <= start <= stop <= len(table):
            msg = f"--drop-rows names {part.strip()!r}, and {name} has rows 1 to"
            raise Misuse(f"{msg} {len(table):,}; give numbers of these")
        left_out[start - 1 : stop] = True
    if left_out.all():
        raise BadData(f"--drop-rows leaves no row of {name}; keep one at least")
    return table.loc[~left_out]


def settle_class_words(target: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Decide whether words such as ``None`` in a target of text are a class.

    They are where no cell is empty: a file that leaves gaps empty means a gap by them
    only rarely, so that with empty cells they are missing, and a note asks.

    Parameters
    ----------
    target : Series of str
        With its words as they stand in the file.

    Returns
    -------
    target : Series
    notes : tuple of str
        Without the name of the column.
    """
    texts = target.astype(str).str.strip().where(target.notna())
    words = texts.isin(CLASS_WORDS)
    if not words.any() or words[target.notna()].all():
        return target.mask(words), ()
    found = texts[words].value_counts()
    count, word = int(found.iloc[0]), str(found.index[0])
    empty = int(target.isna().sum())
    if empty:
        told = f"{int(words.sum()):,} cells {word!r} were taken for missing, as are"
        told = f"{told} {empty:,} empty ones; if {word!r} is a class, give it another"
        return target.mask(words), (f"{told} name in the file",)
    name = shlex.quote(f"{target.name}={word}")
    return target, (
        f"{count:,} cells {word!r} are a class, for no cell is empty "
        f"(--missing {name} makes them missing)",
    )


_NEGATIVE = (-9.0, -77.0, -88.0, -99.0, -200.0, -777.0, -888.0, -999.0)
_SENTINELS = frozenset(
    {
        *_NEGATIVE,
        *(-9.99, -99.9, -999.9, -99.99, -999.99, -9999.0, -9999.9, -99999.0, -999999.0),
        *(999.0, 9999.0, 99999.0, 999999.0, 9999999.0, 999.9, 9999.9, 999.99, 9999.99),
        *(-32768.0, 32767.0, 65535.0, -2147483648.0, 2147483647.0),
    }
)
"""Numbers that are written where there is none."""
_LEAST_CELLS = 20
"""With fewer, a number at the end may well be true."""
_LEAST_REPEATS = 3
_LEAST_KINDS = 10
"""Different other values: with fewer, a column is a code of its own."""
_MOST_ZEROS = 0.5
"""From this share on, 0 is what most rows have, and not missing."""
_FAR_ABOVE = 0.25
"""Of the range of the others: so far above 0 must they begin."""
_SURE_SHARE = 0.005
"""Share of the rows from which a sentinel among the targets is sure."""


@dataclass(frozen=True)
class Sentinel:
    """A number that stands for missing.

    Parameters
    ----------
    value : float
    count : int
        Cells that have it.
    share : float
        Of the cells that are not missing.
    nearest : float
        The nearest other value.
    is_sure : bool
        Whether nothing but a missing value explains it.
    """

    value: float
    count: int
    share: float
    nearest: float
    is_sure: bool

    @property
    def written(self) -> str:
        """The value as text for ``--missing``."""
        return str(int(self.value)) if self.value.is_integer() else str(self.value)


def find_sentinel(values: np.ndarray) -> Sentinel | None:
    """Find a conventional number, repeated, at an end of all and far from the others.

    Parameters
    ----------
    values : array of float
        A column; NaN where it is missing.
    """
    values = values[np.isfinite(values)]
    if len(values) < _LEAST_CELLS:
        return None
    for end in (float(values.min()), float(values.max())):
        count = int((values == end).sum())
        if count < _LEAST_REPEATS or not (end in _SENTINELS or end in (0.0, -1.0)):
            continue
        others = values[values != end]
        if len(others) < _LEAST_CELLS or not _is_far(end, count, others):
            continue
        share = count / len(values)
        near = others.min() if end < others.min() else others.max()
        sure = end in _SENTINELS and abs(end) >= 99 and share >= _SURE_SHARE
        sure = sure and count >= 3 * _most_frequent(others)
        return Sentinel(end, count, share, float(near), sure)
    return None


def _most_frequent(values: np.ndarray) -> int:
    return int(np.unique(values, return_counts=True)[1].max())


def _is_far(end: float, count: int, others: np.ndarray) -> bool:
    low, high = float(others.min()), float(others.max())
    if len(np.unique(others)) < _LEAST_KINDS:
        return False
    quarter, three = np.quantile(others, (0.25, 0.75))
    spread = float(three - quarter)
    if end == 0.0:
        zeros = count / (count + len(others))
        wide = max(spread, _FAR_ABOVE * (float(np.quantile(others, 0.99)) - low))
        return low >= wide > 0 and zeros < _MOST_ZEROS
    if end == -1.0:
        # of a count that begins at 0 it is the next number: it must outweigh all others
        return low >= 0 and count >= 2 * _most_frequent(others)
    if end < 0:
        return (low >= 0 and abs(end) >= 9) or low - end > 3 * (high - low)
    return end - high > high - low


def refuse_sentinel(values: pd.Series) -> None:
    """Refuse a target of numbers in which one stands for missing.

    Raises
    ------
    BadData
    """
    found = find_sentinel(values.to_numpy(dtype="float64", na_value=np.nan))
    if found is None or not found.is_sure:
        return
    option = shlex.quote(f"{values.name}={found.written}")
    msg = f"the target {values.name!r} is {found.written} in {found.count:,} of"
    msg = f"{msg} {len(values):,} rows ({found.share:.1%}), and the nearest other value"
    msg = (
        f"{msg} is {found.nearest:g}: it stands for missing. Leave these rows out with"
    )
    raise BadData(f"{msg} --missing {option}")
