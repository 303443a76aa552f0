"""``zoo baseline``: the data half alone. TensorFlow is not imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from . import options


@click.command(
    "baseline",
    epilog="\b\nExamples:\n"
    "  zoo baseline iris\n"
    "  zoo baseline people.csv --target income\n"
    "  zoo baseline parts/ --target income --memory 1GB",
)
@click.argument("data", metavar="NAME|FILE")
@options.data_options
@options.memory_option
@options.fold_options
@options.run_options
@options.learning_curve_option
@options.gate_option
@options.mlflow_option
def baseline_command(
    data: str,
    folds: int,
    repeats: int,
    jobs: int | None,
    parallel: str | None,
    seed: int,
    out: Path,
    form: options.AnswerForm,
    quiet: bool,
    gate: bool,
    mlflow: str | None,
    learning_curve: bool,
    **reading: Any,
) -> None:
    """Measure what can be learned from a dataset, without a network.

    The verdict is signal, no-signal, undecided or suspicious. Learning curves of the
    best and the linear baseline are drawn unless it is no-signal or suspicious; with
    --learning-curve those of all baselines, whatever the verdict.
    """
    from ..experiment import Experiment, Scoring, Source
    from ..experiments.run import RunOptions, run_comparison
    from .output import documented, show_experiment

    experiment = Experiment(
        "baseline",
        {},
        Source(name=data, **reading),
        Scoring(folds, repeats, learning_curve=learning_curve),
        seed,
    )
    run_options = RunOptions(out, jobs, quiet, mlflow=mlflow, parallel=parallel)
    with documented(form, data):
        run = run_comparison(experiment, run_options)
    show_experiment(run, run_options, form=form, gate=gate)
