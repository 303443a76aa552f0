"""Training one network of the zoo on a dataset, whatever its rows are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from .. import console
from ..recipe import Recipe
from ..registry import card
from .tasks import network_task, outputs

if TYPE_CHECKING:
    import numpy as np

    from ...baselines.results.results import Layer, Network, SeedRuns
    from ...data.split import SplitRows
    from ..networks.train import OnEpoch, Trained
    from ..run_files import Inputs


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


def fit_network(
    settings: Recipe,
    dataset: Dataset,
    *,
    seed: int,
    quiet: bool,
    tries: bool = True,
    checkpoint: Path | None = None,
    on_epoch: OnEpoch | None = None,
) -> Fitted:
    """Train a model of the zoo on the training rows, with progress.

    With ``tries`` also from as many seeds as its recipe asks for. The training is kept
    in the folder ``checkpoint``, and goes on from there. ``on_epoch`` is told of each
    epoch.
    """
    import time

    from ...data.split import cut

    task, rows = network_task(dataset), cut(dataset, seed=seed)

    def report_progress(epoch: int, epochs: int, logs: dict[str, float]) -> None:
        console.check_interrupt()
        step(epoch, epochs, f"epochs, loss {logs['loss']:.4f}")
        if on_epoch:
            on_epoch(epoch, epochs, logs)

    options = {"seed": seed, "on_epoch": report_progress, "checkpoint": checkpoint}
    with console.progress(f"training {settings.model}", quiet=quiet) as step:
        trained, encoder = task.train(settings, dataset, rows, options)
    start = time.perf_counter()
    predictions = task.predict(trained.serving, encoder, dataset, rows.test)
    asked = time.perf_counter() - start
    tried = try_seeds(settings, dataset, seed=seed) if tries else None
    facts = _network_facts(
        settings, trained, predictions, dataset, rows, tries=tried, seed=seed
    )
    return Fitted(settings, trained, encoder, predictions, asked, facts)


def try_seeds(settings: Recipe, dataset: Dataset, *, seed: int) -> SeedRuns | None:
    """The lowest loss of each of the recipe's seeds; None where it asks for none."""
    if not settings.seeds:
        return None
    from ...baselines.results.results import SeedRuns
    from ...data.split import cut

    rows, losses = cut(dataset, seed=seed), []
    for number in range(settings.seeds):
        console.check_interrupt()
        options = {"seed": number, "on_epoch": lambda *_: None}
        trained, _ = network_task(dataset).train(settings, dataset, rows, options)
        losses.append(min(trained.history["loss"]))
    return SeedRuns(settings.until, tuple(losses))


def _network_facts(
    settings: Recipe,
    trained: Trained,
    predictions: np.ndarray,
    dataset: Dataset,
    rows: SplitRows,
    *,
    tries: SeedRuns | None,
    seed: int,
) -> Network:
    """Return the facts of the network for the report."""
    from ...baselines.results.results import Network
    from ..networks.losses import loss_unit

    task = network_task(dataset)
    return Network(
        name=settings.model,
        recipe=settings.to_dict(),
        parameters=trained.parameters,
        history=trained.history,
        loss_unit=loss_unit(settings, dataset.task),
        test=task.score(predictions, dataset, rows),
        examples=_examples(trained.serving, dataset),
        way=trained.way,
        reason=trained.reason,
        layers=layers_of(settings, *trained.shape),
        tries=tries,
        sample=task.sample(trained.serving, dataset, rows, seed),
        note=note_on(settings, predictions, dataset),
    )


def _examples(
    model: Any, dataset: Dataset
) -> tuple[tuple[tuple[float, ...], dict[str, float]], ...]:
    """Return the network's predictions for the rows whose answer the card tells."""
    import numpy as np

    rows = dataset.card.examples
    if not rows:
        return ()
    predicted = outputs(model, np.array(rows, dtype="float64"), dataset)
    return tuple(
        (row, dict(zip(dataset.classes, map(float, p), strict=True)))
        for row, p in zip(rows, predicted, strict=True)
    )


def layers_of(
    settings: Recipe, shape: tuple[int, ...], outputs: int
) -> tuple[Layer, ...]:
    """The layers that the model's code makes for a network's shapes."""
    from ...baselines.results.results import Layer
    from ..networks.train import trace

    return tuple(
        Layer(**asdict(fact)) for fact in trace(settings, shape=shape, outputs=outputs)
    )


def note_on(settings: Recipe, predictions: np.ndarray, dataset: Dataset) -> str:
    """Describe what is on show, and whether all rows are given the same class."""
    known, message = card(settings.model), ""
    if dataset.classes and dataset.y.ndim == 1 and dataset.task != "characters":
        chosen = predictions.argmax(axis=1)
        if (chosen == chosen[0]).all():
            likely = f"{predictions.max(axis=1).min():.3f}"
            more = "" if likely == "1.000" else " or more"
            message = (
                f"It predicts {dataset.classes[chosen[0]]!r} for all {len(chosen):,} "
                f"test rows, with probability {likely}{more}. "
            )
    return message + (f"Broken on purpose: {known.defect}" if known.broken else "")


def inputs_of(dataset: Dataset) -> Inputs:
    """Return what a saved network must know of a row's form."""
    from ..run_files import Inputs

    x: Any = dataset.x  # a DataFrame has columns and types, an array none
    columns = getattr(x, "columns", ())
    types = [str(t) for t in x.dtypes] if len(columns) else []
    return Inputs(
        dataset=dataset.card.name,
        task=dataset.task,
        classes=dataset.classes,
        shape=tuple(int(n) for n in dataset.x.shape[1:]),
        columns=tuple(map(str, columns)),
        types=tuple(types),
        feature_range=dataset.card.feature_range,
        targets=dataset.targets or (() if dataset.classes else (dataset.card.target,)),
        date_formats=dict(dataset.date_formats),
    )
