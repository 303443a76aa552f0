"""The process that runs a user's code and examines what it trains, from both sides.

`examine` starts it, hears it and ends it; `main` is what runs there. In its folder
(`learnable.zoo.check.jobs`) it writes ``doing.txt`` while it works, and ``found.txt``
about the script. Both sides import
next to nothing at first: the process is to be there at once, and what examines is
imported in it alone.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.counts import count
from ...data.errors import BadData, Misuse
from .. import console
from ..faults import as_error
from .jobs import (
    ANSWER,
    GUARD_SECONDS,
    JOB,
    CheckAnswer,
    CheckJob,
    read_answer,
    read_job,
    write_facts,
)
from .supervised import REST, Supervised, sandboxed

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Diagnosis
    from ..diagnosis.record.recording import Fit, Recording
    from .stages import Say


_MODULE = f"{__package__}.worker"
_GRACE = 300.0
"""Seconds beyond all limits after which a process that does not answer is stopped."""
_PAUSE = 0.1
LAST_WORDS = 400
_DOING = "doing.txt"
_FOUND = "found.txt"
_MOST_LINES, _MOST_IN_LINE = 60, 400
"""Of what a process says about the script that it runs."""
_MOST_SHOWN = 200
"""Letters of what a process says that it is doing."""
_MEMORY_SHARE = 0.9
"""Of the machine's memory, that the script and its examination may take."""


class NoTraining(BadData):
    """A script that trained nothing.

    Parameters
    ----------
    message : str
    recording : Recording
    """

    def __init__(self, message: str, recording: Recording) -> None:
        super().__init__(message)
        self.recording = recording


def examine_job(job: CheckJob, *, quiet: bool) -> Path | Diagnosis:
    """Examine a script or a network in a process of its own.

    Returns
    -------
    Path or Diagnosis
        The run's folder; of a training without targets, of which there is no run, the
        answer.

    Raises
    ------
    Misuse, BadData
        What kept it from being examined, in one line.
    """
    answer, child = _answered(job, quiet=quiet)
    if answer.diagnosis is not None:
        return answer.diagnosis
    # only the name is taken: where runs are is known here
    run = Path(job.out) / Path(answer.run).name
    if not (run / "results.json").is_file():
        raise _damaged_answer(child)
    return run


def fast_job(job: CheckJob, *, quiet: bool) -> tuple[tuple[str, ...], Diagnosis]:
    """Check the rules alone, in a process of its own; nothing is trained.

    Returns
    -------
    tuple
        Lines on what the script holds, and what rules say of it.

    Raises
    ------
    Misuse, BadData
        The script trains no network, or ends before.
    """
    answer, child = _answered(job, quiet=quiet)
    if answer.diagnosis is None:
        raise _damaged_answer(child)
    return answer.lines, answer.diagnosis


def _answered(job: CheckJob, *, quiet: bool) -> tuple[CheckAnswer, Supervised]:
    """Start the process, hear it, and return its answer."""
    out = Path(job.out)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        # the script may go elsewhere, or delete the folder that it is in
        write_facts(place / JOB, replace(job, out=str(out.absolute())))
        with _command(place, job) as command, Supervised(command) as child:
            # what shows the answer takes seconds to import: meanwhile is free
            from ...baselines.verdicts import verdict  # noqa: F401

            _watch(child, place, job, quiet=quiet)
        return _child_answer(place, child), child


@contextmanager
def _command(place: Path, job: CheckJob) -> Iterator[list[str]]:
    """Yield what does the job; a sandbox needs the folder for runs to be there."""
    command = [sys.executable, "-P", "-m", _MODULE, str(place)]
    if not job.sandbox:
        yield command
        return
    out = Path(job.out).absolute()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot write runs to {job.out!r}: {error.strerror}"
        raise Misuse(f"{msg}. Choose another folder with --out.") from error
    files = [Path(name) for name in (job.name, job.data) if name]
    try:
        yield sandboxed(command, readable=files, writable=[out, place])
    finally:
        with suppress(OSError):  # there are runs in it
            out.rmdir()


