"""The process that runs a user's code and examines what it trains.

Its folder holds ``job.json``; it writes ``doing.txt`` while it works, and at the end
``answer.json``.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.errors import BadData, Misuse
from ..faults import as_error

if TYPE_CHECKING:
    from ..diagnosis.record.recording import Fit, Recording
    from .stages import Say


MEMORY_SHARE = 0.9
"""Of the machine's memory, that the script and its examination may take."""


def main(folder: Path) -> None:
    """Do the job of a folder, and leave the answer there."""
    job = json.loads((folder / "job.json").read_text("utf-8"))
    try:
        if job["kind"] in ("script", "function"):
            # the user's code starts processes as it would without us
            os.environ.pop("PYTHONSAFEPATH", None)
        facts = {"run": str(_examine(job, folder))}
    # whatever it is: without an answer a thread of the script's would be waited for
    except BaseException as error:
        said, code = as_error(error)
        facts = {"error": said, "code": code}
    partial = folder / "answer.partial"
    partial.write_text(json.dumps(facts), "utf-8")
    partial.rename(folder / "answer.json")


def _examine(job: dict[str, Any], folder: Path) -> Path:
    from ..experiments.score import write_run
    from .check import check_outputs

    _bound_memory()
    # what trials do on the way, such as losses without end, is told in the answer
    logging.getLogger("learnable").setLevel(logging.ERROR)

    def say(what: str) -> None:
        partial = folder / "doing.partial"
        partial.write_text(what, "utf-8")
        partial.rename(folder / "doing.txt")

    recording, fit = _entered(job, say)
    checked = check_outputs(
        recording,
        fit,
        budget=job["budget"],
        seed=job["seed"],
        arguments=job["arguments"],
        say=say,
    )
    told = _lines(recording.fits) if job["kind"] == "script" else ()
    found = replace(checked.diagnosis, fits=told)
    results = replace(checked.study.results, command=job["command"], diagnosis=found)
    study = replace(checked.study, results=results)
    return write_run(Path(job["out"]), "check", study, settings=_settings(job))[1]


def _settings(job: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a check for ``recipe.json``: all that it was asked."""
    elsewhere = ("out", "title", "command", "seed")
    asked = {name: value for name, value in job.items() if name not in elsewhere}
    return {"kind": "check", "check": asked, "seed": job["seed"]}


def _entered(job: dict[str, Any], say: Say) -> tuple[Recording, Fit]:
    """Return the recording of what was done, and the training to examine."""
    if job["kind"] == "script":
        return _of_script(job, say)
    if job["kind"] == "zoo":
        from .inputs import of_zoo

        return of_zoo(job, say)
    from .inputs import of_function, of_model

    return (of_model if job["kind"] == "model" else of_function)(job, say)


def _of_script(job: dict[str, Any], say: Say) -> tuple[Recording, Fit]:
    from ..diagnosis.record.run_script import run_script

    say("the script runs")
    recording = run_script(
        Path(job["name"]), job["arguments"], seconds=job["time_limit"]
    )
    return recording, chosen(recording, job["number"])


def _bound_memory() -> None:
    """Let a script that takes too much fail in itself, not the whole machine."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = int(size * MEMORY_SHARE)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def chosen(recording: Recording, number: int | None) -> Fit:
    """The training to examine.

    Raises
    ------
    BadData
        The script trained nothing.
    Misuse
        There is no training of that number.
    """
    fits, name = recording.fits, Path(recording.script).name
    if not fits:
        why = recording.error or "it never calls fit or train_on_batch"
        raise BadData(f"{name} trained no network: {why}")
    if number is not None and number > len(fits):
        msg = f"--fit {number}: {name} has {len(fits)} trainings"
        raise Misuse(f"{msg} ({'; '.join(_lines(fits))})")
    return fits[-1 if number is None else number - 1]


def _lines(fits: Sequence[Fit]) -> tuple[str, ...]:
    """A line a training: where it is, and its size."""
    return tuple(
        f"{i}: line {fit.place.line if fit.place else '?'}, {fit.steps:,} steps"
        for i, fit in enumerate(fits, start=1)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
