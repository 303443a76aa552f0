"""Encoding of a text file, and whether it is text, whole and of one encoding."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from .compressed import PIECE, ByteSource
from .errors import BadData

LONGEST_LINE = 4 * PIECE
"""Bytes; a longer line is no row of a table that anyone can use."""
_TAIL = 1 << 16
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_LETTERS = re.compile(
    rb"\xc3[\xa0-\xbf]|[\xc4\xc5][\x80-\xbf]|\xe2\x82\xac|\xe2\x80[\x90-\xbf]"
    rb"|(?:\xd0[\x90-\xbf]|\xd1[\x80-\x8f]){2}"
)
"""Accented Latin and Cyrillic letters, quotes and the euro in UTF-8; in a text of one
byte a letter these bytes make no sense together."""
_WINDOWS = re.compile(rb"[\x80-\x9f]")
_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

_OTHERS = {
    b"\x1f\x8b": "packed by gzip; let its name end in .csv.gz",
    b"pk\x03\x04": "a ZIP file or a workbook; let its name end in .zip, .xlsx or .ods",
    b"\xd0\xcf\x11\xe0": "an old workbook; let its name end in .xls",
    b"par1": "a Parquet file; let its name end in .parquet",
    b"<!doctype": "a web page and no table; download the file itself",
    b"<html": "a web page and no table; download the file itself",
    b"version https://git-lfs": "a pointer of Git LFS; fetch the file (git lfs pull)",
}


@dataclass(frozen=True)
class TextFacts:
    """Facts of a text file, from one look at all its bytes.

    Parameters
    ----------
    encoding : str
        As Python calls it.
    tail : str
        The last 64 KB.
    last_line : int
        Number of the last line.
    notes : tuple of str
    size : int
        Bytes.
    quotes : bool
        Whether there is any double quote.
    hexadecimal : bool
        Whether there may be a number such as 0x1F.
    """

    encoding: str
    tail: str
    last_line: int
    notes: tuple[str, ...] = ()
    size: int = 0
    quotes: bool = True
    hexadecimal: bool = True


def detect_encoding(source: ByteSource) -> TextFacts:
    """Find the encoding: UTF-8, UTF-16 with a mark, else one byte a letter.

    Raises
    ------
    BadData
        The file is no text, cut off within a letter, of two encodings, or has a line
        of more than `LONGEST_LINE` bytes.
    """
    start = next(source.read_chunks(), b"")[:4]
    if start.startswith(_UTF32):
        msg = f"{source.name} is written in UTF-32; save it as UTF-8"
        raise BadData(msg)
    _check_kind(source.name, next(source.read_chunks(), b"")[:64].lstrip().lower())
    utf16 = start.startswith(_UTF16)
    decoder = codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8")()
    right, tail, line, length = True, b"", 1, 0
    size, quotes, hexadecimal = 0, False, False
    for piece in source.read_chunks():
        if b"\0" in piece and not utf16:
            msg = f"{source.name} is no text file (it holds zero bytes)"
            raise BadData(f"{msg}; save it as CSV in UTF-8")
        breaks = piece.count(b"\n") or piece.count(b"\r")
        length = 0 if breaks else length + len(piece)
        _check_line(source.name, length, line)
        quotes = quotes or b'"' in piece
        hexadecimal = hexadecimal or _has_hexadecimal(tail, piece)
        size, line = size + len(piece), line + breaks
        tail = piece[-_TAIL:] if len(piece) >= _TAIL else (tail + piece)[-_TAIL:]
        plain = not utf16 and piece.isascii() and not decoder.getstate()[0]
        right = right and (plain or _decodes(decoder, piece))
    right = right and not decoder.getstate()[0]  # bytes of a letter that is not whole
    if utf16:
        return _utf16_facts(source.name, right, start, tail, line)
    if right:
        text = _text(tail, "utf-8")
        return TextFacts("utf-8-sig", text, line, (), size, quotes, hexadecimal)
    return _one_byte_facts(source, tail, line)


def _has_hexadecimal(tail: bytes, piece: bytes) -> bool:
    edge = tail[-1:] + piece[:1]
    if edge in (b"0x", b"0X"):
        return True
    # one letter is found far faster than two, and most numbers are without it
    return (b"x" in piece and b"0x" in piece) or (b"X" in piece and b"0X" in piece)


def _check_kind(name: str, start: bytes) -> None:
    """Refuse files whose ending is not theirs, by the way that they begin."""
    for begins, way in _OTHERS.items():
        if start.startswith(begins):
            raise BadData(f"{name} is {way}")


def _check_line(name: str, length: int, line: int) -> None:
    if length > LONGEST_LINE:
        msg = f"{name}: line {line:,} has more than {LONGEST_LINE >> 20} MB, too many"
        msg = f"{msg} columns or a file in a cell; give fewer columns, shorter texts"
        raise BadData(f"{msg}, or arrays x and y in an .npz file")


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    try:
        decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_facts(
    name: str, right: bool, start: bytes, tail: bytes, line: int
) -> TextFacts:
    if not right:
        msg = f"{name} begins as UTF-16 and then holds bytes that are none (is it cut"
        raise BadData(f"{msg} off?); save it anew, whole")
    kind = "utf-16-le" if start.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    return TextFacts("utf-16", _text(tail, kind), line)


def _text(tail: bytes, encoding: str) -> str:
    return tail.decode(encoding, "replace").removeprefix("\ufeff")


def _one_byte_facts(source: ByteSource, tail: bytes, last_line: int) -> TextFacts:
    """Windows-1252 where its own letters occur, else Latin-1, which reads any bytes."""
    utf8, other, windows, not_windows = "", "", False, False
    with source.open() as stream:
        for number, line in enumerate(stream, 1):
            if line.isascii():
                continue
            windows = windows or bool(_WINDOWS.search(line))
            not_windows = not_windows or bool(_NOT_WINDOWS.search(line))
            column = _wrong_byte(line)
            if column is not None:
                other = other or f"line {number:,}, column {column:,}"
            elif _LETTERS.search(line):
                utf8 = utf8 or f"line {number:,}"
    if utf8:
        msg = f"{source.name} has two encodings, or is cut off in a letter: {utf8} is"
        msg = f"{msg} UTF-8, and {other} is not"
        raise BadData(f"{msg}; save it whole as UTF-8, from where it came")
    known = windows and not not_windows
    encoding, told = ("cp1252", "Windows-1252") if known else ("latin-1", "Latin-1")
    note = f"the file is not UTF-8; it was read as {told}"
    return TextFacts(encoding, _text(tail, encoding), last_line, (note,))


def _wrong_byte(line: bytes) -> int | None:
    """Column, from 1, of the first byte that is no UTF-8."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(line[: error.start].decode("utf-8")) + 1
    return None
