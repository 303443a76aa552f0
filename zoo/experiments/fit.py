"""Training one network of the zoo on a dataset, whatever its rows are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from .. import console
from ..recipe import Recipe
from ..registry import card

if TYPE_CHECKING:
    import numpy as np

    from ...baselines.results.results import Layer, Network, Sample, SeedRuns
    from ...data.split import Cut
    from ..networks.train import MoreRows, OnEpoch, Rows, Trained
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

    rows = cut(dataset, seed=seed)

    def tell(epoch: int, epochs: int, logs: dict[str, float]) -> None:
        console.check_interrupt()
        step(epoch, epochs, f"epochs, loss {logs['loss']:.4f}")
        if on_epoch:
            on_epoch(epoch, epochs, logs)

    with console.progress(f"training {settings.model}", quiet=quiet) as step:
        trained, encoder = _train(settings, dataset, rows, seed, tell, checkpoint)
    start = time.perf_counter()
    predictions = _answers(trained, encoder, dataset, rows.test)
    asked = time.perf_counter() - start
    tried = try_seeds(settings, dataset, seed=seed) if tries else None
    facts = _network_facts(
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
        from ..networks.forecaster import train_forecaster

        known = dataset.y[: rows.test[0]]
        order = dataset.series
        options |= {"season": order.season, "horizon": order.horizon}
        return train_forecaster(settings, known, **options), None
    if dataset.task == "characters":
        from ..networks.language_model import codes_of, train_writer

        x: Any = dataset.x
        text = codes_of(x[: rows.test[0]], dataset.y[: rows.test[0]])
        return train_writer(settings, text, classes=classes, **options), None
    return train_on_rows(settings, dataset, rows, options | {"classes": classes})


def train_on_rows(
    settings: Recipe, dataset: Dataset, rows: Cut, options: dict[str, Any]
) -> tuple[Trained, Any]:
    """The network trained on rows without order, and the encoder of its columns."""
    from ..networks.train import train_network

    encoder, both = encoded(dataset, rows)
    if both[0].x.dtype == object:
        from ..networks.estimators import train_on_texts

        return train_on_texts(settings, *both, **options), encoder
    more = _more(dataset, rows, encoder)
    reach = dataset.card.feature_range
    options = options | {"feature_range": reach, "more": more}
    return train_network(settings, *both, **options), encoder


def encoded(dataset: Dataset, rows: Cut) -> tuple[Any, tuple[Rows, Rows]]:
    """The encoder of a table's columns, if any, and the rows to train and validate."""
    from ...data.dataset import take
    from ...data.encode import fit_encoder, to_matrix
    from ..networks.train import Rows

    encoder, x = fit_encoder(dataset.x, rows.train)
    inner = to_matrix(encoder, take(dataset.x, rows.validation))
    validation = Rows(inner, dataset.y[rows.validation])
    return encoder, (Rows(x, dataset.y[rows.train]), validation)


def _more(dataset: Dataset, rows: Cut, encoder: Any) -> MoreRows | None:
    """The rows on disk, but for those kept back to validate and to test."""
    if dataset.stored is None:
        return None
    import numpy as np

    from ...data.encode import fill_gaps
    from ..networks.train import MoreRows

    rest = dataset.stored
    kept_back = rest.numbers[np.concatenate([rows.validation, rows.test])]
    fill = fill_gaps(encoder, dataset.x)
    return MoreRows(rest, np.setdiff1d(rest.usable, kept_back), fill)


def try_seeds(settings: Recipe, dataset: Dataset, *, seed: int) -> SeedRuns | None:
    """The lowest loss of each of the recipe's seeds; None where it asks for none."""
    if not settings.seeds:
        return None
    from ...baselines.results.results import SeedRuns
    from ...data.split import cut

    rows, losses = cut(dataset, seed=seed), []
    for number in range(settings.seeds):
        console.check_interrupt()
        trained, _ = _train(settings, dataset, rows, number, lambda *_: None)
        losses.append(min(trained.history["loss"]))
    return SeedRuns(settings.until, tuple(losses))


def candidate(settings: Recipe, dataset: Dataset, *, seed: int) -> Any:
    """A model of the zoo as an estimator for the harness."""
    if dataset.series:
        from ..networks.forecaster import NetworkForecaster

        order = dataset.series
        return NetworkForecaster(settings, order.season, order.horizon, seed)
    if dataset.task == "characters":
        from ..networks.language_model import NetworkWriter

        return NetworkWriter(settings, len(dataset.classes), seed)
    from ...data.encode import is_text
    from ..networks.estimators import (
        NetworkClassifier,
        NetworkLabeller,
        NetworkRegressor,
    )

    kind: Any = NetworkClassifier if dataset.classes else NetworkRegressor
    if dataset.task == "multilabel":
        kind = NetworkLabeller
    elif dataset.classes and is_text(dataset.x):
        from ..networks.estimators import NetworkForTexts

        kind = NetworkForTexts
    return kind(settings, dataset.card.feature_range, seed)


