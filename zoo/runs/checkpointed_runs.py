"""Runs whose training is under way, or was stopped, and how they go on.

Until it is whole, a run stands in a folder with a hidden name, ``.NAME.partial``. One
in which a training has begun holds ``recipe.json``, ``environment.json`` and
``history.csv`` from the start, and now and then the state of the training; a process
that is killed leaves it so.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from ...baselines.scores.cluster import ClusterLost
from ...data.disk import read_regular, remove_temporary
from ...data.errors import BadData, Misuse, ZooError, unknown
from ..experiment import FILE
from ..faults import refusal
from ..run_files import HISTORY, STATE
from .folder import discard, give_name, is_abandoned, is_locked, lock_folder, new_run

EVENTS = "tensorboard"
"""Folder of the event files, where they were asked for."""
OWN_FOLDERS = (EVENTS, f"{EVENTS}/train", f"{EVENTS}/validation")
"""All that a run holds beside files."""


@dataclass(frozen=True)
class Unfinished:
    """A run that is not whole.

    ``name`` is what it will be called; ``epochs`` counts those in its history, whose
    last losses are in ``loss``; ``running`` says whether a process is at work on it.
    """

    name: str
    folder: Path
    epochs: int = 0
    loss: str = ""
    running: bool = False


class TrainingStopped(ZooError):
    """A training that was stopped and can go on."""


def list_unfinished(out: Path) -> list[Unfinished]:
    """Return the trainings in a folder under way or stopped, the oldest first."""
    return [
        _read_unfinished(folder) for folder in _partial(out) if _is_training(folder)
    ]


def list_left(out: Path) -> list[Unfinished]:
    """Return what killed commands have left, but for trainings, which can go on.

    A folder is known by the mark in its lock, never by its name alone.
    """
    return [
        Unfinished(_name(folder), folder)
        for folder in _partial(out)
        if not _is_training(folder) and is_abandoned(folder)
    ]


def _partial(out: Path) -> list[Path]:
    """Return the folders called as runs that are not whole; no link to one."""
    if not os.path.isdir(out):  # pathlib raises an error where the name is too long
        return []
    found = (path for path in out.glob(".?*.partial") if not path.is_symlink())
    return sorted(path for path in found if path.is_dir())


def _is_training(folder: Path) -> bool:
    return os.path.isfile(folder / FILE) and os.path.isfile(folder / HISTORY)


def _name(folder: Path) -> str:
    return folder.name.removeprefix(".").removesuffix(".partial")


def _read_unfinished(folder: Path) -> Unfinished:
    name = _name(folder)
    try:
        head, *lines = read_regular(folder / HISTORY).decode().splitlines(keepends=True)
        running = is_locked(folder)
    except (OSError, ValueError):  # whole, or removed, since the folder was listed
        return Unfinished(name, folder)
    whole = [line for line in lines if line.endswith("\n")]  # the last may be half
    return Unfinished(name, folder, len(whole), _last(head, whole), running)


def _last(head: str, lines: Sequence[str]) -> str:
    """``loss 0.31, val_loss 0.4`` of the last epoch; "" before the first."""
    names = head.strip().split(",")[1:]
    values = lines[-1].strip().split(",")[1:] if lines else []
    with suppress(ValueError):
        return ", ".join(
            f"{name} {float(value):.4g}"
            for name, value in zip(names, values, strict=True)
        )
    return ""


def find_unfinished(name: str, out: Path) -> Unfinished:
    """A training that was stopped, by its name, a part of it, or ``last``.

    Raises
    ------
    UnknownName
        None is called so.
    Misuse
        Several are, or it is still under way, or not as we have left it.
    BadData
        It cannot be read.
    """
    runs = list_unfinished(out)
    by_path = [run for run in runs if Path(name) in (run.folder, out / run.name)]
    found = by_path or [run for run in runs if name in run.name]
    if name == "last":
        found = runs[-1:]
    if len(found) > 1:
        shown = ", ".join(run.name for run in found[-5:])
        msg = f"{name!r} matches {len(found)} stopped runs ({shown})"
        raise Misuse(f"{msg}; give a longer part of the name")
    if not found:
        names = [run.name for run in runs]
        see = f"There are {len(runs)} stopped runs in {str(out)!r}"
        see += f": {', '.join(names[-5:])}." if runs else "."
        raise unknown("stopped run", name, names, see=see)
    if found[0].running:
        raise Misuse(f"{found[0].name} is still being trained by another process")
    check_own(found[0].folder)
    return found[0]


def check_own(folder: Path) -> None:
    """Refuse a run that is not whole where it holds what we never put there.

    What is written into it or deleted could be something else: behind a link, or under
    the second name of a file.

    Raises
    ------
    Misuse
    BadData
        It cannot be read.
    """
    try:
        foreign = next(_foreign_entries(folder), "")
    except OSError as error:
        raise BadData(f"cannot read {folder}: {error.strerror}") from error
    if foreign:
        msg = f"{foreign}, which zoo never creates"
        out = "nothing is written or deleted there; remove it by hand"
        raise Misuse(f"{msg}, so {out}")


def _foreign_entries(folder: Path) -> Iterator[str]:
    """Yield what is neither a file with one name nor a folder of ours."""
    own = {folder, *(folder / name for name in OWN_FOLDERS)}
    for path in (folder, *folder.rglob("*")):
        status, shown = path.lstat(), repr(str(path))
        if stat.S_ISLNK(status.st_mode):
            yield f"{shown} is a symbolic link"
        elif stat.S_ISDIR(status.st_mode):
            if path not in own:
                yield f"{shown} is a folder"
        elif not stat.S_ISREG(status.st_mode):
            yield f"{shown} is not a regular file"
        elif status.st_nlink > 1:
            yield f"{shown} has a second name (a hard link)"


@contextmanager
def training_run(
    out: Path, label: str, *, resumable: bool = True
) -> Iterator[tuple[Path, Path]]:
    """Make a run as `learnable.zoo.runs.folder.new_run`; keep a training once begun.

    One that is not ``resumable`` is removed where it ends early, as any other run.

    Raises
    ------
    TrainingStopped
        It was interrupted, or the disk is full, and it can go on.
    """
    keep = _can_resume if resumable else _cannot_resume
    with new_run(out, label, keep=keep) as (folder, final):
        with _keep_unfinished(folder, final) if resumable else nullcontext():
            yield folder, final
        remove_training_files(folder)


@contextmanager
def resumed_run(run: Unfinished) -> Iterator[tuple[Path, Path]]:
    """The folders of a run that goes on; whatever happens, nothing is lost.

    Raises
    ------
    TrainingStopped
    Misuse
        Another process is at work on it, it is not as we have left it, or its name is
        taken.
    BadData
        The disk is full or the folder read-only.
    """
    final = run.folder.with_name(run.name)
    if os.path.lexists(final):
        msg = f"{str(final)!r} exists already, and {run.name} would get this name"
        raise Misuse(f"{msg}; move it away")
    check_own(run.folder)
    with lock_folder(run.folder):
        with _keep_unfinished(run.folder, final):
            yield run.folder, final
        try:
            remove_training_files(run.folder)
            give_name(run.folder, final)
        except OSError as error:
            msg = f"cannot write {final}: {error.strerror}"
            raise BadData(msg) from error


def remove_training_files(folder: Path) -> None:
    """Remove what only a training that goes on needs, and what a killed one left.

    Raises
    ------
    OSError
    """
    (folder / STATE).unlink(missing_ok=True)
    for place in (folder, *(folder / name for name in OWN_FOLDERS)):
        if place.is_dir():
            remove_temporary(place)


def _cannot_resume(folder: Path, error: BaseException) -> bool:
    return False


def _can_resume(folder: Path, error: BaseException) -> bool:
    """Whether a training is worth keeping: not one whose loss is not finite."""
    return (folder / STATE).is_file() and (
        isinstance(error, TrainingStopped) or not isinstance(error, ZooError)
    )


@contextmanager
def _keep_unfinished(folder: Path, final: Path) -> Iterator[None]:
    """Say how a training goes on, where it can."""
    try:
        yield
    except (KeyboardInterrupt, OSError, ClusterLost) as error:
        if not (folder / STATE).is_file():
            raise
        refused = isinstance(error, OSError) and refusal(error, advises=False)
        what = refused or str(error) or "interrupted"
        how = f"zoo train --resume {final.name} --out {final.parent}"
        raise TrainingStopped(
            f"{what}; the training is kept: resume it with `{how}`"
        ) from error


def delete_unfinished(folder: Path) -> None:
    """Delete a run that is not whole.

    Raises
    ------
    Misuse
        It is still under way, or not as we have left it.
    BadData
        The folder is read-only, or not all of its files can be deleted.
    """
    check_own(folder)
    with lock_folder(folder):
        discard(folder)
