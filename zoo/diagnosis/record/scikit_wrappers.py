"""Stand-ins for ``keras.wrappers.scikit_learn``, which is gone, and for scikeras.

Scripts with ``KerasClassifier(build_fn=...)`` train with ``fit`` inside of it, often in
folds and grids of scikit-learn. What stands in does what Keras 2 did, so that these
trainings are recorded; of scikeras it does what is common to both.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from ...backend import keras

MODULES = (
    "keras.wrappers.scikit_learn",
    "tensorflow.keras.wrappers",
    "tensorflow.keras.wrappers.scikit_learn",
)
SCIKERAS = ("scikeras", "scikeras.wrappers")
_OF_MODEL = "model__"


@contextmanager
def install_stand_ins() -> Iterator[None]:
    """Let scripts import the wrappers, where they are not installed."""
    missing = [*MODULES, *(() if find_spec("scikeras") else SCIKERAS)]
    added = [name for name in missing if name not in sys.modules]
    for name in added:
        sys.modules[name] = _module(name)
    try:
        yield
    finally:
        for name in added:
            sys.modules.pop(name, None)


def describe_stand_ins(source: str) -> tuple[str, ...]:
    """Say which lines of a script import what only has a stand-in here."""
    found = []
    for number, line in enumerate(source.splitlines(), start=1):
        words = line.split()
        name = words[1] if words[0:1] in (["from"], ["import"]) and words[1:] else ""
        if name in MODULES or (name in SCIKERAS and not find_spec("scikeras")):
            found.append(f"line {number}: `{name}` is not installed: a stand-in runs")
    return tuple(found)


def _module(name: str) -> ModuleType:
    module: Any = ModuleType(name, "A stand-in: the module is gone, or not installed.")
    module.__path__ = []
    module.KerasClassifier, module.KerasRegressor = KerasClassifier, KerasRegressor
    module.scikit_learn = module.wrappers = module
    return module


class _Wrapper(BaseEstimator):
    """A network made by a function, as an estimator.

    Parameters
    ----------
    build_fn : callable or keras.Model
        Gives a compiled network; scikeras calls it ``model``.
    params
        Arguments of that function (with or without ``model__``), of ``fit`` and of
        ``predict``.
    """

    def __init__(self, build_fn: Any = None, *, model: Any = None, **params: Any):
        self.build_fn, self.model, self.params = build_fn, model, params

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All that it was made with."""
        return {"build_fn": self.build_fn, "model": self.model, **self.params}

    def set_params(self, **params: Any) -> _Wrapper:
        """Change some of it."""
        for name, value in params.items():
            if name in ("build_fn", "model"):
                setattr(self, name, value)
            else:
                self.params[name] = value
        return self

    def fit(self, x: Any, y: Any, **options: Any) -> _Wrapper:
        """Build the network and train it."""
        network, targets = self._network(), self._targets(np.asarray(y))
        if network.loss == "categorical_crossentropy" and targets.ndim == 1:
            targets = keras.utils.to_categorical(targets)
        self.model_ = network
        given = {**_known(keras.Model.fit, self.params), **options}
        self.history_ = network.fit(x, targets, **given)
        return self

    def _targets(self, y: np.ndarray) -> np.ndarray:
        return y

    def _network(self) -> Any:
        make = self.build_fn if self.build_fn is not None else self.model
        if isinstance(make, keras.Model):
            return make
        named = {
            name.removeprefix(_OF_MODEL): value for name, value in self.params.items()
        }
        network = make(**_known(make, named))
        if not network.compiled and "loss" in self.params:
            network.compile(**_known(keras.Model.compile, named))
        return network

    def _outputs(self, x: Any, **options: Any) -> np.ndarray:
        given = {**_known(keras.Model.predict, self.params), **options}
        return np.asarray(self.model_.predict(x, **given))


class KerasClassifier(ClassifierMixin, _Wrapper):
    """A network for classes."""

    def _targets(self, y: np.ndarray) -> np.ndarray:
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
            return y
        self.classes_, codes = np.unique(y, return_inverse=True)
        return codes.reshape(len(y))

    def predict_proba(self, x: Any, **options: Any) -> np.ndarray:
        """Probabilities, (n_rows, n_classes)."""
        given = self._outputs(x, **options)
        return np.hstack([1 - given, given]) if given.shape[-1] == 1 else given

    def predict(self, x: Any, **options: Any) -> np.ndarray:
        """The likeliest classes."""
        return self.classes_[self.predict_proba(x, **options).argmax(axis=1)]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy; of one column a class too."""
        wanted = np.asarray(y)
        if wanted.ndim == 2 and wanted.shape[1] > 1:
            wanted = wanted.argmax(axis=1)
        right = self.predict(X) == wanted.reshape(len(wanted))
        return float(np.average(right, weights=sample_weight))


class KerasRegressor(RegressorMixin, _Wrapper):
    """A network for numbers."""

    def predict(self, x: Any, **options: Any) -> np.ndarray:
        """Predictions, (n_rows,) for one output."""
        return np.squeeze(self._outputs(x, **options), axis=-1)


def _known(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Those arguments that a function takes."""
    names = inspect.signature(function).parameters
    takes = {n: value for n, value in given.items() if n in names}
    if "nb_epoch" in given and "epochs" in names:
        takes["epochs"] = given["nb_epoch"]
    return takes
