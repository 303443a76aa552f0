"""Line of a text file that holds the names of its columns."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

MISSING_WORDS = {"?", "", "na", "n/a", "nan", "null", "none", "-"}
COMMENT_MARKS = ("#", "%", "//")
"""Beginnings of a line that is a comment."""
_LOOKED_AT = 20
"""Lines in which a header is looked for."""


@dataclass(frozen=True)
class TextLine:
    """One row of a text file: the number of its first line, from 1, and its cells.

    ``text`` is that line where it is a ``comment``.
    """

    number: int
    cells: list[str]
    comment: bool = False
    text: str = ""


@dataclass(frozen=True)
class Header:
    """Place of the names and of the first row.

    Parameters
    ----------
    line : TextLine or None
        That of the names.
    start : int
        Number of the line from which on the table is read, names included.
    row_names : bool
        Whether each row begins with a cell that has no name, as R writes them.
    notes : tuple of str
    """

    line: TextLine | None
    start: int
    row_names: bool = False
    notes: tuple[str, ...] = ()


def find_header(
    lines: Sequence[TextLine], *, header: bool | None, target: str | None, r_names: bool
) -> Header:
    """Find the line of the names among the first lines of a file.

    Parameters
    ----------
    lines : sequence of TextLine
        Not blank.
    header : bool, optional
        Whether there is one; found out if None.
    target : str, optional
        As ``--target`` has it: the line that holds it is the header.
    r_names : bool
        Whether a line with one cell more than names may begin with R's row name.
    """
    width = common_width(lines)
    found = _find(
        [line for line in lines if not _is_stray_comment(line, width)],
        width,
        header,
        target,
        r_names,
    )
    above = [line for line in lines if line.comment and line.number < found.start]
    if not above:
        return found
    said = above[0].text.strip()[:60]
    count = f"{len(above)} lines" if len(above) > 1 else "a line"
    message = f"{count} of comments above the table left out ({said!r})"
    return replace(found, notes=(*found.notes, message))


def _find(
    lines: Sequence[TextLine],
    width: int,
    header: bool | None,
    target: str | None,
    r_names: bool,
) -> Header:
    rows = [line for line in lines if not line.comment] or list(lines)
    if header is not False and target is not None:
        named = _line_of(target, lines, width)
        if named:
            return _header(named, lines, r_names)
    first = _first_row(rows, header)
    found = header
    if header is None:
        found = has_header([_shifted(row, width) for row in rows[first:]])
    if found:
        return _header(rows[first], lines, r_names)
    above = [line for line in lines if line.number < rows[first].number]
    if header is None and above and _may_be_names(above[-1], width):
        return _header(above[-1], lines, r_names)
    start = rows[first].number
    return Header(None, start, notes=(*_skipped(lines, start), *_invalid_names(header)))


def _invalid_names(header: bool | None) -> tuple[str, ...]:
    if header is not None:
        return ()
    return (
        "no header line was found: columns are called 0, 1, ... "
        "(--header says there is one)",
    )


def _header(line: TextLine, lines: Sequence[TextLine], r_names: bool) -> Header:
    row = _without_mark(line)
    below = [other for other in lines if other.number > line.number]
    notes = _skipped(lines, line.number)
    named = len(_filled(row.cells))
    widths = {len(other.cells) for other in below if not other.comment}
    if r_names and named == len(row.cells) and widths == {named + 1}:
        return Header(row, line.number, True, notes)
    return Header(row, line.number, False, notes)


def _skipped(lines: Sequence[TextLine], start: int) -> tuple[str, ...]:
    above = [line for line in lines if line.number < start and not line.comment]
    above = [line for line in above if _filled(line.cells)]
    if not above:
        return ()
    said = " ".join(_filled(above[0].cells))[:60]
    return (f"the table begins in line {start}; above it stands {said!r}",)


def common_width(lines: Sequence[TextLine]) -> int:
    """The number of cells that most lines have, those of comments left out."""
    counts = Counter(len(line.cells) for line in lines if not line.comment)
    counts = counts or Counter(len(line.cells) for line in lines)
    return max(counts, key=lambda width: (counts[width], width))


def _is_stray_comment(line: TextLine, width: int) -> bool:
    return line.comment and len(_without_mark(line).cells) != width


def _without_mark(line: TextLine) -> TextLine:
    """A line of names as ``# a,b,c`` without its mark.

    ``#``, ``#a`` and ``# of rooms`` are names themselves.
    """
    if not line.comment:
        return line
    first = line.cells[0].strip()
    rest = first.removeprefix("# ").strip()
    if rest != first and len(rest.split()) == 1:
        return replace(line, cells=[rest, *line.cells[1:]])
    if first in COMMENT_MARKS and line.cells[1:]:  # cut at blanks
        return replace(line, cells=line.cells[1:])
    return line


def _may_be_names(line: TextLine, width: int) -> bool:
    cells = _without_mark(line).cells
    texts = all(is_word(cell) for cell in cells)
    return len(cells) == width and texts and len(set(cells)) == len(cells)


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def plain_name(name: str) -> str:
    """A name as it is compared: without blanks at its ends, in lower case."""
    return name.strip().casefold()


def _line_of(target: str, lines: Sequence[TextLine], width: int) -> TextLine | None:
    """The line among the first that has the target as one of its names."""
    if _is_place(target, width):
        return None
    whole = {plain_name(target)}
    parts = {plain_name(part) for part in target.split(",")}
    for line in lines[:_LOOKED_AT]:
        row = _without_mark(line)
        cells = {plain_name(cell) for cell in row.cells}
        if (whole <= cells or parts <= cells) and _names_not_values(row, lines):
            return line
    return None


def _is_place(target: str, width: int) -> bool:
    try:
        places = [int(part) for part in target.split(",")]
    except ValueError:
        return False
    return all(-width <= place < width for place in places)


def _names_not_values(line: TextLine, lines: Sequence[TextLine]) -> bool:
    """Whether a line may be names: the first, or text that is new in its columns."""
    if line.number == lines[0].number:
        return True
    filled = _filled(line.cells)
    if len(set(filled)) < len(filled) or any(not _may_name(cell) for cell in filled):
        return False
    below = [
        other.cells
        for other in lines
        if other.number > line.number and other.cells != line.cells
    ]
    seen = [
        cell in {r[i] for r in below if len(r) > i} for i, cell in _named_cells(line)
    ]
    return not any(seen) and bool(below)


def _named_cells(line: TextLine) -> list[tuple[int, str]]:
    return [(i, cell) for i, cell in enumerate(line.cells) if cell.strip()]


def _may_name(cell: str) -> bool:
    return is_word(cell) or _is_year(cell)


def _first_row(rows: Sequence[TextLine], header: bool | None) -> int:
    """Place of the first row that is no title above the table."""
    width = common_width(rows)
    counts = sorted(len(_filled(row.cells)) for row in rows)
    typical = counts[len(counts) // 2]
    first = 0
    while first < len(rows) - 2 and _is_title(rows[first], width, typical):
        first += 1
    rest = rows[first:]
    short = all(len(row.cells) < min(2, width) for row in rows[:first])
    if short or header or has_header([_shifted(row, width) for row in rest]):
        return first
    return 0


def _is_title(row: TextLine, width: int, typical: int) -> bool:
    """Whether a row has far fewer cells than the others, and none is a number."""
    filled = _filled(row.cells)
    if typical < 2 or len(filled) > max(1, typical // 2) or width < 2:
        return False
    if not row.cells[0].strip() and len(filled) == typical - 1:
        return False  # names of all columns but the first
    return len(row.cells) < 2 or all(map(is_word, filled)) or len(filled) < typical / 2


def _shifted(row: TextLine, width: int) -> list[str]:
    """The cells, one to the right where the first has no name."""
    return ["", *row.cells] if len(row.cells) == width - 1 else row.cells


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first of these rows holds names rather than values.

    It does if one of its cells is text above a column of numbers (lines like it left
    out), if its numbers are years in order above values, or if they count the columns
    and its text is new in columns whose values recur. Otherwise it does not if a cell
    is a number or missing, if two cells are equal, or if at least half of its cells
    occur again in their own
    columns. Empty cells at its end, above columns that are mostly empty, do not count.
    """
    first, rest = _without_end(rows[0], rows[1:]), rows[1:]
    columns = [[row[i] for row in rest if len(row) > i] for i in range(len(first))]
    pairs = list(zip(first, columns, strict=True))
    if any(is_word(cell) and _all_numbers(column) for cell, column in pairs):
        return True
    if _is_repeated(rows):
        return True
    if any(not is_word(cell) for cell in first[1:]) or is_number(first[0]):
        return _counts_columns(pairs) or _has_years(first, rest)
    again = sum(cell in column for cell, column in pairs)
    return len(set(first)) == len(first) and again < max(1, len(first) / 2)


