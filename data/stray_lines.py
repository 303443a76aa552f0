"""Lines of a table that are no rows: units below the names, and remarks at the end."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .header import Header, TextLine, is_number, is_word

_MOST_REMARKS = 10
"""Lines at the end that may be remarks."""
_LEAST_COLUMNS = 3
"""Columns of a table at whose end a row with one cell is no row."""
_LONGEST = 60


def find_units(rows: Sequence[TextLine], header: Header) -> TextLine | None:
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
    said = [str(cell).strip() for cell in table.iloc[-count:, 0]]
    if not all(map(is_word, said)):
        return table
    rows = f"the last {count} rows hold" if count > 1 else "the last row holds"
    notes.append(f"{rows} one cell, {said[0][:_LONGEST]!r}, and nothing else; left out")
    return table.iloc[:-count]
