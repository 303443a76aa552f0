"""Reading a user's own file: CSV, TSV (plain or .gz), Parquet, NPZ."""

import codecs
import csv
import gzip
import io
import json
import re
import warnings
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from .errors import BadData, Misuse, first_line

_MISSING = ("?", "")
"""Read as missing beside pandas' own list (``NA``, ``nan``, ``null`` ...): ``?`` is
how the UCI repository writes it."""

_MISSING_TEXT = {*_MISSING, "na", "n/a", "nan", "null", "none", "-"}

_SUFFIXES = (".csv", ".tsv", ".txt", ".data", ".csv.gz", ".tsv.gz", ".parquet", ".npz")


SPLIT_KEYS = {"x_train", "y_train", "x_test", "y_test"}
"""The arrays of an NPZ file with official test rows."""


def suffix(path: Path) -> str:
    """The ending that tells the format, or "" where there is none we read."""
    name = path.name.lower()
    return max((s for s in _SUFFIXES if name.endswith(s)), key=len, default="")


def read_table(
    path: Path, *, header: bool | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """A table from a CSV, TSV or Parquet file, and notes on how it was read.

    Parameters
    ----------
    path : Path
    header : bool, optional
        Whether the first line holds the names of the columns; found out if None.

    Returns
    -------
    table : DataFrame
        Columns of a file without names are called "0", "1", ...
    notes : list of str

    Raises
    ------
    BadData
        The file is empty, is no table, has no rows, or two columns of one name.
    """
    if path.stat().st_size == 0:
        msg = f"{path.name} is empty (0 bytes). Give a file with a header and rows."
        raise BadData(msg)
    parquet = suffix(path) == ".parquet"
    path = path.absolute()  # pandas takes "file:..." for an address
    table, notes = (_read_parquet(path), []) if parquet else _read_text(path, header)
    table = table.rename(columns=str)
    if table.empty:
        msg = f"{path.name} has {len(table.columns)} columns and {len(table)} rows"
        msg = f"{msg}; give a file with one column and one row at least"
        raise BadData(msg)
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()][0]
        msg = f"{path.name} has two columns named {twice!r}; rename one of them"
        raise BadData(msg)
    return table, notes


def check_zones(metadata: Mapping[bytes, bytes] | None) -> None:
    """Refuse a Parquet file whose time zones name files, which pandas would open.

    Raises
    ------
    BadData
    """
    told = (metadata or {}).get(b"pandas", b"null")
    try:
        zones = "dateutil" in str(json.loads(told))  # JSON may spell it in other ways
    except (ValueError, RecursionError) as error:
        raise BadData("the file's notes for pandas are damaged") from error
    if zones:
        msg = "the file names a time zone by a file (dateutil); write the zone's name"
        raise BadData(f"{msg}, as Europe/Vienna")


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq

    try:
        check_zones(pq.read_schema(path).metadata)
        return pd.read_parquet(path).reset_index(drop=True)
    except BadData:
        raise
    except Exception as error:  # a damaged file makes pyarrow raise nearly anything
        msg = f"{path.name} cannot be read as Parquet: {first_line(error)}"
        raise BadData(msg) from error


def _read_text(path: Path, header: bool | None) -> tuple[pd.DataFrame, list[str]]:
    notes = []
    encoding = _encoding(path)
    if encoding != "utf-8-sig":
        notes.append("the file is not UTF-8; it was read as Latin-1")
    lines = _head(path, encoding)
    tabs = suffix(path).startswith(".tsv")
    separator = "\t" if tabs else _separator(path, lines)
    first = _cells(path, lines, separator)
    decimal = "." if separator == "," else _decimal(first)
    if decimal == ",":
        first = [[cell.replace(",", ".") for cell in row] for row in first]
        notes.append("a comma was read as the decimal point")
    if header is None:
        header = has_header(first)
        if not header:
            notes.append(
                "no header line was found: columns are called 0, 1, ... "
                "(--header says there is one)"
            )
    return _parse(path, separator, decimal, encoding, header), notes


