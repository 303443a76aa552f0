"""From a model's name to its code, imported when asked for."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.dataset import Task
from ..data.errors import Misuse, unknown
from .models.card import ModelCard as ModelCard
from .models.cards import CARDS
from .recipe import Recipe

if TYPE_CHECKING:
    import keras


OF_NETWORK = frozenset(
    {"hidden", "activation", "initialiser", "dropout", "window", "vocabulary"}
)
"""Settings of a recipe that only some models look at."""


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


def settings_read(name: str) -> frozenset[str]:
    """Which of `OF_NETWORK` change something about a model, by its code.

    Window and vocabulary are read where rows are made for the network: of models that
    have some.

    Raises
    ------
    UnknownName
    """
    code = Path(__file__).parent / "models" / card(name).entry / "model.py"
    read = {
        node.attr
        for node in ast.walk(ast.parse(code.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "recipe"
    }
    usual = recipe(name)
    read |= {setting for setting in ("window", "vocabulary") if getattr(usual, setting)}
    return OF_NETWORK & read


MODELS: dict[str, ModelCard] = {card.name: card for card in CARDS}
"""All models by their names, in the order they are shown."""


def list_models(pattern: str = "*") -> list[str]:
    """Names of the catalog that match a shell pattern such as ``"rgb*"``."""
    return [name for name in MODELS if fnmatchcase(name, pattern)]


def card(name: str) -> ModelCard:
    """The card of a model.

    Raises
    ------
    UnknownName
        With the nearest names.
    """
    if name not in MODELS:
        raise unknown("model", name, MODELS, see="`zoo list` shows all.")
    return MODELS[name]


def check_task(name: str, task: Task, dataset: str) -> None:
    """Refuse a dataset whose question the model cannot answer.

    Raises
    ------
    Misuse
    """
    able = card(name).tasks
    if task not in able:
        others = [m.name for m in MODELS.values() if task in m.tasks]
        msg = f"{name} does {' and '.join(able)}, and {dataset} is {task}"
        raise Misuse(f"{msg}. Able to are {', '.join(others)}.")
