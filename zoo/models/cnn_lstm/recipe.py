"""Settings for short films of few pixels."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="cnn-lstm",
    hidden=(32, 32),
    activation="relu",
    initialiser="glorot_uniform",
    scaling="unit",
    loss="task",
    optimizer="adam",
    learning_rate=0.003,
    batch_size=32,
    epochs=15,
    patience=4,
)
