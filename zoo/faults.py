"""Messages for a command that ends by something nobody raised on purpose."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..data.errors import ZooError

_OURS = Path(__file__).resolve().parents[1]
_REFUSALS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full: the quota is used up",
    errno.EFBIG: "the disk is full: a file would be larger than is allowed",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EROFS: "the disk is read-only",
    errno.ENAMETOOLONG: "a name is too long for this system",
    errno.ELOOP: "a chain of symbolic links has no end",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
    errno.ENFILE: "too many files are open on this machine",
    errno.EAGAIN: "no more processes can be started; raise the limit (ulimit -u)",
    errno.EIO: "the disk cannot be read or written",
    errno.ENOTDIR: "a folder is needed, and something else is there",
}
"""What the system refuses, and no fault of ours."""
_PLACE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}
"""Those that another folder for the runs may mend."""


def open_standard_streams() -> None:
    """Give a process that was started without standard streams empty ones.

    Else the first file it opens would get the number of one, and be written into.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            found = os.open(os.devnull, os.O_RDWR)
            if found != number:
                os.dup2(found, number)
            stream = os.fdopen(number, "w" if number else "r", encoding="utf-8")
            setattr(sys, name, stream)


def refusal(error: OSError, *, advises: bool = True) -> str:
    """Return the sentence for what the system refused; "" where it may be our fault.

    Parameters
    ----------
    error : OSError
    advises : bool, default True
        Whether to name an option that may help.
    """
    if error.errno not in _REFUSALS:
        return ""
    if error.filename is None and _is_output(error):
        _discard_output()
        return f"the output cannot be written: {error.strerror}"
    name = _shortened(error.filename)
    sentence = f"{_REFUSALS[error.errno]}{f' ({name})' if name else ''}"
    return (
        f"{sentence}; choose another place with --out"
        if advises and error.errno in _PLACE
        else sentence
    )


def fault(error: BaseException) -> str:
    """Return the one line for an error of ours, whose traceback goes into a file.

    Parameters
    ----------
    error : BaseException
        Whatever it is: libraries in Rust panic with what is no `Exception`.
    """
    if isinstance(error, MemoryError):
        return "there is not enough memory; give fewer rows with --limit"
    place = kept = ""
    # whatever fails here must not hide what failed before
    with suppress(Exception):
        place = f" at {_error_location(error)}"
    with suppress(Exception):
        kept = f"; the traceback is in {_write(error)}, send it with your report"
    return f"a fault of zoo: {type(error).__name__}{place}{kept}"


def _discard_output() -> None:
    """Let what is still to be printed go nowhere; Python would try again at its end."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_output(error: OSError) -> bool:
    """Whether it was printing that failed, by the function that did."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and Path(frames[-1].filename).parent.name in ("click", "rich")


def _shortened(name: Any) -> str:
    """A file's name as it can be shown; a number where it was given as one."""
    paths = (str, bytes, os.PathLike)
    text = os.fsdecode(name) if isinstance(name, paths) else str(name or "")
    return text if len(text) <= 120 else f"{text[:60]}...{text[-40:]}"


def _error_location(error: BaseException) -> str:
    """The innermost line of this project that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    files = [Path(frame.filename).resolve() for frame in frames]
    ours = [i for i, file in enumerate(files) if _is_ours(file)]
    at = ours[-1] if ours else -1
    last, file = frames[at], files[at]
    name = file.relative_to(_OURS) if ours else file.name
    return f"{name}:{last.lineno}"


def _is_ours(file: Path) -> bool:
    """Whether a file is of this project, and not of an environment in its folder.

    A compiled library names its sources as if they stood in the working directory.
    """
    if not (file.is_relative_to(_OURS) and file.is_file()):
        return False
    return "site-packages" not in file.relative_to(_OURS).parts


def _write(error: BaseException) -> Path:
    handle, name = tempfile.mkstemp(prefix="zoo-fault-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write("".join(traceback.format_exception(error)))
    return Path(name)


def as_error(error: BaseException) -> tuple[str, int]:
    """Return the one line for any error, and the exit code.

    Parameters
    ----------
    error : BaseException
    """
    if isinstance(error, ZooError):
        return str(error), error.exit_code
    if isinstance(error, OSError) and (said := refusal(error)):
        return said, 2 if error.errno == errno.ENAMETOOLONG else 1
    return fault(error), 1
