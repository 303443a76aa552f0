"""Tables in text: CSV, TSV and their like."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pandas as pd
from pandas._libs.parsers import STR_NA_VALUES

from .columns import check_width
from .compressed import ByteSource
from .counts import count
from .encodings import TextFacts, detect_encoding
from .errors import BadData, ZooError, first_line
from .fast_text import SAMPLE_ROWS, is_faster, read_fast
from .header import COMMENT_MARKS, Header, TextLine, common_width, find_header
from .missing import has_lost_country
from .number_cells import DecimalMark
from .numbers import HINT, DecimalHint, may_be_thousands
from .ragged import (
    find_unit_row,
    refuse_cut_off,
    refuse_long_line,
    refuse_open_quote,
    without_remarks,
)
from .separators import (
    BLANKS,
    declared_separator,
    find_separator,
    first_lines,
    numbered_rows,
)
from .target import find_targets

MISSING_MARKS = ("?", "")
"""Read as missing beside pandas' own list (``NA``, ``nan``, ``null`` ...): ``?`` is
how the UCI repository writes it."""


_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
"""A number with a decimal comma."""
_WITH_COMMA = re.compile(r"[+-]?\d+,\d+")
_WITH_POINT = re.compile(r"[+-]?\d+\.\d+")
_CODE_DIGITS, _MOST_ZEROS = 5, 2
"""Digits of a code at least, and zeros that it begins with at most; months, hours and
times of day (0830) are shorter."""
_FIRST_ROWS = 2_000
_OPEN = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""A number whose mark may be that of thousands or of decimals."""


@dataclass(frozen=True)
class TextLayout:
    """Form of a text file, as its first lines show it."""

    facts: TextFacts
    separator: str
    decimal: DecimalMark
    header: Header
    comments: bool
    width: int
    hint: DecimalHint = field(default_factory=DecimalHint)
    units: TextLine | None = None


