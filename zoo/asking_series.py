"""The last values of a series, to ask a saved network what comes next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data.errors import BadData
from ..data.files import check_path, read_table
from ..data.magnitude import is_too_large
from .run import Inputs


def series_from_file(path: Path, inputs: Inputs) -> np.ndarray:
    """Values of the target's column of a table, in the order of its rows.

    Raises
    ------
    ZooError
        The file cannot be read, lacks the column, or holds what is no number.
    """
    check_path(path)
    return _values(read_table(path)[0], inputs, path.name)


def series_from_text(text: str, inputs: Inputs) -> np.ndarray:
    """Values of lines: one number a line, with or without a line of names.

    Raises
    ------
    BadData
    """
    if not text.strip():
        msg = "no values were given on standard input"
        raise BadData(f"{msg}; one number a line, the last one last")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # a column without a name of its own is called by a number, as values are
    if lines[0] in inputs.targets and not lines[0].isdigit():
        lines = lines[1:]
    return _values(pd.DataFrame({"value": lines}), inputs, "standard input")


def _values(table: pd.DataFrame, inputs: Inputs, where: str) -> np.ndarray:
    name = next((t for t in inputs.targets if t in table.columns), table.columns[-1])
    read: Any = pd.to_numeric(table[name], errors="coerce")
    numbers = np.asarray(read, dtype="float64")
    bad = np.flatnonzero(np.isnan(numbers) | is_too_large(numbers))
    if len(bad) or not len(numbers):
        what = f"value {bad[0] + 1} is no number" if len(bad) else "there is no value"
        raise BadData(f"{where}, {name}: {what}; give numbers without gaps")
    return numbers
