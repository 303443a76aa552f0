"""The state of a training: kept and put back, or written to disk and taken up again."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ...data.disk import open_no_follow, replaced
from ...data.errors import BadData, first_line
from ..backend import keras
from ..run_files import HISTORY, STATE
from .layers import recurrent_states


class Start:
    """A model's weights and its optimizer's state, kept and put back.

    What was compiled for the model stays: folds, seeds and repairs of one architecture
    are trained one after the other with `fit` and compile once.

    Training them side by side along an axis of replicas (`tf.vectorized_map` over
    stacked weights) was measured: on two cores a step of 25 colour networks took 5
    times that of one by XLA. It is not done: Keras' optimizers have no
    ``stateless_apply`` under TensorFlow, so that each would have to be written anew,
    and with it metrics, batch norm, and stopping early for each replica.

    Parameters
    ----------
    model : keras.Model
        Built and compiled.
    """

    def __init__(self, model: keras.Model) -> None:
        self._kept = [(v, v.numpy()) for v in state_of(model)]

    def restore(self) -> None:
        """Put everything back as it was."""
        for variable, value in self._kept:
            variable.assign(value)


def state_of(model: keras.Model) -> list[Any]:
    """All variables that training changes: weights, the optimizer's, states."""
    optimizer: Any = model.optimizer
    optimizer.build(model.trainable_variables)
    return [*model.variables, *optimizer.variables, *recurrent_states(model)]


EVERY = 5.0
"""Seconds between two states on disk, about; the history is written each epoch."""


class Checkpoint(keras.callbacks.Callback):
    """Writes the history each epoch, and now and then all that going on needs.

    Put it behind all other callbacks. Where the folder holds a state already, training
    begins from it: give `fit` ``initial_epoch=checkpoint.epoch``. With the same data,
    seed and versions, on a CPU, it ends with the weights of a training that was never
    stopped.

    Parameters
    ----------
    folder : Path
        Is there; gets ``checkpoint.npz`` and ``history.csv``.
    stopping : keras.callbacks.EarlyStopping, optional
        Whose best weights and patience are kept as well.

    Raises
    ------
    BadData
        The state on disk is damaged.
    """

    def __init__(
        self, folder: Path, stopping: keras.callbacks.EarlyStopping | None = None
    ) -> None:
        super().__init__()
        self.folder, self.stopping = folder, stopping
        self.history: dict[str, list[float]] = {}
        self.seconds, self.epoch, self._ended = 0.0, 0, False
        self._kept = _read(folder / STATE)
        with _report_damage(folder / STATE):
            if self._kept:
                facts = self._kept["facts"]
                self.history, self.seconds = facts["history"], facts["seconds"]
                self.epoch, self._ended = int(facts["epoch"]), bool(facts["ended"])
            self._write_history()

    def initial_epoch(self, epochs: int) -> int:
        """Return the epoch where `fit` goes on; ``epochs`` if it was at its end."""
        return epochs if self._ended else self.epoch

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._begun = self._saved = time.monotonic()
        if self._kept:
            self._restore(self._kept)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        params, model = self._training
        facts = {name: float(value) for name, value in (logs or {}).items()}
        for name, value in facts.items():
            self.history.setdefault(name, []).append(value)
        self.epoch = epoch + 1
        if self.epoch == 1:
            self._write_history()
        else:
            self._append([self.epoch, *facts.values()])
        ended = model.stop_training or self.epoch == params["epochs"]
        if ended or time.monotonic() - self._saved > EVERY:
            self._save(ended)

    @property
    def _training(self) -> tuple[dict[str, Any], Any]:
        """Return what Keras tells a callback, which its type hints do not know."""
        # typed as None until Keras sets them
        return self.params, self.model  # type: ignore[return-value]

    def _save(self, ended: bool) -> None:
        params, model = self._training
        self._saved = time.monotonic()
        facts: dict[str, Any] = {
            "epoch": self.epoch,
            "ended": ended,
            "history": self.history,
            "seconds": self.seconds + self._saved - self._begun,
        }
        arrays = {f"v{i}": v.numpy() for i, v in enumerate(state_of(model))}
        if params.get("shuffle") is not None:
            facts["order"] = params["shuffle"].bit_generator.state
        if self.stopping is not None:
            stop = self.stopping
            facts["stopping"] = [stop.wait, stop.stopped_epoch, stop.best_epoch]
            facts["best"] = None if stop.best is None else float(stop.best)
            best = stop.best_weights or []
            arrays |= {f"b{i}": weights for i, weights in enumerate(best)}
        with replaced(self.folder / STATE) as stream:
            np.savez(stream, facts=json.dumps(facts), **arrays)

    def _restore(self, kept: dict[str, Any]) -> None:
        with _report_damage(self.folder / STATE):
            self._restore_state(kept["facts"], kept["arrays"])

    def _restore_state(self, facts: dict[str, Any], arrays: dict[str, Any]) -> None:
        params, model = self._training
        for i, variable in enumerate(state_of(model)):
            variable.assign(arrays[f"v{i}"])
        if "order" in facts and params.get("shuffle") is not None:
            params["shuffle"].bit_generator.state = facts["order"]
        stop: Any = self.stopping
        if stop is not None and "stopping" in facts:
            stop.wait, stop.stopped_epoch, stop.best_epoch = facts["stopping"]
            stop.best = facts["best"]
            best = [arrays[f"b{i}"] for i in range(sum(k[0] == "b" for k in arrays))]
            stop.best_weights = best or None

    def _write_history(self) -> None:
        """All epochs that the state knows; what came after it is trained anew."""
        with replaced(self.folder / HISTORY) as stream:
            text = io.TextIOWrapper(stream, "utf-8", newline="")
            writer = csv.writer(text)
            writer.writerow(["epoch", *self.history])
            rows = zip(*self.history.values(), strict=True)
            writer.writerows([epoch, *row] for epoch, row in enumerate(rows, 1))
            text.detach()

    def _append(self, row: list[float]) -> None:
        """One epoch, into the file that this training has begun."""
        path = self.folder / HISTORY
        with open(
            path, "a", encoding="utf-8", newline="", opener=open_no_follow
        ) as stream:
            csv.writer(stream).writerow(row)


def _read(path: Path) -> dict[str, Any]:
    """The state on disk; empty where there is none."""
    if not path.exists():
        return {}
    with _report_damage(path):
        # np.load leaves a damaged file open that it opened itself
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return {"facts": json.loads(str(arrays.pop("facts"))), "arrays": arrays}


@contextmanager
def _report_damage(path: Path) -> Iterator[None]:
    """Tell in one line that a state is damaged, or of another network.

    Raises
    ------
    BadData
    """
    try:
        yield
    except MemoryError:
        raise
    except OSError as error:  # one with a number is the system's: a full disk
        if error.errno is not None:
            raise
        raise _damaged(path, error) from error
    except Exception as error:  # whatever an odd state makes NumPy, JSON or Keras raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> BadData:
    msg = f"{path} is damaged ({first_line(error)}), so the training cannot be resumed"
    return BadData(f"{msg}; train the network again")
