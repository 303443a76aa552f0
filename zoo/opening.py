"""Opening a saved network."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from . import gradients as gradients  # its layers are known to Keras once imported
from .backend import keras
from .run import MODEL


def open_network(folder: Path) -> Any:
    """The network of a run's folder, those with layers of our own among them."""
    load_model: Any = keras.saving.load_model  # Keras' decorator hides its type
    return load_model(folder / MODEL)


def open_model(path: Path) -> Any:
    """A model of the user's as it was saved; code that lies in the file is not run."""
    load_model: Any = keras.saving.load_model
    with warnings.catch_warnings():
        # the optimizer of a model that was never trained has nothing to be loaded
        warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
        return load_model(path, safe_mode=True)
