import subprocess
import sys
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from learnable.data import load
from learnable.data.errors import BadData
from learnable.data.split import cut
from learnable.zoo import list_models
from learnable.zoo.backend import ignore_softmax_warning, keras
from learnable.zoo.networks.estimators import predict
from learnable.zoo.networks.export import fit_scaling
from learnable.zoo.networks.losses import loss_unit
from learnable.zoo.networks.train import (
    Rows,
    Trained,
    subsample_for_steps,
    train_network,
)
from learnable.zoo.registry import recipe

OTHER_ROWS = {"convnet*", "cnn-*", "mobilenet*", "lstm-*", "text-*"}
"""Models of images, films, series and texts."""
TABULAR = [
    name
    for name in list_models()
    if not any(fnmatchcase(name, pattern) for pattern in OTHER_ROWS)
]
every_model = pytest.mark.parametrize("name", TABULAR)

PLAIN_KERAS = """
import sys
import numpy as np
import keras
folder = sys.argv[1]
for path in sys.argv[2:]:
    model = keras.saving.load_model(f"{folder}/{path}.keras", safe_mode=True)
    x = np.load(f"{folder}/x.npy")
    np.save(f"{folder}/{path}.npy", model.predict(x, verbose=0))
assert not [name for name in sys.modules if name.startswith("learnable")]
"""


def short(name: str, **changes):
    return replace(
        recipe(name), **{"steps": 0, "epochs": 2, "batch_size": 16} | changes
    )


def core_of(trained):
    return next(v for v in trained.serving.layers if isinstance(v, keras.Model))


@pytest.fixture(scope="module")
def trained_on_colours(make_rows):
    """Each model of the zoo after two epochs on 40 rows, trained once."""

    @cache
    def trained(name: str) -> Trained:
        rows = make_rows(40, (3,), 2)
        return train_network(short(name), rows, make_rows(9, (3,), 2), classes=2)

    return trained


@pytest.fixture(scope="module")
def rgb():
    dataset = load("rgb")
    parts = cut(dataset)
    x = dataset.x.to_numpy()
    return {
        part: Rows(x[numbers], dataset.y[numbers])
        for part, numbers in vars(parts).items()
    }


