"""Finding a column by the name that was given."""

from collections.abc import Iterable

from .errors import BadData, unknown

MOST_COLUMNS = 100_000
"""More are refused: pandas takes minutes to read a million, and no model is fast."""


def check_width(what: str, columns: int) -> None:
    """Refuse a table of more than `MOST_COLUMNS` columns, before it is read.

    Parameters
    ----------
    what : str
        The line or file, for the message.
    columns : int

    Raises
    ------
    BadData
    """
    if columns > MOST_COLUMNS:
        msg = f"{what} has {columns:,} columns, and {MOST_COLUMNS:,} are allowed"
        raise BadData(f"{msg}; give some of them, or arrays x and y in an .npz file")


def first_repeated(names: Iterable[str]) -> str | None:
    """Return the first name that stands a second time; None where each stands once."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def find_column(name: str, columns: list[str], *, what: str) -> str:
    """A column by its name, or by its position (from 0; -1 is the last).

    Blanks at the ends and case do not matter where one column alone fits.

    Raises
    ------
    UnknownName
    """
    if name in columns:
        return name
    try:
        return columns[int(name)]
    except (ValueError, IndexError):
        alike = similar_names(name, columns)
        if len(alike) == 1:
            return alike[0]
        see = f"The columns are {', '.join(columns[:20])}"
        more = f" and {len(columns) - 20} more." if len(columns) > 20 else "."
        raise unknown(what, name, columns, see=see + more) from None


def similar_names(name: str, columns: list[str]) -> list[str]:
    """Columns whose names differ from one in case and blanks at the ends alone."""
    plain = name.strip().casefold()
    return [column for column in columns if column.strip().casefold() == plain]
