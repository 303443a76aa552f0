"""The process that runs a repaired script, and sees what its network has learned.

Once all is imported it waits for ``job.json`` in its folder, which then holds
``fixed.py`` as well; it writes ``answer.json`` at the end.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from ...data.errors import ZooError
from ..diagnosis.problem.from_model import each_output
from ..diagnosis.problem.task import ask
from ..diagnosis.record.recording import Recording
from ..diagnosis.record.run_script import run_script
from ..diagnosis.record.source_locations import in_one_line
from ..diagnosis.search.train_score import own_score

_PAUSE = 0.02


def main(folder: Path) -> None:
    """Run the script of a folder, and leave there what became of it."""
    try:
        facts = _outcome(folder)
    # without an answer a thread of the script's would be waited for
    except BaseException as error:
        facts = {"error": in_one_line(error), "score": None}
    partial = folder / "answer.partial"
    partial.write_text(json.dumps(facts), "utf-8")
    partial.rename(folder / "answer.json")


def _outcome(folder: Path) -> dict[str, Any]:
    job = json.loads((folder / "job.json").read_text("utf-8"))
    recording = run_script(
        Path(job["script"]),
        job["arguments"],
        seconds=job["seconds"],
        source=(folder / "fixed.py").read_text("utf-8"),
    )
    return {"error": recording.error, "score": _score(recording, job)}


def _score(recording: Recording, job: dict[str, Any]) -> float | None:
    """Score the trained network on its own rows; None if it gives no predictions."""
    if len(recording.fits) <= job["fit"]:
        return None
    parts = each_output(recording.fits[job["fit"]])
    fit = next((part for part in parts if part.output == job["output"]), parts[0])
    try:
        return own_score(fit, ask(fit))
    # rows that nobody can read, or a network that takes them only in training
    except (ZooError, ValueError, TypeError):
        return None


def _wait(job: Path) -> None:
    """Return once there is a job; this process is ended where there will be none."""
    while not job.is_file():
        time.sleep(_PAUSE)


if __name__ == "__main__":
    # of what it says only errors are heard, which are to be the last words
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _wait(Path(sys.argv[1]) / "job.json")
    main(Path(sys.argv[1]))
