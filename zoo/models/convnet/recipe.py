"""Settings for MNIST and images like it."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="convnet",
    hidden=(),
    activation="relu",
    initialiser="he_normal",
    scaling="unit",
    loss="task",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=64,
    epochs=10,
    patience=2,
    dropout=0.25,
)
