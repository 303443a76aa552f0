"""``zoo runs diff``: what differs between two runs, and what came of each."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from . import options
from .output import as_line

_LEAST = 12
"""Letters of a value that are shown, however narrow the terminal is."""


@click.command("diff", epilog="\b\nExample:\n  zoo runs diff rgb-softmax rgb-sigmoid")
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="OTHER")
@options.out_option
@options.json_option
def diff_command(first: str, second: str, out: Path, as_json: bool) -> None:
    """Show the differences between two runs, and their results.

    RUN and OTHER are a run's folder, its name, a part of it, or `last`. Differences in
    settings, data and versions are shown, and whether the scores are comparable.
    """
    from ...reports.several.compare import compare_facts
    from ...reports.several.runs import read_run
    from ..runs.folder import distinct_runs

    folders = distinct_runs((first, second), out)
    facts = compare_facts([read_run(folder) for folder in folders])
    if as_json:
        click.echo(as_line(differences_dict(facts, folders)))
    else:
        show_differences(facts)


def differences_dict(facts: dict[str, Any], folders: Sequence[Path]) -> dict[str, Any]:
    """The differences as ``--json`` prints them, with the folder of each run."""
    facts_of_data = facts["data"]
    pairs = zip(folders, facts_of_data["runs"], strict=True)
    return facts_of_data | {
        "runs": [{"run": str(folder)} | run for folder, run in pairs]
    }


def show_differences(facts: dict[str, Any]) -> None:
    """Print what came of each run, then what differs, part by part.

    Parameters
    ----------
    facts : dict
        From `learnable.reports.several.compare.compare_facts`.
    """
    for run, came in zip(facts["runs"], facts["outcomes"], strict=True):
        click.echo(f"{_bold(run['mark'])}  {run['name']}  {run['command']}")
        for line in _outcome_lines(came, facts["metric"]):
            click.echo(f"   {line}")
    click.echo(" ".join(filter(None, (facts["comparability"], facts["groups"]))))
    for part in facts["parts"]:
        sentences = filter(None, (part["without"], part["more"], part["equal"]))
        click.echo(f"{_bold(part['title'])}: {' '.join(sentences)}")
        marks = [run["mark"] for run in facts["runs"]]
        for line in _table(part["rows"], marks):
            click.echo(f"  {line}")


def _bold(sentence: str) -> str:
    return click.style(sentence, bold=True)


def _outcome_lines(came: dict[str, Any], metric: str) -> list[str]:
    """Verdicts, causes and scores of one run."""
    verdicts = [f"{v['badge']} ({v['about']})" for v in came["verdicts"]]
    lines = [f"{', '.join(verdicts)}; {came['took']}"]
    marks = ", ".join(f"{mark['name']} {mark['value']}" for mark in came["marks"])
    lines += [f"score: {marks}"] if marks else []
    lines += [f"cause: {cause}" for cause in came["causes"]]
    for score in came["scores"]:
        ends = f" [{score['interval']}]" if score["interval"] else ""
        lines.append(f"{score['name']}: {metric} {score['value']}{ends}")
    return lines


def _table(rows: Sequence[dict[str, Any]], marks: Sequence[str]) -> list[str]:
    """Names and values in columns; values that are too long for them are cut."""
    if not rows:
        return []
    table = [["", *marks], *([row["name"], *row["values"]] for row in rows)]
    first = max(len(line[0]) for line in table)
    room = shutil.get_terminal_size((120, 24)).columns - first - 2
    limit = max(_LEAST, room // len(marks) - 2)
    cut = [[line[0], *(_cut(value, limit) for value in line[1:])] for line in table]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in cut
    ]


def _cut(value: str, limit: int) -> str:
    return value if len(value) <= limit else f"{value[: limit - 1]}…"
