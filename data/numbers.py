"""Columns of text that hold numbers: which are converted, and what is said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import is_object_dtype

from .counts import count, count_of
from .missing import NO_NUMBER
from .number_cells import DecimalMark, NumberCells, parse_number_cells, pc

LEAST_NUMBERS = 0.9
"""Share of a column's cells that must be numbers, marks of missing ones not counted."""
_NEARLY = 0.5
"""From this share on, a column that stays text is spoken of."""
_LOOKED_AT = 1_000
"""Cells, evenly spread, by which most columns of text are seen to hold none."""
_PHONE = 9
"""Digits of telephone numbers and identifiers, which are grouped as thousands are."""
_CODE = r"[^\W\d_]{1,4}[- ]?\d"
"""A letter before digits, as codes have it."""
_MOST_SHOWN = 3
STAYS_TEXT = "stays text"
"""How the note on a column begins that nearly holds numbers."""


@dataclass(frozen=True)
class DecimalHint:
    """Decimal marks of the file, as its numbers show them.

    Parameters
    ----------
    seen : frozenset of {".", ","}
        In numbers that can be read in one way alone.
    default : {".", ","}
        Where nothing decides.
    """

    seen: frozenset[DecimalMark] = field(default_factory=frozenset)
    default: DecimalMark = "."


HINT = "decimal"
"""Key in `DataFrame.attrs` under which a reader of text leaves a `DecimalHint`."""


@dataclass(frozen=True)
class _TextColumn:
    """A column of text: its different cells, and which row has which.

    Parameters
    ----------
    column : Series
        As it was read.
    codes : array of int
        Place of each row's cell among the different ones; -1 where it is missing.
    texts : array of str
        The different cells.
    """

    column: pd.Series
    codes: np.ndarray
    texts: np.ndarray

    @cached_property
    def counts(self) -> np.ndarray:
        """Rows that have each of the different cells."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    @cached_property
    def numbers(self) -> NumberCells:
        return parse_number_cells(pa.array(self.texts, pa.string()))

    @cached_property
    def missing(self) -> np.ndarray:
        """Which of the different cells say that there is no number."""
        plain = pc.utf8_lower(self.numbers.cells)
        marks = pa.array(sorted(NO_NUMBER), pa.string())
        return pc.is_in(plain, marks).to_numpy(zero_copy_only=False)

    def rows_with(self, cells: np.ndarray) -> int:
        return int(self.counts[cells].sum())

    def share(self, fits: np.ndarray) -> float:
        """The share of numbers among the cells that are not marks of missing ones."""
        told = self.rows_with(~self.missing)
        return self.rows_with(fits & ~self.missing) / told if told else 0.0

    @cached_property
    def decimal_mark_of(self) -> DecimalMark | None:
        """The decimal mark by these cells alone; None where they leave it open."""
        point, comma = self.numbers.fits("."), self.numbers.fits(",")
        only_point = self.rows_with(point & ~comma)
        only_comma = self.rows_with(comma & ~point)
        if only_point or only_comma:
            return "." if only_point >= only_comma else ","
        return self._mark_by_thousands

    @property
    def _mark_by_thousands(self) -> DecimalMark | None:
        """The decimal mark where the other one can but part thousands: 1.250 and 389.

        Decimals to a fixed number stand in every cell, and where they stand as needed
        none ends in 0.
        """
        numbers = self.numbers
        marked = numbers.has("open")
        bare = numbers.has("cut") & ~numbers.has("marked") & (numbers.values(".") != 0)
        cells: Any = pd.Series(numbers.cells.to_pandas(), dtype="str")[marked]
        seen = set(cells.str.extract(r"([.,])", expand=False))
        ends = cells.str.contains(r"[.,]\d\d0(?:\D|$)").any()
        if len(seen) != 1 or not bare.any() or not ends:
            return None
        return "," if seen == {"."} else "."

    @cached_property
    def is_ambiguous(self) -> bool:
        """Whether either mark may be the decimal one, and the numbers depend on it."""
        return self.decimal_mark_of is None and bool(self.numbers.has("open").any())

    def first_row(self, cells: np.ndarray) -> tuple[int, str]:
        """Number, from 1, and cell of the first row that has one of these cells."""
        place = int(np.flatnonzero(np.isin(self.codes, np.flatnonzero(cells)))[0])
        text = str(self.texts[self.codes[place]])
        return int(self.column.index[place]) + 1, text[:40]

    def format_cells(self, cells: np.ndarray) -> str:
        """The most frequent of these cells, in words."""
        kinds = np.flatnonzero(cells)
        kinds = kinds[np.argsort(-self.counts[kinds], kind="stable")]
        names = [repr(str(self.texts[i])[:20]) for i in kinds[:_MOST_SHOWN]]
        return ", ".join(names) + (" ..." if len(kinds) > _MOST_SHOWN else "")


def convert_numbers(
    table: pd.DataFrame, hint: DecimalHint
) -> tuple[pd.DataFrame, Mapping[str, tuple[str, ...]]]:
    """Columns of text that hold numbers become numbers.

    Parameters
    ----------
    table : DataFrame
        Its index counts the rows of the file from 0.
    hint : DecimalHint

    Returns
    -------
    table : DataFrame
    notes : mapping of str to tuple of str
        By column: how it was read, or what keeps it from being numbers.
    """
    made = dict(_decimals(table))
    known = dict(_text_columns(table))
    mark, is_told = _file_decimal_mark(known, hint)
    notes: dict[str, tuple[str, ...]] = {}
    for name, text in known.items():
        in_doubt = text.is_ambiguous and not is_told
        reading = _read_column(text, text.decimal_mark_of or mark, in_doubt)
        if reading.numbers is not None:
            made[name] = reading.numbers
        notes[name] = reading.notes
    return (table.assign(**made) if made else table), notes


def _decimals(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Columns of decimal numbers as Parquet and databases have them, as floats."""
    for name, column in table.items():
        if _is_decimal(column):
            yield str(name), column.astype("float64")


