"""Dense layers with skip connections, for any table or image set.

Dense blocks with skip connections and layer normalisation, for any table or image set:
the one to try when `mlp` is too small. It is the zoo's own and comes from no document.

    columns -> 128 -> (+ norm -> 128 -> 128) twice -> norm -> logits, or numbers

Each block adds to what came before it, so that a block that is of no use can learn to
add nothing, and gradients reach the first layer undiminished (He et al. 2016, *Identity
mappings in deep residual networks*). Layer normalisation (Ba, Kiros, Hinton 2016) does
not depend on the other rows of a batch, as batch normalisation does.

| setting | value |
| --- | --- |
| blocks | two, 128 units, `relu`, kernels `he_normal`, dropout 0.3 |
| inputs | standardised by the training rows; images by all pixels together |
| loss | cross-entropy, or squared error on the standardised target |
| optimizer | `adam`, learning rate 0.001 |
| training | up to 200 epochs of batches of 32; ends after 15 without progress |

On `digits`, its own dataset, it has 76,426 weights.

    zoo train residual
    zoo compare one-hidden mlp residual --data digits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...data.dataset import TABLE_TASKS
from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="residual",
    title="Two dense blocks with skip connections, for any table or image set",
    dataset="digits",
    tasks=TABLE_TASKS,
    parameters=76_426,
    source="He, Zhang, Ren, Sun 2016; Ba, Kiros, Hinton 2016",
    order=62,
)
DEFAULT = Recipe(
    model="residual",
    hidden=(128, 128),
    activation="relu",
    initialiser="he_normal",
    scaling="standard",
    loss="task",
    optimizer="adam",
    learning_rate=0.001,
    batch_size=32,
    epochs=200,
    patience=15,
    dropout=0.3,
)
"""Settings that do for most tables and small images."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to logits (or numbers), (n, outputs)."""
    from ..backend import keras

    layers = keras.layers

    # Inputs.
    rows = keras.Input(shape)
    x = layers.Flatten()(rows)
    x = layers.Dense(recipe.hidden[0], kernel_initializer=recipe.initialiser)(x)

    # Body: normalise, transform, add (He et al. 2016; layer norm as Ba et al. 2016).
    for units in recipe.hidden:
        added = layers.LayerNormalization()(x)
        added = layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )(added)
        added = layers.Dropout(recipe.dropout)(added)
        added = layers.Dense(recipe.hidden[0], kernel_initializer=recipe.initialiser)(
            added
        )
        x = layers.Add()([x, added])

    # Head.
    x = layers.LayerNormalization()(x)
    logits = layers.Dense(outputs, kernel_initializer="glorot_uniform")(x)
    return keras.Model(rows, logits, name="residual")
