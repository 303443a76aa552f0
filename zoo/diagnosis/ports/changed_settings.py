"""Settings that today's Keras reads otherwise than older ones: told, and left."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .arguments import calls, given
from .imported_names import ImportedNames, below_keras
from .source_edits import Port

_RATES = {
    "Adadelta": ("1.0", "0.001"),
    "Adagrad": ("0.01", "0.001"),
    "Adamax": ("0.002", "0.001"),
    "Nadam": ("0.002", "0.001"),
}
"""Optimizer -> learning rate that it had in Keras 2.2, and has in Keras 3.15, where a
script gives none."""


def changed_settings(source: str) -> list[Port]:
    """Return a sentence for each setting of an older script that means another now."""
    tree = ast.parse(source)
    names = ImportedNames(tree)
    return [port for call in calls(tree) for port in _told(call, names)]


def _told(call: ast.Call, names: ImportedNames) -> Iterator[Port]:
    part, _, kind = (below_keras(names.full(call.func)) or "").rpartition(".")
    if part == "optimizers":
        yield from _of_optimizer(call, kind)
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "compile":
        optimizer = given(call, "optimizer")
        value = optimizer.value if optimizer else (call.args or [None])[0]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield from _of_rate(call.lineno, value.value.capitalize())


def _of_optimizer(call: ast.Call, kind: str) -> Iterator[Port]:
    if (decay := given(call, "decay")) is not None:
        told = "`decay=` of an optimizer has no effect in Keras 3: give learning_rate="
        yield Port(decay.lineno, f"{told} a schedule, such as InverseTimeDecay")
    if not call.args and given(call, "learning_rate") is None:
        yield from _of_rate(call.lineno, kind)


def _of_rate(line: int, kind: str) -> Iterator[Port]:
    if kind in _RATES:
        old, new = _RATES[kind]
        told = f"the learning rate of `{kind}`, which is not given, was {old} in Keras"
        yield Port(line, f"{told} 2 and is {new} now")
