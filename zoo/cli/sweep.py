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
    help="A setting of the recipe and its values, such as dropout=0,0.2,0.5. With "
    "--random also a range, such as optimizer.learning_rate=1e-4..1e-1 (sampled "
    "uniformly on the logarithm).",
)
@click.option(
    "--random",
    "draws",
    type=click.IntRange(1),
    metavar="N",
    help="Draw N recipes at random instead of using the whole grid.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a setting of all recipes, as in zoo train.",
)
@options.jobs_option
@options.dask_option
@options.out_option
@options.form_options
@options.quiet_option
@options.gate_option
@options.mlflow_option
def sweep_command(
    source: str,
    variations: tuple[str, ...],
    draws: int | None,
    changes: tuple[str, ...],
    jobs: int | None,
    parallel: str | None,
    out: Path,
    form: options.AnswerForm,
    quiet: bool,
    gate: bool,
    mlflow: str | None,
) -> None:
    """Compare several values of a recipe's settings.

    The recipe is MODEL's own, or the FILE of an experiment such as the recipe.json of a
    run. All networks and the baselines are scored on the same folds, in one report. The
    best of many scores is biased upwards: the p-values of comparisons are corrected for
    the number of pairs, the score is not.
    """
    from ..experiments.grid import sweep
    from ..experiments.run import RunOptions
    from .output import documented, show_experiment

    run_options = RunOptions(out, jobs, quiet, mlflow=mlflow, parallel=parallel)
    with documented(form):
        run = sweep(source, variations, draws, changes, run_options)
    show_experiment(run, run_options, form=form, gate=gate)
