"""Data to learn from: catalog, cards, loaders, splits.

`load` and `summarize_reading` are imported when first used, so that a list loads no
pandas.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .catalog import DATASETS as DATASETS
from .catalog import list_datasets as list_datasets
from .dataset import Card as Card
from .dataset import Dataset as Dataset
from .errors import ZooError as ZooError

if TYPE_CHECKING:
    from .loading import load
    from .looking import summarize_reading

__all__ = [
    "DATASETS",
    "Card",
    "Dataset",
    "ZooError",
    "list_datasets",
    "load",
    "summarize_reading",
]

_HOME = {"load": "loading", "summarize_reading": "looking"}


# type checkers read the imports above: with this, no name would be misspelt to them
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