def read_delimited(
    source: ByteSource, *, header: bool | None = None, target: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """A table from text, and notes on how it was read.

    Parameters
    ----------
    source : ByteSource
    header : bool, optional
        Whether a line holds the names of the columns; found out if None.
    target : str, optional
        As ``--target`` has it: a line among the first that holds it is the header.

    Raises
    ------
    BadData
        The file is no table, is cut off, or has two columns of one name.
    """
    layout = find_layout(source, header, target)
    notes = [*layout.facts.notes, *layout.header.notes]
    if layout.decimal == ",":
        notes.insert(len(layout.facts.notes), "a comma was read as the decimal point")
    _check_names(source.name, layout.header.line)
    left_out = _skipped_lines(source, layout, notes)
    table = _parse(source, layout, left_out)
    refuse_cut_off(source.name, layout.facts, layout.separator, layout.width)
    repeated = _repeated_headers(source, layout, table, notes)
    if repeated:
        left_out |= repeated
        table = _parse(source, layout, left_out)
    table = _reread_as_text(source, layout, left_out, table, target)
    table = _without_blanks(_without_row_names(table, layout, notes), notes)
    table = without_remarks(table, notes)
    table.attrs[HINT] = layout.hint
    return table, notes


def find_layout(
    source: ByteSource, header: bool | None, target: str | None
) -> TextLayout:
    """Find separator, decimal point and header from the first lines."""
    facts = detect_encoding(source)
    lines = first_lines(source, facts.encoding)
    message = declared_separator(lines[0][1])
    lines = lines[1:] if message and len(lines) > 1 else lines
    separator = message or ("\t" if source.tabs else None)
    separator = separator or find_separator([line for _, line in lines], source.name)
    rows = numbered_rows(lines, separator, source.name)
    for row in rows:
        check_width(f"line {row.number:,} of {source.name}", len(row.cells))
    hint = _decimal_hint([row.cells for row in rows], separator)
    decimal: DecimalMark = "," if separator != "," and _is_comma(hint) else "."
    if decimal == ",":
        rows = [
            replace(row, cells=[_with_point(cell) for cell in row.cells])
            for row in rows
        ]
    width = common_width(rows)
    quoted = all(line.lstrip().startswith('"') for _, line in lines)
    r_names = separator in (BLANKS, "\t", ";", "|") or quoted
    found = find_header(rows, header=header, target=target, r_names=r_names)
    return TextLayout(
        facts,
        separator,
        decimal,
        found,
        _has_comments(rows, width),
        width,
        hint,
        find_unit_row(rows, found),
    )


def _check_names(name: str, line: TextLine | None) -> None:
    """Refuse two columns of one name, of which pandas would rename the second."""
    names = [cell.strip() for cell in line.cells] if line else []
    places: dict[str, int] = {}
    for place, column in enumerate(names):
        first = places.setdefault(column, place)
        if line and column and first < place:
            msg = f"{name} has two columns named {column!r} (line {line.number:,}"
            msg = f"{msg}, columns {first + 1} and {place + 1}); rename one of them"
            raise BadData(msg)


def _has_comments(rows: list[TextLine], width: int) -> bool:
    """Whether lines that begin with a mark are comments throughout the file."""
    marked = [row for row in rows if row.comment]
    body = [row for row in rows if not row.comment]
    inside = [r for r in marked if body and r.number > body[0].number]
    return bool(marked) and bool(body) and all(len(r.cells) != width for r in inside)


def _decimal_hint(rows: list[list[str]], separator: str) -> DecimalHint:
    """The decimal marks of numbers such as 1,5 and 1.5, but not 1,500 and 1.500.

    Where none tells, 1,500 beside ``;`` has decimals: a comma would else part cells.
    """
    cells = {cell.strip() for row in rows for cell in row}
    seen: set[DecimalMark] = set()
    if any(_WITH_COMMA.fullmatch(c) and not _OPEN.fullmatch(c) for c in cells):
        seen.add(",")
    if any(_WITH_POINT.fullmatch(c) and not _OPEN.fullmatch(c) for c in cells):
        seen.add(".")
    is_open = separator == ";" and any(
        _OPEN.fullmatch(cell) and "," in cell for cell in cells
    )
    return DecimalHint(frozenset(seen), "," if is_open else ".")


def _is_comma(hint: DecimalHint) -> bool:
    return hint.seen == {","} or (not hint.seen and hint.default == ",")


def _with_point(cell: str) -> str:
    """A number with its comma as a point; titles and names keep theirs."""
    return cell.replace(",", ".") if _COMMA.fullmatch(cell.strip()) else cell


def _skipped_lines(
    source: ByteSource, layout: TextLayout, notes: list[str]
) -> set[int]:
    """Numbers of the lines below the header that are comments or units."""
    units = set()
    if layout.units:
        units = {layout.units.number}
        shown = ", ".join(repr(c) for c in layout.units.cells[:3] if c.strip())
        notes.append(
            f"line {layout.units.number:,} stands between the names and the rows "
            f"({shown}); left out"
        )
    if not layout.comments:
        return units
    found = {
        number
        for number, line in enumerate(_lines(source, layout), 1)
        if number > layout.header.start and line.lstrip().startswith(COMMENT_MARKS)
    }
    if found:
        notes.append(f"{count(len(found), 'line')} of comments among the rows left out")
    return found | units


def _lines(source: ByteSource, layout: TextLayout) -> Iterator[str]:
    with _text(source, layout) as stream:
        yield from stream


def _text(source: ByteSource, layout: TextLayout) -> io.TextIOWrapper:
    return io.TextIOWrapper(source.open(), layout.facts.encoding, newline="")


def _rows_of(
    source: ByteSource, layout: TextLayout, left_out: set[int]
) -> io.TextIOBase:
    """The text from the header on, without the lines that are left out."""
    if left_out:
        kept = (
            line
            for number, line in enumerate(_lines(source, layout), 1)
            if number >= layout.header.start and number not in left_out
        )
        return io.StringIO("".join(kept), newline="")
    stream = _text(source, layout)
    for _ in range(layout.header.start - 1):
        stream.readline()
    return stream


def _is_plain(layout: TextLayout) -> bool:
    """Whether pyarrow reads such a text as pandas does."""
    header, facts = layout.header, layout.facts
    odd_header = header.line and (header.row_names or header.line.comment)
    plain = facts.encoding == "utf-8-sig" and layout.decimal == "." and not odd_header
    plain = plain and len(layout.separator) == 1 and layout.separator != " "
    return plain and layout.width > 1 and is_faster(facts.size)


def _parse_plain(source: ByteSource, layout: TextLayout) -> pd.DataFrame | None:
    """The table by pyarrow; None where pandas may give another."""
    facts, header = layout.facts, layout.header
    try:
        with _rows_of(source, layout, set()) as stream:
            sample = _parse_rows(stream, layout, None, rows=SAMPLE_ROWS)
    except (ValueError, OSError, pd.errors.ParserWarning):
        return None  # pandas says it again, of all rows
    whole = any(pd.api.types.is_integer_dtype(dtype) for dtype in sample.dtypes)
    if whole and facts.hexadecimal:
        return None
    lines = header.start if header.line else header.start - 1
    marks = {*STR_NA_VALUES, *MISSING_MARKS}
    with source.open() as stream:
        head = b"".join(stream.readline() for _ in range(lines))
        if head.count(b'"') % 2:
            return None
        return read_fast(stream, sample, layout.separator, marks, quotes=facts.quotes)


def _parse_rows(
    stream: io.TextIOBase,
    layout: TextLayout,
    names: list[str] | None,
    *,
    rows: int | None = None,
    as_text: list[int] | None = None,
) -> pd.DataFrame:
    """All columns, or those at the places ``as_text``, in which "" alone is missing."""
    with warnings.catch_warnings():
        # pandas would cut cells off the lines that are longer than the header
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            stream,
            sep=layout.separator,
            decimal=layout.decimal,
            header=0 if layout.header.line and names is None else None,
            names=names,
            index_col=False,
            na_values=list(MISSING_MARKS),
            keep_default_na=as_text is None,
            dtype=None if as_text is None else "str",
            usecols=as_text,
            skipinitialspace=True,
            low_memory=False,
            nrows=rows,
        )