@pytest.mark.parametrize(
    "name", [pytest.param("rgb-sigmoid", marks=pytest.mark.slow), "mlp"]
)
def test_seed_gives_the_same_network(name, make_rows, trained_on_colours):
    again = train_network(
        short(name), make_rows(40, (3,), 2), make_rows(9, (3,), 2), classes=2
    )
    known = trained_on_colours(name)
    assert again.history == known.history
    weights = (v.serving.get_weights() for v in (again, known))
    for a, b in zip(*weights, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
@every_model
def test_serving_is_scaling_core_head(name, make_rows, trained_on_colours):
    trained, settings = trained_on_colours(name), short(name)
    if settings.evaluation != "each-row":
        pytest.skip("it answers with its last training row on purpose")
    rows = make_rows(40, (3,), 2)
    scaled = fit_scaling(settings.scaling, rows.x, None).apply(rows.x)
    with ignore_softmax_warning():
        said = np.asarray(core_of(trained)(scaled))
    if settings.loss == "task":
        odds = np.exp(said - said.max(axis=1, keepdims=True))
        said = odds / odds.sum(axis=1, keepdims=True)
    else:
        said = np.hstack([1 - said, said])
    given = predict(trained.serving, rows.x)
    np.testing.assert_allclose(given, said, atol=1e-6)
    np.testing.assert_allclose(given.sum(axis=1), 1, atol=1e-6)
    assert trained.parameters == core_of(trained).count_params()


def test_last_training_row_answers_for_all(make_rows, trained_on_colours):
    trained, rows = trained_on_colours("mnist-one-class"), make_rows(40, (3,), 2)
    given = predict(trained.serving, rows.x)
    assert (given == given[-1]).all()
    scaled = fit_scaling("unit", rows.x, None).apply(rows.x[-1:])
    own = np.asarray(keras.ops.softmax(trained.core(scaled)))
    np.testing.assert_allclose(given[:1], own, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["mlp", pytest.param("one-hidden", marks=pytest.mark.slow)]
)
def test_numbers_are_in_target_units(name, make_rows):
    rows = make_rows(60, (3,), 0)
    trained = train_network(short(name, epochs=30), rows, rows, classes=0)
    given = predict(trained.serving, rows.x)
    assert given.shape == (60, 1)
    assert 1_000 < given.mean() < 1_255
    assert np.abs(given[:, 0] - rows.y).mean() < rows.y.std()
    target = fit_scaling("standard", rows.y.reshape(-1, 1), None)
    scaled = fit_scaling("standard", rows.x, None).apply(rows.x)
    expected = (np.asarray(core_of(trained)(scaled)) - target.offset) / target.factor
    np.testing.assert_allclose(given, expected, rtol=1e-6)


def test_long_numbers_keep_their_digits():
    # seconds since 1970: float32 would know them to two minutes
    x = 1.8e9 + np.arange(32.0).reshape(-1, 1)
    rows = Rows(x, 1e9 + x[:, 0])
    trained = train_network(short("one-hidden", epochs=150), rows, rows, classes=0)
    given = predict(trained.serving, x)[:, 0]
    assert np.abs(given - rows.y).mean() < 2


@pytest.mark.slow
def test_saved_models_open_in_plain_keras(tmp_path, make_rows, trained_on_colours):
    rows = make_rows(30, (3,), 2)
    np.save(tmp_path / "x.npy", rows.x)
    expected = {}
    for name in TABULAR:
        if name == "mnist-one-class":
            continue  # its wrong gradient is a layer of ours
        trained = trained_on_colours(name)
        trained.serving.save(tmp_path / f"{name}.keras")
        expected[name] = predict(trained.serving, rows.x)
    numbers = make_rows(30, (3,), 0)
    trained = train_network(short("mlp"), numbers, numbers, classes=0)
    trained.serving.save(tmp_path / "number.keras")
    expected["number"] = predict(trained.serving, rows.x)
    code = [sys.executable, "-c", PLAIN_KERAS, str(tmp_path), *expected]
    told = subprocess.run(code, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    for name, outputs in expected.items():
        opened = np.load(tmp_path / f"{name}.npy")
        np.testing.assert_allclose(opened, outputs, rtol=1e-6, atol=1e-6)


@pytest.mark.slow  # `zoo predict` is tested on a run of this network, with its scores
def test_corrected_network_learns_colours(rgb):
    trained = train_network(
        recipe("rgb-softmax"),
        rgb["train"],
        rgb["validation"],
        classes=2,
        feature_range=(0, 255),
    )
    given = predict(trained.serving, rgb["test"].x)
    assert np.mean(given.argmax(axis=1) == rgb["test"].y) >= 0.99
    dark, light = predict(trained.serving, np.array([[1.0] * 3, [255.0] * 3]))
    assert dark[0] >= 0.99
    assert light[1] >= 0.99
    assert trained.parameters == 217
    assert trained.seconds > 0


@pytest.mark.slow  # trainings
def test_broken_network_gives_one_answer(rgb):
    trained = train_network(
        recipe("rgb-sigmoid"),
        rgb["train"],
        rgb["validation"],
        classes=2,
        feature_range=(0, 255),
    )
    given = predict(trained.serving, rgb["test"].x)
    shares = np.bincount(given.argmax(axis=1), minlength=2) / len(given)
    assert shares.max() > 0.95
    assert np.mean(given.argmax(axis=1) == rgb["test"].y) < 0.65


@pytest.mark.slow  # trainings
def test_broadcast_loss_prevents_learning(rgb):
    settings = replace(
        recipe("rgb-softmax"),
        steps=400,
        model="rgb-sigmoid",
        initialiser="normal",
        loss="broadcast-squared-error",
    )
    trained = train_network(
        settings, rgb["train"], rgb["validation"], classes=2, feature_range=(0, 255)
    )
    given = predict(trained.serving, rgb["test"].x)
    assert np.mean(given.argmax(axis=1) == rgb["test"].y) < 0.75


@pytest.mark.slow  # trainings
def test_history_has_a_value_an_epoch(make_rows):
    rows = make_rows(40, (3,), 2)
    told = []
    trained = train_network(
        short("mlp", epochs=3, patience=0),
        rows,
        rows,
        classes=2,
        on_epoch=lambda n, total, logs: told.append((n, total)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert [len(v) for v in trained.history.values()] == [3, 3]
    assert list(trained.history) == ["loss", "val_loss"]
    assert trained.way == "graph"
    assert "steps in all do not pay" in trained.reason


def test_steps_may_end_before_the_first_pass():
    numbers = np.arange(40)
    rows = Rows(numbers[:, None].astype("float32"), numbers)
    met = subsample_for_steps(
        short("mlp", steps=3, epochs=0, batch_size=8), rows, seed=1
    )
    assert len(met.x) == 24 == len(set(met.y))
    assert (met.x[:, 0] == met.y).all()
    for steps in (5, 900):
        assert (
            subsample_for_steps(
                short("mlp", steps=steps, epochs=0, batch_size=8), rows, seed=1
            )
            is rows
        )


@pytest.mark.slow  # trainings
def test_full_batch_loss_falls(make_rows):
    rows = make_rows(40, (3,), 2)
    settings = short("rgb-softmax", epochs=5, batch_size=40, learning_rate=1e-3)
    losses = train_network(settings, rows, rows, classes=2).history["loss"]
    assert all(after < before for before, after in pairwise(losses))


@pytest.mark.slow  # trainings
def test_patience_ends_the_training(make_rows):
    rows, other = make_rows(20, (3,), 2), make_rows(20, (3,), 2, seed=1)
    guessed = Rows(other.x, 1 - other.y)
    settings = short("mlp", epochs=100, patience=2)
    assert len(train_network(settings, rows, guessed, classes=2).history["loss"]) < 20


def test_wild_learning_rate_is_named(refused, make_rows):
    rows = make_rows(20, (3,), 0)
    settings = short("mlp", optimizer="sgd", learning_rate=1e12)
    assert "in epoch 1" in refused(
        BadData, train_network, settings, rows, rows, classes=0
    )


@pytest.mark.slow  # trainings
def test_type_of_rows_is_nothing(make_rows):
    drawn = make_rows(20, (4, 4), 2)

    def outputs(kind: str) -> np.ndarray:
        rows = Rows(drawn.x.astype("uint8").astype(kind), drawn.y)
        trained = train_network(short("mnist-relu", epochs=1), rows, rows, classes=2)
        return predict(trained.serving, rows.x)

    wanted = outputs("float64")
    np.testing.assert_allclose(outputs("uint8"), wanted, atol=1e-6)


@pytest.mark.slow  # trainings
def test_constant_columns_and_targets_train(make_rows):
    drawn = make_rows(20, (3,), 0)
    x = drawn.x.copy()
    x[:, 1] = 7
    rows = Rows(x, np.full(20, 5.0))
    given = predict(train_network(short("mlp"), rows, rows, classes=0).serving, x)
    assert np.isfinite(given).all()


def test_rows_are_asked_in_parts(make_rows, monkeypatch, trained_on_colours):
    rows = make_rows(25, (3,), 2)
    serving = trained_on_colours("mlp").serving
    whole = predict(serving, rows.x)
    monkeypatch.setattr("learnable.zoo.networks.estimators.BATCH", 10)
    np.testing.assert_allclose(predict(serving, rows.x), whole, atol=1e-7)


def test_loss_unit_is_a_metric():
    assert loss_unit(recipe("mlp"), "multiclass") == "log_loss"
    assert loss_unit(recipe("mlp"), "regression") == "relative_mse"
    assert loss_unit(recipe("rgb-sigmoid"), "binary") == ""
    assert loss_unit(recipe("binary-sigmoid"), "binary") == "log_loss"
    assert loss_unit(recipe("lstm-series"), "forecast") == ""
    weighted = replace(recipe("mlp"), class_weight="balanced")
    assert loss_unit(weighted, "binary") == ""
