"""Repaired scripts: written, and run in processes of their own, from both sides.

`repair_script` writes the repairs into a script. `Rerunner` starts processes, hears
them and ends them; `main` is what runs there. The imports stand at the top: a process
that is made ready has done them, which takes seconds, when its job comes; and the
process that asks has examined a training, and so has them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...data.errors import BadData, ZooError
from ..diagnosis.ports.notebook import SUFFIX
from ..diagnosis.problem.context import repaired
from ..diagnosis.problem.from_model import split_outputs
from ..diagnosis.problem.task import training_task
from ..diagnosis.record.arrays import whole_fit
from ..diagnosis.record.recording import Recording
from ..diagnosis.record.run_script import run_script
from ..diagnosis.record.source_locations import one_line_error
from ..diagnosis.search.causes import FAILING
from ..diagnosis.search.reference import trained_score
from .jobs import ANSWER, JOB, RerunAnswer, RerunJob, read_answer, read_job, write_facts
from .supervised import REST, Supervised

if TYPE_CHECKING:
    from ..diagnosis.codemod.edits import Edit
    from ..diagnosis.problem.context import Repair
    from ..diagnosis.problem.training_setup import Setup
    from ..diagnosis.record.recording import Fit, Recording
    from .answer import CheckEvidence


@dataclass(frozen=True)
class RepairedScript:
    """A repaired script, its difference from the script, and what came of running it.

    ``failed`` says in one line why it did not run to its end; "" if it did.
    ``snippet`` is the repaired network as code, where the script cannot be changed;
    ``is_tuned`` whether what makes the repaired network better still is written too.
    """

    fixed: str = ""
    diff: str = ""
    failed: str = ""
    snippet: str = ""
    is_tuned: bool = True


def repair_script(
    recording: Recording,
    fit: Fit,
    setup: Setup,
    evidence: CheckEvidence,
    arguments: Sequence[str],
    rerunner: Rerunner,
    *,
    seconds: float,
) -> RepairedScript:
    """Write the repairs of all causes into the script, and run it.

    Parameters
    ----------
    recording, fit, setup
        Of the script as it is.
    evidence : CheckEvidence
        With the causes; where there are none, with a plain network, or without.
    arguments : sequence of str
        Its command line.
    rerunner : Rerunner
    seconds : float
        It is stopped after them; no further way of writing the repairs is tried then.
    """
    from ..diagnosis.codemod.apply import difference
    from ..diagnosis.codemod.model_to_code import as_code

    repairs = [cause.proposal.repair for cause in evidence.inquiry.causes]
    repairs += evidence.data_repairs
    if not repairs:
        plain = evidence.reference
        return RepairedScript(
            snippet="" if plain is None else as_code(plain.model) or ""
        )
    script, failed, diff = Path(recording.script), "", ""
    tuned = [*repairs, *evidence.inquiry.tuned]
    whole = whole_fit(recording, fit)
    same = (i for i, f in enumerate(recording.fits) if f is whole)
    job = RerunJob(
        script=str(script.resolve()),
        arguments=(*arguments,),
        seconds=seconds,
        fit=next(same, 0),
        output=fit.output,
    )
    output, latest = fit.output, time.monotonic() + seconds
    more = [(edits, True) for edits in _ways(setup, tuned, output)]
    less = ((edits, False) for edits in _ways(setup, repairs, output))
    for edits, is_tuned in (*more, *less):
        source, fixed = _written(recording, fit, edits)
        if fixed is None or (diff and time.monotonic() > latest):
            continue
        here = difference(source, fixed, name=script.name)
        why = rerunner.run(fixed, job, least=FAILING * evidence.expected_score)
        if not why:
            return RepairedScript(fixed, here, is_tuned=is_tuned)
        diff, failed = diff or here, failed or why
    return RepairedScript(
        "", diff, failed, as_code(repaired(setup, repairs).model) or ""
    )


def _ways(
    setup: Setup, repairs: Sequence[Repair], output: str
) -> Iterator[tuple[Edit, ...]]:
    """The edits of each repair; else the network anew and what is not in its layers.

    Of a network with several outputs neither may change the others'.
    """
    from ..diagnosis.codemod.edits import (
        FeedFrom,
        InsertLayer,
        SetArgument,
        Statement,
        affects_all_outputs,
    )
    from ..diagnosis.codemod.model_to_code import as_code

    known = [edit for repair in repairs for edit in repair.edits or ()]
    if output and any(map(affects_all_outputs, known)):
        return
    if all(repair.edits is not None for repair in repairs):
        yield tuple(known)
    if output:
        return  # the network, written anew, would have this output only
    untold = (repair for repair in repairs if repair.edits is None)
    if any(repair.apply(setup).model is setup.model for repair in untold):
        return  # the network, written anew, would leave it out
    code = as_code(repaired(setup, repairs).model, name="network")
    if code is None:
        return
    around = [
        edit
        for edit in known
        if not isinstance(edit, FeedFrom | InsertLayer)
        and not (isinstance(edit, Statement) and "{model}" in edit.code)
        and not (isinstance(edit, SetArgument) and edit.call == "layer")
    ]
    # in a function, whose names are not those of the script
    body = textwrap.indent(f"{code.rstrip()}\nreturn network", "    ")
    text = f"def repaired_network():\n{body}\n\n\n{{model}} = repaired_network()"
    yield (Statement(text), *around)


def _written(
    recording: Recording, fit: Fit, edits: Sequence[Edit]
) -> tuple[str, str | None]:
    """The script's source, and that with the edits; None where they have no place.

    The edits are made in what ran, whose old spellings are ported.
    """
    from ..diagnosis.codemod.apply import apply_edits

    script = Path(recording.script)
    if fit.place is None or not script.is_file():
        return "", None
    source = script.read_text("utf-8", errors="replace")
    ran = recording.source or source
    source = ran if script.suffix == SUFFIX else source
    return source, apply_edits(ran, edits, fit=fit.place, compiled=fit.compiled)


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
            _write_job(folder, fixed, job)
            answer, latest = folder / ANSWER, time.monotonic() + job.seconds + GRACE
            while child.is_busy(answer) and time.monotonic() < latest:
                time.sleep(_PAUSE)
            is_stopped, wrong = child.returncode is None, _find_problem(folder, least)
            if wrong is not None:
                child.close(grace=REST)
        if wrong is not None:
            return wrong
        if is_stopped:
            return f"it took more than {job.seconds:g} s"
        return (child.output.splitlines() or ["no message"])[-1][:_MOST_SHOWN]


def _write_job(folder: Path, fixed: str, job: RerunJob) -> None:
    """Write what a process waits for; the job, which it looks for, comes last."""
    (folder / _FIXED).write_text(fixed, "utf-8")
    write_facts(folder / JOB, job)


def _find_problem(folder: Path, least: float) -> str | None:
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
        answer = RerunAnswer(error=one_line_error(error))
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
    parts = split_outputs(recording.fits[job.fit])
    fit = next((part for part in parts if part.output == job.output), parts[0])
    try:
        return trained_score(fit, training_task(fit))
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
