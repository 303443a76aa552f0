"""Settings for a text of some hundred thousand characters, in minutes."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="lstm-characters",
    hidden=(48, 256),
    activation="tanh",
    initialiser="glorot_uniform",
    scaling="none",
    loss="task",
    optimizer="adam",
    learning_rate=0.004,
    batch_size=64,
    epochs=30,
    patience=3,
    dropout=0.5,
    clip_norm=0.25,
    window=64,
)
