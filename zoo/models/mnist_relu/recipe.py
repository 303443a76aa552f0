"""Settings for 784-200-200-10 on MNIST."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="mnist-relu",
    hidden=(200, 200),
    activation="relu",
    initialiser="he_normal",
    scaling="unit",
    loss="task",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=128,
    epochs=20,
    patience=3,
)
