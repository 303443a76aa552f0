"""``learnable.fit``: what ``Model.fit`` gives, sooner."""

from __future__ import annotations

import logging
from typing import Any, Literal

from ..backend import keras
from .arguments import Arguments, find_obstacle
from .epochs import Training

_log = logging.getLogger("learnable")


def fit(
    model: keras.Model,
    x: Any,
    y: Any = None,
    *,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: str | int = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: bool = True,
    class_weight: dict[int, float] | None = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: Any = 1,
    way: Literal["auto", "rule", "keras", "graph", "xla"] = "auto",
    repeats: int = 1,
) -> keras.callbacks.History:
    """Train a compiled Keras model: the arguments and the History of ``Model.fit``.

    Many steps run as one compiled program. The steps are Keras' own, so that the same
    batches in the same order give the same weights, metrics and callbacks. Callbacks
    are called at epochs; one that asks for each batch is honoured by leaving the
    training to ``Model.fit``, as are generators, datasets, models with a
    ``train_step`` of their own, and whatever else needs Keras' loop. Fitting the same
    model again compiles nothing new; `Start` puts its weights back.

    Parameters
    ----------
    model : keras.Model
        Compiled; its weights are changed in place.
    x, y : array, DataFrame, tensor, list or dict of such, or `Stream`
        Rows and targets, held in memory as tensors. A stream reads its rows, targets
        included, from disk.
    batch_size, epochs, verbose, callbacks, shuffle, class_weight, sample_weight
        As in ``Model.fit``, as are the others but the last two. The order of shuffled
        rows follows ``keras.utils.set_random_seed``, and is not that of ``Model.fit``.
    way : {"auto", "rule", "keras", "graph", "xla"}
        How epochs are run: by ``Model.fit``, or as a compiled TensorFlow graph, or
        compiled by XLA. ``"auto"`` chooses by the layers and the number of steps, and
        where these do not tell by timing a few real steps. ``"rule"`` takes the graph
        there, so that the clock has no say in the result.
    repeats : int, default 1
        How many trainings such as this one the model is used for, one after the other
        (folds, seeds): XLA takes a second or two to compile, once for all of them.

    Returns
    -------
    keras.callbacks.History
        ``params`` tells the ``way`` and the ``reason`` it was chosen for, and
        ``nonfinite``: the epoch and the step, from 1, of the first loss that was not
        finite, or None.

    Raises
    ------
    ValueError
        As in ``Model.fit``.

    Notes
    -----
    Where training ends with an error, of a callback for instance, or is interrupted,
    the model keeps its weights and ``model.history`` the epochs that were finished; a
    note on the exception says at which step.
    """
    given = Arguments(
        x=x, y=y, batch_size=batch_size, epochs=epochs, verbose=verbose,
        callbacks=callbacks, validation_split=validation_split,
        validation_data=validation_data, shuffle=shuffle, class_weight=class_weight,
        sample_weight=sample_weight, initial_epoch=initial_epoch,
        steps_per_epoch=steps_per_epoch, validation_steps=validation_steps,
        validation_batch_size=validation_batch_size, validation_freq=validation_freq,
    )  # fmt: skip
    obstacle = "it was asked for" if way == "keras" else find_obstacle(model, given)
    if not obstacle:
        return Training(model, given, way, repeats).run()
    _log.debug("training is left to Keras' fit: %s", obstacle)
    history = model.fit(**vars(given))
    history.params |= {"way": "keras", "reason": obstacle, "nonfinite": None}
    return history