def _is_repeated(rows: list[list[str]]) -> bool:
    """Whether the first row recurs as it is, and is text above numbers without that."""
    rest = [row for row in rows[1:] if row != rows[0]]
    if len(rest) == len(rows) - 1:
        return False
    columns = [[row[i] for row in rest if len(row) > i] for i in range(len(rows[0]))]
    pairs = zip(rows[0], columns, strict=True)
    return any(is_word(cell) and _all_numbers(column) for cell, column in pairs)


def _without_end(first: list[str], rest: list[list[str]]) -> list[str]:
    end = len(first)
    while end > 1 and not first[end - 1].strip():
        below = [len(row) >= end and bool(row[end - 1].strip()) for row in rest]
        if 2 * sum(below) > len(rest):
            return first
        end -= 1
    return first[:end]


def _is_year(cell: str) -> bool:
    text = cell.strip()
    return len(text) == 4 and text.isdecimal() and 1500 <= int(text) <= 2200


def _has_years(first: list[str], rest: list[list[str]]) -> bool:
    """Whether its numbers are years one step apart, and no row below is like it."""
    if not rest or not _is_row_of_years(first):
        return False
    texts = [(i, cell) for i, cell in enumerate(first) if is_word(cell)]
    new = all(cell not in [r[i] for r in rest if len(r) > i] for i, cell in texts)
    return new and not any(_is_row_of_years(row) for row in rest[:5])


def _is_row_of_years(row: list[str]) -> bool:
    numbers = [cell for cell in row if is_number(cell)]
    if len(numbers) < 2 or not all(map(_is_year, numbers)):
        return False
    years = [int(cell) for cell in numbers]
    steps = {b - a for a, b in itertools.pairwise(years)}
    return len(steps) == 1 and steps != {0} and (len(years) > 2 or steps <= {1, -1})


def _counts_columns(pairs: list[tuple[str, list[str]]]) -> bool:
    """Whether the cells are 0, 1, ... or 1, 2, ... and text that is not seen again."""
    numbers = [cell for cell, _ in pairs if is_number(cell)]
    texts = [(cell, column) for cell, column in pairs if is_word(cell)]
    counts = [[str(i + start) for i in range(len(numbers))] for start in (0, 1)]
    new = all(
        cell not in column and len(set(column)) < len(column) for cell, column in texts
    )
    return len(numbers) > 1 and numbers in counts and bool(texts) and new


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def is_word(cell: str) -> bool:
    return not is_number(cell) and cell.strip().lower() not in MISSING_WORDS


def _all_numbers(column: list[str]) -> bool:
    return any(map(is_number, column)) and not any(map(is_word, column))
