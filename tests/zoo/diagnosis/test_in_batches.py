"""Trainings on datasets and generators, which make their own batches."""

from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.diagnosis.probe.symptoms import symptoms
from learnable.zoo.diagnosis.problem.task import training_task
from learnable.zoo.diagnosis.problem.training_setup import original_training
from learnable.zoo.diagnosis.record.recorder import recorded
from learnable.zoo.diagnosis.rules.too_few_epochs import too_few_epochs
from learnable.zoo.diagnosis.search.trials import Split, train_trial

X = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")


class Batches(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()

    def __len__(self):
        return 6

    def __getitem__(self, index):
        part = slice(10 * index, 10 * index + 10)
        return X[part], Y[part]


# what Keras says of a generator, with and without a recording
LEFT_ALONE = pytest.mark.filterwarnings("ignore:.*shuffle=True:UserWarning")


def pairs():
    return tensorflow.data.Dataset.from_tensor_slices((X, Y))


def generated():
    while True:
        for start in range(0, 60, 10):
            yield X[start : start + 10], Y[start : start + 10]


def the_same():
    while True:
        yield X[:10], Y[:10]


def trained(rows, *, eagerly=True, **arguments):
    """A short training as it is recorded; without a graph, which takes longer."""
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")]
    )
    with recorded(__file__) as recording:
        model.compile("adam", "binary_crossentropy", run_eagerly=eagerly)
        model.fit(rows, verbose=0, **arguments)
    (fit,) = recording.fits
    return fit, original_training(fit, training_task(fit))


@pytest.mark.slow  # trainings
@LEFT_ALONE
@pytest.mark.parametrize(
    ("rows", "arguments", "expected"),
    [
        (lambda: pairs().batch(10), {"epochs": 3}, (10, 3, 18)),
        (lambda: pairs().batch(60), {"epochs": 3}, (60, 3, 3)),
        (lambda: pairs().batch(16), {"epochs": 3}, (16, 3, 12)),
        (Batches, {"epochs": 2}, (10, 2, 12)),
        (
            lambda: pairs().batch(10).repeat(),
            {"epochs": 2, "steps_per_epoch": 18},
            (10, 6, 36),
        ),
        (generated, {"epochs": 4, "steps_per_epoch": 3}, (10, 2, 12)),
        (the_same, {"epochs": 2, "steps_per_epoch": 20}, (10, 40, 40)),
    ],
    ids=["dataset", "whole", "uneven", "sequence", "passes", "half", "the same"],
)
def test_batches_are_as_large_and_as_many(rows, arguments, expected):
    fit, setup = trained(rows(), **arguments)
    assert (setup.batch_size, setup.count_passes, setup.steps) == expected
    assert setup.steps == fit.steps
    assert setup.in_batches
    assert not setup.shuffle


@LEFT_ALONE
def test_trial_has_as_many_rounds():
    rows = pairs().batch(10).repeat()
    fit, setup = trained(rows, eagerly=False, epochs=2, steps_per_epoch=18)
    whole = np.arange(len(setup.y))
    split = Split(whole, whole)
    outcome = train_trial(setup, training_task(fit), split, seed=0)
    assert len(outcome.losses) == setup.count_passes == 6


def test_arrays_are_cut_into_batches_by_keras():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    with recorded(__file__) as recording:
        model.compile("adam", "mse", run_eagerly=True)
        model.fit(X, Y, epochs=2, batch_size=20, verbose=0)
    setup = original_training(recording.fits[0], training_task(recording.fits[0]))
    assert (setup.batch_size, setup.count_passes, setup.in_batches) == (20, 2, False)
    assert setup.shuffle


@LEFT_ALONE
def test_more_epochs_are_told_in_those_of_the_script(case_of):
    fit, setup = trained(the_same(), epochs=2, steps_per_epoch=20)
    context = case_of(fit.model, X, Y)
    found = too_few_epochs(replace(context, setup=setup, fit=fit))
    assert found is not None
    assert [repair.apply(setup).epochs for repair in found.repairs] == [10, 40]
    assert [repair.apply(setup).steps for repair in found.repairs] == [200, 800]


@pytest.mark.slow  # trainings
@LEFT_ALONE
@pytest.mark.parametrize(
    ("rows", "arguments", "told"),
    [
        (the_same, {"steps_per_epoch": 20}, "repeats the same 10 rows 20 times"),
        (generated, {"steps_per_epoch": 6}, ""),
        (Batches, {}, ""),
    ],
)
def test_rows_that_come_again_within_an_epoch_are_seen(case_of, rows, arguments, told):
    fit, setup = trained(rows(), **arguments)
    context = replace(case_of(fit.model, X, Y), setup=setup, fit=fit)
    seen = [one.sentence for one in symptoms(context) if one.code == "S409"]
    assert bool(seen) == bool(told)
    assert told in "".join(seen)
