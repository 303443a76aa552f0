"""Reading a user's own file: text, workbooks, Parquet, Arrow, JSON, databases, NPZ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .compressed import plain_source, zip_source
from .errors import BadData, Misuse, first_line
from .sampling import is_large, sample_parquet, sample_text

if TYPE_CHECKING:
    import pandas as pd

TEXTS = (".csv", ".tsv", ".txt", ".data", ".dat")
"""Endings of tables in text."""
WORKBOOKS = (".xlsx", ".xls", ".ods")
DATABASES = (".db", ".sqlite", ".sqlite3")
JSONS = (".json", ".jsonl", ".ndjson")
ARROWS = (".feather", ".arrow")

_SUFFIXES = (
    *(*TEXTS, ".csv.gz", ".tsv.gz", ".txt.gz", ".data.gz", ".dat.gz", ".zip"),
    *(".parquet", *ARROWS, *JSONS, ".arff", *WORKBOOKS, *DATABASES, ".npz"),
)

_WAY_OUT = {
    (".pkl", ".pickle", ".joblib"): "a pickle can run programs and is never opened; "
    "if you trust it, read it in Python and save it with DataFrame.to_parquet()",
    (".h5", ".hdf5", ".hdf", ".nc"): "HDF5 has many forms; "
    "in Python: pd.read_hdf(FILE).to_parquet('data.parquet'), arrays as np.savez",
    (".npy",): "give a folder with x.npy and y.npy, or an .npz file with x and y",
    (".mat",): "in Python: scipy.io.loadmat(FILE), then "
    "np.savez('data.npz', x=..., y=...)",
    (".dta",): "in Python: pd.read_stata(FILE).to_parquet('data.parquet')",
    (".sav", ".zsav"): "in Python: pd.read_spss(FILE).to_parquet('data.parquet')",
    (".sas7bdat", ".xpt"): "in Python: pd.read_sas(FILE).to_parquet('data.parquet')",
    (".rds", ".rda", ".rdata"): "in R: write.csv(DATA, 'data.csv', row.names = FALSE)",
    (".xlsm", ".xlsb", ".numbers"): "save the workbook as .xlsx",
    (".orc",): "in Python: pd.read_orc(FILE).to_parquet('data.parquet')",
    (".duckdb",): "in DuckDB: COPY (FROM my_table) TO 'data.parquet'",
    (".tar", ".tar.gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst"): "unpack it "
    "and give one of its files",
    (".xml", ".html", ".htm", ".pdf", ".docx"): "save its table as CSV",
}
"""What to do with files that are not read."""

SPLIT_KEYS = {"x_train", "y_train", "x_test", "y_test"}
"""The arrays of an NPZ file with official test rows."""


@dataclass(frozen=True)
class TableReading:
    """A table as it was read from a file.

    Parameters
    ----------
    table : DataFrame
        Columns of a file without names are called "0", "1", ...
    notes : tuple of str
        On the file as a whole, one sentence each.
    column_notes : mapping of str to tuple of str
        On single columns, by their names: how each was read, without its name.
    n_test : int
        The last so many rows are official test rows.
    date_formats : mapping of str to tuple of str
        Of columns that were text and became dates; see `read_dates`.
    """

    table: pd.DataFrame
    notes: tuple[str, ...] = ()
    column_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    n_test: int = 0
    date_formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes on the file, then those on columns, with the columns' names."""
        of_columns = (
            f"column {name!r}: {note}"
            for name, notes in self.column_notes.items()
            for note in notes
        )
        return (*self.notes, *of_columns)


def split_part(path: Path) -> tuple[Path, str | None]:
    """A path and the part of the file that is meant: ``book.xlsx#Sheet2``.

    A part is a sheet, a table of a database, a file in a ``.zip`` or a split of a
    folder; None where the path names none.
    """
    text = str(path)
    if "#" not in text or path.exists():
        return path, None
    places = [i for i, letter in enumerate(text) if letter == "#"]
    for place in places:
        whole = Path(text[:place])
        if whole.exists():
            return whole, text[place + 1 :]
    return Path(text[: places[-1]]), text[places[-1] + 1 :]


def suffix(path: Path) -> str:
    """The ending that tells the format, or "" where there is none we read."""
    name = split_part(path)[0].name.lower()
    return max((s for s in _SUFFIXES if name.endswith(s)), key=len, default="")


