"""Rows that stay on disk: Parquet, NPY memory maps, folders of images (`images`).

They are read in blocks. A dataset too large for memory is a sample of such rows, and
knows where the others are (`Dataset.stored`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


BLOCK = 8_192
"""Rows of a memory map read at a time. Of Parquet it is a row group."""


@dataclass(frozen=True)
class OnDiskRows:
    """Rows on disk.

    Parameters
    ----------
    starts : int array of shape (n_blocks + 1,)
        Number of each block's first row, and of all rows.
    read : callable
        From a block's number to the features of its rows: a DataFrame, or an array of
        shape (n, ...).
    answers : array of shape (n_rows,)
        The target as it stands in the file.
    row_bytes : int
        Of a row's features in memory, about.
    name : str
        The target's.
    notes : tuple of str
        What was done to the rows when they were opened, one sentence each.
    n_test : int
        The last so many rows are official test rows.
    """

    starts: np.ndarray
    read: Callable[[int], Any]
    answers: np.ndarray | pd.Series
    row_bytes: int
    name: str
    notes: tuple[str, ...] = ()
    n_test: int = 0

    @property
    def rows(self) -> int:
        return int(self.starts[-1])

    def blocks(
        self, numbers: np.ndarray, order: np.ndarray | None = None
    ) -> Iterator[tuple[np.ndarray, Any]]:
        """Yield the numbers and the features of some rows, block by block.

        Parameters
        ----------
        numbers : int array
            Sorted row numbers.
        order : int array, optional
            In which the blocks are read.
        """
        edges = np.searchsorted(numbers, self.starts)
        for block in range(len(self.starts) - 1) if order is None else order:
            wanted = numbers[edges[block] : edges[block + 1]]
            if len(wanted):
                x, inside = self.read(int(block)), wanted - self.starts[block]
                yield wanted, x.iloc[inside] if hasattr(x, "iloc") else x[inside]

    def take(self, numbers: np.ndarray) -> Any:
        """The features of some rows, by their sorted numbers."""
        parts = [x for _, x in self.blocks(numbers)]
        if not hasattr(parts[0], "iloc"):
            return np.concatenate(parts)
        import pandas as pd

        return pd.concat(parts, ignore_index=True)


def is_stored(path: Path) -> bool:
    """Whether a path is one of the forms that can be left on disk."""
    return path.is_dir() or path.name.lower().endswith(".parquet")


@dataclass(frozen=True)
class RemainingRows:
    """Rows on disk of which a dataset is a sample.

    ``numbers`` are those of the dataset's rows among them; ``y``, of shape
    (n_rows,), holds the targets of all of them as a dataset has them; ``usable`` are
    the numbers of those that have a target and are no official test rows.
    """

    rows: OnDiskRows
    numbers: np.ndarray
    y: np.ndarray
    usable: np.ndarray
