"""Training one network of the zoo on a dataset, whatever its rows are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from ..recipe import Recipe
from . import interrupt, output
from .answers import answers
from .facts import network_facts

if TYPE_CHECKING:
    import numpy as np

    from ...baselines.results import Network, Tries
    from ...data.split import Cut
    from ..network import More, OnEpoch, Rows, Trained


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

    rows = cut(dataset, seed=seed)

    def tell(epoch: int, epochs: int, logs: dict[str, float]) -> None:
        interrupt.check()
        step(epoch, epochs, f"epochs, loss {logs['loss']:.4f}")
        if on_epoch:
            on_epoch(epoch, epochs, logs)

    with output.progress(f"training {settings.model}", quiet=quiet) as step:
        trained, encoder = _train(settings, dataset, rows, seed, tell, checkpoint)
    start = time.perf_counter()
    predictions = answers(trained, encoder, dataset, rows.test)
    asked = time.perf_counter() - start
    tried = try_seeds(settings, dataset, seed=seed) if tries else None
    facts = network_facts(
        settings, trained, predictions, dataset, rows, tries=tried, seed=seed
    )
    return Fitted(settings, trained, encoder, predictions, asked, facts)


def _train(
    settings: Recipe,
    dataset: Dataset,
    rows: Cut,
    seed: int,
    tell: OnEpoch,
    checkpoint: Path | None = None,
) -> tuple[Trained, Any]:
    """The trained network, and the encoder of a table's columns, if any."""
    options: Any = {"seed": seed, "on_epoch": tell, "checkpoint": checkpoint}
    classes = len(dataset.classes)
    if dataset.series:
        from ..forecaster import train_forecaster

        known = dataset.y[: rows.test[0]]
        order = dataset.series
        options |= {"season": order.season, "horizon": order.horizon}
        return train_forecaster(settings, known, **options), None
    if dataset.task == "characters":
        from ..writer import codes_of, train_writer

        x: Any = dataset.x
        text = codes_of(x[: rows.test[0]], dataset.y[: rows.test[0]])
        return train_writer(settings, text, classes=classes, **options), None
    return train_on_rows(settings, dataset, rows, options | {"classes": classes})


def train_on_rows(
    settings: Recipe, dataset: Dataset, rows: Cut, options: dict[str, Any]
) -> tuple[Trained, Any]:
    """The network trained on rows without order, and the encoder of its columns."""
    from ..network import train

    encoder, both = encoded(dataset, rows)
    if both[0].x.dtype == object:
        from ..texts import train_on_texts

        return train_on_texts(settings, *both, **options), encoder
    more = _more(dataset, rows, encoder)
    reach = dataset.card.feature_range
    return train(settings, *both, feature_range=reach, more=more, **options), encoder


def encoded(dataset: Dataset, rows: Cut) -> tuple[Any, tuple[Rows, Rows]]:
    """The encoder of a table's columns, if any, and the rows to train and validate."""
    from ...data.dataset import take
    from ...data.encode import fit_encoder, to_matrix
    from ..network import Rows

    encoder, x = fit_encoder(dataset.x, rows.train)
    inner = to_matrix(encoder, take(dataset.x, rows.validation))
    validation = Rows(inner, dataset.y[rows.validation])
    return encoder, (Rows(x, dataset.y[rows.train]), validation)


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


def try_seeds(settings: Recipe, dataset: Dataset, *, seed: int) -> Tries | None:
    """The lowest loss of each of the recipe's seeds; None where it asks for none."""
    if not settings.seeds:
        return None
    from ...baselines.results import Tries
    from ...data.split import cut

    rows, losses = cut(dataset, seed=seed), []
    for number in range(settings.seeds):
        interrupt.check()
        trained, _ = _train(settings, dataset, rows, number, lambda *_: None)
        losses.append(min(trained.history["loss"]))
    return Tries(settings.until, tuple(losses))


def candidate(settings: Recipe, dataset: Dataset, *, seed: int) -> Any:
    """A model of the zoo as an estimator for the harness."""
    if dataset.series:
        from ..forecaster import NetworkForecaster

        order = dataset.series
        return NetworkForecaster(settings, order.season, order.horizon, seed)
    if dataset.task == "characters":
        from ..writer import NetworkWriter

        return NetworkWriter(settings, len(dataset.classes), seed)
    from ...data.encode import is_text
    from ..estimator import NetworkClassifier, NetworkLabeller, NetworkRegressor

    kind: Any = NetworkClassifier if dataset.classes else NetworkRegressor
    if dataset.task == "multilabel":
        kind = NetworkLabeller
    elif dataset.classes and is_text(dataset.x):
        from ..texts import NetworkForTexts

        kind = NetworkForTexts
    return kind(settings, dataset.card.feature_range, seed)
