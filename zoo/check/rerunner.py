"""Repaired scripts run in processes of their own, seen from outside."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .supervised import REST, Supervised, read_answer

GRACE = 30.0
"""Seconds beyond its limit, in which a script may be stopped and its network asked."""
_PAUSE = 0.05
_MOST_SHOWN = 300
_RERUN = f"{__package__}.rerun"


class Rerunner:
    """Runs scripts one after the other; the process of the next may be made ready.

    A context manager: a process that was made ready for nothing ends with it.
    """

    def __init__(self) -> None:
        self._ready: Supervised | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Rerunner:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ready is not None:
            self._ready.close()
        if self._folder is not None:
            self._folder.cleanup()

    def prepare(self) -> None:
        """Begin with the imports, which take seconds, while other work is done."""
        if self._ready is None:
            self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            name = self._folder.name
            self._ready = Supervised([sys.executable, "-P", "-m", _RERUN, name])

    def run(self, fixed: str, job: dict[str, Any], *, least: float) -> str:
        """Run a repaired script.

        Parameters
        ----------
        fixed : str
            Its source.
        job : dict
            ``script``, ``arguments``, ``seconds``, and ``fit`` and ``output`` of the
            training that was examined.
        least : float
            Score that its network must reach on the rows that it trains on.

        Returns
        -------
        str
            What is wrong with it in one line; "" if nothing.
        """
        self.prepare()
        child, place = self._ready, self._folder
        self._ready = self._folder = None
        assert child is not None
        assert place is not None
        with place as name, child:
            folder = Path(name)
            _give(folder, fixed, job)
            answer, latest = folder / "answer.json", time.monotonic() + _limit(job)
            while child.is_busy(answer) and time.monotonic() < latest:
                time.sleep(_PAUSE)
            is_stopped, facts = child.returncode is None, read_answer(answer)
            if facts is not None:
                child.close(grace=REST)
        if facts is not None:
            return _wrong(facts, least)
        if is_stopped:
            return f"it took more than {job['seconds']:g} s"
        return (child.said.splitlines() or ["no word"])[-1][:_MOST_SHOWN]


def _limit(job: dict[str, Any]) -> float:
    return job["seconds"] + GRACE


def _give(folder: Path, fixed: str, job: dict[str, Any]) -> None:
    """Write what a process waits for; the job, which it looks for, comes last."""
    (folder / "fixed.py").write_text(fixed, "utf-8")
    partial = folder / "job.partial"
    partial.write_text(json.dumps(job), "utf-8")
    partial.rename(folder / "job.json")


def _wrong(facts: dict[str, Any], least: float) -> str:
    """Return what is wrong by a script's answer; "" if nothing."""
    error, score = facts.get("error"), facts.get("score")
    if not isinstance(error, str):
        return "its answer is damaged"
    if error or not isinstance(score, float | int) or score >= least:
        return error[:_MOST_SHOWN]
    return f"its network has a score of {score:.2f} on its training rows"
