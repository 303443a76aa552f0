"""``zoo look``: how the columns of data are read, before anything is computed."""

from __future__ import annotations

from pathlib import Path

import click

from ...data.disk import write_whole
from . import options
from .output import output_file


@click.command(
    "look",
    epilog="\b\nExamples:\n"
    "  zoo look people.csv\n"
    "  zoo look people.csv --target income --to look.html",
)
@click.argument("data", metavar="NAME|FILE")
@options.reading_options
@click.option("--all", "every", is_flag=True, help="All columns, not the first 10.")
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write a page with a histogram of each column.",
)
@options.json_option
def look_command(
    data: str,
    target: str | None,
    task: str | None,
    drop: tuple[str, ...],
    group: str | None,
    season: int | None,
    horizon: int | None,
    series: str | None,
    header: bool | None,
    missing: tuple[str, ...],
    drop_rows: str,
    every: bool,
    to: Path | None,
    as_json: bool,
) -> None:
    """Show how each column of a dataset is read.

    Nothing is computed. Of a large CSV or Parquet file a sample is looked at, and a
    note says so.
    """
    from dataclasses import asdict

    from ...data import summarize_reading
    from ...data.column_summary import MOST_SHOWN
    from .output import as_line, show_summary

    found = summarize_reading(
        data,
        target=target,
        task=task,
        drop=drop,
        group=group,
        header=header,
        season=season,
        horizon=horizon,
        series=series,
        missing=missing,
        drop_rows=drop_rows,
        most=None if every else MOST_SHOWN,
    )
    if to:
        from ...reports.html import look_html

        with output_file(to, option="--to"):
            write_whole(to, look_html(found))
    if as_json:
        click.echo(as_line(asdict(found) | {"report": str(to) if to else None}))
        return
    show_summary(found, to)