def _parse(
    path: Path, separator: str, decimal: str, encoding: str, header: bool
) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # pandas would cut cells off the lines that are longer than the header
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                path,
                sep=separator,
                decimal=decimal,
                header=0 if header else None,
                index_col=False,
                na_values=list(_MISSING),
                skipinitialspace=True,
                encoding=encoding,
                low_memory=False,
            )
    except pd.errors.ParserWarning as error:
        msg = f"{path.name} is no table: its lines have more cells than the first line"
        msg = f"{msg} has names; name all columns"
        raise BadData(msg) from error
    except (ValueError, OSError) as error:  # pandas' own errors are ValueErrors
        msg = f"{path.name} is no table: {first_line(error)}"
        raise BadData(msg) from error


def _encoding(path: Path) -> str:
    """UTF-8 where the file is that throughout, else Latin-1, which reads any bytes."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    encoding = "utf-8-sig"
    for piece in (*_pieces(path), b""):
        if b"\0" in piece:
            msg = f"{path.name} is no text file (it holds zero bytes, as UTF-16 does)"
            msg = f"{msg}; save it as UTF-8. Readable are {', '.join(_SUFFIXES)}."
            raise BadData(msg)
        try:
            decode(piece, final=not piece)
        except UnicodeDecodeError:
            encoding = "latin-1"
    return encoding


def _pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked, a megabyte at a time."""
    try:
        with gzip.open(path) if suffix(path).endswith(".gz") else path.open("rb") as f:
            while piece := f.read(1 << 20):
                yield piece
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{path.name} cannot be read: {first_line(error)}"
        raise BadData(msg) from error


def _head(path: Path, encoding: str, lines: int = 200) -> list[str]:
    """The first lines that are not blank; only of the first megabyte."""
    start = next(_pieces(path), b"").decode(encoding, "replace")
    # not str.splitlines, which also cuts at characters that pandas leaves alone
    head = start.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:lines]
    head = [line for line in head if line.strip()]
    if not head:
        msg = f"{path.name} holds only blank lines. Give a file with a header and rows."
        raise BadData(msg)
    return head


def _cells(path: Path, lines: list[str], separator: str) -> list[list[str]]:
    text = io.StringIO("\n".join(lines), newline="")
    reader = csv.reader(text, delimiter=separator, skipinitialspace=True)
    try:
        return list(reader)
    except csv.Error as error:
        msg = f"{path.name} is no table: {first_line(error)}; is a quote not closed?"
        raise BadData(msg) from error


def _separator(path: Path, lines: list[str]) -> str:
    """The separator that cuts the most lines into the same number of cells."""

    def score(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in _cells(path, lines, separator)]
        width = max(set(widths), key=widths.count)
        return (widths.count(width) if width > 1 else 0, width)

    return max(",;\t|", key=score)


