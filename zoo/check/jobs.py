"""What ``zoo check`` is asked, and the jobs and answers of its processes on disk.

The target is told by its form. A process that runs a user's code has a folder of its
own: ``job.json`` comes in, ``answer.json`` goes out, each under a temporary name first,
so that it is there whole or not at all. An answer comes from where a user's code ran:
its size and its types are checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ...baselines.results.diagnosis import Diagnosis
from ...data.dataset import ORDERED, Task
from ...data.errors import BadData, Misuse, unknown
from ...data.structure import structure
from ..registry import MODELS, card

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


_Kind = Literal["script", "model", "function", "zoo"]

CALLED: dict[_Kind, str] = {
    "script": "a script",
    "model": "a saved model",
    "function": "a function",
    "zoo": "a model of the zoo",
}
_TABLE = {
    *("data", "target", "task", "drop", "limit", "header", "missing", "drop_rows"),
}
_TRAINING = {"epochs", "batch_size", "keep_weights"}
OPTIONS: dict[_Kind, set[str]] = {
    "script": {"number", "time_limit", "write", "arguments", "fast"},
    "model": _TABLE | _TRAINING,
    "function": _TABLE | _TRAINING | {"time_limit"},
    "zoo": _TABLE | {"time_limit"},
}
"""Those that go with each kind, by parameter; others go with all."""
SHOWN = {"number": "--fit", "parallel": "--dask", "arguments": "-- ARGUMENTS"}
_SUFFIXES = (".keras", ".h5")
_SLOW = ("number", "write", "budget", "parallel")
"""Options of what ``--fast`` leaves out."""
UNTRAINED = "nothing was trained"
"""Why ``--fast`` has not tested a finding."""
RECORDED = ("N102", "N115", "N119", "P711")
"""Rules on what the script did beside the training, or what its network gives for any
row, where no repair can be tried."""


@dataclass(frozen=True)
class CheckTarget:
    """Target to examine.

    Parameters
    ----------
    kind : {"script", "model", "function", "zoo"}
    name : str
        A file's path, or a name of the zoo.
    function : str
        In that file; "" where it is no function.
    """

    kind: _Kind
    name: str
    function: str = ""

    @property
    def title(self) -> str:
        """In messages."""
        last = Path(self.name).name
        return f"{last}:{self.function}" if self.function else last


def find_target(what: str) -> CheckTarget:
    """Find the target that a command's argument names.

    Raises
    ------
    Misuse
        There is no such file, or it is of no kind that can be examined.
    UnknownName
        It looks like a model of the zoo, and is none.
    """
    file, mark, function = what.rpartition(".py:")
    if mark:
        if not function.isidentifier():
            msg = f"{what!r} is not a function of a module; write it as module.py:build"
            raise Misuse(msg)
        return CheckTarget("function", _existing(f"{file}.py"), function)
    suffix = Path(what).suffix.lower()
    if suffix in (".py", ".ipynb"):
        return CheckTarget("script", _existing(what))
    if suffix in _SUFFIXES:
        return CheckTarget("model", _existing(what))
    if what not in MODELS and (suffix or Path(what).name != what):
        msg = f"{what!r} cannot be checked: give a script (.py), a notebook (.ipynb), a"
        msg = f"{msg} saved model (.keras or .h5), a function (module.py:build) or a"
        raise Misuse(f"{msg} model of the zoo")
    if card(what).tasks and set(card(what).tasks) <= set(ORDERED):
        msg = f"{what} is a model of {' and '.join(card(what).tasks)}, and zoo check"
        raise Misuse(f"{msg} examines tables and images only; use `zoo train {what}`")
    return CheckTarget("zoo", what)


def _existing(path: str) -> str:
    if Path(path).is_file():
        return path
    beside = [p.name for p in Path(path).parent.glob(f"*{Path(path).suffix}")]
    raise unknown("file", path, beside, see="Check the path.")


def check_options(way: CheckTarget, given: Iterable[str]) -> None:
    """Refuse options that do not go with what is examined.

    Parameters
    ----------
    way : CheckTarget
    given : iterable of str
        Parameters that were typed.

    Raises
    ------
    Misuse
    """
    typed = set(given)
    special = set().union(*OPTIONS.values())
    for name in sorted(typed & special - OPTIONS[way.kind]):
        shown = SHOWN.get(name, f"--{name.replace('_', '-')}")
        others = [CALLED[kind] for kind in CALLED if name in OPTIONS[kind]]
        msg = f"{shown} is an option for {' or '.join(others)}, and {way.title} is"
        raise Misuse(f"{msg} {CALLED[way.kind]}; omit {shown}")
    if "fast" in typed and (slow := [name for name in _SLOW if name in typed]):
        option = SHOWN.get(slow[0], f"--{slow[0]}")
        msg = f"--fast stops where the first training begins; omit {option}"
        raise Misuse(msg)
    if {"sandbox", "parallel"} <= typed:
        raise Misuse("--sandbox has no network, which --dask needs; omit one of them")
    if way.kind in ("model", "function") and "data" not in typed:
        msg = f"{way.title} is {CALLED[way.kind]}, without data of its own"
        raise Misuse(f"{msg}; give --data with a name or a file")
    if "target" in typed and "data" not in typed:
        raise Misuse(
            "--target is a column of --data; give --data too, or omit --target"
        )


_T = TypeVar("_T")

JOB, ANSWER = "job.json", "answer.json"
_MOST_READ = 1_000_000
"""Bytes that an answer may have."""


@dataclass(frozen=True)
class Reading:
    """Options of reading a table, as in `learnable.load`."""

    target: str | None = None
    task: Task | None = None
    drop: tuple[str, ...] = ()
    limit: int | None = None
    header: bool | None = None
    missing: tuple[str, ...] = ()
    drop_rows: str = ""


GUARD_SECONDS = 3_600.0
"""Seconds for the first look and all trials, where the user sets no budget: a guard
against trainings that hang, which no ordinary one comes near."""


@dataclass(frozen=True)
class CheckJob:
    """A script, a saved model, a function or a model of the zoo to be examined.

    Parameters
    ----------
    kind, name, function, title
        Of the `CheckTarget`.
    time_limit : float
        Seconds after which a script is stopped.
    budget : float, optional
        Seconds for the data and all trials.
    out : str
        Folder for runs.
    data : str, optional
        Dataset of the catalog, or a file; None takes the model's own.
    reading : Reading
    number : int, optional
        The training to examine, from 1; None: the last.
    epochs, batch_size, keep_weights
        Training of a saved model, or of the one that a function makes.
    arguments : tuple of str
        The script's command line.
    sandbox : bool
        Whether it runs without network, and with files that it can only read.
    fast : bool
        Whether a script is stopped where its first training begins, and only rules are
        checked.
    seed : int
    parallel : str, optional
        Dask cluster on which the baselines are fitted.
    command : str
        What the user typed.
    """

    kind: Literal["script", "model", "function", "zoo"]
    name: str
    function: str
    title: str
    time_limit: float
    budget: float | None
    out: str
    data: str | None = None
    reading: Reading = field(default_factory=Reading)
    number: int | None = None
    epochs: int = 10
    batch_size: int = 32
    keep_weights: bool = False
    arguments: tuple[str, ...] = ()
    sandbox: bool = False
    fast: bool = False
    seed: int = 0
    parallel: str | None = None
    command: str = ""


@dataclass(frozen=True)
class CheckAnswer:
    """The run that an examination wrote; or its error, one line, and the exit code.

    ``lines`` say what a script holds, and ``diagnosis`` what rules say of it, where
    those alone were asked.
    """

    run: str = ""
    lines: tuple[str, ...] = ()
    diagnosis: Diagnosis | None = None
    error: str = ""
    code: int = 1


@dataclass(frozen=True)
class RerunJob:
    """A repaired script to be run, whose source is in a file beside the job.

    Parameters
    ----------
    script : str
        The path under which it runs.
    arguments : tuple of str
        Its command line.
    seconds : float
        It is stopped after them.
    fit : int
        The training that was examined, from 0.
    output : str
        The output of the network that was examined; "" of the only one.
    """

    script: str
    arguments: tuple[str, ...]
    seconds: float
    fit: int
    output: str


@dataclass(frozen=True)
class RerunAnswer:
    """The script's error, and its network's score on the rows that it trained on.

    ``error`` is one line, "" if there was none; ``score`` is None where the network
    gives no predictions.
    """

    error: str = ""
    score: float | None = None


def write_facts(path: Path, facts: DataclassInstance) -> None:
    """Write a job or an answer, whole or not at all.

    Raises
    ------
    OSError
    """
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(facts)), "utf-8")
    partial.rename(path)


def read_job(folder: Path, kind: type[_T]) -> _T:
    """Return the job of a folder.

    Raises
    ------
    OSError, ValueError, Misuse
        There is none, or it is damaged: a fault of ours.
    """
    return structure(json.loads((folder / JOB).read_text("utf-8")), kind, "the job")


def read_answer(folder: Path, kind: type[_T]) -> _T | None:
    """Return the answer in a folder; None where there is none.

    Raises
    ------
    BadData
        It is damaged.
    """
    path = folder / ANSWER
    if not path.is_file():  # nor what would be waited for, such as a pipe
        return None
    try:
        with path.open("rb") as file:
            facts: Any = json.loads(file.read(_MOST_READ))
        return structure(facts, kind, "the answer")
    except (OSError, ValueError, RecursionError, Misuse) as error:
        raise BadData("the result is damaged") from error
