"""Networks and layers of the user's own classes, made anew."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.copy_model import copy
from learnable.zoo.diagnosis.record.recorder import recorded

X = np.zeros((4, 3), "float32")


class Net(keras.Model):
    """As most are written: no name, no further arguments, no configuration."""

    def __init__(self, units, classes=2):
        super().__init__()
        self.hidden = keras.layers.Dense(units)
        self.out = keras.layers.Dense(classes)

    def call(self, x):
        return self.out(self.hidden(x))


class Defaults(Net):
    def __init__(self, units=5):
        super().__init__(units)


class Stack(keras.Model):
    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


class Scaled(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.inner = keras.layers.Dense(units)

    def build(self, shape):
        self.inner.build(shape)

    def call(self, x):
        return 2 * self.inner(x)


def made(build):
    with recorded(__file__):
        model = build()
        model(X)
    return model


def functional():
    rows = keras.Input((3,))
    return keras.Model(rows, keras.layers.Dense(2)(Scaled(6)(rows)))


CLASSES = {
    "arguments": lambda: Net(7, classes=4),
    "other than the defaults": lambda: Defaults(7),
    "layers": lambda: Stack([keras.layers.Dense(6), keras.layers.Dense(2)]),
    "networks": lambda: Stack([Net(4), keras.Sequential([keras.layers.Dense(2)])]),
    "layer in a graph": functional,
}


@pytest.mark.parametrize("build", CLASSES.values(), ids=CLASSES.keys())
def test_a_class_of_ones_own_is_made_anew(build):
    model = made(build)
    found = copy(model)
    found(X)
    assert [w.shape for w in found.weights] == [w.shape for w in model.weights]
    assert not {id(w) for w in found.weights} & {id(w) for w in model.weights}
    assert not np.array_equal(found.weights[0], model.weights[0])
    found.set_weights(model.get_weights())
    rows = np.eye(3, dtype="float32")
    np.testing.assert_allclose(found(rows), model(rows), rtol=1e-6)


def test_a_copy_is_built_as_the_network_was():
    assert [w.shape for w in copy(made(CLASSES["arguments"])).weights] == [
        (3, 7),
        (7,),
        (7, 4),
        (4,),
    ]


def test_a_layer_of_ones_own_is_made_anew_outside_of_a_recording():
    model = functional()
    assert [w.shape for w in copy(model).weights] == [w.shape for w in model.weights]


def test_defaults_in_place_of_arguments_are_refused():
    model = Defaults(7)
    model(X)
    with pytest.raises(ValueError, match="give it a get_config"):
        copy(model)


class Adapted(keras.Model):
    def __init__(self, rows):
        super().__init__()
        self.scale = keras.layers.Normalization()
        self.scale.adapt(rows)

    def call(self, x):
        return self.scale(x)


def test_what_a_layer_of_the_class_was_adapted_to_is_kept():
    rows = np.arange(12, dtype="float32").reshape(4, 3)
    model = made(lambda: Adapted(rows))
    np.testing.assert_allclose(copy(model)(rows), model(rows), rtol=1e-6)
