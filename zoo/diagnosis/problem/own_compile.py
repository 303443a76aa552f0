"""``compile`` of a copied network, whose class may have a ``compile`` of its own.

Such a class is compiled with more than Keras knows, as a network that is distilled with
two losses and a temperature: the original has these as attributes.
"""

from __future__ import annotations

from typing import Any

from ...backend import keras


def compile_copy(
    model: Any, original: Any, *, optimizer: Any, loss: Any, loss_weights: Any
) -> None:
    """Compile a copy, with what the original keeps besides.

    Parameters
    ----------
    model, original : keras.Model
    optimizer, loss, loss_weights
        As ``compile`` of Keras takes them.
    """
    settings = {"optimizer": optimizer, "loss": loss, "loss_weights": loss_weights}
    is_own = type(model).compile is not keras.Model.compile
    try:
        model.compile(**settings)
    except TypeError:
        if not is_own:
            raise
        keras.Model.compile(model, **settings)
    if is_own and type(model) is type(original):
        _take_settings(model, original)


def _take_settings(model: Any, original: Any) -> None:
    """Set what the original was compiled with, and the copy has not."""
    for name, value in vars(original).items():
        if name.startswith("_") or name in ("optimizer", "loss", "built"):
            continue
        if isinstance(value, keras.layers.Layer):
            continue  # it has its own
        if isinstance(value, (bool, int, float, str, keras.losses.Loss)):
            setattr(model, name, value)
        elif not hasattr(model, name):
            setattr(model, name, _made_anew(value))


def _made_anew(value: Any) -> Any:
    """Return a metric or an optimizer that shares nothing; other things as they are."""
    if isinstance(value, keras.metrics.Metric | keras.optimizers.Optimizer):
        return type(value).from_config(value.get_config())
    return value
