"""Settings of the question: each of them is one the answer changed."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="rgb-sigmoid",
    hidden=(10, 10, 5),
    activation="sigmoid",
    initialiser="normal",
    scaling="none",
    loss="broadcast-squared-error",
    optimizer="adadelta",
    learning_rate=0.001,
    batch_size=128,
    steps=5_000,
    shuffle=False,
)
