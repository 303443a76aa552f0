"""The smallest network worth trying first.

It takes any table or image set, is the zoo's own, and comes from no document.

    columns -> mean 0, deviation 1 -> 32 -> a logit a class, or one number

| setting | value |
| --- | --- |
| hidden layer | dense, 32 units, `relu`, kernels `he_normal`, biases 0 |
| inputs | standardised by the training rows; images by all pixels together |
| loss | softmax cross-entropy, or squared error on the standardised target |
| optimizer | `adam`, learning rate 0.003 |
| training | up to 200 epochs of batches of 32; ends after 15 epochs without progress |

It does classes and numbers. On `digits`, which it is trained on where no `--data` is
given, it has 2,410 weights. It has no twin.

    zoo train one-hidden
    zoo train one-hidden --data iris
    zoo train one-hidden --data houses.csv --target price
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...data.dataset import TABLE_TASKS
from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="one-hidden",
    title="One hidden layer of 32 ReLU units, for any table or image set",
    dataset="digits",
    tasks=TABLE_TASKS,
    parameters=2_410,
    order=60,
)
DEFAULT = Recipe(
    model="one-hidden",
    hidden=(32,),
    activation="relu",
    initialiser="he_normal",
    scaling="standard",
    loss="task",
    optimizer="adam",
    learning_rate=0.003,
    batch_size=32,
    epochs=200,
    patience=15,
)
"""Settings that do for most tables."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to logits (or a number), (n, outputs)."""
    from ..backend import keras

    layers = keras.layers

    # Inputs.
    rows = keras.Input(shape)
    x = layers.Flatten()(rows)

    # Body.
    for units in recipe.hidden:
        x = layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )(x)

    # Head.
    logits = layers.Dense(outputs, kernel_initializer=recipe.initialiser)(x)
    return keras.Model(rows, logits, name="one_hidden")
