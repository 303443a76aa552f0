"""Settings that do for most tables."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="one-hidden",
    hidden=(32,),
    activation="relu",
    initialiser="he_normal",
    scaling="standard",
    loss="task",
    optimizer="adam",
    learning_rate=0.003,
    batch_size=32,
    epochs=200,
    patience=15,
)
