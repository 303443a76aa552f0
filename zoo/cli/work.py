"""Steps that several commands take: load, train, score, write the run."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from ..catalog import check_task
from ..recipe import Recipe
from ..registry import recipe as default_recipe
from . import interrupt, output

if TYPE_CHECKING:
    import numpy as np

    from ...baselines.harness import Outcome
    from ...baselines.results import Network, Results
    from ...baselines.study import Study
    from ...data.split import Cut
    from ..network import More, Trained
    from ..run import Inputs


def half_of_memory() -> int | None:
    """In bytes; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return None


@dataclass(frozen=True)
class Fitted:
    """A network trained on a dataset's training rows, with what it says of test rows.

    ``encoder`` turns a table's columns into numbers; None where they are numbers.
    """

    recipe: Recipe
    trained: Trained
    encoder: Any
    predictions: np.ndarray
    predict_seconds: float
    facts: Network


def command_line() -> str:
    """What was typed, ready to be typed again."""
    return shlex.join(["zoo", *sys.argv[1:]])


def fit_network(name: str, dataset: Dataset, *, seed: int, quiet: bool) -> Fitted:
    """Train a model of the zoo on the training rows, with progress."""
    import time

    from ...data.dataset import take
    from ...data.encode import fit_encoder, to_matrix
    from ...data.split import cut
    from ..network import Rows, train

    settings = default_recipe(name)
    rows = cut(dataset, seed=seed)
    encoder, x = fit_encoder(dataset.x, rows.train)

    def matrix(numbers: np.ndarray) -> np.ndarray:
        return to_matrix(encoder, take(dataset.x, numbers))

    def tell(epoch: int, epochs: int, logs: dict[str, float]) -> None:
        interrupt.check()
        step(epoch, epochs, f"epochs, loss {logs['loss']:.4f}")

    with output.progress(f"training {name}", quiet=quiet) as step:
        trained = train(
            settings,
            Rows(x, dataset.y[rows.train]),
            Rows(matrix(rows.validation), dataset.y[rows.validation]),
            classes=len(dataset.classes),
            feature_range=dataset.card.feature_range,
            more=_more(dataset, rows, encoder),
            seed=seed,
            on_epoch=tell,
        )
    start = time.perf_counter()
    predictions = _outputs(trained.serving, matrix(rows.test), dataset)
    asked = time.perf_counter() - start
    facts = _facts(settings, trained, encoder, predictions, dataset, rows)
    return Fitted(settings, trained, encoder, predictions, asked, facts)


def _more(dataset: Dataset, rows: Cut, encoder: Any) -> More | None:
    """The rows on disk, but for those kept back to validate and to test."""
    if dataset.stored is None:
        return None
    import numpy as np

    from ...data.encode import fill_gaps
    from ..network import More

    rest = dataset.stored
    kept_back = rest.numbers[np.concatenate([rows.validation, rows.test])]
    fill = fill_gaps(encoder, dataset.x)
    return More(rest, np.setdiff1d(rest.usable, kept_back), fill)


def _outputs(model: Any, x: np.ndarray, dataset: Dataset) -> np.ndarray:
    from ..estimator import predict

    outputs = predict(model, x)
    return outputs if dataset.classes else outputs[:, 0]


def _facts(
    settings: Recipe,
    trained: Trained,
    encoder: Any,
    predictions: np.ndarray,
    dataset: Dataset,
    rows: Cut,
) -> Network:
    """What the report tells of the network."""
    from ...baselines.results import Network
    from ...baselines.scoring import score
    from ..network import loss_unit

    classes = len(dataset.classes)
    past = dataset.y[[*rows.train, *rows.validation]]
    return Network(
        name=settings.model,
        recipe=settings.to_dict(),
        parameters=trained.parameters,
        history=trained.history,
        loss_unit=loss_unit(settings, classes),
        test=score(dataset.y[rows.test], predictions, past, classes=classes),
        examples=_examples(trained.serving, dataset),
        way=trained.way,
        reason=trained.reason,
    )


def _examples(
    model: Any, dataset: Dataset
) -> tuple[tuple[tuple[float, ...], dict[str, float]], ...]:
    """What the network says of the rows whose answer the card tells."""
    import numpy as np

    rows = dataset.card.examples
    if not rows:
        return ()
    said = _outputs(model, np.array(rows, dtype="float64"), dataset)
    return tuple(
        (row, dict(zip(dataset.classes, map(float, p), strict=True)))
        for row, p in zip(rows, said, strict=True)
    )


