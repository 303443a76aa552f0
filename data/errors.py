"""The errors we raise on purpose; the command shows each as one line.

::

    ZooError            exit code 1
    ├── BadData         the content of a file or table cannot be used    1
    ├── Misuse          an argument names something that is not there    2
    │   └── UnknownName a name that is in no catalog                     2
    └── Offline         a download failed                                1
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from functools import wraps
from typing import ParamSpec, TypeVar

_LONGEST = 200
"""Letters of a name that are compared and shown."""
_LOOKED_AT = 2_000
"""Characters of an error's text among which its first line is looked for."""
_MOST_NAMES = 2_000
"""Names that one is compared with."""


class ZooError(Exception):
    """Base of every error we raise on purpose; its text is one line."""

    exit_code = 1

    def __str__(self) -> str:
        # names of columns and files, and texts of other libraries, may hold line breaks
        return " ".join(Exception.__str__(self).splitlines())


class BadData(ZooError):
    """The content of a file or table cannot be learned from as it is."""


class DownloadError(ZooError):
    """A file is neither in the cache nor can it be downloaded."""


class Misuse(ZooError):
    """An argument names something that does not exist or is not allowed."""

    exit_code = 2


class UnknownName(Misuse, KeyError):
    """A model, dataset, column or run that does not exist."""


def first_line(error: BaseException, limit: int = 200) -> str:
    """Return the first line of an error's text; its type where it has none.

    Parameters
    ----------
    error : BaseException
        Of another library, or of a file of somebody else's: it may be of any length.
    limit : int, default 200
        Characters that are kept.
    """
    text = str(error)[:_LOOKED_AT].strip()
    return text.splitlines()[0][:limit] if text else type(error).__name__


def unknown(
    kind: str, name: object, allowed: Iterable[object], *, see: str
) -> UnknownName:
    """The error for a name that is not there, with the nearest names.

    Parameters
    ----------
    kind : str
        What the name should have named, e.g. ``"model"``.
    name : object
        The name given.
    allowed : iterable
        The names there are.
    see : str
        What the user can do to see them all, e.g. ``"`zoo list` shows all"``.
    """
    # comparing takes the square of the length: a name of a file may be a whole text
    names, given = [str(a)[:_LONGEST] for a in allowed], str(name)[:_LONGEST]
    near = get_close_matches(given, names[:_MOST_NAMES], n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    return UnknownName(f"no {kind} is named {given!r}. {hint}{see}")


_P = ParamSpec("_P")
_T = TypeVar("_T")
_in_command: ContextVar[bool] = ContextVar("in_command", default=False)
_WORDS = r"binary|multiclass|multilabel|regression|forecast|characters|independent|time"
_VALUE = rf"'[^']*'|[^\s'`]+=[^\s]*[^\s.,;:)'`]|(?:{_WORDS})\b|\d+(?:[-,]\d+)*\b"
_OPTION = re.compile(rf"`[^`]*`|--([a-z][a-z-]*[a-z])(?: ({_VALUE}))?")
"""What stands in backticks is a command, and stays one."""
_LISTS = ("missing", "drop")
"""Options that are given several times, and in Python as a list."""
_TEXTS = ("drop-rows",)
"""Options whose value may be one number, and is a text in Python."""


@contextmanager
def in_command() -> Iterator[None]:
    """Errors name options (``--drop-rows``) inside, and arguments elsewhere."""
    token = _in_command.set(True)
    try:
        yield
    finally:
        _in_command.reset(token)


def as_arguments(text: str) -> str:
    """Return a text with the command's options as arguments of Python.

    >>> as_arguments("give --task regression, or leave rows out with --drop-rows")
    "give task='regression', or leave rows out with drop_rows="
    """
    return _OPTION.sub(lambda found: _argument(found) if found[1] else found[0], text)


def _argument(found: re.Match[str]) -> str:
    """An option as an argument, with its value where one is told."""
    value = found[2] or ""
    if value and not (value.isdecimal() and found[1] not in _TEXTS):
        value = repr(value.strip("'"))
    value = f"[{value}]" if value and found[1] in _LISTS else value
    return f"{found[1].replace('-', '_')}={value}"


def python_call(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Make errors of a public function name its arguments, as they name options."""

    @wraps(function)
    def call(*args: _P.args, **named: _P.kwargs) -> _T:
        try:
            return function(*args, **named)
        except ZooError as error:
            if not _in_command.get():
                error.args = (as_arguments(str(error)),)
            raise

    return call
