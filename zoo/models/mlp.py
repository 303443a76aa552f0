"""Two hidden layers for any table or image set.

With dropout: the network to try when `one-hidden` is too small. It is the zoo's own and
comes from no document.

    columns -> mean 0, deviation 1 -> 64 -> 64 -> a logit a class, or one number

| setting | value |
| --- | --- |
| hidden layers | dense, 64 and 64 units, `relu`, kernels `he_normal`, biases 0 |
| dropout | 0.1 after each hidden layer |
| inputs | standardised by the training rows; images by all pixels together |
| loss | softmax cross-entropy, or squared error on the standardised target |
| optimizer | `adam`, learning rate 0.002 |
| training | up to 200 epochs of batches of 32; ends after 15 epochs without progress |

It does classes and numbers. On `digits`, which it is trained on where no `--data` is
given, it has 8,970 weights. It has no twin.

    zoo train mlp
    zoo train mlp --data breast-cancer
    zoo train mlp --data people.csv --target income
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...data.dataset import TABLE_TASKS
from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="mlp",
    title="Two hidden layers of 64 ReLU units, for any table or image set",
    dataset="digits",
    tasks=TABLE_TASKS,
    parameters=8_970,
    order=61,
)
DEFAULT = Recipe(
    model="mlp",
    hidden=(64, 64),
    activation="relu",
    initialiser="he_normal",
    scaling="standard",
    loss="task",
    optimizer="adam",
    learning_rate=0.002,
    batch_size=32,
    epochs=200,
    patience=15,
    dropout=0.1,
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
        x = layers.Dropout(recipe.dropout)(x)

    # Head.
    logits = layers.Dense(outputs, kernel_initializer=recipe.initialiser)(x)
    return keras.Model(rows, logits, name="mlp")
