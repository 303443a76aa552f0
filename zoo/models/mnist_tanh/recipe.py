"""Settings for 784-128-10 on MNIST."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="mnist-tanh",
    hidden=(128,),
    activation="tanh",
    initialiser="glorot_uniform",
    scaling="unit",
    loss="task",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=128,
    epochs=20,
    patience=3,
)
