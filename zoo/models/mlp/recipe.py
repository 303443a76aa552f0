"""Settings that do for most tables."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="mlp",
    hidden=(64, 64),
    activation="relu",
    initialiser="he_normal",
    scaling="standard",
    loss="task",
    optimizer="adam",
    learning_rate=0.002,
    batch_size=32,
    epochs=200,
    patience=15,
    dropout=0.1,
)
