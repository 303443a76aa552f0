"""Settings that do for most yes/no questions."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="binary-sigmoid",
    hidden=(4,),
    activation="tanh",
    initialiser="he_normal",
    scaling="standard",
    loss="binary-cross-entropy",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=32,
    epochs=200,
    patience=20,
)
