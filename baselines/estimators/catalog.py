"""The baselines: estimators that say what is reachable without a network.

The first of each list ignores what can be learned: it is the rule of thumb that
everything else must beat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from ...data import Dataset


@dataclass(frozen=True)
class Baseline:
    """A baseline's name, one line about it, and the function that makes it.

    ``make`` takes the dataset and the seed, and returns an unfitted estimator for what
    the dataset's rows are encoded to: a matrix without gaps, images, or an object array
    of texts. ``images_only`` says that it is for images only.
    """

    name: str
    about: str
    make: Callable[[Dataset, int], BaseEstimator]
    images_only: bool = False


def _majority(dataset: Dataset, seed: int) -> Any:
    from sklearn.dummy import DummyClassifier

    return _per_label(dataset, DummyClassifier(strategy="most_frequent"))


def _prior(dataset: Dataset, seed: int) -> Any:
    from sklearn.dummy import DummyClassifier

    return _per_label(dataset, DummyClassifier(strategy="prior"))


def _bayes(dataset: Dataset, seed: int) -> Any:
    from sklearn.naive_bayes import GaussianNB, MultinomialNB

    model = MultinomialNB() if _has_texts(dataset) else GaussianNB()
    return _input_steps(dataset, _per_label(dataset, model))


def _logistic(dataset: Dataset, seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    from .linear import LogisticPath

    if _has_texts(dataset):
        # rows of TF-IDF have length 1, for which the usual penalty is too strong: log
        # loss on the UCI set of SMS spam .133 with C=1, .061 with 10 (a forest's: .100)
        model = LogisticRegression(C=10, max_iter=1_000)
        return _input_steps(dataset, _per_label(dataset, model))
    return _input_steps(dataset, StandardScaler(), _per_label(dataset, LogisticPath()))


def _components(dataset: Dataset, seed: int) -> Any:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression

    pixels = PCA(0.9, whiten=True, svd_solver="covariance_eigh")
    return _input_steps(dataset, pixels, LogisticRegression(max_iter=1_000))


def _forest(dataset: Dataset, seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return _input_steps(
        dataset, _per_label(dataset, RandomForestClassifier(random_state=seed))
    )


def _boosting(dataset: Dataset, seed: int) -> Any:
    from .boosting import StoppedBoosting

    model = StoppedBoosting(random_state=seed)
    return _input_steps(
        dataset, *_column_reduction(dataset, seed), _per_label(dataset, model)
    )


def _mean(dataset: Dataset, seed: int) -> Any:
    from sklearn.dummy import DummyRegressor

    return DummyRegressor()


_PENALTIES = (0.01, 0.1, 1, 10, 100, 1_000, 10_000)
"""Of ridge, chosen by the error on rows left out one by one, at the cost of one fit."""


def _ridge(dataset: Dataset, seed: int) -> Any:
    from sklearn.linear_model import Ridge, RidgeCV
    from sklearn.preprocessing import StandardScaler

    if _has_texts(
        dataset
    ):  # whose tens of thousands of columns RidgeCV would decompose
        return _input_steps(dataset, Ridge())
    return _input_steps(dataset, StandardScaler(), RidgeCV(alphas=_PENALTIES))


def _forest_regressor(dataset: Dataset, seed: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    # R2 with a third / a half / all of the columns at each split: pollen .705 / .748 /
    # .753, body fat .916 / .957 / .959, linear pieces .754 / .829 / .837; all of them
    # take 1.7 times as long as a half
    return _input_steps(
        dataset, RandomForestRegressor(max_features=0.5, random_state=seed)
    )


def _boosting_regressor(dataset: Dataset, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.multioutput import MultiOutputRegressor

    stop: Any = True  # which scikit-learn's own hints do not allow
    model: Any = HistGradientBoostingRegressor(early_stopping=stop, random_state=seed)
    model = model if dataset.y.ndim == 1 else MultiOutputRegressor(model)
    return _input_steps(dataset, *_column_reduction(dataset, seed), model)


def _has_texts(dataset: Dataset) -> bool:
    from ...data.encode import is_text

    return is_text(dataset.x)


def _input_steps(dataset: Dataset, *steps: Any) -> Any:
    """A pipeline that takes images as well, as rows of pixels, and texts, as TF-IDF."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    if _has_texts(dataset):
        from .text import WordTfidf

        return make_pipeline(WordTfidf(), *steps)
    return make_pipeline(FunctionTransformer(flatten), *steps)


def flatten(x: Any) -> Any:
    """Rows as vectors of shape (n_rows, n_values); pixels as float32 for memory."""
    return x if x.ndim == 2 else x.reshape(len(x), -1).astype("float32")


def _column_reduction(dataset: Dataset, seed: int) -> list[Any]:
    """A step that leaves trees fewer columns of pixels or words, if there is need.

    Ten classes are ten trees a round, each over all 784 pixels: far too slow.
    """
    if _has_texts(dataset):
        from .text import Topics

        return [Topics(seed=seed)]
    if dataset.is_image:
        from sklearn.decomposition import PCA

        return [PCA(0.9, svd_solver="covariance_eigh")]
    return []


