"""What is learned from: catalog, cards, loaders, splits."""

from .catalog import DATASETS as DATASETS
from .catalog import list_datasets as list_datasets
from .dataset import Card as Card
from .dataset import Dataset as Dataset
from .errors import ZooError as ZooError
from .load import load as load

__all__ = ["DATASETS", "Card", "Dataset", "ZooError", "list_datasets", "load"]
