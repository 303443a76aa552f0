"""New layers, and other inputs of layers, written into a model's source."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import libcst as cst
from libcst import matchers as m

from .calls import separator, split_gap
from .edits import FeedFrom, InsertLayer, SetArgument
from .script import Changes, NoSafePlace, Script, called_name, method, single

_INPUTS = frozenset({"Input", "InputLayer"})


def insert_layer(script: Script, changes: Changes, edit: InsertLayer) -> None:
    """Put a new layer beside another, in the style in which that one is written."""
    made = find_constructor(script, edit)
    around = script.parent(made)
    if isinstance(around, cst.Element):
        _insert_in_list(script, changes, edit, around)
    elif isinstance(around, cst.Arg) and _is_added(script, around):
        _insert_statement(script, changes, edit, made)
    elif isinstance(around, cst.Call) and around.func is made:
        _insert_on_tensor(changes, edit, around)
    else:
        raise NoSafePlace(f"{edit.kind} is neither in a list, added nor called")


def find_constructor(script: Script, edit: InsertLayer | SetArgument) -> cst.Call:
    """The constructor that the edit means."""
    if edit.place is None:
        raise NoSafePlace("a layer with no place")
    found = script.layer_calls(edit.place, edit.kind)
    return found[edit.nth] if len(found) == edit.of else single(found)


def _insert_in_list(
    script: Script, changes: Changes, edit: InsertLayer, element: cst.Element
) -> None:
    layers = script.parent(element)
    if not isinstance(layers, cst.List) or not _is_sequential(script, layers):
        raise NoSafePlace("the list is no Sequential's")
    i = layers.elements.index(element)
    gap = _whitespace_near(layers, i)
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


def _whitespace_near(layers: cst.List, i: int) -> cst.BaseParenthesizableWhitespace:
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


def _insert_statement(
    script: Script, changes: Changes, edit: InsertLayer, made: cst.Call
) -> None:
    added = script.parent(script.parent(made))
    statement = script.statement(added)
    if (
        not isinstance(statement.body[0], cst.Expr)
        or script.parent(added) is not (statement.body[0])
    ):
        raise NoSafePlace("what add returns is used")
    assert isinstance(added, cst.Call)
    new = changes.statements(f"{script.code(added.func)}({edit.code})\n")
    if edit.before and edit.kind not in _INPUTS:
        changes.before(statement, *new)
    else:
        changes.after(statement, *new)


def _insert_on_tensor(changes: Changes, edit: InsertLayer, call: cst.Call) -> None:
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
        raise NoSafePlace("the layer is called on no plain argument")
    if isinstance(first.value, cst.List | cst.Tuple | cst.Dict):
        raise NoSafePlace("the layer is called on several tensors")
    return first.value


def feed_from(script: Script, changes: Changes, edit: FeedFrom) -> None:
    """Let a layer take the output of another one, by the name it has there."""
    made = single(script.layer_calls(edit.place, edit.kind))
    call = script.parent(made)
    if not isinstance(call, cst.Call) or call.func is not made:
        raise NoSafePlace(f"{edit.kind} is not called where it is made")
    _tensor(call)
    name = cst.Name(_output_name(script, edit, script.statement(call)))

    def fed(old: cst.Call) -> cst.Call:
        first = old.args[0].with_changes(value=name)
        return old.with_changes(args=[first, *old.args[1:]])

    changes.change(call, fed)


def _output_name(script: Script, edit: FeedFrom, user: cst.SimpleStatementLine) -> str:
    """The name that still holds the source layer's output at a statement."""
    made = single(script.layer_calls(edit.source, edit.source_kind))
    around = script.parent(made)
    called = isinstance(around, cst.Call) and around.func is made
    tensor = around if called else made
    if not called and edit.source_kind not in _INPUTS:
        raise NoSafePlace(f"{edit.source_kind} is not called where it is made")
    statement = script.statement(tensor)
    assigned = statement.body[0]
    if not isinstance(assigned, cst.Assign) or assigned.value is not tensor:
        raise NoSafePlace("the output of the source has no name")
    target = single(assigned.targets).target
    if not isinstance(target, cst.Name):
        raise NoSafePlace("the output of the source is no plain name")
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
        raise NoSafePlace("the source is not made before, in the same block")
    if script.names.changed({name}, script.names.scope(end), start, end):
        raise NoSafePlace(f"{name} no longer holds the output of the source")


_FLAT = frozenset({"ravel", "flatten", "squeeze", "numpy", "reshape"})
"""What makes a row of one column, as a method or a function."""
_ROUNDS = frozenset({"round", "rint", "around"})
_FIRST_COLUMN = m.Subscript(
    slice=[m.SubscriptElement(m.Slice()), m.SubscriptElement(m.Index(m.Integer()))]
)
_ABOVE = m.Comparison(
    comparisons=[
        m.ComparisonTarget(
            operator=m.GreaterThan() | m.GreaterThanEqual(),
            comparator=m.Float() | m.Integer(),
        )
    ]
)


