"""``zoo sweep``."""

from __future__ import annotations

from pathlib import Path

import click

from . import options


@click.command(
    "sweep",
    epilog="\b\nExamples:\n"
    "  zoo sweep one-hidden --set data.name=iris --vary hidden=[4],[16]\n"
    "  zoo sweep runs/NAME/recipe.json --vary optimizer.learning_rate=1e-4..1e-1 "
    "--random 8",
)
@click.argument("source", metavar="MODEL|FILE")
@click.option(
    "--vary",
    "variations",
    multiple=True,
    required=True,
    metavar="NAME=VALUES",
    help="A setting of the recipe and its values: dropout=0,0.2,0.5. With --random "
    "also a range: optimizer.learning_rate=1e-4..1e-1 (evenly over its logarithm).",
)
@click.option(
    "--random",
    "draws",
    type=click.IntRange(1),
    metavar="N",
    help="Draw N recipes instead of taking all of the grid.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a setting of all of them, as in zoo train.",
)
@options.jobs_option
@options.out_option
@options.json_option
@options.quiet_option
@options.gate_option
@options.mlflow_option
def sweep_command(
    source: str,
    variations: tuple[str, ...],
    draws: int | None,
    changes: tuple[str, ...],
    jobs: int | None,
    out: Path,
    as_json: bool,
    quiet: bool,
    gate: bool,
    mlflow: str | None,
) -> None:
    """Score a recipe with several values of its settings, beside the baselines.

    MODEL's own recipe, or the FILE of an experiment such as the recipe.json of a run.
    All networks and the baselines, which run once, are scored on the same folds; the
    run is one report. Of many recipes the best looks better than it is: the p-values
    of its comparisons are corrected for the number of pairs, its score is not.
    """
    from ..experiments.grid import sweep
    from ..experiments.run import RunOptions
    from .output import shown

    how = RunOptions(out, jobs, quiet, mlflow=mlflow)
    run = sweep(source, variations, draws, changes, how)
    shown(run, how, as_json=as_json, gate=gate)
