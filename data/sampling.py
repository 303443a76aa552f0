"""Samples of files that are too large to be looked at whole."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .compressed import ByteSource
from .errors import BadData, first_line

if TYPE_CHECKING:
    import pandas as pd

LARGE_TEXT = 32_000_000
"""Bytes of text that are read whole within about a second."""
LARGE_PARQUET = 500_000
"""Rows of a Parquet file from which on it is sampled."""
_BLOCKS = 24
_BLOCK = 1 << 17
"""Bytes of a block of text: some 30,000 rows in all."""
_BATCH = 3_000
"""Rows of each row group."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def is_large(path: Path) -> bool:
    """Whether a file is one that is sampled: plain text, or Parquet."""
    name = path.name.lower()
    if not path.is_file():
        return False
    if name.endswith(".parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.read_metadata(path).num_rows > LARGE_PARQUET
        except (pa.ArrowException, OSError):
            return False  # whoever reads it says what is wrong
    plain = name.endswith((".csv", ".tsv", ".txt", ".data", ".dat"))
    if not plain or path.stat().st_size <= LARGE_TEXT:
        return False
    with path.open("rb") as stream:
        start = stream.read(_BLOCK)
    # lines of UTF-16, and those of an old Macintosh, are not found from the middle
    return b"\n" in start and not start.startswith(_UTF16)


def sample_text(path: Path) -> tuple[ByteSource, str]:
    """Whole lines from all over a text file, and a note that counts its lines.

    The first lines are among them. Where a cell has several lines all are from the
    start of the file.
    """
    lines = 0
    with path.open("rb") as stream:
        while piece := stream.read(1 << 22):
            lines += piece.count(b"\n")
        kept = _kept_lines(stream, path.stat().st_size)
    tabs = path.name.lower().endswith(".tsv")
    source = ByteSource(path.name, lambda: io.BytesIO(kept), None, tabs)
    some = kept.count(b"\n")
    note = f"what is said of columns is said of a sample of {some:,} lines;"
    return source, f"{note} the file has {lines:,}"


def _kept_lines(stream: io.BufferedReader, size: int) -> bytes:
    stream.seek(0)
    blocks = [stream.read(_BLOCK)]
    for offset in np.linspace(_BLOCK, size - _BLOCK, _BLOCKS - 1).astype(int):
        stream.seek(int(offset))
        blocks.append(stream.read(_BLOCK).partition(b"\n")[2])
    whole = [block[: block.rfind(b"\n") + 1] for block in blocks]
    if any(line.count(b'"') % 2 for block in whole for line in block.splitlines()):
        # a line may be the inside of a cell, so only the start is sure to be rows
        stream.seek(0)
        start = stream.read(_BLOCK * _BLOCKS)
        return start[: _last_whole_line(start)]
    return b"".join(whole)


def _last_whole_line(start: bytes) -> int:
    """Find the end of the last line that is in no quotes."""
    end = start.rfind(b"\n") + 1
    while end and start.count(b'"', 0, end) % 2:
        end = start.rfind(b"\n", 0, end - 1) + 1
    return end


def sample_parquet(path: Path) -> tuple[pd.DataFrame, str]:
    """The first rows of row groups from all over a Parquet file, and a note on it.

    Raises
    ------
    BadData
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from .arrow_files import to_frame

    try:
        file = pq.ParquetFile(path, memory_map=True)
        groups = np.linspace(0, file.num_row_groups - 1, _BLOCKS).astype(int)
        batches = [
            next(file.iter_batches(_BATCH, row_groups=[int(group)], use_threads=False))
            for group in np.unique(groups)
            if file.metadata.row_group(int(group)).num_rows
        ]
        table = to_frame(pa.Table.from_batches(batches))
    except (pa.ArrowException, OSError) as error:
        msg = f"{path.name} cannot be read as Parquet: {first_line(error)}"
        raise BadData(msg) from error
    note = f"what is said of columns is said of a sample of {len(table):,} rows;"
    return table, f"{note} the file has {file.metadata.num_rows:,}"
