"""The state that a training starts from, to be gone back to."""

from __future__ import annotations

from typing import Any

from ..backend import keras
from .layers import recurrent_states


class Start:
    """A model's weights and its optimizer's state, kept and put back.

    What was compiled for the model stays: folds, seeds and repairs of one architecture
    are trained one after the other with `fit` and compile once.

    Training them side by side along an axis of replicas (`tf.vectorized_map` over
    stacked weights) was measured: on two cores a step of 25 colour networks took 5
    times that of one by XLA. It is not done: Keras' optimizers have no
    ``stateless_apply`` under TensorFlow, so that each would have to be written anew,
    and with it metrics, batch norm, and stopping early for each replica.

    Parameters
    ----------
    model : keras.Model
        Built and compiled.
    """

    def __init__(self, model: keras.Model) -> None:
        self._kept = [(v, v.numpy()) for v in state_of(model)]

    def restore(self) -> None:
        """Put everything back as it was."""
        for variable, value in self._kept:
            variable.assign(value)


def state_of(model: keras.Model) -> list[Any]:
    """All variables that training changes: weights, the optimizer's, states."""
    optimizer: Any = model.optimizer
    optimizer.build(model.trainable_variables)
    return [*model.variables, *optimizer.variables, *recurrent_states(model)]
