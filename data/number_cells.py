"""Forms of a number in a cell of text: its marks, its unit, and its value.

Patterns are read by RE2, through Arrow: it takes no longer than a text is long, and
looks at many cells in one call.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # its functions are made when it is imported: no hints

DecimalMark = Literal[".", ","]

_LONGEST = 60
"""Letters of a cell that may be a number."""

_SYMBOLS = "$€£¥₹₽₩₺₴₫฿₦₱₪¢"
_CODES = (
    "USD|EUR|GBP|JPY|CHF|AUD|CAD|NZD|CNY|RMB|INR|KRW|BRL|MXN|RUB|TRY|ZAR|SEK|NOK|DKK|"
    r"PLN|CZK|HUF|RON|SGD|HKD|TWD|THB|IDR|ILS|AED|SAR|Rs\.?|Fr\.?|SFr\.?|[Kk]r\.?|zł|"
    r"Kč|Ft|лв\.?|R"
)
_CURRENCY = rf"[A-Z]{{0,3}}[{_SYMBOLS}]|{_CODES}"
_UNIT = (
    r"[%‰°]|[%°]?[\p{L}µ][\p{L}°/·.^$€]{0,11}[²³]?"
    r"(?: [\p{L}/][\p{L}/.]{0,11}[²³]?)?"
)
_CELL = (
    r"^(?P<head>(?P<open>\(?)(?P<sign>[+-]?) ?"
    rf"(?P<before>(?:{_CURRENCY})?) ?(?P<inner>\(?)(?P<second>[+-]?))"
    r"(?P<body>\d[\d.,' _]*|[.,]\d+)"
    r"(?P<exponent>(?:[eE][+-]?\d{1,3})?)"
    rf" ?(?P<after>(?:{_CURRENCY}|{_UNIT})?)(?P<last>-?)(?P<close>\)?)"
    r" ?(?P<note>(?:\*{1,3}|[†‡§¹²³⁴⁵⁶⁷⁸⁹]+|\[\w{1,3}\])?)$"
)
_CLOCKS = "^(?i:am|pm|a\\.m\\.?|p\\.m\\.?|st|nd|rd|th)$"
"""What follows a number and makes a time or a place of it."""

_WHOLE = r"(?:0|[1-9]\d*)"
_GROUPS = r"(?:[1-9]\d{{0,2}}(?:{mark}\d{{3}})+|[1-9]\d?(?:{mark}\d\d)*{mark}\d{{3}})"
_NEUTRAL = ("'", " ", "_")
"""Marks of thousands that are no decimal mark anywhere."""


def _form(decimal: DecimalMark) -> str:
    """The pattern of a number with a decimal mark, and one mark of thousands."""
    other = {".": ",", ",": r"\."}[decimal]
    marks = (other, *_NEUTRAL)
    grouped = "|".join(_GROUPS.format(mark=mark) for mark in marks)
    point = {".": r"\.", ",": ","}[decimal]
    return rf"^(?:(?:{_WHOLE}|{grouped})(?:{point}\d*)?|{point}\d+)$"


_FORMS: dict[DecimalMark, str] = {".": _form("."), ",": _form(",")}
_OPEN = r"^[1-9]\d{0,2}[.,]\d{3}$"
"""A number whose only mark may be that of thousands or of decimals."""
_PADDED = r"^'?0\d[\d ]*$"
_GROUPED = r"\d[., '_]\d{3}"
_LONG = r"^\d{4,}[.,]\d+$"


_FOREIGN = (
    (r"[\x{00a0}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]+", " "),
    (r"[\x{200b}-\x{200f}\x{2060}\x{feff}\x{ad}]", ""),
    (r"[\x{2010}-\x{2015}\x{2212}\x{fe63}\x{ff0d}]", "-"),
    (r"[\x{2018}\x{2019}\x{02bc}\x{00b4}]", "'"),
)
"""Blanks, nothing, minus signs and apostrophes as other programs write them."""


_ENDS = (
    (r"(\d)[.,] ?-+$", r"\1"),
    ("([a-df-zA-DF-Z])2$", r"\1²"),
    ("([a-df-zA-DF-Z])3$", r"\1³"),
)
"""A Swiss or German price without cents, 12.-, and a square or cubic metre, m2."""


def plain_cells(cells: pa.Array) -> pa.Array:
    """Cells with plain blanks, signs and apostrophes, and none at their ends."""
    if not pc.all(pc.string_is_ascii(cells)).as_py():
        for pattern, plain in _FOREIGN:
            cells = pc.replace_substring_regex(cells, pattern, plain)
    for pattern, plain in _ENDS:
        if _matches(cells, pattern).any():  # replacing takes ten times as long
            cells = pc.replace_substring_regex(cells, pattern, plain)
    return pc.utf8_trim_whitespace(pc.utf8_ltrim(cells, "' "))


_LEADING = r"(^|[^\d.,'_ ]|[^\d] )0"


def _forms_of(cells: pa.Array) -> pa.DictionaryArray:
    """Cells with 1 for each digit, but for a zero that leads: $1,111.11 of prices."""
    if _matches(cells, _LEADING).any():
        cells = pc.replace_substring_regex(cells, _LEADING, "\\1\x01")
    for digit in "023456789":
        cells = pc.replace_substring(cells, digit, "1")
    return pc.dictionary_encode(pc.replace_substring(cells, "\x01", "0"))


def _matches(cells: pa.Array, pattern: str) -> np.ndarray:
    found = pc.match_substring_regex(cells, pattern)
    return pc.fill_null(found, False).to_numpy(zero_copy_only=False)


@dataclass(frozen=True)
class CellForms:
    """Forms of cells, each cut into the parts of a number.

    Parameters
    ----------
    cells : Array of str
        With 1 for each digit, none null.
    parts : StructArray
        Of each; null where it is no number of any form.
    """

    cells: pa.Array
    parts: pa.StructArray

    def part(self, name: str) -> pa.Array:
        """One part; "" where a cell is no number."""
        return pc.fill_null(pc.struct_field(self.parts, name), "")

    @cached_property
    def body(self) -> pa.Array:
        """Digits and their marks."""
        return pc.utf8_rtrim_whitespace(self.part("body"))

    @cached_property
    def cut(self) -> np.ndarray:
        """Whether a cell was cut, has one sign, and parentheses as a pair."""
        there = {
            name: self.part(name).to_numpy(zero_copy_only=False) != ""
            for name in ("open", "inner", "close", "sign", "second")
        }
        pairs = there["open"].astype(int) + there["inner"] == there["close"]
        signs = there["sign"] & there["second"]
        clock = _matches(self.part("after"), _CLOCKS)
        whole = self.parts.is_valid().to_numpy(zero_copy_only=False)
        return whole & pairs & ~signs & ~clock

    @cached_property
    def fits(self) -> dict[DecimalMark, np.ndarray]:
        """Whether each cell is a number where this is the decimal mark."""
        forms = _FORMS.items()
        return {mark: self.cut & _matches(self.body, form) for mark, form in forms}

    @cached_property
    def open(self) -> np.ndarray:
        """Whether each cell is another number under the other decimal mark."""
        return self.cut & _matches(self.body, _OPEN)

    @cached_property
    def leading_zeros(self) -> np.ndarray:
        """Whether each cell begins with zeros that a number would lose."""
        return _matches(self.cells, _PADDED)

    @cached_property
    def digits(self) -> np.ndarray:
        """Digits of each cell whose digits stand in groups; 0 elsewhere.

        A number with a second kind of mark has decimals: 1,234,567.89, and so has one
        whose only mark is a point or a comma behind four digits or more: 5758930.983.
        """
        only = pc.replace_substring_regex(self.body, r"\D", "")
        count = pc.utf8_length(only).to_numpy(zero_copy_only=False)
        kinds = np.sum([_matches(self.body, m) for m in (",", r"\.", "[' _]")], axis=0)
        grouped = _matches(self.body, _GROUPED) & ~_matches(self.body, _LONG)
        return np.where(grouped & (kinds < 2), count, 0)

    @cached_property
    def marked(self) -> np.ndarray:
        """Whether each cell has a mark of decimals or thousands, or an exponent."""
        exponent = self.part("exponent").to_numpy(zero_copy_only=False) != ""
        return _matches(self.body, r"[.,]") | exponent

    @cached_property
    def unit(self) -> np.ndarray:
        """Currency or unit of each cell, "" where it has none."""
        before, after = self.part("before"), self.part("after")
        both = pc.binary_join_element_wise(before, after, "")
        return both.to_numpy(zero_copy_only=False)

    @cached_property
    def currency(self) -> np.ndarray:
        """Whether the unit of each cell is a currency."""
        return _matches(pa.array(self.unit, pa.string()), rf"^(?:{_CURRENCY})$")

    @cached_property
    def span(self) -> tuple[np.ndarray, np.ndarray]:
        """Begin and end of digits, marks and exponent in each form."""
        start = pc.utf8_length(self.part("head"))
        length = pc.add(
            pc.utf8_length(self.body), pc.utf8_length(self.part("exponent"))
        )
        return start.to_numpy(), pc.add(start, length).to_numpy()

    @cached_property
    def negative(self) -> np.ndarray:
        """Whether each form has a minus sign, or parentheses as accounts have them."""
        minus = [
            self.part(name).to_numpy(zero_copy_only=False) == "-"
            for name in ("sign", "second", "last")
        ]
        closed = self.part("close").to_numpy(zero_copy_only=False) != ""
        return np.any(minus, axis=0) | closed


@dataclass(frozen=True)
class NumberCells:
    """Different cells of a column, and the forms that they have.

    Parameters
    ----------
    cells : Array of str
        As `plain_cells` makes them, none null.
    kinds : array of int
        The form of each cell.
    forms : CellForms
    """

    cells: pa.Array
    kinds: np.ndarray
    forms: CellForms

    def fits(self, decimal: DecimalMark) -> np.ndarray:
        """Whether each cell is a number where this is the decimal mark."""
        return self.forms.fits[decimal][self.kinds]

    def has(self, fact: FormFact) -> np.ndarray:
        """A fact on the form of each cell."""
        return getattr(self.forms, fact)[self.kinds]

    def values(self, decimal: DecimalMark) -> np.ndarray:
        """The number of each cell, NaN where it is none under this decimal mark."""
        values = np.full(len(self.kinds), np.nan)
        start, stop = self.forms.span
        order = np.argsort(self.kinds, kind="stable")
        edges = np.searchsorted(self.kinds[order], np.arange(len(start) + 1))
        others = r"[,' _]" if decimal == "." else r"[.' _]"
        for form in np.flatnonzero(self.forms.fits[decimal]):
            places = order[edges[form] : edges[form + 1]]
            texts = self.cells.take(pa.array(places))
            texts = pc.utf8_slice_codeunits(texts, int(start[form]), int(stop[form]))
            texts = pc.replace_substring_regex(texts, others, "")
            texts = pc.replace_substring(texts, ",", ".")
            values[places] = pc.cast(texts, pa.float64()).to_numpy()
        return np.where(self.has("negative"), -values, values)


FormFact = Literal[
    "cut", "open", "leading_zeros", "digits", "marked", "unit", "currency", "negative"
]


def parse_number_cells(cells: pa.Array) -> NumberCells:
    """Cut the different cells of a column into the parts of numbers.

    Parameters
    ----------
    cells : Array of str
        As they stand in the file, none null.
    """
    short = pc.less_equal(pc.utf8_length(cells), _LONGEST)
    plain = plain_cells(pc.if_else(short, cells, "")).cast(pa.string())
    forms = _forms_of(plain)
    kinds = forms.indices.to_numpy()
    names = forms.dictionary
    return NumberCells(plain, kinds, CellForms(names, pc.extract_regex(names, _CELL)))