def _watch(child: Supervised, place: Path, job: CheckJob, *, quiet: bool) -> None:
    """Show what is being done until there is an answer, or the child ends."""
    answer, doing = place / ANSWER, place / _DOING
    budget = GUARD_SECONDS if job.budget is None else job.budget
    latest = time.monotonic() + job.time_limit + 2 * budget + _GRACE
    with console.waiting(f"checking {job.title}", quiet=quiet) as say:
        found = _Found(place / _FOUND, say.line)
        while child.is_busy(answer) and time.monotonic() < latest:
            found.show()
            if doing.is_file():
                with doing.open(encoding="utf-8", errors="replace") as file:
                    say(file.read(_MOST_SHOWN).strip())
            time.sleep(_PAUSE)
        found.show()
    if answer.is_file():
        child.close(grace=REST)


class _Found:
    """Lines that the child writes about the script, each shown once."""

    def __init__(self, path: Path, show: Say) -> None:
        self._path, self._show, self._lines = path, show, 0

    def show(self) -> None:
        """Show the lines that are new and whole."""
        if self._lines >= _MOST_LINES or not self._path.is_file():
            return
        with self._path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_MOST_LINES * _MOST_IN_LINE)
        lines = text.split("\n")[:-1]
        for line in lines[self._lines : _MOST_LINES]:
            self._show(line)
        self._lines = max(self._lines, len(lines))


def _child_answer(place: Path, child: Supervised) -> CheckAnswer:
    """Return what the child answered.

    Raises
    ------
    Misuse, BadData
        The child's error, or what became of a child that told none.
    """
    try:
        answer = read_answer(place, CheckAnswer)
    except BadData as error:
        raise _damaged_answer(child) from error
    if answer is None:
        raise BadData(_last_words(child))
    if answer.error:
        kind = Misuse if answer.code == Misuse.exit_code else BadData
        raise kind(answer.error)
    return answer


def _damaged_answer(child: Supervised) -> BadData:
    msg = "the result of the examining process is damaged"
    return BadData(f"{msg}; its last output: {_end(child) or 'none'}")


def _last_words(child: Supervised) -> str:
    code = child.returncode or 0
    what = "ran out of memory or was stopped" if code < 0 else "ended"
    msg = f"the examining process {what} (exit code {code})"
    return f"{msg}; its last output: {_end(child) or 'none'}"


def _end(child: Supervised) -> str:
    return " ".join(child.output[-LAST_WORDS:].split())


def main(folder: Path) -> None:
    """Do the job of a folder, and leave the answer there."""
    try:
        job = read_job(folder, CheckJob)
        if job.kind in ("script", "function"):
            # the user's code starts processes as it would without us
            os.environ.pop("PYTHONSAFEPATH", None)
        if job.fast:
            from .fast import fast_check

            answer = fast_check(job)
        else:
            answer = _examine(job, folder)
    # whatever it is: without an answer a thread of the script's would be waited for
    except BaseException as error:
        message, code = as_error(error)
        answer = CheckAnswer(error=message, code=code)
    write_facts(folder / ANSWER, answer)


