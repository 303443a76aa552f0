"""Cells and rows that hold nothing: marks, sentinels, and what is left out."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .columns import find_column
from .counts import count
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


_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ "
    "BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR "
    "CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR "
    "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU "
    "ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ "
    "LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
    "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF "
    "PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI "
    "SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR "
    "TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "
    "EU UK"
)
_COUNTRIES = frozenset(_CODES.split())
"""Codes of ISO 3166-1, of two letters, and two more that are written so."""
_LEAST_COUNTRIES = 3
_FEW = 100
"""First cells, which show most columns to hold no countries."""


def has_lost_country(column: pd.Series) -> bool:
    """Whether all cells that have a value are countries' codes, and some have none.

    ``NA`` is that of Namibia, and is read as missing.
    """
    return bool(column.hasnans) and _are_countries(column)


def _are_countries(column: pd.Series) -> bool:
    if not isinstance(column.dtype, pd.StringDtype):
        return False
    for cells in (column.iloc[:_FEW], column):
        codes = {c for c in cells.dropna().unique() if not _is_gap(str(c))}
        if not codes or not codes <= _COUNTRIES:
            return False
    return len(codes) >= _LEAST_COUNTRIES


def _is_gap(cell: str) -> bool:
    return cell != "NA" and cell.strip().lower() in NO_NUMBER


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


def refuse_unused_values(values: Sequence[str], met: set[str], name: str) -> None:
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


def keep_class_words(target: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
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
    return _keep_words(target, CLASS_WORDS, "class")


def keep_countries(column: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Decide as `keep_class_words` does whether ``NA`` among countries is Namibia.

    Any other column is returned as it is.
    """
    if not _are_countries(column):
        return column, ()
    gaps = column.fillna("").map(_is_gap)
    return _keep_words(column.mask(gaps), ("NA",), "country")


def _keep_words(
    target: pd.Series, known: Sequence[str], what: str
) -> tuple[pd.Series, tuple[str, ...]]:
    texts = target.astype(str).str.strip().where(target.notna())
    words = texts.isin(known)
    if not words.any() or words[target.notna()].all():
        return target.mask(words), ()
    found = texts[words].value_counts()
    common, word = int(found.iloc[0]), str(found.index[0])
    empty = int(target.isna().sum())
    if empty:
        cells = f"cell {word!r} was taken", f"cells {word!r} were taken"
        as_are = "as is" if empty == 1 else "as are"
        message = f"{count(int(words.sum()), *cells)} for missing, {as_are}"
        message = (
            f"{message} {count(empty, 'empty one')}; if {word!r} is a {what}, give it"
        )
        message = f"{message} another"
        return target.mask(words), (f"{message} name in the file",)
    name = shlex.quote(f"{target.name}={word}")
    return target, (
        f"{count(common, f'cell {word!r} is', f'cells {word!r} are')} a {what}, for no "
        f"cell is empty (--missing {name} makes missing values of {word!r})",
    )


