"""Layers whose gradient is not that of what they compute: mistakes kept on show."""

from typing import Any

from .backend import keras, tensorflow


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
