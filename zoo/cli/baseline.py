"""``zoo baseline``: the data half alone. TensorFlow is not imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from . import options

IN_MEMORY = 200_000_000
"""Bytes of a Parquet file; of a larger one a sample is read, as a sample is scored."""


@click.command(
    "baseline",
    epilog="\b\nExamples:\n"
    "  zoo baseline iris\n"
    "  zoo baseline people.csv --target income",
)
@click.argument("data", metavar="NAME|FILE")
@options.data_options
@options.fold_options
@options.run_options
@options.learning_curve_option
def baseline_command(
    data: str,
    folds: int,
    repeats: int,
    jobs: int | None,
    seed: int,
    out: Path,
    as_json: bool,
    quiet: bool,
    learning_curve: bool,
    **reading: Any,
) -> None:
    """Say what can be learned from a dataset, without a network.

    The verdict is one of signal, no-signal, undecided, suspicious. The learning
    curves of the best and the linear baseline are drawn unless it is no-signal or
    suspicious; with --learning-curve those of all, whatever the verdict.
    """
    from ...data import load
    from . import output, work

    # without these columns, or by these groups, rows must be read
    memory = None if reading["drop"] or reading["group"] else IN_MEMORY
    dataset = load(data, **reading, folds=folds, memory=memory, seed=seed)
    study = work.score(
        [],
        dataset,
        folds=folds,
        repeats=repeats,
        jobs=jobs,
        seed=seed,
        quiet=quiet,
        curves="all" if learning_curve else "best",
    )
    results, run = work.write_run(out, "baseline", study)
    output.show_results(results, run, as_json=as_json, quiet=quiet)
