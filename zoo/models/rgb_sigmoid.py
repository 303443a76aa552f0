"""Font colour from RGB, as its author had it.

On show because it does **not** learn: the network of the question *Neural network not
learning: font colour from RGB*, with its settings. Its twin `rgb-softmax` is the
answer.

    red, green, blue (0 to 255) -> 10 -> 10 -> 5 -> 1 sigmoid unit: how black

It runs without an error, and says nearly the same of every colour. Five defects:

1. **Loss.** Targets of shape (n,) meet outputs of shape (n, 1), so every output is
   compared with every target, n x n pairs. The best answer to all targets at once is
   their mean, whatever the colour. (`broadcast-squared-error`)
2. **Inputs.** Colours go in as 0 to 255 (scaling `none`). Sums in the first layer are
   in the hundreds, where a sigmoid is flat: units are on or off, and gradients vanish.
3. **Start.** Kernels and biases are drawn from N(0, 1) (`normal`), which makes those
   sums larger still and differs from what the number of inputs asks for.
4. **Units.** `sigmoid` in all hidden layers: its slope is 1/4 at most, so that of the
   gradient little is left three layers down.
5. **Optimizer.** `adadelta` with Keras' learning rate 0.001 takes steps so small that
   the weights hardly move in 5,000 of them.

Rows also come in the same order each epoch. Mending one of the five is not enough. The
network does two classes only and has 211 weights on `rgb`; `--data` takes other tables.

    zoo train rgb-sigmoid
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="rgb-sigmoid",
    title="Font colour from RGB as asked: sigmoids, broadcast squared error",
    dataset="rgb",
    tasks=("binary",),
    parameters=211,
    twin="rgb-softmax",
    broken=True,
    defect="The loss compares every row's output with every row's target, so the "
    "mean target is the best answer to all rows. Raw inputs of 0 to 255 and "
    "weights from N(0, 1) drive sigmoids to where they are flat. Adadelta at a "
    "learning rate of 0.001 hardly moves a weight.",
    symptom="The loss goes to the variance of the targets: one answer to all rows.",
    source="the question 'Neural network not learning: font colour from RGB' "
    "and its answer",
    order=11,
)
DEFAULT = Recipe(
    model="rgb-sigmoid",
    hidden=(10, 10, 5),
    activation="sigmoid",
    initialiser="normal",
    scaling="none",
    loss="broadcast-squared-error",
    optimizer="adadelta",
    learning_rate=0.001,
    batch_size=128,
    steps=5_000,
    shuffle=False,
)
"""Settings of the question: each of them is one the answer changed."""


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
    normal: Any = keras.initializers.RandomNormal(stddev=1.0)
    for units in recipe.hidden:
        x = layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=normal.clone(),
            bias_initializer=normal.clone(),
        )(x)

    # Head.
    black = layers.Dense(
        1,
        activation="sigmoid",
        kernel_initializer=normal.clone(),
        bias_initializer=normal.clone(),
    )(x)
    return keras.Model(rows, black, name="rgb_sigmoid")
