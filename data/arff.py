"""Tables in ARFF, the form of Weka and OpenML.

SciPy's reader takes no columns of text, and liac-arff takes no dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from .columns import first_repeated
from .compressed import plain_source
from .encodings import detect_encoding
from .errors import BadData

if TYPE_CHECKING:
    import pandas as pd

_NAME = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s{]+"""
_ATTRIBUTE = re.compile(rf"@attribute\s+({_NAME})\s*(.+)", re.IGNORECASE)
_CELL = re.compile(
    r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,'"\t][^,\t]*|)\s*([,\t]|$)"""
)
_NUMBERS = ("numeric", "real", "integer")
_ESCAPE = re.compile(r"\\(.)")
_SEEN = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True)
class _Attribute:
    """Name of a column, and whether it holds numbers."""

    name: str
    number: bool


def read_arff(path: Path) -> pd.DataFrame:
    """A table from an ARFF file; ``?`` is missing, nominal values are text.

    Raises
    ------
    BadData
        It is no ARFF, is sparse or relational, or a row has other than the
        attributes declared.
    """
    import pandas as pd

    source = plain_source(path)
    encoding = detect_encoding(source).encoding
    lines = enumerate(path.read_text(encoding).split("\n"), 1)
    attributes = _read_attributes(path.name, lines)
    rows = [_row(path.name, n, line, attributes) for n, line in _numbered_lines(lines)]
    columns = list(zip(*(cells for _, cells in rows), strict=True))
    values = [
        _column(path.name, attribute, column, [n for n, _ in rows])
        for attribute, column in zip(attributes, columns, strict=False)
    ]
    table = pd.concat(values, axis=1) if values else pd.DataFrame()
    table.columns = [attribute.name for attribute in attributes][: len(values)]
    return table


def _numbered_lines(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for number, line in lines:
        text = line.strip()
        if text and not text.startswith("%"):
            yield number, text


def _read_attributes(name: str, lines: Iterator[tuple[int, str]]) -> list[_Attribute]:
    found: list[_Attribute] = []
    for number, line in _numbered_lines(lines):
        if line.lower().startswith("@data"):
            _check_names(name, found)
            return found
        if line.lower().startswith("@relation"):
            continue
        match = _ATTRIBUTE.fullmatch(line)
        if not match:
            msg = f"{name} is no ARFF: line {number:,} ({line[:60]!r}) is no @attribute"
            raise BadData(f"{msg}, and @data has not come yet")
        kind = match[2].strip().lower()
        if kind.startswith("relational"):
            msg = f"{name}: line {number:,} declares a table in a cell (relational)"
            raise BadData(f"{msg}; write its parts as columns")
        found.append(_Attribute(_plain(match[1]), kind.startswith(_NUMBERS)))
    raise BadData(f"{name} is no ARFF: it has no line @data; is it cut off?")


def _check_names(name: str, attributes: list[_Attribute]) -> None:
    names = [attribute.name for attribute in attributes]
    if not names:
        raise BadData(
            f"{name} declares no @attribute before @data; it needs one a column"
        )
    twice = first_repeated(names)
    if twice is not None:
        raise BadData(f"{name} has two columns named {twice!r}; rename one of them")


def _row(
    name: str, number: int, line: str, attributes: list[_Attribute]
) -> tuple[int, list[str | None]]:
    if line.startswith("{"):
        msg = f"{name} is sparse ARFF (line {number:,}); write it dense, in Weka by"
        raise BadData(f"{msg} the filter SparseToNonSparse")
    cells = _cells(line)
    if cells is None or len(cells) != len(attributes):
        count = "a quote that is not closed" if cells is None else f"{len(cells)} cells"
        msg = f"{name}: line {number:,} has {count}, and there are"
        msg = f"{msg} {len(attributes)} attributes; a comma in an unquoted cell"
        raise BadData(f"{msg}, or a file that is cut off?")
    return number, cells


def _cells(line: str) -> list[str | None] | None:
    """The cells of a row, None where they are missing; None where a quote is open."""
    cells, place = [], 0
    while True:
        match = _CELL.match(line, place)
        if not match:
            return None
        text = match[1].strip()
        cells.append(None if text in ("?", "") else _plain(text))
        if not match[2]:
            return cells
        place = match.end()


def _plain(text: str) -> str:
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return _ESCAPE.sub(lambda m: _SEEN.get(m[1], m[1]), text[1:-1])
    return text


def _column(
    name: str, attribute: _Attribute, cells: tuple[str | None, ...], numbers: list[int]
) -> pd.Series:
    import pandas as pd

    if not attribute.number:
        return pd.Series(list(cells), dtype="str")
    texts = pd.Series(list(cells), dtype="object")
    values = cast("pd.Series", pd.to_numeric(texts, errors="coerce"))
    wrong = values.isna().to_numpy() & np.array([cell is not None for cell in cells])
    if wrong.any():
        place = int(wrong.nonzero()[0][0])
        msg = f"{name}: line {numbers[place]:,}, column {attribute.name!r}, holds"
        raise BadData(f"{msg} {cells[place]!r}, and the column is declared as numbers")
    return values
