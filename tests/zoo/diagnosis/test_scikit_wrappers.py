"""Scripts that train networks inside of wrappers for scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.record.run_script import run_script
from learnable.zoo.diagnosis.record.scikit_wrappers import (
    KerasClassifier,
    KerasRegressor,
    describe_stand_ins,
)
from sklearn.base import clone, is_classifier, is_regressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 2))
Y = (X[:, 0] > 0).astype(int)


def network(units=1, loss="binary_crossentropy", activation="sigmoid"):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, activation)])
    model.compile("sgd", loss, run_eagerly=True)
    return model


SCRIPT = """
import numpy as np
import keras
from {module} import KerasClassifier
from sklearn.model_selection import cross_val_score

def make():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", run_eagerly=True)
    return model

x = np.random.default_rng(0).normal(size=(30, 2))
y = np.where(x[:, 0] > 0, "warm", "cold")
scores = cross_val_score(KerasClassifier({make}=make, epochs=2, verbose=0), x, y, cv=3)
"""


@pytest.mark.parametrize(
    ("module", "make"),
    [
        ("keras.wrappers.scikit_learn", "build_fn"),
        ("tensorflow.keras.wrappers.scikit_learn", "build_fn"),
        ("scikeras.wrappers", "model"),
    ],
)
def test_trainings_inside_of_wrappers_are_recorded(module, make, tmp_path: Path):
    file = tmp_path / "train.py"
    file.write_text(SCRIPT.format(module=module, make=make))
    recording = run_script(file, seconds=60)
    assert recording.error == ""
    assert [fit.arguments["epochs"] for fit in recording.fits] == [2, 2, 2]
    assert {len(fit.x) for fit in recording.fits} == {20}
    assert recording.fits[0].place is not None
    assert recording.fits[0].place.line == 14


def test_a_stand_in_is_told_with_its_line():
    told = describe_stand_ins(
        SCRIPT.format(module="keras.wrappers.scikit_learn", make="")
    )
    assert told == (
        "line 4: `keras.wrappers.scikit_learn` is not installed: a stand-in runs",
    )
    assert describe_stand_ins("import keras.layers") == ()


@pytest.mark.parametrize(
    "named", [Y, np.where(Y, "b", "a"), keras.utils.to_categorical(Y)]
)
def test_classes_are_those_of_the_targets(named):
    units, loss = 2, "categorical_crossentropy"
    made: Any = KerasClassifier(
        network, units=units, loss=loss, activation="softmax", nb_epoch=1, verbose=0
    )
    made = clone(made)
    made.set_params(batch_size=8)
    assert is_classifier(made)
    made.fit(X, named)
    assert made.history_.params["epochs"] == 1
    assert made.predict_proba(X).shape == (30, 2)
    expected = named if np.ndim(named) == 1 else Y
    assert set(made.predict(X)) <= set(expected)
    assert made.score(X, named) == np.mean(made.predict(X) == expected)


def test_numbers_are_a_column():
    made: Any = KerasRegressor(model=network, model__loss="mse", epochs=1, verbose=0)
    assert is_regressor(made)
    assert made.fit(X, X[:, 0]).predict(X).shape == (30,)
