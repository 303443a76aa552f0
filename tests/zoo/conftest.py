from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from learnable.data.errors import ZooError
from learnable.zoo.backend import keras
from learnable.zoo.networks.train import Rows
from learnable.zoo.training import fit

Refuser = Callable[..., str]
Maker = Callable[..., Rows]
TOLERANCE = {"graph": 1e-5, "xla": 1e-4, "keras": 0.0}


@pytest.fixture
def refused() -> Refuser:
    """Calls, expects one of our errors of one line, and gives its text."""

    def refuser(kind: type[ZooError], call: Callable[..., object], *args, **options):
        with pytest.raises(kind) as caught:
            call(*args, **options)
        text = str(caught.value)
        assert text
        assert len(text.splitlines()) == 1
        return text

    return refuser


@pytest.fixture(scope="session")
def make_rows() -> Maker:
    """Rows of a shape whose first value, 0 to 255, tells the class or the number."""

    def maker(count: int, shape: tuple[int, ...], classes: int, seed: int = 0) -> Rows:
        x = np.random.default_rng(seed).uniform(0, 255, (count, *shape))
        first = x.reshape(count, -1)[:, 0]
        if not classes:
            return Rows(x, 1_000 + first)
        return Rows(x, np.minimum(first // (256 / classes), classes - 1).astype(int))

    return maker


def _alike(ours: Any, theirs: Any, way: str) -> None:
    """Two Histories of two models that should have been trained the same."""
    close = {"rtol": TOLERANCE[way], "atol": TOLERANCE[way]}
    assert ours.params["way"] == way, ours.params["reason"]
    assert ours.epoch == theirs.epoch
    assert list(ours.history) == list(theirs.history)
    for name, values in ours.history.items():
        others = theirs.history[name]
        assert [type(v) for v in values] == [type(v) for v in others]
        np.testing.assert_allclose(values, others, err_msg=name, **close)
    for kind in (lambda m: m.variables, lambda m: m.optimizer.variables):
        pairs = zip(kind(ours.model), kind(theirs.model), strict=True)
        for mine, other in pairs:
            values = (np.asarray(v, "float32") for v in (mine, other))
            np.testing.assert_allclose(*values, err_msg=other.path, **close)


@pytest.fixture(scope="session")
def alike() -> Callable[..., None]:
    """Asserts that two Histories, and the models behind them, are the same."""
    return _alike


@pytest.fixture(scope="session")
def agree() -> Callable[..., Any]:
    """Trains a model by our `fit` and its equal by Keras', and compares them."""

    def agreeing(
        make: Callable[[], keras.Model],
        x: Any,
        y: Any = None,
        *,
        way: str = "graph",
        batch_size: int = 8,
        epochs: int = 2,
        callbacks: Callable[[], list[Any]] = list,
        **options: Any,
    ) -> tuple[Any, Any]:
        common = {"batch_size": batch_size, "epochs": epochs, "shuffle": False}
        common |= {"verbose": 0, **options}
        made = []
        for train in (lambda model, *a, **o: fit(model, *a, way=way, **o), _keras_fit):
            keras.utils.set_random_seed(0)
            made.append(train(make(), x, y, callbacks=callbacks(), **common))
        ours, theirs = made
        _alike(ours, theirs, way)
        return ours, theirs

    return agreeing


def _keras_fit(model: keras.Model, *args: Any, **options: Any) -> Any:
    return model.fit(*args, **options)