def _answers(
    trained: Trained, encoder: Any, dataset: Dataset, rows: np.ndarray
) -> np.ndarray:
    """Return a network's predictions for test rows, in the form the harness takes.

    ``encoder`` turns a table's columns into numbers; None where they are numbers.
    """
    import numpy as np

    from ...data.dataset import take
    from ...data.encode import to_matrix

    model, x = trained.serving, dataset.x
    if dataset.series:
        from ..networks.forecaster import forecast

        return forecast(model, dataset.y[: rows[0]])[: len(rows)]
    if dataset.task == "characters":
        from ..networks.language_model import next_characters

        return next_characters(model, np.asarray(x)[rows])
    return outputs(model, to_matrix(encoder, take(x, rows)), dataset)


def outputs(model: Any, x: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Probabilities of shape (n_rows, n_classes), or numbers of the shape of ``y``."""
    from ..networks.estimators import predict

    if x.dtype == object:
        from ..networks.estimators import ask_texts

        return ask_texts(model, x)
    said = predict(model, x)
    one = not dataset.classes and dataset.y.ndim == 1
    return said[:, 0] if one else said


_SAMPLE = 400
"""Characters that a network of texts writes for the report ..."""
TEMPERATURE = 0.8
"""... a little less wild than its probabilities are."""


def _network_facts(
    settings: Recipe,
    trained: Trained,
    predictions: np.ndarray,
    dataset: Dataset,
    rows: Cut,
    *,
    tries: SeedRuns | None,
    seed: int,
) -> Network:
    """Return the facts of the network for the report."""
    from ...baselines.results.results import Network
    from ..networks.losses import loss_unit

    return Network(
        name=settings.model,
        recipe=settings.to_dict(),
        parameters=trained.parameters,
        history=trained.history,
        loss_unit=loss_unit(settings, dataset.task),
        test=_test_scores(predictions, dataset, rows),
        examples=_examples(trained.serving, dataset),
        way=trained.way,
        reason=trained.reason,
        layers=layer_facts(settings, *trained.shape),
        tries=tries,
        sample=_sample(trained.serving, dataset, rows, seed),
        note=note_on(settings, predictions, dataset),
    )


def _test_scores(
    predictions: np.ndarray, dataset: Dataset, rows: Cut
) -> dict[str, float]:
    from ...baselines.scores.metrics import all_metrics, score_characters

    truth = dataset.y[rows.test]
    if dataset.task == "characters":
        return score_characters(truth, predictions)
    past = (
        dataset.y[: rows.test[0]]
        if dataset.series
        else dataset.y[[*rows.train, *rows.validation]]
    )
    classes, season = len(dataset.classes), dataset.season
    return all_metrics(truth, predictions, past, classes=classes, season=season)


def _examples(
    model: Any, dataset: Dataset
) -> tuple[tuple[tuple[float, ...], dict[str, float]], ...]:
    """Return the network's predictions for the rows whose answer the card tells."""
    import numpy as np

    rows = dataset.card.examples
    if not rows:
        return ()
    said = outputs(model, np.array(rows, dtype="float64"), dataset)
    return tuple(
        (row, dict(zip(dataset.classes, map(float, p), strict=True)))
        for row, p in zip(rows, said, strict=True)
    )


def layer_facts(
    settings: Recipe, shape: tuple[int, ...], outputs: int
) -> tuple[Layer, ...]:
    """The layers that the model's code makes for a network's shapes."""
    from ...baselines.results.results import Layer
    from ..layer_trace import trace

    return tuple(
        Layer(**asdict(fact)) for fact in trace(settings, shape=shape, outputs=outputs)
    )


def note_on(settings: Recipe, predictions: np.ndarray, dataset: Dataset) -> str:
    """Describe what is on show, and whether all rows are given the same class."""
    known, said = card(settings.model), ""
    if dataset.classes and dataset.y.ndim == 1 and dataset.task != "characters":
        chosen = predictions.argmax(axis=1)
        if (chosen == chosen[0]).all():
            likely = f"{predictions.max(axis=1).min():.3f}"
            more = "" if likely == "1.000" else " or more"
            said = (
                f"It says {dataset.classes[chosen[0]]!r} of all {len(chosen):,} test "
                f"rows, with probability {likely}{more}. "
            )
    return said + (f"Broken on purpose: {known.defect}" if known.broken else "")


def _sample(model: Any, dataset: Dataset, rows: Cut, seed: int) -> Sample | None:
    """Text that the network writes after the first characters of the test part."""
    if dataset.task != "characters":
        return None
    import numpy as np

    from ...baselines.results.results import Sample
    from ...data.characters import verbatim
    from ..networks.language_model import write

    start = np.asarray(dataset.x)[rows.test[0]]
    codes = write(model, start, length=_SAMPLE, temperature=TEMPERATURE, seed=seed)
    before, text = (
        "".join(dataset.classes[c] for c in part) for part in (start, codes)
    )
    return Sample(before, text, *verbatim(text, source_text(dataset)))


def source_text(dataset: Dataset) -> str:
    """The text that a network of characters is trained on."""
    import numpy as np

    from ...data.characters import training_text

    x = np.asarray(dataset.x)
    return training_text(x, dataset.y, dataset.classes, dataset.n_test)


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
    )
