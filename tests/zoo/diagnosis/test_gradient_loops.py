"""Training loops with ``tf.GradientTape``, noted as trainings."""

import numpy as np
import pytest
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.diagnosis.problem.task import loss_name, training_task
from learnable.zoo.diagnosis.problem.training_setup import original_training
from learnable.zoo.diagnosis.record.known_losses import AcrossRows
from learnable.zoo.diagnosis.record.recorder import recorded

X = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")
COLUMN = Y.reshape(-1, 1).astype("float32")
tf = tensorflow


def network(units=1, activation="sigmoid"):
    head = keras.layers.Dense(units, activation=activation)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "relu"), head])


def slices(x=X, y=Y, size=20):
    starts = range(0, len(x), size)
    return [(x[start : start + size], y[start : start + size]) for start in starts]


def update(optimizer, model, grads):
    optimizer.apply_gradients(zip(grads, model.trainable_variables, strict=True))


def loop(model, loss_of, batches, *, epochs=3, optimizer=None, in_graph=False):
    """Train as tutorials do it; return the recording."""
    with recorded(__file__) as recording:
        optimizer = optimizer or keras.optimizers.Adam(0.01)
        loss_of = loss_of()

        def step(x, y):
            with tf.GradientTape() as tape:
                pred = model(x, training=True)
                loss = loss_of(y, pred)
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(
                zip(grads, model.trainable_variables, strict=True)
            )
            return loss

        step = tf.function(step) if in_graph else step
        for _ in range(epochs):
            for x, y in batches:
                step(tf.convert_to_tensor(x), tf.convert_to_tensor(y))
    return recording


@pytest.mark.parametrize("in_graph", [False, True])
def test_plain_loop_is_a_training(in_graph):
    model = network()
    before = model.get_weights()
    done = loop(
        model, keras.losses.BinaryCrossentropy, slices(y=COLUMN), in_graph=in_graph
    )
    (fit,) = done.fits
    np.testing.assert_array_equal(fit.x, X)
    np.testing.assert_array_equal(fit.y, COLUMN)
    np.testing.assert_array_equal(fit.weights[0], before[0])
    assert not np.array_equal(fit.trained[0], before[0])
    assert (fit.kind, fit.steps, len(fit.history["loss"])) == ("GradientTape", 9, 3)
    assert loss_name(fit.loss) == "binary_crossentropy"
    assert fit.optimizer["class_name"] == "Adam"
    assert fit.optimizer["config"]["learning_rate"] == pytest.approx(0.01)
    assert fit.place is not None
    setup = original_training(fit, training_task(fit))
    assert (setup.batch_size, setup.epochs, setup.shuffle) == (20, 3, False)


@pytest.mark.parametrize("in_graph", [False, True])
@pytest.mark.parametrize(
    ("write", "told"),
    [
        (lambda: lambda y, p: tf.reduce_mean(tf.square(y - p)), "mean_squared_error"),
        (lambda: lambda y, p: keras.losses.mean_absolute_error(y, p), "mean_absolute"),
        (
            lambda: (
                lambda y, p: keras.losses.binary_crossentropy(y, p, from_logits=True)
            ),
            "binary_crossentropy",
        ),
        (
            lambda: (
                lambda y, p: tf.reduce_mean(
                    tf.nn.sigmoid_cross_entropy_with_logits(y, p)
                )
            ),
            "binary_crossentropy",
        ),
    ],
)
def test_losses_written_otherwise_are_told(write, told, in_graph):
    model = network(activation=None)
    done = loop(model, write, slices(y=COLUMN), in_graph=in_graph)
    (fit,) = done.fits
    assert told in loss_name(fit.loss)
    np.testing.assert_array_equal(fit.y, COLUMN)


@pytest.mark.parametrize(
    "write",
    [
        lambda: lambda y, p: tf.reduce_mean((p - y) ** 2),
        lambda: lambda y, p: tf.reduce_mean(tf.abs(y - p)),
        lambda: (
            lambda y, p: (
                -tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))
            )
        ),
    ],
)
def test_a_loss_of_shapes_that_broadcast_is_none_of_keras(write):
    # outputs near 0, of which the loss row by row is nearly the same
    model = network(activation=tf.sigmoid)
    model.layers[-1].set_weights([np.full((4, 1), 1e-3), np.zeros(1)])
    done = loop(model, write, slices(y=Y.astype("float32")))
    (fit,) = done.fits
    assert isinstance(fit.loss, AcrossRows)
    assert fit.y.shape == (60,)
    setup = original_training(fit, training_task(fit))
    assert setup.loss.get_config() == fit.loss.get_config()


def test_classes_of_a_softmax_are_told():
    model = network(2, None)
    done = loop(
        model,
        lambda: (
            lambda y, p: tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=p)
            )
        ),
        slices(),
    )
    (fit,) = done.fits
    assert fit.loss.get_config()["from_logits"]


