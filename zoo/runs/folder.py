"""A run on disk: a folder that is there whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import platform
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ...data.disk import open_no_follow, read_error, read_regular
from ...data.errors import BadData, Misuse, unknown
from ...data.structure import structure
from ...reports.notes import write_json
from ..experiment import FILE
from ..recipe import Recipe

if TYPE_CHECKING:
    pass

from ..run_files import LOCK, MODEL, RESULTS, Inputs

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None


MARK = b"A run of learnable is written here.\n"
"""In the lock: by it, and not by a name alone, a folder is known as ours."""
_PATIENCE = 10
"""Tries to take the lock: who lists the runs holds it for a moment, too."""

REMOVED = ".removed-"
"""Runs that are being deleted are called so, and are in no list."""

Keep = Callable[[Path, BaseException], bool]
"""Whether a folder stays, given the error that ends its run."""


def run_name(label: str) -> str:
    """``<UTC time>-<label>-<four random hexadecimal digits>``."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{label}-{secrets.token_hex(2)}"


@contextmanager
def new_run(
    out: Path, label: str, *, keep: Keep = lambda folder, error: False
) -> Iterator[tuple[Path, Path]]:
    """A folder to write a run into, renamed to its final name when the block ends.

    If the block fails or is interrupted the folder is removed, unless ``keep`` says to
    leave it under its hidden name; nothing that was in ``out`` before is touched.

    Yields
    ------
    folder : Path
        To write into.
    final : Path
        What it will be called.

    Raises
    ------
    Misuse
        The folder for runs cannot be made.
    BadData
        It can, but not be written into.
    """
    # pathlib's own question raises an error where a name is too long
    made = [folder for folder in (out, *out.parents) if not os.path.exists(folder)]
    try:
        partial, final = _reserve(out, label)
    except OSError as error:
        _remove_empty(made)
        msg = f"cannot write runs to {str(out)!r}: {error.strerror}"
        raise Misuse(f"{msg}. Choose another folder with --out.") from error
    try:
        with lock_folder(partial):
            yield partial, final
            give_name(partial, final)
    except BaseException as error:
        if not keep(partial, error):
            with suppress(OSError):
                delete_folder(partial)
            _remove_empty(made)
        raise


def _reserve(out: Path, label: str) -> tuple[Path, Path]:
    """A new folder to write into, and a name that no other run has or takes."""
    while True:
        final = out / run_name(label)
        partial = out / f".{final.name}.partial"
        try:
            partial.mkdir(parents=True)
        except FileExistsError:
            if not partial.is_dir():
                raise
            continue
        if not final.exists():
            return partial, final
        partial.rmdir()


def give_name(partial: Path, final: Path) -> None:
    """Rename a run that is whole.

    The lock goes last, so that a process that is killed leaves the run whole, or a
    folder that is known as ours.

    Raises
    ------
    OSError
    """
    partial.rename(final)
    with suppress(OSError):  # the run is whole with a lock, too
        (final / LOCK).unlink()


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, and mark the folder as ours.

    Raises
    ------
    Misuse
        Another process holds it.
    BadData
        It cannot be written.
    """
    path = folder / LOCK
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(open(path, "ab", opener=open_no_follow))
            if not any(_locked(lock) or time.sleep(0.05) for _ in range(_PATIENCE)):
                name = folder.name.strip(".")
                raise Misuse(f"{name} is still being trained by another process")
            # only now: what is marked and held by nobody may be cleared away
            if not os.fstat(lock.fileno()).st_size:
                lock.write(MARK)
                lock.flush()
        except OSError as error:
            raise BadData(f"cannot write {path}: {error.strerror}") from error
        yield


def is_locked(folder: Path) -> bool:
    """Return whether a process is at work on a folder.

    Raises
    ------
    OSError
        There is no lock.
    """
    with open(folder / LOCK, "rb", opener=open_no_follow) as lock:
        return not _locked(lock)


def is_abandoned(folder: Path) -> bool:
    """Return whether a folder bears our mark, and no process is at work on it."""
    try:
        with open(folder / LOCK, "rb", opener=open_no_follow) as lock:
            # in this order: a process takes the lock before it writes the mark
            return bool(fcntl) and _locked(lock) and lock.read(len(MARK) + 1) == MARK
    except OSError:
        return False


def _locked(lock: IO[bytes]) -> bool:
    """Take a lock if nobody holds it; True where the system has none."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def discard(folder: Path) -> None:
    """Delete a run, whole or not: it leaves the list at once, then its files go.

    Nothing is written for it, so that it can be done on a full disk.

    Raises
    ------
    BadData
        The folder is read-only, or not all of its files can be deleted.
    """
    hidden = folder.with_name(f"{REMOVED}{secrets.token_hex(8)}")
    try:
        folder.rename(hidden)
    except OSError as error:
        msg = f"cannot remove {folder}: {error.strerror}; it is unchanged"
        raise BadData(msg) from error
    try:
        delete_folder(hidden)
    except OSError as error:
        msg = f"{folder.name} is no longer a run, but some of its files cannot be"
        raise BadData(f"{msg} deleted: {error.filename}: {error.strerror}") from error


