"""Columns as they were understood: one summary each, and the table that shows them."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from unicodedata import combining, east_asian_width

MOST_SHOWN = 10
"""Columns of a table that are shown; the others are counted."""
_WIDTHS = {"column": 24, "read as": 26, "example": 24}
"""Letters of a cell that a terminal shows."""

Bars = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ColumnSummary:
    """A column as it was understood.

    Parameters
    ----------
    name : str
    kind : str
        How it was read: ``"integer"``, ``"category of 3 values"``, ``"date"`` ...
    role : str
        ``"feature"``, ``"target"``, ``"group"``, ``"time"``; "" where no target is
        named.
    example : str
        The first value that is there.
    missing : float
        Share of rows without a value.
    unique : int
        Different values, among 100,000 rows at most.
    notes : tuple of str
        What was done to read it, and what is odd, without its name.
    histogram : tuple of (str, int)
        Values or ranges, and how many rows have them, among 100,000 rows at most.
    """

    name: str
    kind: str
    role: str = "feature"
    example: str = ""
    missing: float = 0.0
    unique: int = 0
    notes: tuple[str, ...] = ()
    histogram: Bars = field(default=(), repr=False)


@dataclass(frozen=True)
class DataSummary:
    """Data as they were understood; its `repr` is the table that `zoo look` prints.

    Parameters
    ----------
    name : str
        Of the dataset or file.
    size : str
        Rows, columns and task in words.
    columns : tuple of ColumnSummary
        Targets first.
    total : int
        Columns that there are, targets and groups among them.
    notes : tuple of str
        On the data as a whole, one sentence each.
    """

    name: str
    size: str
    columns: tuple[ColumnSummary, ...]
    total: int
    notes: tuple[str, ...] = ()

    def lines(self, width: int) -> Iterator[str]:
        """The table of columns, a line each, and their notes below."""
        yield f"{shown_text(self.name)}: {shown_text(self.size)}"
        yield from _column_lines(self.columns, self.total, width)

    def __repr__(self) -> str:
        width = shutil.get_terminal_size((120, 24)).columns
        first = replace(self, columns=self.columns[:MOST_SHOWN])
        notes = (f"note: {shown_text(note)}" for note in self.notes)
        return "\n".join([*first.lines(width), *notes])


def shown_text(value: object, most: int = 1_000) -> str:
    """A text on one line, without characters that are not seen."""
    text = " ".join(str(value).split())
    text = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _column_lines(
    columns: Sequence[ColumnSummary], total: int, width: int
) -> Iterator[str]:
    heads = ("column", "read as", "example", "missing")
    rows = [heads, *(_cells(column) for column in columns)]
    limits = [_WIDTHS.get(head, 8) for head in heads]
    rows = [[shown_text(c, m) for c, m in zip(r, limits, strict=True)] for r in rows]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    told = [(), *(column.notes for column in columns)]
    for row, notes in zip(rows, told, strict=True):
        padded = [c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)]
        yield "  ".join(padded).rstrip()
        for note in notes:
            yield from _wrap_note(shown_text(note), width)
    if total > len(columns):
        more = total - len(columns)
        yield f"and {more:,} more column{'s' * (more > 1)}"


def _cells(column: ColumnSummary) -> tuple[str, ...]:
    told = column.role in ("", "feature")
    kind = column.kind if told else f"{column.role}: {column.kind}"
    return (
        column.name or "(no name)",
        kind,
        column.example,
        missing_text(column.missing),
    )


def missing_text(share: float) -> str:
    """Format a share of missing rows; no gap is called 0 % where there is one.

    >>> missing_text(0), missing_text(0.0001), missing_text(0.123)
    ('', '< 0.1 %', '12.3 %')
    """
    if not share:
        return ""
    return f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %"


def _wrap_note(note: str, width: int) -> list[str]:
    wide = max(24, width)
    return textwrap.wrap(note, wide, initial_indent="    ", subsequent_indent="    ")


def _width(text: str) -> int:
    """Cells of a terminal that a text takes."""

    wide = sum(east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(combining(c) > 0 for c in text)
