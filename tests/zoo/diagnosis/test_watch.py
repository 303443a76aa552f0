"""Symptoms that are seen while a network trains."""

import numpy as np
import pytest
from learnable import Watch, fit
from learnable.zoo.backend import ignore_softmax_warning, keras
from learnable.zoo.diagnosis.probe import watch as watching

pytestmark = pytest.mark.slow  # many small trainings


ROWS = np.random.default_rng(0).normal(size=(128, 3)).astype("float32")
WET = (ROWS[:, 0] > 0).astype("float32")


def trained(watch, *, activation="sigmoid", rate=0.01, epochs=8, x=ROWS, y=WET, **more):
    """A small network trained while it is watched."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(4, activation="relu", name="inner"),
            layers.Dense(1, activation=activation, name="head"),
        ]
    )
    loss = more.pop("loss", "binary_crossentropy")
    model.compile(keras.optimizers.SGD(rate), loss)
    with ignore_softmax_warning():
        model.fit(x, y, batch_size=8, epochs=epochs, verbose=0, callbacks=[watch])
    return watch


def codes(watch):
    return [symptom.code for symptom in watch.symptoms]


def one_softmax(watch, **more):
    """A softmax over one unit says 1 of every row, and gives no gradient."""
    return trained(watch, activation="softmax", loss="mse", **more)


@pytest.fixture(scope="module", autouse=True)
def soon():
    """Looks are taken to cost nothing before the first: the clock has no say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "FIRST_LOOK", 0.0)
        patch.setattr(watching, "STEPS_A_LOOK", 0)
        yield


@pytest.fixture(scope="module")
def collapsed(soon):
    return one_softmax(Watch(share=1.0, verbose=0))


def test_collapse_is_seen(collapsed):
    assert codes(collapsed) == ["S403", "S401", "S404"]
    collapse = collapsed.symptoms[1]
    assert collapse.label == "collapsed-predictions"
    assert collapse.sentence == (
        "The predictions for 64 different rows are identical: [1.]."
    )


def test_what_is_seen_has_its_numbers(collapsed):
    unchanged, _, stuck = collapsed.symptoms
    # what reaches the layer below is nothing, or what rounding leaves of it
    assert unchanged.sentence in [
        f"The weights of {name!r} have not changed in 16 steps: no gradient reaches "
        "them."
        for name in ("inner", "head")
    ]
    assert "after 112 steps" in stuck.sentence
    assert (unchanged.epoch, stuck.epoch) == (1, 7)


def test_healthy_training_shows_nothing(capsys):
    watch = trained(Watch(share=1.0), rate=0.5)
    assert watch.symptoms == []
    assert capsys.readouterr().out == ""


def test_loss_that_is_no_number_is_said_once(capsys):
    watch = trained(Watch(), activation=None, rate=1e30, loss="mse", epochs=3)
    assert codes(watch) == ["S402"]
    predicted = capsys.readouterr().out.split("\n")
    assert [line[:24] for line in predicted if line] == ["S402 loss-not-finite (ep"]


def test_leaps_are_seen():
    watch = trained(
        Watch(share=1.0, verbose=0), activation=None, rate=1.0, loss="mae", y=1e6 * WET
    )
    assert "S410" in codes(watch)


def test_without_time_only_the_loss_is_looked_at():
    watch = one_softmax(Watch(share=0.0, verbose=0))
    assert codes(watch) == ["S404"]


def test_rows_may_be_given():
    same = np.ones((8, 3))
    watch = trained(
        Watch(x=same, y=WET[:8], share=1.0, verbose=0), activation="softmax"
    )
    assert "S401" not in codes(watch), "equal rows are answered alike"
    wanted = np.zeros(8)
    watch = one_softmax(Watch(ROWS[:8], wanted, share=1.0, verbose=0))
    assert "S401" not in codes(watch), "one answer is wanted"


def test_rows_of_another_form_end_no_training():
    watch = one_softmax(Watch(np.eye(5), share=1.0, verbose=0))
    assert codes(watch) == ["S403", "S404"]


def test_each_training_is_watched_anew():
    watch = Watch(share=0.0, verbose=0)
    one_softmax(watch)
    trained(watch, rate=0.5)
    assert watch.symptoms == []


def test_compiled_epochs_are_watched_too():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "softmax")])
    model.compile("sgd", "mse")
    watch = Watch(share=1.0, verbose=0)
    with ignore_softmax_warning():
        history = fit(
            model, ROWS, WET, batch_size=8, epochs=8, verbose=0, callbacks=[watch]
        )
    assert history.params["way"] != "keras"
    assert {"S401", "S404"} <= set(codes(watch))


@pytest.mark.slow
def test_looking_keeps_to_its_share():
    watch = trained(Watch(verbose=0), epochs=40)
    assert watch.seconds <= watching.SHARE * (
        watching.time.perf_counter() - watch._start
    )