def _parse(
    source: ByteSource,
    layout: TextLayout,
    left_out: set[int],
    as_text: list[int] | None = None,
    rows: int | None = None,
) -> pd.DataFrame:
    header, name = layout.header, source.name
    if as_text is None and not left_out and _is_plain(layout):
        table = _parse_plain(source, layout)
        if table is not None:
            return table
    names, stream = None, _rows_of(source, layout, left_out)
    if header.line and (header.row_names or header.line.comment):
        stream.readline()
        names = [cell.strip() for cell in header.line.cells]
        names = ["row.names", *names] if header.row_names else names
    try:
        with stream:
            return _parse_rows(stream, layout, names, rows=rows, as_text=as_text)
    except pd.errors.ParserWarning as error:
        refuse_long_line(source, layout.facts.encoding, layout.separator, header)
        msg = f"{name} is no table: its lines have more cells than the first line"
        raise BadData(f"{msg} has names; name all columns") from error
    except (ValueError, OSError) as error:  # pandas' own errors are ValueErrors
        refuse_long_line(source, layout.facts.encoding, layout.separator, header)
        if "EOF inside string" in str(error):
            refuse_open_quote(source, layout.facts.encoding, layout.separator)
        raise BadData(f"{name} is no table: {first_line(error)}") from error


def _reread_as_text(
    source: ByteSource,
    layout: TextLayout,
    left_out: set[int],
    table: pd.DataFrame,
    target: str | None,
) -> pd.DataFrame:
    """Read again, as text, what pandas may have taken for something else.

    Floats that may be thousands, where no number of the file tells; targets of text
    with gaps, for ``None`` may be the name of a class; countries with gaps, for ``NA``
    is one; and digits of which some begin with zeros, as zip codes do.
    """
    told = layout.hint.seen == {layout.decimal}
    answers: list[str] = []
    with suppress(ZooError):  # no such target: told where one is needed
        answers = find_targets(target, [str(c) for c in table.columns], source.name)
    doubtful = [
        place
        for place, (name, column) in enumerate(table.items())
        if (column.dtype == "float64" and not told and may_be_thousands(column))
        or (str(name) in answers and _may_name_classes(column))
        or has_lost_country(column)
    ]
    codes = _codes(source, layout, left_out, table)
    codes = [place for place in codes if str(table.columns[place]) not in answers]
    doubtful = sorted({*doubtful, *codes})
    texts = _parse(source, layout, left_out, doubtful) if doubtful else table
    for i, place in enumerate(doubtful):
        table.isetitem(place, texts.iloc[:, i])
    return table


