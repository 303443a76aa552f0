"""Image features over time.

Image features over time, for films: a small convolutional network looks at each frame,
an LSTM at how its features follow one another. Built in parts, so that each can be
replaced by a stub of the same shape: the third document's advice to check the wiring in
a second before training for an hour.

    frames -> cnn (16, 16 filters) -> lstm 32 -> a logit a class

    zoo train cnn-lstm --stub cnn      the frames' mean brightness in place of features
    zoo train cnn-lstm --stub lstm     the mean over time in place of the LSTM

With `--stub`, one batch is sent through the network with and without the stub first,
and the shapes are shown. A stub that does as well as the part it replaces says that the
part is not needed, or does not learn. On `moving-digits` (which way does a digit move?)
no single frame tells the answer, so `--stub lstm` cannot learn.

| setting | value |
| --- | --- |
| cnn | 3x3 kernels `he_normal`, `relu`, the largest of 2x2 values kept |
| inputs | to [0, 1] |
| optimizer | `adam`, learning rate 0.003 |
| training | up to 20 epochs of batches of 32; ends after 8 without progress |

    zoo train cnn-lstm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...data.dataset import TABLE_TASKS
from ..recipe import Recipe
from .card import ModelCard
from .shapes import as_film

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="cnn-lstm",
    title="Features of each frame, then a recurrent layer over the frames",
    dataset="moving-digits",
    tasks=TABLE_TASKS,
    parameters=39_604,
    parts=("cnn", "lstm"),
    source="Donahue and others 2015",
    order=70,
)
DEFAULT = Recipe(
    model="cnn-lstm",
    hidden=(16, 16, 32),
    activation="relu",
    initialiser="he_normal",
    scaling="unit",
    loss="task",
    optimizer="adam",
    learning_rate=0.003,
    batch_size=32,
    epochs=20,
    patience=8,
)
"""Settings for short films of few pixels."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from films of (frames, height, width) to logits, (n, outputs).

    ``recipe.hidden`` holds the filters of the cnn and, last, the units of the lstm;
    ``recipe.stub`` names a part that is replaced by a stub of the same shape.

    Raises
    ------
    Misuse
        A row is no film.
    """
    from ..backend import keras

    layers = keras.layers

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
    from ..backend import keras

    layers = keras.layers
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
    from ..backend import keras

    layers = keras.layers
    frame = keras.Input(shape)
    pixels = layers.Reshape((1, *shape))(frame)
    mean = layers.GlobalAveragePooling3D(data_format="channels_first")(pixels)
    many = layers.Flatten()(layers.RepeatVector(features)(mean))
    return keras.Model(frame, many, name="cnn_stub")


def lstm(x: Any, units: int) -> Any:
    """From features over time, (n, frames, features), to (n, units)."""
    from ..backend import keras

    layers = keras.layers
    return layers.LSTM(units)(x)


def lstm_stub(x: Any, units: int) -> Any:
    """Build an `lstm` without time: a dense layer of the frames' mean."""
    from ..backend import keras

    layers = keras.layers
    return layers.Dense(units, activation="tanh")(layers.GlobalAveragePooling1D()(x))
