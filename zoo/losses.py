"""The loss of each kind of network, and those of networks on show."""

from typing import Any, Literal

from .backend import keras
from .recipe import Recipe

Kind = Literal["classes", "labels", "numbers", "characters", "forecast"]
"""What a network's outputs are, and so its loss."""


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


def loss_of(recipe: Recipe, kind: Kind) -> Any:
    """The loss that a recipe asks for, as Keras takes it."""
    if recipe.loss == "broadcast-squared-error":
        return BroadcastSquaredError()
    if recipe.loss == "squared-error":
        return "mean_squared_error"
    if recipe.loss == "binary-cross-entropy":
        return "binary_crossentropy"
    if kind in ("classes", "characters"):
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if kind == "labels":
        return keras.losses.BinaryCrossentropy(from_logits=True)
    # forecasts are judged by their absolute error
    return "mean_absolute_error" if kind == "forecast" else "mean_squared_error"


def loss_unit(recipe: Recipe, task: str) -> str:
    """The metric that a recipe's training loss can be compared with; "" if none."""
    if recipe.class_weight != "none" or task == "forecast":
        return ""
    if recipe.loss == "binary-cross-entropy":
        return "log_loss"
    if recipe.loss != "task":
        return ""
    return "relative_mse" if task == "regression" else "log_loss"