def read_classes(script: Script, changes: Changes, model: str) -> None:
    """Let a script that rounds its model's one output take the largest of several.

    ``model.predict(x).round()``, ``np.round(...)``, ``... > 0.5`` with or without
    ``np.where``, and ``.astype(int)`` become ``np.argmax(model.predict(x), axis=1)``,
    also by way of a name; with ``keepdims=True`` where they have a column of their own.
    What is read otherwise stays.

    Parameters
    ----------
    script : Script
    changes : Changes
    model : str
        The code that stands for the model, e.g. ``"model"``.
    """
    answers = _Answers(script, model, _names(script, model))
    for value in answers.names_of_answers():
        changes.change(value, _keep_column)
    for reading in answers.readings():

        def likeliest(node: cst.BaseExpression) -> cst.BaseExpression:
            given = read(node) or node
            column = "" if answers.is_flat(given) else ", keepdims=True"
            code = script.code(_keep_column(given))
            return changes.expression(f"np.argmax({code}, axis=1{column})")

        changes.change(reading, likeliest)


def _keep_column(node: cst.BaseExpression) -> cst.BaseExpression:
    """The expression without what makes its one column flat."""
    while True:
        if m.matches(node, _FIRST_COLUMN):
            node = cst.ensure_type(node, cst.Subscript).value
        elif isinstance(node, cst.Call) and called_name(node) in _FLAT:
            node = _object(node)
        else:
            return node


def _object(call: cst.Call) -> cst.BaseExpression:
    """``a`` of both ``a.ravel()`` and ``np.ravel(a)``."""
    function = call.func
    library = not isinstance(function, cst.Attribute) or (
        isinstance(function.value, cst.Name) and function.value.value in _LIBRARIES
    )
    if library:
        return call.args[0].value if call.args else call
    assert isinstance(function, cst.Attribute)
    return function.value


_LIBRARIES = frozenset({"np", "numpy", "tf", "keras", "K", "ops"})


def read(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return what an expression rounds or compares with a number; None if nothing."""
    if m.matches(node, _ABOVE):
        return cst.ensure_type(node, cst.Comparison).left
    if not isinstance(node, cst.Call):
        return None
    if called_name(node) in _ROUNDS:
        return _object(node)
    if called_name(node) == "where" and len(node.args) == 3:
        return read(node.args[0].value)
    if method(node) == "astype":
        return cst.ensure_type(node.func, cst.Attribute).value
    return None


def _names(script: Script, model: str) -> frozenset[str]:
    """Names that stand for nothing but answers of the model, rounded or not."""
    values: dict[str, list[cst.BaseExpression]] = defaultdict(list)
    for target, value in _assigned(script):
        values[target].append(value)
    found: frozenset[str] = frozenset()
    for name, every in values.items():
        known = _Answers(script, model, frozenset({name}))
        direct = _Answers(script, model, frozenset())
        told = [known.is_model_output(v) or known.is_reading(v) for v in every]
        if all(told) and any(direct.is_model_output(v) for v in every):
            found |= {name}
    return found


def _assigned(script: Script) -> list[tuple[str, cst.BaseExpression]]:
    """Names with what is assigned to each."""
    simple = m.Assign(targets=[m.AssignTarget(m.Name())])
    assigns = [
        cst.ensure_type(node, cst.Assign) for node in m.findall(script.module, simple)
    ]
    return [
        (cst.ensure_type(a.targets[0].target, cst.Name).value, a.value) for a in assigns
    ]


@dataclass(frozen=True)
class _Answers:
    """Expressions that are a model's answers; ``names`` stand for them too."""

    script: Script
    model: str
    names: frozenset[str]

    def is_model_output(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is what the model says, or that made flat."""
        node = _keep_column(node)
        if isinstance(node, cst.Name):
            return node.value in self.names
        if not isinstance(node, cst.Call):
            return False
        asked = self.script.code(node.func)
        return asked in (self.model, f"{self.model}.predict")

    def is_flat(self, answer: cst.BaseExpression) -> bool:
        """Whether an answer has lost its column, where it stands or with its name."""
        inner = _keep_column(answer)
        if inner is not answer:
            return True
        if not isinstance(inner, cst.Name):
            return False
        values = [v for n, v in _assigned(self.script) if n == inner.value]
        return any(_keep_column(v) is not v for v in values if self.is_model_output(v))

    def is_reading(self, node: cst.BaseExpression) -> bool:
        """Whether it rounds an answer, or compares it with a number."""
        what = read(node)
        return what is not None and self.is_model_output(what)

    def names_of_answers(self) -> list[cst.BaseExpression]:
        """Answers that get one of the names."""
        return [
            value
            for name, value in _assigned(self.script)
            if name in self.names and self.is_model_output(value)
        ]

    def readings(self) -> list[cst.BaseExpression]:
        """The outermost ones."""
        nodes = m.findall(self.script.module, m.Call() | m.Comparison())
        found = [
            node
            for node in nodes
            if isinstance(node, cst.BaseExpression)
            and self.is_reading(node)
            and not self._is_read_before(node)
        ]
        return [
            node
            for node in found
            if not any(outer in found for outer in self.script.around(node))
        ]

    def _is_read_before(self, reading: cst.BaseExpression) -> bool:
        """Whether its name holds classes by then: it was given a reading itself."""
        name = _keep_column(read(reading) or reading)
        if not isinstance(name, cst.Name):
            return False
        assigned = [v for n, v in _assigned(self.script) if n == name.value]
        turned = [v for v in assigned if self.is_reading(v)]
        nodes = [reading, *self.script.around(reading)]
        return bool(turned) and not any(node in turned for node in nodes)
