"""The target that ``zoo check`` examines, told by its form, and its options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...data.dataset import ORDERED
from ...data.errors import Misuse, unknown
from ..registry import MODELS, card

_Kind = Literal["script", "model", "function", "zoo"]

CALLED: dict[_Kind, str] = {
    "script": "a script",
    "model": "a saved model",
    "function": "a function",
    "zoo": "a model of the zoo",
}
_TABLE = {"data", "target", "task", "drop", "limit", "header"}
_TRAINING = {"epochs", "batch_size", "keep_weights"}
OPTIONS: dict[_Kind, set[str]] = {
    "script": {"number", "time_limit", "write", "arguments"},
    "model": _TABLE | _TRAINING,
    "function": _TABLE | _TRAINING | {"time_limit"},
    "zoo": _TABLE | {"time_limit"},
}
"""Those that go with each kind, by parameter; others go with all."""
SHOWN = {"number": "--fit", "arguments": "-- ARGUMENTS"}
_SUFFIXES = (".keras", ".h5")


@dataclass(frozen=True)
class CheckTarget:
    """Target to examine.

    Parameters
    ----------
    kind : {"script", "model", "function", "zoo"}
    name : str
        A file's path, or a name of the zoo.
    function : str
        In that file; "" where it is no function.
    """

    kind: _Kind
    name: str
    function: str = ""

    @property
    def title(self) -> str:
        """In messages."""
        last = Path(self.name).name
        return f"{last}:{self.function}" if self.function else last


def find_target(what: str) -> CheckTarget:
    """Find the target that a command's argument names.

    Raises
    ------
    Misuse
        There is no such file, or it is of no kind that can be examined.
    UnknownName
        It looks like a model of the zoo, and is none.
    """
    file, mark, function = what.rpartition(".py:")
    if mark:
        if not function.isidentifier():
            msg = f"{what!r} is not a function of a module; write it as module.py:build"
            raise Misuse(msg)
        return CheckTarget("function", _existing(f"{file}.py"), function)
    suffix = Path(what).suffix.lower()
    if suffix == ".py":
        return CheckTarget("script", _existing(what))
    if suffix in _SUFFIXES:
        return CheckTarget("model", _existing(what))
    if what not in MODELS and (suffix or Path(what).name != what):
        msg = (
            f"{what!r} cannot be checked: give a script (.py), a saved model (.keras or"
        )
        raise Misuse(f"{msg} .h5), a function (module.py:build) or a model of the zoo")
    if card(what).tasks and set(card(what).tasks) <= set(ORDERED):
        msg = f"{what} is a model of {' and '.join(card(what).tasks)}, and zoo check"
        raise Misuse(f"{msg} examines tables and images only; use `zoo train {what}`")
    return CheckTarget("zoo", what)


def _existing(path: str) -> str:
    if Path(path).is_file():
        return path
    beside = [p.name for p in Path(path).parent.glob(f"*{Path(path).suffix}")]
    raise unknown("file", path, beside, see="Check the path.")


def check_options(way: CheckTarget, given: Iterable[str]) -> None:
    """Refuse options that do not go with what is examined.

    Parameters
    ----------
    way : CheckTarget
    given : iterable of str
        Parameters that were typed.

    Raises
    ------
    Misuse
    """
    typed = set(given)
    special = set().union(*OPTIONS.values())
    for name in sorted(typed & special - OPTIONS[way.kind]):
        shown = SHOWN.get(name, f"--{name.replace('_', '-')}")
        others = [CALLED[kind] for kind in CALLED if name in OPTIONS[kind]]
        msg = f"{shown} is an option for {' or '.join(others)}, and {way.title} is"
        raise Misuse(f"{msg} {CALLED[way.kind]}; omit {shown}")
    if way.kind in ("model", "function") and "data" not in typed:
        msg = f"{way.title} is {CALLED[way.kind]}, without data of its own"
        raise Misuse(f"{msg}; give --data with a name or a file")
    if "target" in typed and "data" not in typed:
        raise Misuse(
            "--target is a column of --data; give --data too, or omit --target"
        )
