"""A command run so that nothing of it is left behind: a script that stands alone.

    python -I -S supervise.py COMMAND ...

The command leads a session of its own and has no standard input. When it ends, or when
this process's own standard input does (a pipe that only the process at its other end
holds, so that it ends with that process however that dies), all that the command
started is ended. The exit code is the command's, 128 + N where signal N ended it.

It imports next to nothing, so that it starts at once and nothing in it can fail later.
"""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

_PATIENCE = 5.0
"""Seconds in which processes that start others all the time are hunted."""

_DEATH_SIGNAL, _CHILD_SUBREAPER = 1, 36  # of prctl
_INPUT = 0


def main(command: list[str]) -> int:
    """Run a command until it ends or nobody wants it; return its exit code."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if libc is not None:  # who loses its parent becomes a child of this process
        libc.prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    child = _start(command, libc)
    code = _wait(child, woken)
    _signal(os.killpg, child)
    if code is None:
        _signal(os.kill, child)  # it may not have come as far as to lead a group
        code = _code(os.waitpid(child, 0)[1])
    _end_children()
    return code


def _start(command: list[str], libc: ctypes.CDLL | None) -> int:
    """Start the command in a session of its own; return the process."""
    here = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        if libc is not None:  # it ends with this process, however that ends
            libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), _INPUT)
        if os.getppid() == here:  # else this process died before it could be noticed
            os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _wait(child: int, woken: int) -> int | None:
    """Return the child's code, None if it is to be ended."""
    while True:
        ready = select.select([_INPUT, woken], [], [])[0]
        if woken in ready:
            os.read(woken, 4096)
            ended = _collect_ended()
            if child in ended:
                return _code(ended[child])
        if _INPUT in ready:
            return None


def _collect_ended() -> dict[int, int]:
    """Return the status of each child that has ended."""
    ended = {}
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return ended
            ended[pid] = status
    except ChildProcessError:
        return ended


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def _end_children() -> None:
    """End all that the command left; their children become ours as they end."""
    latest = time.monotonic() + _PATIENCE
    while time.monotonic() < latest:
        _collect_ended()
        left = _children()
        if not left:
            return
        for pid in left:
            _signal(os.kill, pid)
        time.sleep(0.005)


def _children() -> list[int]:
    """Return the children of this process; none where the system does not tell."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:  # not Linux
        return []


def _signal(send: Callable[[int, int], None], to: int) -> None:
    # it may have ended, or be of another user
    with suppress(ProcessLookupError, PermissionError):
        send(to, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
