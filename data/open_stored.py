"""Opening rows that stay on disk: Parquet, NPY memory maps, folders of images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrow_files import check_zones, flatten_index, has_levels, joined_names
from .errors import BadData, Misuse, first_line

if TYPE_CHECKING:
    import pandas as pd

from .stored import BLOCK, OnDiskRows

_OPEN = 8
"""Parquet files that stay open."""


def open_stored(path: Path, target: str | None) -> OnDiskRows:
    """Find out what is on disk, without keeping the features.

    Parameters
    ----------
    path : Path
        A Parquet file, or a folder of such with the same columns; a folder with
        ``x.npy`` and ``y.npy``; or a folder with one folder of images for each class.
    target : str, optional
        Column of the Parquet files to predict.

    Raises
    ------
    BadData, Misuse
    """
    if not path.is_dir():
        return _open_parquet([path], path.name, target)
    if files := parquet_files(path):
        return _open_parquet(files, path.name, target)
    if (path / "x.npy").exists():
        opened = _open_npy(path)
    else:
        from .images import open_images  # Pillow, only where there are images

        opened = open_images(path)
    if target is not None:
        msg = f"--target does not go with the folder {path.name}, which has one"
        raise Misuse(f"{msg}; leave it out")
    return opened


def parquet_files(folder: Path) -> list[Path]:
    """Return the Parquet files of a folder in the order of their names.

    What begins with a dot or an underscore is left out, as those who write such folders
    keep notes under such names.
    """
    files = (path for path in folder.glob("*.parquet") if path.is_file())
    return sorted(path for path in files if path.name[0] not in "._")


@dataclass(frozen=True)
class _Parts:
    """Parquet files with the same columns, and a file and a number for each row group.

    The last few stay open: a folder may hold more files than a process may have open.
    """

    paths: tuple[Path, ...]
    groups: tuple[tuple[int, int], ...]
    rows: tuple[int, ...]
    bytes: int
    schema: Any

    def read(self, group: int, columns: list[str]) -> pd.DataFrame:
        place, number = self.groups[group]
        with _readable(self.paths[place]):
            file = self._opened(self.paths[place])
            return flatten_index(
                file.read_row_group(number, columns=columns).to_pandas()
            )

    @cached_property
    def _opened(self) -> Callable[[Path], Any]:
        import pyarrow.parquet as pq

        return lru_cache(_OPEN)(partial(pq.ParquetFile, memory_map=True))

    def column(self, name: str) -> pd.Series:
        import pandas as pd
        import pyarrow.parquet as pq

        no_partitions: Any = None  # names of folders are no columns
        parts: list[pd.Series] = []
        for path in self.paths:
            with _readable(path):
                part = pq.read_table(path, columns=[name], partitioning=no_partitions)
                parts.append(flatten_index(part.to_pandas()).iloc[:, 0])
        return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        msg = f"{path.name} cannot be read as Parquet: {first_line(error)}"
        raise BadData(msg) from error


def _parts(paths: Sequence[Path]) -> _Parts:
    """Look at the ends of Parquet files, where their columns and row groups stand.

    Raises
    ------
    BadData
    """
    import pyarrow.parquet as pq

    groups, rows, size, schema = [], [], 0, None
    for place, path in enumerate(paths):
        with _readable(path):
            about = pq.read_metadata(path)
            found = about.schema.to_arrow_schema()
        check_zones(found.metadata)
        schema = schema or found
        _check_same(schema, found, paths[0], path)
        for number in range(about.num_row_groups):
            group = about.row_group(number)
            groups.append((place, number))
            rows.append(group.num_rows)
            size += group.total_byte_size
    return _Parts(tuple(paths), tuple(groups), tuple(rows), size, schema)


def _check_same(first: Any, other: Any, path: Path, place: Path) -> None:
    """Refuse a file whose columns are not those of the first one.

    Raises
    ------
    BadData
    """
    if odd := set(first.names) ^ set(other.names):
        has = place if min(odd) in other.names else path
        msg = f"{place.name} and {path.name} have different columns: {min(odd)!r} is in"
        raise BadData(f"{msg} {has.name} alone; give files with the same columns")
    for name in first.names:
        kinds = {_kind(schema.field(name).type) for schema in (first, other)}
        if len(kinds - {"null"}) > 1:
            msg = f"column {name!r} is {_kind(first.field(name).type)} in {path.name}"
            msg = f"{msg} and {_kind(other.field(name).type)} in {place.name}"
            raise BadData(f"{msg}; give files whose columns have the same types")


def _kind(type: Any) -> str:
    """Tell numbers from texts and from others: those may differ in their size."""
    import pyarrow as pa

    if pa.types.is_dictionary(type):
        return _kind(type.value_type)
    numeric = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
    if any(is_one(type) for is_one in numeric):
        return "number"
    return (
        "text"
        if pa.types.is_string(type) or pa.types.is_large_string(type)
        else str(type)
    )


def _open_parquet(paths: Sequence[Path], name: str, target: str | None) -> OnDiskRows:
    from .columns import check_width, find_column

    parts = _parts([path.absolute() for path in paths])
    index = (parts.schema.pandas_metadata or {}).get("index_columns", ())
    raw = [column for column in parts.schema.names if column not in index]
    check_width(name, len(raw))
    names = joined_names(raw) if has_levels(parts.schema.metadata) else raw
    if target is None:
        msg = f"which column of {name} is to be predicted? Give --target"
        raise Misuse(f"{msg}; the columns are {', '.join(names[:20])}")
    answer = find_column(target, names, what="target column")
    kept = [stored for stored, name in zip(raw, names, strict=True) if name != answer]
    count = sum(parts.rows)
    note = f"{len(paths):,} Parquet files with {count:,} rows"
    return OnDiskRows(
        starts=np.cumsum([0, *parts.rows]),
        read=lambda group: parts.read(group, kept),
        answers=parts.column(raw[names.index(answer)]),
        row_bytes=parts.bytes // max(1, count),
        name=answer,
        notes=(note,) if len(paths) > 1 else (),
    )


def _open_npy(path: Path) -> OnDiskRows:
    for name in ("x.npy", "y.npy"):
        if not (path / name).is_file():  # a pipe would be waited for
            raise BadData(f"{path / name} cannot be read: it is no regular file")
    try:
        x = np.load(path / "x.npy", mmap_mode="r", allow_pickle=False)
        y = np.load(path / "y.npy", allow_pickle=False)
    except (OSError, ValueError) as error:
        msg = f"{path.name} cannot be read: {error}"
        raise BadData(
            f"{msg}; needed are x.npy and y.npy as NumPy saves them"
        ) from error
    if x.ndim < 2 or x.dtype.kind not in "buif" or y.shape != x.shape[:1]:
        msg = f"{path.name} holds x of shape {x.shape} ({x.dtype}) and y of {y.shape}"
        raise BadData(f"{msg}; needed are numbers of shape (rows, ...) and one y a row")
    starts = np.minimum(np.arange(0, len(x) + BLOCK, BLOCK), len(x))

    def read(block: int) -> Any:
        rows = np.asarray(x[starts[block] : starts[block + 1]])
        return rows if rows.ndim > 2 else _as_table(rows)

    return OnDiskRows(starts, read, y, x[0].nbytes if len(x) else 0, "y")


def _as_table(rows: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=[str(i) for i in range(rows.shape[1])])
