"""The graph: features of every frame, then what happens from frame to frame."""

from typing import Any

import keras
from keras import layers

from ...recipe import Recipe
from ..shapes import as_film


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from films of (frames, height, width) to logits, (n, outputs).

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
    features, units = recipe.hidden
    stub = recipe.stub == "cnn"
    frame = cnn_stub(film[1:], features) if stub else cnn(film[1:], features, recipe)
    x = layers.TimeDistributed(frame)(x)
    x = (lstm_stub if recipe.stub == "lstm" else lstm)(x, units)

    # Head.
    logits = layers.Dense(outputs)(x)
    return keras.Model(films, logits, name="cnn_lstm")


def cnn(shape: tuple[int, ...], features: int, recipe: Recipe) -> keras.Model:
    """From a frame to its features, (n, features)."""
    frame = keras.Input(shape)
    settings: Any = {
        "activation": recipe.activation,
        "kernel_initializer": recipe.initialiser,
    }
    x: Any = frame
    for filters in (16, 32):
        x = layers.Conv2D(filters, 3, padding="same", **settings)(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(features, **settings)(x)
    return keras.Model(frame, x, name="cnn")


def cnn_stub(shape: tuple[int, ...], features: int) -> keras.Model:
    """As `cnn`, with nothing to learn: its mean brightness, many times."""
    frame = keras.Input(shape)
    mean = layers.Reshape((1,))(
        layers.GlobalAveragePooling3D(data_format="channels_first")(
            layers.Reshape((1, *shape))(frame)
        )
    )
    return keras.Model(frame, layers.Concatenate()([mean] * features), name="cnn_stub")


def lstm(x: Any, units: int) -> Any:
    """From features over time, (n, frames, features), to (n, units)."""
    return layers.LSTM(units)(x)


def lstm_stub(x: Any, units: int) -> Any:
    """As `lstm`, without time: a dense layer of the frames' mean."""
    return layers.Dense(units, activation="tanh")(layers.GlobalAveragePooling1D()(x))