def _is_decimal(column: pd.Series) -> bool:
    kind = column.dtype
    if isinstance(kind, pd.ArrowDtype):
        return pa.types.is_decimal(kind.pyarrow_dtype)
    filled = column.dropna() if is_object_dtype(kind) else column.iloc[:0]
    return len(filled) > 0 and all(type(value) is Decimal for value in filled)


def _text_columns(table: pd.DataFrame) -> Iterator[tuple[str, _TextColumn]]:
    for name, column in table.items():
        texts = _texts(column)
        if texts is None or not _may_hold_numbers(texts):
            continue
        codes, kinds = pd.factorize(texts)
        text = _TextColumn(column, codes, np.asarray(kinds, dtype=object))
        fits = text.numbers.fits(".") | text.numbers.fits(",")
        if text.share(fits) >= _NEARLY and not _is_code(text, fits):
            yield str(name), text


def _texts(column: pd.Series) -> pd.Series | None:
    """The cells as text; None where a column holds no text."""
    if isinstance(column.dtype, pd.StringDtype):
        return column
    if not is_object_dtype(column.dtype):
        return None
    kinds = {type(value) for value in column.dropna()}
    if str not in kinds or not kinds <= {str, int, float}:
        return None
    return column.astype(str).where(column.notna())


def _may_hold_numbers(texts: pd.Series) -> bool:
    """Whether half of some cells are numbers, or say that there is none."""
    some = texts.iloc[:: max(1, len(texts) // _LOOKED_AT)].dropna()
    if some.empty:
        some = texts.dropna().iloc[:_LOOKED_AT]
    codes, kinds = pd.factorize(some)
    text = _TextColumn(some, codes, np.asarray(kinds, dtype=object))
    fits = text.numbers.fits(".") | text.numbers.fits(",") | text.missing
    return bool(len(some)) and text.rows_with(fits) >= _NEARLY * len(some)


def _is_code(text: _TextColumn, fits: np.ndarray) -> bool:
    """Whether digits are names: zip codes, telephone numbers, 12A beside C12."""
    if text.numbers.has("leading_zeros").any():
        return True
    digits = text.numbers.has("digits")[fits]
    if len(digits) > 1 and digits.min() >= _PHONE and digits.min() == digits.max():
        return True
    others = pd.Series(text.texts[~fits & ~text.missing], dtype=object)
    return bool(others.str.match(_CODE).sum() > 1)


def _file_decimal_mark(
    known: Mapping[str, _TextColumn], hint: DecimalHint
) -> tuple[DecimalMark, bool]:
    """The decimal mark where a column leaves it open, and whether others tell it."""
    seen = set(hint.seen)
    for text in known.values():
        own = text.decimal_mark_of
        if own and text.share(text.numbers.fits(own)) >= LEAST_NUMBERS:
            seen.add(own)
    if len(seen) == 1:
        return seen.pop(), True
    return hint.default, False


@dataclass(frozen=True)
class _Reading:
    """A column of numbers, or None where it stays text, and notes on it."""

    numbers: pd.Series | None
    notes: tuple[str, ...] = ()


def _read_column(text: _TextColumn, mark: DecimalMark, in_doubt: bool) -> _Reading:
    fits = text.numbers.fits(mark) & ~text.missing
    odd = ~fits & ~text.missing
    if text.share(fits) < LEAST_NUMBERS:
        row, cell = text.first_row(odd)
        cells = count_of(text.rows_with(odd), len(text.codes), "cell is", "cells are")
        message = f"{STAYS_TEXT}: {cells} no number{'s' * cells.endswith('are')}"
        return _Reading(None, (f"{message}, the first is {cell!r} in row {row:,}",))
    mixed = _mixed_units(text, fits)
    if mixed:
        return _Reading(None, (f"{STAYS_TEXT}: {mixed}",))
    values = np.where(fits, text.numbers.values(mark), np.nan)
    note = _open_note(text, mark) if in_doubt else _form_notes(text, fits, values)
    notes = (*note, *_missing_notes(text, fits, odd))
    return _Reading(_as_column(text, values), notes)


def _mixed_units(text: _TextColumn, fits: np.ndarray) -> str:
    """Say that not all numbers have the same unit; "" where they have.

    A currency may be left out, as accounts write it in the first row alone; zero needs
    no unit.
    """
    units, counts = text.numbers.has("unit")[fits], text.counts[fits]
    codes, kinds = pd.factorize(units)
    sums = np.bincount(codes, weights=counts, minlength=len(kinds)).astype(int)
    have = Counter(dict(zip(map(str, kinds), sums.tolist(), strict=True)))
    named = [unit for unit, _ in have.most_common() if unit]
    if len(named) > 1:
        shown = " and ".join(
            f"{count(have[unit], 'cell')} in {unit!r}" for unit in named[:2]
        )
        return f"{shown}" + (" and others" if len(named) > 2 else "")
    if not named or text.numbers.has("currency")[fits].any():
        return ""
    bare = (units == "") & (text.numbers.values(".")[fits] != 0)
    if not bare.any():
        return ""
    without = int(counts[bare].sum())
    message = count(have[named[0]], "cell has", "cells have")
    return f"{message} {named[0]!r}, and {count(without, 'has', 'have')} no unit"


def _as_column(text: _TextColumn, values: np.ndarray) -> pd.Series:
    """The value of each row; whole numbers without a gap stay whole."""
    rows = np.append(values, np.nan)[text.codes]
    whole = np.isfinite(rows).all() and (np.abs(rows) < 2**53).all()
    if whole and (rows == np.round(rows)).all() and not _has_decimals(text):
        rows = rows.astype("int64")
    return pd.Series(rows, index=text.column.index, name=text.column.name)


def _has_decimals(text: _TextColumn) -> bool:
    """Whether a cell such as ``12.00`` has decimals, or ``3e5`` an exponent."""
    values = text.numbers.values(".")
    plain = text.numbers.has("digits") > 0
    marked = text.numbers.has("marked") & ~plain
    return bool((marked & np.isfinite(values)).any())


def _form_notes(
    text: _TextColumn, fits: np.ndarray, values: np.ndarray
) -> Iterator[str]:
    """The value of the first cell that is no plain number."""
    some = np.flatnonzero(fits)[:_LOOKED_AT]
    plain = np.array(pd.to_numeric(text.texts[some], errors="coerce"), dtype="float64")
    marked = some[plain != values[some]]
    if len(marked):
        place = int(marked[0])
        yield f"{str(text.texts[place])!r} was read as {_written(values[place])}"


def _written(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)


def _missing_notes(
    text: _TextColumn, fits: np.ndarray, odd: np.ndarray
) -> Iterator[str]:
    """Which cells are missing now, and what else was among the numbers."""
    numbers = count(text.rows_with(fits), "is a number", "are numbers")
    for cells in (text.missing, odd):
        gone = text.rows_with(cells)
        if gone == 1:
            row, cell = text.first_row(cells)
            yield f"row {row:,} has {cell!r}, read as missing; {numbers}"
        elif gone:
            row, _ = text.first_row(cells)
            shown = text.format_cells(cells)
            yield (
                f"{gone:,} cells are missing ({shown}; the first in row {row:,}); "
                f"{numbers}"
            )


def _open_note(text: _TextColumn, mark: DecimalMark) -> Iterator[str]:
    """Say that a mark may be that of thousands or of decimals."""
    place = int(np.flatnonzero(text.numbers.has("open"))[0])
    other: DecimalMark = "," if mark == "." else "."
    read, otherwise = (_written(text.numbers.values(m)[place]) for m in (mark, other))
    cell = str(text.texts[place])
    yield f"{cell!r} was read as {read}; nothing tells whether it is {otherwise}"


def may_be_thousands(column: Any) -> bool:
    """Whether all numbers of a column may be thousands: 19.619 and 856, not 0.5.

    Parameters
    ----------
    column : Series of float
    """
    values = np.abs(column.dropna().to_numpy(dtype="float64"))
    if not len(values) or not ((values == 0) | ((values >= 1) & (values < 1000))).all():
        return False
    moved = values * 1000
    whole = np.abs(moved - np.round(moved)) < 1e-6
    return bool(whole.all() and (values != np.round(values)).any())
