"""From a model's name to its card, recipe and code: all files of ``models/``."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

from ..data.dataset import Task
from ..data.errors import Misuse, unknown
from . import models
from .models.card import ModelCard as ModelCard
from .recipe import Recipe

if TYPE_CHECKING:
    import keras


OF_NETWORK = frozenset(
    {"hidden", "activation", "initialiser", "dropout", "window", "vocabulary"}
)
"""Settings of a recipe that only some models look at."""


@cache
def _modules() -> dict[str, ModuleType]:
    """Import the files with a card; name -> module, in the order they are shown."""
    files = [
        import_module(f".{found.name}", models.__name__)
        for found in iter_modules(models.__path__)
    ]
    ours = [file for file in files if hasattr(file, "CARD")]
    ours.sort(key=lambda file: (file.CARD.order, file.CARD.name))
    return {file.CARD.name: file for file in ours}


class _Models(Mapping[str, ModelCard]):
    """Cards by name. The files are imported at the first look, so `--help` is quick."""

    def __getitem__(self, name: str) -> ModelCard:
        return _modules()[name].CARD

    def __iter__(self) -> Iterator[str]:
        return iter(_modules())

    def __len__(self) -> int:
        return len(_modules())


MODELS: Mapping[str, ModelCard] = _Models()
"""All models by their names, in the order they are shown."""


def recipe(name: str) -> Recipe:
    """The default recipe of a model.

    Raises
    ------
    UnknownName
    """
    return _module(name).DEFAULT


def page(name: str) -> str:
    """Return what a model's file says of it, as Markdown.

    Raises
    ------
    UnknownName
    """
    _, _, text = str(_module(name).__doc__).partition("\n\n")
    return f"# {name}\n\n{text}"


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
    return _module(settings.model).build(settings, shape=shape, outputs=outputs)


def settings_read(name: str) -> frozenset[str]:
    """Which of `OF_NETWORK` change something about a model, by its code.

    Window and vocabulary are read where rows are made for the network: of models that
    have some.

    Raises
    ------
    UnknownName
    """
    code = import_module(_module(name).build.__module__)  # a twin may share another's
    read = {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(code)))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "recipe"
    }
    usual = recipe(name)
    read |= {setting for setting in ("window", "vocabulary") if getattr(usual, setting)}
    return OF_NETWORK & read


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
        raise unknown("model", name, MODELS, see="`zoo list` lists all.")
    return MODELS[name]


def _module(name: str) -> ModuleType:
    return _modules()[card(name).name]


def check_task(name: str, task: Task, dataset: str, *, texts: bool = False) -> None:
    """Refuse a dataset whose question the model cannot answer.

    Parameters
    ----------
    name : str
    task : str
    dataset : str
        Its name, for the message.
    texts : bool, default False
        Whether each row is a text.

    Raises
    ------
    Misuse
    """
    able = card(name).tasks
    if task not in able:
        others = [m.name for m in MODELS.values() if task in m.tasks]
        msg = f"{name} supports {' and '.join(able)}, and {dataset} is {task}"
        raise Misuse(f"{msg}. Models for this task: {', '.join(others)}.")
    if texts and task != "characters" and not recipe(name).vocabulary:
        able = [m for m in MODELS if task in MODELS[m].tasks and recipe(m).vocabulary]
        msg = f"{name} takes numbers, and the rows of {dataset} are texts"
        others = f"Models of texts: {', '.join(able) or 'none for this task'}"
        raise Misuse(f"{msg}. {others}; `zoo baseline` scores texts by their words.")
