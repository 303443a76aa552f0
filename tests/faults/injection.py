"""System calls that fail on demand, in this process alone.

An audit hook sees every file that is opened, made, renamed or removed, whoever asks;
what is written goes through streams of ours. A hook stays for good, so that this
belongs into processes of its own (`walk.py`).
"""

import builtins
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ERRORS = {
    "open": (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE, errno.EIO),
    "read": (errno.EACCES, errno.EMFILE, errno.EIO),
    "write": (errno.ENOSPC, errno.EIO),
    "fsync": (errno.ENOSPC, errno.EIO),
    "mkdir": (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO),
    "rename": (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO),
    "remove": (errno.EROFS, errno.EACCES, errno.EIO),
    "chmod": (errno.EROFS, errno.EACCES, errno.EIO),
    "process": (errno.EAGAIN, errno.EMFILE),
}
"""What each kind of call can meet with."""
_KINDS = {
    "os.mkdir": "mkdir",
    "os.rename": "rename",
    "os.remove": "remove",
    "os.rmdir": "remove",
    "os.chmod": "chmod",
    "os.truncate": "write",
    "subprocess.Popen": "process",
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_FREED = {errno.ENOSPC: {"remove", "read", "chmod", "process"},
          errno.EMFILE: {"remove", "mkdir", "rename", "chmod", "write", "fsync"},
          errno.EAGAIN: set(ERRORS) - {"process"}}  # fmt: skip
"""Kinds of call that go on where the first has failed for this reason."""


class Faults:
    """Counts the calls below a folder, and lets one of them fail.

    Parameters
    ----------
    root : Path
        Calls on files elsewhere are left alone.
    """

    def __init__(self, root: Path) -> None:
        self.root = os.fspath(root)
        self.calls: list[tuple[str, str]] = []
        self.at, self.code, self.lasting, self.on = ("", 0), 0, False, False
        self.met: tuple[str, str] = ("", "")

    def arm(
        self, at: tuple[str, int] = ("", 0), code: int = 0, *, lasting: bool = False
    ) -> None:
        """Let the N-th call of a kind fail, and with ``lasting`` those after it."""
        self.calls.clear()
        self.met = ("", "")
        self.at, self.code, self.lasting, self.on = at, code, lasting, True

    def call(self, kind: str, path: Any) -> None:
        """Count a call, and fail where it is its turn.

        Raises
        ------
        OSError
        """
        if not self.on or not self._is_watched(path):
            return
        name = os.fsdecode(path)
        number = sum(made == kind for made, _ in self.calls)
        self.calls.append((kind, name))
        if self.lasting and self.met[0] and kind not in _FREED.get(self.code, ()):
            raise OSError(self.code, os.strerror(self.code), name)
        if not self.met[0] and self.at == (kind, number):
            self.met = kind, name
            raise OSError(self.code, os.strerror(self.code), name)

    def _is_watched(self, path: Any) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.fsdecode(path)
        return os.path.abspath(name).startswith(self.root)


def install(root: Path) -> Faults:
    """Watch this process's calls on files below a folder."""
    faults = Faults(root)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not faults.on:
            return
        if event == "open":
            path, _, flags = arguments
            faults.call("open" if (flags or 0) & _WRITES else "read", path)
        elif event == "subprocess.Popen":
            faults.call("process", faults.root)
        elif event in _KINDS:
            path = arguments[0]
            at = arguments[-1] if event in ("os.remove", "os.rmdir") else -1
            faults.call(_KINDS[event], faults.root if at != -1 else path)

    sys.addaudithook(hook)
    _watch_streams(faults)
    return faults


def _watch_streams(faults: Faults) -> None:
    """Let writing into a stream, and `os.write` and `os.fsync`, be calls as well."""
    plain_open, write, fsync = io.open, os.write, os.fsync

    class Raw(io.FileIO):
        def write(self, data: Any) -> int:
            faults.call("write", _name(self.name))
            return super().write(data)

    def opened(file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None,
               errors: Any = None, newline: Any = None, closefd: bool = True,
               opener: Any = None) -> Any:  # fmt: skip
        if not faults.on or not set(mode) & set("wax+"):
            return plain_open(
                file, mode, buffering, encoding, errors, newline, closefd, opener
            )
        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if not buffering and "b" in mode:
            return raw
        both = "+" in mode
        stream: Any = io.BufferedRandom(raw) if both else io.BufferedWriter(raw)
        if "b" in mode:
            return stream
        text = io.TextIOWrapper(stream, encoding, errors, newline)
        text.mode = mode
        return text

    def _name(file: Any) -> str:
        if not isinstance(file, int):
            return os.fsdecode(file)
        try:
            return os.readlink(f"/proc/self/fd/{file}")
        except OSError:
            return ""

    def watched_write(handle: int, data: Any) -> int:
        faults.call("write", _name(handle))
        return write(handle, data)

    def watched_fsync(handle: Any) -> None:
        number = handle if isinstance(handle, int) else handle.fileno()
        faults.call("fsync", _name(number))
        fsync(handle)

    builtins.open = io.open = opened  # type: ignore[assignment]  (it has fewer overloads)
    os.write, os.fsync = watched_write, watched_fsync


@contextmanager
def limited(name: str, value: int) -> Iterator[None]:
    """Lower a limit of this process, such as ``RLIMIT_FSIZE``, while the block runs."""
    import resource

    number = getattr(resource, name)
    soft, hard = resource.getrlimit(number)
    resource.setrlimit(number, (value, hard))
    try:
        yield
    finally:
        resource.setrlimit(number, (soft, hard))
