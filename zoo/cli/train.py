"""``zoo train``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from . import options


@click.command(
    "train",
    epilog="\b\nExamples:\n"
    "  zoo train rgb-softmax\n"
    "  zoo train mlp --data people.csv --target income --gate",
)
@click.argument("model")
@click.option("--data", metavar="NAME|FILE", help="Dataset of the catalog, or a file.")
@options.data_options
@options.memory_option
@options.recipe_options
@options.fold_options
@options.run_options
@options.gate_option
def train_command(
    model: str,
    data: str | None,
    memory: int | None,
    class_weight: str,
    stub: str | None,
    weights: Path | None,
    folds: int,
    repeats: int,
    jobs: int | None,
    seed: int,
    out: Path,
    as_json: bool,
    quiet: bool,
    gate: bool,
    **reading: Any,
) -> None:
    """Train a network, score it beside the baselines, and say what is at fault.

    The network is trained once on the training rows and saved. It is then trained again
    on each fold, where the baselines are scored too; the verdict is drawn from those.
    With official test rows (mnist) these are the one split.
    """
    from . import output, work
    from .fitting import fit_network
    from .settings import adjusted, check_settings, open_data

    memory = memory or work.half_of_memory()
    settings = adjusted(model, class_weight=class_weight, stub=stub, weights=weights)
    dataset = open_data(model, data, reading, folds=folds, memory=memory, seed=seed)
    work.check_models([model], dataset)
    check_settings(settings, dataset, quiet=quiet)
    fitted = fit_network(settings, dataset, seed=seed, quiet=quiet)
    once = dataset.n_test > 0
    study = work.score(
        [] if once else [settings],
        dataset,
        folds=folds,
        repeats=repeats,
        jobs=jobs,
        seed=seed,
        quiet=quiet,
        known=[work.known_outcome(fitted)] if once else [],
    )
    results, run = work.write_run(
        out, model, study, networks=(fitted.facts,), fitted=fitted, dataset=dataset
    )
    output.show_results(results, run, as_json=as_json, quiet=quiet)
    if gate:
        raise SystemExit(output.exit_code(results))
