"""Tables in JSON: a list of records, or one record a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .columns import first_repeated
from .errors import BadData

if TYPE_CHECKING:
    import pandas as pd

_WAY_OUT = 'give a list of records, as [{"a": 1, "b": "x"}, ...], or one record a line'


class _Twice(ValueError):
    """A record names a value twice."""


def read_json(path: Path) -> pd.DataFrame:
    """A table from records; a name that a record lacks is missing there.

    Raises
    ------
    BadData
        It is no JSON, holds other things than records, or a record has a list or
        record in it or a name twice.
    """
    import pandas as pd

    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path.name} is not UTF-8 (byte {error.start + 1:,}), as JSON must be"
        raise BadData(f"{msg}; save it as UTF-8") from error
    except OSError as error:
        raise BadData(f"{path.name} cannot be read: {error.strerror}") from error
    records = _records(path.name, text)
    _check_records(path.name, records)
    try:
        return pd.DataFrame.from_records([record for _, record in records])
    except (ValueError, OverflowError, TypeError) as error:
        msg = f"{path.name} is no table: {error}"
        raise BadData(msg) from error


def _records(name: str, text: str) -> list[tuple[str, Any]]:
    """Each record and its place, as ``line 3``."""
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("{") and (not rest.strip() or _is_json(first)):
        lines = enumerate(text.split("\n"), 1)
        return [
            (f"line {i:,}", _parsed(name, line, i)) for i, line in lines if line.strip()
        ]
    whole = _parsed(name, text, 1)
    if not isinstance(whole, list):
        msg = f"{name} holds one {_kind(whole)} and no list of records"
        raise BadData(f"{msg}; {_WAY_OUT}")
    return [(f"record {i:,}", record) for i, record in enumerate(whole, 1)]


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _parsed(name: str, text: str, line: int) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_record)
    except json.JSONDecodeError as error:
        line, column = line + error.lineno - 1, error.colno
        msg = f"{name} is no JSON: {error.msg} in line {line:,}, column {column:,}"
        raise BadData(f"{msg}; is it cut off? {_WAY_OUT}") from error
    except _Twice as error:
        msg = f"{name}: a record of line {line:,} names {error} twice; rename one"
        raise BadData(msg) from error
    except (ValueError, RecursionError) as error:  # numbers or nesting without end
        msg = f"{name} cannot be read as JSON from line {line:,} on: {error}"
        raise BadData(f"{msg}; {_WAY_OUT}") from error


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = first_repeated(key for key, _ in pairs)
    if twice is not None:
        raise _Twice(repr(twice))
    return dict(pairs)


def _check_records(name: str, records: list[tuple[str, Any]]) -> None:
    for place, record in records:
        if not isinstance(record, dict):
            msg = f"{name}: {place} is a {_kind(record)} and no record"
            raise BadData(f"{msg}; {_WAY_OUT}")
        for key, value in record.items():
            if isinstance(value, dict | list):
                msg = f"{name}: {place}, column {key!r}, holds a {_kind(value)} in a"
                msg = f"{msg} cell; write its parts as columns (in Python: pd."
                raise BadData(f"{msg}json_normalize)")


def _kind(value: Any) -> str:
    names = {dict: "record", list: "list", str: "text", bool: "truth value"}
    return names.get(type(value), "number" if value is not None else "null")