def test_dataset_that_mixes_is_told():
    rows = tf.data.Dataset.from_tensor_slices((X, COLUMN)).shuffle(60).batch(20)
    done = loop(network(), keras.losses.MeanSquaredError, rows)
    assert done.fits[0].arguments["shuffle"]
    assert len(done.fits[0].x) == 60


def test_batches_without_a_step_are_counted():
    model, optimizer = network(), keras.optimizers.Adam(0.01)
    loss_of = keras.losses.BinaryCrossentropy()
    with recorded(__file__) as recording:
        for _ in range(2):
            for x, y in slices(y=COLUMN, size=10):
                with tf.GradientTape() as tape:
                    loss = loss_of(y, model(x, training=True))
            update(optimizer, model, tape.gradient(loss, model.trainable_variables))
    (fit,) = recording.fits
    assert (fit.steps, fit.idle) == (2, 10)
    done = loop(network(), keras.losses.BinaryCrossentropy, slices(y=COLUMN))
    assert done.fits[0].idle == 0


def test_gradients_that_are_added_up_are_one_batch():
    model, optimizer = network(), keras.optimizers.SGD(0.1)
    with recorded(__file__) as done:
        loss_of = keras.losses.MeanSquaredError()
        total = []
        for number, (x, y) in enumerate(slices(y=COLUMN, size=10)):
            with tf.GradientTape() as tape:
                loss = loss_of(y, model(x))
            grads = tape.gradient(loss, model.trainable_variables)
            total = (
                grads
                if number % 2 == 0
                else [a + b for a, b in zip(total, grads, strict=True)]
            )
            if number % 2:
                optimizer.apply_gradients(
                    zip(total, model.trainable_variables, strict=True)
                )
    (fit,) = done.fits
    assert (fit.steps, fit.arguments["batch_size"]) == (3, 20)


def test_two_networks_are_two_trainings():
    first, second = network(), network()
    optimizers = keras.optimizers.SGD(0.1), keras.optimizers.Adam(0.1)
    with recorded(__file__) as done:
        for x, y in slices(y=COLUMN):
            for model, optimizer in zip((first, second), optimizers, strict=True):
                with tf.GradientTape() as tape:
                    loss = keras.losses.MeanSquaredError()(y, model(x))
                grads = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(
                    zip(grads, model.trainable_variables, strict=True)
                )
    assert [fit.model for fit in done.fits] == [first, second]
    assert [fit.optimizer["class_name"] for fit in done.fits] == ["SGD", "Adam"]


def test_adversaries_are_named():
    maker, judge = network(3, None), network()
    with recorded(__file__) as done:
        loss_of = keras.losses.BinaryCrossentropy()
        optimizers = [keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)]
        for x, y in slices(y=COLUMN):
            with tf.GradientTape() as one, tf.GradientTape() as other:
                made = maker(x)
                real, fake = judge(x), judge(made)
                loss = loss_of(tf.ones_like(fake), fake)
                judged = loss_of(y, real) + loss_of(tf.zeros_like(fake), fake)
            for tape, value, model, optimizer in zip(
                (one, other), (loss, judged), (maker, judge), optimizers, strict=True
            ):
                grads = tape.gradient(value, model.trainable_variables)
                optimizer.apply_gradients(
                    zip(grads, model.trainable_variables, strict=True)
                )
    assert not done.fits
    (told,) = done.unread
    assert "a GAN" in told


@pytest.mark.parametrize(
    ("loss_of", "told"),
    [
        (lambda: lambda y, p: tf.reduce_mean(tf.abs(y - p) ** 1.5), "none that Keras"),
        (
            lambda: lambda y, p: keras.losses.MeanSquaredError()(y, p * 2),
            "not given the network's output",
        ),
    ],
)
def test_loops_that_cannot_be_repeated_are_told(loss_of, told):
    done = loop(network(), loss_of, slices(y=COLUMN))
    assert not done.fits
    (line,) = done.unread
    assert told in line
    assert "9 steps" in line


def test_training_step_within_fit_is_no_loop():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = keras.layers.Dense(1)

        def call(self, x):
            return self.head(x)

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x, training=True))
            grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply(grads, self.trainable_variables)
            return {"loss": loss}

    with recorded(__file__) as done:
        model = Own()
        model.compile("sgd", "mse")
        model.fit(X, COLUMN, verbose=0)
    assert [fit.kind for fit in done.fits] == ["fit"]
    assert not done.unread


def test_functions_that_xla_would_compile_are_noted():
    with recorded(__file__) as recording:
        model, optimizer = network(), keras.optimizers.Adam(0.01)

        @tf.function(jit_compile=True)
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = keras.losses.BinaryCrossentropy()(y, model(x, training=True))
            update(optimizer, model, tape.gradient(loss, model.trainable_variables))

        for x, y in slices(y=COLUMN):
            step(tf.constant(x), tf.constant(y))
    (fit,) = recording.fits
    assert fit.steps == 3
    assert not recording.unread
