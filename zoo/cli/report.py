"""``zoo report``: the page of one run again, or one that compares several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options

if TYPE_CHECKING:
    from .report_writer import Reported

from ..runs.folder import check_no_link, distinct_runs

_FORMATS = ("html", "md", "json")
STANDARD_OUTPUT = Path("-")


@click.command(
    "report",
    epilog="\b\nExamples:\n"
    "  zoo report last\n"
    "  zoo report last --format md --to -\n"
    "  zoo report rgb-softmax rgb-sigmoid --charts charts\n"
    "  zoo report --index",
)
@click.argument("runs", nargs=-1, metavar="RUN...")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="html",
    show_default=True,
    help="HTML page, Markdown for a terminal or a pull request, or results as JSON.",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write the report to; - is standard output.",
)
@click.option(
    "--charts",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also write each chart as SVG and PNG into this folder.",
)
@click.option(
    "--index",
    "of_all",
    is_flag=True,
    help="Write index.html, a page of all runs, into their folder.",
)
@click.option(
    "--serve",
    "served",
    is_flag=True,
    help="Serve that page and the reports on localhost, with live updates of running "
    "trainings. Ctrl-C stops it.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    metavar="N",
    help="Port of --serve (default: a free one).",
)
@options.out_option
@options.json_option
@options.quiet_option
def report_command(
    runs: tuple[str, ...],
    form: str,
    to: Path | None,
    charts: Path | None,
    of_all: bool,
    served: bool,
    port: int,
    out: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write the report of a run, or a comparison of 2 to 8 runs.

    RUN is a run's folder, its name, a part of it, or `last`. The report is made from
    results.json alone and written to the run's folder as report.html or report.md, a
    comparison to the folder of the runs as compare-.... JSON goes to standard output
    unless --to names a file.
    """
    from .output import as_line
    from .report_writer import save_charts, write_report_page

    if _report_all_runs(runs, of_all, served, out, port):
        return
    to = STANDARD_OUTPUT if form == "json" and to is None else to
    if as_json and to == STANDARD_OUTPUT:
        from ...data.errors import Misuse

        msg = "--json cannot be combined with a report on standard output"
        raise Misuse(f"{msg}; omit --json, or write the report to a file with --to")
    made = _make_report(runs, out)
    path = to or made.stem.with_name(f"{made.stem.name}.{form}")
    drawn = save_charts(made, charts) if charts else []
    if path == STANDARD_OUTPUT:
        text = made.text(form)
        click.echo(text, nl=not text.endswith("\n"))
    else:
        if to is None:
            check_no_link(made.stem.parent)
        write_report_page(path, made.text(form), made.stem.parent)
        if as_json:
            facts = {"report": str(path), "charts": [str(chart) for chart in drawn]}
            click.echo(as_line(made.told | facts))
        else:
            made.show(path, quiet)
    if charts and not as_json:
        names = ", ".join(chart.name for chart in drawn) or "none"
        click.echo(f"charts: {names} in {charts}", err=path == STANDARD_OUTPUT)


def _report_all_runs(
    runs: Sequence[str], of_all: bool, served: bool, out: Path, port: int
) -> bool:
    """Write or serve the page over all runs, if it is asked for.

    Raises
    ------
    Misuse
        Runs are named beside it, or neither they nor it.
    """
    from ...data.errors import Misuse
    from ..runs.index import write_index

    if bool(runs) + of_all + served != 1:
        msg = "give runs, --index or --serve, and only one of these"
        raise Misuse(f"{msg}; `zoo runs` lists the runs")
    if of_all:
        click.echo(f"index: {write_index(out)}")
    if served:
        serve(out, port=port)
    return of_all or served


def serve(out: Path, *, port: int = 0) -> None:
    """Serve the index of the runs, their pages and files, until Ctrl-C.

    Parameters and errors are those of `learnable.zoo.runs.serve.make_server`.
    """
    from ..runs.serve import HOST, make_server

    with make_server(out, port) as server:
        address = f"http://{HOST}:{server.server_address[1]}/"
        try:
            click.echo(f"Serving {out} at {address} (Ctrl-C stops it)")
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("\nStopped.", err=True)


def _make_report(names: Sequence[str], out: Path) -> Reported:
    """Return the report to write, of one run or of several."""
    from .report_writer import comparison_page, of_one

    folders = distinct_runs(names, out)
    return of_one(folders[0]) if len(folders) == 1 else comparison_page(folders, out)
