"""Answers that a script rounds, read as the likeliest of several classes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import libcst as cst
from libcst import matchers as m

from .source_places import Changes, Script, called_name, method

FLAT = frozenset({"ravel", "flatten", "squeeze", "numpy", "reshape"})
"""What makes a row of one column, as a method or a function."""
ROUNDS = frozenset({"round", "rint", "around"})
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
    for value in answers.held():
        changes.change(value, one_column)
    for reading in answers.readings():

        def likeliest(node: cst.BaseExpression) -> cst.BaseExpression:
            given = read(node) or node
            column = "" if answers.is_flat(given) else ", keepdims=True"
            code = script.code(one_column(given))
            return changes.expression(f"np.argmax({code}, axis=1{column})")

        changes.change(reading, likeliest)


def one_column(node: cst.BaseExpression) -> cst.BaseExpression:
    """The expression without what makes its one column flat."""
    while True:
        if m.matches(node, _FIRST_COLUMN):
            node = cst.ensure_type(node, cst.Subscript).value
        elif isinstance(node, cst.Call) and called_name(node) in FLAT:
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
    """What is rounded, or compared with a number, by an expression; None if nothing."""
    if m.matches(node, _ABOVE):
        return cst.ensure_type(node, cst.Comparison).left
    if not isinstance(node, cst.Call):
        return None
    if called_name(node) in ROUNDS:
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
        told = [known.is_answer(v) or known.is_reading(v) for v in every]
        if all(told) and any(direct.is_answer(v) for v in every):
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

    def is_answer(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is what the model says, or that made flat."""
        node = one_column(node)
        if isinstance(node, cst.Name):
            return node.value in self.names
        if not isinstance(node, cst.Call):
            return False
        asked = self.script.code(node.func)
        return asked in (self.model, f"{self.model}.predict")

    def is_flat(self, answer: cst.BaseExpression) -> bool:
        """Whether an answer has lost its column, where it stands or with its name."""
        inner = one_column(answer)
        if inner is not answer:
            return True
        if not isinstance(inner, cst.Name):
            return False
        values = [v for n, v in _assigned(self.script) if n == inner.value]
        return any(one_column(v) is not v for v in values if self.is_answer(v))

    def is_reading(self, node: cst.BaseExpression) -> bool:
        """Whether it rounds an answer, or compares it with a number."""
        what = read(node)
        return what is not None and self.is_answer(what)

    def held(self) -> list[cst.BaseExpression]:
        """Answers that get one of the names."""
        return [
            value
            for name, value in _assigned(self.script)
            if name in self.names and self.is_answer(value)
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
        name = one_column(read(reading) or reading)
        if not isinstance(name, cst.Name):
            return False
        assigned = [v for n, v in _assigned(self.script) if n == name.value]
        turned = [v for v in assigned if self.is_reading(v)]
        nodes = [reading, *self.script.around(reading)]
        return bool(turned) and not any(node in turned for node in nodes)
