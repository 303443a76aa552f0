"""Cutting lines of text into cells: which separator, and where the lines begin."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from .compressed import ByteSource
from .errors import BadData, first_line
from .header import COMMENT_MARKS, TextLine, is_number

BLANKS = r"\s+"
"""The separator of columns that stand apart by blanks, as pandas names it."""
_MOST_LINES = 200
_START = 8 << 20
"""Bytes of a file in which its first lines are looked for."""
_TOKEN = re.compile(r'"((?:[^"]|"")*)"(?=\s|$)|(\S+)')
_NUMBER = re.compile(r"[+-]?[\d.,eE+-]+")
_GROUPED = re.compile(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?")
_DECIMAL = re.compile(r"[+-]?\d*,\d+")
_CLOCK = re.compile(r"\d{1,2}(:\d{2}){1,2}(\.\d+)?")


def first_lines(source: ByteSource, encoding: str) -> list[tuple[int, str]]:
    """Numbers, from 1, and texts of the first 200 lines, those not blank.

    Raises
    ------
    BadData
        All of them are blank.
    """
    start = b""
    for piece in source.read_chunks():
        start += piece
        if start.count(b"\n") + start.count(b"\r") > _MOST_LINES or len(start) > _START:
            break
    text = start.decode(encoding, "replace")
    # not str.splitlines, which also cuts at characters that pandas leaves alone
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_MOST_LINES]
    kept = [(i, line) for i, line in enumerate(lines, 1) if line.strip()]
    if not kept:
        msg = f"{source.name} holds only blank lines"
        raise BadData(f"{msg}. Give a file with a header and rows.")
    return kept


def declared_separator(line: str) -> str | None:
    """The separator that a first line ``sep=;`` tells, as Excel reads it."""
    found = re.fullmatch(r'"?sep=(.)"?[\s,;]*', line.lstrip("\ufeff"), re.IGNORECASE)
    return found[1] if found else None


def find_separator(lines: Sequence[str], name: str) -> str:
    """The separator that cuts the most lines into the same number of cells.

    Blanks and colons are taken where none of ``, ; tab |`` cuts half of the lines so.
    """
    rows = [
        line for line in lines if not line.lstrip().startswith(COMMENT_MARKS)
    ] or lines

    def score(separator: str) -> tuple[int, int]:
        cut = _cut_or_none(rows, separator, name)
        return _most_frequent_width([len(row) for row in cut]) if cut else (0, 0)

    best = max(",;\t|", key=score)
    count, width = score(best)
    if best == "," and width == 2 and _is_one_column(rows):
        return ";"
    if best == ",":
        best = _separator_with_decimal_commas(rows, name) or best
        count, width = score(best)
    if count >= len(rows) / 2 and not _has_numbers_in_cells(rows, best, name):
        return best
    if _cut_by_blanks(rows, best, name):
        return BLANKS
    if count >= len(rows) / 2 or not _cut_by_colons(rows, name):
        return best
    return ":"


def _cut_or_none(lines: Sequence[str], separator: str, name: str) -> list[list[str]]:
    """The cells; none of a cell without end, as a long line is to a wrong separator."""
    try:
        return cut_lines(lines, separator, name)
    except BadData:
        return []


def _separator_with_decimal_commas(lines: Sequence[str], name: str) -> str | None:
    """The separator that leaves every comma of the rows within a number, if one does.

    A title and a name may hold a comma as well: with one decimal comma a row, commas
    then cut as many lines alike as the separator does.
    """
    for separator in ";\t|":
        rows = _cut_or_none(lines, separator, name)
        commas = [cell for row in rows[2:] for cell in row if "," in cell]
        decimals = all(_DECIMAL.fullmatch(cell.strip()) for cell in commas)
        if commas and decimals and _has_equal_widths(rows):
            return separator
    return None


def _most_frequent_width(widths: list[int]) -> tuple[int, int]:
    width = max(set(widths), key=widths.count)
    return (widths.count(width) if width > 1 else 0, width)


def _is_one_column(lines: Sequence[str]) -> bool:
    """Whether a name without a comma stands above numbers with one decimal comma."""
    first, rest = lines[0], lines[1:]
    return "," not in first and all(_DECIMAL.fullmatch(row.strip()) for row in rest)


def _has_numbers_in_cells(lines: Sequence[str], separator: str, name: str) -> bool:
    """Whether the cells of some column are numbers with blanks between them.

    A number whose thousands stand apart is one, unless blanks cut the names as well.
    """
    rows = cut_lines(lines, separator, name)[1:]
    names, *others = cut_lines(lines, BLANKS, name)
    are_apart = bool(others) and len(names) == len(others[-1])

    def are_several(cell: str) -> bool:
        is_one = not are_apart and _GROUPED.fullmatch(cell.strip())
        return _are_numbers(cell) and not is_one

    columns = zip(*rows, strict=False)
    return bool(rows) and any(
        sum(map(are_several, column)) >= 0.9 * len(rows) for column in columns
    )


def _are_numbers(cell: str) -> bool:
    """Whether a cell holds two numbers or more with blanks between them."""
    parts = cell.split()
    has_digit = bool(parts) and any(map(str.isdigit, parts[0]))
    return len(parts) > 1 and has_digit and all(map(_NUMBER.fullmatch, parts))


def _has_equal_widths(rows: list[list[str]]) -> bool:
    count, _ = _most_frequent_width([len(row) for row in rows])
    return count >= 0.95 * len(rows) or (count >= 3 and len(rows) - count <= 1)


def _cut_by_blanks(lines: Sequence[str], other: str, name: str) -> bool:
    """Whether blanks cut all lines alike, into numbers or many words."""
    rows = cut_lines(lines, BLANKS, name)
    if not _has_equal_widths(rows):
        return False
    cells = [cell for row in rows for cell in row]
    whole = [other not in cell or bool(_DECIMAL.fullmatch(cell)) for cell in cells]
    if other != "\t" and sum(whole) < 0.9 * len(cells):
        return False
    numbers = any(
        all(is_number(cell.replace(",", ".")) for cell in column)
        for column in zip(*rows[1:], strict=False)
    )
    return numbers or len(rows[-1]) >= 4


def _cut_by_colons(lines: Sequence[str], name: str) -> bool:
    clocks = all(_CLOCK.fullmatch(line.strip()) for line in lines[1:])
    return not clocks and _has_equal_widths(cut_lines(lines, ":", name))


def cut_lines(lines: Sequence[str], separator: str, name: str) -> list[list[str]]:
    """The cells of each row; a cell in quotes may hold line breaks.

    Raises
    ------
    BadData
        A cell has more than 131,072 letters.
    """
    return [
        row.cells for row in numbered_rows(list(enumerate(lines, 1)), separator, name)
    ]


def numbered_rows(
    lines: Sequence[tuple[int, str]], separator: str, name: str
) -> list[TextLine]:
    """The cells of each row, with the number of its first line."""
    if separator == BLANKS:
        return [_row(number, _cut_at_blanks(line), line) for number, line in lines]
    texts = [line for _, line in lines]
    reader = csv.reader(
        (f"{text}\n" for text in texts), delimiter=separator, skipinitialspace=True
    )
    rows, start = [], 0
    try:
        for cells in reader:
            if start < len(lines):
                rows.append(_row(lines[start][0], cells, lines[start][1]))
            start = reader.line_num
    except csv.Error as error:
        number = lines[min(start, len(lines) - 1)][0]
        msg = f"{name} is no table: {first_line(error)} in line {number:,}"
        raise BadData(f"{msg}; is a quote not closed?") from error
    return rows


def _row(number: int, cells: list[str], line: str) -> TextLine:
    alone = len(cells) > 1 and cells[0].strip() in COMMENT_MARKS and line[1:2] != " "
    comment = line.lstrip().startswith(COMMENT_MARKS) and not alone  # "#" is a name
    return TextLine(number, cells, comment, line if comment else "")


def _cut_at_blanks(line: str) -> list[str]:
    return [
        match[2] if match[2] is not None else match[1].replace('""', '"')
        for match in _TOKEN.finditer(line)
    ]
