"""The process that runs a repaired script, and sees what its network has learned.

It reads the name of a folder, once all is imported. The folder holds ``job.json`` and
``fixed.py``; it writes ``answer.json`` at the end.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ...data.errors import ZooError
from ..diagnosis.given import each_output
from ..diagnosis.question import ask
from ..diagnosis.recording import Recording
from ..diagnosis.script import run_script
from ..diagnosis.taught import own_score


def main(folder: Path) -> None:
    """Run the script of a folder, and leave there what became of it."""
    job = json.loads((folder / "job.json").read_text("utf-8"))
    recording = run_script(
        Path(job["script"]),
        job["arguments"],
        seconds=job["seconds"],
        source=(folder / "fixed.py").read_text("utf-8"),
    )
    facts = {"error": recording.error, "score": _score(recording, job)}
    partial = folder / "answer.partial"
    partial.write_text(json.dumps(facts), "utf-8")
    partial.rename(folder / "answer.json")


def _score(recording: Recording, job: dict[str, Any]) -> float | None:
    """Of the trained network on its own rows; None where it cannot be asked."""
    if len(recording.fits) <= job["fit"]:
        return None
    parts = each_output(recording.fits[job["fit"]])
    fit = next((part for part in parts if part.output == job["output"]), parts[0])
    try:
        return own_score(fit, ask(fit))
    # rows that nobody can read, or a network that takes them only in training
    except (ZooError, ValueError, TypeError):
        return None


if __name__ == "__main__":
    name = sys.stdin.readline().strip()
    if name:  # nothing is to be run where the other side has gone
        main(Path(name))
