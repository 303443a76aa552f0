"""Forms in which people write times, and what a column of text says in each of them.

A cell is cut into tokens: the lengths of its numbers and its words tell which forms it
can have. 01/02/2010 has two, and `learnable.data.steps` says which is the likelier one.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

SAMPLED_CELLS = 50
"""About so many values of a column, evenly spread, tell its forms."""
NEARLY = 0.9
"""Share of cells that are times from which on the others are taken for mistakes."""
_LONGEST = 48
"""Letters of a cell: "Wednesday, 30 September 2015 at 12:00:00.000 AM UTC"."""

_MONTHS = (
    "jan january januar jän jänner janvier janv enero ene gennaio gen janeiro januari",
    "feb february februar février févr fév febrero febbraio fevereiro fev februari",
    "mar march märz mär mrz mars marzo março maart mrt",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aoû agosto ago augustus",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october oktober okt octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember dez décembre déc diciembre dic dicembre dezembro",
)
MONTH_NAMES = tuple(names.split()[0].capitalize() for names in _MONTHS)
"""Names of the months as formats of `strptime` have them."""
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
_SAID = (
    {name: MONTH_NAMES[i] for i, names in enumerate(_MONTHS) for name in names.split()}
    | dict.fromkeys(_WEEKDAYS.split(), "")
    | {day[:3]: "" for day in _WEEKDAYS.split()}
    | dict.fromkeys(("st", "nd", "rd", "th", "de", "of", "at", "uhr", "h"), "")
    | {"am": "AM", "pm": "PM", "utc": "Z", "gmt": "Z", "z": "Z", "t": "T"}
    | {"q": "Q", "w": "W", "m": "M", "kw": "W", "week": "W"}
)  # fmt: skip
"""Words as the forms have them; an unknown one makes a cell none."""
_WORD = re.compile(r"[^\W\d_]+\.?")
_CLOCK = re.compile(
    r"(?P<gap>[ T]?)\d{1,2}:\d\d(?P<seconds>:\d\d)?(?P<point>[.,]\d{1,9})?"
    r"(?P<half> ?[AP]M)?(?P<zone> ?(?:Z|[+-]\d\d:?(?:\d\d)?))?$"
)
_OFFSET = re.compile(r"(:\d\d(?:[.,]\d{1,9})?) ?[+-]\d\d:?(?:\d\d)?$")
_TOKENS = re.compile(r"\d+|[^\W\d_]+|[\W_]")


def month_number(word: str) -> int | None:
    """The number of a month that is written in words; None if it is none."""
    short = _SAID.get(word.strip().rstrip(".").lower())
    return MONTH_NAMES.index(short) + 1 if short in MONTH_NAMES else None


def is_calendar(column: pd.Series) -> bool:
    """Whether all cells are names of weekdays or months."""
    words = column.dropna().astype(str).str.strip().str.rstrip(".").str.lower().unique()
    return len(words) > 0 and all(word in _SAID and len(word) > 2 for word in words)


@dataclass(frozen=True)
class Form:
    """A form of cells.

    Parameters
    ----------
    name : str
        What a reader would call it: "day first".
    format : str
        Of `strptime`, or one of `_READERS`.
    """

    name: str
    format: str


VAGUE = (
    "days as 20150131", "days of the year", "months as 201501", "years",
    "months of numbered years", "months of short years",
)  # fmt: skip
"""Names of forms that other cells might have too (10-Oct): dates in a forecast only."""
DAYS = ("year first", "day first", "month first", "months in words")
"""Names of forms that have a day, a month and a year."""
MIXED = "in several forms"
PERIODS = ("months", "quarters", *VAGUE[2:])
"""Names of forms without a day: their steps are months."""

_ORDERS = {
    "422": (("year first", "Ymd"),),
    "224": (("day first", "dmY"), ("month first", "mdY")),
    "222": (("day first", "dmy"), ("month first", "mdy"), ("year first", "ymd")),
    "2b4": (("months in words", "dbY"),),
    "b24": (("months in words", "bdY"),),
    "4b2": (("months in words", "Ybd"),),
    "2b2": (("months in words", "dby"),),
    "43": ((VAGUE[1], "Yj"),),
    "8": ((VAGUE[0], "D"),),
    "e": ((VAGUE[0], "DHMS"),),
    "c": ((VAGUE[0], "DHM"),),
    "42": (("months", "Ym"),),
    "24": (("months", "mY"),),
    "b4": (("months", "bY"),),
    "4b": (("months", "Yb"),),
    "b2": ((VAGUE[5], "by"),),
    "2b": ((VAGUE[5], "yb"),),
    "4M2": (("months", "YMm"),),
    "6": ((VAGUE[2], "6"),),
    "4": ((VAGUE[3], "Y"),),
    "22": ((VAGUE[4], "numbered"),),
    "4Q2": (("quarters", "quarter"),),
    "Q24": (("quarters", "quarter"),),
    "2Q4": (("quarters", "quarter"),),
    "Q22": (("quarters", "quarter"),),
    "4W2": (("weeks", "week"),),
    "4W22": (("weeks", "week"),),
    "W24": (("weeks", "week"),),
}
"""Kinds of tokens -> their orders. A digit is the length of a number (2: at most 2),
b a month's name."""
_DIRECTIVES = {"D": "%Y%m%d", "6": "%Y%m", "M": "M", "H": "%H", "S": "%S"}
_KINDS = {1: "2", 2: "2", 3: "3", 4: "4", 6: "6", 8: "8", 12: "c", 14: "e"}


