"""Records of what a script did with Keras: nothing here is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class Place:
    """A line of the user's code; ``line`` counts from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class EvaluationOverlap:
    """Rows that one call of a training is judged by, and another was trained on.

    ``share`` is how many of the rows that were evaluated after a call, or are its
    ``validation_data``, an earlier call with the same weights was trained on, and this
    one was not. ``place`` is the line that evaluates them.
    """

    share: float = 0.0
    place: Place | None = None


@dataclass(frozen=True)
class LayerCall:
    """A layer that was called on symbolic tensors while a model was built.

    ``inputs`` are the numbers of the calls whose outputs it took; -1 stands for an
    input of the model. ``place`` is where the layer was made, None outside the user's
    code.
    """

    number: int
    layer: Any
    inputs: tuple[int, ...]
    place: Place | None


@dataclass(frozen=True)
class Fit:
    """One training, as the script asked for it.

    Parameters
    ----------
    model : keras.Model
        The script's own, trained by now.
    weights : list of array
        The model's before the training, as ``model.get_weights()`` orders them.
    trained : list of array
        Those after it.
    pretrained : bool
        Whether weights were loaded, set or trained before: a fresh start would lose
        them.
    optimizer : dict
        ``keras.optimizers.serialize`` before the training.
    loss, metrics, loss_weights : object
        As they were given to ``compile``.
    x, y, sample_weight : array, list or dict of arrays, or None
        In memory, as NumPy arrays; generators and datasets are read up to a limit.
    validation : tuple of x, y, or None
        Rows given as ``validation_data``.
    arguments : dict
        ``epochs``, ``batch_size`` (None where it was not given), ``shuffle``,
        ``class_weight``, ``validation_split``, ``steps_per_epoch``, ``initial_epoch``.
    callbacks : tuple of str
        Names of their classes.
    stopping : tuple of str
        What an ``EarlyStopping`` watches, and its mode; "" without one.
    history : dict of name -> values
        One an epoch; empty where the training did not end its first.
    error : str
        What ended the training early, in one line; "" if nothing.
    steps : int
        Optimizer steps that were taken.
    seconds : float
    place, compiled : Place, optional
        The lines that called ``fit`` (or the first ``train_on_batch`` or ``gradient``)
        and ``compile``.
    kind : str
        ``"fit"``, ``"train_on_batch"`` or ``"GradientTape"``.
    cut : int
        Rows that the script had beyond those that were kept; -1 where nobody knows.
    batch : int
        Rows of a batch, where a dataset or generator makes the batches; else 0.
    is_pipeline : bool
        Whether that is a ``tf.data.Dataset``, which can be mixed and cut anew.
    is_element : bool
        Whether ``x`` are the parts of a dataset's element, which a ``train_step`` of
        the script's own takes as they are, as an anchor and two rows to compare.
    output : str
        The name of the output that this is of, where a network has several.
    held : tuple of str
        Names of layers whose weights are trainable, and given to no optimizer.
    idle : int
        Batches that a tape of a loop recorded, and whose gradient nobody asked for.
    retested : EvaluationOverlap
        Of several calls that are one training, as folds over one network are.
    """

    model: Any
    weights: list[np.ndarray]
    trained: list[np.ndarray]
    pretrained: bool
    optimizer: dict[str, Any]
    loss: Any
    metrics: Any
    loss_weights: Any
    x: Any
    y: Any
    sample_weight: Any
    validation: tuple[Any, Any] | None
    arguments: dict[str, Any]
    callbacks: tuple[str, ...]
    history: dict[str, list[float]]
    error: str = ""
    steps: int = 0
    seconds: float = 0.0
    place: Place | None = None
    compiled: Place | None = None
    kind: str = "fit"
    cut: int = 0
    batch: int = 0
    is_pipeline: bool = False
    is_element: bool = False
    output: str = ""
    held: tuple[str, ...] = ()
    stopping: tuple[str, str] = ("", "")
    retested: EvaluationOverlap = EvaluationOverlap()
    idle: int = 0


@dataclass(frozen=True)
class TrainingBegun:
    """A training when it begins: the network, its rows as they were given.

    Of a loop they are the first batch. The others are as of `Fit`.
    """

    model: Any
    x: Any
    y: Any
    place: Place | None
    loss: Any
    metrics: Any
    optimizer: dict[str, Any]
    arguments: dict[str, Any] = field(default_factory=dict)
    kind: str = "fit"


class Listener(Protocol):
    """Listener to a script while it runs."""

    def script_begins(self, source: str, ports: tuple[str, ...]) -> None:
        """Hear what runs, and what differs there from the file."""

    def training_begins(self, begun: TrainingBegun) -> None:
        """Hear of a training."""


@dataclass(frozen=True)
class Evaluation:
    """Rows that were given to ``evaluate`` or ``predict``.

    ``model`` is the one asked; ``y`` is None for ``predict``. ``after`` tells how many
    trainings came before. ``place`` is the line that asked. ``is_reset`` tells whether
    the script has set the weights to those that the model's last training began with,
    ``is_replaced`` whether it has set them to any but those that it ended with.
    """

    kind: str
    model: Any
    x: Any
    y: Any
    after: int
    place: Place | None = None
    is_reset: bool = False
    is_replaced: bool = False


@dataclass
class Recording:
    """All that a script did.

    ``calls`` are in order; ``layers`` has every layer that was made, called or not,
    with the place. ``printed`` is the end of what it wrote. ``error`` says in one line
    what ended the script, and ``error_place`` where. ``module`` is the script's
    ``__main__``, kept for the functions that its models may need. ``source`` is what
    ran, and ``ports`` say in a sentence each what differs there from the file.
    ``compiled`` has the lines that compiled a model. ``unread`` says in a line each
    which training loops cannot be made again, and why.
    """

    script: str = ""
    source: str = ""
    ports: tuple[str, ...] = ()
    compiled: list[Place | None] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    fits: list[Fit] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    calls: list[LayerCall] = field(default_factory=list)
    layers: list[tuple[Any, Place | None]] = field(default_factory=list)
    printed: str = ""
    error: str = ""
    error_place: Place | None = None
    seconds: float = 0.0
    module: Any = field(default=None, repr=False)
