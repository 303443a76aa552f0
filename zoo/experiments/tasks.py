"""Tables, series and texts of characters: what networks do differently on each.

`network_task` chooses the functions of a dataset; whoever trains or scores asks it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from ..recipe import Recipe

if TYPE_CHECKING:
    import numpy as np

    from ...baselines.results.results import Sample
    from ...data.split import SplitRows
    from ..networks.train import MoreRows, Rows, Trained


@dataclass(frozen=True)
class NetworkTask:
    """Functions of one kind of rows.

    Parameters
    ----------
    train : callable
        Recipe, dataset, cut and options of a training (``seed``, ``on_epoch``,
        ``checkpoint``) -> the trained network, and the encoder of a table's columns or
        None.
    predict : callable
        Model, encoder, dataset and row numbers -> predictions as the harness takes
        them.
    estimator : callable
        Recipe, dataset and seed -> an unfitted estimator for the harness.
    score : callable
        Predictions, dataset and cut -> metrics of the test rows.
    sample : callable
        Model, dataset, cut and seed -> text that the network writes; None where it
        writes none.
    source : callable
        Dataset -> the text that the network is trained on; "" where it is none.
    """

    train: Callable[[Recipe, Dataset, SplitRows, dict[str, Any]], tuple[Trained, Any]]
    predict: Callable[[Any, Any, Dataset, np.ndarray], np.ndarray]
    estimator: Callable[[Recipe, Dataset, int], Any]
    score: Callable[[np.ndarray, Dataset, SplitRows], dict[str, float]]
    sample: Callable[[Any, Dataset, SplitRows, int], Sample | None]
    source: Callable[[Dataset], str]


def network_task(dataset: Dataset) -> NetworkTask:
    """Return the functions of a dataset's rows."""
    return _KINDS.get(dataset.task, _TABLE)


# Tables, images and texts in columns: rows without an order.


def train_on_rows(
    settings: Recipe, dataset: Dataset, rows: SplitRows, options: dict[str, Any]
) -> tuple[Trained, Any]:
    """The network trained on rows without order, and the encoder of its columns."""
    from ..networks.train import train_network

    options = options | {"classes": len(dataset.classes)}
    encoder, both = encoded(dataset, rows)
    if both[0].x.dtype == object:
        from ..networks.estimators import train_on_texts

        return train_on_texts(settings, *both, **options), encoder
    more = _remaining_rows(dataset, rows, encoder)
    reach = dataset.card.feature_range
    options = options | {"feature_range": reach, "more": more}
    return train_network(settings, *both, **options), encoder


def encoded(dataset: Dataset, rows: SplitRows) -> tuple[Any, tuple[Rows, Rows]]:
    """The encoder of a table's columns, if any, and the rows to train and validate."""
    from ...data.dataset import take
    from ...data.encode import fit_encoder, to_matrix
    from ..networks.train import Rows

    encoder, x = fit_encoder(dataset.x, rows.train)
    inner = to_matrix(encoder, take(dataset.x, rows.validation))
    validation = Rows(inner, dataset.y[rows.validation])
    return encoder, (Rows(x, dataset.y[rows.train]), validation)


def _remaining_rows(dataset: Dataset, rows: SplitRows, encoder: Any) -> MoreRows | None:
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


def _predict_rows(
    model: Any, encoder: Any, dataset: Dataset, rows: np.ndarray
) -> np.ndarray:
    from ...data.dataset import take
    from ...data.encode import to_matrix

    return outputs(model, to_matrix(encoder, take(dataset.x, rows)), dataset)


