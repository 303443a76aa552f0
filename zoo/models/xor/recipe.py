"""Settings with which nearly every start succeeds."""

from ...recipe import Recipe

DEFAULT = Recipe(
    model="xor",
    hidden=(4,),
    activation="tanh",
    initialiser="glorot_uniform",
    scaling="range",
    loss="squared-error",
    optimizer="adam",
    learning_rate=0.05,
    batch_size=200,
    epochs=2_000,
    until=0.001,
    seeds=20,
)
