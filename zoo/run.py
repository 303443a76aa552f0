"""A run on disk: a folder that is there whole or not at all."""

from __future__ import annotations

import json
import os
import platform
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..data.disk import replaced
from ..data.errors import BadData, Misuse, unknown
from .experiment import FILE
from .recipe import Recipe

RESULTS = "results.json"
"""A folder that holds this file is a run."""
MODEL = "model.keras"
TRAINING_TEXT = "training.txt"
"""What a network of characters was trained on."""

Keep = Callable[[Path, BaseException], bool]
"""Whether a folder stays, given the error that ends its run."""


@dataclass(frozen=True)
class Inputs:
    """What a saved network must be told to be asked: the form of a row.

    ``targets`` names what is predicted where that is not one of ``classes``.
    ``columns`` and ``types`` are names and pandas types of a table's columns, empty for
    images; ``shape`` is that of a row of numbers.
    """

    dataset: str
    task: str
    classes: tuple[str, ...]
    shape: tuple[int, ...]
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    feature_range: tuple[float, float] | None = None
    targets: tuple[str, ...] = ()


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
    """
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        partial, final = _reserve(out, label)
    except OSError as error:
        _remove_empty(made)
        msg = f"cannot write runs to {str(out)!r}: {error.strerror}"
        raise Misuse(f"{msg}. Choose another folder with --out.") from error
    try:
        yield partial, final
        partial.rename(final)
    except BaseException as error:
        if not keep(partial, error):
            shutil.rmtree(partial, ignore_errors=True)
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


def _remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders, the innermost first, as far as they are there and empty."""
    with suppress(OSError):
        for folder in folders:
            if folder.exists():
                folder.rmdir()


def write_json(path: Path, facts: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(facts, indent=1, ensure_ascii=False), "utf-8")


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
    with replaced(folder / FILE) as stream:
        stream.write(json.dumps(facts, indent=1, ensure_ascii=False).encode())


def read_settings(folder: Path) -> tuple[Recipe, Inputs]:
    """The reverse of `write_settings`.

    Raises
    ------
    BadData
        The run has no network, or the file is damaged.
    """
    path = folder / FILE
    if not (path.exists() and (folder / MODEL).exists()):
        msg = f"the run {folder.name} holds no network to ask"
        raise BadData(f"{msg}; those of `zoo train` do")
    try:
        facts = json.loads(path.read_text("utf-8"))
        given = facts["inputs"]
        lists = ("classes", "shape", "columns", "types", "targets")
        fixed = {key: tuple(given.get(key, ())) for key in lists}
        reach = given["feature_range"]
        inputs = Inputs(**{**given, **fixed, "feature_range": reach and tuple(reach)})
        return Recipe.from_dict(facts["recipe"]), inputs
    except (ValueError, KeyError, TypeError, Misuse) as error:
        msg = f"{path} is damaged ({error}); train the network again"
        raise BadData(msg) from error


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
        told = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.strip() or None


def list_runs(out: Path) -> list[Path]:
    """The runs in a folder, the oldest first."""
    if not out.is_dir():
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
    if name and (Path(name) / RESULTS).is_file():
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
        msg = f"{name!r} may be any of {len(found)} runs ({shown})"
        raise Misuse(f"{msg}; give more of the name")
    see = f"`zoo runs --out {out}` shows the {len(runs)} runs in {str(out)!r}."
    raise unknown("run", name, [run.name for run in runs], see=see)
