import numpy as np
import pytest
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.diagnosis.problem.context import RuleContext
from learnable.zoo.diagnosis.problem.task import training_task
from learnable.zoo.diagnosis.problem.training_setup import (
    build_model,
    original_training,
)
from learnable.zoo.diagnosis.record.recorder import recorded
from learnable.zoo.diagnosis.rules.batchnorm_statistics import batchnorm_statistics

layers = keras.layers
X = np.random.default_rng(0).normal(5, 2, size=(64, 3)).astype("float32")
Y = X[:, 0]


def functional(*, momentum=0.5, nested=False):
    rows = keras.Input((3,))
    norm = layers.BatchNormalization(momentum=momentum, name="norm")
    block = keras.Sequential([keras.Input((3,)), norm]) if nested else norm
    model = keras.Model(rows, layers.Dense(1)(block(rows)))
    model.compile("sgd", "mse")
    return model


def averages_move(setup):
    """Whether a step moves the mean of the copy of the network."""
    model = build_model(setup, np.arange(64), seed=0)
    model.run_eagerly = True
    model.train_on_batch(X, Y)
    means = [w for w in model.weights if "moving_mean" in w.path]
    return bool(np.any(np.asarray(means[0])))


def looped(model, **named):
    """Train in a loop of one's own; return its context."""
    with recorded(__file__) as recording:
        optimizer = keras.optimizers.SGD(0.01)
        for _ in range(3):
            with tensorflow.GradientTape() as tape:
                loss = keras.losses.MeanSquaredError()(Y[:, None], model(X, **named))
            wanted = model.trainable_variables
            grads = tape.gradient(loss, wanted)
            optimizer.apply_gradients(zip(grads, wanted, strict=True))
    (fit,) = recording.fits
    task = training_task(fit)
    return RuleContext(recording, fit, task, original_training(fit, task))


@pytest.mark.parametrize("nested", [False, True])
def test_averages_that_are_never_updated(nested):
    context = looped(functional(nested=nested))
    found = batchnorm_statistics(context)
    assert found.layers == ("norm",)
    assert "After 3 steps" in found.sentence
    (repair,) = found.repairs
    assert not averages_move(context.setup)
    assert averages_move(repair.apply(context.setup))


def test_averages_that_are_updated():
    assert batchnorm_statistics(looped(functional(momentum=0.1), training=True)) is None


def test_base_that_was_trained_before_is_sound():
    model = functional(momentum=0.1)
    model.get_layer("norm").moving_mean.assign([1.0, 2.0, 3.0])
    assert batchnorm_statistics(looped(model)) is None


def test_averages_that_arrive_too_late(case_of, trains):
    context = case_of(functional(momentum=0.999), X, Y, epochs=20)
    found = batchnorm_statistics(context)
    assert found.evidence["steps"] == 40
    assert found.repairs[0].what == "momentum of BatchNormalization: 0.999 -> 0.89"
    (model,) = trains(context, found)
    assert model.get_layer("norm").momentum == pytest.approx(0.89)


def test_networks_without_batch_normalization(case_of, sequence):
    context = case_of(sequence((3,), [layers.Dense(1)], "mse"), X, Y, batch_size=1)
    assert batchnorm_statistics(context) is None


def test_example_of_the_page(example_of):
    context = example_of("N117")
    assert batchnorm_statistics(context) is not None
