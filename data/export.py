"""Writing a dataset to a file that `load` reads as the same rows."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .dataset import Dataset
from .disk import replaced, write_whole
from .errors import Misuse

_TARGET = re.compile(r"[^,(]+")


def export_dataset(dataset: Dataset, path: Path) -> str:
    """Write rows and target to a file.

    Parameters
    ----------
    dataset : Dataset
        Tables and one series are written as CSV, the target last; arrays as NPZ, with
        the official test rows beside the others; texts as they are.
    path : Path
        Ends in ``.csv``, ``.npz`` or ``.txt``, as fits the dataset.

    Returns
    -------
    target : str
        Name of the target's column; "" where there is none.

    Raises
    ------
    Misuse
        The file's ending does not fit, or the dataset has several targets or groups,
        of which a file has no record.
    OSError
        The file could not be written; what was there before is untouched.
    """
    name, task = dataset.card.name, dataset.card.task
    if dataset.y.ndim > 1 or dataset.groups is not None:
        msg = f"{name} has several targets, or groups of rows"
        raise Misuse(f"{msg}; only datasets with one target and no groups are written")
    is_table = isinstance(dataset.x, pd.DataFrame) or task == "forecast"
    ending = ".txt" if task == "characters" else ".csv" if is_table else ".npz"
    if path.suffix.lower() != ending:
        msg = f"{name} is written as a {ending} file, and {path.name!r} is none"
        raise Misuse(f"{msg}; write {path.with_suffix(ending).name}")
    if task == "characters":
        write_whole(path, _text(dataset))
        return ""
    if is_table:
        return _write_table(dataset, path)
    with replaced(path) as stream:
        np.savez_compressed(stream, **_arrays(dataset))
    return ""


def _text(dataset: Dataset) -> str:
    letters = np.array(dataset.classes)
    return "".join(letters[np.concatenate([dataset.x[0], dataset.y])])  # pyright: ignore[reportArgumentType]  (codes are arrays)


def _write_table(dataset: Dataset, path: Path) -> str:
    if dataset.series is not None:
        table = pd.DataFrame({"time": dataset.series.times})
    else:
        table = pd.DataFrame(dataset.x)
    found = _TARGET.match(dataset.card.target)
    target = found[0].strip() if found else "target"
    while target in table.columns:
        target += "_"
    written = io.StringIO()
    table.assign(**{target: _labels(dataset)}).to_csv(written, index=False)
    write_whole(path, written.getvalue())
    return target


def _arrays(dataset: Dataset) -> dict[str, Any]:
    x, y = np.asarray(dataset.x), _labels(dataset)
    if not dataset.n_test:
        return {"x": x, "y": y}
    cut = len(dataset) - dataset.n_test
    return {
        "x_train": x[:cut],
        "y_train": y[:cut],
        "x_test": x[cut:],
        "y_test": y[cut:],
    }


def _labels(dataset: Dataset) -> np.ndarray:
    """The target as words where it has classes."""
    return np.array(dataset.classes)[dataset.y] if dataset.classes else dataset.y
