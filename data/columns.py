"""Finding a column by the name that was given."""

from .errors import unknown


def find_column(name: str, columns: list[str], *, what: str) -> str:
    """A column by its name, or by its position (from 0; -1 is the last).

    Raises
    ------
    UnknownName
    """
    if name in columns:
        return name
    try:
        return columns[int(name)]
    except (ValueError, IndexError):
        see = f"The columns are {', '.join(columns[:20])}"
        more = f" and {len(columns) - 20} more." if len(columns) > 20 else "."
        raise unknown(what, name, columns, see=see + more) from None
