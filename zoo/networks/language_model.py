"""A zoo network that foretells the next character of a text, and writes some."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from ...data.errors import BadData
from ..backend import keras, tensorflow
from ..recipe import Recipe
from .train import OnEpoch, Rows, Trained, train_network

_BATCH = 1_024
"""Rows asked at a time."""
_KEPT_BACK = 20
"""One stretch of so many is kept for early stopping: spread over the text, for its end
may be another chapter. On 200,000 characters of plays a network whose end was kept back
needs 2.9 bits per character of the rest."""
STRETCH = 16
"""Pieces of a stretch."""


def codes_of(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The codes of a text, of shape (n_before + n_rows,), from its rows in order."""
    return np.concatenate([x[0], y]).astype("int32")


def make_sequences(codes: np.ndarray, window: int) -> Rows:
    """A text cut into pieces, each beside the same piece one character later.

    Raises
    ------
    BadData
        The text is shorter than two pieces.
    """
    pieces = (len(codes) - 1) // window
    if pieces < 2:
        msg = f"a text of {len(codes)} characters is shorter than two pieces of the "
        raise BadData(f"{msg}{window} that the network reads; give a longer one")
    ends = pieces * window
    shape = (pieces, window)
    return Rows(codes[:ends].reshape(shape), codes[1 : ends + 1].reshape(shape))


def train_writer(
    recipe: Recipe,
    codes: np.ndarray,
    *,
    classes: int,
    seed: int = 0,
    on_epoch: OnEpoch | None = None,
    checkpoint: Path | None = None,
) -> Trained:
    """Train a network on a text, given by its codes, but for some stretches of it.

    Returns
    -------
    Trained
        ``serving`` goes from the codes of the last characters, (n, window), to
        probabilities of the next one, (n, n_classes).

    Raises
    ------
    BadData
        The text is shorter than two of the network's pieces.
    """
    pieces = make_sequences(codes, recipe.window)
    stretch = np.arange(len(pieces.x)) // min(STRETCH, -(-len(pieces.x) // _KEPT_BACK))
    kept = stretch % _KEPT_BACK == _KEPT_BACK // 2
    if not kept.any():
        kept[-1] = True
    trained = train_network(
        recipe,
        Rows(pieces.x[~kept], pieces.y[~kept]),
        Rows(pieces.x[kept], pieces.y[kept]),
        classes=classes,
        kind="characters",
        seed=seed,
        on_epoch=on_epoch,
        checkpoint=checkpoint,
    )
    return replace(trained, serving=_serving(trained.core))


def _serving(core: keras.Model) -> keras.Model:
    inputs = keras.Input(core.input_shape[1:], name="codes", dtype="int32")
    logits: Any = core(inputs)
    last = keras.layers.Softmax()(logits[:, -1, :])
    return keras.Model(inputs, last, name=core.name + "_serving")


class NetworkWriter(ClassifierMixin, BaseEstimator):
    """A zoo network for the characters of a text.

    Parameters
    ----------
    recipe : Recipe
    n_classes : int
        Characters of the alphabet.
    random_state : int, default 0
    """

    def __init__(self, recipe: Recipe, n_classes: int, random_state: int = 0) -> None:
        self.recipe = recipe
        self.n_classes = n_classes
        self.random_state = random_state

    def fit(self, x: Any, y: Any) -> Self:
        """Train on rows in their order: codes before, (n_rows, n_before), and next."""
        trained = train_writer(
            self.recipe,
            codes_of(np.asarray(x), np.asarray(y)),
            classes=self.n_classes,
            seed=self.random_state,
        )
        self.classes_ = np.arange(self.n_classes)
        self.model_ = trained.serving
        self.history_ = trained.history
        self.way_ = (trained.way, trained.reason)
        self.shape_ = trained.shape
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        """Probabilities of the next character, of shape (n_rows, n_classes)."""
        check_is_fitted(self, "model_")
        return next_characters(self.model_, np.asarray(x))

    def predict(self, x: Any) -> np.ndarray:
        """The likeliest next character of each row, of shape (n_rows,)."""
        return self.predict_proba(x).argmax(axis=1)


def next_characters(model: Any, x: np.ndarray) -> np.ndarray:
    """Return a served network's float64 (n, n_classes) for codes, (n, n_before)."""
    rows = x[:, -model.input_shape[1] :].astype("int32")
    parts = np.split(rows, range(_BATCH, len(rows), _BATCH))
    outputs = [np.asarray(model(part, training=False)) for part in parts]
    return np.concatenate(outputs).astype("float64")


def write(
    model: Any,
    start: np.ndarray,
    *,
    length: int,
    temperature: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Characters drawn one after the other from what a served network says.

    Parameters
    ----------
    start : int array of shape (n,)
        Codes that the text goes on from.
    length : int
        Characters to write.
    temperature : float, default 1
        Probabilities are raised to the power of its inverse: near 0 the likeliest
        character is taken, above 1 the draws get wilder.
    seed : int

    Returns
    -------
    int array of shape (length,)
    """
    rng = np.random.default_rng(seed)
    window = model.input_shape[1]
    # where there are fewer characters than the network looks at, the first is repeated
    codes = list(np.pad(start, (max(0, window - len(start)), 0), mode="edge"))
    ask: Any = tensorflow.function(lambda rows: model(rows, training=False))
    for _ in range(length):
        rows = np.array(codes[-window:], dtype="int32")[None]
        p = np.asarray(ask(rows), dtype="float64")[0]
        logits = np.log(np.maximum(p, 1e-30)) / temperature
        weights = np.exp(logits - logits.max())
        codes.append(int(rng.choice(len(p), p=weights / weights.sum())))
    return np.array(codes[-length:], dtype="int64")
