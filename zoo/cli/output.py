"""Output for a person: tables on standard error, answers on standard output."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Diagnosis
    from ...baselines.results.findings import Finding
    from ...baselines.results.results import Results
    from ...data.column_summary import DataSummary

from ...data.counts import count, count_of
from ...data.errors import Misuse, ZooError
from ..console import PLAIN_WIDTH, console, json_line, strip_control_characters
from ..faults import fault
from ..results_table import show_table
from .options import AnswerForm

if TYPE_CHECKING:
    from ..experiments.run import Run, RunOptions


def show_results(
    results: Results,
    run: Path,
    *,
    form: AnswerForm,
    quiet: bool,
    report: Path | None = None,
) -> None:
    """The table, the verdicts and the report's path; or all of it in another form."""
    if not quiet:
        for note in _notes(results):
            console().print(strip_control_characters(f"note: {note}"), markup=False)
        show_table(results)
        show_networks(results)
    report = report or run / "report.html"
    if form != "text":
        facts = results.to_dict() | {"run": str(run), "report": str(report)}
        show_form(results, run, form, facts)
        return
    show_verdicts(results)
    show_achievable_score(results)
    show_findings(results)
    click.echo(strip_control_characters(f"report: {report}"))


def show_form(
    results: Results, run: Path, form: AnswerForm, facts: dict[str, Any]
) -> None:
    """Print an answer for programs; nothing else is on standard output.

    Parameters
    ----------
    results : Results
    run : Path
        Its folder.
    form : AnswerForm
        Any but ``"text"``.
    facts : dict
        Of the answer as JSON, without what to do next.
    """
    if form == "json":
        click.echo(json_line(facts | outlook(results)))
    elif form == "brief":
        from ...reports.brief import brief

        for line in brief(results, str(run)):
            click.echo(line)
    elif form != "text":
        from ...reports.ci import ci_document

        click.echo(as_text(ci_document(results, form)))


def outlook(results: Results) -> dict[str, Any]:
    """Return whether a network is worth trying, and what to do next, as JSON has it."""
    from ...baselines.verdicts.prospect import network_prospect
    from ...reports.next_steps import next_steps

    found = network_prospect(results) if results.diagnosis is None else None
    return {
        "prospect": None if found is None else asdict(found),
        "next": [asdict(step) for step in next_steps(results)],
    }


@contextmanager
def documented(form: AnswerForm, file: str = "") -> Iterator[None]:
    """Print a document also where the command cannot answer, for what reads it.

    Parameters
    ----------
    form : AnswerForm
    file : str, optional
        What was to be examined.
    """
    try:
        yield
    except ZooError as error:
        from ...reports.ci import CI_FORMATS, error_document

        if form in CI_FORMATS and error.exit_code == ZooError.exit_code:
            click.echo(as_text(error_document(form, str(error), file)))
        raise


def as_text(document: str) -> str:
    """A text that can be written as UTF-8, whatever names of files stand in it."""
    return document.encode("utf-8", "backslashreplace").decode("utf-8")


