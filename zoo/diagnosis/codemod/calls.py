"""Arguments of a call in a source: found, given another value, added, taken away."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import libcst as cst

from .script import NoSafePlace, parenthesised

_ATOMS = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.List,
    cst.Dict,
    cst.Set,
    cst.ListComp,
    cst.SimpleString,
)
_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


class Parameters:
    """Parameters of a Keras function; None stands for an unknown function."""

    def __init__(self, function: Callable[..., Any] | None) -> None:
        found = inspect.signature(function).parameters.values() if function else ()
        plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.known = function is not None
        self.order = [p.name for p in found if p.kind is plain and p.name != "self"]
        self._names = {p.name for p in found}
        any_name = inspect.Parameter.VAR_KEYWORD
        self._open = not self.known or any(p.kind is any_name for p in found)

    def take(self, name: str) -> bool:
        return self._open or name in self._names


def position(call: cst.Call, parameters: Parameters, name: str) -> int | None:
    """Which argument of the call is this parameter, None where it is not given."""
    for i, arg in enumerate(call.args):
        if arg.keyword is not None and arg.keyword.value == name:
            return i
    if any(arg.star for arg in call.args):
        raise NoSafePlace(f"{name} may be among the starred arguments")
    plain = len(list(takewhile(lambda arg: arg.keyword is None, call.args)))
    if not parameters.known and plain:
        raise NoSafePlace(f"{name} may be among the arguments without a name")
    return parameters.order.index(name) if name in parameters.order[:plain] else None


def value_of(
    call: cst.Call, parameters: Parameters, name: str
) -> cst.BaseExpression | None:
    """The expression given for a parameter."""
    i = position(call, parameters, name)
    return None if i is None else call.args[i].value


def with_argument(
    call: cst.Call, parameters: Parameters, name: str, value: cst.BaseExpression | None
) -> cst.Call:
    """The call with another value for one parameter; None takes it away."""
    if not parameters.take(name):
        raise NoSafePlace(f"there is no argument {name}")
    i = position(call, parameters, name)
    if value is None:
        return call if i is None else _remove_argument(call, parameters, i)
    if i is None:
        return _append_argument(call, name, value)
    args = list(call.args)
    args[i] = args[i].with_changes(value=value)
    return call.with_changes(args=args)


def wrapped(
    template: cst.BaseExpression, old: cst.BaseExpression
) -> cst.BaseExpression:
    """A template's ``OLD`` names replaced by an expression."""
    result = template.visit(_Filler(old))
    assert isinstance(result, cst.BaseExpression)
    return result


OLD = "_old_expression_"


class _Filler(cst.CSTTransformer):
    def __init__(self, old: cst.BaseExpression) -> None:
        super().__init__()
        self._old = old

    def leave_Name(
        self, original_node: cst.Name, updated_node: cst.Name
    ) -> cst.BaseExpression:
        if original_node.value != OLD:
            return updated_node
        bare = isinstance(self._old, _ATOMS) or bool(self._old.lpar)
        return self._old if bare else parenthesised(self._old)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        value = original_node.value
        if isinstance(value, cst.Name) and value.value == OLD:
            return updated_node.with_changes(value=self._old)
        return updated_node


def _remove_argument(call: cst.Call, parameters: Parameters, i: int) -> cst.Call:
    args = list(call.args)
    gone = args.pop(i)
    for j in range(i, len(args)):  # what was after it, by position, needs its name now
        if args[j].keyword is None and gone.keyword is None:
            name = cst.Name(parameters.order[j + 1])
            args[j] = args[j].with_changes(keyword=name, equal=_TIGHT)
    if args and i == len(args):
        args[-1] = args[-1].with_changes(
            comma=gone.comma, whitespace_after_arg=gone.whitespace_after_arg
        )
    return call.with_changes(args=args)


def _append_argument(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
    new = cst.Arg(value, keyword=cst.Name(name), equal=_TIGHT)
    if not call.args:
        return call.with_changes(args=[new])
    last = call.args[-1]
    between = call.whitespace_before_args
    if len(call.args) > 1 and isinstance(call.args[-2].comma, cst.Comma):
        between = call.args[-2].comma.whitespace_after
    if isinstance(last.comma, cst.Comma):
        mine, rest = split_gap(separator(between), last.comma.whitespace_after)
        comma = last.comma.with_changes(whitespace_after=rest)
        new = new.with_changes(comma=comma)
    else:
        mine, rest = split_gap(separator(between), last.whitespace_after_arg)
        new = new.with_changes(whitespace_after_arg=rest)
    old = last.with_changes(
        comma=cst.Comma(whitespace_after=mine),
        whitespace_after_arg=cst.SimpleWhitespace(""),
    )
    return call.with_changes(args=[*call.args[:-1], old, new])


def separator(
    gap: cst.BaseParenthesizableWhitespace,
) -> cst.BaseParenthesizableWhitespace:
    """The white space between two things, without comments that belong to one."""
    if not isinstance(gap, cst.ParenthesizedWhitespace):
        return cst.SimpleWhitespace(" ")
    return gap.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])


def split_gap(
    between: cst.BaseParenthesizableWhitespace,
    tail: cst.BaseParenthesizableWhitespace,
) -> tuple[cst.BaseParenthesizableWhitespace, cst.BaseParenthesizableWhitespace]:
    """The gaps after an old and after a new thing put behind it.

    A comment behind the old one, on its line, stays with it.
    """
    if not isinstance(tail, cst.ParenthesizedWhitespace) or not tail.first_line.comment:
        return between, tail
    rest = tail.with_changes(first_line=cst.TrailingWhitespace())
    if isinstance(between, cst.ParenthesizedWhitespace):
        return between.with_changes(first_line=tail.first_line), rest
    return cst.ParenthesizedWhitespace(tail.first_line, indent=True), rest
