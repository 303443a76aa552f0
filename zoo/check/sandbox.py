"""Limits on what a process that runs a user's code may see and change, if any.

Bubblewrap gives it namespaces of its own: no network, no other processes, and files
that it can read but not write.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...data.errors import Misuse

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
    bwrap = _found()
    arguments = [*_BASE]
    for folder in PRIVATE:
        if folder.is_dir():
            arguments += ["--tmpfs", str(folder)]
    keras = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    if keras.is_dir():
        arguments += ["--ro-bind", str(keras), _KERAS]
    for path in sorted(_shown(readable)):
        arguments += ["--ro-bind", str(path), str(path)]
    for path in writable:
        arguments += ["--bind", str(path), str(path)]
    for name, value in _SETTINGS.items():
        arguments += ["--setenv", name, value]
    return [bwrap, *arguments, "--", *command]


def _found() -> str:
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


def _shown(readable: Iterable[Path]) -> set[Path]:
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