@dataclass(frozen=True)
class TimeReading:
    """A column of text as times.

    Parameters
    ----------
    name : str
        Of its form: "day first"; see `Form`.
    moments : datetime64[us] array of shape (n,)
        NaT where a cell is no time of this form.
    formats : tuple of str
        Of `strptime`, each for the cells that those before it do not fit.
    """

    name: str
    moments: np.ndarray
    formats: tuple[str, ...]

    @property
    def is_period(self) -> bool:
        """Whether the cells are months, quarters or years."""
        return self.name in PERIODS


def readings(column: pd.Series, *, vague: bool) -> list[TimeReading]:
    """All readings of a column in which nearly all its cells are times.

    Parameters
    ----------
    column : Series of text
    vague : bool
        Whether what other cells look like too (`VAGUE`) may be times.
    """
    import pandas as pd

    cells = _sample(column)
    some = [plain_cell(cell) for cell in cells]
    forms = {n: f for n, f in _forms_of(some).items() if vague or n not in VAGUE}
    likely = {n: f for n, f in forms.items() if _share(parse(some, f)) >= NEARLY}
    if not likely:
        mixed = _mixed_formats(some, forms)
        likely = {MIXED: mixed} if mixed else {}
    if not likely:
        return []
    codes, found = pd.factorize(column.astype("string").str.strip())
    values = [str(value) for value in found]
    # "May" alone would look plain where later months are spelt out
    if some != cells or any("%b" in f for formats in likely.values() for f in formats):
        values = [plain_cell(value) for value in values]
    made = []
    for name, formats in likely.items():
        for texts in _zones(values, some):
            moments = np.append(parse(texts, formats), np.datetime64("NaT", "us"))
            made.append(TimeReading(name, moments[codes], formats))
    return [r for r in made if _share(r.moments[codes >= 0]) >= NEARLY]


