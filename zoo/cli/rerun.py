"""``zoo rerun``: a run repeated, and what came of it beside what had come of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..console import json_line, strip_control_characters
from . import options

if TYPE_CHECKING:
    from ..experiments.rerun import Rerun


@click.command("rerun", epilog="\b\nExample:\n  zoo rerun last")
@click.argument("run")
@options.jobs_option
@options.out_option
@options.json_option
@options.quiet_option
def rerun_command(
    run: str, jobs: int | None, out: Path, as_json: bool, quiet: bool
) -> None:
    """Repeat a run, and compare the results.

    The results are identical to the bit, within the noise of seeds, or different. To
    measure that noise, a run with one seed is also trained from other seeds. Versions
    that differ are listed. RUN is a run's folder, its name, a part of it, or `last`.
    The exit code is 1 if the results are different.
    """
    from ..experiments.rerun import rerun
    from ..experiments.run import RunOptions

    again = rerun(run, RunOptions(out, jobs, quiet))
    if as_json:
        click.echo(json_line(again.to_dict()))
    else:
        _show(again)
    if again.outcome == "different":
        raise SystemExit(1)


def _show(again: Rerun) -> None:
    click.echo(f"{click.style(again.outcome, bold=True)}. {again.sentence}")
    for line in again.lines:
        click.echo(strip_control_characters(f"  {line}"))
    click.echo(strip_control_characters(f"versions: {again.versions or 'unchanged'}"))
    click.echo(
        strip_control_characters(
            f"{Path(again.repeats).name} was repeated as {again.run}"
        )
    )
