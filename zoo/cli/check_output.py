"""The answer of ``zoo check`` as text and as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...baselines.results.diagnosis import STATES
from ...data.disk import write_whole
from ...data.errors import Misuse
from ...reports.text import clean
from ..check.jobs import UNTRAINED
from ..console import console, json_line, strip_control_characters
from .options import AnswerForm
from .output import as_text, output_file

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Cause, Diagnosis
    from ...baselines.results.results import Results
    from ...reports.ci import Origin
    from ..check.jobs import CheckJob


def as_facts(results: Results, run: Path) -> dict[str, Any]:
    """Return the facts that ``--json`` prints."""
    facts = results.to_dict()
    return _diagnosis_dict(facts["diagnosis"]) | {
        "findings": facts["findings"],
        "data": facts["verdicts"][-1],
        "run": str(run),
        "report": str(run / "report.html"),
    }


def _diagnosis_dict(found: dict[str, Any]) -> dict[str, Any]:
    """A diagnosis, whose score with all repairs is called ``all``."""
    causes = [
        {("all" if key == "together" else key): value for key, value in cause.items()}
        for cause in found["causes"]
    ]
    return found | {
        "causes": causes,
        "others": [_diagnosis_dict(o) for o in found["others"]],
    }


def show(results: Results, run: Path, *, wrote: Path | None) -> None:
    """Verdict, sides, causes, what was ruled out, and the report's path."""
    found = results.diagnosis
    assert found is not None
    _show_found(found)
    _show_script(found, wrote)
    _say(f"report: {run / 'report.html'}")


def _show_found(found: Diagnosis) -> None:
    of = f"output {found.output!r}: " if found.output else ""
    verdict = click.style(strip_control_characters(found.verdict), bold=True)
    click.echo(
        f"{strip_control_characters(of)}{verdict}. "
        f"{strip_control_characters(found.headline)}"
    )
    _say(f"  {found.sentence}")
    for cause in found.causes:
        _show_cause(cause)
    if found.tuned:
        _say(found.further)
    _show_suspicions(found)
    for sign in found.symptoms:
        _say(f"Seen: {sign.sentence}")
    _say(f"  What would change this: {found.change}")
    for other in found.others:
        click.echo(clean(other.summary, sys.maxsize))


def _show_script(found: Diagnosis, wrote: Path | None) -> None:
    """Print what was written, or the changes to the script."""
    if wrote is not None:
        _say(f"{describe_written_script(found)}: {wrote}")
    elif found.diff:
        if found.failed:
            _say(f"The changed script was run, and failed: {found.failed}")
            _say("Its changes, to be completed by hand:")
        click.echo(clean(found.diff, sys.maxsize), nl=False)


def describe_written_script(found: Diagnosis) -> str:
    """Return what a written script is: one without a difference has no repair.

    The difference of a repaired script that failed stands beside a ported one.
    """
    is_repaired = found.diff and not found.failed
    return "repaired" if is_repaired else "ported, with no repairs"


def _say(line: str) -> None:
    """Print a line in which names of somebody's layers may stand."""
    click.echo(strip_control_characters(line))


def _show_cause(cause: Cause, *, at: str = "") -> None:
    code = click.style(strip_control_characters(cause.code), bold=True)
    click.echo(
        f"{code} {strip_control_characters(f'{cause.label}{at}. {cause.sentence}')}"
    )
    if cause.repair and cause.original_score is not None:
        _say(
            f"  Proved: {cause.repair}. Score {cause.original_score:z.2f} without "
            f"repairs, {cause.alone:z.2f} with this one, {cause.together:z.2f} "
            "with all."
        )
    if cause.definition:
        _say(f"  {cause.definition}")
    _say(f"  What to do: {cause.advice}")


def _show_suspicions(found: Diagnosis) -> None:
    for suspicion in found.ruled_out:
        if suspicion.state == "alternative":
            _say(f"  Alternative: {suspicion.repair} ({suspicion.label}).")
    for state in STATES:
        if state != "alternative" and (line := found.list_labels(state)):
            _say(line)
    for line in found.untestable_findings:
        _say(line)


def write_fixed(found: Diagnosis, path: Path) -> bool:
    """Write the repaired script whole; where that cannot be, say why, and go on."""
    why = "no cause was found" if not found.causes else "the report has the code"
    if found.causes and not found.snippet and not found.diff:
        why = "the change is named above, and not written"
    if found.fixed:
        try:
            with output_file(path, option="--write"):
                write_whole(path, found.fixed)
            return True
        except Misuse as error:  # the answer is worth minutes, and still to be printed
            why = str(error)
    if found.failed:
        why = f"with these changes: {found.failed}"
    message = strip_control_characters(f"no repaired script for {path}: {why}")
    console().print(message, markup=False)
    return False


_NOT_TESTED = (
    "Not tested: what only a training shows (learning rate, epochs, gradients), the "
    "data, and evaluated rows."
)


def show_fast(
    lines: Sequence[str], found: Diagnosis, job: CheckJob, form: AnswerForm
) -> None:
    """Print what a script holds and what rules say of it; nothing was trained.

    Parameters
    ----------
    lines : sequence of str
        What it holds.
    found : Diagnosis
    job : CheckJob
    form : AnswerForm
    """
    if form != "text":
        _show_without_run(found, job, form, lines=lines)
        return
    for line in lines:
        click.echo(strip_control_characters(line))
    _show_fast(found)


def show_untargeted(
    found: Diagnosis, job: CheckJob, form: AnswerForm, *, write: Path | None
) -> None:
    """Print the answer on a training without targets, of which there is no run.

    Parameters
    ----------
    found : Diagnosis
    job : CheckJob
    form : AnswerForm
    write : Path, optional
        File for a ported script.
    """
    wrote = write is not None and write_fixed(found, write)
    if form != "text":
        _show_without_run(found, job, form)
        return
    _show_found(found)
    _show_script(found, write if wrote else None)


def _show_without_run(
    found: Diagnosis, job: CheckJob, form: AnswerForm, *, lines: Sequence[str] = ()
) -> None:
    from ...baselines.results.results import finite

    if form == "json":
        facts = finite(asdict(found))
        click.echo(json_line(_diagnosis_dict(facts) | {"lines": [*lines]}))
    elif form == "brief":
        from ...reports.brief import check_brief

        for line in check_brief(found):
            click.echo(line)
    elif form != "text":  # which the callers show
        from ...reports.ci import check_document

        click.echo(as_text(check_document(found, _origin(found, job), form)))


def _show_fast(found: Diagnosis) -> None:
    from ...reports.brief import format_location

    for one in (found, *found.others):
        of = f"output {one.output!r}: " if one.output else ""
        verdict = click.style(strip_control_characters(one.verdict), bold=True)
        click.echo(
            f"{strip_control_characters(of)}{verdict}. "
            f"{strip_control_characters(f'{one.headline} {one.sentence}')}"
        )
        for cause in one.causes:
            _show_cause(cause, at=format_location(cause))
        for finding in one.ruled_out:
            kind = "Possible" if finding.reason == UNTRAINED else "Beside this"
            named = f"{finding.code} {finding.label}{format_location(finding)}"
            _say(f"{kind}: {named}. {finding.sentence}")
    _say(_NOT_TESTED)
    _say(f"  `zoo check {Path(found.script).name}` tests these, in trainings.")


def _origin(found: Diagnosis, job: CheckJob) -> Origin:
    """Return the origin of an answer without a run."""
    made = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    from ...reports.ci import Origin

    name = Path(found.script).name
    return Origin(name, job.command, made, 0.0, {"learnable": version("learnable")})
