"""Settings for some thousand messages."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="text-embedding",
    hidden=(32, 32),
    activation="relu",
    initialiser="glorot_uniform",
    scaling="none",
    loss="task",
    optimizer="adam",
    learning_rate=0.003,
    batch_size=32,
    epochs=30,
    patience=4,
    dropout=0.3,
    window=64,
    vocabulary=5_000,
)
