"""Callbacks see at epochs what they see in Keras; others are left to Keras."""

import logging

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.backend import tensorflow as tf
from learnable.zoo.training import Start, fit

layers, callbacks = keras.layers, keras.callbacks
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3)).astype("float32")
SCORE = X[:, 0] + RNG.normal(size=60, scale=0.5).astype("float32")
ROWS = {"x": X[:40], "y": SCORE[:40], "validation_data": (X[40:], SCORE[40:])}
HOOKS = ("train_begin", "epoch_begin", "test_begin", "test_end", "epoch_end")


def small(**options):
    body = [layers.Dense(20, activation="tanh"), layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *body])
    options = {"optimizer": keras.optimizers.Adam(0.05), "metrics": ["mae"]} | options
    model.compile(loss="mse", **options)
    return model


@pytest.fixture(scope="module")
def both(alike):
    """Trains two equal models, ours and Keras', that are compiled once."""
    models = small(), small()
    models[1].set_weights(models[0].get_weights())
    starts = [Start(model) for model in models]

    def compare(*made, **options):
        for start in starts:
            start.restore()
        common = ROWS | {"batch_size": 8, "shuffle": False, "verbose": 0} | options
        ours = fit(models[0], callbacks=made[0], way="graph", **common)
        theirs = models[1].fit(callbacks=made[1], **common)
        alike(ours, theirs, "graph")
        return ours, theirs

    return compare


class Record(callbacks.Callback):
    """What was called, in which epoch, with which names of logs."""

    def __init__(self):
        super().__init__()
        self.told = []


def _recorder(name):
    def hook(self, *given):
        *epoch, logs = given if len(given) > 1 or "epoch" not in name else (*given, {})
        self.told.append((name, *epoch, sorted(logs or {}), self.params["steps"]))

    return hook


for _name in (*HOOKS, "train_end"):
    setattr(Record, f"on_{_name}", _recorder(_name))


def test_hooks_are_called_as_by_keras(both):
    ours, theirs = Record(), Record()
    both([ours], [theirs], epochs=3, validation_freq=2)
    assert ours.told == theirs.told
    assert [name for name, *_ in ours.told].count("test_begin") == 1


def stopping():
    return callbacks.EarlyStopping(patience=3, restore_best_weights=True)


@pytest.mark.slow  # trainings
@pytest.mark.parametrize(
    "make",
    [
        stopping,
        lambda: callbacks.EarlyStopping("loss", min_delta=1.0, baseline=0.1),
        lambda: callbacks.ReduceLROnPlateau(factor=0.5, patience=1, min_delta=0.05),
        lambda: callbacks.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch)),
        callbacks.TerminateOnNaN,
    ],
)
def test_callbacks_of_keras_do_the_same(make, both):
    ours, _ = both([make()], [make()], epochs=12)
    assert len(ours.epoch) <= 12


def test_early_stopping_brings_the_best_back(both):
    stop = [
        callbacks.EarlyStopping(patience=3, restore_best_weights=True) for _ in "ab"
    ]
    ours, _ = both(stop[:1], stop[1:], epochs=60)
    told = ours.history["val_loss"]
    assert len(told) == np.argmin(told) + 1 + 3 < 60
    loss, _ = ours.model.evaluate(*ROWS["validation_data"], verbose=0)
    assert loss == pytest.approx(min(told), abs=1e-5)


def test_files_are_written_as_by_keras(both, tmp_path):
    def writers(name):
        path = tmp_path / f"{name}-{{epoch}}.weights.h5"
        best = callbacks.ModelCheckpoint(
            path, save_weights_only=True, save_best_only=True, save_freq="epoch"
        )
        return [callbacks.CSVLogger(tmp_path / f"{name}.csv"), best]

    ours, _ = both(writers("ours"), writers("theirs"), epochs=4)
    names = "ours", "theirs"
    kept = [{p.name.split("-")[1] for p in tmp_path.glob(f"{n}-*")} for n in names]
    assert kept[0] == kept[1] != set()
    tables = [np.genfromtxt(tmp_path / f"{n}.csv", delimiter=",") for n in names]
    np.testing.assert_allclose(*tables, atol=1e-5)
    assert len(tables[0]) == 1 + len(ours.epoch)