def _examine(job: CheckJob, folder: Path) -> CheckAnswer:
    from ..experiments.score import write_run
    from .check import check_outputs
    from .no_gradient import find_no_gradient
    from .unpaired import find_unpaired
    from .untargeted import examine_untargeted

    _bound_memory()
    # what trials do on the way, such as losses without end, is told in the answer
    logging.getLogger("learnable").setLevel(logging.ERROR)

    def say(what: str) -> None:
        partial = folder / "doing.partial"
        partial.write_text(what, "utf-8")
        partial.rename(folder / _DOING)

    def show(line: str) -> None:
        with (folder / _FOUND).open("a", encoding="utf-8") as file:
            file.write(f"{' '.join(line.splitlines())[:_MOST_IN_LINE]}\n")

    try:
        recording, fit = record_training(job, say, show)
    except NoTraining as error:
        ended = find_no_gradient(error.recording)
        if ended is None:
            raise
        return CheckAnswer(diagnosis=_with_ports(ended, error.recording))
    if fit.y is None and "compile" not in fit.error:
        found = examine_untargeted(recording, fit, budget=job.budget, show=say)
        return CheckAnswer(diagnosis=_with_ports(found, recording))
    unpaired = None if fit.y is None else find_unpaired(recording, fit)
    if unpaired is not None:
        return CheckAnswer(diagnosis=_with_ports(unpaired, recording))
    checked = check_outputs(
        recording,
        fit,
        budget=job.budget,
        seed=job.seed,
        arguments=job.arguments,
        has_options=job.kind != "script",
        say=say,
    )
    told = _lines(recording.fits) if job.kind == "script" else ()
    found = _with_ports(replace(checked.diagnosis, fits=told), recording)
    results = replace(checked.study.results, command=job.command, diagnosis=found)
    study = replace(checked.study, results=results)
    run = write_run(Path(job.out), "check", study, settings=_settings(job))[1]
    return CheckAnswer(run=str(run))


def _with_ports(found: Diagnosis, recording: Recording) -> Diagnosis:
    """Hand out the ported script, where no repair of it was proved."""
    found = replace(found, ports=recording.ports)
    if not recording.ports or found.fixed or recording.error:
        return found
    return replace(found, fixed=recording.source)


def _settings(job: CheckJob) -> dict[str, Any]:
    """Return the settings of a check for ``recipe.json``: all that it was asked."""
    elsewhere = ("out", "title", "command", "seed", "parallel")
    evaluated = {name: v for name, v in asdict(job).items() if name not in elsewhere}
    return {"kind": "check", "check": evaluated, "seed": job.seed}


def record_training(
    job: CheckJob, say: Say, show: Say = lambda line: None
) -> tuple[Recording, Fit]:
    """Return the recording of what was done, and the training to examine.

    Parameters
    ----------
    job : CheckJob
    say : callable
        Says what is being done, in place of what was said before.
    show : callable, optional
        Shows a line that stays: what was found in a script.

    Raises
    ------
    ZooError
        Nothing was trained, or the model and the data do not fit each other.
    """
    if job.kind == "script":
        return _record_script(job, say, show)
    from .inputs import of_function, of_model, of_zoo

    make = {"model": of_model, "function": of_function, "zoo": of_zoo}
    return make[job.kind](job, say)


def _record_script(job: CheckJob, say: Say, show: Say) -> tuple[Recording, Fit]:
    from ..diagnosis.record.run_script import run_script
    from .first_contact import FirstContact, files_read

    say("the script runs")
    path = Path(job.name)
    contact = FirstContact(show, files_read(path.resolve().parent))
    recording = run_script(
        path, job.arguments, seconds=job.time_limit, listener=contact
    )
    number = _choose_training(recording, job.number)
    contact.script_ended(recording, number)
    return recording, recording.fits[number]


def _bound_memory() -> None:
    """Let a script that takes too much fail in itself, not the whole machine."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = int(size * _MEMORY_SHARE)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _choose_training(recording: Recording, number: int | None) -> int:
    """Return which training is examined, from 0.

    Raises
    ------
    NoTraining
        The script trained nothing.
    Misuse
        There is no training of that number.
    """
    fits, name = recording.fits, Path(recording.script).name
    if not fits:
        from .first_contact import explain_no_training

        raise NoTraining(f"{name} {explain_no_training(recording)}", recording)
    if number is not None and number > len(fits):
        msg = f"--fit {number}: {name} has {len(fits)} trainings"
        raise Misuse(f"{msg} ({'; '.join(_lines(fits))})")
    return len(fits) - 1 if number is None else number - 1


def _lines(fits: Sequence[Fit]) -> tuple[str, ...]:
    """A line a training: where it is, and its size."""
    return tuple(
        f"{i}: line {fit.place.line if fit.place else '?'}, {count(fit.steps, 'step')}"
        for i, fit in enumerate(fits, start=1)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