def outputs(model: Any, x: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Probabilities of shape (n_rows, n_classes), or numbers of the shape of ``y``."""
    from ..networks.estimators import predict

    if x.dtype == object:
        from ..networks.estimators import predict_texts

        return predict_texts(model, x)
    predicted = predict(model, x)
    one = not dataset.classes and dataset.y.ndim == 1
    return predicted[:, 0] if one else predicted


def _rows_estimator(settings: Recipe, dataset: Dataset, seed: int) -> Any:
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


def _score_rows(
    predictions: np.ndarray, dataset: Dataset, rows: SplitRows
) -> dict[str, float]:
    past = dataset.y[[*rows.train, *rows.validation]]
    return _score(predictions, dataset, rows, past)


def _score(
    predictions: np.ndarray, dataset: Dataset, rows: SplitRows, past: np.ndarray
) -> dict[str, float]:
    """All metrics of predictions, beside those of what knows only past targets."""
    from ...baselines.scores.metrics import all_metrics

    truth, classes = dataset.y[rows.test], len(dataset.classes)
    return all_metrics(truth, predictions, past, classes=classes, season=dataset.season)


def _refuse_sample(model: Any, dataset: Dataset, rows: SplitRows, seed: int) -> None:
    return None


def _describe_missing_source(dataset: Dataset) -> str:
    return ""


_TABLE = NetworkTask(
    train_on_rows,
    _predict_rows,
    _rows_estimator,
    _score_rows,
    _refuse_sample,
    _describe_missing_source,
)


# Series.


def _train_forecaster(
    settings: Recipe, dataset: Dataset, rows: SplitRows, options: dict[str, Any]
) -> tuple[Trained, None]:
    from ..networks.forecaster import train_forecaster

    order = dataset.series
    assert order is not None
    known = dataset.y[: rows.test[0]]
    steps: dict[str, Any] = {"season": order.season, "horizon": order.horizon}
    return train_forecaster(settings, known, **options, **steps), None


def _forecast(
    model: Any, encoder: None, dataset: Dataset, rows: np.ndarray
) -> np.ndarray:
    from ..networks.forecaster import forecast

    return forecast(model, dataset.y[: rows[0]])[: len(rows)]


def _forecaster(settings: Recipe, dataset: Dataset, seed: int) -> Any:
    from ..networks.forecaster import NetworkForecaster

    order = dataset.series
    assert order is not None
    return NetworkForecaster(settings, order.season, order.horizon, seed)


def _score_forecast(
    predictions: np.ndarray, dataset: Dataset, rows: SplitRows
) -> dict[str, float]:
    return _score(predictions, dataset, rows, dataset.y[: rows.test[0]])


_SERIES = NetworkTask(
    _train_forecaster,
    _forecast,
    _forecaster,
    _score_forecast,
    _refuse_sample,
    _describe_missing_source,
)


# Texts of characters.


_SAMPLE = 400
"""Characters that a network of texts writes for the report ..."""
_TEMPERATURE = 0.8
"""... a little less wild than its probabilities are."""


def _train_writer(
    settings: Recipe, dataset: Dataset, rows: SplitRows, options: dict[str, Any]
) -> tuple[Trained, None]:
    from ..networks.language_model import codes_of, train_writer

    x: Any = dataset.x
    text = codes_of(x[: rows.test[0]], dataset.y[: rows.test[0]])
    return train_writer(settings, text, classes=len(dataset.classes), **options), None


def _next_characters(
    model: Any, encoder: None, dataset: Dataset, rows: np.ndarray
) -> np.ndarray:
    import numpy as np

    from ..networks.language_model import next_characters

    return next_characters(model, np.asarray(dataset.x)[rows])


def _writer(settings: Recipe, dataset: Dataset, seed: int) -> Any:
    from ..networks.language_model import NetworkWriter

    return NetworkWriter(settings, len(dataset.classes), seed)


def _score_characters(
    predictions: np.ndarray, dataset: Dataset, rows: SplitRows
) -> dict[str, float]:
    from ...baselines.scores.metrics import score_characters

    return score_characters(dataset.y[rows.test], predictions)


def _sample(model: Any, dataset: Dataset, rows: SplitRows, seed: int) -> Sample:
    """Text that the network writes after the first characters of the test part."""
    import numpy as np

    from ...baselines.results.results import Sample
    from ...data.characters import copied_share
    from ..networks.language_model import write

    start = np.asarray(dataset.x)[rows.test[0]]
    codes = write(model, start, length=_SAMPLE, temperature=_TEMPERATURE, seed=seed)
    before, text = (
        "".join(dataset.classes[c] for c in part) for part in (start, codes)
    )
    return Sample(before, text, *copied_share(text, _source(dataset)))


def _source(dataset: Dataset) -> str:
    """The text that a network of characters is trained on."""
    import numpy as np

    from ...data.characters import training_text

    x = np.asarray(dataset.x)
    return training_text(x, dataset.y, dataset.classes, dataset.n_test)


_CHARACTERS = NetworkTask(
    _train_writer, _next_characters, _writer, _score_characters, _sample, _source
)
_KINDS = {"forecast": _SERIES, "characters": _CHARACTERS}
"""Kinds by task, where rows have an order; all other tasks are those of tables."""
