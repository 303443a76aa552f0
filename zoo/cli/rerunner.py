"""Repaired scripts run in processes of their own, seen from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

GRACE = 30.0
"""Seconds beyond its limit, in which a script may be stopped and its network asked."""


class Rerunner:
    """Runs scripts one after the other; the process of the next may be made ready.

    A context manager: a process that was made ready for nothing ends with it.
    """

    def __init__(self) -> None:
        self._ready: subprocess.Popen[str] | None = None

    def __enter__(self) -> Rerunner:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ready is not None:
            self._ready.kill()
            self._ready.communicate()

    def prepare(self) -> None:
        """Begin with the imports, which take seconds, while other work is done."""
        if self._ready is None:
            self._ready = subprocess.Popen(
                [sys.executable, "-m", "learnable.zoo.cli.rerun"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )

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
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "job.json").write_text(json.dumps(job), "utf-8")
            (folder / "fixed.py").write_text(fixed, "utf-8")
            said = self._said(folder, job["seconds"] + GRACE)
            if said is None:
                return f"it took more than {job['seconds']:g} s"
            answer = folder / "answer.json"
            if not answer.exists():
                return (said.strip().splitlines() or ["no word"])[-1][:300]
            facts = json.loads(answer.read_text("utf-8"))
        score = facts["score"]
        if facts["error"] or score is None or score >= least:
            return facts["error"][:300]
        return f"its network has a score of {score:.2f} on its training rows"

    def _said(self, folder: Path, seconds: float) -> str | None:
        """What a process said as it did a folder's job; None if it was stopped."""
        self.prepare()
        child, self._ready = self._ready, None
        assert child is not None
        try:
            return child.communicate(f"{folder}\n", timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return None
