"""Plain data, as JSON holds them, made into dataclasses by cattrs.

The first value that does not fit is told in one line: its path, the value, and what is
allowed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from reprlib import Repr
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from .errors import Misuse, ZooError, unknown

if TYPE_CHECKING:
    from cattrs import Converter

_T = TypeVar("_T")

_NAMES: dict[Any, str] = {
    int: "a whole number", float: "a number", bool: "true or false", str: "text",
    type(None): "null",
}  # fmt: skip
_SHOWN = Repr()
_SHOWN.maxstring = _SHOWN.maxother = 60


def structure(
    facts: Any, kind: type[_T], where: str = "", *, converter: Converter | None = None
) -> _T:
    """Return plain data as what a type says; lists stand for tuples.

    Parameters
    ----------
    facts : dict, list, str, int, float, bool or None
    kind : type
        A dataclass, or another type that cattrs knows.
    where : str, default ""
        What the facts are, for messages; "" for the whole of a file.
    converter : cattrs.Converter, optional
        From `strict_converter`; by default one that refuses fields that are unknown.

    Raises
    ------
    Misuse
        A field is unknown, missing, of another type or out of its range.
    """
    try:
        return (converter or _default_converter()).structure(facts, kind)
    except Exception as error:  # cattrs raises groups of many kinds
        raise _first_problem(error, facts, kind, where) from error


def strict_converter(*, forbid_extra_keys: bool = True) -> Converter:
    """Return a converter that takes no text for a number, nor the reverse.

    A whole number does for a float, and only a list or tuple for a tuple.
    """
    import cattrs  # it takes 60 ms, and not every command reads such data

    converter = cattrs.Converter(forbid_extra_keys=forbid_extra_keys)
    for kind in (int, str, bool):
        converter.register_structure_hook(kind, _exact)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook_factory(_is_list_like, _tuple_hook)
    converter.register_structure_hook_factory(is_dataclass, _object_hook)
    return converter


@cache
def _default_converter() -> Converter:
    """Made once: learning a class takes ten times as long as reading it."""
    return strict_converter()


def _exact(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(kind)
    return value


def _number(value: Any, kind: type) -> float:
    if type(value) not in (int, float):
        raise TypeError(kind)
    return float(value)


def _is_list_like(kind: Any) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _tuple_hook(kind: Any, converter: Any) -> Any:
    """A text or an object has parts as well, and is no list."""
    listed: Any = list[get_args(kind)[0]]
    inner = converter.get_structure_hook(listed)

    def hook(value: Any, _: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise TypeError(kind)
        return tuple(inner(value, listed))

    return hook


def _object_hook(kind: Any, converter: Any) -> Any:
    """A list has no fields: it is told of itself, and not as lacking one."""
    inner = converter.gen_structure_attrs_fromdict(kind)

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, Mapping):
            raise TypeError(kind)
        return inner(value, kind)

    return hook


def _first_problem(error: Exception, facts: Any, kind: Any, where: str) -> ZooError:
    """Return the error of the value that is told of."""
    from cattrs import ForbiddenExtraKeysError

    leaf, path, wanted = _leaf(error, (), kind)
    if isinstance(leaf, ZooError):
        return leaf
    if isinstance(leaf, ForbiddenExtraKeysError):
        known = [field.name for field in fields(wanted)]
        see = f"{_label(where, path) or 'it'} has {', '.join(known)}."
        return unknown("setting", min(leaf.extra_fields), known, see=see)
    *around, name = path or ("",)
    holder = _at(facts, around)
    if path and isinstance(holder, Mapping) and name not in holder:
        return Misuse(f"{_label(where, around) or 'it'} lacks {name}")
    msg = f"{_label(where, path) or 'it'} is {_SHOWN.repr(_at(facts, path))}"
    return Misuse(f"{msg}; it must be {_allowed(wanted)}")


def _leaf(
    error: BaseException, path: tuple[Any, ...], kind: Any
) -> tuple[BaseException, tuple[Any, ...], Any]:
    """Return the first error within groups, the way there, and the type wanted there.

    A name that is unknown comes first: another one may be missing because of it.
    """
    from cattrs import (
        AttributeValidationNote,
        ForbiddenExtraKeysError,
        IterableValidationNote,
    )

    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path, kind = (*path, note.name), note.type
        elif isinstance(note, IterableValidationNote):
            path, kind = (*path, note.index), note.type
    if not isinstance(error, BaseExceptionGroup):
        return error, path, kind
    extra = [e for e in error.exceptions if isinstance(e, ForbiddenExtraKeysError)]
    return _leaf([*extra, *error.exceptions][0], path, kind)


def _at(facts: Any, path: Any) -> Any:
    for key in path:
        facts = facts[key]
    return facts


def _label(where: str, path: Any) -> str:
    """The path of a value, such as ``rows[3].scores.skill``."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in path]
    return (where + "".join(parts)).removeprefix(".")


def _allowed(kind: Any) -> str:
    """Return what a value of a type may be, in words."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in _NAMES:
        return _NAMES[kind]
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    if origin is tuple:
        is_even = inner[1:] == (...,)
        return (
            f"a list, each of it {_allowed(inner[0])}"
            if is_even
            else (f"a list of {len(inner)} values")
        )
    if origin is dict or is_dataclass(kind):
        return "an object of settings"
    return " or ".join(map(_allowed, inner)) or getattr(kind, "__name__", str(kind))