def delete_folder(folder: Path) -> None:
    """Delete a folder; what it is known by goes last, should the process be killed.

    Links are deleted, and nothing behind them.

    Raises
    ------
    OSError
    """
    if folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "it is a symbolic link", str(folder))
    known_by = (RESULTS, LOCK)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in known_by:
            path.unlink()
    for name in known_by:
        (folder / name).unlink(missing_ok=True)
    folder.rmdir()


def _remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders, the innermost first, as far as they are there and empty."""
    with suppress(OSError):
        for folder in folders:
            if os.path.exists(folder):
                folder.rmdir()


def write_settings(
    folder: Path, experiment: Mapping[str, Any], inputs: Inputs | None, *, command: str
) -> None:
    """``recipe.json``: all that is needed to repeat the run or to ask its network.

    Parameters
    ----------
    folder : Path
    experiment : dict
        Of `learnable.zoo.experiment.Experiment`, with its fingerprint.
    inputs : Inputs, optional
        Where the run has a network to ask.
    command : str
        What was typed.
    """
    facts = {**experiment, "command": command}
    if inputs is not None:
        facts["inputs"] = vars(inputs)
    write_json(folder / FILE, facts)


def read_settings(folder: Path) -> tuple[Recipe, Inputs]:
    """The reverse of `write_settings`.

    Raises
    ------
    BadData
        The run has no network, or the file is damaged.
    """
    path = folder / FILE
    if (folder / MODEL).exists() and not path.exists():
        msg = f"the network of {folder.name} is one of your own, made in Python"
        raise BadData(f"{msg}; open its {MODEL} with Keras")
    if not (path.exists() and (folder / MODEL).exists()):
        msg = f"the run {folder.name} has no saved network"
        raise BadData(f"{msg}; use a run of `zoo train`")
    try:
        facts = json.loads(read_regular(path))
        inputs = structure(facts["inputs"], Inputs, "inputs")
        return Recipe.from_dict(facts["recipe"]), inputs
    # whatever a file of somebody else's makes of it
    except (OSError, ValueError, LookupError, TypeError, Misuse,
            RecursionError) as error:  # fmt: skip
        raise read_error(path, error, "train the network again") from error


def check_no_link(folder: Path) -> Path:
    """Refuse to write into a run that stands elsewhere.

    Raises
    ------
    Misuse
    """
    if folder.is_symlink():
        msg = f"{str(folder)!r} is a symbolic link; nothing is written through it"
        raise Misuse(f"{msg}. Give the folder that it points to.")
    return folder


def write_environment(folder: Path, versions: Mapping[str, str], sha256: str) -> None:
    """``environment.json``: versions, platform, git commit, hash of the data."""
    facts = {
        "versions": dict(versions),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "git": _git_commit(),
        "data_sha256": sha256,
    }
    write_json(folder / "environment.json", facts)


def _git_commit() -> str | None:
    """The commit of the folder the command is run in, if it is a checkout."""
    try:
        result = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() or None


def list_runs(out: Path) -> list[Path]:
    """The runs in a folder, the oldest first."""
    if not os.path.isdir(out):  # pathlib raises an error where the name is too long
        return []
    folders = (p for p in out.iterdir() if not p.name.startswith("."))
    return sorted(p for p in folders if _may_be_run(p))


def _may_be_run(folder: Path) -> bool:
    """Also a folder that may not be entered: who lists it is told why."""
    try:
        return (folder / RESULTS).is_file()
    except PermissionError:
        return True


def find_run(name: str, out: Path) -> Path:
    """A run by its folder, its name, the start or a part of its name, or ``last``.

    Raises
    ------
    UnknownName
        None is called so.
    Misuse
        Several are.
    """
    if name and os.path.isfile(Path(name) / RESULTS):
        return Path(name)
    runs = list_runs(out)
    if name == "last" and runs:
        return runs[-1]
    exact = [run for run in runs if run.name == name]
    found = exact or [run for run in runs if name and name in run.name]
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(run.name for run in found[-5:])
        msg = f"{name!r} matches {len(found)} runs ({shown})"
        raise Misuse(f"{msg}; give a longer part of the name")
    see = f"`zoo runs --out {out}` lists the {len(runs)} runs in {str(out)!r}."
    raise unknown("run", name, [run.name for run in runs], see=see)


def distinct_runs(names: Sequence[str], out: Path) -> list[Path]:
    """The folders of runs, none twice, and not more than can be compared.

    Raises
    ------
    Misuse
        A name is that of no run, one is named twice, or there are too many.
    """
    from ...data.errors import Misuse
    from ...reports.several.compare import MOST_RUNS

    folders: dict[Path, Path] = {}
    for name in names:
        folder = find_run(name, out)
        if folder.resolve() in folders:
            msg = f"the run {folder.resolve().name} is given twice ({name!r})"
            raise Misuse(f"{msg}; give each run once")
        folders[folder.resolve()] = folder
    if len(folders) > MOST_RUNS:
        msg = f"{len(folders)} runs are given; at most {MOST_RUNS} can be compared"
        raise Misuse(f"{msg}. Give fewer.")
    return list(folders.values())
