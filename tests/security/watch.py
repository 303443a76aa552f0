"""What a process does that an opened file has no business to do.

Python tells an audit hook of every process that is started, every file that is opened
and every socket that is connected; a hook stays until the process ends.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork")
_ASKS = ("socket.connect", "socket.getaddrinfo", "urllib.Request")
_CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


@dataclass
class Seen:
    """What was done: programs started, addresses asked, files written outside."""

    programs: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.programs or self.addresses or self.files)


class _Hook:
    """The hook of this process, which hears only while somebody watches."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.inside: tuple[str, ...] = ()
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if self.seen is None:
            return
        if event in _STARTS:
            self.seen.programs.append(f"{event} {args[:2]}"[:300])
        elif event in _ASKS:
            self.seen.addresses.append(f"{event} {args[:2]}"[:300])
        elif event == "open" and self._writes(args):
            self._file(args[0])
        elif event in _CHANGES:
            paths = args[: 1 + (event in ("os.rename", "os.link"))]
            # what is named within an open folder is told where that was opened
            for path in (p for p in paths if -1 in args or os.path.isabs(p)):
                self._file(path)

    def _writes(self, args: tuple[Any, ...]) -> bool:
        _, mode, flags = args
        by_flags = isinstance(flags, int) and bool(flags & _WRITES)
        return by_flags or bool(mode and set(str(mode)) & set("wax+"))

    def _file(self, path: Any) -> None:
        if self.seen is None or not isinstance(path, str | bytes | os.PathLike):
            return
        whole = os.path.abspath(os.fsdecode(path))
        compiled = f"{os.sep}__pycache__{os.sep}" in whole  # of what is imported first
        if not (compiled or whole.startswith((*self.inside, os.devnull))):
            self.seen.files.append(whole)


_hook = _Hook()


@contextmanager
def watched(*inside: Path) -> Iterator[Seen]:
    """Watch this process; folders ``inside`` and temporary ones may be written to."""
    seen = Seen()
    # Keras, TensorFlow and joblib write to folders of their own that they make there
    own = (tempfile.gettempdir() + os.sep + "tmp", "/dev/shm/joblib")
    _hook.inside = (*own, *map(str, inside))
    _hook.seen = seen
    try:
        yield seen
    finally:
        _hook.seen = None


class Listener:
    """An address of this machine that counts who asks, and answers nothing."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.asked = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/file.tar.gz"

    def _listen(self) -> None:
        with suppress(OSError):  # it is closed at the end
            while True:
                one, _ = self._socket.accept()
                self.asked += 1
                one.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
