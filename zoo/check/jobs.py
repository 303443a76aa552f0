"""Jobs of processes that run a user's code, and their answers, as they lie on disk.

A process has a folder of its own: ``job.json`` comes in, ``answer.json`` goes out, each
under a temporary name first, so that it is there whole or not at all. An answer comes
from where a user's code ran: its size and its types are checked.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ...data.dataset import Task
from ...data.errors import BadData, Misuse
from ...data.structure import structure

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

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


@dataclass(frozen=True)
class CheckJob:
    """A script, a saved model, a function or a model of the zoo to be examined.

    Parameters
    ----------
    kind, name, function, title
        Of the `CheckTarget`.
    time_limit : float
        Seconds after which a script is stopped.
    budget : float
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
    seed : int
    command : str
        What the user typed.
    """

    kind: Literal["script", "model", "function", "zoo"]
    name: str
    function: str
    title: str
    time_limit: float
    budget: float
    out: str
    data: str | None = None
    reading: Reading = field(default_factory=Reading)
    number: int | None = None
    epochs: int = 10
    batch_size: int = 32
    keep_weights: bool = False
    arguments: tuple[str, ...] = ()
    sandbox: bool = False
    seed: int = 0
    command: str = ""


@dataclass(frozen=True)
class CheckAnswer:
    """The run that an examination wrote; or its error, one line, and the exit code."""

    run: str = ""
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
