"""A Keras model of the user's own, trained and scored as those of the zoo are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.encode import fit_encoder
from ...data.errors import Misuse
from ..console import progress
from ..experiment import Scoring
from ..run_files import MODEL
from ..runs.folder import new_run
from .candidates import is_keras_model, named_candidates
from .compare import first_fold_facts
from .run import Run, RunOptions, on_cluster
from .score import score, write_results

if TYPE_CHECKING:
    from ...data import Dataset


def train_own(
    model: Any,
    dataset: Dataset,
    *,
    scoring: Scoring,
    seed: int,
    epochs: int | None,
    batch_size: int,
    options: RunOptions,
    no_recipe: Mapping[str, Any],
) -> Run:
    """Score a network of the user's own, train it on all rows, and write the run.

    What is given stays as it is: copies are trained. ``no_recipe`` holds arguments that
    change a recipe of the zoo, which must not be given here.

    Raises
    ------
    ZooError
    """
    _check_own(model, no_recipe)
    found = named_candidates(model, dataset, epochs=epochs, batch_size=batch_size)
    ((name, own),) = found.items()
    with on_cluster(options.parallel, quiet=options.quiet):
        study = score(
            found,
            dataset,
            scoring=scoring,
            jobs=options.jobs,
            seed=seed,
            quiet=options.quiet,
            command=options.command,
        )
    with progress(f"training {name} on all rows", quiet=options.quiet):
        rows = np.arange(len(dataset) - dataset.n_test)
        _, x = fit_encoder(dataset.x, rows)
        groups = None if dataset.groups is None else dataset.groups[rows]
        trained = own.fit(x, dataset.y[rows], groups)
    with new_run(options.out, name) as (folder, final):
        trained.model_.save(folder / MODEL)
        networks = first_fold_facts(study, found, dataset)
        results = write_results(folder, study, "train", networks=networks)
    return Run(results, final)


def _check_own(model: Any, no_recipe: Mapping[str, Any]) -> None:
    """Refuse what is no network, and settings of recipes.

    Raises
    ------
    Misuse
    """
    builds = callable(model) and not isinstance(model, type)
    if not is_keras_model(model) and (not builds or hasattr(model, "fit")):
        msg = "model must be a name of the zoo, a Recipe, a Keras model or a function"
        msg = f"{msg} that builds one, got {type(model).__name__}"
        raise Misuse(f"{msg}; learnable.compare scores estimators of scikit-learn")
    odd = [name for name, value in no_recipe.items() if value not in (None, (), False)]
    if odd:
        msg = f"{odd[0]} is for networks of the zoo, and the model is one of your own"
        raise Misuse(f"{msg}; change the model, or give epochs and batch_size")
