"""The process that runs a user's code, seen from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ...data.errors import BadData, Misuse
from . import output

GRACE = 300.0
"""Seconds beyond all limits after which a child that does not answer is stopped."""
PAUSE = 0.1
LAST_WORDS = 400


def examined(job: dict[str, Any], *, quiet: bool) -> Path:
    """Examine a script or a network in a process of its own; gives the run's folder.

    Raises
    ------
    Misuse, BadData
        What kept it from being examined, in one line.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "job.json").write_text(json.dumps(job), "utf-8")
        command = [sys.executable, "-m", "learnable.zoo.cli.child", folder]
        with (place / "said.txt").open("wb") as said:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
            try:
                # what shows the answer takes seconds to import: meanwhile is free
                from ...baselines import verdict  # noqa: F401

                _watch(child, place, job, quiet=quiet)
            finally:
                child.kill()
                child.wait()
        return _told(place, child.returncode)


def _watch(
    child: subprocess.Popen[bytes], place: Path, job: dict[str, Any], *, quiet: bool
) -> None:
    """Show what is being done until the child ends."""
    latest = time.monotonic() + job["time_limit"] + 2 * job["budget"] + GRACE
    with output.waiting(f"checking {job['title']}", quiet=quiet) as say:
        while child.poll() is None and time.monotonic() < latest:
            doing = place / "doing.txt"
            if doing.exists():
                say(doing.read_text("utf-8").strip())
            time.sleep(PAUSE)


def _told(place: Path, code: int) -> Path:
    """The run that the child wrote, or its error."""
    answer = place / "answer.json"
    if not answer.exists():
        said = (place / "said.txt").read_text("utf-8", "replace").strip()
        last = " ".join(said[-LAST_WORDS:].split())
        what = "ran out of memory or was stopped" if code < 0 else "ended"
        msg = f"the process that examined it {what} (code {code})"
        raise BadData(f"{msg}; its last words: {last or 'none'}")
    facts = json.loads(answer.read_text("utf-8"))
    if "error" in facts:
        kind = Misuse if facts["code"] == Misuse.exit_code else BadData
        raise kind(facts["error"])
    return Path(facts["run"])
