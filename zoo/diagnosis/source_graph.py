"""New layers, and other inputs of layers, written into a model's source."""

from __future__ import annotations

import libcst as cst

from .edits import FeedFrom, InsertLayer, SetArgument
from .source_calls import separator, split_gap
from .source_places import Changes, Script, Unplaced, called_name, method, only

_INPUTS = frozenset({"Input", "InputLayer"})


def insert_layer(script: Script, changes: Changes, edit: InsertLayer) -> None:
    """Put a new layer beside another, in the style in which that one is written."""
    made = one_layer(script, edit)
    around = script.parent(made)
    if isinstance(around, cst.Element):
        _in_list(script, changes, edit, around)
    elif isinstance(around, cst.Arg) and _is_added(script, around):
        _as_statement(script, changes, edit, made)
    elif isinstance(around, cst.Call) and around.func is made:
        _on_tensor(changes, edit, around)
    else:
        raise Unplaced(f"{edit.kind} is neither in a list, added nor called")


def one_layer(script: Script, edit: InsertLayer | SetArgument) -> cst.Call:
    """The constructor that the edit means."""
    if edit.place is None:
        raise Unplaced("a layer with no place")
    found = script.layer_calls(edit.place, edit.kind)
    return found[edit.nth] if len(found) == edit.of else only(found)


def _in_list(
    script: Script, changes: Changes, edit: InsertLayer, element: cst.Element
) -> None:
    layers = script.parent(element)
    if not isinstance(layers, cst.List) or not _is_sequential(script, layers):
        raise Unplaced("the list is no Sequential's")
    i = layers.elements.index(element)
    gap = _gap(layers, i)
    new = cst.Element(changes.expression(edit.code))
    if edit.before and edit.kind not in _INPUTS:
        changes.before(element, new.with_changes(comma=cst.Comma(whitespace_after=gap)))
        return
    tail = element.comma
    comma: cst.Comma | cst.MaybeSentinel = cst.MaybeSentinel.DEFAULT
    if isinstance(tail, cst.Comma):
        gap, rest = split_gap(gap, tail.whitespace_after)
        comma = tail.with_changes(whitespace_after=rest)
    now = cst.Comma(whitespace_after=gap)
    changes.change(element, lambda old: old.with_changes(comma=now))
    changes.after(element, new.with_changes(comma=comma))


def _gap(layers: cst.List, i: int) -> cst.BaseParenthesizableWhitespace:
    """The white space between two elements of a list, near the i-th."""
    if len(layers.elements) == 1:
        return separator(layers.lbracket.whitespace_after)
    comma = layers.elements[max(i - 1, 0)].comma
    assert isinstance(comma, cst.Comma)
    return separator(comma.whitespace_after)


def _is_sequential(script: Script, layers: cst.List) -> bool:
    arg = script.parent(layers)
    call = script.parent(arg)
    named = isinstance(call, cst.Call) and called_name(call) == "Sequential"
    return named and isinstance(arg, cst.Arg) and not arg.star


def _is_added(script: Script, arg: cst.Arg) -> bool:
    call = script.parent(arg)
    return isinstance(call, cst.Call) and method(call) == "add" and not arg.star


def _as_statement(
    script: Script, changes: Changes, edit: InsertLayer, made: cst.Call
) -> None:
    added = script.parent(script.parent(made))
    statement = script.statement(added)
    if (
        not isinstance(statement.body[0], cst.Expr)
        or script.parent(added) is not (statement.body[0])
    ):
        raise Unplaced("what add returns is used")
    assert isinstance(added, cst.Call)
    new = changes.statements(f"{script.code(added.func)}({edit.code})\n")
    if edit.before and edit.kind not in _INPUTS:
        changes.before(statement, *new)
    else:
        changes.after(statement, *new)


def _on_tensor(changes: Changes, edit: InsertLayer, call: cst.Call) -> None:
    layer = changes.expression(edit.code)
    if not edit.before:
        changes.around(call, lambda old: cst.Call(layer, [cst.Arg(old)]))
        return
    _tensor(call)

    def fed(old: cst.Call) -> cst.Call:
        first = old.args[0]
        inner = cst.Call(layer, [cst.Arg(first.value)])
        return old.with_changes(args=[first.with_changes(value=inner), *old.args[1:]])

    changes.change(call, fed)


def _tensor(call: cst.Call) -> cst.BaseExpression:
    """The one tensor a layer is called on."""
    first = call.args[0] if call.args else None
    if first is None or first.keyword is not None or first.star:
        raise Unplaced("the layer is called on no plain argument")
    if isinstance(first.value, cst.List | cst.Tuple | cst.Dict):
        raise Unplaced("the layer is called on several tensors")
    return first.value


def feed_from(script: Script, changes: Changes, edit: FeedFrom) -> None:
    """Let a layer take the output of another one, by the name it has there."""
    made = only(script.layer_calls(edit.place, edit.kind))
    call = script.parent(made)
    if not isinstance(call, cst.Call) or call.func is not made:
        raise Unplaced(f"{edit.kind} is not called where it is made")
    _tensor(call)
    name = cst.Name(_output_name(script, edit, script.statement(call)))

    def fed(old: cst.Call) -> cst.Call:
        first = old.args[0].with_changes(value=name)
        return old.with_changes(args=[first, *old.args[1:]])

    changes.change(call, fed)


def _output_name(script: Script, edit: FeedFrom, user: cst.SimpleStatementLine) -> str:
    """The name that still holds the source layer's output at a statement."""
    made = only(script.layer_calls(edit.source, edit.source_kind))
    around = script.parent(made)
    called = isinstance(around, cst.Call) and around.func is made
    tensor = around if called else made
    if not called and edit.source_kind not in _INPUTS:
        raise Unplaced(f"{edit.source_kind} is not called where it is made")
    statement = script.statement(tensor)
    assigned = statement.body[0]
    if not isinstance(assigned, cst.Assign) or assigned.value is not tensor:
        raise Unplaced("the output of the source has no name")
    target = only(assigned.targets).target
    if not isinstance(target, cst.Name):
        raise Unplaced("the output of the source is no plain name")
    _check_held(script, target.value, statement, user)
    return target.value


def _check_held(
    script: Script,
    name: str,
    first: cst.SimpleStatementLine,
    last: cst.SimpleStatementLine,
) -> None:
    """Whether a name keeps its value from one statement to another."""
    start, end = script.end(first), script.line(last)
    if script.parent(first) is not script.parent(last) or start >= end:
        raise Unplaced("the source is not made before, in the same block")
    if script.names.changed({name}, script.names.scope(end), start, end):
        raise Unplaced(f"{name} no longer holds the output of the source")
