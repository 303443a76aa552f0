from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.training_setup import original_training
from learnable.zoo.diagnosis.rules.repairs import UNSTOPPED
from learnable.zoo.diagnosis.rules.too_few_epochs import too_few_epochs

pytestmark = pytest.mark.slow  # many small trainings


STEPS = np.arange(100)


def case_with(case_of, losses, *, rows=320, epochs=100):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.zeros((rows, 1), "float32")
    context = case_of(model, x, np.arange(rows) / 7, epochs=epochs)
    fit = replace(context.fit, history={"loss": [float(v) for v in losses]})
    return replace(context, fit=fit)


def test_two_steps_are_few(case_of):
    context = case_with(case_of, [0.7, 0.69], rows=40, epochs=2)
    found = too_few_epochs(context)
    assert "4 steps" in found.sentence
    assert [r.apply(context.setup).epochs for r in found.repairs] == [10, 40]


@pytest.mark.parametrize(("idle", "is_told"), [(90, True), (4, False)])
def test_a_step_outside_the_loop_over_batches_is_told(case_of, idle, is_told):
    context = case_with(case_of, [0.7, 0.69], rows=40, epochs=2)
    fit = replace(context.fit, idle=idle, steps=4)
    found = too_few_epochs(replace(context, fit=fit))
    assert ("outside the loop" in found.sentence) == is_told
    assert ("into the loop" in found.advice) == is_told
    epochs = [r.apply(context.setup).epochs for r in found.repairs]
    assert epochs == ([47] if is_told else [10, 40])


def test_an_epoch_of_few_steps_is_told(case_of):
    context = case_with(case_of, [0.7, 0.69], rows=40, epochs=2)
    arguments = context.fit.arguments | {"steps_per_epoch": 1}
    fit = replace(context.fit, arguments=arguments)
    found = too_few_epochs(replace(context, fit=fit))
    assert "2 epochs of 1 step (steps_per_epoch), 4 steps" in found.sentence


def test_a_loss_that_falls_to_the_end(case_of):
    found = too_few_epochs(case_with(case_of, 1 - STEPS / 200))
    assert "last quarter" in found.sentence


def test_a_flat_end_is_fine(case_of):
    flat = 0.1 + np.exp(-STEPS / 8)
    assert too_few_epochs(case_with(case_of, flat)) is None
    assert too_few_epochs(case_with(case_of, flat, rows=96)) is None


@pytest.mark.parametrize(("end", "is_found"), [(0.33, True), (0.1, False)])
def test_a_loss_flat_at_that_of_one_answer_has_not_begun(case_of, end, is_found):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    y = (np.arange(640) % 10 == 0).astype("int64")
    context = case_of(model, np.zeros((640, 1), "float32"), y, epochs=20)
    losses = end + 0.4 * np.exp(-np.arange(20.0))
    fit = replace(context.fit, history={"loss": losses.tolist()})
    assert bool(too_few_epochs(replace(context, fit=fit))) == is_found


@pytest.mark.parametrize(("epochs", "longer"), [(500, [2000]), (1500, [])])
def test_repairs_stay_short(case_of, epochs, longer):
    context = case_with(case_of, 1 - STEPS / 200, epochs=epochs)
    found = too_few_epochs(context)
    tried = [] if found is None else [r.apply(context.setup) for r in found.repairs]
    assert [setup.epochs for setup in tried] == longer


def test_what_early_stopping_ended_goes_on_without_it(case_of):
    context = case_with(case_of, [0.7, 0.69], rows=40, epochs=60)
    fit = replace(context.fit, callbacks=("EarlyStopping",))
    setup = original_training(fit, context.task)
    assert (setup.epochs, setup.stopped) == (2, True)
    found = too_few_epochs(replace(context, fit=fit, setup=setup))
    assert "EarlyStopping ended it, of 60 planned epochs" in found.sentence
    assert "mode=" not in found.sentence
    assert all("without EarlyStopping" in repair.what for repair in found.repairs)
    assert all(UNSTOPPED in repair.edits for repair in found.repairs)
    whole = replace(fit, history={"loss": [0.1] * 60})
    assert not original_training(whole, context.task).stopped


@pytest.mark.parametrize(
    ("monitor", "mode", "told"),
    [
        ("val_accuracy", "min", "higher is better: use mode='max'"),
        ("val_loss", "max", "lower is better: use mode='min'"),
        ("val_accuracy", "max", ""),
        ("val_loss", "auto", ""),
        ("my_own", "min", ""),
    ],
)
def test_a_mode_that_waits_for_worse_is_named(case_of, monitor, mode, told):
    context = case_with(case_of, [0.7, 0.69], rows=40, epochs=60)
    named = {"callbacks": ("EarlyStopping",), "stopping": (monitor, mode)}
    fit = replace(context.fit, **named)
    setup = original_training(fit, context.task)
    found = too_few_epochs(replace(context, fit=fit, setup=setup))
    assert told in found.sentence
    assert ("mode=" in found.sentence) == bool(told)
    if told:  # the script's own epochs come first then, before any setting
        assert found.priority == 0
        assert found.repairs[0].apply(setup).epochs == 60
