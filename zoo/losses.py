"""Losses of networks on show."""

from typing import Any

from .backend import keras


@keras.saving.register_keras_serializable(package="learnable")
class BroadcastSquaredError(keras.losses.Loss):
    """Squared error that compares every row's output with every row's target.

    Targets of shape (n,) meet outputs of shape (n, 1) and broadcast to (n, n): the mean
    is lowest where all outputs are equal to the mean target, so nothing is learned.
    A Keras loss given as a class gets its arguments as they are; one given as a
    function has their ranks made equal first, and does not show the mistake.

    Source: the question 'Neural network not learning: font colour from RGB'.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        wanted = keras.ops.cast(y_true, y_pred.dtype)
        return keras.ops.mean(keras.ops.square(wanted - y_pred))
