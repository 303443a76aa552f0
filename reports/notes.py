"""Note and tags that a person gives a run, in a file of their own."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..data.disk import read_error, read_regular, write_whole
from ..data.errors import BadData

NOTES = "notes.json"
"""Apart from what the run found."""

_MALFORMED = (ValueError, KeyError, TypeError, RecursionError)


def read_notes(folder: Path) -> tuple[str, tuple[str, ...]]:
    """The note and the tags of a run; empty where it has none.

    Raises
    ------
    BadData
        ``notes.json`` is damaged or cannot be read.
    """
    path = folder / NOTES
    try:
        facts = json.loads(read_regular(path))
        return str(facts["note"]), tuple(map(str, facts["tags"]))
    except (FileNotFoundError, NotADirectoryError):
        return "", ()
    except (OSError, *_MALFORMED) as error:
        raise read_error(path, error, "mend it or remove it") from error


def write_notes(folder: Path, note: str, tags: Sequence[str]) -> None:
    """Write ``notes.json`` whole, or remove it where there is nothing to say.

    Raises
    ------
    BadData
        The disk is full or the folder read-only; what was there before is untouched.
    """
    path = folder / NOTES
    try:
        if note or tags:
            write_json(path, {"note": note, "tags": list(tags)})
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}; note and tags are as they were"
        raise BadData(msg) from error


def write_json(path: Path, facts: Mapping[str, Any]) -> None:
    """Write JSON to a temporary name beside the path, then rename."""
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    # a file name that is no UTF-8 reaches us as lone surrogates: \udc.. in JSON too
    write_whole(path, text.encode("utf-8", "backslashreplace").decode("utf-8"))