_REPEATED = tuple(float(digit * n) for digit in "789" for n in range(2, 8))
"""77, 888, 9999 ..., which surveys and stations write where there is no answer."""
_FILLS = (1e20, 1e30, 1e35, 1e36, 9.969209968386869e36)
"""What grids of numbers are filled with (netCDF)."""
_SENTINELS = frozenset(
    {
        *(-9.0, -8.0, -7.0, -200.0, -99.9, -9.99, -999.9, -99.99, -999.99, -9999.9),
        *(999.9, 9999.9, 999.99, 9999.99, -97.0, -98.0, 97.0, 98.0, 997.0, 998.0),
        *(-32768.0, 32767.0, 65535.0, -2147483648.0, 2147483647.0),
        *_REPEATED,
        *_FILLS,
        *(-number for number in (*_REPEATED, *_FILLS)),
    }
)
"""Numbers that are written where there is none."""
_FIRST_OR_LAST = ("01-01", "12-30", "12-31")
"""Days of 1900, 1970, 9999 ... that are written where there is none."""
_LEAST_CELLS = 20
"""With fewer, a number at the end may well be true."""
_LEAST_REPEATS = 3
_LEAST_KINDS = 10
"""Different other values: with fewer, a column is a code of its own, and only numbers
that are no code of it are looked at."""
_SIDE_BY_SIDE = 3.0
"""Several numbers may stand for several reasons, this far apart: -97, -98, -99."""
_FAR_FROM_CODES = 3
"""Times the range of codes by which a number above them must stand apart."""
_MOST_ZEROS = 0.5
"""From this share on, 0 is what most rows have, and not missing."""
_FAR_ABOVE = 0.25
"""Of the range of the others: so far above 0 must they begin."""
_SURE_SHARE = 0.005
"""Share of the rows from which a sentinel among the targets is sure ..."""
_SURE_TIMES = 3
"""... if it is so many ranges of the others away from them, or so many times as common
as any of them."""


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
    is_day : bool
        Whether values are days since 1970.
    """

    value: float
    count: int
    share: float
    nearest: float
    is_sure: bool
    is_day: bool = False

    @property
    def written(self) -> str:
        """The value as text for ``--missing``."""
        if self.is_day:
            return str(np.datetime64(int(self.value), "D"))
        return str(int(self.value)) if self.value.is_integer() else str(self.value)

    @property
    def nearest_value(self) -> str:
        """The nearest other value as text."""
        if self.is_day:
            return str(np.datetime64(int(self.nearest), "D"))
        return f"{self.nearest:g}"


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
        others = values[~_is_sentinel(values, end)]
        if len(others) < _LEAST_CELLS or not _is_far(end, count, others):
            continue
        share = count / len(values)
        near = float(others.min() if end < others.min() else others.max())
        apart = abs(near - end) > _SURE_TIMES * (
            float(others.max()) - float(others.min())
        )
        common = count >= _SURE_TIMES * _most_frequent(others)
        sure = end in _SENTINELS and abs(end) >= 99 and share >= _SURE_SHARE
        return Sentinel(end, count, share, near, sure and (apart or common))
    return None


def find_sentinel_day(days: np.ndarray) -> Sentinel | None:
    """Find a first or last day of a year, repeated, far from all other days.

    Parameters
    ----------
    days : array of float
        A column of dates as days since 1970; NaN where it is missing.
    """
    days = days[np.isfinite(days)]
    if len(days) < _LEAST_CELLS:
        return None
    for end in (float(days.min()), float(days.max())):
        count, others = int((days == end).sum()), days[days != end]
        if count < _LEAST_REPEATS or len(others) < _LEAST_CELLS:
            continue
        near = float(others.min() if end < others.min() else others.max())
        day = str(np.datetime64(int(end), "D"))[-5:]
        if day in _FIRST_OR_LAST and abs(near - end) > float(np.ptp(others)) > 0:
            share = count / len(days)
            return Sentinel(end, count, share, near, is_sure=False, is_day=True)
    return None


def find_sentinels(values: np.ndarray) -> tuple[Sentinel, ...]:
    """Find all numbers of a column that stand for missing, as `find_sentinel` does."""
    found: list[Sentinel] = []
    while (sentinel := find_sentinel(values)) is not None:
        found.append(sentinel)
        values = values[values != sentinel.value]
    return tuple(found)


def _is_sentinel(values: np.ndarray, end: float) -> np.ndarray:
    """Which values are the one at the end, or stand beside it for another reason."""
    if end not in _SENTINELS or abs(end) < _SIDE_BY_SIDE**2:
        return values == end
    near = (values > end - _SIDE_BY_SIDE) & (values < end + _SIDE_BY_SIDE)
    return near & (np.mod(values, 1) == np.mod(end, 1)) | (values == end)


def _most_frequent(values: np.ndarray) -> int:
    return int(np.unique(values, return_counts=True)[1].max())


def _is_far(end: float, count: int, others: np.ndarray) -> bool:
    low, high = float(others.min()), float(others.max())
    if len(np.unique(others)) < _LEAST_KINDS:
        return end in _SENTINELS and _is_no_code(end, low, high)
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


def _is_no_code(end: float, low: float, high: float) -> bool:
    """Whether a number is no further step of codes from low to high."""
    if end < 0:
        return low >= 0 and -end > high
    return end - high > _FAR_FROM_CODES * max(high - low, 1.0) and low >= 0


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
