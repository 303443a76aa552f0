"""What a script does with Keras, noted while it does it."""

import inspect

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.record.recorder import recorded

layers = keras.layers
X = np.random.default_rng(0).normal(size=(24, 3))
Y = X.sum(axis=1)


def small(*, inputs=3, loss="mse"):
    model = keras.Sequential([keras.Input((inputs,)), layers.Dense(1)])
    model.compile("sgd", loss)
    return model


def line(offset=0):
    """The caller's line."""
    return inspect.currentframe().f_back.f_lineno + offset


@pytest.fixture(scope="module")
def told():
    """A script with a training of each argument, and one more of the same model."""
    with recorded(__file__) as recording:
        model = keras.Sequential(
            [
                keras.Input((3,)),
                layers.Dense(4, activation="relu"),
                layers.Dropout(0.1),
                layers.Dense(1),
            ]
        )
        model.compile("adam", "mae", metrics=["mse"], loss_weights=[2.0])
        before = model.get_weights()
        x, weight = X.copy(), np.full(24, 0.5)
        stop = keras.callbacks.EarlyStopping()
        model.fit(
            x,
            Y,
            8,
            2,
            verbose=0,
            callbacks=[stop],
            validation_data=(X[:4], Y[:4]),
            sample_weight=weight,
            shuffle=False,
        )
        x[:] = 0
        model.fit(X, Y, epochs=1, verbose=0, validation_split=0.25)
        model.evaluate(X[:5], Y[:5], verbose=0)
        model.predict(X[:6], verbose=0)
    return recording, model, before


def test_arguments_are_kept_as_given(told):
    fit = told[0].fits[0]
    assert fit.arguments == {
        "epochs": 2,
        "batch_size": 8,
        "shuffle": False,
        "class_weight": None,
        "validation_split": 0.0,
        "steps_per_epoch": None,
        "initial_epoch": 0,
    }
    assert fit.callbacks == ("EarlyStopping",)
    assert fit.stopping == ("val_loss", "auto")
    assert (fit.loss, fit.metrics, fit.loss_weights) == ("mae", ["mse"], [2.0])
    assert fit.optimizer["class_name"] == "Adam"
    assert (fit.kind, fit.error, fit.cut) == ("fit", "", 0)


def test_rows_are_those_at_the_time(told):
    fit = told[0].fits[0]
    np.testing.assert_array_equal(fit.x, X)
    np.testing.assert_array_equal(fit.y, Y)
    np.testing.assert_array_equal(fit.sample_weight, np.full(24, 0.5))
    np.testing.assert_array_equal(fit.validation[0], X[:4])
    np.testing.assert_array_equal(fit.validation[1], Y[:4])


def test_weights_before_and_after_are_there(told):
    recording, model, before = told
    first, second = recording.fits
    assert first.model is model
    for got, expected in zip(first.weights, before, strict=True):
        np.testing.assert_array_equal(got, expected)
    for got, expected in zip(second.weights, first.trained, strict=True):
        np.testing.assert_array_equal(got, expected)
    assert (first.weights[0] != first.trained[0]).any()


def test_history_steps_and_time_are_there(told):
    fit = told[0].fits[0]
    assert set(fit.history) == {"loss", "mse", "val_loss", "val_mse"}
    assert [len(values) for values in fit.history.values()] == [2] * 4
    assert fit.steps == 6
    assert fit.seconds > 0


def test_second_training_is_pretrained(told):
    assert [fit.pretrained for fit in told[0].fits] == [False, True]


def test_lines_of_fit_and_compile_are_known(told):
    fit = told[0].fits[0]
    source = inspect.getsource(inspect.getmodule(inspect.currentframe())).splitlines()
    assert fit.place.file == __file__
    assert source[fit.place.line - 1].strip() == "model.fit("
    assert "model.compile(" in source[fit.compiled.line - 1]


def test_questions_are_kept_but_not_those_of_fit(told):
    evaluated, predicted = told[0].evaluations
    assert (evaluated.kind, len(evaluated.x), len(evaluated.y)) == ("evaluate", 5, 5)
    assert (predicted.kind, len(predicted.x), predicted.y) == ("predict", 6, None)
    assert (evaluated.model, evaluated.after) == (told[1], 2)


def test_sequential_calls_its_layers_in_order(told):
    recording, model, _ = told
    assert [call.layer for call in recording.calls] == model.layers
    assert [call.inputs for call in recording.calls] == [(-1,), (0,), (1,)]
    assert [layer for layer, _ in recording.layers] == model.layers
    assert [call.place for call in recording.calls] == [p for _, p in recording.layers]