def _codes(
    source: ByteSource, layout: TextLayout, left_out: set[int], table: pd.DataFrame
) -> list[int]:
    """Places of whole numbers whose first rows are codes of so many digits."""
    whole = [i for i, kind in enumerate(table.dtypes) if kind == "int64"]
    whole = [i for i in whole if len(table) and table.iloc[:, i].min() >= 0]
    # where zeros were cut off, some numbers are shorter than others, or all are
    long = [i for i in whole if len(str(table.iloc[:, i].max())) >= _CODE_DIGITS - 1]
    if not long:
        return []
    some = _parse(source, layout, left_out, long, rows=_FIRST_ROWS)
    return [place for i, place in enumerate(long) if _is_code(some.iloc[:, i])]


def _is_code(texts: pd.Series) -> bool:
    """Whether cells are as many digits each, and some begin with a zero, or two.

    Numbers that were filled up with zeros to one width begin with more.
    """
    digits = texts.dropna().str.strip()
    width = digits.str.len()
    zeros = width - digits.str.lstrip("0").str.len()
    even = width.min() == width.max() and width.max() >= _CODE_DIGITS
    return bool(even and 0 < zeros.max() <= _MOST_ZEROS)


def _may_name_classes(column: pd.Series) -> bool:
    is_text = pd.api.types.is_string_dtype(column.dtype)
    return is_text and bool(column.isna().any())


def _repeated_headers(
    source: ByteSource, layout: TextLayout, table: pd.DataFrame, notes: list[str]
) -> set[int]:
    """Numbers of the lines that repeat the header, as joined files have them."""
    line = layout.header.line
    if line is None or layout.header.row_names or not _may_repeat(table):
        return set()
    names = [str(column) for column in table.columns]
    first = table.iloc[:, 0].astype("str").str.strip() == names[0].strip()
    rows = table.loc[first.fillna(False).to_numpy()].astype("str").to_numpy().tolist()
    stripped = [name.strip() for name in names]
    if not any([str(cell).strip() for cell in row] == stripped for row in rows):
        return set()
    head, left_out = "", set()
    for number, text in enumerate(_lines(source, layout), 1):
        if number == layout.header.start:
            head = text.strip()
        elif number > layout.header.start and text.strip() == head:
            left_out.add(number)
    if left_out:
        told = _describe_lines(left_out, min(left_out))
        notes.append(f"the header stands again in {told}; left out")
    return left_out


def _describe_lines(numbers: set[int], first: int) -> str:
    return f"line {first:,}" + (f" and {len(numbers) - 1} more" * (len(numbers) > 1))


def _may_repeat(table: pd.DataFrame) -> bool:
    """Whether all columns are text, as they are where a name stands among values."""
    return all(pd.api.types.is_string_dtype(dtype) for dtype in table.dtypes)


def _without_row_names(
    table: pd.DataFrame, layout: TextLayout, notes: list[str]
) -> pd.DataFrame:
    """Leave out R's row names where they only count the rows."""
    if not layout.header.row_names:
        return table
    names = table["row.names"]
    if names.astype(str).tolist() == [str(i + 1) for i in range(len(table))]:
        notes.append("R's row names (1, 2, ...) were left out")
        return table.drop(columns="row.names")
    notes.append("R's row names are the column row.names (--drop row.names)")
    return table


def _without_blanks(table: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Leave out columns without name and values, and a tail of rows without any."""
    nameless = [
        column
        for column in table.columns
        if str(column).startswith("Unnamed: ")
        and not table[column].notna().to_numpy().any()
    ]
    if nameless and len(nameless) < table.shape[1]:
        table = table.drop(columns=nameless)
        notes.append(
            f"{count(len(nameless), 'column')} without name and values left out"
        )
    if table.shape[1] < 2 or not len(table) or table.tail(1).notna().to_numpy().any():
        return table
    filled = table.notna().any(axis=1).to_numpy()
    if not filled.any():
        return table
    last = int(filled.nonzero()[0][-1]) + 1
    rows = "row at the end holds", "rows at the end hold"
    notes.append(f"{count(len(table) - last, *rows)} nothing")
    return table.iloc[:last]