@contextmanager
def output_file(path: Path, *, option: str) -> Iterator[None]:
    """Make the folder of a file that the user asked for; the block writes the file.

    Raises
    ------
    Misuse
        The file cannot be written there; ``option`` is the one that chose it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        msg = f"cannot write {str(path)!r}: {error.strerror}"
        raise Misuse(f"{msg}. Choose another file with {option}.") from error


def show_contradictions(results: Results) -> None:
    """Print one line on standard error where a run's statements deny each other.

    That is a fault of ours; the answer is given all the same.
    """
    from ...baselines.contradictions import contradictions

    context = click.get_current_context(silent=True)
    options = None
    if context is not None:
        params = context.command.params
        options = {name for p in params for name in (*p.opts, *p.secondary_opts)}
    try:
        found = contradictions(results, options)
    except Exception as error:  # whatever it is, the answer stands
        click.echo(
            strip_control_characters(f"{fault(error)}; please report it"), err=True
        )
        return
    if found:
        first, *others = found
        more = f" (and {len(others)} more)" if others else ""
        sentence = f"a fault of zoo: the results contradict themselves: {first}{more}"
        click.echo(
            strip_control_characters(f"{sentence}; please report it with results.json"),
            err=True,
        )


def _notes(results: Results) -> list[str]:
    """The notes that do not stand below the table of columns."""
    summary = results.about.understood
    shown = {
        f"column {column.name!r}: {note}"
        for column in (summary.columns if summary else ())
        for note in column.notes
    }
    return [note for note in results.about.notes if note not in shown]


def show_summary(found: DataSummary, page: Path | None) -> None:
    """The table of columns, the notes and the path of the page."""
    width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns
    for line in found.lines(width):
        click.echo(line)
    for note in found.notes:
        click.echo(strip_control_characters(f"note: {note}"))
    if page:
        click.echo(strip_control_characters(f"report: {page}"))


def show_answer(diagnosis: Diagnosis) -> None:
    """The answer on a script or network that was checked."""
    from ...reports.text import clean

    click.echo(clean(diagnosis, sys.maxsize))


def show_verdicts(results: Results) -> None:
    """Each network's verdict, or the data's if there is none; pairs, noise of seeds."""
    from ...baselines.verdicts.prospect import network_prospect

    networks = [v for v in results.verdicts if v.about]
    for verdict in networks or results.verdicts:
        about = f"{verdict.about}: " if len(networks) > 1 else ""
        head = strip_control_characters(about) + click.style(
            strip_control_characters(verdict.name), bold=True
        )
        click.echo(f"{head}. {strip_control_characters(verdict.sentence)}")
        if verdict.suspicion:
            click.echo(strip_control_characters(f"  Beside this: {verdict.suspicion}"))
        click.echo(
            strip_control_characters(f"  What would change this: {verdict.change}")
        )
    prospect = network_prospect(results)
    if prospect is not None and results.diagnosis is None:
        click.echo(
            strip_control_characters(
                f"  Is a network worth trying? {prospect.sentence}"
            )
        )
    for pair in results.pairs:
        click.echo(strip_control_characters(pair.sentence))
    trained = {row.name for row in results.rows if row.kind == "network"}
    for noise in results.noise:
        if noise.candidate in trained:
            click.echo(strip_control_characters(noise.sentence))


def show_achievable_score(results: Results) -> None:
    """Print how far anyone can get, and what more rows promise, a line each."""
    # what only the best candidate bounds stands in the table already
    if results.ceiling and results.ceiling.basis != "candidate":
        click.echo(strip_control_characters(results.ceiling.sentence))
    lines = results.curve.lines if results.curve else ()
    for i, line in enumerate(lines):
        if i == 0 or line.kind == "network":
            click.echo(strip_control_characters(line.sentence))


def show_findings(results: Results) -> None:
    """Print what is wrong with the data, a line each, and notes by their names."""
    grave = [f for f in results.findings if f.severity != "note"]
    notes = [f"{f.code} {f.label}" for f in results.findings if f.severity == "note"]
    for finding in grave:
        code = click.style(strip_control_characters(finding.code), bold=True)
        sentence = strip_control_characters(
            f"{finding.label}. {finding.sentence}{_rows(finding)}"
        )
        click.echo(f"{code} {sentence}")
        click.echo(strip_control_characters(f"  What to do: {finding.advice}"))
    if notes:
        named = strip_control_characters(", ".join(dict.fromkeys(notes)))
        click.echo(f"Notes on the data: {named} (`zoo explain CODE`).")


def _rows(finding: Finding) -> str:
    """The first rows by their numbers, where a finding is of rows alone."""
    if not finding.rows or finding.columns:
        return ""
    more = finding.n_rows - len(finding.rows)
    rest = f" and {more:,} more (findings.csv)" if more else ""
    return f" Rows {', '.join(map(str, finding.rows))}{rest}."


_REACH = "seed reaches", "seeds reach"


def show_networks(results: Results) -> None:
    """Print what there is to say of the networks beside their scores, a line each."""
    for network in results.networks:
        unused = [
            f"{layer.name} ({' x '.join(map(str, layer.shape))})"
            for layer in network.layers
            if not layer.used
        ]
        notes = [network.note] if network.note else []
        if unused:
            names = ", ".join(unused)
            layers = count(len(unused), "layer reaches", "layers reach")
            notes.append(f"{layers} no output: {names}.")
        if network.tries:
            tries = network.tries
            notes.append(
                f"{count_of(tries.reached, len(tries.losses), *_REACH)} a loss below "
                f"{tries.goal:g}."
            )
        if network.sample:
            notes.append(
                f"Generated text: {' '.join(network.sample.text.split())[:200]} ..."
            )
        for line in notes:
            console().print(
                strip_control_characters(f"{network.name}: {line}"), markup=False
            )


def _exit_code(results: Results) -> int:
    """The code of the first network's verdict that is not 0; or that of the data."""
    from ...baselines.results.results import EXIT_CODES

    networks = [v for v in results.verdicts if v.about]
    codes = [EXIT_CODES[v.name] for v in networks or results.verdicts]
    return next((code for code in codes if code), 0)


def show_experiment(
    run: Run, options: RunOptions, *, form: AnswerForm, gate: bool = False
) -> None:
    """Print what came of an experiment; with ``gate`` exit with the verdict's code.

    Raises
    ------
    ZooError
        The run could not be written to MLflow.
    """
    from ..experiments.run import tracked

    show_results(run.results, run.folder, form=form, quiet=options.quiet)
    show_contradictions(run.results)
    tracked(run, options)
    if gate:
        raise SystemExit(_exit_code(run.results))


def as_line(facts: dict[str, Any]) -> str:
    """JSON on one line; what is no character at all is written as ``\\\\ud...``."""
    line = json_line(facts)
    return line.encode("utf-8", "backslashreplace").decode("utf-8")
