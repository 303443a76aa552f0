"""One call that gives a dataset: by its name in the catalog, or from a file."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pandas as pd

from .catalog import DATASETS, card
from .dataset import ORDERED, TASKS, Card, Dataset, take
from .errors import Misuse, unknown
from .files import check_path, suffix
from .ordered import Order, from_series, from_text
from .split import sample_rows
from .tables import from_arrays, from_stored, from_table, stored_rows


def load(
    name: str | Path,
    *,
    target: str | None = None,
    task: str | None = None,
    drop: Sequence[str] = (),
    group: str | None = None,
    limit: int | None = None,
    header: bool | None = None,
    season: int | None = None,
    horizon: int | None = None,
    folds: int = 5,
    memory: int | None = None,
    seed: int = 0,
) -> Dataset:
    """A dataset of the catalog, or one read from a file.

    Parameters
    ----------
    name : str or Path
        A name of the catalog (`list_datasets`), or the path of a CSV, TSV (also
        ``.gz``), Parquet or NPZ file, of a folder with ``x.npy`` and ``y.npy``, or of
        a folder with one folder of images a class; with task ``"characters"`` of a
        text.
    target : str, optional
        The column to predict, by name or by position from 0 (-1 is the last); several
        with commas between them. Needed for tables, not allowed otherwise.
    task : str, optional
        One of `TASKS`. Overrules what is inferred from the target's values
        (`infer_task`); a forecast and characters must be asked for.
    drop : sequence of str
        Columns to leave out, by name or position.
    group : str, optional
        Column whose equal values mark rows that belong together; it is no feature.
    limit : int, optional
        Keep about so many rows: a seeded sample in which classes keep their shares
        and at least two rows each; the last steps of a series, the first characters of
        a text.
    header : bool, optional
        Whether the first line of a text file holds names; found out if None.
    season, horizon : int, optional
        Of a forecast: steps after which the series repeats itself, and steps to
        forecast at a time. Found out from the dates if None.
    folds : int, default 5
        Of a forecast: that there must be room for at the end of the series.
    memory : int, optional
        Bytes that the features may take. A Parquet file or a folder with more gives a
        sample of its rows that takes a quarter of that at most, and stays open for the
        others (`Dataset.stored`).
    seed : int
        Seeds generators and the sample.

    Raises
    ------
    ZooError
        `UnknownName` and `Misuse` for wrong arguments, `BadData` for content that
        cannot be learned from, `Offline` for a download that fails.

    Examples
    --------
    >>> from learnable import load
    >>> len(load("iris"))
    150
    """
    _check(limit, task, season, horizon, folds)
    path = Path(name)
    order = Order(season, horizon, limit, folds)
    if str(name) not in DATASETS and (os.path.exists(path) or suffix(path)):
        table = _Table(target, task, drop, group, header)
        dataset = _from_file(path, table, order, memory, seed)
    else:
        known = card(str(name))
        _refuse(f"{name!r} of the catalog, which has one", target, drop, group, task)
        dataset = _from_catalog(known, order, seed)
    if limit is not None and limit < len(dataset) and dataset.task not in ORDERED:
        dataset = _limited(dataset, limit, seed)
    return replace(dataset, sha256=_sha256(dataset))


def _check(
    limit: int | None,
    task: str | None,
    season: int | None,
    horizon: int | None,
    folds: int,
) -> None:
    if task is not None and task not in TASKS:
        raise unknown("task", task, TASKS, see=f"Allowed are {', '.join(TASKS)}.")
    numbers = {
        "--limit": (limit, 2),
        "--season": (season, 1),
        "--horizon": (horizon, 1),
        "--folds": (folds, 2),
    }
    for option, (given, least) in numbers.items():
        if given is not None and given < least:
            raise Misuse(f"{option} must be {least} or more, got {given}")


@dataclass(frozen=True)
class _Table:
    """How a table is to be read."""

    target: str | None
    task: str | None
    drop: Sequence[str]
    group: str | None
    header: bool | None


def _from_file(
    path: Path, table: _Table, order: Order, memory: int | None, seed: int
) -> Dataset:
    if table.task == "characters":
        _refuse(f"{path.name}, a text", table.target, table.drop, table.group)
        return from_text(path, order)
    if not path.is_dir():
        check_path(path)
    if table.task == "forecast":
        _refuse(f"{path.name}, a series", table.drop, table.group)
        return from_series(path, table.target, order, header=table.header)
    if order.season or order.horizon:
        msg = "--season and --horizon go with --task forecast"
        raise Misuse(f"{msg}; add it, or leave them out")
    stored = stored_rows(path, table.target, table.drop, table.group, memory)
    if stored:
        return from_stored(path, stored, table.task, memory, seed)
    if suffix(path) == ".npz":
        named = f"{path.name}, which names its arrays"
        _refuse(named, table.target, table.drop, table.group)
        return from_arrays(path, table.task)
    return from_table(
        path, table.target, table.task, table.drop, table.group, table.header
    )


def _refuse(whose: str, *options: object) -> None:
    if any(options):
        msg = f"--target, --task, --drop and --group do not go with {whose}"
        msg = f"{msg}; they are for tables. Leave them out."
        raise Misuse(msg)


def _from_catalog(known: Card, order: Order, seed: int) -> Dataset:
    kind, _, what = known.entry.partition(":")
    if kind == "tiny":
        with as_file(files(__package__ or "learnable.data") / "tiny" / what) as path:
            text = known.task == "characters"
            dataset = from_text(path, order) if text else from_series(path, None, order)
        return replace(dataset, card=known)
    if kind == "generate":
        from . import generate  # numpy and pandas, only when used

        x, y, classes = getattr(generate, what)(seed)
        return Dataset(x, y, known, classes)
    if kind == "bundled":
        from .bundled import load_bundled

        x, y, classes = load_bundled(what)
        return Dataset(x, y, known, classes)
    from .fetch import fetch_images

    (x_train, y_train, x_test, y_test), classes, notes = fetch_images(what)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    if len(y) != known.rows:
        notes = (*notes, f"{len(y):,} of the {known.rows:,} rows of the full set")
    return Dataset(x, y, known, classes, n_test=len(y_test), notes=notes)


def _limited(dataset: Dataset, limit: int, seed: int) -> Dataset:
    rows = sample_rows(dataset, limit, seed=seed)
    y, classes = dataset.y[rows], dataset.classes
    note = f"a sample of {len(rows):,} of {len(dataset):,} rows (--limit)"
    return replace(
        dataset,
        x=take(dataset.x, rows),
        y=y,
        classes=classes,
        groups=None if dataset.groups is None else dataset.groups[rows],
        n_test=int((rows >= len(dataset) - dataset.n_test).sum()),
        stored=None,
        notes=(*dataset.notes, note),
    )


def _sha256(dataset: Dataset) -> str:
    digest = hashlib.sha256(
        "\0".join(dataset.classes).encode("utf-8", "backslashreplace")
    )
    x = dataset.x
    if isinstance(x, pd.DataFrame):
        digest.update("\0".join(x.columns).encode())
        x = pd.util.hash_pandas_object(x, index=False).to_numpy()  # type: ignore[attr-defined]
    for part in (x, dataset.y, dataset.groups):
        if part is not None:
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
