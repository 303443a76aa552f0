"""A dataset that was made in memory: held against the form that `load` gives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from .dataset import TABLE_TASKS, TASKS, Dataset, row_hashes
from .errors import BadData
from .magnitude import TOLD, is_too_large


def check_dataset(dataset: Dataset) -> Dataset:
    """Return a dataset in the form that `load` gives, with the hash of its rows.

    Rows of shape (n_rows, n_columns) in an array become a DataFrame, as those of an NPZ
    file do, with columns ``"0"``, ``"1"`` and so on.

    Raises
    ------
    BadData
        Its parts do not fit each other, or hold what cannot be learned from.
    """
    wrong = next(_faults(dataset), None)
    if wrong:
        raise BadData(f"the Dataset {dataset.card.name!r} cannot be used: {wrong}")
    x = dataset.x
    if dataset.task in TABLE_TASKS and isinstance(x, np.ndarray) and x.ndim == 2:
        x = pd.DataFrame(x, columns=[str(i) for i in range(x.shape[1])])
    y = dataset.y.astype("int64" if dataset.is_classification else "float64")
    made = replace(dataset, x=x, y=y)
    return replace(made, sha256=content_hash(made))


def _faults(dataset: Dataset) -> Iterator[str]:
    """Yield what is wrong, the first things first: the later rest on them."""
    x, y = dataset.x, dataset.y
    if dataset.task not in TASKS:
        yield f"its task is {dataset.task!r}; allowed are {', '.join(TASKS)}"
    if not isinstance(x, np.ndarray | pd.DataFrame) or not isinstance(y, np.ndarray):
        kinds = f"{type(x).__name__} and {type(y).__name__}"
        yield f"x and y are {kinds}; give a DataFrame or an array, and an array"
    if x.ndim < 2 or not len(x) or len(x) != len(y):
        yield f"x has shape {x.shape} and y {y.shape}; give as many rows in both"
    yield from _faults_of_features(x)
    yield from _faults_of_target(dataset)
    if dataset.groups is not None and len(dataset.groups) != len(y):
        yield f"groups has {len(dataset.groups):,} rows, and y {len(y):,}"
    if not 0 <= dataset.n_test < len(y):
        yield f"n_test is {dataset.n_test}; it must be 0 or more, and below {len(y):,}"
    if dataset.task == "forecast" and dataset.series is None:
        yield "a forecast needs series: its season, horizon and times"


def _faults_of_features(x: np.ndarray | pd.DataFrame) -> Iterator[str]:
    if isinstance(x, np.ndarray):
        if x.dtype.kind not in "buif":
            yield f"x has type {x.dtype}; give numbers, or a DataFrame"
        if not np.isfinite(x).all() or is_too_large(x).any():
            yield f"x holds missing values, {TOLD}; replace them first"
        return
    odd = [name for name in x.columns if not isinstance(name, str)]
    if odd or not x.columns.is_unique:
        yield f"its columns are {list(x.columns)[:5]}; give each a text of its own"
    for name, column in x.select_dtypes("number").items():
        if is_too_large(column.to_numpy(dtype="float64", na_value=np.nan)).any():
            yield f"column {name!r} holds {TOLD}; replace them (a gap is allowed)"


def _faults_of_target(dataset: Dataset) -> Iterator[str]:
    y, count = dataset.y, len(dataset.classes)
    several = dataset.task == "multilabel" or len(dataset.targets) > 1
    if y.ndim != 1 + several or (several and y.shape[1] != len(dataset.targets)):
        yield f"y has shape {y.shape}, and targets names {len(dataset.targets)} columns"
    if not dataset.is_classification:
        if count:
            yield f"{dataset.task} has no classes, and {count} are given"
        if y.dtype.kind not in "buif" or not np.isfinite(y).all():
            yield f"y has type {y.dtype}; give finite numbers for {dataset.task}"
        return
    if y.dtype.kind not in "bui":
        yield f"y has type {y.dtype}; give whole numbers, the codes of the classes"
    most = 1 if dataset.task == "multilabel" else count - 1
    if count < 2 or y.min() < 0 or y.max() > most:
        yield f"y has codes {y.min()} to {y.max()}, and {count} classes are named"
    if dataset.task == "binary" and count != 2:
        yield f"binary has 2 classes, and {count} are given; is it multiclass?"


def content_hash(dataset: Dataset) -> str:
    """Return the SHA-256 of features, target and groups, in hexadecimal digits."""
    digest = hashlib.sha256(
        "\0".join(dataset.classes).encode("utf-8", "backslashreplace")
    )
    x = dataset.x
    if isinstance(x, pd.DataFrame):
        digest.update("\0".join(x.columns).encode())
        x = row_hashes(x)
    for part in (x, dataset.y, dataset.groups):
        if part is not None:
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
