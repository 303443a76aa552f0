"""The loss of each kind of network, and those of networks on show."""

from typing import Any, Literal

from ..backend import keras, tensorflow
from ..recipe import Recipe

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


@tensorflow.custom_gradient
def _wrong_relu(x: Any) -> tuple[Any, Any]:
    def gradient(upstream: Any) -> Any:
        # right would be: where(x > 0, upstream, 0)
        return tensorflow.nn.relu(upstream)

    return tensorflow.nn.relu(x), gradient


@keras.saving.register_keras_serializable(package="learnable")
class WrongRelu(keras.layers.Layer):
    """A ReLU that lets the wrong gradients through.

    Forward it is max(0, x). Backward it sets to 0 what comes in as negative, whatever x
    is, where a ReLU sets to 0 what belongs to a negative x: units that are off are
    trained all the same, and no unit is ever told to give more. (To clip the incoming
    gradient is the rule of "deconvolution", Zeiler and Fergus 2014, which draws
    pictures of what a unit sees, and is no derivative.)

    Source: the question 'MNIST network always predicts one class'.
    """

    def call(self, inputs: Any) -> Any:
        return _wrong_relu(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape
