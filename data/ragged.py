"""Lines of a table that are no whole rows: which, and why.

Lines that have more cells than names or that stop too early, units below the names, and
remarks at the end.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

import pandas as pd

from .compressed import ByteSource
from .encodings import TextFacts
from .errors import BadData
from .header import COMMENT_MARKS, Header, TextLine, is_number, is_word
from .separators import BLANKS, cut_lines, numbered_rows

_NUMBER = re.compile(r"[+-]?[\d.]+")
_GROUP = re.compile(r"\d{3}")
_SHOWN = 60


def refuse_long_line(
    source: ByteSource, encoding: str, separator: str, header: Header
) -> None:
    """Name the first line that has more cells than there are names, if one has.

    Raises
    ------
    BadData
        With the number of the line, of its cells, and the likely cause.
    """
    allowed = len(header.line.cells) if header.line else 0
    allowed += header.row_names
    total, first, shown = 0, None, None
    for row in _rows(source, encoding, separator):
        if row.number < header.start or not any(row.cells):
            continue
        if header.line and row.number == header.line.number:
            continue
        allowed = allowed or len(row.cells)
        total += 1
        if len(row.cells) > allowed and any(row.cells[allowed:]):
            shown = shown or row
            first = (first or 0) + 1
    if shown is None:
        return
    names = [] if header.line is None else header.line.cells
    every = first == total
    msg = f"{source.name} is no table: line {shown.number:,} has {len(shown.cells)}"
    what = "names" if names else "cells in the first row"
    msg = f"{msg} cells, and there are {allowed} {what}"
    msg = f"{msg} (so in all {total:,} rows)" if every and total > 1 else msg
    raise BadData(f"{msg}; {_cause(shown, names, allowed, separator, every)}")


def _rows(source: ByteSource, encoding: str, separator: str) -> Iterator[TextLine]:
    with io.TextIOWrapper(source.open(), encoding, newline="") as stream:
        if separator == BLANKS:
            for number, line in enumerate(stream, 1):
                yield from numbered_rows([(number, line)], separator, source.name)
            return
        reader, start = (
            csv.reader(stream, delimiter=separator, skipinitialspace=False),
            0,
        )
        try:
            for cells in reader:
                yield TextLine(start + 1, cells)
                start = reader.line_num
        except csv.Error:
            return


def _cause(
    row: TextLine, names: list[str], allowed: int, separator: str, every: bool
) -> str:
    """The likely cause of a line with too many cells, and what to do."""
    cells = row.cells
    if cells[0].lstrip().startswith(COMMENT_MARKS):
        return "it looks like a comment: remove it"
    place = next((i for i in range(1, len(cells)) if _is_continued(cells, i)), None)
    mark = {",": "a comma", "\t": "a tab"}.get(separator, f"a {separator!r}")
    if separator == BLANKS:
        return "a cell with a blank needs quotes, or an empty cell a mark such as ?"
    if place is not None:
        joined = separator.join(cells[place - 1 : place + 1])[:_SHOWN]
        name = f" (column {names[place - 1]!r})" if place <= len(names) else ""
        return f"{mark} in an unquoted cell, as in {joined!r}{name}? Quote such cells"
    if separator == "," and all(_NUMBER.fullmatch(cell.strip()) for cell in cells):
        return "a comma in an unquoted number, as 1,5? Quote it, or separate by ;"
    if every and len(cells) == allowed + 1:
        return f"a column without a name, or {mark} in an unquoted cell? Name all"
    return f"{mark} in an unquoted cell? Quote cells that hold one"


def _is_continued(cells: list[str], place: int) -> bool:
    """Whether a cell continues the one before: it begins with a blank, or digits do."""
    spaced = [cell.startswith(" ") for cell in cells[1:]]
    if not all(spaced) and spaced[place - 1]:
        return True
    before, here = cells[place - 1].strip(), cells[place].strip()
    grouped = bool(_NUMBER.fullmatch(before)) and bool(_GROUP.fullmatch(here))
    return grouped and not any(spaced)


def refuse_open_quote(source: ByteSource, encoding: str, separator: str) -> None:
    """Name the line of a quote that is not closed to the end of the file.

    Raises
    ------
    BadData
    """
    last = None
    for row in _rows(source, encoding, separator):
        last = row
    if last is not None:
        msg = f"{source.name} is no table: the quote in line {last.number:,}, column"
        msg = f"{msg} {len(last.cells)}, is not closed; close it, or is the file cut"
        raise BadData(f"{msg} off?")


def refuse_cut_off(name: str, facts: TextFacts, separator: str, width: int) -> None:
    """Refuse a file that stops in the middle of its last line.

    Parameters
    ----------
    name : str
    facts : TextFacts
    separator : str
    width : int
        Cells of its other lines.

    Raises
    ------
    BadData
    """
    tail = facts.tail
    if tail.endswith(("\n", "\r")) or '"' in tail.splitlines()[-1]:
        return
    lines = tail.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) < 3 or not lines[-1].strip():
        return
    last = len(cut_lines([lines[-1]], separator, name)[0])
    before = {len(cells) for cells in cut_lines(lines[1:-1], separator, name) if cells}
    if before == {width} and last < width:
        msg = f"{name} is cut off: line {facts.last_line:,}, its last, stops in"
        msg = f"{msg} column {last} of {width}, without a line end; fetch the file"
        raise BadData(f"{msg} again, or remove that line")


_MOST_REMARKS = 10
"""Lines at the end that may be remarks."""
_LEAST_COLUMNS = 3
"""Columns of a table at whose end a row with one cell is no row."""
_LONGEST = 60


def find_unit_row(rows: Sequence[TextLine], header: Header) -> TextLine | None:
    """Find the line of units, types or long names between the names and the rows.

    Parameters
    ----------
    rows : sequence of TextLine
        The first lines of the file.
    header : Header

    Returns
    -------
    TextLine or None
        The first line below the names where it has text, or nothing, above every column
        of numbers, at least two, and no number.
    """
    if header.line is None:
        return None
    below = [r for r in rows if r.number > header.line.number and not r.comment]
    if len(below) < 3 or len(below[0].cells) != len(header.line.cells):
        return None
    first, rest = below[0], below[1:]
    columns = [
        [row.cells[i] for row in rest if len(row.cells) > i]
        for i in range(len(first.cells))
    ]
    above = [
        cell
        for cell, column in zip(first.cells, columns, strict=True)
        if any(map(is_number, column)) and not any(map(is_word, column))
    ]
    texts = [cell for cell in above if is_word(cell)]
    if any(map(is_number, first.cells)) or len(texts) < 2:
        return None
    return first if all(is_word(c) or not c.strip() for c in above) else None


def without_remarks(table: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Leave out the last rows that hold text in their first cell, and nothing else.

    A category that other rows have too is no remark: the rest of its row is missing.

    Parameters
    ----------
    table : DataFrame
    notes : list of str
        One is added where rows are left out.
    """
    if table.shape[1] < _LEAST_COLUMNS:
        return table
    end = table.tail(_MOST_REMARKS + 1)
    alone = end.iloc[:, 1:].isna().all(axis=1) & end.iloc[:, 0].notna()
    count = int(alone[::-1].cumprod().sum())
    if not 0 < count <= min(_MOST_REMARKS, len(table) // 2):
        return table
    sentences = [str(cell).strip() for cell in table.iloc[-count:, 0]]
    above = table.iloc[:-count, 0]
    if not all(map(is_word, sentences)) or above.isin(table.iloc[-count:, 0]).any():
        return table
    rows = f"the last {count} rows hold" if count > 1 else "the last row holds"
    notes.append(
        f"{rows} one cell, {sentences[0][:_LONGEST]!r}, and nothing else; left out"
    )
    return table.iloc[:-count]
