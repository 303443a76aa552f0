"""Whole tables: known values, written as people write them, read back or told open."""

import csv
import datetime
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from learnable.data.files import TableReading, read_rows

ROWS = 40
WORDS = (
    "oak", "ash", "Linde", "naïve", "Ahorn, rot", "pine; dry", "a \"quoted\" elm",
    "North Side", "O'Brien", "x-1",
)  # fmt: skip
MARKS = ("", "-", "--", "NA", "n.a.", "?", "#N/A", "NaN", ".", "null")
"""Written where a number is missing."""
DATE_FORMS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%Y", "%B %d, %Y",
    "%Y/%m/%d", "%Y-%m-%d %H:%M:%S",
)  # fmt: skip


@dataclass(frozen=True)
class Locale:
    """How numbers are written: decimal point, thousands mark, separators that go."""

    decimal: str
    thousands: str
    separators: str


LOCALES = (
    Locale(".", "", ",;\t|"),
    Locale(".", ",", ";\t|"),
    Locale(",", "", ";\t|"),
    Locale(",", ".", ";\t|"),
    Locale(",", " ", ";\t|"),
    Locale(",", "\N{NARROW NO-BREAK SPACE}", ";\t|"),
    Locale(".", "'", ",;\t|"),
)


@dataclass(frozen=True)
class Written:
    """A column: its values, None where one is missing, and how they are written."""

    name: str
    kind: str
    values: tuple[object, ...]
    cells: tuple[str, ...]


def number_cell(value: float, decimals: int, locale: Locale) -> str:
    text = f"{value:,.{decimals}f}"
    table = {",": locale.thousands, ".": locale.decimal}
    return "".join(table.get(letter, letter) for letter in text)


@st.composite
def numbers(draw: st.DrawFn, name: str, locale: Locale) -> Written:
    """Numbers of one precision, with a unit, a currency or neither, some missing."""
    decimals = draw(st.integers(0, 3))
    size = draw(st.sampled_from((9, 99, 9_999, 9_999_999)))
    mark = draw(st.sampled_from(("", "", "", "%", " €", "$")))
    missing = draw(st.sampled_from(MARKS))
    share = draw(st.sampled_from((0.0, 0.0, 0.05)))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    low = -size if draw(st.booleans()) else 0
    drawn = [round(float(v), decimals) for v in rng.uniform(low, size, ROWS)]
    gone = rng.random(ROWS) < share
    cells = []
    for value, absent in zip(drawn, gone, strict=True):
        cell = number_cell(value, decimals, locale)
        cell = f"{mark}{cell}" if mark == "$" else f"{cell}{mark}"
        cells.append(missing if absent else cell)
    values = tuple(None if g else v for v, g in zip(drawn, gone, strict=True))
    return Written(name, "number", values, tuple(cells))


@st.composite
def words(draw: st.DrawFn, name: str) -> Written:
    chosen = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=5, unique=True))
    seed = draw(st.integers(0, 2**32 - 1))
    cells = tuple(np.random.default_rng(seed).choice(chosen, ROWS).tolist())
    return Written(name, "text", cells, cells)


@st.composite
def dates(draw: st.DrawFn, name: str) -> Written:
    form = draw(st.sampled_from(DATE_FORMS))
    start = draw(st.dates(datetime.date(1971, 1, 1), datetime.date(2035, 1, 1)))
    step = draw(st.sampled_from((1, 7, 13)))
    first = pd.Timestamp(start)
    values = [first + pd.Timedelta(days=step * i) for i in range(ROWS)]
    cells = [value.strftime(form) for value in values]
    return Written(name, "date", tuple(values), tuple(cells))


@dataclass(frozen=True)
class Sheet:
    """A file: its bytes, its columns, and how it was written, for the message."""

    content: bytes
    columns: tuple[Written, ...]
    how: str


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    locale = draw(st.sampled_from(LOCALES))
    separator = draw(st.sampled_from(locale.separators))
    columns = [draw(numbers("size", locale)), draw(words("kind"))]
    columns += [draw(numbers("price", locale))] if draw(st.booleans()) else []
    columns += [draw(dates("day"))] if draw(st.booleans()) else []
    columns = draw(st.permutations(columns))
    quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    end = draw(st.sampled_from(("\n", "\r\n")))
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "cp1252", "utf-16")))
    stream = io.StringIO(newline="")
    writer = csv.writer(
        stream, delimiter=separator, quoting=quoting, lineterminator=end
    )
    writer.writerow([column.name for column in columns])
    writer.writerows(zip(*(column.cells for column in columns), strict=True))
    text = stream.getvalue()
    if encoding == "cp1252":
        text = text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")
    how = f"{locale}, {separator!r}, quoting {quoting}, {end!r}, {encoding}"
    return Sheet(text.encode(encoding), tuple(columns), how)


def same_number(read: pd.Series, column: Written) -> bool:
    if not pd.api.types.is_numeric_dtype(read.dtype):
        return False
    want = np.array([np.nan if v is None else v for v in column.values], dtype=float)
    got = read.to_numpy(dtype=float, na_value=np.nan)
    return bool(np.allclose(got, want, rtol=1e-12, atol=0, equal_nan=True))


def same_date(read: pd.Series, column: Written) -> bool:
    if not pd.api.types.is_datetime64_any_dtype(read.dtype):
        return False
    return read.tolist() == list(column.values)


def same_text(read: pd.Series, column: Written) -> bool:
    return read.tolist() == list(column.values)


SAME: dict[str, Callable[[pd.Series, Written], bool]] = {
    "number": same_number,
    "date": same_date,
    "text": same_text,
}


def is_told(reading: TableReading, column: Written) -> bool:
    """Whether a note says that the column may be read otherwise than it was meant."""
    notes = reading.column_notes.get(column.name, ())
    open_words = ("stays text", "nothing tells", "would fit as well")
    return any(word in note for note in notes for word in open_words)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sheets")


def check(sheet: Sheet, folder: Path) -> None:
    path = folder / "sheet.csv"
    path.write_bytes(sheet.content)
    reading = read_rows(path)
    for column in sheet.columns:
        assert column.name in reading.table, (sheet.how, list(reading.table.columns))
        read = reading.table[column.name]
        assert len(read) == ROWS, sheet.how
        if not SAME[column.kind](read, column):
            assert is_told(reading, column), (sheet.how, column, read.tolist()[:5])


HELD = {
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "deadline": None,
}


@settings(max_examples=25, **HELD)
@given(sheet=sheets())
def test_values_come_back_or_a_note_says_which_column_is_open(sheet, folder):
    check(sheet, folder)


@pytest.mark.slow
@settings(max_examples=2000, **HELD)
@given(sheet=sheets())
def test_no_silent_difference_in_two_thousand_tables(sheet, folder):
    check(sheet, folder)
