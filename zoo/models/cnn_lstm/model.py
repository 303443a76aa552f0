"""The graph: features of every frame, then what happens from frame to frame."""

from typing import Any

import keras
from keras import layers

from ...recipe import Recipe
from ..shapes import as_film


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from films of (frames, height, width) to logits, (n, outputs).

    ``recipe.hidden`` holds the filters of the cnn and, last, the units of the lstm;
    ``recipe.stub`` names a part that is replaced by a stub of the same shape.

    Raises
    ------
    Misuse
        A row is no film.
    """
    # Inputs: (frames, height, width) or (frames, height, width, channels).
    film = as_film(shape, recipe.model)
    films = keras.Input(shape)
    x = layers.Reshape(film)(films)

    # Body.
    frame = cnn(film[1:], recipe)
    if recipe.stub == "cnn":
        frame = cnn_stub(film[1:], features=frame.output_shape[-1])
    x = layers.TimeDistributed(frame)(x)
    x = (lstm_stub if recipe.stub == "lstm" else lstm)(x, recipe.hidden[-1])

    # Head.
    logits = layers.Dense(outputs)(x)
    return keras.Model(films, logits, name="cnn_lstm")


def cnn(shape: tuple[int, ...], recipe: Recipe) -> Any:
    """From a frame to its features, (n, features), which keep where things are."""
    frame = keras.Input(shape)
    x: Any = frame
    for filters in recipe.hidden[:-1]:
        convolution: Any = layers.Conv2D(
            filters,
            3,
            padding="same",
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )
        x = layers.MaxPooling2D(2, padding="same")(convolution(x))
    return keras.Model(frame, layers.Flatten()(x), name="cnn")


def cnn_stub(shape: tuple[int, ...], features: int) -> Any:
    """Build a `cnn` with nothing to learn: a frame's mean brightness, many times."""
    frame = keras.Input(shape)
    pixels = layers.Reshape((1, *shape))(frame)
    mean = layers.GlobalAveragePooling3D(data_format="channels_first")(pixels)
    many = layers.Flatten()(layers.RepeatVector(features)(mean))
    return keras.Model(frame, many, name="cnn_stub")


def lstm(x: Any, units: int) -> Any:
    """From features over time, (n, frames, features), to (n, units)."""
    return layers.LSTM(units)(x)


def lstm_stub(x: Any, units: int) -> Any:
    """Build an `lstm` without time: a dense layer of the frames' mean."""
    return layers.Dense(units, activation="tanh")(layers.GlobalAveragePooling1D()(x))
