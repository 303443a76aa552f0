"""Data to learn from: catalog, cards, loaders, splits.

`load` is imported when first used, so that listing the datasets loads no pandas.
"""

from typing import TYPE_CHECKING

from .catalog import DATASETS as DATASETS
from .catalog import list_datasets as list_datasets
from .dataset import Card as Card
from .dataset import Dataset as Dataset
from .errors import ZooError as ZooError

if TYPE_CHECKING:
    from .loading import load

__all__ = ["DATASETS", "Card", "Dataset", "ZooError", "list_datasets", "load"]


def __getattr__(name: str) -> object:
    if name != "load":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from .loading import load

    return load
