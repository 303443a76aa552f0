"""``zoo compare``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..recipe import ClassWeight
from . import options


@click.command(
    "compare", epilog="\b\nExample:\n  zoo compare rgb-softmax rgb-sigmoid --data rgb"
)
@click.argument("models", nargs=-1, required=True)
@click.option("--data", metavar="NAME|FILE", help="Dataset of the catalog, or a file.")
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
    data: str | None,
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
    """Score several networks and the baselines on the same folds of one dataset.

    Without --data, the first model's own dataset. With --gate, the exit code is that of
    the first network whose verdict is not 0. With --learning-curve the networks are
    trained on fewer rows as well; not where a dataset has official test rows, on
    which only the baselines are.
    """
    from ..catalog import card
    from ..experiment import Experiment, Scoring, Source
    from ..registry import recipe
    from .running import How, compare, shown

    names = dict.fromkeys(card(name).name for name in models)
    networks = {n: replace(recipe(n), class_weight=class_weight) for n in names}
    experiment = Experiment(
        "compare",
        networks,
        Source(name=data or "", **reading),
        Scoring(folds, repeats, seeds, learning_curve),
        seed,
    )
    ran = compare(experiment, How(out, jobs, quiet))
    shown(ran, as_json=as_json, quiet=quiet, gate=gate, mlflow=mlflow)
