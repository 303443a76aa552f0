"""``zoo sweep``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...data.errors import Misuse
from . import options

if TYPE_CHECKING:
    from ..experiment import Experiment

_MOST = 200
"""Recipes in one sweep: each is trained on every fold."""


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
    from ..experiments.run import RunOptions, compare
    from .output import shown

    experiment = swept(based_on(source, changes), variations, draws)
    how = RunOptions(out, jobs, quiet, mlflow=mlflow)
    shown(compare(experiment, how), how, as_json=as_json, gate=gate)


def based_on(source: str, changes: tuple[str, ...]) -> Experiment:
    """The experiment that a file tells, or the default one of a model.

    Raises
    ------
    Misuse
    """
    from ..experiment import Experiment, read_experiment, with_changes
    from ..registry import MODELS, recipe

    if source in MODELS or (not Path(source).exists() and "." not in source):
        experiment = Experiment("train", {source: recipe(source)})
    else:
        experiment = read_experiment(Path(source))
    if len(experiment.networks) != 1:
        msg = f"{source} has {len(experiment.networks)} networks"
        raise Misuse(f"{msg}; a sweep begins with one")
    return with_changes(replace(experiment, kind="train"), changes)


def swept(
    experiment: Experiment, variations: tuple[str, ...], draws: int | None
) -> Experiment:
    """One experiment over all recipes, named by what is varied.

    Raises
    ------
    Misuse
        A setting is not of the recipe, or there are too many recipes.
    """
    from ..experiment import Experiment, changed
    from ..experiments.grid import draw, grid, parse_variations

    axes = parse_variations(variations)
    if draws is None:
        chosen = grid(axes, most=_MOST)
    else:
        chosen = draw(axes, draws, seed=experiment.seed)
    ((model, _),) = experiment.networks.items()
    facts, networks = experiment.to_dict(), {}
    for values in chosen:
        settings = [f"{name}={value}" for name, value in values.items()]
        made = Experiment.from_dict(changed(facts, settings))
        networks[f"{model} {', '.join(settings)}"] = next(iter(made.networks.values()))
    return replace(experiment, kind="sweep", networks=networks)
