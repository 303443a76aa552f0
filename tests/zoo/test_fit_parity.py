"""The same batches give the same weights, state and history as Keras' `fit`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.zoo import list_models
from learnable.zoo.backend import ignore_softmax_warning, keras
from learnable.zoo.networks.losses import loss_of
from learnable.zoo.registry import build, recipe
from learnable.zoo.training import Start, fit

layers, losses, metrics = keras.layers, keras.losses, keras.metrics
optimizers = keras.optimizers
CROSS_ENTROPY = losses.SparseCategoricalCrossentropy(from_logits=True)
ROWS = 196  # at 8 a batch 25 steps an epoch, the last with 4 rows
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, 4)).astype("float32")
SCORE = X[:, 0] - X[:, 1] + RNG.normal(size=ROWS, scale=0.3).astype("float32")
CLASSES = np.digitize(SCORE, [-1, 1])
WORDS = np.where(np.arange(6) < RNG.integers(1, 7, (ROWS, 1)), X[:, :1] > 0, 0) + 0


def sgd(**options):
    return optimizers.SGD(0.05, momentum=0.9, **options)


def network(*body, optimizer=None, loss="mean_squared_error", shape=(4,), **options):
    model = keras.Sequential([keras.Input(shape), *body])
    model.compile(optimizer=optimizer or sgd(), loss=loss, **options)
    return model


def dense(units=6, **options):
    return layers.Dense(units, activation="tanh", **options)


IMAGES = np.random.default_rng(1).normal(size=(ROWS, 8, 8))


def zoo_rows(name):
    """Rows that a model of the zoo takes, what it learns of them, and of which kind."""
    rng = np.random.default_rng(1)
    if name == "lstm-series":
        return rng.normal(size=(ROWS, 6, 4)), rng.normal(size=(ROWS, 6, 2)), "forecast"
    if name == "lstm-characters":
        codes = rng.integers(0, 3, (ROWS, 7))
        return codes[:, :-1], codes[:, 1:], "characters"
    if name == "text-embedding":
        return rng.integers(0, 9, (ROWS, 6)), CLASSES, "classes"
    y = CLASSES if recipe(name).loss == "task" else (CLASSES > 0).astype("int32")
    shape = (3, 8, 8) if name == "cnn-lstm" else (8, 8)
    return rng.normal(size=(ROWS, *shape)), y, "classes"


def zoo_model(name, x, y, kind):
    settings = recipe(name)
    outputs = y.shape[-1] if kind == "forecast" else 3
    model = build(settings, shape=x.shape[1:], outputs=outputs)
    optimizer = optimizers.get(settings.optimizer)
    optimizer.learning_rate = settings.learning_rate
    model.compile(optimizer=optimizer, loss=loss_of(settings, kind))
    return model


def on_images():
    return zoo_model("mnist-relu", IMAGES, CLASSES, "classes")


@pytest.mark.slow
# MobileNetV2 takes most of a minute; batch normalisation is tested below
@pytest.mark.parametrize("name", [n for n in list_models() if n != "mobilenet-v2"])
def test_models_of_the_zoo(name, agree):
    x, y, kind = zoo_rows(name)
    with ignore_softmax_warning():
        agree(lambda: zoo_model(name, x, y, kind), x, y)


OPTIMIZERS = {
    "sgd": sgd,
    "adam": lambda: optimizers.Adam(0.01),
    "rmsprop": lambda: optimizers.RMSprop(0.01),
    "adadelta": lambda: optimizers.Adadelta(0.5),
    "adamw": lambda: optimizers.AdamW(0.01, weight_decay=0.1),
}
BODIES = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["relu", "tanh", "swish"])),
    max_size=2,
)


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(
    body=BODIES,
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    rows=st.integers(1, 60),
    batch_size=st.integers(1, 70),
    measured=st.lists(st.sampled_from(["mae", "mse", "mape"]), unique=True),
)
def test_any_small_network(body, optimizer, rows, batch_size, measured, agree):
    def make():
        hidden = [layers.Dense(units, activation=kind) for units, kind in body]
        chosen = OPTIMIZERS[optimizer]()
        return network(
            *hidden, layers.Dense(1), optimizer=chosen, metrics=list(measured)
        )

    agree(make, X[:rows], SCORE[:rows], batch_size=batch_size)


@keras.saving.register_keras_serializable(package="tests")
class Scale(layers.Layer):
    """Learns a factor, penalises it, and counts its calls."""

    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")
        self.calls = self.add_weight(initializer="zeros", trainable=False)

    def call(self, x):
        self.calls.assign_add(1.0)
        self.add_loss(0.1 * keras.ops.sum(keras.ops.square(self.factor)))
        return x * self.factor


class CountedError(losses.Loss):
    """A loss of one's own, written as a class."""

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 1.5, axis=-1)


