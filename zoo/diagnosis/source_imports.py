"""Imports that new code in a script needs."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst
from libcst import matchers as m

from .source_names import Binding, Names
from .source_places import Script, Unplaced

_NEEDED = {"keras": "import keras", "np": "import numpy as np"}
_MODULES = {"keras": ("keras", "tensorflow.keras"), "np": ("numpy",)}


def with_imports(
    script: Script, changed: cst.Module, used: set[str], lines: Sequence[int]
) -> cst.Module:
    """The changed module, with the imports of ``used`` names that it lacks.

    ``lines`` are those of the script that were changed.
    """
    first = min(lines, default=0)
    lacking = [n for n in _NEEDED if n in used and not _has(script.names, n, first)]
    if not lacking:
        return changed
    config = script.module.config_for_parsing
    new = [cst.parse_statement(_NEEDED[name] + "\n", config) for name in lacking]
    i = _behind_imports(script, first)
    body = list(changed.body)
    return changed.with_changes(body=[*body[:i], *new, *body[i:]])


def _has(names: Names, name: str, line: int) -> bool:
    """Whether a name means the module we need at a line; another meaning is refused."""
    found = [(s, b) for s in names.scopes() for b in names.bound(name, s)]
    if any(not _is_module(names, binding) for _, binding in found):
        raise Unplaced(f"{name} is another thing in the script")
    if any(s is not names.tree and b.line >= line for s, b in found):
        raise Unplaced(f"{name} is bound in a function, later")
    return any(s is names.tree and b.line < line for s, b in found)


def _is_module(names: Names, binding: Binding) -> bool:
    statement, allowed = binding.statement, _MODULES[binding.name]
    if isinstance(statement, ast.Import):
        return any(_imports(alias, binding.name) for alias in statement.names)
    if isinstance(statement, ast.ImportFrom):
        return any(
            f"{statement.module}.{alias.name}" in allowed
            for alias in statement.names
            if (alias.asname or alias.name) == binding.name
        )
    assigned = names.parent(statement)
    return isinstance(assigned, ast.Assign) and ast.unparse(assigned.value) in (
        "tf.keras",
        "tensorflow.keras",
    )


def _imports(alias: ast.alias, name: str) -> bool:
    """Whether one part of an ``import`` binds the name to the module we need."""
    if alias.asname is not None:
        return alias.asname == name and alias.name in _MODULES[name]
    return alias.name.partition(".")[0] == name


def _behind_imports(script: Script, line: int) -> int:
    """Where new imports go: behind the last import at the top level before a line."""
    i = 0
    for j, statement in enumerate(script.module.body):
        if script.line(statement) < line and _stays_first(statement, j):
            i = j + 1
    return i


def _stays_first(statement: cst.CSTNode, i: int) -> bool:
    imports = m.SimpleStatementLine(
        [m.ZeroOrMore(), m.Import() | m.ImportFrom(), m.ZeroOrMore()]
    )
    docstring = m.SimpleStatementLine([m.Expr(m.SimpleString())])
    return m.matches(statement, imports) or (i == 0 and m.matches(statement, docstring))
