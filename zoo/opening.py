"""Opening a saved network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import gradients as gradients  # its layers are known to Keras once imported
from .backend import keras
from .run import MODEL


def open_network(folder: Path) -> Any:
    """The network of a run's folder, those with layers of our own among them."""
    load_model: Any = keras.saving.load_model  # Keras' decorator hides its type
    return load_model(folder / MODEL)
