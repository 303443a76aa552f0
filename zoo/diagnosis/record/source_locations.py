"""Which code is the user's, where it stood, and what went wrong there in one line."""

from __future__ import annotations

import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from types import FrameType

from .recording import Place

_OURS = Path(__file__).resolve().parents[3]
_LIBRARIES = tuple(
    Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib")
)


MOST_SAID = 1_000
"""Letters of an error's message that are looked at, of its start and of its end; some
print all of their data."""


STOPPED = "stopped after"
"""How the message of a `ScriptTimeout` begins."""


class ScriptTimeout(BaseException):
    """The time of a script is over; no ``except Exception`` of its own catches it."""


class UserCode:
    """A script and the modules in its folder, libraries installed there left out."""

    def __init__(self, script: str) -> None:
        self._script = Path(script).resolve()
        self._owned = lru_cache(maxsize=None)(self._find_owner)

    def is_user_file(self, file: str) -> bool:
        """Whether a file is the user's; code without a file is not."""
        return self._owned(file)

    def _find_owner(self, file: str) -> bool:
        if file.startswith("<"):
            return False
        path = Path(file).resolve()
        if path == self._script:
            return True
        foreign = (_OURS, *_LIBRARIES)
        return (
            path.is_relative_to(self._script.parent)
            and "site-packages" not in path.parts
            and not any(path.is_relative_to(folder) for folder in foreign)
        )

    def user_location(self, frame: FrameType | None = None) -> Place | None:
        """The innermost line of the user's that is running, from a frame outwards.

        Of a call over several lines it is the one where the call starts.
        """
        frame = frame or sys._getframe(1)
        while frame is not None:
            if self.is_user_file(frame.f_code.co_filename):
                return Place(frame.f_code.co_filename, frame.f_lineno)
            frame = frame.f_back
        return None

    def error_location(self, error: BaseException) -> Place | None:
        """The innermost line of the user's that an error went through."""
        if isinstance(error, SyntaxError) and isinstance(error.filename, str):
            line = error.lineno
            return Place(error.filename, line if isinstance(line, int) else 1)
        lines = [
            Place(frame.f_code.co_filename, line)
            for frame, line in walk_tb(error.__traceback__)
            if self.is_user_file(frame.f_code.co_filename)
        ]
        return lines[-1] if lines else None


def one_line_error(error: BaseException) -> str:
    """Return ``Type: message``, of a long message the line that says most."""
    kind = type(error).__name__
    try:
        message = str(error)
    # `__str__` may be the user's, and do anything
    except BaseException as trouble:
        return f"{kind} (its message cannot be shown: {type(trouble).__name__})"
    if isinstance(error, ScriptTimeout):
        return message
    if len(message) > 2 * MOST_SAID:
        message = f"{message[:MOST_SAID]}\n{message[-MOST_SAID:]}"
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines:
        return kind
    # TensorFlow heads its errors with a line that says nothing; the reason comes last
    reason = [line for line in lines if not line.startswith(("[[", "[Op:"))]
    heads = ("Graph execution error", "in user code")
    graph = lines[0].startswith(heads) and len(reason) > 1
    reason_line = reason[-1] if graph else lines[0]
    return f"{kind}: {reason_line.removeprefix(f'{kind}: ')}"
