"""The catalog of models: plain data naming the code; listing imports no Keras."""

from fnmatch import fnmatchcase

from ..data.dataset import Task
from ..data.errors import Misuse, unknown
from .models.card import ModelCard as ModelCard
from .models.cards import CARDS

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
