"""A process that runs a user's code, seen from outside: started, heard and ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

KEPT = 65_536
"""Bytes kept of what a process says: its last words."""
REST = 2.0
"""Seconds in which a process that has answered may end by itself; threads and processes
of a script may never do so."""

_SUPERVISOR = Path(__file__).with_name("supervise.py")
# A supervisor ends within its own patience; one that does not has lost its way.
_PATIENCE = 10.0
# What a process said is in the pipe by then; who else holds it is not waited for.
_READ_OUT = 5.0


class Supervised:
    """A process in a session of its own; nothing that it started outlives the block.

    It ends with this process as well, however that ends. What it prints is read all
    the time, and its end kept.

    Parameters
    ----------
    command : sequence of str
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._said = b""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_SUPERVISOR), *command],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us, who then end it
        )
        self._reader = Thread(target=self._listen, daemon=True)
        self._reader.start()

    def __enter__(self) -> Supervised:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def returncode(self) -> int | None:
        """Its exit code, -N where signal N ended it; None while it runs."""
        code = self._process.poll()
        # a shell's way of telling signals, which the supervisor and bwrap follow
        return 128 - code if code is not None and 128 < code <= 192 else code

    @property
    def output(self) -> str:
        """The end of what it printed."""
        return self._said.decode("utf-8", "replace").strip()

    def is_busy(self, answer: Path) -> bool:
        """Tell whether it runs and has not written its answer."""
        return self._process.poll() is None and not answer.is_file()

    def close(self, *, grace: float = 0.0) -> None:
        """End it, after some seconds in which it may end by itself."""
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        # a copy of this process, made by fork, may hold the pipe open: so it is told
        with suppress(OSError, ValueError):
            pipe.write(b"\n")
        pipe.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_READ_OUT)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            while part := pipe.read(KEPT):
                self._said = (self._said + part)[-KEPT:]
