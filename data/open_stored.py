"""Opening rows that stay on disk: Parquet, NPY memory maps, folders of images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrow_files import check_zones, flatten_index, has_levels, joined_names
from .errors import BadData, Misuse

if TYPE_CHECKING:
    import pandas as pd

from .stored import BLOCK, OnDiskRows


def open_stored(path: Path, target: str | None) -> OnDiskRows:
    """Find out what is on disk, without keeping the features.

    Parameters
    ----------
    path : Path
        A Parquet file; a folder with ``x.npy`` and ``y.npy``; or a folder with one
        folder of images for each class.
    target : str, optional
        Column of the Parquet file to predict.

    Raises
    ------
    BadData, Misuse
    """
    if not path.is_dir():
        return _open_parquet(path, target)
    if (path / "x.npy").exists():
        opened = _open_npy(path)
    else:
        from .images import open_images  # Pillow, only where there are images

        opened = open_images(path)
    if target is not None:
        msg = f"--target does not go with the folder {path.name}, which has one"
        raise Misuse(f"{msg}; leave it out")
    return opened


def _open_parquet(path: Path, target: str | None) -> OnDiskRows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from .columns import check_width, find_column

    try:
        file = pq.ParquetFile(path.absolute(), memory_map=True)
        check_zones(file.schema_arrow.metadata)
    except (pa.ArrowException, OSError) as error:
        msg = f"{path.name} cannot be read as Parquet: {str(error).splitlines()[0]}"
        raise BadData(msg) from error
    index = (file.schema_arrow.pandas_metadata or {}).get("index_columns", ())
    raw = [name for name in file.schema_arrow.names if name not in index]
    check_width(path.name, len(raw))
    names = joined_names(raw) if has_levels(file.schema_arrow.metadata) else raw
    if target is None:
        msg = f"which column of {path.name} is to be predicted? Give --target"
        raise Misuse(f"{msg}; the columns are {', '.join(names[:20])}")
    answer = find_column(target, names, what="target column")
    groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    kept = [stored for stored, name in zip(raw, names, strict=True) if name != answer]

    def read(group: int) -> pd.DataFrame:
        return flatten_index(file.read_row_group(group, columns=kept).to_pandas())

    column = raw[names.index(answer)]
    return OnDiskRows(
        starts=np.cumsum([0, *(g.num_rows for g in groups)]),
        read=read,
        answers=flatten_index(file.read(columns=[column]).to_pandas()).iloc[:, 0],
        row_bytes=sum(g.total_byte_size for g in groups)
        // max(1, file.metadata.num_rows),
        name=answer,
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
