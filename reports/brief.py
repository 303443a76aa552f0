"""An answer in a few lines, for programs that pay for each word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from ..baselines.results.candidates import best_learner, main_metric
from ..baselines.results.diagnosis import Cause, Diagnosis, Location, RuledOut
from ..baselines.results.results import EXIT_CODES, Results
from ..baselines.verdicts.prospect import network_prospect
from . import text
from .next_steps import next_steps

BRIEF_LINES = 8
_MOST_VERDICTS, _MOST_CAUSES = 3, 3
_WIDTH = 300


def brief(results: Results, run: str) -> tuple[str, ...]:
    """Say verdict, causes, best baseline, findings, the next command, and the run.

    Parameters
    ----------
    results : Results
    run : str
        Its folder.

    Returns
    -------
    tuple of str
        `BRIEF_LINES` at most, each on one line.
    """
    found = results.diagnosis
    lines = _check_lines(found) if found is not None else _comparison_lines(results)
    shown = [*list(lines)[: BRIEF_LINES - 2]]
    command = next((step.command for step in next_steps(results) if step.command), "")
    shown += [f"next: {command}"] if command else []
    return tuple(
        text.clean(" ".join(x.split()), _WIDTH) for x in [*shown, f"run: {run}"]
    )


def check_brief(found: Diagnosis) -> tuple[str, ...]:
    """Say the answer on a script of which there is no run, as `brief` does."""
    lines = [*_check_lines(found)][:BRIEF_LINES]
    return tuple(text.clean(" ".join(line.split()), _WIDTH) for line in lines)


def _check_lines(found: Diagnosis) -> Iterator[str]:
    for one in (found, *found.others)[:_MOST_VERDICTS]:
        of = f" of output {one.output}" if one.output else ""
        yield f"{_verdict(one.verdict)}{of}: {one.sentence}"
        for cause in one.causes[:_MOST_CAUSES]:
            where = format_location(cause)
            yield f"{cause.code} {cause.label}{where}: {_repair_line(cause)}"
        untested = [s for s in one.ruled_out if s.state == "untested"]
        if untested:
            labels = (f"{s.code} {s.label}{format_location(s)}" for s in untested)
            yield f"not tested: {'; '.join(labels)}"


def _verdict(name: str) -> str:
    return f"{name} (exit code {EXIT_CODES.get(name, 0)})"


def format_location(cause: Cause | RuledOut) -> str:
    """Write the first lines of a finding, such as ``, train.py:15, 16``; or ""."""
    if not cause.locations:
        return ""
    first: Location = cause.locations[0]
    lines = [at.line for at in cause.locations if at.file == first.file][:3]
    return f", {PurePath(first.file).name}:{', '.join(map(str, lines))}"


def _repair_line(cause: Cause) -> str:
    return f"proved: {cause.repair}" if cause.scores else cause.advice


def _comparison_lines(results: Results) -> Iterator[str]:
    networks = [v for v in results.verdicts if v.about]
    for verdict in (networks or results.verdicts)[:_MOST_VERDICTS]:
        of = f" of {verdict.about}" if verdict.about else ""
        yield f"{_verdict(verdict.name)}{of}: {verdict.sentence}"
    best, prospect = best_learner(results.rows), network_prospect(results)
    if best is not None:
        label, key = main_metric(best)
        yield f"best baseline: {best.name}, {label} {best.scores[key].mean:.3f}"
    if prospect is not None:
        yield f"network worth trying: {prospect.sentence}"
    grave = [f for f in results.findings if f.severity != "note"]
    if grave:
        yield f"findings: {', '.join(f'{f.code} {f.label}' for f in grave)}"