def cubed_error(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 3, axis=-1)


class Largest(metrics.Metric):
    """The largest error so far: a metric of one's own."""

    def __init__(self, name="largest"):
        super().__init__(name=name)
        self.value = self.add_weight(initializer="zeros", name="value")

    def update_state(self, y_true, y_pred, sample_weight=None):
        worst = keras.ops.max(keras.ops.abs(y_true - y_pred))
        self.value.assign(keras.ops.maximum(self.value, worst))

    def result(self):
        return self.value


def frozen_and_normed():
    frozen = dense(trainable=False)
    return network(
        dense(), frozen, layers.BatchNormalization(), Scale(), layers.Dense(1)
    )


def penalised():
    l2 = dense(kernel_regularizer=keras.regularizers.L2(0.1))
    l1 = layers.Dense(4, activity_regularizer=keras.regularizers.L1(0.01))
    return network(l2, l1, layers.Dense(1), loss=cubed_error, metrics=[Largest()])


def random():
    body = [layers.GaussianNoise(0.1), dense(), layers.Dropout(0.3), layers.Dense(1)]
    return network(*body, loss=CountedError())


def recurrent():
    embedding = layers.Embedding(2, 3, mask_zero=True)
    body = [embedding, layers.LSTM(4), layers.Dense(3)]
    return network(*body, shape=(6,), loss=CROSS_ENTROPY, optimizer="adam")


def masked():
    body = [layers.Masking(), layers.GRU(3), layers.Dense(1)]
    return network(*body, shape=(6, 1), optimizer=sgd(clipvalue=0.1))


def looping():
    body = [layers.Masking(), layers.SimpleRNN(3), layers.Dense(1)]
    return network(*body, shape=(6, 1))


def clipped():
    slower = optimizers.schedules.ExponentialDecay(0.05, 10, 0.8)
    chosen = optimizers.Adam(slower, clipnorm=0.1, use_ema=True, ema_momentum=0.9)
    return network(dense(), layers.Dense(1), optimizer=chosen)


def accumulated():
    options = {"global_clipnorm": 0.5, "gradient_accumulation_steps": 3}
    return network(dense(), layers.Dense(1), optimizer=sgd(**options))


def measured():
    counted = metrics.F1Score(average=None, name="f1")
    chosen = ["accuracy", metrics.AUC(num_thresholds=20, name="auc"), counted]
    body = [dense(), layers.Dense(3, activation="softmax")]
    return network(*body, loss="categorical_crossentropy", metrics=chosen)


