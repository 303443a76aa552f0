"""``index.html`` of a folder of runs, and the same page as it is served."""

from __future__ import annotations

import os
from pathlib import Path

from ...data.disk import write_whole
from ...data.errors import BadData, Misuse
from ...reports.several.index import index_facts, to_index
from .journal import entries

PAGE = "index.html"


def write_index(out: Path) -> Path:
    """Write the page over all runs into their folder; returns its path.

    Raises
    ------
    Misuse
        There is no such folder.
    BadData
        The disk is full or the folder read-only; an older page is untouched.
    """
    if not os.path.isdir(out):  # pathlib raises an error where the name is too long
        msg = f"there is no folder {str(out)!r} with runs"
        raise Misuse(f"{msg}; give the right folder with --out")
    path = out / PAGE
    try:
        write_whole(path, index_page(out))
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise BadData(msg) from error
    return path


def index_page(out: Path, *, live: bool = False) -> str:
    """The page, of what the folder holds now; an empty one if it is not there."""
    return to_index(index_facts(entries(out)), live=live)
