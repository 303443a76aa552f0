"""Settings that do for most tables and small images."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="residual",
    hidden=(128, 128),
    activation="relu",
    initialiser="he_normal",
    scaling="standard",
    loss="task",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=32,
    epochs=200,
    patience=15,
    dropout=0.3,
)
