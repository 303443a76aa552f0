"""Sheets of workbooks (``.xlsx``, ``.xls``, ``.ods``), by python-calamine.

A sheet is written as CSV in memory and read as any text is, so that titles, names,
marks and gaps are understood in the same way.
"""

from __future__ import annotations

import csv
import datetime
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .compressed import MOST_RATIO, MOST_UNPACKED, PIECE, ByteSource
from .delimited import read_delimited
from .errors import BadData, Misuse, first_line
from .header import plain_name

if TYPE_CHECKING:
    import pandas as pd

MOST_CELLS = 30_000_000
"""Between the first and the last cell of a sheet; each takes 32 bytes and more."""
_LOOKED_AT = 20
"""Rows in which the target is looked for."""
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_NO_VALUE = re.compile(
    rb'<c r="([A-Z0-9]+)"[^>]*><f[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>'
)
_REPEATED = re.compile(rb'<table:table-(?:cell|row)[^>]*-repeated="([0-9]+)"[^>]*>')


def read_workbook(
    path: Path, sheet: str | None, *, header: bool | None, target: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """One sheet as a table, and notes on how it was read.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        By default the first that holds the target, else the first that holds
        anything.
    header : bool, optional
        Whether a row holds the names of the columns; found out if None.
    target : str, optional

    Raises
    ------
    BadData
        It is no workbook, has a password, formulas without values, or is empty.
    Misuse
        There is no sheet of the name given.
    """
    _check_size(path)
    name, content, names = _content(path, sheet, target)
    text = _as_csv(content).encode()
    source = ByteSource(f"{path.name}#{name}", lambda: io.BytesIO(text))
    table, notes = read_delimited(source, header=header, target=target)
    if sheet is None and len(names) > 1:
        message = f"the sheet {name!r} of {len(names)} was read"
        notes.insert(0, f"{message} ('{path.name}#SHEET' chooses another)")
    return table, notes


def _content(
    path: Path, sheet: str | None, target: str | None
) -> tuple[str, list[list[Any]], list[str]]:
    """Name and rows of the sheet to read, and the names of all."""
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(path) as book:
            names = book.sheet_names
            if sheet is not None and sheet not in names:
                shown = ", ".join(names[:20])
                msg = f"{path.name} has no sheet {sheet!r}; its sheets are {shown}"
                raise Misuse(f"{msg}; write '{path.name}#{names[0]}'")
            name, rows = _choose_sheet(path, book, [sheet] if sheet else names, target)
    except Misuse:
        raise
    except BadData:
        raise
    except PasswordError as error:
        msg = f"{path.name} is protected by a password; save it without one"
        raise BadData(f"{msg}, or as CSV") from error
    except Exception as error:  # calamine raises errors of several kinds
        _check_password(path)
        msg = f"{path.name} cannot be read as a workbook: {first_line(error)}"
        raise BadData(f"{msg}; save it anew as .xlsx, or as CSV") from error
    return name, rows, names


def _check_password(path: Path) -> None:
    """Refuse an encrypted workbook: Excel packs it in the form that ``.xls`` has."""
    with path.open("rb") as stream:
        old = stream.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    hidden = path.name.lower().endswith(".ods") and any(
        b"encryption-data" in piece for piece in _pieces(path, "META-INF/manifest.xml")
    )
    if hidden or (old and path.name.lower().endswith(".xlsx")):
        msg = f"{path.name} is protected by a password, or an .xls by another name"
        raise BadData(f"{msg}; save it without a password, or as CSV")


def _choose_sheet(
    path: Path, book: Any, names: list[str], target: str | None
) -> tuple[str, list[list[Any]]]:
    filled: list[tuple[str, list[list[Any]]]] = []
    for name in names:
        _check_cells(path, name)
        rows = _rows(book.get_sheet_by_name(name))
        if rows and (target is None or _contains_target(rows, target)):
            return name, rows
        if rows:
            filled.append((name, rows))
    if filled:
        return filled[0]
    message = f"the sheet {names[0]!r} of" if len(names) == 1 else "each sheet of"
    raise BadData(f"{message} {path.name} is empty; give one with a header and rows")


def _rows(sheet: Any) -> list[list[Any]]:
    """The rows, empty ones above the first kept so that their numbers hold."""
    if sheet.start is None:
        return []
    return [[]] * sheet.start[0] + sheet.to_python()


def _contains_target(rows: list[list[Any]], target: str) -> bool:
    wanted = {plain_name(target), *map(plain_name, target.split(","))}
    first = [row for row in rows if row][:_LOOKED_AT]
    return any(plain_name(str(cell)) in wanted for row in first for cell in row)


def _as_csv(rows: list[list[Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return text.getvalue()


def _written(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        whole = cell.time() == datetime.time()
        return cell.date().isoformat() if whole else cell.isoformat(sep=" ")
    return str(cell)


def _check_size(path: Path) -> None:
    """Refuse a packed workbook that unpacks to far more than it should."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(info.file_size for info in archive.infolist())
    # of a damaged directory, and of a compression that zipfile does not know
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        msg = f"{path.name} cannot be read as a workbook: {first_line(error)}"
        raise BadData(msg) from error
    if total > MOST_UNPACKED and total > MOST_RATIO * path.stat().st_size:
        msg = f"{path.name} unpacks to {total:,} bytes, more than {MOST_RATIO} times"
        raise BadData(f"{msg} its size; save the sheet as CSV if you trust it")


def _check_cells(path: Path, sheet: str) -> None:
    """Refuse a sheet that takes more memory than its cells, or lacks its values."""
    if not zipfile.is_zipfile(path):
        return
    name = path.name
    if name.lower().endswith(".ods"):
        _check_repeats(path)
        return
    member = _member_of(path, sheet)
    rows, columns = 0, 0
    for piece in _pieces(path, member):
        empty = _NO_VALUE.search(piece)
        if empty:
            msg = f"{name}#{sheet}: cell {empty[1].decode()} holds a formula without"
            raise BadData(f"{msg} its value; open and save the workbook once, or CSV")
        for letters, number in _CELL.findall(piece):
            rows = max(rows, int(number))
            columns = max(columns, _column(letters))
    if rows * columns > MOST_CELLS:
        msg = f"{name}#{sheet} reaches to row {rows:,} and column {columns:,}, which"
        msg = f"{msg} are more than {MOST_CELLS:,} cells"
        raise BadData(f"{msg}; save the part that is filled as CSV")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _check_repeats(path: Path) -> None:
    """Refuse cells and rows of an OpenDocument sheet that are repeated without end."""
    cells = 0
    for piece in _pieces(path, "content.xml"):
        for found in _REPEATED.finditer(piece):
            if b"office:value" in found[0] or b"<table:table-row" not in found[0]:
                filled = b"office:" in found[0]
                cells += int(found[1][:9]) if filled else 0
    if cells > MOST_CELLS:
        msg = f"{path.name} repeats cells more than {MOST_CELLS:,} times"
        raise BadData(f"{msg}; save the part that is filled as CSV")


def _pieces(path: Path, member: str) -> Iterator[bytes]:
    """Parts of a file in a workbook, each from one element to another."""
    rest = b""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            while piece := stream.read(PIECE):
                whole, _, rest = (rest + piece).rpartition(b"</")
                yield whole
    except KeyError:
        return  # calamine says what is wrong
    # of damaged or encrypted (RuntimeError) members, which zipfile tells in these ways
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, EOFError) as error:
        msg = f"{path.name} cannot be read as a workbook: {first_line(error)}"
        raise BadData(msg) from error
    yield rest


def _member_of(path: Path, sheet: str) -> str:
    """The file of a sheet in an ``.xlsx``."""
    book = b"".join(_pieces(path, "xl/workbook.xml")).decode("utf-8", "replace")
    links = b"".join(_pieces(path, "xl/_rels/workbook.xml.rels")).decode(
        "utf-8", "replace"
    )
    for tag in re.findall(r"<sheet\s[^>]*>", book):
        named = re.search(r'\sname="([^"]*)"', tag)
        link = re.search(r'\sr:id="([^"]*)"', tag)
        if named and link and html.unescape(named[1]) == sheet:
            for other in re.findall(r"<Relationship\s[^>]*>", links):
                found = re.search(r'\sTarget="([^"]*)"', other)
                if f'Id="{link[1]}"' in other and found:
                    target = found[1].removeprefix("/")
                    return target if target.startswith("xl/") else f"xl/{target}"
    return ""
