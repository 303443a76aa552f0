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
    from ..registry import recipe
    from . import output, work
    from .settings import check_settings, open_data

    names = list(dict.fromkeys(card(name).name for name in models))
    dataset = open_data(names[0], data, reading, folds=folds, seed=seed)
    work.check_models(names, dataset)
    networks = [replace(recipe(n), class_weight=class_weight) for n in names]
    for settings in networks:
        check_settings(settings, dataset, quiet=quiet)
    once = dataset.n_test > 0
    known, facts = work.train_each(
        networks if once else (), dataset, seeds=seeds, seed=seed, quiet=quiet
    )
    study = work.score(
        () if once else networks,
        dataset,
        folds=folds,
        repeats=repeats,
        seeds=seeds,
        jobs=jobs,
        seed=seed,
        quiet=quiet,
        known=known,
        curves="all" if learning_curve else "none",
    )
    facts = facts or work.first_trainings(study, networks, dataset)
    results, run = work.write_run(out, "compare", study, networks=facts)
    output.show_results(results, run, as_json=as_json, quiet=quiet)
    if gate:
        raise SystemExit(output.exit_code(results))
