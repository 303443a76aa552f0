"""Every setting of a training run, as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal, get_type_hints

from ..data.errors import Misuse
from ..data.structure import structure

Scaling = Literal["none", "unit", "range", "standard"]
Loss = Literal[
    "task", "squared-error", "binary-cross-entropy", "broadcast-squared-error"
]
ClassWeight = Literal["none", "balanced"]
_Evaluation = Literal["each-row", "last-training-row"]

_MOST_UNITS = 2**31 - 1
"""The largest dimension of an array that TensorFlow's kernels count."""

OF_OPTIMIZER = ("learning_rate", "clip_norm")
"""Settings that ``recipe.json`` has below ``optimizer``."""


@dataclass(frozen=True)
class Recipe:
    """Recipe by which a network of the zoo is built and trained.

    Parameters
    ----------
    model : str
        Name in the catalog.
    hidden : tuple of int
        Units of the hidden layers, from the inputs on.
    activation : str
        Of the hidden layers, a Keras name.
    initialiser : {"he_normal", "glorot_uniform", "truncated_normal", "normal"}
        Of the kernels; biases start at 0. ``"truncated_normal"`` has deviation 0.1;
        ``"normal"`` draws kernels *and biases* from N(0, 1).
    scaling : {"none", "unit", "range", "standard"}
        What is done to the inputs inside the model: nothing; to [0, 1]; to [-1, 1];
        to mean 0 and deviation 1. Limits are the dataset's known ones, else those of
        the training rows.
    loss : {"task", "squared-error", "binary-cross-entropy", \
"broadcast-squared-error"}
        ``"task"``: sparse softmax cross-entropy on logits for classes (sigmoid
        cross-entropy for labels that do not exclude each other), squared error on the
        standardised target for numbers. With the others a network has one output, the
        probability of the second of two classes; ``"broadcast-squared-error"`` is a
        mistake kept on show.
    optimizer : str
        A Keras name.
    learning_rate : float
    batch_size : int
    steps, epochs : int
        Length of the training, in batches or in passes over the rows; the other is 0.
    shuffle : bool, default True
        Whether rows are drawn in a new order each epoch.
    patience : int, default 0
        Epochs without a lower validation loss after which training stops and goes back
        to the best weights; 0 trains to the end.
    dropout : float, default 0
        Share of hidden units left out in each step.
    clip_norm : float, default 0
        All gradients are scaled down together where their joint norm is larger than
        this (Pascanu, Mikolov, Bengio 2013); 0 leaves them as they are.
    until : float, default 0
        Training loss below which training ends; 0 trains to the end.
    seeds : int, default 0
        How many seeds are tried, to say how many of them get the loss below ``until``.
    window : int, default 0
        Steps of a sequence that a network sees at a time; 0 leaves it to the data.
    vocabulary : int, default 0
        Commonest words of the training rows that a network of texts knows.
    class_weight : {"none", "balanced"}
        ``"balanced"`` gives every class the same weight in the loss, whatever its
        number of rows.
    evaluation : {"each-row", "last-training-row"}
        ``"last-training-row"`` answers every question with what the network says of
        the last row it was trained on: a mistake kept on show.
    stub : str, default ""
        Part of the network that is replaced by a stub of the same shape.
    weights : str, default ""
        File to load weights from before training.
    """

    model: str
    hidden: tuple[int, ...]
    activation: str
    initialiser: str
    scaling: Scaling
    loss: Loss
    optimizer: str
    learning_rate: float
    batch_size: int
    steps: int = 0
    epochs: int = 0
    shuffle: bool = True
    patience: int = 0
    dropout: float = 0.0
    clip_norm: float = 0.0
    until: float = 0.0
    seeds: int = 0
    window: int = 0
    vocabulary: int = 0
    class_weight: ClassWeight = "none"
    evaluation: _Evaluation = "each-row"
    stub: str = ""
    weights: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Convert to a dict as in ``recipe.json``: ``optimizer`` holds its settings."""
        settings = asdict(self)
        facts = {name: settings.pop(name) for name in OF_OPTIMIZER}
        return settings | {"optimizer": {"name": self.optimizer} | facts}

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> Recipe:
        """The reverse of `to_dict`, also after a round trip through JSON.

        Raises
        ------
        Misuse
            A setting is misspelt, missing, of the wrong type or out of its range.
        """
        if isinstance(settings, dict) and isinstance(settings.get("optimizer"), dict):
            told = dict(settings["optimizer"])
            settings = settings | {"optimizer": told.pop("name", None)} | told
        return structure(settings, cls, "recipe")

    def __post_init__(self) -> None:
        wrong = next(_out_of_range(self), None)
        if wrong:
            raise Misuse(f"recipe: {wrong}")

    def count_epochs(self, rows: int) -> int:
        """``epochs``, or the whole passes nearest to ``steps``, 1 at least."""
        if not self.steps:
            return self.epochs
        per_epoch = -(-rows // self.batch_size)
        return max(1, round(self.steps / per_epoch))


def _out_of_range(recipe: Recipe) -> Iterator[str]:
    """Yield the settings that no network can be built or trained with."""
    least = {
        "batch_size": 1, "steps": 0, "epochs": 0, "patience": 0, "clip_norm": 0,
        "until": 0, "seeds": 0, "window": 0, "vocabulary": 0,
    }  # fmt: skip
    for name, bound in least.items():
        value = getattr(recipe, name)
        if not bound <= value < math.inf:
            yield f"{name} is {value}; it must be {bound} or more"
    if not 0 < recipe.learning_rate < math.inf:
        yield f"learning_rate is {recipe.learning_rate}; it must be more than 0"
    if not 0 <= recipe.dropout < 1:
        yield f"dropout is {recipe.dropout}; it must be 0 or more, and less than 1"
    if any(not 1 <= units <= _MOST_UNITS for units in recipe.hidden):
        msg = f"hidden is {list(recipe.hidden)}; each layer must have 1 unit or more"
        yield f"{msg}, and at most {_MOST_UNITS:,}"
    if bool(recipe.steps) == bool(recipe.epochs):
        yield f"steps is {recipe.steps} and epochs {recipe.epochs}; one must be 0"


@cache
def field_types(kind: type) -> dict[str, Any]:
    """The types of a dataclass' fields, by name."""
    return get_type_hints(kind)
