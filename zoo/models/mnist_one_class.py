"""Handwritten digits, as their author had them.

On show because it does **not** learn: the network of the question *MNIST network always
predicts one class*, with its settings. Its twin `mnist-relu` has the same layers,
corrected.

    784 pixels -> 200 -> 200 -> 10

It runs without an error, and calls every image the same digit. Five defects:

1. **Start.** Kernels *and biases* are drawn from N(0, 1) (`normal`). A sum over 784
   inputs then has a deviation near ten, one over 200 such units near a hundred: softmax
   is sure of one class before it has seen anything, and the loss is in the hundreds.
2. **Learning rate.** 1e-6 with `sgd`, so that such losses do not explode; it moves
   little.
3. **Gradient.** The ReLU's own backward step sets the gradient to zero where the
   *gradient* is negative, not where the unit was off. Units that are off learn, and
   every change that would lower a sum is thrown away.
4. **Batch.** One row a step: the direction of one row, 10,000 times.
5. **Evaluation.** To count the hits, the outputs of the last *training* row are
   compared with every test row's label, so the accuracy is the share of one digit,
   about 0.1, whatever was learned.

Mending one of the five is not enough; the fifth hides all others.

    zoo train mnist-one-class
    zoo compare mnist-one-class mnist-relu
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="mnist-one-class",
    title="784-200-200-10 as asked: a wrong gradient, one row a step",
    dataset="mnist",
    tasks=("binary", "multiclass"),
    parameters=199_210,
    twin="mnist-relu",
    broken=True,
    defect="Every row is answered with what the network says of the last training "
    "row. Behind that, the ReLU's gradient is cut where the incoming gradient is "
    "negative, not where the unit is off. Steps of a millionth leave weights drawn "
    "from N(0, 1) about where they began.",
    symptom="One class for all rows, and an accuracy of about a tenth.",
    source="the question 'MNIST network always predicts one class' and its answer",
    order=21,
)
DEFAULT = Recipe(
    model="mnist-one-class",
    hidden=(200, 200),
    activation="relu",
    initialiser="normal",
    scaling="unit",
    loss="task",
    optimizer="sgd",
    learning_rate=1e-6,
    batch_size=1,
    steps=10_000,
    evaluation="last-training-row",
)
"""Settings of the question."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to logits, (n, outputs)."""
    from ..backend import keras
    from ..networks.losses import WrongRelu

    layers = keras.layers

    # Inputs.
    rows = keras.Input(shape)
    x = layers.Flatten()(rows)

    # Body.
    normal: Any = keras.initializers.RandomNormal(stddev=1.0)
    for units in recipe.hidden:
        x = layers.Dense(
            units,
            kernel_initializer=normal.clone(),
            bias_initializer=normal.clone(),
        )(x)
        x = WrongRelu()(x)

    # Head.
    logits = layers.Dense(
        outputs, kernel_initializer=normal.clone(), bias_initializer=normal.clone()
    )(x)
    return keras.Model(rows, logits, name="mnist_one_class")
