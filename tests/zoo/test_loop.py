import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data.errors import BadData
from learnable.zoo.backend import keras
from learnable.zoo.loop import Rows, fit
from learnable.zoo.losses import BroadcastSquaredError

layers = keras.layers
CROSS_ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def rows_of(count: int, kind: str = "classes", seed: int = 0) -> Rows:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 4)).astype("float32")
    score = x[:, 0] - x[:, 1] + rng.normal(size=count, scale=0.3)
    if kind == "classes":
        return Rows(x, np.digitize(score, [-1, 1]).astype("int32"))
    if kind == "binary":
        return Rows(x, (score > 0).astype("int32"))
    return Rows(x, score.astype("float32").reshape(-1, 1))


def network(optimizer, loss, body=(8,), outputs=3, last=None, extra=()):
    inner = [layers.Dense(units, activation="tanh") for units in body]
    model = keras.Sequential(
        [keras.Input((4,)), *inner, *extra, layers.Dense(outputs, activation=last)]
    )
    model.compile(optimizer=optimizer, loss=loss, jit_compile=False)
    return model


def sgd():
    return keras.optimizers.SGD(0.05, momentum=0.9)


def adam():
    return keras.optimizers.Adam(0.01)


def normed():
    return network(adam(), CROSS_ENTROPY, extra=[layers.BatchNormalization()])


def penalised():
    dense = layers.Dense(6, kernel_regularizer=keras.regularizers.L2(0.1))
    return network(sgd(), CROSS_ENTROPY, extra=[layers.Dropout(0.0), dense])


def broadcasting():
    return network(adam(), BroadcastSquaredError(), outputs=1, last="sigmoid")


CASES = {
    "adam": (lambda: network(adam(), CROSS_ENTROPY), "classes"),
    "sgd": (lambda: network(sgd(), CROSS_ENTROPY), "classes"),
    "adadelta": (
        lambda: network(keras.optimizers.Adadelta(0.1), CROSS_ENTROPY),
        "classes",
    ),
    "batch-norm": (normed, "classes"),
    "l2": (penalised, "classes"),
    "mse": (lambda: network(adam(), "mean_squared_error", outputs=1), "numbers"),
    "broadcast": (broadcasting, "binary"),
}


def same_as_keras(make, rows, validation, *, batch_size, epochs, patience=0):
    """Train twice from the same weights; compare weights and losses."""
    keras.utils.set_random_seed(0)
    ours, theirs = make(), make()
    theirs.set_weights(ours.get_weights())
    history = fit(
        ours,
        rows,
        validation,
        batch_size=batch_size,
        epochs=epochs,
        shuffle=False,
        patience=patience,
    )
    stopping = keras.callbacks.EarlyStopping(
        patience=patience, restore_best_weights=True
    )
    expected = theirs.fit(
        rows.x,
        rows.y,
        validation_data=(validation.x, validation.y),
        batch_size=batch_size,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[stopping] if patience else [],
    ).history
    assert history.keys() == expected.keys()
    for name, losses in history.items():
        np.testing.assert_allclose(losses, expected[name], atol=1e-5, rtol=1e-5)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)
    return history


@pytest.mark.parametrize("case", CASES)
def test_weights_equal_those_of_keras(case):
    make, kind = CASES[case]
    # 25 batches an epoch, the last of them partial; 50 steps
    rows, validation = rows_of(196, kind), rows_of(20, kind, 1)
    same_as_keras(make, rows, validation, batch_size=8, epochs=2)


@settings(max_examples=3, deadline=None)
@given(
    body=st.lists(st.integers(1, 12), max_size=2),
    count=st.integers(1, 40),
    batch_size=st.integers(1, 50),
    numbers=st.booleans(),
)
def test_any_network_equals_keras(body, count, batch_size, numbers):
    loss = "mean_squared_error" if numbers else CROSS_ENTROPY
    kind = "numbers" if numbers else "classes"
    same_as_keras(
        lambda: network(sgd(), loss, body=body, outputs=1 if numbers else 3),
        rows_of(count, kind),
        rows_of(7, kind, 1),
        batch_size=batch_size,
        epochs=2,
    )


