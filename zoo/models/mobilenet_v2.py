"""A proven network for photographs.

The simple, proven network for images (Sandler et al. 2018, *MobileNetV2: Inverted
residuals and linear bottlenecks*), from `keras.applications`, in its smallest width
(0.35). Try it before a network of your own.

    image -> at least 64 x 64 x 3 -> MobileNetV2 -> average -> a logit a class

It starts from random weights; `--weights FILE` loads those of Keras' MobileNetV2 with
`alpha=0.35` and without its top (`..._0.35_224_no_top.h5`, from Keras' releases), which
needs far fewer rows. Images below 64 pixels are enlarged, as the network halves them
five times; grey ones are repeated three times. Batch normalisation averages over ten
steps instead of a thousand (momentum 0.9), because after a short training its running
means are else those of the start, and predictions are far worse than the training loss.

| setting | value |
| --- | --- |
| layers | Keras' own: `relu6`, kernels `glorot_uniform`, batch normalisation |
| inputs | to [-1, 1] |
| optimizer | `adam`, learning rate 0.002 |
| training | up to 15 epochs of batches of 64; ends after 4 without progress |

    zoo train mobilenet-v2
    zoo train mobilenet-v2 --data folder-of-images
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.dataset import TABLE_TASKS
from ...data.errors import BadData
from ..recipe import Recipe
from .card import ModelCard
from .shapes import as_image

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="mobilenet-v2",
    title="MobileNetV2 of a third of its width, for images",
    dataset="cifar10",
    tasks=TABLE_TASKS,
    parameters=423_018,
    loads_weights=True,
    source="Sandler, Howard, Zhu, Zhmoginov, Chen 2018",
    order=63,
)
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
"""Settings for some thousand small photographs."""
_LEAST = 64
"""Pixels a side that the network gets at least: it halves an image five times."""
_WIDTH = 0.35
"""Share of the filters of the published network, its smallest variant."""
MOMENTUM = 0.9
"""Of batch normalisation. Keras' 0.999 averages over a thousand steps: after a short
training, predictions would be made with the statistics of the start."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from images of a shape to logits, (n, outputs).

    ``recipe.weights`` names a file with weights of Keras' MobileNetV2 without its top,
    or "" for a random start.

    Raises
    ------
    Misuse
        A row is no image.
    BadData
        The file holds no such weights.
    """
    from ..backend import keras

    layers = keras.layers

    # Inputs: (height, width) or (height, width, channels), in [-1, 1].
    image = as_image(shape, recipe.model)
    rows = keras.Input(shape)
    x: Any = layers.Reshape(image)(rows)
    if image[2] == 1:
        x = layers.Concatenate()([x, x, x])
    factor = -(-_LEAST // min(image[:2]))
    if factor > 1:
        x = layers.UpSampling2D(factor, interpolation="bilinear")(x)

    # Body (Sandler et al. 2018).
    x = _body(x.shape[1:], recipe.weights)(x)

    # Head.
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(recipe.dropout)(x)
    logits = layers.Dense(outputs)(x)
    return keras.Model(rows, logits, name="mobilenet_v2")


def _body(shape: tuple[int, ...], weights: str) -> Any:
    from ..backend import keras
    from ..networks.load_model import HDF5, check_weights

    layers = keras.layers
    network: Any = keras.applications
    body = network.MobileNetV2(
        input_shape=shape, alpha=_WIDTH, include_top=False, weights=None
    )
    for layer in body.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = MOMENTUM
    if weights:
        # a recipe may come from anybody; Keras takes "gs:..." for an address, and a
        # path from the root for none
        path = Path(weights).resolve()
        if path.suffix not in HDF5:  # of another Keras would open what is not checked
            raise BadData(f"{weights} must end in {' or '.join(HDF5)}")
        check_weights(path)
        try:
            body.load_weights(path)
        except (OSError, ValueError, KeyError) as error:  # no HDF5; other layers
            msg = f"{weights} does not have the weights of Keras' MobileNetV2"
            msg = f"{msg} (alpha={_WIDTH}, include_top=False)"
            raise BadData(f"{msg}; give that file") from error
    return body
