"""Settings that do for most yes/no questions."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="binary-sigmoid",
    hidden=(16,),
    activation="relu",
    initialiser="he_normal",
    scaling="standard",
    loss="binary-cross-entropy",
    optimizer="adam",
    learning_rate=0.002,
    batch_size=32,
    epochs=200,
    patience=10,
)
