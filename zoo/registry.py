"""From a model's name to its code, imported when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .catalog import card
from .recipe import Recipe

if TYPE_CHECKING:
    import keras


def recipe(name: str) -> Recipe:
    """The default recipe of a model.

    Raises
    ------
    UnknownName
    """
    return import_module(f".models.{card(name).entry}.recipe", __package__).DEFAULT


def build(settings: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """An untrained network, not compiled.

    Parameters
    ----------
    settings : Recipe
    shape : tuple of int
        Of one row of scaled inputs.
    outputs : int
        Classes, or 1 for regression.

    Returns
    -------
    keras.Model
        From inputs of shape (n, \\*shape) to what the recipe's loss expects.
    """
    import_module(
        ".backend", __package__
    )  # Keras without its chatter, before the model
    module = import_module(f".models.{card(settings.model).entry}.model", __package__)
    return module.build(settings, shape=shape, outputs=outputs)