@pytest.mark.parametrize("hook", ["on_epoch_begin", "on_epoch_end", "on_train_begin"])
def test_any_hook_may_stop_the_training(hook, both):
    class Stop(callbacks.Callback):
        pass

    def stop(self, *_):
        self.model.stop_training = True

    setattr(Stop, hook, stop)
    ours, _ = both([Stop()], [Stop()], epochs=3)
    assert ours.epoch == [0]


def test_callbacks_may_be_given_alone_or_nested(both):
    ours, theirs = Record(), Record()
    both(ours, [[theirs]], epochs=1)
    assert ours.told == theirs.told


def test_callbacks_may_use_the_model(both):
    class Halve(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["outside"] = self.model.evaluate(X, SCORE, verbose=0)[0]
            self.model.set_weights([w / 2 for w in self.model.get_weights()])

    ours, _ = both([Halve()], [Halve()], epochs=3)
    assert "outside" in ours.history


@pytest.mark.slow  # trainings
@pytest.mark.parametrize("verbose", [1, 2, "auto"])
def test_progress_is_shown_as_by_keras(verbose, capsys):
    model = small()
    shown = []
    for way in ("graph", "keras"):
        fit(model, **ROWS, batch_size=8, epochs=2, verbose=verbose, way=way)
        shown.append(capsys.readouterr().out)
    ours, theirs = (text.replace("\r", "\n").split("\n") for text in shown)
    for told in (ours, theirs):
        assert [line for line in told if line.startswith("Epoch")] == [
            "Epoch 1/2",
            "Epoch 2/2",
        ]
        assert len([line for line in told if "5/5" in line and "val_loss" in line]) == 2


@pytest.fixture(scope="module")
def left():
    """A model whose training by Keras is compiled once."""
    return small()


class OwnStep(keras.Sequential):
    """A model with a step of its own."""

    def train_step(self, data):
        return super().train_step(data)


class OnBatch(callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.last = batch


def batches():
    for start in range(0, 40, 8):
        yield X[start : start + 8], SCORE[start : start + 8]


def dataset():
    return tf.data.Dataset.from_tensor_slices((X, SCORE)).batch(8)


def lambda_callback():
    return callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)


LEFT = {
    "OnBatch asks": lambda _: {"callbacks": [[OnBatch()]]},
    "LambdaCallback asks": lambda _: {"callbacks": lambda_callback()},
    "BackupAndRestore asks": lambda folder: {
        "callbacks": [callbacks.BackupAndRestore(folder / "backup")]
    },
    "ModelCheckpoint asks": lambda folder: {
        "callbacks": [callbacks.ModelCheckpoint(folder / "a.keras", save_freq=2)]
    },
    "no arrays but generator": lambda _: {"x": batches(), "y": None},
    "no arrays but _BatchDataset": lambda _: {"x": dataset(), "y": None},
    "number of steps in an epoch": lambda _: {"steps_per_epoch": 2},
    "shuffle is 'batch'": lambda _: {"shuffle": "batch"},
    "it was asked for": lambda _: {"way": "keras"},
}


@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
@pytest.mark.parametrize("reason", LEFT)
def test_some_trainings_are_left_to_keras(reason, left, tmp_path, caplog):
    options = {"x": X, "y": SCORE, "batch_size": None, "shuffle": False}
    options |= LEFT[reason](tmp_path)
    with caplog.at_level(logging.DEBUG, "learnable"):
        history = fit(left, **options, verbose=0)
    assert history.params["way"] == "keras"
    assert reason in history.params["reason"]
    assert history.params["nonfinite"] is None
    assert history.epoch == [0]
    told = [r.getMessage() for r in caplog.records if r.name == "learnable"]
    assert told == [f"training is left to Keras' fit: {history.params['reason']}"]


@pytest.mark.parametrize("kind", ["eager", "step"])
def test_some_models_are_left_to_keras(kind):
    model = OwnStep([keras.Input((3,)), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=kind == "eager")
    history = fit(model, X[:16], SCORE[:16], batch_size=8, verbose=0)
    assert history.params["way"] == "keras"
    reasons = {"eager": "run eagerly", "step": "its own train_step"}
    assert reasons[kind] in history.params["reason"]
