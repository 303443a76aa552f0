"""Settings for short films of few pixels."""

from ...recipe import Recipe

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
