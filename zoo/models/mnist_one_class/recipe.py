"""Settings of the question."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="mnist-one-class",
    hidden=(200, 200),
    activation="relu",
    initialiser="normal",
    scaling="unit",
    loss="task",
    optimizer="sgd",
    learning_rate=1e-6,
    batch_size=1,
    steps=10_000,
    evaluation="last-training-row",
)