def _decimal(rows: list[list[str]]) -> str:
    """The decimal point: a comma where numbers are written 1,5 and none 1.5."""
    cells = [cell.strip() for row in rows for cell in row]
    with_comma = any(re.fullmatch(r"[+-]?\d+,\d+", cell) for cell in cells)
    with_point = any(re.fullmatch(r"[+-]?\d+\.\d+", cell) for cell in cells)
    return "," if with_comma and not with_point else "."


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first of these rows holds names rather than values.

    It does if one of its cells is text above a column of numbers, or if its numbers
    count the columns and its text is new in columns whose values recur. Otherwise it
    does not if a cell is a number or missing, if two cells are equal, or if at least
    half of its cells occur again in their own columns.
    """
    first, rest = rows[0], rows[1:]
    columns = [[row[i] for row in rest if len(row) > i] for i in range(len(first))]
    pairs = list(zip(first, columns, strict=True))
    if any(_is_text(cell) and _all_numbers(column) for cell, column in pairs):
        return True
    if any(not _is_text(cell) for cell in first[1:]) or _is_number(first[0]):
        return _counts_columns(pairs)
    again = sum(cell in column for cell, column in pairs)
    return len(set(first)) == len(first) and again < max(1, len(first) / 2)


def _counts_columns(pairs: list[tuple[str, list[str]]]) -> bool:
    """Whether the cells are 0, 1, ... or 1, 2, ... and text that is not seen again."""
    numbers = [cell for cell, _ in pairs if _is_number(cell)]
    texts = [(cell, column) for cell, column in pairs if _is_text(cell)]
    counts = [[str(i + start) for i in range(len(numbers))] for start in (0, 1)]
    new = all(
        cell not in column and len(set(column)) < len(column) for cell, column in texts
    )
    return len(numbers) > 1 and numbers in counts and bool(texts) and new


def _is_text(cell: str) -> bool:
    return not _is_number(cell) and cell.strip().lower() not in _MISSING_TEXT


def _all_numbers(column: list[str]) -> bool:
    return any(map(_is_number, column)) and not any(map(_is_text, column))


def read_arrays(path: Path) -> tuple[np.ndarray, np.ndarray, int]:
    """Features, target and number of official test rows of an NPZ file.

    The arrays are ``x`` and ``y`` (or ``X``, ``y``), or ``x_train``, ``y_train``,
    ``x_test``, ``y_test``; rows along the first axis. Pickled arrays are refused.

    Raises
    ------
    BadData
        Other names, unequal lengths or shapes, no rows, or no NPZ at all.
    """
    arrays = load_arrays(path)
    if arrays.keys() >= SPLIT_KEYS:
        ends = ("_train", "_test")
    elif arrays.keys() >= {"x", "y"}:
        ends = ("",)
    else:
        msg = f"{path.name} holds the arrays {', '.join(sorted(arrays)) or '(none)'}"
        msg = f"{msg}; needed are x and y, or x_train, y_train, x_test, y_test"
        raise BadData(msg)
    parts = [(arrays[f"x{end}"], arrays[f"y{end}"].ravel()) for end in ends]
    _check_parts(path, parts)
    x, y = (np.concatenate(part) for part in zip(*parts, strict=True))
    return x, y, len(parts[1][1]) if len(parts) > 1 else 0


def _check_parts(path: Path, parts: list[tuple[np.ndarray, np.ndarray]]) -> None:
    for x, y in parts:
        if x.shape[:1] != y.shape or not len(y):
            msg = (
                f"{path.name}: features of shape {x.shape} and {len(y)} rows of target"
            )
            msg = f"{msg}; both need the same number of rows, above 0"
            raise BadData(msg)
    rows = {(x.shape[1:], x.dtype.kind, y.dtype.kind) for x, y in parts}
    if len(rows) > 1:
        found = " and ".join(f"{x.shape} {x.dtype}, {y.dtype}" for x, y in parts)
        msg = f"{path.name}: training and test rows differ in shape or type"
        msg = f"{msg} ({found})"
        raise BadData(msg)


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an NPZ file by their names in lower case.

    Raises
    ------
    BadData
        The file is no NPZ, is damaged, or holds pickled arrays.
    """
    try:
        # opened here, as numpy leaves a damaged file open
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {key.lower(): np.asarray(archive[key]) for key in archive.files}
    except Exception as error:  # numpy, zipfile and zlib raise whatever they meet
        msg = f"{path.name} cannot be read as NPZ: {first_line(error)}"
        raise BadData(msg) from error
    return {key: _plain(array) for key, array in arrays.items()}


def _plain(array: np.ndarray) -> np.ndarray:
    """In this machine's byte order and at most 64 bits, as pandas refuses the rest."""
    long = array.dtype.kind == "f" and array.dtype.itemsize > 8
    kind = np.dtype("float64") if long else array.dtype.newbyteorder("=")
    return array.astype(kind, copy=False)


def check_path(path: Path) -> None:
    """Refuse what is no readable file of a known format.

    Raises
    ------
    Misuse
    """
    if path.is_dir():
        msg = f"{str(path)!r} is a folder; give a file ({', '.join(_SUFFIXES)})"
        raise Misuse(msg)
    if not path.exists():
        msg = f"there is no file {str(path)!r}; check the path (now in {Path.cwd()})"
        raise Misuse(msg)
    if not path.is_file():
        raise Misuse(f"{str(path)!r} is no regular file; give one that can be read")
    if not suffix(path):
        msg = f"{path.name!r} has no ending we read; allowed are {', '.join(_SUFFIXES)}"
        raise Misuse(msg)