def test_early_stopping_equals_keras():
    def make():
        return network(keras.optimizers.Adam(0.05), CROSS_ENTROPY, body=(30, 30))

    rows, validation = rows_of(30), rows_of(30, seed=1)
    history = same_as_keras(make, rows, validation, batch_size=8, epochs=60, patience=3)
    losses = history["val_loss"]
    assert len(losses) == np.argmin(losses) + 1 + 3 < 60


def test_best_weights_come_back_at_the_end():
    model = network(keras.optimizers.Adam(0.05), CROSS_ENTROPY, body=(30, 30))
    rows, validation = rows_of(30), rows_of(30, seed=1)
    history = fit(model, rows, validation, batch_size=8, epochs=20, patience=50)
    assert len(history["val_loss"]) == 20
    loss = model.evaluate(validation.x, validation.y, verbose=0)
    assert loss == pytest.approx(min(history["val_loss"]), abs=1e-5)


@pytest.mark.parametrize("patience", [0, 3])
def test_no_epochs_change_nothing(patience):
    model = network(adam(), CROSS_ENTROPY)
    before = model.get_weights()
    history = fit(
        model, rows_of(5), rows_of(3), batch_size=2, epochs=0, patience=patience
    )
    assert history == {"loss": (), "val_loss": ()}
    for was, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(was, now)


@pytest.mark.parametrize("count", [1, 3])
def test_batch_may_exceed_the_rows(count):
    same_as_keras(
        lambda: network(sgd(), CROSS_ENTROPY),
        rows_of(count),
        rows_of(1, seed=1),
        batch_size=100,
        epochs=3,
    )


def test_shuffling_follows_its_seed():
    rows = rows_of(40)

    def losses(seed: int):
        keras.utils.set_random_seed(0)
        model = network(sgd(), CROSS_ENTROPY, body=())
        return fit(model, rows, rows, batch_size=8, epochs=3, seed=seed)["loss"]

    assert losses(1) == losses(1)
    assert losses(1) != losses(2)


def test_endless_loss_names_its_epoch():
    model = network(keras.optimizers.SGD(1e30), "mean_squared_error", outputs=1)
    rows = rows_of(8, "numbers")
    with pytest.raises(BadData, match=r"loss is (nan|inf) in epoch \d") as caught:
        fit(model, rows, rows, batch_size=4, epochs=9)
    assert len(str(caught.value).splitlines()) == 1


def test_epochs_are_told_in_order():
    told = []
    rows = rows_of(10)
    history = fit(
        network(adam(), CROSS_ENTROPY),
        rows,
        rows,
        batch_size=4,
        epochs=3,
        on_epoch=lambda *said: told.append(said),
    )
    assert [(n, total) for n, total, _ in told] == [(1, 3), (2, 3), (3, 3)]
    assert tuple(logs["loss"] for *_, logs in told) == history["loss"]
    assert tuple(logs["val_loss"] for *_, logs in told) == history["val_loss"]


def test_interruption_passes_through():
    def interrupt(*_):
        raise KeyboardInterrupt

    rows = rows_of(10)
    model = network(adam(), CROSS_ENTROPY)
    with pytest.raises(KeyboardInterrupt):
        fit(model, rows, rows, batch_size=4, epochs=3, on_epoch=interrupt)


def test_broadcast_error_compares_all_pairs():
    # targets 0, 1 against outputs 0, 1: the pairs differ by 0, 1, 1, 0
    loss = BroadcastSquaredError()
    wanted, given = np.array([0, 1]), np.array([[0.0], [1.0]], "float32")
    assert float(loss(wanted, given)) == pytest.approx(0.5)
    assert float(loss(wanted.reshape(-1, 1), given)) == 0


def test_broadcast_error_prefers_the_mean():
    loss = BroadcastSquaredError()
    wanted = np.array([0, 0, 0, 1])
    right = wanted.reshape(-1, 1).astype("float32")
    assert float(loss(wanted, np.full_like(right, 0.25))) < float(loss(wanted, right))


def test_broadcast_error_survives_saving(tmp_path):
    model = broadcasting()
    rows = rows_of(12, "binary")
    fit(model, rows, rows, batch_size=12, epochs=1)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert isinstance(again.loss, BroadcastSquaredError)
    losses = [m.evaluate(rows.x, rows.y, verbose=0) for m in (model, again)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)
