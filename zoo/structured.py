"""From plain data, as JSON has them, to dataclasses; what is wrong is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from ..data.errors import Misuse, unknown

T = TypeVar("T")

_NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def structured(kind: type[T], facts: Mapping[str, Any], where: str) -> T:
    """A dataclass of numbers, texts, choices and tuples of them.

    Parameters
    ----------
    kind : type
        The dataclass.
    facts : dict
        Its fields by name; lists stand for tuples.
    where : str
        What the facts are, for messages.

    Raises
    ------
    Misuse
        A field is misspelt, missing or of another type.
    """
    if not isinstance(facts, Mapping):
        msg = f"{where} must be an object of settings, got {facts!r}"
        raise Misuse(msg)
    known = types_of(kind)
    for name in facts:
        if name not in known:
            see = f"{where} has {', '.join(known)}."
            raise unknown("setting", name, known, see=see)
    # every kind is a dataclass, which a type variable cannot say
    needed = [f.name for f in fields(kind) if f.default is MISSING]  # type: ignore[arg-type]
    missing = [name for name in needed if name not in facts]
    if missing:
        raise Misuse(f"{where} lacks {', '.join(missing)}")
    made = {name: fitted(value, known[name], name) for name, value in facts.items()}
    return kind(**made)


@cache
def types_of(kind: type) -> dict[str, Any]:
    """The types of a dataclass' fields, by name."""
    return get_type_hints(kind)


def fitted(value: Any, kind: Any, name: str) -> Any:
    """A value as its type has it: ``1`` for a float is ``1.0``, a list is a tuple.

    Raises
    ------
    Misuse
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (UnionType, Union):  # X | None
        return None if value is None else fitted(value, inner[0], name)
    if origin is Literal:
        if value in inner and isinstance(value, str):
            return value
        raise Misuse(f"{name} is {value!r}; it must be one of {', '.join(inner)}")
    if origin is tuple:
        if isinstance(value, list | tuple):
            return tuple(fitted(part, inner[0], name) for part in value)
        many = f"a list, each of it {_NAMES[inner[0]]}"
        raise Misuse(f"{name} is {value!r}; it must be {many}")
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise Misuse(f"{name} is {value!r}; it must be {_NAMES[kind]}")
    return value
