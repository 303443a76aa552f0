"""A recurrent network that forecasts a series.

A recurrent network that forecasts the next steps of a series, for `airline` and any CSV
with a column of times. It comes from the third document's lesson that a recurrent
network is looked at step by step: `return_sequences` is on, so that every step of a
window gives a forecast, and windows that begin before the series does are padded and
masked.

    window -> masking -> LSTM 32 -> what to add to the naive forecast, each step ahead

At each step the network is told how the series moved since a season ago, what the
seasonal naive forecast says of the steps to come, and how high the series stands. Its
last layer starts at 0: before training, its forecast *is* the seasonal naive one. The
verdict says whether it beats it.

| setting | value |
| --- | --- |
| units | LSTM with `tanh`, kernels `glorot_uniform` |
| window | two seasons, 12 to 48 steps |
| loss | absolute error, at every step of the window |
| optimizer | `adam`, learning rate 0.003, gradients clipped at norm 1 |
| training | up to 100 epochs of batches of 32 windows |
| end | after 10 epochs without progress on the last tenth of the training steps |

Folds are never shuffled: each is forecast from all steps before it (rolling origin).

    zoo train lstm-series
    zoo train lstm-series --data days.csv --target Temp --season 365 --horizon 30
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="lstm-series",
    title="A recurrent network that forecasts a series",
    dataset="airline",
    tasks=("forecast",),
    parameters=6_412,
    source="Hochreiter, Schmidhuber 1997",
    order=90,
)
DEFAULT = Recipe(
    model="lstm-series",
    hidden=(32,),
    activation="tanh",
    initialiser="glorot_uniform",
    scaling="none",
    loss="task",
    optimizer="adam",
    learning_rate=0.003,
    batch_size=32,
    epochs=100,
    patience=10,
    clip_norm=1.0,
)
"""Settings that do for series of a hundred to some ten thousand steps."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from windows of (steps, channels) to (n, steps, outputs).

    A step whose channels are all `MASKED` is not there, and passed over.
    """
    from ..backend import keras
    from ..networks.export import MASKED

    layers = keras.layers

    # Inputs.
    windows = keras.Input(shape)
    x = layers.Masking(MASKED)(windows)

    # Body: every step gives an output, so that each step's forecast can be looked at.
    for units in recipe.hidden:
        x = layers.LSTM(
            units,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
            return_sequences=True,
            dropout=recipe.dropout,
        )(x)

    # Head: from 0 on, the naive forecast, which the network then learns to mend.
    ahead = layers.Dense(outputs, kernel_initializer="zeros")(x)
    return keras.Model(windows, ahead, name="lstm_series")
