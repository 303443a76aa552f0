"""Settings that do for series of a hundred to some ten thousand steps."""

from ...recipe import Recipe

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