def test_every_layer_has_its_own_line():
    with recorded(__file__) as recording:
        start = line()
        keras.Sequential(
            [
                layers.Dense(
                    4,
                    activation="relu",
                ),
                layers.Dense(3), layers.Dense(2),
                layers.Bidirectional(
                    layers.LSTM(2),
                ),
            ]
        )  # fmt: skip
        listed = line(1)
        [layers.Dense(size) for size in range(1, 4)]
    assert [place.line - start for _, place in recording.layers[:5]] == [3, 7, 7, 9, 8]
    assert [place.line for _, place in recording.layers[5:]] == [listed] * 3


def test_layers_within_layers_are_left_out():
    with recorded(__file__) as recording:
        keras.Model(*[keras.Input((3,))] * 2)
        layers.MultiHeadAttention(2, 2)
        layers.LSTM(3)
        keras.metrics.Accuracy()
    kinds = [type(layer).__name__ for layer, _ in recording.layers]
    assert kinds == ["MultiHeadAttention", "LSTM"]


def test_layer_that_cannot_be_made_is_left_out():
    with recorded(__file__) as recording, pytest.raises(ValueError, match="units"):
        layers.Dense(-1)
    assert recording.layers == []


def test_added_layers_are_called_once():
    with recorded(__file__) as recording:
        model = keras.Sequential()
        model.add(keras.Input((3,)))
        for size in (4, 3, 2):
            model.add(layers.Dense(size))
    assert [call.inputs for call in recording.calls] == [(-1,), (0,), (1,)]
    assert [call.number for call in recording.calls] == [0, 1, 2]


def test_layer_that_reaches_no_output_is_in_the_calls():
    with recorded(__file__) as recording:
        rows = keras.Input((3,))
        body = layers.Dense(4)(rows)
        lost = layers.Dropout(0.5)
        lost(body)
        model = keras.Model(rows, layers.Dense(1)(layers.add([body * 2, body])))
    assert [call.inputs for call in recording.calls] == [(-1,), (0,), (0,), (2,)]
    assert recording.calls[1].layer is lost
    assert lost not in model.layers


def test_model_within_a_model_is_a_call():
    inner = keras.Sequential([layers.Dense(2)])
    with recorded(__file__) as recording:
        rows = keras.Input((3,))
        layers.Dense(1)(inner(layers.Dense(4)(rows)))
    kinds = [type(call.layer).__name__ for call in recording.calls]
    assert kinds == ["Dense", "Dense", "Sequential", "Dense"]
    assert [call.inputs for call in recording.calls] == [(-1,), (-1,), (0,), (2,)]


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = layers.Dense(2)

    def call(self, inputs):
        return self.body(inputs)

    def fit(self, *args, **named):
        return super().fit(*args, **named, verbose=0)


def test_subclass_is_recorded_with_weights_of_its_start():
    with recorded(__file__) as recording:
        model = Own()
        model.compile("sgd", "mse")
        model.fit(X, np.stack([Y, Y], axis=1), batch_size=24)
    (fit,) = recording.fits
    assert [weight.shape for weight in fit.weights] == [(3, 2), (2,)]
    assert not fit.weights[1].any()
    assert fit.trained[1].any()
    assert [layer for layer, _ in recording.layers] == [model.body]