def read_table(
    path: Path, *, header: bool | None = None, target: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """A table from a file, its dates left as text, and notes; see `read_rows`."""
    reading = read_rows(path, header=header, target=target, dates=False)
    return reading.table, list(reading.all_notes)


def read_rows(
    path: Path,
    *,
    header: bool | None = None,
    target: str | None = None,
    missing: Sequence[str] = (),
    drop_rows: str = "",
    as_written: bool = False,
    dates: bool = True,
    sample: bool = False,
) -> TableReading:
    """A table from a file, with notes on how it was read.

    Parameters
    ----------
    path : Path
        With ``#PART`` for a sheet, a table of a database, a file in a ``.zip``, or a
        split of a folder that `datasets` saved.
    header : bool, optional
        Whether the first line holds the names of the columns; found out if None.
    target : str, optional
        As ``--target`` has it: a line among the first that holds it is the header.
    missing : sequence of str
        ``VALUE`` or ``COLUMN=VALUE`` of cells that are missing.
    drop_rows : str, default ""
        Numbers of rows to leave out, from 1: ``3,7,198-200``. The index of the others
        is as it was.
    as_written : bool, default False
        Leave text as it is, also where it holds numbers.
    dates : bool, default True
        Whether columns of text that hold dates become dates, but for the target.
    sample : bool
        Read some rows of a large file (`is_large`), and say so in a note.

    Raises
    ------
    BadData
        The file is empty, is no table, has no rows, or two columns of one name.
    Misuse
        The part is not there, or there are several and none is named; or ``missing`` or
        ``drop_rows`` names what is not there.
    """
    path, part = split_part(path)
    if path.is_file() and path.stat().st_size == 0:
        msg = f"{path.name} is empty (0 bytes). Give a file with a header and rows."
        raise BadData(msg)
    path = path.absolute()  # pandas takes "file:..." for an address
    n_test = 0
    if path.is_dir():
        from .dataset_folders import read_dataset_folder

        table, notes, n_test = read_dataset_folder(path, part)
    elif sample and is_large(path):
        table, notes = _read_sample(path, header, target)
    else:
        table, notes = _read(path, part, header, target)
    if as_written:
        table = table.rename(columns=str)
        _check_form(table, path.name)
        return TableReading(table, tuple(notes), n_test=n_test)
    found = convert_table(
        *(table, path.name, target, missing, drop_rows),
        numbers=suffix(path) != ".arff",  # which says which columns are numbers
        dates=dates,
        n_test=n_test,
    )
    return replace(found, notes=tuple(notes))


def convert_table(
    table: pd.DataFrame,
    name: str,
    target: str | None,
    missing: Sequence[str],
    drop_rows: str,
    *,
    numbers: bool = True,
    dates: bool = True,
    n_test: int = 0,
) -> TableReading:
    """Convert the columns of a table as those of a file are, wherever it is from.

    Parameters
    ----------
    table : DataFrame
        Its index counts the rows from 0.
    name : str
        For messages.
    target, missing, drop_rows, dates
        As of `read_rows`.
    numbers : bool, default True
        Whether text may hold numbers.
    n_test : int
        The last so many rows are official test rows.

    Raises
    ------
    BadData, Misuse
    """
    table = table.rename(columns=str)
    _check_form(table, name)
    kinds = {getattr(kind, "kind", "O") for kind in set(table.dtypes)}
    # nothing to convert, perhaps in many columns
    if kinds <= set("biufM") and not (missing or drop_rows):
        return TableReading(table, n_test=n_test)
    from .conversion import convert_columns

    first_test = len(table) - n_test
    table, of_numbers = convert_columns(
        table, name, target, missing, drop_rows, numbers=numbers
    )
    n_test = int((table.index.to_numpy() >= first_test).sum()) if n_test else 0
    if not dates:
        return TableReading(table, (), of_numbers, n_test)
    from .date_columns import read_dates

    found = read_dates(table, target)
    said = {**of_numbers, **found.notes}
    return TableReading(found.table, (), said, n_test, date_formats=found.formats)


def _check_form(table: pd.DataFrame, name: str) -> None:
    """Refuse a table without cells, and one with two columns of a name."""
    if table.empty:
        msg = f"{name} has {len(table.columns)} columns and {len(table)} rows"
        msg = f"{msg}; give one column and one row at least"
        raise BadData(msg)
    if not table.columns.is_unique:
        twice = table.columns[table.columns.duplicated()][0]
        msg = f"{name} has two columns named {twice!r}; rename one of them"
        raise BadData(msg)


def _read_sample(
    path: Path, header: bool | None, target: str | None
) -> tuple[pd.DataFrame, list[str]]:
    if suffix(path) == ".parquet":
        table, note = sample_parquet(path)
        return table, [note]
    from .delimited import read_delimited

    source, note = sample_text(path)
    table, notes = read_delimited(source, header=header, target=target)
    return table, [note, *notes]


def _read(
    path: Path, part: str | None, header: bool | None, target: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """A table by the reader of its format; each imports what it needs when used."""
    ending = suffix(path)
    if ending in WORKBOOKS:
        from .workbooks import read_workbook

        return read_workbook(path, part, header=header, target=target)
    if ending in DATABASES:
        from .databases import read_database

        return read_database(path, part)
    if ending == ".zip" or not part:
        return _read_whole(path, part, header, target)
    msg = f"{path.name} has no parts, and {part!r} was asked for; leave out '#{part}'"
    raise Misuse(msg)


def _read_whole(
    path: Path, part: str | None, header: bool | None, target: str | None
) -> tuple[pd.DataFrame, list[str]]:
    ending = suffix(path)
    if ending == ".parquet":
        from .arrow_files import read_parquet

        return read_parquet(path), []
    if ending in ARROWS:
        from .arrow_files import read_arrow

        return read_arrow(path), []
    if ending in JSONS:
        from .json_files import read_json

        return read_json(path), []
    if ending == ".arff":
        from .arff import read_arff

        return read_arff(path), []
    from .delimited import read_delimited

    zipped = ending == ".zip"
    source = zip_source(path, part, TEXTS) if zipped else plain_source(path)
    return read_delimited(source, header=header, target=target)


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
    return {key: _to_native(array) for key, array in arrays.items()}


def _to_native(array: np.ndarray) -> np.ndarray:
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
    path, _ = split_part(path)
    if path.is_dir():
        msg = f"{str(path)!r} is a folder; give a file ({', '.join(_SUFFIXES)})"
        raise Misuse(msg)
    if not path.exists():
        msg = f"there is no file {str(path)!r}; check the path (now in {Path.cwd()})"
        raise Misuse(msg)
    if not path.is_file():
        raise Misuse(f"{str(path)!r} is no regular file; give one that can be read")
    if not suffix(path):
        raise Misuse(f"{path.name!r} has no ending we read; {_suggest(path)}")


def _suggest(path: Path) -> str:
    name = path.name.lower()
    for endings, way in _WAY_OUT.items():
        if name.endswith(endings):
            return way
    return f"allowed are {', '.join(_SUFFIXES)}"
