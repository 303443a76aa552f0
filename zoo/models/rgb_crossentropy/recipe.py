"""Settings of the first mending; inputs and optimizer are as they were."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="rgb-crossentropy",
    hidden=(10, 10, 5),
    activation="relu",
    initialiser="truncated_normal",
    scaling="none",
    loss="binary-cross-entropy",
    optimizer="adadelta",
    learning_rate=0.001,
    batch_size=128,
    steps=5_000,
    shuffle=False,
)
