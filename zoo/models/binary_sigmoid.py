"""A yes/no question with a sigmoid unit.

A yes/no question answered by `Dense(1, activation="sigmoid")` and binary cross-entropy:
the corrected twin of `binary-softmax`.

    columns -> mean 0, deviation 1 -> 4 -> 1 sigmoid unit: how likely the second class

| setting | value |
| --- | --- |
| hidden layer | dense, 4 units, `tanh`, kernels `he_normal`, biases 0 |
| inputs | standardised by the training rows |
| loss | binary cross-entropy |
| optimizer | `adam`, learning rate 0.001 |
| training | up to 200 epochs of batches of 32; ends after 20 without progress |

    zoo train binary-sigmoid
    zoo train binary-sigmoid --data people.csv --target married
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="binary-sigmoid",
    title="One hidden layer of 4 tanh units and one sigmoid unit",
    dataset="breast-cancer",
    tasks=("binary",),
    parameters=129,
    twin="binary-softmax",
    source="a mistake often asked about: softmax over one unit",
    order=40,
)
DEFAULT = Recipe(
    model="binary-sigmoid",
    hidden=(4,),
    activation="tanh",
    initialiser="he_normal",
    scaling="standard",
    loss="binary-cross-entropy",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=32,
    epochs=200,
    patience=20,
)
"""Settings that do for most yes/no questions."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to the probability of class 1, (n, 1).

    ``outputs`` is not used: there are two classes and one unit for them.
    """
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
    yes = layers.Dense(1, activation="sigmoid")(x)
    return keras.Model(rows, yes, name="binary_sigmoid")
