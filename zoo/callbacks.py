"""What watches a training of the zoo: its losses, its end, its state on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..data.errors import BadData
from .backend import keras
from .recipe import Recipe
from .training.checkpoint import Checkpoint

OnEpoch = Callable[[int, int, dict[str, float]], None]
"""Called after each epoch with its number from 1, their count, and the losses."""


class _Progress(keras.callbacks.Callback):
    """Tells of each epoch; ends a training that is good enough or not finite."""

    def __init__(self, until: float, on_epoch: OnEpoch | None) -> None:
        super().__init__()
        self.until, self.on_epoch = until, on_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        params: Any = self.params
        for name, value in (logs or {}).items():
            if not np.isfinite(value):
                bad = params["nonfinite"]
                step = f", from step {bad[1]:,} on" if bad else ""
                msg = f"{name} is {value} in epoch {epoch + 1}{step}"
                raise BadData(
                    f"{msg}: lower the learning rate or look at the inputs' scale"
                )
        if self.on_epoch:
            self.on_epoch(epoch + 1, params["epochs"], logs or {})
        if logs and logs["loss"] < self.until:
            model: Any = self.model
            model.stop_training = True


def callbacks_of(
    recipe: Recipe, on_epoch: OnEpoch | None, folder: Path | None
) -> tuple[list[Any], Checkpoint | None]:
    """The callbacks of a training by its recipe, and what keeps it on disk, if any.

    Parameters
    ----------
    recipe : Recipe
    on_epoch : callable, optional
    folder : Path, optional
        To keep it in.
    """
    callbacks: list[Any] = [_Progress(recipe.until, on_epoch)]
    stop = None
    if recipe.patience:
        stop = keras.callbacks.EarlyStopping(
            "val_loss", patience=recipe.patience, restore_best_weights=True
        )
        callbacks.append(stop)
    if folder is None:
        return callbacks, None
    keeper = Checkpoint(folder, stop)
    return [*callbacks, keeper], keeper
