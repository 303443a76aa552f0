"""The journal: the runs of a folder as entries, and how one is removed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ...data.errors import Misuse, UnknownName, ZooError
from ...reports.run_summary import FINISHED, Entry, read_entry
from ..experiment import FILE, read_facts
from ..run_files import RESULTS
from .checkpointed_runs import (
    Unfinished,
    delete_unfinished,
    find_unfinished,
    list_left,
    list_unfinished,
)
from .folder import REMOVED, delete_folder, discard, find_run, is_abandoned, list_runs

_NAME = re.compile(r"\d{8}-\d{6}-.+-[0-9a-f]{4}")
"""What `learnable.zoo.runs.folder.run_name` makes."""
_REMOVED = re.compile(re.escape(REMOVED) + "[0-9a-f]{16}")
"""What `learnable.zoo.runs.folder.discard` makes of a name."""


def entries(out: Path) -> list[Entry]:
    """The runs of a folder, in the order of their names: the oldest first.

    A run that is damaged, cannot be read or is of a newer schema is an entry with an
    ``error``; one whose training is under way or was stopped says so in its ``state``.
    A folder that is not there holds none.
    """
    whole = [read_entry(folder) for folder in list_runs(out)]
    others = [unfinished_entry(run) for run in list_unfinished(out)]
    return sorted([*whole, *others], key=lambda entry: entry.name)


def left_entries(out: Path) -> list[Entry]:
    """Return what killed commands have left in a folder, but for trainings."""
    left = "left by a killed command"
    return [replace(unfinished_entry(run), state=left) for run in list_left(out)]


def unfinished_entry(run: Unfinished) -> Entry:
    """A run that is not whole as a list shows it."""
    try:
        facts = read_facts(run.folder / FILE)
    except ZooError:  # whole, or removed, since the folder was listed
        facts = {}
    inputs = _part(facts, "inputs")
    model = _part(facts, "recipe").get("model")
    state = "running" if run.running else "interrupted"
    loss = f", {run.loss}" if run.loss else ""
    began = run.name[: len("20260101-120000")]
    with suppress(ValueError):
        moment = datetime.strptime(began, "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        began = moment.isoformat()
    return Entry(
        run.name,
        run.folder,
        state=f"{state}, epoch {run.epochs}{loss}",
        kind=str(facts.get("kind", "")),
        created=began,
        models=(str(model),) if model else (),
        data=str(inputs.get("dataset", "")),
        task=str(inputs.get("task", "")),
    )


def _part(facts: dict[str, Any], name: str) -> dict[str, Any]:
    part = facts.get(name)
    return part if isinstance(part, dict) else {}


def find_entry(run: str, out: Path) -> Entry:
    """A run by its name, or a training that was stopped.

    Raises
    ------
    UnknownName
        None is called so.
    Misuse
        Several are.
    """
    try:
        return read_entry(find_run(run, out))
    except UnknownName:
        with suppress(UnknownName):
            return unfinished_entry(find_unfinished(run, out))
        raise


def prunable(
    found: Sequence[Entry], *, keep: int, age: timedelta | None
) -> list[Entry]:
    """Finished runs that are not among the newest, and old enough; the oldest first."""
    finished = [entry for entry in found if entry.state == FINISHED]
    by_age = sorted(finished, key=lambda entry: (_created_at(entry), entry.name))
    old = by_age[: len(by_age) - keep] if keep < len(by_age) else []
    return older_than(old, age)


def older_than(found: Sequence[Entry], age: timedelta | None) -> list[Entry]:
    """Return those older than an age; all where there is none."""
    if age is None:
        return list(found)
    latest = datetime.now(UTC) - age
    return [entry for entry in found if _created_at(entry) < latest]


def _created_at(entry: Entry) -> datetime:
    """When it was made; one that does not say it counts as new."""
    try:
        when = datetime.fromisoformat(entry.created)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def check_removable(folder: Path, out: Path) -> None:
    """Refuse to remove what is no run of this folder.

    Raises
    ------
    Misuse
        It stands elsewhere, is a symbolic link, or holds no results of ours.
    """
    shown = repr(str(folder))
    if folder.is_symlink():
        msg = f"{shown} is a symbolic link; remove the link itself"
        raise Misuse(f"{msg}, or give the run that it points to")
    if folder.resolve().parent != out.resolve():
        msg = f"{shown} is not in {str(out)!r}"
        raise Misuse(f"{msg}; give the folder that holds it with --out")
    if not _is_run(folder):
        msg = f"{shown} has no {RESULTS}, so it is not a run; nothing was deleted"
        raise Misuse(f"{msg}. Delete it by hand.")


def _is_run(folder: Path) -> bool:
    """Whether it holds results of ours; damaged ones are known by the folder's name."""
    if not (folder / RESULTS).is_file():
        return False
    return bool(_NAME.fullmatch(folder.name)) or read_entry(folder).error is None


def remove(folder: Path, out: Path) -> None:
    """Delete a run: it leaves the list at once, then its files go.

    Raises
    ------
    Misuse
        As `check_removable`.
    BadData
        The folder is read-only, or not all of its files can be deleted.
    """
    check_removable(folder, out)
    discard(folder)


def remove_entries(going: Sequence[Entry], out: Path) -> None:
    """Delete runs and trainings that were stopped, and what earlier removals left.

    Raises
    ------
    Misuse
    BadData
    """
    for entry in going:
        if entry.state == FINISHED:
            remove(entry.folder, out)
        else:
            delete_unfinished(entry.folder)
    clear_removed(out)


def clear_removed(out: Path) -> None:
    """Delete what a removal that was killed has left behind, and nothing else."""
    with suppress(OSError):
        for folder in out.glob(f"{REMOVED}*"):
            if _is_removed(folder):
                with suppress(OSError):
                    delete_folder(folder)


def _is_removed(folder: Path) -> bool:
    """Whether it is of a removal of ours.

    That has named it so, and leaves to the end what the folder is known by: results of
    ours, or the lock of a run that never was whole. After that it is empty.
    """
    if folder.is_symlink() or not _REMOVED.fullmatch(folder.name):
        return False
    return _is_run(folder) or is_abandoned(folder) or not any(folder.iterdir())
