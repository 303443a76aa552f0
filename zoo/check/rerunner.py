"""Repaired scripts run in processes of their own, from both sides.

`Rerunner` starts them, hears them and ends them; `main` is what runs there. The imports
stand at the top: a process that is made ready has done them, which takes seconds, when
its job comes; and the process that asks has examined a training, and so has them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from ...data.errors import BadData, ZooError
from ..diagnosis.problem.from_model import each_output
from ..diagnosis.problem.task import training_task
from ..diagnosis.record.recording import Recording
from ..diagnosis.record.run_script import run_script
from ..diagnosis.record.source_locations import in_one_line
from ..diagnosis.search.train_score import own_score
from .jobs import (
    ANSWER,
    JOB,
    RerunAnswer,
    RerunJob,
    read_answer,
    read_job,
    write_facts,
)
from .supervised import REST, Supervised

MODULE = f"{__package__}.rerunner"
GRACE = 30.0
"""Seconds beyond its limit, in which a script may be stopped and its network asked."""
_PAUSE = 0.02
_MOST_SHOWN = 300
_FIXED = "fixed.py"


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
            self._ready = Supervised([sys.executable, "-P", "-m", MODULE, name])

    def run(self, fixed: str, job: RerunJob, *, least: float) -> str:
        """Run a repaired script.

        Parameters
        ----------
        fixed : str
            Its source.
        job : RerunJob
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
            answer, latest = folder / ANSWER, time.monotonic() + job.seconds + GRACE
            while child.is_busy(answer) and time.monotonic() < latest:
                time.sleep(_PAUSE)
            is_stopped, wrong = child.returncode is None, _wrong(folder, least)
            if wrong is not None:
                child.close(grace=REST)
        if wrong is not None:
            return wrong
        if is_stopped:
            return f"it took more than {job.seconds:g} s"
        return (child.output.splitlines() or ["no message"])[-1][:_MOST_SHOWN]


def _give(folder: Path, fixed: str, job: RerunJob) -> None:
    """Write what a process waits for; the job, which it looks for, comes last."""
    (folder / _FIXED).write_text(fixed, "utf-8")
    write_facts(folder / JOB, job)


def _wrong(folder: Path, least: float) -> str | None:
    """Return what is wrong by a script's answer; "" if nothing, None without one."""
    try:
        answer = read_answer(folder, RerunAnswer)
    except BadData:
        return "its result is damaged"
    if answer is None:
        return None
    if answer.error or answer.score is None or answer.score >= least:
        return answer.error[:_MOST_SHOWN]
    return f"its network has a score of {answer.score:.2f} on its training rows"


def main(folder: Path) -> None:
    """Run the script of a folder, and leave there what became of it."""
    try:
        answer = _outcome(folder)
    # without an answer a thread of the script's would be waited for
    except BaseException as error:
        answer = RerunAnswer(error=in_one_line(error))
    write_facts(folder / ANSWER, answer)


def _outcome(folder: Path) -> RerunAnswer:
    job = read_job(folder, RerunJob)
    recording = run_script(
        Path(job.script),
        job.arguments,
        seconds=job.seconds,
        source=(folder / _FIXED).read_text("utf-8"),
    )
    return RerunAnswer(recording.error, _score(recording, job))


def _score(recording: Recording, job: RerunJob) -> float | None:
    """Score the trained network on its own rows; None if it gives no predictions."""
    if len(recording.fits) <= job.fit:
        return None
    parts = each_output(recording.fits[job.fit])
    fit = next((part for part in parts if part.output == job.output), parts[0])
    try:
        return own_score(fit, training_task(fit))
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
    _wait(Path(sys.argv[1]) / JOB)
    main(Path(sys.argv[1]))
