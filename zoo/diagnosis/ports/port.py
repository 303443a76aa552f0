"""A script of older Keras, TensorFlow, NumPy, pandas or scikit-learn, in today's words.

The script itself stays as it is: what runs is the ported source. Python 2 is read where
it is in one-line statements; settings that today's Keras reads otherwise are told, and
left.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .arguments import calls, find_argument, port_arguments
from .imported_names import ImportedNames, below_keras
from .imports import port_names
from .methods import port_first_shape, port_libraries, port_methods
from .source_edits import Port, SourceEdits
from .values import port_texts, port_values

_ROUNDS = 3
"""An old spelling may stand within what was replaced."""
_MOST_LINES = 5
"""Line numbers that a sentence lists."""


@dataclass(frozen=True)
class PortedScript:
    """The source that runs, and what was replaced in it; each line keeps its number."""

    source: str
    ports: tuple[Port, ...] = ()


def port_script(source: str) -> PortedScript:
    """Port a script; one that Python cannot read even so comes back as it is."""
    ported, ports = source, []
    if not _reads(source):
        ported, ports = port_python2(source)
        if not _reads(ported):
            return PortedScript(source)
    for _ in range(_ROUNDS):
        new, found = _ported(ported)
        if not found or not _reads(new):
            break
        ported, ports = new, [*ports, *found]
    if ports:  # else it is a script of today
        ports = [*ports, *changed_settings(ported)]
    return PortedScript(ported, tuple(sorted(ports, key=lambda port: port.line)))


def _ported(source: str) -> tuple[str, list[Port]]:
    edits = SourceEdits(source)
    names = ImportedNames(edits.tree)
    port_names(edits, names)
    port_first_shape(edits, names)
    port_methods(edits, names)
    port_arguments(edits, names)
    port_values(edits, names)
    port_texts(edits)
    port_libraries(edits, names)
    port_builtins(edits, names)
    return edits.applied(), edits.ports


def _reads(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def port_sentences(ports: Sequence[Port]) -> tuple[str, ...]:
    """A sentence for each spelling that was replaced, with its lines."""
    lines: dict[str, list[int]] = {}
    for port in ports:
        lines.setdefault(port.what, []).append(port.line)
    return tuple(
        f"{_format_lines(sorted(set(at)))}: {what}" for what, at in lines.items()
    )


def _format_lines(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_MOST_LINES]))
    more = f" and {len(lines) - _MOST_LINES} more" if len(lines) > _MOST_LINES else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}"


_PRINT = re.compile(
    r"^(\s*(?:[^#'\"\n]*:\s+)?)print\s+(?![=(.,)\]])(.+?)(\s*#[^'\"]*)?$"
)
_BARE_PRINT = re.compile(r"^(\s*)print\s*$")
_PRINT_TUPLE = re.compile(r"^(\s*)print\s+(\(.*)$")
_EXCEPT = re.compile(r"^(\s*except\s+[\w.() ,]+?),\s*(\w+)\s*:")
_NAMES = {"xrange": "range", "raw_input": "input", "unicode": "str"}


def port_python2(source: str) -> tuple[str, list[Port]]:
    """Return the source in Python 3, and what was replaced; few statements are known.

    For sources that Python 3 does not read: in others a line that looks alike may be
    part of a text.
    """
    lines, ports = source.split("\n"), []
    for number, line in enumerate(lines, start=1):
        new = _printed(line)
        if new != line:
            ports.append(Port(number, "the statement `print` is now a function"))
        lines[number - 1], old = _EXCEPT.sub(r"\1 as \2:", new), new
        if lines[number - 1] != old:
            ports.append(Port(number, "`except E, e` is now `except E as e`"))
    return "\n".join(lines), ports


def _printed(line: str) -> str:
    if found := _BARE_PRINT.match(line):
        return f"{found[1]}print()"
    if found := _PRINT_TUPLE.match(line):
        return f"{found[1]}print({found[2]})"
    found = _PRINT.match(line)
    if found is None:
        return line
    before, value, comment = found[1], found[2].rstrip(), found[3] or ""
    if value.endswith(","):
        value = f"{value[:-1]}, end=' '"
    return f"{before}print({value}){comment}"


def port_builtins(edits: SourceEdits, names: ImportedNames) -> None:
    """Replace functions of Python 2, where the script has none of that name."""
    made = {
        node.id
        for node in ast.walk(edits.tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for node in ast.walk(edits.tree):
        if not isinstance(node, ast.Name) or node.id in made | {*names.imported}:
            continue
        if (new := _NAMES.get(node.id)) is not None:
            edits.replace(edits.start(node), edits.end(node), new)
            edits.say(node, f"`{node.id}` is now `{new}`")


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
    return [port for call in calls(tree) for port in _changed_settings(call, names)]


def _changed_settings(call: ast.Call, names: ImportedNames) -> Iterator[Port]:
    part, _, kind = (below_keras(names.full(call.func)) or "").rpartition(".")
    if part == "optimizers":
        yield from _port_optimizer(call, kind)
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "compile":
        optimizer = find_argument(call, "optimizer")
        value = optimizer.value if optimizer else (call.args or [None])[0]
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield from _port_learning_rate(call.lineno, value.value.capitalize())


def _port_optimizer(call: ast.Call, kind: str) -> Iterator[Port]:
    if (decay := find_argument(call, "decay")) is not None:
        message = (
            "`decay=` of an optimizer has no effect in Keras 3: give learning_rate="
        )
        yield Port(decay.lineno, f"{message} a schedule, such as InverseTimeDecay")
    if not call.args and find_argument(call, "learning_rate") is None:
        yield from _port_learning_rate(call.lineno, kind)


def _port_learning_rate(line: int, kind: str) -> Iterator[Port]:
    if kind in _RATES:
        old, new = _RATES[kind]
        message = (
            f"the learning rate of `{kind}`, which is not given, was {old} in Keras"
        )
        yield Port(line, f"{message} 2 and is {new} now")