class Breaks(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise RuntimeError("enough\nof this")


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_network_without_an_input_shape_has_its_first_weights(eagerly):
    def built(**arguments):
        keras.utils.set_random_seed(0)
        parts = [layers.Dense(4, kernel_initializer="orthogonal"), layers.Dense(1)]
        model = keras.Sequential(parts)
        model.compile("sgd", "mse", **arguments)
        return model

    expected = built()
    expected.build((None, 3))
    with recorded(__file__) as recording:
        built(run_eagerly=eagerly).fit(X, Y, epochs=1, verbose=0)
    (fit,) = recording.fits
    for known, own in zip(fit.weights, expected.get_weights(), strict=True):
        np.testing.assert_allclose(known, own, atol=1e-6)
    assert not fit.pretrained


def test_first_weights_of_a_generator_in_use_are_left_as_they_are():
    def trained():
        seed = keras.random.SeedGenerator(0)
        made = keras.initializers.RandomNormal(seed=seed)
        model = keras.Sequential([layers.Dense(1, kernel_initializer=made)])
        model.compile("sgd", "mse")
        model.fit(X, Y, epochs=1, verbose=0)
        return model.get_weights()

    expected = trained()
    with recorded(__file__):
        found = trained()
    np.testing.assert_array_equal(found[0], expected[0])


def test_training_that_raises_is_recorded():
    with recorded(__file__) as recording, pytest.raises(RuntimeError, match="enough"):
        small().fit(X, Y, epochs=3, verbose=0, callbacks=[Breaks()])
    (fit,) = recording.fits
    assert fit.error == "RuntimeError: enough"
    assert len(fit.history["loss"]) == 1
    assert fit.steps == 1


def test_training_that_cannot_start_is_recorded():
    with recorded(__file__) as recording, pytest.raises(ValueError, match="axis -1"):
        small(inputs=5).fit(X, Y, verbose=0)
    (fit,) = recording.fits
    assert fit.error.startswith("ValueError: ")
    assert (fit.history, fit.steps) == ({}, 0)


def test_arguments_that_keras_refuses_are_its_own_error():
    with recorded(__file__) as recording, pytest.raises(TypeError, match="nb_epoch"):
        small().fit(X, Y, nb_epoch=3)
    assert recording.fits == []


def test_losses_that_are_not_finite_are_kept():
    with recorded(__file__) as recording:
        small().fit(X * np.nan, Y, verbose=0)
    assert np.isnan(recording.fits[0].history["loss"][0])
    assert recording.fits[0].error == ""


class Trains(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        small().fit(X, Y, verbose=0)
        self.model.predict(X, verbose=0)


def test_training_within_a_training_is_left_out():
    with recorded(__file__) as recording:
        small().fit(X, Y, verbose=0, callbacks=[Trains()])
    assert len(recording.fits) == 1
    assert recording.evaluations == []


def _set_weights(model, folder):
    model.set_weights(model.get_weights())
    return model


def _set_of_layer(model, folder):
    model.layers[0].set_weights(model.layers[0].get_weights())
    return model


def _load_weights(model, folder):
    model.save_weights(folder / "a.weights.h5")
    model.load_weights(folder / "a.weights.h5")
    return model


def _load_model(model, folder):
    model.save(folder / "a.keras")
    return keras.models.load_model(folder / "a.keras")


def _on_top_of_loaded(model, folder):
    base = _load_model(model, folder)
    model = keras.Sequential([base, layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    "change",
    [_set_weights, _set_of_layer, _load_weights, _load_model, _on_top_of_loaded],
)
def test_weights_that_were_given_make_it_pretrained(change, tmp_path):
    with recorded(__file__) as recording:
        change(small(), tmp_path).fit(X, Y, verbose=0)
    assert recording.fits[0].pretrained


def test_use_of_a_model_does_not_make_it_pretrained():
    with recorded(__file__) as recording:
        model = keras.Sequential([layers.BatchNormalization(), layers.Dense(1)])
        model(X, training=True)
        model.compile("sgd", "mse")
        model.evaluate(X, Y, verbose=0)
        model.fit(X, Y, verbose=0)
    assert not recording.fits[0].pretrained


def test_each_training_is_there_as_soon_as_it_ends():
    with recorded(__file__) as recording:
        small().fit(X, Y, verbose=0)
        assert [fit.steps for fit in recording.fits] == [1]
    assert len(recording.fits) == 1


def test_keras_is_as_it_was_after_an_error():
    def methods():
        names = ("fit", "compile", "evaluate", "predict", "train_on_batch")
        parts = [getattr(keras.Model, name) for name in names]
        own = vars(keras.layers.Layer)
        return [*parts, own["__new__"], own["__call__"], keras.Variable.assign]

    before = methods(), set(vars(keras.Model))
    with pytest.raises(ZeroDivisionError), recorded(__file__):
        methods()[0] is before[0][0] or 1 / 0
    assert (methods(), set(vars(keras.Model))) == before


def test_networks_that_train_in_turn_and_share_weights_are_named():
    critic = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="critic")
    with recorded(__file__) as recording:
        critic.compile("sgd", "mse")
        rows = keras.Input((3,))
        both = keras.Model(rows, critic(layers.Dense(3)(rows)), name="both")
        both.compile("sgd", "mse")
        other = small()
        for _ in range(2):
            for model in (critic, both, other):
                model.train_on_batch(X, Y)
    (told,) = recording.unread
    assert "trains 'critic' and 'both' in turn" in told
    assert [fit.model for fit in recording.fits] == [other]