def _mixed_formats(
    cells: Sequence[str], forms: dict[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Formats of several forms that read nearly all cells in one way; none if none do.

    Two files that were put together write dates in two ways. Days and months as
    numbers have one order only where a dot parts them, or where a day is above 12.
    """
    days = [f for name, found in forms.items() if name in DAYS for f in found]
    if any("%y" in form for form in days):
        return ()
    kept = []
    for form in days:
        turned = form.translate(_TURNED)
        if form in kept or turned in kept:
            continue
        if turned in days and turned != form:
            both = {f: _share(parse(cells, (f,))) for f in (form, turned)}
            usual = next((f for f in both if "%d.%m" in f), None)
            if usual is None and both[form] == both[turned]:
                return ()
            form = usual or max(both, key=lambda f: both[f])
        kept.append(form)
    return tuple(kept) if _share(parse(cells, tuple(kept))) >= NEARLY else ()


_TURNED = str.maketrans("dm", "md")
"""What makes of a format with the day first the one with the month first."""


def _sample(column: pd.Series) -> list[str]:
    """Different cells of text, evenly spread; none where most are no text."""
    rows = np.unique(np.linspace(0, len(column) - 1, 20 * SAMPLED_CELLS).astype(int))
    cells = column.iloc[rows].dropna()
    texts = [str(cell).strip() for cell in cells if isinstance(cell, str | date)]
    if len(texts) < NEARLY * len(cells):
        return []
    texts = list(dict.fromkeys(texts))
    return texts[:: max(1, len(texts) // SAMPLED_CELLS)]


def _zones(values: list[str], some: list[str]) -> list[list[str]]:
    """Cells as they stand, and where they have zones also by their local clocks."""
    if not any(_OFFSET.search(value) for value in some):
        return [values]
    return [values, [_OFFSET.sub(r"\1", value) for value in values]]


def _share(moments: np.ndarray) -> float:
    return float((~np.isnat(moments)).mean()) if len(moments) else 0.0


def parse(cells: Sequence[str], formats: tuple[str, ...]) -> np.ndarray:
    """Plain cells as times of these formats, datetime64[us]; NaT where none fits."""
    import pandas as pd

    texts: Any = pd.Series(list(cells), dtype="str")
    moments = np.full(len(texts), "NaT", "datetime64[us]")
    for form in formats:
        left = np.isnat(moments)
        if left.any():
            moments[left] = _parse(texts[left], form)
    return moments


def _parse(texts: pd.Series, form: str) -> np.ndarray:
    import pandas as pd

    if form in _READERS:
        return np.array([_READERS[form](text) for text in texts], "datetime64[us]")
    with warnings.catch_warnings():
        # two-digit years without a day make pandas 3 guess, which is what we ask for
        warnings.simplefilter("ignore", UserWarning)
        read: Any = pd.to_datetime(texts, format=form, errors="coerce", utc=True)
    return read.dt.tz_localize(None).to_numpy().astype("datetime64[us]")


def _quarter(text: str) -> str:
    """The first month of a quarter; "NaT" where the text is none."""
    found = _QUARTER.fullmatch(text)
    if not found:
        return "NaT"
    year = found["year"] or found["last"]
    number = found["second"] or found["first"] or found["front"]
    year = year if len(year) == 4 else f"20{year}"
    return f"{year}-{3 * int(number) - 2:02d}" if year > "0000" else "NaT"


def _week(text: str) -> str:
    """The Monday of a week of ISO 8601, or another of its days."""
    found = _WEEK.fullmatch(text)
    if not found:
        return "NaT"
    year, week = found["year"] or found["last"], found["week"] or found["first"]
    with suppress(ValueError):  # not every year has 53 weeks
        day = date.fromisocalendar(int(year), int(week), int(found["day"] or 1))
        return day.isoformat()
    return "NaT"


def _numbered(text: str) -> str:
    """A month of a year that counts from 1: "3-07"."""
    found = _NUMBERED.fullmatch(text)
    return f"{int(found[1]):04d}-{int(found[2]):02d}" if found else "NaT"


_QUARTER = re.compile(
    r"(?P<year>\d{4})[-/:. ]?Q ?(?P<second>[1-4])"
    r"|(?:Q ?(?P<first>[1-4])|(?P<front>[1-4]) ?Q)[-/:. ]?(?P<last>\d{4}|\d\d)"
)
_WEEK = re.compile(
    r"(?P<year>\d{4})[-/ ]?W ?(?P<week>\d{1,2})(?:-(?P<day>[1-7]))?"
    r"|W ?(?P<first>\d{1,2})[-/ ]?(?P<last>\d{4})"
)
_NUMBERED = re.compile(r"(\d{1,3})[-/.](0?[1-9]|1[0-2])")
_READERS = {"quarter": _quarter, "week": _week, "numbered": _numbered}
"""For what `strptime` has no format."""


def plain_cell(cell: str) -> str:
    """A cell with words as in `MONTH_NAMES`, without weekdays and double blanks."""
    if len(cell) > _LONGEST:
        return ""
    if "." in cell:
        cell = re.sub(r"(?i)\b([ap])\.? ?m\.", r"\1m", cell)
    cell = _WORD.sub(_say, cell)
    return " ".join(cell.replace(", ", " ").replace(" ,", " ").split())


def _say(word: re.Match[str]) -> str:
    text = word[0].rstrip(".").lower()
    known = _SAID.get(text)
    if known is None:
        return word[0]
    # of 12.Jan.2015 the dot parts what stands beside it
    dot = "." if word[0].endswith(".") and known in MONTH_NAMES else ""
    return known + (dot if word.string[word.end() : word.end() + 1].isdigit() else "")


def _forms_of(cells: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Formats by the names of their forms, those of the first cells first."""
    found: dict[str, dict[str, None]] = {}
    for cell in cells:
        for form in forms_of(cell):
            found.setdefault(form.name, {})[form.format] = None
    # beside 2023-01-31, 04/02/23 is no day in 2004
    years = found.get("year first", {})
    if any("%y" not in form for form in years):
        found["year first"] = dict.fromkeys(f for f in years if "%y" not in f)
    return {name: tuple(formats)[:8] for name, formats in found.items()}


def forms_of(cell: str) -> list[Form]:
    """The forms that a plain cell can have."""
    clock = _CLOCK.search(cell)
    date = cell[: clock.start()] if clock else cell
    tokens = _TOKENS.findall(date.strip())
    kinds = "".join(_kind(token) for token in tokens)
    ending = _clock_format(clock) if clock else ""
    if clock and kinds == "422" and not clock["half"] and "/" not in date:
        return [Form("year first", "ISO8601")]
    return [
        Form(name, order if order in _READERS else _format(tokens, order) + ending)
        for name, order in _ORDERS.get(kinds, ())
    ]


def _kind(token: str) -> str:
    """A letter for a number or a word; "" for what stands between them."""
    if token.isdigit():
        return _KINDS.get(len(token), "?")
    if token.isalpha():
        return "b" if token in MONTH_NAMES else token if token in "QWM" else "?"
    return ""


def _clock_format(clock: re.Match[str]) -> str:
    """The part of a format that reads a clock, with what stands before it."""
    hours = "%I:%M" if clock["half"] else "%H:%M"
    seconds = ":%S" if clock["seconds"] else ""
    point = f"{clock['point'][0]}%f" if clock["point"] else ""
    half = (clock["half"] or "")[:-2] + "%p" * bool(clock["half"])
    zone = clock["zone"] or ""
    zone = " " * zone.startswith(" ") + "%z" * bool(zone)
    return clock["gap"] + hours + seconds + point + half + zone


def _format(tokens: list[str], order: str) -> str:
    """The format of a date whose parts come in this order."""
    if order in ("DHMS", "DHM"):
        return "%Y%m%d%H%M" + "%S" * (order == "DHMS")
    parts = iter(order)
    return "".join(
        _directive(next(parts)) if token.isalnum() else token for token in tokens
    )


def _directive(part: str) -> str:
    return _DIRECTIVES.get(part, f"%{part}")
