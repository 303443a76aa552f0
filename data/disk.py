"""Writing so that nothing is half there: a temporary name first, then a rename."""

import errno
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import BadData, ZooError, first_line

LARGEST_READ = 1 << 30
"""Bytes of a file that is read at once."""
_TEMPORARY = re.compile(r"\.learnable-[a-z0-9_]{8}\.part")
"""Temporary names are of this form alone: what a killed process has left can be told
from all that is somebody's own."""

# Neither is known to every system. A pipe is opened without waiting for who writes
# into it: it is refused a moment later.
_AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, a text as UTF-8, so that it is there whole or not at all.

    A link in its place is replaced, and what it leads to is not touched.

    Raises
    ------
    OSError
        The disk is full or the folder read-only; what was there before is untouched.
    """
    with replaced(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """Yield a stream to write a file with; it takes its place when the block ends well.

    Raises
    ------
    OSError
    """
    with (
        replaced_by_name(path) as new,
        open(new, "wb", opener=open_no_follow) as stream,
    ):
        yield stream


@contextmanager
def replaced_by_name(path: Path) -> Iterator[Path]:
    """Yield the name of a new file, as `replaced` a stream: for who writes by name.

    Raises
    ------
    OSError
    """
    handle, name = tempfile.mkstemp(".part", ".learnable-", path.parent)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).chmod(0o644)  # mkstemp makes files that only the owner can read
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def remove_temporary(folder: Path) -> None:
    """Remove from a folder what writing that was killed has left there.

    Raises
    ------
    OSError
    """
    for path in folder.iterdir():
        if _TEMPORARY.fullmatch(path.name) and stat.S_ISREG(path.lstat().st_mode):
            path.unlink()


def open_no_follow(path: str, flags: int) -> int:
    """Open a file as `open` does with this ``opener``: never through a link.

    Raises
    ------
    OSError
        Also where it is no regular file.
    """
    handle = os.open(path, flags | _AS_IT_IS, 0o666)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise OSError(errno.ELOOP, "it is no regular file", path)


def read_regular(path: Path) -> bytes:
    """Read a file that may be somebody else's: not a pipe, a device or an endless one.

    Raises
    ------
    OSError
        Also where it is no regular file, or has more than `LARGEST_READ` bytes.
    """
    # a pipe without a writer would be waited for
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as stream:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if about.st_size > LARGEST_READ:
            raise OSError(errno.EFBIG, f"it has {about.st_size:,} bytes", str(path))
        return stream.read()


_OF_CONTENT = frozenset({None, errno.EINVAL, errno.ELOOP, errno.EFBIG})
"""Errors that tell of what is there, and not of a system that does not let it be read:
a place before the file's start, a link, too many bytes."""


def read_error(path: Path, error: Exception, advice: str) -> BadData:
    """Return the error for a file that cannot be used.

    Where the system refused to read it nothing is known of its content, so that it is
    not called damaged.

    Parameters
    ----------
    path : Path
    error : Exception
        What reading it raised.
    advice : str
        What to do about a damaged file.
    """
    refused = isinstance(error, OSError) and error.errno not in _OF_CONTENT
    if isinstance(error, OSError) and refused:
        return BadData(f"cannot read {path}: {error.strerror}")
    kind = "" if isinstance(error, ZooError) else f"{type(error).__name__}: "
    return BadData(f"{path} is damaged ({kind}{first_line(error)}); {advice}")
