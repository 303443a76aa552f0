"""A text as rows: the characters before each one, and the one that follows them."""

import codecs
import gzip
import zlib
from pathlib import Path

import numpy as np

from .errors import BadData

CONTEXT = 64
"""Characters before each one that a row holds."""

LEAST, MOST = 2_000, 5_000_000
"""Characters of a text: below the least nothing is left to test on; what comes after
the most is not read, as a row takes `CONTEXT` bytes in memory."""

_MOST_CLASSES = 1_000
"""Different characters of a text; each is a class, and a column of every prediction."""

TEST_SHARE, MOST_TEST = 0.1, 20_000
"""The end of a text is the test part: this share, at most so many characters."""

CONTROLS = bytes(range(32)).translate(None, b"\t\n\v\f\r")
"""Bytes that stand in no text, in any of the encodings we read."""

MOST_CONTROLS = 0.01
"""Share of `CONTROLS` above which a file is no text; a stray one does no harm."""

_Rows = tuple[np.ndarray, np.ndarray, tuple[str, ...], int, list[str]]


def read_text(path: Path) -> tuple[str, list[str]]:
    r"""A text file, plain or packed with gzip, and notes on how it was read.

    Parameters
    ----------
    path : Path
        UTF-8, with or without a byte order mark; UTF-16 with one; anything else is
        read as Latin-1, as tables are.

    Returns
    -------
    text : str
        With ``\n`` at the ends of lines, whatever the file has. Nothing is cut off,
        not even the head and licence that Project Gutenberg adds.
    notes : list of str

    Raises
    ------
    BadData
        The file is empty, damaged or no text.
    """
    raw = _unpacked(path)
    if not raw:
        msg = f"{path.name} is empty (0 bytes); give a text of {LEAST:,} characters"
        raise BadData(f"{msg} at least")
    text, notes = _decoded(raw, path.name)
    _check_is_text(text, path.name)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _unpacked(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        # by its first bytes (RFC 1952): a packed file may have lost its ending
        return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{path.name} cannot be read: {error or type(error).__name__}"
        raise BadData(msg) from error


def _decoded(raw: bytes, name: str) -> tuple[str, list[str]]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return raw.decode("utf-16"), ["the file was read as UTF-16"]
        except UnicodeDecodeError as error:
            msg = f"{name} starts as UTF-16 does and is not ({error.reason})"
            raise BadData(f"{msg}; save it as UTF-8") from error
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return raw.decode("latin-1"), ["the file is not UTF-8; it was read as Latin-1"]


def _check_is_text(text: str, name: str) -> None:
    controls = sum(map(text.count, CONTROLS.decode()))
    if "\0" in text or controls > MOST_CONTROLS * len(text):
        msg = f"{name} is no text: {controls:,} of its {len(text):,} characters are"
        msg = f"{msg} control characters or zeros; give a .txt or .txt.gz in UTF-8"
        raise BadData(msg)


def text_rows(text: str, *, name: str) -> _Rows:
    """A row for every character that has `CONTEXT` others before it.

    Parameters
    ----------
    text : str
        No character is left out or changed. Rare ones stay classes of their own:
        with one class for all of them a text would seem easier than it is.
    name : str
        What errors call the text.

    Returns
    -------
    x : uint8 or uint16 array of shape (n_rows, CONTEXT)
        Codes of the characters before each one, the nearest last. A view: it takes no
        memory of its own, and cannot be written to.
    y : int64 array of shape (n_rows,)
        Code of the character itself.
    classes : tuple of str
        The character of each code, in the order of Unicode.
    n_test : int
        The last rows, which are the test rows. Their first ones look back at
        characters of the training part, as one does who reads on.
    notes : list of str

    Raises
    ------
    BadData
        The text has too few characters, too many different ones, or a training part
        of one character repeated.
    """
    whole, text = len(text), text[:MOST]
    points = np.frombuffer(text.encode("utf-32-le"), "<u4")
    alphabet, codes = np.unique(points, return_inverse=True)
    classes = tuple(map(chr, alphabet))
    _check_size(len(text), len(classes), name)
    n_test = min(int(len(text) * TEST_SHARE), MOST_TEST)
    _check_varies(codes[:-n_test], classes, name)
    notes = _notes(whole, codes, classes, n_test)
    codes = codes.astype(np.min_scalar_type(len(classes) - 1))
    x = np.lib.stride_tricks.sliding_window_view(codes[:-1], CONTEXT)
    return x, codes[CONTEXT:].astype("int64"), classes, n_test, notes


def _check_size(characters: int, different: int, name: str) -> None:
    if characters < LEAST:
        msg = f"{name} has {characters:,} characters; {LEAST:,} are needed at least to"
        raise BadData(f"{msg} learn from and to test on. Give a longer text.")
    if different > _MOST_CLASSES:
        msg = f"{name} has {different:,} different characters; {_MOST_CLASSES:,} are"
        msg = f"{msg} allowed, as each is a class. Give a text in an alphabet"
        raise BadData(f"{msg}, or replace the rare ones.")


def _check_varies(codes: np.ndarray, classes: tuple[str, ...], name: str) -> None:
    if codes.min() == codes.max():
        msg = f"{name} is {classes[codes[0]]!r} and nothing else in its first"
        msg = f"{msg} {len(codes):,} characters; give a text with two different ones"
        raise BadData(f"{msg} at least")


def _notes(
    whole: int, codes: np.ndarray, classes: tuple[str, ...], n_test: int
) -> list[str]:
    notes = []
    if whole > len(codes):
        notes.append(f"the first {len(codes):,} of {whole:,} characters are used")
    new = np.setdiff1d(codes, codes[:-n_test])
    if len(new):
        some = " ".join(repr(classes[code]) for code in new[:10])
        more = " ..." if len(new) > 10 else ""
        notes.append(f"only the test part has: {some}{more}")
    return notes


def training_text(
    x: np.ndarray, y: np.ndarray, classes: tuple[str, ...], n_test: int
) -> str:
    """The text before the test part, given back from the rows of `text_rows`."""
    codes = np.concatenate([x[0], y[: len(y) - n_test]])
    return "".join(map(classes.__getitem__, codes.tolist()))


def copied_share(text: str, source: str, *, run: int = 20) -> tuple[float, int]:
    """Measure how much of a text is copied from another, word for word.

    Parameters
    ----------
    text : str
        E.g. what a network wrote.
    source : str
        E.g. what it learned from.
    run : int, default 20
        Characters that count as copied if they stand in the source one after another
        as well: longer than nearly every word or common phrase.

    Returns
    -------
    share : float
        Of the characters of the text, those that lie in such a run; 0 to 1.
    longest : int
        Characters of the longest run; 0 where there is none of ``run`` or more.

    Notes
    -----
    Exact: the pieces of ``run`` characters of both are compared, which is one pass
    over the source, and rows of common pieces are then looked up as a whole. Near to
    what McCoy et al. 2023 count in words (*How much do language models copy from
    their training data?*, TACL 11).
    """
    pieces = [text[i : i + run] for i in range(len(text) - run + 1)]
    last = len(source) - run + 1
    common = set(pieces).intersection(source[i : i + run] for i in range(last))
    if not common:
        return 0.0, 0
    starts = np.array([piece in common for piece in pieces])
    copied = np.convolve(starts, np.ones(run)) > 0.5
    return float(copied.mean()), _longest(text, source, starts, run)


def _longest(text: str, source: str, starts: np.ndarray, run: int) -> int:
    """Length of the longest piece of the text that the source has.

    ``starts`` says at which characters a common piece of ``run`` characters begins. A
    row of them in the text need not stand in the source as one: that is looked up.
    """
    places = np.arange(len(starts))
    gaps = np.where(starts, len(starts), places)
    reach = np.minimum.accumulate(gaps[::-1])[::-1] - places + run - 1
    best = run
    for i in np.argsort(-reach, kind="stable"):
        if reach[i] <= best:
            break
        best = _extended(text[i : i + reach[i]], source, best)
    return best


def _extended(piece: str, source: str, best: int) -> int:
    """Length of the longest beginning of the piece that the source has, by halving."""
    if piece[: best + 1] not in source:
        return best
    low, high = best + 1, len(piece)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if piece[:middle] in source else (low, middle - 1)
    return low
