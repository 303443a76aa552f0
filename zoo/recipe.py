"""Every setting of a training run, as plain data."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Scaling = Literal["none", "unit", "range", "standard"]
Loss = Literal["task", "broadcast-squared-error"]


@dataclass(frozen=True)
class Recipe:
    """How a network of the zoo is built and trained.

    Parameters
    ----------
    model : str
        Name in the catalog.
    hidden : tuple of int
        Units of the hidden layers, from the inputs on.
    activation : str
        Of the hidden layers, a Keras name.
    initialiser : {"he_normal", "glorot_uniform", "normal"}
        Of the kernels; biases start at 0. ``"normal"`` draws kernels *and biases* from
        N(0, 1).
    scaling : {"none", "unit", "range", "standard"}
        What is done to the inputs inside the model: nothing; to [0, 1]; to [-1, 1];
        to mean 0 and deviation 1. Limits are the dataset's known ones, else those of
        the training rows.
    loss : {"task", "broadcast-squared-error"}
        ``"task"``: sparse softmax cross-entropy on logits for classes, squared error on
        the standardised target for numbers. The other is a mistake kept on show.
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

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> "Recipe":
        """The reverse of `to_dict`, also after a round trip through JSON."""
        return cls(**{**settings, "hidden": tuple(settings["hidden"])})

    def count_epochs(self, rows: int) -> int:
        """``epochs``, or the whole passes nearest to ``steps``, 1 at least."""
        if not self.steps:
            return self.epochs
        per_epoch = -(-rows // self.batch_size)
        return max(1, round(self.steps / per_epoch))
