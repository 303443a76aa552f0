"""Rows as NumPy arrays, of whatever Keras takes, without using up what a script needs.

Arrays are copied, since a script may change them in place. Datasets are read on their
own, with NumPy's and Python's random state put back. A generator can be read only once:
what is handed on notes the batches as the training takes them.
"""

from __future__ import annotations

import ast
import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from inspect import isgenerator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ...backend import keras, tensorflow
from .recording import Fit, Recording

# Above this no copy is made: two of such an array may not fit into memory.
_LARGE = 200_000_000


@dataclass(frozen=True)
class FitRows:
    """Inputs, targets and weights; the others as of `recording.Fit`."""

    x: Any
    y: Any = None
    sample_weight: Any = None
    cut: int = 0
    batch: int = 0
    is_pipeline: bool = False
    is_element: bool = False


def as_arrays(value: Any) -> Any:
    """The same structure of lists and dicts with NumPy arrays in it.

    A list of numbers is one array; of anything that is no array, None comes back.
    """
    if isinstance(value, dict):
        return {name: as_arrays(part) for name, part in value.items()}
    if isinstance(value, list | tuple) and not _is_plain_list(value):
        return [as_arrays(part) for part in value]
    return None if value is None else _array(value)


def _is_plain_list(value: Any) -> bool:
    """Whether nested lists hold numbers or texts, not arrays."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return isinstance(value, int | float | str | bytes | np.generic)


def _array(value: Any) -> np.ndarray | None:
    if isinstance(value, tensorflow.RaggedTensor):
        value = value.to_tensor()
    if isinstance(value, tensorflow.SparseTensor):
        value = tensorflow.sparse.to_dense(value)
    for convert in ("to_numpy", "toarray", "numpy"):
        if callable(getattr(value, convert, None)):
            return _with_texts(np.asarray(getattr(value, convert)()))
    try:
        return _with_texts(np.asarray(value))
    except (TypeError, ValueError):  # lists of unequal length
        return None


def _with_texts(array: np.ndarray) -> np.ndarray:
    """Texts as ``str``: Keras trains on these, and not on the bytes of TensorFlow."""
    if not array.dtype.hasobject or not array.size:
        return array
    values = array.ravel().tolist()
    if not all(isinstance(value, bytes) for value in values):
        return array
    texts = np.empty(array.shape, dtype=object)
    texts.ravel()[:] = [value.decode("utf-8", "replace") for value in values]
    return texts


def leaves(value: Any) -> list[np.ndarray]:
    """The arrays of a structure, in order."""
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [] if value is None else [value]


def map_structure(change: Callable[..., Any], *values: Any) -> Any:
    """Structures of the same form, changed array by array."""
    first = values[0]
    if isinstance(first, dict):
        return {
            key: map_structure(change, *(value[key] for value in values))
            for key in first
        }
    if isinstance(first, list | tuple):
        return [map_structure(change, *parts) for parts in zip(*values, strict=True)]
    return None if first is None else change(*values)


def count_rows(value: Any) -> int:
    """Rows of a structure of arrays."""
    first = leaves(value)[:1]
    return len(first[0]) if first and first[0].ndim else 0


def _digest(arrays: list[np.ndarray]) -> bytes:
    found = hashlib.blake2b(digest_size=16)
    for array in arrays:
        found.update(f"{array.shape}{array.dtype.str}".encode())
        texts = array.dtype.hasobject
        found.update(repr(array.tolist()).encode() if texts else array.tobytes())
    return found.digest()


class Copies:
    """Copies of arrays; one for all that hold the same."""

    def __init__(self) -> None:
        self._known: dict[bytes, np.ndarray] = {}

    def of(self, value: Any) -> Any:
        """The structure with copies of its arrays, save very large ones."""
        return map_structure(self._copy, as_arrays(value))

    def _copy(self, array: np.ndarray) -> np.ndarray:
        if array.nbytes > _LARGE:
            return array
        if array.dtype.hasobject:
            return array.copy()
        key = _digest([array])
        if key not in self._known:
            self._known[key] = array.copy()
        return self._known[key]


@dataclass
class Batches:
    """Batches put together; one that comes again is kept once.

    If none came again as it was, but the rows may have (``passes``), each row is kept
    once.
    """

    limit: int
    passes: bool = False
    kept: list[tuple[Any, Any, Any]] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    calls: int = 0
    given: int = 0
    rows: int = 0
    cut: int = 0
    size: int = 0

    def add(self, x: Any, y: Any = None, sample_weight: Any = None) -> None:
        """Take up one batch."""
        batch = (as_arrays(x), as_arrays(y), as_arrays(sample_weight))
        number = count_rows(batch[0])
        self.calls += 1
        self.given += number
        self.size = self.size or number
        key = _digest(leaves(batch))
        if key in self.seen:
            return
        self.seen.add(key)
        room = self.limit - self.rows if self._fits(batch) else 0
        self.cut += max(0, number - room)
        if room > 0:
            first = map_structure(lambda array: np.array(array[:room]), batch)
            self.kept.append((first[0], first[1], first[2]))
            self.rows += min(number, room)

    def _fits(self, batch: tuple[Any, Any, Any]) -> bool:
        """Whether it can stand behind the others: texts may be padded by the batch."""
        here, there = leaves(batch), leaves(self.kept[0]) if self.kept else []
        return not there or [a.shape[1:] for a in here] == [a.shape[1:] for a in there]

    def concatenate(self) -> FitRows:
        """All rows, in the order in which they first came."""
        if not self.kept:
            return FitRows(None, cut=self.cut, batch=self.size)
        x, y, weight = map_structure(
            lambda *parts: np.concatenate(parts), *list(self.kept)
        )
        if not self.passes or self.calls > len(self.seen):
            return FitRows(x, y, weight, self.cut, self.size)
        first = _first_rows(leaves((x, y, weight)))
        x, y, weight = map_structure(lambda array: array[first], (x, y, weight))
        # among the rows beyond the limit nobody counted those that came before
        cut = -1 if self.cut and len(first) < self.rows else self.cut
        return FitRows(x, y, weight, cut, self.size)


def _first_rows(arrays: list[np.ndarray]) -> list[int]:
    found: dict[bytes, int] = {}
    for row, digest in enumerate(row_digests(arrays)):
        found.setdefault(digest, row)
    return list(found.values())


def row_digests(arrays: list[np.ndarray]) -> list[bytes]:
    """A short text a row, equal for rows that are equal in all arrays."""
    rows = range(len(arrays[0])) if arrays and arrays[0].ndim else ()
    return [_digest([np.asarray(array[row]) for array in arrays]) for row in rows]


def record_rows(
    copies: Copies,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    limit: int,
    steps: int | None = None,
) -> tuple[Any, Callable[[], FitRows]]:
    """Return what to give Keras for ``x``, and a function that gives the rows later.

    Parameters
    ----------
    copies : Copies
    x, y, sample_weight : object
        As Keras takes them.
    limit : int
        Rows to keep of a generator or dataset.
    steps : int, optional
        Batches that Keras takes at most.
    """
    if isgenerator(x):
        batches = Batches(limit, passes=True)
        return _record_batches(x, batches), batches.concatenate
    if is_dataset(x):
        is_pipeline = isinstance(x, tensorflow.data.Dataset)
        rows = replace(_read(x, limit, steps), is_pipeline=is_pipeline)
    else:
        rows = FitRows(copies.of(x), copies.of(y), copies.of(sample_weight))
    return x, lambda: rows


def _record_batches(source: Iterator[Any], batches: Batches) -> Iterator[Any]:
    for batch in source:
        batches.add(*_parts(batch))
        yield batch


def _parts(batch: Any) -> tuple[Any, ...]:
    return tuple(batch[:3]) if isinstance(batch, list | tuple) else (batch,)


def is_dataset(x: Any) -> bool:
    """Whether batches come out of it, again and again."""
    if isinstance(x, tensorflow.data.Dataset | keras.utils.PyDataset):
        return True
    # a torch DataLoader, known by what it has, so that torch need not be there
    return hasattr(x, "__iter__") and hasattr(x, "batch_sampler")


def _read(dataset: Any, limit: int, steps: int | None) -> FitRows:
    source, length = _source(dataset)
    batches = Batches(limit, passes=length is None)
    with same_randomness():
        try:
            for batch in islice(source, steps):
                batches.add(*_parts(batch))
                if batches.rows >= limit:
                    break
        # a dataset runs code of the user's, which may raise anything; the training
        # meets the same error, and there it belongs
        except Exception:
            return FitRows(None, cut=-1)
    rows = batches.concatenate()
    whole = batches.rows < limit or batches.calls == length
    return rows if whole else replace(rows, cut=-1)


def _source(dataset: Any) -> tuple[Iterator[Any], int | None]:
    """Its batches, and how many there are; -1 if nobody knows, None if without end."""
    if isinstance(dataset, keras.utils.PyDataset):
        length = dataset.num_batches
        numbers = iter(int, 1) if length is None else iter(range(length))
        return (dataset[number] for number in numbers), length
    if isinstance(dataset, tensorflow.data.Dataset):
        size = int(dataset.cardinality())
        unknown = size == tensorflow.data.UNKNOWN_CARDINALITY
        return iter(dataset), None if size < 0 and not unknown else max(-1, size)
    return iter(dataset), len(dataset)


@contextmanager
def same_randomness() -> Iterator[None]:
    """The random numbers of NumPy and Python go on as if nothing had been."""
    legacy: Any = np.random  # the state that scripts seed with np.random.seed
    numbers, python = legacy.get_state(), random.getstate()
    try:
        yield
    finally:
        legacy.set_state(numbers)
        random.setstate(python)


_MOST_CELLS = 10_000_000
"""Of an array that is compared."""


def whole_fit(recording: Recording, fit: Fit) -> Fit | None:
    """The training as it was recorded, of which ``fit`` has some rows or one output."""
    # what is made from a training keeps its history
    return next((f for f in recording.fits if f.history is fit.history), None)


def sees_names(fit: Fit) -> bool:
    """Whether a statement before ``compile`` can change the script's arrays.

    Within a function it would make names of its own.
    """
    place = fit.compiled or fit.place
    if place is None:
        return False
    try:
        tree = ast.parse(Path(place.file).read_bytes())
    except (OSError, SyntaxError):  # code that came from no file
        return False
    functions = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return not any(
        node.lineno <= place.line <= (node.end_lineno or node.lineno)
        for node in functions
    )


def name_of(recording: Recording, array: Any) -> str | None:
    """The name under which the script holds an array; None where it has none."""
    same = (n for n, v in arrays(recording) if _equal(v, array))
    return next(same, None)


def names_of_labels(recording: Recording, fit: Fit) -> tuple[str, ...]:
    """Every name for labels of the same classes as those that were trained on.

    None unless the labels given to ``fit`` have a name themselves: a name for what
    they were made from would be changed together with them.
    """
    whole = whole_fit(recording, fit)
    if whole is None or not sees_names(whole):
        return ()
    held = [*arrays(recording), *_series(recording)]
    if not any(_equal(value, whole.y) for _, value in held):
        return ()
    classes = np.unique(whole.y)
    return tuple(
        name
        for name, value in held
        if value.ndim == whole.y.ndim
        and value.dtype.kind in "iuf"
        and np.array_equal(np.unique(value), classes)
    )


def arrays(recording: Recording) -> Iterator[tuple[str, np.ndarray]]:
    """Name and value of the script's arrays, very large ones left out."""
    module = recording.module
    for name, value in vars(module).items() if module else ():
        if isinstance(value, np.ndarray) and value.size <= _MOST_CELLS:
            yield name, value


def _series(recording: Recording) -> Iterator[tuple[str, np.ndarray]]:
    """Name and values of the script's columns of pandas."""
    module = recording.module
    for name, value in vars(module).items() if module else ():
        kind = type(value)
        if kind.__name__ == "Series" and kind.__module__.startswith("pandas"):
            yield name, value.to_numpy()


def _equal(value: np.ndarray, array: Any) -> bool:
    alike = isinstance(array, np.ndarray) and value.shape == array.shape
    return alike and np.array_equal(value, array)
