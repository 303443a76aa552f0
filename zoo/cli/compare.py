"""``zoo compare``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..recipe import ClassWeight
from . import options


@click.command(
    "compare",
    epilog="\b\nExamples:\n"
    "  zoo compare rgb-softmax rgb-sigmoid --data rgb\n"
    "  zoo compare mlp one-hidden --data iris --data wine",
)
@click.argument("models", nargs=-1, required=True)
@click.option(
    "--data",
    multiple=True,
    metavar="NAME|FILE",
    help="Dataset of the catalog, or a file; may be given several times.",
)
@options.data_options
@options.fold_options
@options.seeds_option
@options.run_options
@options.class_weight_option
@options.learning_curve_option
@options.gate_option
@options.mlflow_option
def compare_command(
    models: tuple[str, ...],
    data: tuple[str, ...],
    folds: int,
    repeats: int,
    jobs: int | None,
    seeds: int,
    seed: int,
    out: Path,
    as_json: bool,
    quiet: bool,
    gate: bool,
    mlflow: str | None,
    learning_curve: bool,
    class_weight: ClassWeight,
    **reading: Any,
) -> None:
    """Score several networks and the baselines on the same folds of a dataset.

    Without --data, the first model's own dataset. With --gate, the exit code is that of
    the first network whose verdict is not 0. With --learning-curve the networks are
    trained on fewer rows as well; not where a dataset has official test rows, on
    which only the baselines are.

    Several datasets are compared on one after the other, a run each, and one page has
    the verdicts of all. A network that cannot do a dataset's task is left out there.
    Options such as --target apply to every dataset; one that they do not go with, or
    that cannot be read, says so on the page, and the exit code is 1.
    """
    from ..experiment import Experiment, Scoring, Source
    from ..experiments.run import RunOptions, compare
    from ..registry import card, recipe
    from .output import shown

    named = list(dict.fromkeys(data))
    names = dict.fromkeys(card(name).name for name in models)
    networks = {n: replace(recipe(n), class_weight=class_weight) for n in names}
    experiment = Experiment(
        "compare",
        networks,
        Source(name=named[0] if named else "", **reading),
        Scoring(folds, repeats, seeds, learning_curve),
        seed,
    )
    how = RunOptions(out, jobs, quiet, mlflow=mlflow)
    if len(named) > 1:
        from .matrix import matrix_command

        matrix_command(experiment, named, how, as_json=as_json, gate=gate)
    ran = compare(experiment, how)
    shown(ran, how, as_json=as_json, gate=gate)
