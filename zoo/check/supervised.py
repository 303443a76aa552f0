"""A process that runs a user's code, seen from outside: started, heard and ended.

`sandboxed` limits what it may see and change: Bubblewrap gives it namespaces of its
own, with no network, no other processes, and files that it can read but not write.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

from ...data.errors import Misuse

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


PRIVATE = (Path("/tmp"), Path("/run"))
"""Folders whose place an empty one takes: by sockets in them a process asks others to
do what it may not."""

_BASE = (
    *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
    *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
)
_SETTINGS = {"TMPDIR": "/tmp", "MPLCONFIGDIR": "/tmp/matplotlib"}
# where Keras looks if it cannot write into its own folder
_KERAS = "/tmp/.keras"


def sandboxed(
    command: Sequence[str], *, readable: Iterable[Path], writable: Iterable[Path]
) -> list[str]:
    """Return a command that runs another one in a sandbox.

    Parameters
    ----------
    command : sequence of str
    readable : iterable of Path
        Files that it needs, wherever they are; their folders come with them.
    writable : iterable of Path
        Folders, which exist.

    Raises
    ------
    Misuse
        Bubblewrap is not installed, or may not do this here.
    """
    bwrap = _find_program()
    arguments = [*_BASE]
    for folder in PRIVATE:
        if folder.is_dir():
            arguments += ["--tmpfs", str(folder)]
    keras = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    if keras.is_dir():
        arguments += ["--ro-bind", str(keras), _KERAS]
    for path in sorted(_readable_paths(readable)):
        arguments += ["--ro-bind", str(path), str(path)]
    for path in writable:
        arguments += ["--bind", str(path), str(path)]
    for name, value in _SETTINGS.items():
        arguments += ["--setenv", name, value]
    return [bwrap, *arguments, "--", *command]


def _find_program() -> str:
    """Return the program, once it has shown that it can do this here."""
    bwrap = shutil.which("bwrap")
    leave = "or omit --sandbox"
    if bwrap is None:
        msg = (
            "--sandbox needs bubblewrap, but `bwrap` was not found; install the package"
        )
        raise Misuse(f"{msg} bubblewrap (Linux only), {leave}")
    tried = subprocess.run(
        [bwrap, *_BASE, "true"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if tried.returncode:
        why = (tried.stderr.strip().splitlines() or ["no message"])[-1]
        msg = f"--sandbox cannot be set up here ({why})"
        raise Misuse(
            f"{msg}; allow users to create namespaces on this machine, {leave}"
        )
    return bwrap


def _readable_paths(readable: Iterable[Path]) -> set[Path]:
    """Return what is to be read of that which the private folders would hide."""
    evaluated = [way for path in readable for way in (path.absolute(), path.resolve())]
    # of a file in /tmp itself not the folder, which is to be private
    wanted = {path if path.parent in PRIVATE else path.parent for path in evaluated}
    wanted |= {Path(entry) for entry in (*sys.path, sys.prefix, sys.base_prefix)}
    wanted |= {Path.cwd(), Path(__file__).parents[2]}
    return {
        path
        for path in wanted
        if path.exists() and any(folder in path.parents for folder in PRIVATE)
    }