def unbuilt():
    model = keras.Sequential([dense(), layers.BatchNormalization(), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


def counting_unbuilt():
    model = keras.Sequential([Scale(), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


SENTENCES = WORDS[..., None].astype("float32")
ONE_HOT = np.eye(3)[CLASSES]
CASES = {
    "frozen layer, batch norm and a layer of one's own": (frozen_and_normed, X, SCORE),
    "regularisers, a loss and a metric of one's own": (penalised, X, SCORE),
    "random layers": (random, X, SCORE),
    "embedding, mask and LSTM": (recurrent, WORDS, CLASSES),
    "masking and GRU": (masked, SENTENCES, SCORE),
    "schedule, clipping and averaged weights": (clipped, X, SCORE),
    "accumulated gradients": (accumulated, X, SCORE),
    "metrics": (measured, X, ONE_HOT),
    "not yet built": (unbuilt, X, SCORE),
    "not yet built, with a state": (counting_unbuilt, X, SCORE),
}


LONG = {
    "masking and GRU", "not yet built", "not yet built, with a state", "metrics",
    "regularisers, a loss and a metric of one's own", "accumulated gradients",
    "embedding, mask and LSTM",
}  # fmt: skip
"""Cases of seconds each; the others have a layer's state, chance and a schedule."""


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=[pytest.mark.slow][: c in LONG]) for c in CASES],
)
def test_whatever_a_model_has(case, agree):
    make, x, y = CASES[case]
    agree(make, x, y)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "x", "y"),
    [
        pytest.param(on_images, IMAGES, CLASSES, id="zoo"),
        pytest.param(frozen_and_normed, X, SCORE, id="batch norm"),
        pytest.param(looping, SENTENCES, SCORE, id="recurrent"),
    ],
)
def test_xla_gives_the_same(make, x, y, agree):
    agree(make, x, y, way="xla")


@pytest.mark.parametrize(
    ("kind", "built"),
    [
        (layers.SimpleRNN, True),
        pytest.param(layers.GRU, True, marks=pytest.mark.slow),
        pytest.param(layers.GRU, False, marks=pytest.mark.slow),
    ],
)
def test_state_of_recurrent_layers(kind, built, agree):
    def make():
        begin = [keras.Input(batch_shape=(8, 6, 1))] if built else []
        memory = kind(3, stateful=True, unroll=kind is layers.SimpleRNN)
        model = keras.Sequential([*begin, memory, layers.Dense(1)])
        model.compile(optimizer=sgd(), loss="mse")
        return model

    agree(make, SENTENCES[:80], SCORE[:80])


@pytest.fixture
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


in_both_ways = pytest.mark.parametrize(
    "way", ["graph", pytest.param("xla", marks=pytest.mark.slow)]
)


@pytest.mark.parametrize(
    "policy",
    ["mixed_bfloat16", pytest.param("mixed_float16", marks=pytest.mark.slow)],
    indirect=True,
)
def test_mixed_precision(policy, agree):
    def make():
        last = layers.Dense(1, dtype="float32")
        return network(dense(), last, optimizer="adam", metrics=["mae"])

    ours, _ = agree(make, X, SCORE)
    assert ours.model.layers[0].compute_dtype in policy


@pytest.mark.slow  # trainings
@in_both_ways
def test_seed_decides_the_weights(way):
    model = random()
    start = Start(model)

    def weights(seed):
        start.restore()
        keras.utils.set_random_seed(seed)
        fit(model, X, SCORE, batch_size=8, verbose=0, way=way)
        return np.concatenate([np.ravel(w) for w in model.get_weights()])

    np.testing.assert_array_equal(weights(1), weights(1))
    assert (weights(1) != weights(2)).any()


@pytest.mark.slow  # trainings
@in_both_ways
def test_random_numbers_keep_their_moments(way):
    rate, deviation, units = 0.3, 0.2, 16
    noise = [layers.Dropout(rate), layers.GaussianNoise(deviation)]
    constant = keras.initializers.Constant(1 / units)
    mean = layers.Dense(1, use_bias=False, kernel_initializer=constant)
    model = network(*noise, mean, shape=(units,), optimizer=optimizers.SGD(0.0))
    ones = np.ones((1_000, units))
    told = fit(model, ones, np.ones(1_000), epochs=6, verbose=0, way=way).history
    variance = (rate / (1 - rate) + deviation**2) / units
    # the estimate from 6,000 rows has a relative deviation of (2 / 6,000) ** 0.5
    assert np.mean(told["loss"]) == pytest.approx(variance, rel=0.08)
    assert len(set(told["loss"])) == 6
