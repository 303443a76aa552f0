"""Bytes of a file, unpacked where it is packed, with limits against bombs."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .errors import BadData, Misuse, first_line

PIECE = 1 << 20
"""Bytes read at a time."""
MOST_UNPACKED = 1 << 30
"""Bytes that any packed file may unpack to; more only below `MOST_RATIO`."""
MOST_RATIO = 200
"""Unpacked bytes a packed one, above `MOST_UNPACKED`: tables pack to a tenth or so."""


@dataclass(frozen=True)
class ByteSource:
    """Content that can be opened again and again.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    open : callable
        Opens the unpacked bytes as a file, to be closed by the caller.
    packed : int, optional
        Bytes on disk where the file is packed.
    tabs : bool
        Whether the ending says that cells are separated by tabs.
    """

    name: str
    open: Callable[[], Any]
    packed: int | None = None
    tabs: bool = False

    def read_chunks(self) -> Iterator[bytes]:
        """Yield the unpacked bytes, a megabyte at a time.

        Raises
        ------
        BadData
            The file is damaged, cut off, or unpacks to far more than it should.
        """
        total = 0
        try:
            with self.open() as stream:
                while piece := stream.read(PIECE):
                    total += len(piece)
                    self._check_size(total)
                    yield piece
        # what gzip and zipfile raise of bytes that are damaged or end too early
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            msg = f"{self.name} cannot be read: {first_line(error)}"
            raise BadData(msg) from error
        except (RuntimeError, NotImplementedError) as error:  # of zipfile: odd methods
            msg = f"{self.name} cannot be unpacked: {first_line(error)}; unpack it"
            raise BadData(msg) from error

    def _check_size(self, total: int) -> None:
        if self.packed is None or total <= MOST_UNPACKED:
            return
        if total > MOST_RATIO * self.packed:
            msg = f"{self.name} unpacks to more than {MOST_RATIO} times its"
            msg = f"{msg} {self.packed:,} bytes and above {MOST_UNPACKED >> 30} GB"
            raise BadData(f"{msg}; unpack it yourself if you trust it")


def plain_source(path: Path) -> ByteSource:
    """The bytes of a text file, plain or ``.gz``."""
    name = path.name.lower()
    packed = name.endswith(".gz")
    tabs = name.removesuffix(".gz").endswith(".tsv")
    if not packed:
        return ByteSource(path.name, lambda: path.open("rb"), None, tabs)
    size = path.stat().st_size
    return ByteSource(path.name, lambda: gzip.open(path), size, tabs)


def zip_source(path: Path, member: str | None, endings: tuple[str, ...]) -> ByteSource:
    """The bytes of one file in a ``.zip``.

    Parameters
    ----------
    path : Path
    member : str, optional
        Needed where there is more than one that could be read.
    endings : tuple of str
        Those of files that could be read.

    Raises
    ------
    BadData
        It is no ZIP file, holds no such file, or is protected by a password.
    Misuse
        There are several, or none of the name given.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = {i.filename: i for i in archive.infolist() if _is_text(i, endings)}
    # of a damaged directory (ValueError: times or names that cannot be), and of a
    # compression that zipfile does not know
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        msg = f"{path.name} cannot be read as ZIP: {first_line(error)}"
        raise BadData(msg) from error
    info = found[_choose(path, member, list(found), endings)]
    if info.flag_bits & 1:
        msg = f"{path.name} is protected by a password; unpack it and give the file"
        raise BadData(msg)

    def open_member() -> IO[bytes]:
        with zipfile.ZipFile(path) as archive:  # stays open while the member is
            return archive.open(info)

    tabs = info.filename.lower().endswith(".tsv")
    return ByteSource(path.name, open_member, info.compress_size, tabs)


def _is_text(info: zipfile.ZipInfo, endings: tuple[str, ...]) -> bool:
    base = info.filename.rsplit("/", 1)[-1]
    hidden = base.startswith(".") or info.filename.startswith("__MACOSX/")
    return base.lower().endswith(endings) and not hidden


def _choose(
    path: Path, member: str | None, found: list[str], endings: tuple[str, ...]
) -> str:
    if not found:
        msg = f"{path.name} holds no table ({', '.join(endings)})"
        raise BadData(f"{msg}; unpack it and give one of its files")
    if member in found:
        return str(member)
    if len(found) == 1 and member is None:
        return found[0]
    message = f"no file {member!r}" if member else f"{len(found):,} tables"
    shown = ", ".join(found[:10]) + (" ..." if len(found) > 10 else "")
    msg = f"{path.name} holds {message}: {shown}; choose one, as"
    raise Misuse(f"{msg} '{path.name}#{found[0]}'")
