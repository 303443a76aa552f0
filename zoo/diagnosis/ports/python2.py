"""Python 2 in one-line statements, which Python 3 does not read."""

from __future__ import annotations

import ast
import re

from .imported_names import ImportedNames
from .source_edits import Port, SourceEdits

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
