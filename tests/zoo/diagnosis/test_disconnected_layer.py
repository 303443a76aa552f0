import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.edits import FeedFrom
from learnable.zoo.diagnosis.problem.context import RuleContext
from learnable.zoo.diagnosis.problem.task import training_task
from learnable.zoo.diagnosis.problem.training_setup import (
    build_model,
    original_training,
)
from learnable.zoo.diagnosis.record.recorder import recorded
from learnable.zoo.diagnosis.rules.disconnected_layer import disconnected_layer
from one_batch import first_loss

layers = keras.layers
X = np.random.default_rng(0).normal(size=(40, 6, 6, 1)).astype("float32")
FLAT = X.reshape(40, -1)
Y = (X[:, 0, 0, 0] > 0).astype("int32")


def train(model, x, y=Y, loss="binary_crossentropy"):
    model.compile("sgd", loss, run_eagerly=True)
    model.fit(x, y, verbose=0)


def case_of_last(recording):
    fit = recording.fits[-1]
    task = training_task(fit)
    return RuleContext(recording, fit, task, original_training(fit, task))


def dense(units=4, name=None):
    return layers.Dense(units, activation="relu", name=name)


def head(tensor):
    return layers.Dense(1, activation="sigmoid", name="head")(tensor)


@pytest.mark.slow  # trainings
def test_ties_layers_in_the_order_of_their_calls():
    with recorded(__file__) as recording:
        image = keras.Input((6, 6, 1))
        a = layers.Conv2D(3, 3, name="first")(image)
        layers.MaxPooling2D(2, name="second")(image)
        out = head(layers.Flatten(name="flat")(image))
        model = keras.Model(image, out)
        train(model, X)
    assert a is not None
    context = case_of_last(recording)
    found = disconnected_layer(context)
    assert found.layers == ("first", "second")
    repair = found.repairs[0]
    made = build_model(repair.apply(context.setup), np.arange(40), seed=0)
    assert np.isfinite(first_loss(made, X, Y))
    assert made.get_layer("head").kernel.shape == (12, 1)
    assert len(model.layers) == 3
    sources = [(e.kind, e.source_kind) for e in repair.edits if isinstance(e, FeedFrom)]
    assert sources == [("MaxPooling2D", "Conv2D"), ("Flatten", "MaxPooling2D")]


def test_merges_keep_their_other_inputs():
    with recorded(__file__) as recording:
        rows = keras.Input((36,))
        a, b = dense()(rows), dense(name="other")(rows)
        dense(name="loose")(b)
        both = layers.Concatenate(name="both")([a, b])
        train(keras.Model(rows, head(both)), FLAT)
    context = case_of_last(recording)
    setup = disconnected_layer(context).repairs[0].apply(context.setup)
    assert setup.model.get_layer("loose").input is setup.model.get_layer("other").output
    assert len(setup.model.get_layer("both").input) == 2


def test_joins_a_branch_of_another_input():
    with recorded(__file__) as recording:
        one, two = keras.Input((36,), name="one"), keras.Input((3,), name="two")
        left = dense(name="left")(one)
        dense(name="right")(two)
        train(keras.Model([one, two], head(left)), [FLAT, FLAT[:, :3]])
    context = case_of_last(recording)
    found = disconnected_layer(context)
    assert found.layers == ("right",)
    joined = found.repairs[-1].apply(context.setup)
    assert joined.model.get_layer("head").kernel.shape == (8, 1)
    first_loss(build_model(joined, np.arange(40), seed=0), [FLAT, FLAT[:, :3]], Y)


def test_finds_an_input_that_nobody_reads():
    with recorded(__file__) as recording:
        one, two = keras.Input((36,), name="one"), keras.Input((3,), name="two")
        train(keras.Model([one, two], head(dense()(one))), [FLAT, FLAT[:, :3]])
    found = disconnected_layer(case_of_last(recording))
    assert found.evidence["inputs_left_out"] == 1
    assert "'two'" in found.sentence


# what Keras says of the layer that it finds without weights
@pytest.mark.filterwarnings("ignore:.*unbuilt state:UserWarning")
def test_finds_a_layer_that_call_forgets():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.forgotten = dense(), dense(name="forgotten")
            self.last = layers.Dense(1, activation="sigmoid")

        def call(self, x):
            return self.last(self.first(x))

    with recorded(__file__) as recording:
        train(Net(), FLAT)
    assert disconnected_layer(case_of_last(recording)).layers == ("forgotten",)


class Chain(keras.Model):
    """Layers one behind the other, of which call leaves out the second."""

    def __init__(self, *, twice=False):
        super().__init__()
        self.first = layers.Dense(5, activation="relu")
        self.second = layers.Dense(4, activation="relu")
        self.drop = layers.Dropout(0.1)
        self.last = layers.Dense(1, activation="sigmoid")
        self.twice = twice

    def call(self, x, training=None):
        h = self.drop(self.first(x), training=training)
        return self.last(h * 2 if self.twice else h)


@pytest.mark.filterwarnings("ignore:.*unbuilt state:UserWarning")
def test_a_layer_that_a_chain_leaves_out_is_put_into_it():
    with recorded(__file__) as recording:
        train(Chain(), FLAT)
    context = case_of_last(recording)
    (repair,) = disconnected_layer(context).repairs
    mended = build_model(repair.apply(context.setup), np.arange(8), seed=0)
    assert [la.name for la in mended.layers] == [
        la.name for la in context.fit.model.layers
    ]
    assert np.isfinite(first_loss(mended, FLAT, Y))


@pytest.mark.filterwarnings("ignore:.*unbuilt state:UserWarning")
def test_layers_that_are_no_chain_have_no_repair():
    with recorded(__file__) as recording:
        train(Chain(twice=True), FLAT)
    assert not disconnected_layer(case_of_last(recording)).repairs


def test_is_silent_on_sequential_and_residual_networks():
    with recorded(__file__) as recording:
        train(keras.Sequential([keras.Input((36,)), dense(), layers.Dense(1)]), FLAT)
        rows = keras.Input((36,))
        h = dense()(rows)
        h = layers.Add()([h, dense()(layers.Dropout(0.1)(h))])
        train(keras.Model(rows, head(h)), FLAT)
    for fit in recording.fits:
        task = training_task(fit)
        context = RuleContext(recording, fit, task, original_training(fit, task))
        assert disconnected_layer(context) is None


def test_is_silent_on_the_parts_of_an_autoencoder():
    with recorded(__file__) as recording:
        rows = keras.Input((36,))
        code = dense()(rows)
        encoder = keras.Model(rows, code)
        again = layers.Dense(36)(code)
        train(keras.Model(rows, again), FLAT, FLAT, "mse")
        second = keras.Model(rows, head(code))
        train(second, FLAT)
        encoder.predict(FLAT, verbose=0)
    fit = recording.fits[0]
    task = training_task(fit)
    context = RuleContext(recording, fit, task, original_training(fit, task))
    assert disconnected_layer(context) is None
