"""Font colour from RGB, mended in part.

On show because it does **not** learn enough: the first mending that was proposed to the
question *Neural network not learning: font colour from RGB*. Its twin `rgb-softmax` has
the rest.

    red, green, blue (0 to 255) -> 10 -> 10 -> 5 -> 1 sigmoid unit: how black

Mended were the loss (cross-entropy, rows compared with their own targets), the units
(`relu`) and the start (`truncated_normal`: kernels from N(0, 0.1²), cut at two
deviations). Left as they were:

1. **Optimizer.** `adadelta` with Keras' learning rate 0.001 multiplies steps that are
   small already by a thousandth: in 5,000 steps the weights hardly move.
2. **Inputs.** Colours go in as 0 to 255 (scaling `none`): what little the weights move
   is felt a hundredfold by the sums.

The optimizer is what keeps it from learning: with `adam` at 0.001 the same network
learns raw colours, and with `adadelta` at a rate of 1 too; scaled inputs alone do not
help. It does two classes only and has 211 weights on `rgb`.

    zoo train rgb-crossentropy
    zoo compare rgb-crossentropy rgb-softmax
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="rgb-crossentropy",
    title="Font colour from RGB, half mended: raw inputs, Adadelta at 0.001",
    dataset="rgb",
    tasks=("binary",),
    parameters=211,
    twin="rgb-softmax",
    broken=True,
    defect="Units and loss are mended, the optimizer is not: the first steps of "
    "Adadelta are about a thousandth of its learning rate, here 0.001, so that in "
    "5,000 of them the weights hardly move. Inputs of 0 to 255 stay as they were.",
    symptom="The loss stays near 0.69, that of a coin, and hardly falls.",
    source="the question 'Neural network not learning: font colour from RGB' "
    "and its answer",
    order=12,
)
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
"""Settings of the first mending; inputs and optimizer are as they were."""


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
    start: Any = keras.initializers.TruncatedNormal(stddev=0.1)
    for units in recipe.hidden:
        x = layers.Dense(
            units, activation=recipe.activation, kernel_initializer=start.clone()
        )(x)

    # Head.
    black = layers.Dense(1, activation="sigmoid", kernel_initializer=start.clone())(x)
    return keras.Model(rows, black, name="rgb_crossentropy")