def candidate(name: str, dataset: Dataset, *, seed: int) -> Any:
    """A model of the zoo as an estimator for the harness."""
    from ..estimator import NetworkClassifier, NetworkRegressor

    kind = NetworkClassifier if dataset.classes else NetworkRegressor
    return kind(default_recipe(name), dataset.card.feature_range, seed)


def check_models(names: Sequence[str], dataset: Dataset) -> None:
    """Refuse models that cannot do the dataset's task, before anything is trained."""
    for name in names:
        check_task(name, dataset.task, dataset.card.name)


def score(
    networks: Sequence[str],
    dataset: Dataset,
    *,
    folds: int,
    repeats: int,
    jobs: int | None,
    seed: int,
    quiet: bool,
    known: Sequence[Outcome] = (),
) -> Study:
    """Networks and baselines on the same folds, with progress."""
    from ...baselines.catalog import BASELINES
    from ...baselines.study import run_study

    splits = 1 if dataset.n_test else folds * repeats
    total = splits * (len(BASELINES[dataset.task]) + len(networks))
    done: list[str] = []

    def count(outcome: Outcome) -> None:
        interrupt.check()
        done.append(outcome.candidate)
        step(len(done), total, "fits")

    with output.progress("scoring on the same folds", quiet=quiet) as step:
        return run_study(
            {name: candidate(name, dataset, seed=seed) for name in networks},
            dataset,
            folds=folds,
            repeats=repeats,
            seed=seed,
            jobs=jobs,
            known=known,
            on_done=count,
            command=command_line(),
        )


def known_outcome(fitted: Fitted) -> Outcome:
    """On official test rows the trained network is the one to score."""
    from ...baselines.harness import Outcome

    return Outcome(
        fitted.recipe.model,
        0,
        fitted.predictions,
        fitted.trained.seconds,
        fitted.predict_seconds,
    )


def inputs_of(dataset: Dataset) -> Inputs:
    """What a saved network must know of a row's form."""
    from ..run import Inputs

    columns = getattr(dataset.x, "columns", ())
    types = [str(t) for t in dataset.x.dtypes] if len(columns) else []  # type: ignore[union-attr]
    return Inputs(
        dataset=dataset.card.name,
        task=dataset.task,
        classes=dataset.classes,
        shape=tuple(int(n) for n in dataset.x.shape[1:]),
        columns=tuple(map(str, columns)),
        types=tuple(types),
        feature_range=dataset.card.feature_range,
    )


def write_run(
    out: Path, label: str, study: Study, *, fitted: Fitted | None = None,
    dataset: Dataset | None = None,
) -> tuple[Results, Path]:  # fmt: skip
    """Write a run's folder; returns the results as written, and the folder."""
    from ...reports import Report
    from .. import run as disk

    results = study.results
    if fitted:
        results = replace(results, networks=(fitted.facts,))
    with disk.new_run(out, label) as (folder, final):
        results.save(folder / disk.RESULTS)
        study.predictions.to_parquet(folder / "predictions.parquet", index=False)
        disk.write_environment(folder, results.versions, results.about.sha256)
        if fitted and dataset:
            _write_network(folder, fitted, dataset, results)
        Report(results).save(folder / "report.html")
    return results, final


def _write_network(
    folder: Path, fitted: Fitted, dataset: Dataset, results: Results
) -> None:
    from .. import run as disk

    disk.write_settings(
        folder,
        fitted.recipe,
        inputs_of(dataset),
        seed=results.seed,
        command=results.command,
    )
    disk.write_history(folder, fitted.trained.history)
    fitted.trained.serving.save(folder / "model.keras")
    if fitted.encoder is not None:
        import joblib

        joblib.dump(fitted.encoder, folder / "encoder.joblib")


def with_networks(study: Study, names: Sequence[str], dataset: Dataset) -> Study:
    """The study with each network's settings and its training on the first fold."""
    from ...baselines.results import Network
    from ..network import loss_unit
    from ..registry import build

    first = {o.candidate: o for o in study.outcomes if o.fold == 0 and not o.error}
    shape = tuple(int(n) for n in dataset.x.shape[1:])
    outputs = len(dataset.classes)
    networks = [
        Network(
            name=name,
            recipe=settings.to_dict(),
            parameters=build(
                settings, shape=shape, outputs=outputs or 1
            ).count_params(),
            history=first[name].history,
            loss_unit=loss_unit(settings, outputs),
            test={},
            way=first[name].way[0],
            reason=first[name].way[1],
        )
        for name in names
        if name in first
        for settings in [default_recipe(name)]
    ]
    return replace(study, results=replace(study.results, networks=tuple(networks)))
