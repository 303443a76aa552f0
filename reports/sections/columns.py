"""Columns as they were understood: the table, and small histograms."""

from typing import Any

from ...data.column_summary import ColumnSummary, DataSummary, missing_text
from .. import text

_WIDTH, _HEIGHT = 120, 26
"""Of a histogram, in pixels."""


def column_facts(summary: DataSummary | None) -> dict[str, Any] | None:
    """The rows of the table; None where a run has none."""
    if summary is None or not summary.columns:
        return None
    more = summary.total - len(summary.columns)
    return {
        "rows": [_row(column) for column in summary.columns],
        "more": f"{text.count(more, 'more column')} not shown." if more > 0 else "",
        "width": _WIDTH,
        "height": _HEIGHT,
    }


def _row(column: ColumnSummary) -> dict[str, Any]:
    return {
        "name": text.name(column.name),
        "role": text.clean(column.role),
        "kind": text.clean(column.kind),
        "example": text.name(column.example, 40) if column.example else "",
        "missing": missing_text(column.missing),
        "notes": [text.clean(note, 500) for note in column.notes],
        "bars": _bars(column),
    }


def _bars(column: ColumnSummary) -> list[dict[str, Any]]:
    """Place, size and words of each bar; its height goes with its rows."""
    most = max((rows for _, rows in column.histogram), default=0)
    if not most:
        return []
    step = _WIDTH / len(column.histogram)
    return [
        {
            "x": f"{i * step:.1f}",
            "y": f"{_HEIGHT - (high := max(1, _HEIGHT * rows / most)):.1f}",
            "width": f"{step - 1:.1f}",
            "height": f"{high:.1f}",
            "told": f"{text.label(value, 40)}: {text.count(rows, 'row')}",
        }
        for i, (value, rows) in enumerate(column.histogram)
    ]
