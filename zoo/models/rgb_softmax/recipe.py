"""Settings of the answer: 5,000 steps of 128 colours."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="rgb-softmax",
    hidden=(10, 10, 5),
    activation="relu",
    initialiser="he_normal",
    scaling="range",
    loss="task",
    optimizer="adam",
    learning_rate=0.01,
    batch_size=128,
    steps=5_000,
)
