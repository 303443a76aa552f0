"""A character language model.

A character language model: it reads a text and foretells the next character. Trained on
`shakespeare`, a piece of text that comes with the package, or on any text file.

    64 characters' codes -> embedding 48 -> LSTM 256 -> a logit a character, each step

Gradients are clipped at norm 0.25, as the third document's language model has it: long
products of recurrent weights now and then give a gradient that would undo an hour's
work (Pascanu, Mikolov, Bengio 2013).

| setting | value |
| --- | --- |
| units | LSTM with `tanh`, kernels `glorot_uniform` |
| pieces | 64 characters, each with the next one to foretell; 64 pieces a step |
| dropout | 0.5 behind the LSTM |
| optimizer | `adam`, learning rate 0.004, gradients clipped at norm 0.25 |
| training | up to 30 epochs; ends after 3 without progress on stretches kept back |

It is measured in bits per character on the last tenth of the text, beside n-grams with
back-off, which on short texts are hard to beat. `zoo generate` lets it write, and says
how much of what it writes stands word for word in the training text.

    zoo train lstm-characters
    zoo train lstm-characters --data book.txt
    zoo generate last --seed-text "The " --length 300 --temperature 0.7
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="lstm-characters",
    title="A recurrent network that foretells the next character of a text",
    dataset="shakespeare",
    tasks=("characters",),
    parameters=331_230,
    source="Hochreiter, Schmidhuber 1997; Karpathy 2015, char-rnn",
    order=91,
)
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
"""Settings for a text of some hundred thousand characters, in minutes."""


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from codes, (n, steps), to logits, (n, steps, outputs)."""
    from ..backend import keras

    layers = keras.layers

    # Inputs.
    codes = keras.Input(shape)
    size, *units = recipe.hidden
    x = layers.Embedding(outputs, size)(codes)

    # Body.
    for count in units:
        x = layers.LSTM(
            count,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
            return_sequences=True,
        )(x)
        x = layers.Dropout(recipe.dropout)(x)

    # Head.
    logits = layers.Dense(outputs)(x)
    return keras.Model(codes, logits, name="lstm_characters")
