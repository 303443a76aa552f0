"""What is done to the columns of a table once it is read, whatever its format.

`learnable.data.numbers` reads the columns whose cells have one unit; those of several
units of one dimension, alone or one after the other (``1h 52m``, ``1.2 MB``, ``5'10"``,
``5°N``), are read here. Their numbers are in the unit that most cells have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .errors import ZooError
from .missing import (
    NO_NUMBER,
    drop_rows,
    keep_class_words,
    keep_countries,
    mark_missing,
    refuse_unused_values,
)
from .numbers import HINT, LEAST_NUMBERS, DecimalHint, convert_numbers
from .target import find_targets

_LOOKED_AT = 200
"""Cells, evenly spread, by which most columns are seen to hold no quantities."""
_LONGEST = 40
_NEARLY = 0.5
"""Of these cells so many must be quantities."""
_KILO = 1024.0
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|[.,]\d+"
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")


@dataclass(frozen=True)
class _Dimension:
    """Units that can be added up, and what each is worth.

    Parameters
    ----------
    units : mapping of str to float
        By all spellings, in lower case where ``cased`` is False.
    names : mapping of float to str
        How a unit is called in a sentence, by its worth.
    cased : bool
        Whether capital letters tell units apart.
    may_lack : bool
        Whether a number alone is one of the unit worth 1.
    """

    units: Mapping[str, float]
    names: Mapping[float, str]
    cased: bool = False
    may_lack: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """One number and its unit."""
        spelled = sorted(self.units, key=len, reverse=True)
        units = "|".join(re.escape(unit) for unit in spelled)
        bare = "|$" if self.may_lack else ""
        flags = re.NOFLAG if self.cased else re.IGNORECASE
        return re.compile(rf"({_NUMBER}) ?({units}{bare})(?![^\W\d_])", flags)


def _spelled(*units: tuple[float, str]) -> dict[str, float]:
    return {word: worth for worth, words in units for word in words.split()}


_DIMENSIONS = (
    _Dimension(
        _spelled(
            (1.0, "s sec sec. secs second seconds sek sek. sekunde sekunden"),
            (60.0, "m min min. mins minute minutes minuten"),
            (3600.0, "h hr hr. hrs hour hours std std. stunde stunden"),
            (86400.0, "d day days tag tage tagen jour jours"),
            (604800.0, "w wk wks week weeks woche wochen"),
        ),
        {1.0: "s", 60.0: "min", 3600.0: "h", 86400.0: "days", 604800.0: "weeks"},
    ),
    _Dimension(
        _spelled(
            (1.0, "mo mo. mos mos. month months monat monate mois"),
            (12.0, "y yr yr. yrs yrs. year years jahr jahre an ans"),
        ),
        {1.0: "months", 12.0: "years"},
    ),
    _Dimension(
        _spelled(
            (1.0, "b byte bytes"),
            *((_KILO**i, f"{k}b {k}ib") for i, k in enumerate("kmgtp", 1)),
        ),
        {_KILO**i: f"{k}B" for i, k in enumerate(("", *"KMGTP"))},
    ),
    _Dimension(
        _spelled((1e-3, "mg"), (1.0, "g gr gram grams"), (1e3, "kg kgs"), (1e6, "t")),
        {1e-3: "mg", 1.0: "g", 1e3: "kg", 1e6: "t"},
    ),
    _Dimension(
        _spelled((1.0, "oz oz."), (16.0, "lb lb. lbs")), {1.0: "oz", 16.0: "lb"}
    ),
    _Dimension(
        _spelled((1.0, "mm"), (10.0, "cm"), (1e3, "m"), (1e6, "km")),
        {1.0: "mm", 10.0: "cm", 1e3: "m", 1e6: "km"},
    ),
    _Dimension(
        _spelled(
            (1.0, "\" '' in in. inch inches"),
            (12.0, "' ft ft. foot feet"),
            (36.0, "yd yd. yds"),
            (63360.0, "mi mi. mile miles"),
        ),
        {1.0: "in", 12.0: "ft", 36.0: "yd", 63360.0: "mi"},
    ),
    _Dimension(
        _spelled((1e-3, "ml"), (1e-2, "cl"), (1.0, "l")),
        {1e-3: "ml", 1e-2: "cl", 1.0: "l"},
    ),
    _Dimension(
        _spelled(
            (1e3, "k tsd tsd. thousand"),
            (1e6, "m mm mio mio. mn million millions millionen"),
            (1e9, "b bn mrd mrd. billion billions milliarden"),
        ),
        {1.0: "1", 1e3: "thousands", 1e6: "millions", 1e9: "billions"},
        may_lack=True,
    ),
)
_SIGNS = {"n": 1.0, "e": 1.0, "s": -1.0, "w": -1.0}
_DEGREES = re.compile(
    r"(\d{1,3}(?:\.\d{1,15})?) ?° ?(?:(\d{1,3}(?:\.\d{1,15})?) ?' ?)?"
    r"(?:(\d{1,3}(?:\.\d{1,15})?) ?(?:\"|'') ?)?([NSEWnsew])"
)
_PLAIN = str.maketrans("\u2019\u2032`\u201c\u201d\u2033\u00a0", "'''\"\"\" ")
"""Marks of minutes and inches, and blanks, as other programs write them."""
_CURRENCY = re.compile(r"^(?:US)?[$€£¥₹] ?")


def convert_quantities(
    table: pd.DataFrame,
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Columns of text that hold quantities in several units become numbers.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    table : DataFrame
    notes : dict of str to tuple of str
        By column: one cell, its number and unit, and the cells that are missing now.
    """
    made, notes = {}, {}
    for name, column in table.items():
        found = _quantities(column)
        if found is not None:
            made[name], notes[str(name)] = found
    return (table.assign(**made) if made else table), notes


