"""Runs whose training is under way, or was stopped, and how they go on.

Until it is whole, a run stands in a folder with a hidden name, ``.NAME.partial``. One
in which a training has begun holds ``recipe.json``, ``environment.json`` and
``history.csv`` from the start, and now and then the state of the training; a process
that is killed leaves it so.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..data.errors import Misuse, ZooError, unknown
from .experiment import FILE
from .run import new_run

HISTORY = "history.csv"
STATE = "checkpoint.npz"
LOCK = "lock"
"""Held by the process that trains; the system lets go of it when the process ends."""


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


PATIENCE = 10
"""Tries to take the lock: who lists the runs holds it for a moment, too."""


class Stopped(ZooError):
    """A training that was stopped and can go on."""


def list_unfinished(out: Path) -> list[Unfinished]:
    """The trainings in a folder that are under way or were stopped, oldest first."""
    found = out.glob(".*.partial") if out.is_dir() else ()
    return [
        _look(folder)
        for folder in sorted(found)
        if (folder / FILE).is_file() and (folder / HISTORY).is_file()
    ]


def _look(folder: Path) -> Unfinished:
    name = folder.name.removeprefix(".").removesuffix(".partial")
    try:
        head, *lines = (folder / HISTORY).read_text("utf-8").splitlines(keepends=True)
        with (folder / LOCK).open("rb") as lock:
            running = not _locked(lock)
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
        Several are, or it is still under way.
    """
    runs = list_unfinished(out)
    by_path = [run for run in runs if Path(name) in (run.folder, out / run.name)]
    found = by_path or [run for run in runs if name in run.name]
    if name == "last":
        found = runs[-1:]
    if len(found) > 1:
        shown = ", ".join(run.name for run in found[-5:])
        msg = f"{name!r} may be any of {len(found)} stopped runs ({shown})"
        raise Misuse(f"{msg}; give more of the name")
    if not found:
        names = [run.name for run in runs]
        see = f"There are {len(runs)} stopped runs in {str(out)!r}"
        see += f": {', '.join(names[-5:])}." if runs else "."
        raise unknown("stopped run", name, names, see=see)
    if found[0].running:
        raise Misuse(f"{found[0].name} is still being trained by another process")
    return found[0]


@contextmanager
def training_run(out: Path, label: str) -> Iterator[tuple[Path, Path]]:
    """As `learnable.zoo.run.new_run`, but a training that was begun is kept.

    Raises
    ------
    Stopped
        It was interrupted, or the disk is full, and it can go on.
    """
    with new_run(out, label, keep=_can_go_on) as (folder, final), _held(folder):
        with _kept(folder, final):
            yield folder, final
        tidy(folder)


@contextmanager
def resumed_run(run: Unfinished) -> Iterator[tuple[Path, Path]]:
    """The folders of a run that goes on; whatever happens, nothing is lost.

    Raises
    ------
    Stopped
    """
    final = run.folder.with_name(run.name)
    with _held(run.folder):
        with _kept(run.folder, final):
            yield run.folder, final
        tidy(run.folder)
        run.folder.rename(final)


def tidy(folder: Path) -> None:
    """Remove what only a training that goes on needs."""
    for name in (STATE, LOCK):
        (folder / name).unlink(missing_ok=True)


def _can_go_on(folder: Path, error: BaseException) -> bool:
    """Whether a training is worth keeping: not one whose loss is not finite."""
    return (folder / STATE).is_file() and (
        isinstance(error, Stopped) or not isinstance(error, ZooError)
    )


@contextmanager
def _kept(folder: Path, final: Path) -> Iterator[None]:
    """Say how a training goes on, where it can."""
    try:
        yield
    except (KeyboardInterrupt, OSError) as error:
        if not (folder / STATE).is_file():
            raise
        what = str(error) if isinstance(error, OSError) else "interrupted"
        how = f"zoo train --resume {final.name} --out {final.parent}"
        raise Stopped(f"{what}; the training is kept, and `{how}` goes on") from error


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder.

    Raises
    ------
    Misuse
        Another process holds it.
    """
    with (folder / LOCK).open("wb") as lock:
        if not any(_locked(lock) or time.sleep(0.05) for _ in range(PATIENCE)):
            msg = f"{folder.name.strip('.')} is still being trained by another process"
            raise Misuse(msg)
        yield


def _locked(lock: IO[bytes]) -> bool:
    """Take a lock if nobody holds it; True where the system has none."""
    try:
        import fcntl  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def forget(folder: Path) -> None:
    """Remove the folder of a stopped run.

    Raises
    ------
    Misuse
        It is still under way.
    """
    with _held(folder):
        shutil.rmtree(folder)