def _per_label(dataset: Dataset, model: Any) -> Any:
    """The classifier itself, or one for each label where they do not exclude others."""
    if dataset.task != "multilabel":
        return model
    from .multilabel import BinaryRelevance

    return BinaryRelevance(model)


def _seasonal_naive(dataset: Dataset, seed: int) -> Any:
    from .forecast import SeasonalNaive

    return SeasonalNaive(dataset.season)


def _mean_value(dataset: Dataset, seed: int) -> Any:
    from .forecast import Mean

    return Mean()


def _last_value(dataset: Dataset, seed: int) -> Any:
    from .forecast import LastValue

    return LastValue()


def _drift(dataset: Dataset, seed: int) -> Any:
    from .forecast import Drift

    return Drift()


def _ridge_lags(dataset: Dataset, seed: int) -> Any:
    from .forecast import RidgeOnLags

    return RidgeOnLags(dataset.season)


def _ets(dataset: Dataset, seed: int) -> Any:
    from .forecast import Ets

    return Ets(dataset.season)


def _arima(dataset: Dataset, seed: int) -> Any:
    from .forecast import Arima

    return Arima(dataset.season)


def _commonest(dataset: Dataset, seed: int) -> Any:
    from .text import CharacterFrequencies

    return CharacterFrequencies(n_classes=len(dataset.classes))


def _n_gram(dataset: Dataset, seed: int) -> Any:
    from .text import NGram

    return NGram(n_classes=len(dataset.classes))


def _logistic_on_characters(dataset: Dataset, seed: int) -> Any:
    from .text import LogisticOnCharacters

    return LogisticOnCharacters(n_classes=len(dataset.classes))


_LOGISTIC = "logistic regression, penalty by inner folds (texts: on TF-IDF)"
_RIDGE = "ridge regression on standardised columns, penalty by leave-one-out"
_BAYES = "Gaussian naive Bayes (texts: multinomial, on TF-IDF)"
_BOOSTING = "histogram gradient boosting (images, texts: of components)"
_FOREST = "random forest, 100 trees (texts: on TF-IDF)"

_CLASSES = (
    Baseline(
        "majority", "always the most frequent class; ignores the features", _majority
    ),
    Baseline("prior", "the class frequencies; ignores the features", _prior),
    Baseline("naive-bayes", _BAYES, _bayes),
    Baseline("logistic", _LOGISTIC, _logistic),
    Baseline(
        "components",
        "logistic regression on principal components of the pixels; images only",
        _components,
        images_only=True,
    ),
    Baseline("forest", _FOREST, _forest),
    Baseline("boosting", _BOOSTING, _boosting),
)
_NUMBERS = (
    Baseline("mean", "the mean of the training targets; ignores the features", _mean),
    Baseline("ridge", _RIDGE, _ridge),
    Baseline("forest", _FOREST, _forest_regressor),
    Baseline("boosting", _BOOSTING, _boosting_regressor),
)
_FORECASTS = (
    Baseline("seasonal-naive", "the value one season earlier", _seasonal_naive),
    Baseline("mean", "the mean of the training values", _mean_value),
    Baseline("last-value", "the last value, repeated", _last_value),
    Baseline("drift", "the line through the first and the last value", _drift),
    Baseline("ridge-lags", "ridge regression on the previous values", _ridge_lags),
    Baseline("ets", "exponential smoothing with trend and season", _ets),
    Baseline("arima", "ARIMA, its order chosen on the training values", _arima),
)
_CHARACTERS = (
    Baseline("commonest", "the character frequencies; ignores the context", _commonest),
    Baseline("n-gram", "frequencies of the next character after the last few", _n_gram),
    Baseline(
        "logistic",
        "logistic regression on the last few characters",
        _logistic_on_characters,
    ),
)
BASELINES: dict[str, tuple[Baseline, ...]] = {
    "binary": _CLASSES,
    "multiclass": _CLASSES,
    "multilabel": tuple(b for b in _CLASSES if not b.images_only),
    "regression": _NUMBERS,
    "forecast": _FORECASTS,
    "characters": _CHARACTERS,
}


def list_baselines(task: str) -> list[str]:
    """Names of the baselines that every dataset of a task gets; see `for_dataset`."""
    return [b.name for b in BASELINES[task] if not b.images_only]


def for_dataset(dataset: Dataset) -> tuple[Baseline, ...]:
    """The baselines for a dataset: those of its task, some of them for images only."""
    return tuple(
        b for b in BASELINES[dataset.task] if dataset.is_image or not b.images_only
    )


def baselines_for(dataset: Dataset, *, seed: int = 0) -> dict[str, BaseEstimator]:
    """Name -> unfitted estimator of every baseline for a dataset."""
    made = {b.name: b.make(dataset, seed) for b in for_dataset(dataset)}
    if dataset.series and dataset.y.ndim == 2:
        from .forecast import EachSeries

        return {name: EachSeries(model) for name, model in made.items()}
    return made