@dataclass(frozen=True)
class _Quantity:
    """The value of a cell, in units worth 1, and what its units are worth."""

    value: float
    worths: tuple[float, ...]


def _quantities(column: pd.Series) -> tuple[pd.Series, tuple[str, ...]] | None:
    """The numbers of a column, and notes; None where it holds no such quantities."""
    if not isinstance(column.dtype, pd.StringDtype):
        return None
    codes, kinds = pd.factorize(column)
    some = map(
        _normalize_marks, column.dropna().iloc[:: max(1, len(column) // _LOOKED_AT)]
    )
    some = [text for text in some if text.lower() not in NO_NUMBER]
    counts = np.bincount(codes[codes >= 0], minlength=len(kinds))
    fitting = []
    for dimension in (None, *_DIMENSIONS):
        if _share([_read(text, dimension) for text in some]) < _NEARLY:
            continue
        texts = enumerate(map(_normalize_marks, kinds))
        facts = {i: text for i, text in texts if text.lower() not in NO_NUMBER}
        cells = {i: _read(text, dimension) for i, text in facts.items()}
        if _is_whole(cells, counts):
            fitting.append((dimension, cells))
    if len(fitting) != 1:
        return None
    return _converted(column, codes, kinds, *fitting[0])


def _normalize_marks(text: str) -> str:
    """A cell with plain marks; one that is too long for a quantity is none."""
    return str(text).strip().translate(_PLAIN) if len(text) <= _LONGEST else "..text.."


def _share(cells: list[_Quantity | None]) -> float:
    return sum(cell is not None for cell in cells) / len(cells) if cells else 0.0


def _is_whole(cells: Mapping[int, _Quantity | None], counts: np.ndarray) -> bool:
    """Whether nearly all cells are quantities, and have more than one unit."""
    fits = sum(int(counts[i]) for i, cell in cells.items() if cell)
    units = {worth for cell in cells.values() if cell for worth in cell.worths}
    rows = sum(int(counts[i]) for i in cells)
    return len(units) > 1 and fits >= LEAST_NUMBERS * rows


def _read(text: str, dimension: _Dimension | None) -> _Quantity | None:
    if dimension is None:
        return _coordinate(text)
    sign = -1.0 if text.startswith("-") else 1.0
    rest = text.removeprefix("-")
    if dimension.may_lack:
        rest = _CURRENCY.sub("", rest)
    value, worths = 0.0, []
    while rest:
        part = dimension.pattern.match(rest)
        if part is None:
            return None
        worth = dimension.units.get(part[2].lower(), 1.0)
        if worths and worth >= worths[-1]:
            return None
        value += _number(part[1]) * worth
        worths.append(worth)
        rest = re.sub(r"^(?:,|and|und)? ?", "", rest[part.end() :].lstrip())
    return _Quantity(sign * value, tuple(worths)) if worths else None


def _number(text: str) -> float:
    return float(_THOUSANDS.sub("", text).replace(",", "."))


def _coordinate(text: str) -> _Quantity | None:
    """Degrees of latitude or longitude; south and west are below zero."""
    found = _DEGREES.fullmatch(text)
    if found is None:
        return None
    degrees, minutes, seconds = (float(part or 0) for part in found.groups()[:3])
    sign = _SIGNS[found[4].lower()]
    return _Quantity(sign * (degrees + minutes / 60 + seconds / 3600), (sign,))


def _converted(
    column: pd.Series,
    codes: np.ndarray,
    kinds: Any,
    dimension: _Dimension | None,
    cells: Mapping[int, _Quantity | None],
) -> tuple[pd.Series, tuple[str, ...]]:
    worth, name = 1.0, "degrees, south and west below zero"
    if dimension is not None:
        counts = np.bincount(codes[codes >= 0], minlength=len(kinds))
        worth = _most_frequent_unit(cells, counts)
        name = dimension.names[worth]
    values = np.full(len(kinds) + 1, np.nan)
    for i, cell in cells.items():
        values[i] = cell.value / worth if cell else np.nan
    rows = pd.Series(values[codes], index=column.index, name=column.name)
    first = next(i for i, cell in cells.items() if cell)
    notes = [f"{str(kinds[first])!r} was read as {values[first]:.6g} ({name})"]
    lost = rows.isna() & column.notna()
    if lost.any():
        shown = column.to_numpy()[lost.to_numpy()][0]
        verb = "cells are" if lost.sum() > 1 else "cell is"
        notes.append(f"{lost.sum():,} {verb} missing now, the first is {shown!r}")
    return rows, tuple(notes)


def _most_frequent_unit(
    cells: Mapping[int, _Quantity | None], counts: np.ndarray
) -> float:
    """The unit that most cells have; the smaller one of two."""
    have: Counter[float] = Counter()
    for i, cell in cells.items():
        for worth in cell.worths if cell else ():
            have[worth] += int(counts[i])
    return min(have, key=lambda worth: (-have[worth], worth))


def convert_columns(
    table: pd.DataFrame,
    name: str,
    target: str | None,
    missing: Sequence[str],
    dropped: str,
    *,
    numbers: bool = True,
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Leave out rows, set cells to missing, and make numbers of text that holds them.

    Parameters
    ----------
    table : DataFrame
        As it was read; its index counts the rows from 0.
    name : str
        Of the file, for messages.
    target : str, optional
        As ``--target`` has it.
    missing, dropped
        As ``--missing`` and ``--drop-rows`` have them.
    numbers : bool, default True
        Whether text may hold numbers.

    Returns
    -------
    table : DataFrame
        Rows keep their index.
    notes : dict of str to tuple of str
        On columns, by their names.

    Raises
    ------
    Misuse, BadData
        ``missing`` or ``dropped`` names what is not there, or no row is left.
    """
    hint = table.attrs.pop(HINT, DecimalHint())
    if dropped:
        table = drop_rows(table, dropped, name)
    # text such as 'n.a.' before numbers are made of it, numbers such as -999 after
    table, met = mark_missing(table, missing)
    found: Mapping[str, tuple[str, ...]] = {}
    if numbers:
        table, found = convert_numbers(table, hint)
        table, quantities = convert_quantities(table)
        found = {**found, **quantities}
    table, also = mark_missing(table, missing)
    refuse_unused_values(missing, met | also, name)
    notes = dict(found)
    answers = _targets(table, target, name)
    others: dict[str, pd.Series] = dict(table.drop(columns=answers).items())  # type: ignore[assignment]  (names are text)
    for other, cells in others.items():
        settled, note = keep_countries(cells)
        if note:
            table = table.assign(**{other: settled})
            notes[other] = (*notes.get(other, ()), *note)
    for answer in answers:
        column: pd.Series = table.iloc[:, table.columns.tolist().index(answer)]
        if not pd.api.types.is_string_dtype(column.dtype):
            continue
        settled, note = keep_class_words(column)
        table = table.assign(**{answer: settled})
        notes[answer] = (*notes.get(answer, ()), *note)
    return table, {column: said for column, said in notes.items() if said}


def _targets(table: pd.DataFrame, target: str | None, name: str) -> list[str]:
    with suppress(ZooError):  # no such target: told where one is needed
        return find_targets(target, list(table.columns), name)
    return []
