"""The baselines: scikit-learn estimators that say what is reachable without a network.

The first of each list ignores the features: it is the rule of thumb that everything
else must beat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

    from ..data import Dataset


@dataclass(frozen=True)
class Baseline:
    """A baseline's name, one line about it, and the function that makes it.

    ``make`` takes the seed and whether rows are images, and returns an unfitted
    estimator for a matrix without gaps, or for images.
    """

    name: str
    about: str
    make: Callable[[int, bool], BaseEstimator]


def _majority(seed: int, images: bool) -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="most_frequent")


def _prior(seed: int, images: bool) -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def _bayes(seed: int, images: bool) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return _flat(GaussianNB())


def _logistic(seed: int, images: bool) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    return _flat(StandardScaler(), LogisticRegression(max_iter=1_000))


def _forest(seed: int, images: bool) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return _flat(RandomForestClassifier(random_state=seed))


def _boosting(seed: int, images: bool) -> Any:
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingClassifier

    stop: Any = True  # which scikit-learn's own hints do not allow
    model = HistGradientBoostingClassifier(early_stopping=stop, random_state=seed)
    # ten classes are ten trees a round, each over all 784 pixels: far too slow
    return (
        _flat(PCA(0.9, svd_solver="covariance_eigh"), model) if images else _flat(model)
    )


def _mean(seed: int, images: bool) -> Any:
    from sklearn.dummy import DummyRegressor

    return DummyRegressor()


def _ridge(seed: int, images: bool) -> Any:
    from sklearn.linear_model import RidgeCV
    from sklearn.preprocessing import StandardScaler

    return _flat(StandardScaler(), RidgeCV(alphas=(0.1, 1, 10, 100)))


def _forest_regressor(seed: int, images: bool) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return _flat(RandomForestRegressor(max_features=1 / 3, random_state=seed))


def _boosting_regressor(seed: int, images: bool) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    stop: Any = True  # which scikit-learn's own hints do not allow
    return _flat(HistGradientBoostingRegressor(early_stopping=stop, random_state=seed))


def _flat(*steps: Any) -> Any:
    """A pipeline that takes images as well, as rows of pixels."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    return make_pipeline(FunctionTransformer(flatten), *steps)


def flatten(x: Any) -> Any:
    """Rows as vectors of shape (n_rows, n_values); pixels as float32 for memory."""
    return x if x.ndim == 2 else x.reshape(len(x), -1).astype("float32")


_CLASSIFICATION = (
    Baseline("majority", "always the commonest class; ignores the features", _majority),
    Baseline("prior", "the classes' shares; ignores the features", _prior),
    Baseline("naive-bayes", "Gaussian naive Bayes", _bayes),
    Baseline("logistic", "logistic regression on standardised columns", _logistic),
    Baseline("forest", "random forest, 100 trees", _forest),
    Baseline(
        "boosting", "histogram gradient boosting (images: of components)", _boosting
    ),
)
_REGRESSION = (
    Baseline("mean", "the mean of the training targets; ignores the features", _mean),
    Baseline("ridge", "ridge regression on standardised columns", _ridge),
    Baseline("forest", "random forest, 100 trees", _forest_regressor),
    Baseline("boosting", "histogram gradient boosting", _boosting_regressor),
)
BASELINES: dict[str, tuple[Baseline, ...]] = {
    "binary": _CLASSIFICATION,
    "multiclass": _CLASSIFICATION,
    "regression": _REGRESSION,
}


def list_baselines(task: str) -> list[str]:
    """Names of the baselines for a task."""
    return [baseline.name for baseline in BASELINES[task]]


def baselines_for(dataset: Dataset, *, seed: int = 0) -> dict[str, BaseEstimator]:
    """Name -> unfitted estimator of every baseline for a dataset's task."""
    return {b.name: b.make(seed, dataset.is_image) for b in BASELINES[dataset.task]}
