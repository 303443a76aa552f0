"""Reports of one run or of several: a page, Markdown, JSON, charts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ...baselines.results.results import Results
from ...data.disk import write_whole
from ...data.errors import Misuse
from ...reports import Report
from ...reports.figures import chart_files, figures, slug, write_charts
from ...reports.several.compare import compare_facts
from ...reports.several.runs import read_run
from ..run_files import RESULTS
from . import output
from .output import as_line
from .runs_diff import differences_dict, show_differences


@dataclass(frozen=True)
class Reported:
    """A report that is made when it is asked for.

    ``told`` is what ``--json`` prints, ``stem`` where it is written without an ending;
    ``show`` tells a person of it, given its path and whether to be quiet.
    """

    told: dict[str, Any]
    stem: Path
    html: Callable[[], str]
    markdown: Callable[[], str]
    charts: Callable[[], dict[str, str]]
    show: Callable[[Path, bool], None]

    def text(self, form: str) -> str:
        """The report in one of the formats."""
        if form == "json":
            page = self.stem.with_name(f"{self.stem.name}.html")
            facts = {"report": str(page) if page.exists() else None}
            return as_line(self.told | facts) + "\n"
        return self.markdown() if form == "md" else self.html()


def of_one(folder: Path) -> Reported:
    """The report of a run, from its ``results.json`` alone."""
    from ...reports.markdown import to_markdown

    results = Results.load(folder / RESULTS)
    report = Report(results)

    def show(path: Path, quiet: bool) -> None:
        if results.diagnosis:  # a checked script has its answer there
            output.show_answer(results.diagnosis)
        output.show_results(results, folder, form="text", quiet=quiet, report=path)

    return Reported(
        told=results.to_dict() | {"run": str(folder)},
        stem=folder / "report",
        html=report.html,
        markdown=lambda: to_markdown(report.facts),
        charts=lambda: chart_files(report.facts, figures(report.facts)),
        show=show,
    )


def comparison_page(folders: Sequence[Path], out: Path) -> Reported:
    """The comparison of several runs."""
    from ...reports.html import compared_html
    from ...reports.markdown import compared_markdown
    from ...reports.several.compare import comparison_charts

    facts = compare_facts([read_run(folder) for folder in folders])

    def show(path: Path, quiet: bool) -> None:
        if not quiet:
            show_differences(facts)
        click.echo(output.strip_control_characters(f"report: {path}"))

    return Reported(
        told=differences_dict(facts, folders),
        stem=out / f"compare-{'-'.join(map(_short_name, folders))}",
        html=lambda: compared_html(facts),
        markdown=lambda: compared_markdown(facts),
        charts=lambda: chart_files(facts, comparison_charts(facts)),
        show=show,
    )


def _short_name(folder: Path) -> str:
    """The last four digits of a run's name; of another folder, its first letters."""
    name = folder.resolve().name
    ending = re.search(r"-([0-9a-f]{4})$", name)
    return ending[1] if ending else slug(name)[:12].strip("-")


def write_report_page(path: Path, text: str, home: Path) -> None:
    """Write a report whole; its own folder ``home`` is made if need be.

    Raises
    ------
    Misuse
        The file cannot be written there.
    """
    try:
        if path.parent == home:
            home.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        msg = f"cannot write {str(path)!r}: {error.strerror}"
        raise Misuse(f"{msg}. Choose another file with --to.") from error


def save_charts(made: Reported, folder: Path) -> list[Path]:
    """Write the charts of a report into a folder.

    Raises
    ------
    Misuse
        The folder cannot be made or written to.
    """
    try:
        return write_charts(folder, made.charts())
    except OSError as error:
        msg = f"cannot write charts to {str(folder)!r}: {error.strerror}"
        raise Misuse(f"{msg}. Choose another folder with --charts.") from error
