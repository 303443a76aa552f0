"""Settings for some thousand small photographs."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="mobilenet-v2",
    hidden=(),
    activation="relu6",
    initialiser="glorot_uniform",
    scaling="range",
    loss="task",
    optimizer="adam",
    learning_rate=0.002,
    batch_size=64,
    epochs=15,
    patience=4,
    dropout=0.2,
)
