"""Imports and dotted names of modules that have moved."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict

from .imported_names import ImportedNames, today
from .source_edits import SourceEdits


def port_names(edits: SourceEdits, names: ImportedNames) -> None:
    """Replace what is imported, or named with dots, under a name that is gone."""
    inner: set[ast.AST] = set()
    for node in ast.walk(edits.tree):
        if isinstance(node, ast.ImportFrom):
            _port_from(edits, names, node)
        elif isinstance(node, ast.Import):
            _port_import(edits, names, node)
        elif (
            isinstance(node, ast.Attribute)
            and node not in inner
            and _port_dotted(edits, names, node)
        ):
            # the whole of `a.b.c` is replaced at once
            inner.update(ast.walk(node))


def _port_from(edits: SourceEdits, names: ImportedNames, node: ast.ImportFrom) -> None:
    if node.level or not node.module or node.module == "__future__":
        return
    groups: dict[str, list[str]] = defaultdict(list)
    changed = []
    for alias in node.names:
        old = f"{node.module}.{alias.name}"
        new = _alias_name(names, node.module, alias)
        module, _, name = new.rpartition(".")
        if new != old:
            changed.append((old, new))
        known = alias.asname or (alias.name if name != alias.name else "")
        groups[module].append(f"{name} as {known}" if known else name)
    if not changed:
        return
    messages = [
        f"from {module} import {', '.join(groups[module])}" for module in groups
    ]
    edits.replace(edits.start(node), edits.end(node), "; ".join(messages))
    for old, new in changed:
        shown = (
            (old, new)
            if old.rpartition(".")[2] != new.rpartition(".")[2]
            else (old.rpartition(".")[0], new.rpartition(".")[0])
        )
        edits.say(node, f"`{shown[0]}` is now `{shown[1]}`")


def _alias_name(names: ImportedNames, module: str, alias: ast.alias) -> str:
    """Return today's full name of what is imported from a module."""
    if alias.name == "*":
        return f"{today(module)}.*"
    old = f"{module}.{alias.name}"
    used = names.used[alias.asname or alias.name]
    return _module_name(old, used)


def _module_name(old: str, used: set[str]) -> str:
    """Return today's name of a module, by what is used of it too.

    `keras.backend` is still there, with few of its functions; TensorFlow's has all.
    """
    new = today(old)
    if new == "keras.backend":
        owners = {today(f"{old}.{name}").rpartition(".")[0] for name in used}
        return "tensorflow.keras.backend" if owners - {new} else new
    if new == "builtins.float":
        return old
    return new


def _port_import(edits: SourceEdits, names: ImportedNames, node: ast.Import) -> None:
    told, changed = [], []
    for alias in node.names:
        used = names.used[alias.asname] if alias.asname else set()
        new = _module_name(alias.name, used)
        if new == alias.name:
            told.append(edits.text(alias))
            continue
        bound = alias.asname or ("" if "." in alias.name else alias.name)
        told.append(f"{new} as {bound}" if bound else new)
        changed.append((alias.name, new))
    if changed:
        edits.replace(edits.start(node), edits.end(node), f"import {', '.join(told)}")
    for old, new in changed:
        edits.say(node, f"`{old}` is now `{new}`")


def _port_dotted(edits: SourceEdits, names: ImportedNames, node: ast.Attribute) -> bool:
    """Port ``a.b.c``; return whether it was replaced."""
    old = names.full(node)
    new = today(old) if old else old
    root = names.root(node)
    if new == old or _root_moves(names, root, old, new):
        return False
    if old.startswith("tensorflow.") and _has_graph(names):
        return False
    edits.replace(edits.start(node), edits.end(node), _written(edits, names, root, new))
    edits.say(node, f"`{edits.text(node)}` is now `{new.removeprefix('builtins.')}`")
    return True


def _has_graph(names: ImportedNames) -> bool:
    """Whether the script computes in a graph of TensorFlow 1, which nothing ports."""
    return any("placeholder" in used for used in names.used.values())


def _root_moves(names: ImportedNames, root: str, old: str, new: str) -> bool:
    """Whether the import that the name starts with is ported, and this with it."""
    module = names.imported.get(root, "")
    moved = _module_name(module, names.used[root]) if module else ""
    rest = old[len(module) :]
    return moved != module and f"{moved}{rest}" == new


def _written(edits: SourceEdits, names: ImportedNames, root: str, new: str) -> str:
    """Return today's name as the script can write it, with an import where needed."""
    module, _, name = new.rpartition(".")
    if module == "builtins" and hasattr(builtins, name):
        return name
    base = names.imported.get(root, "")
    if base and new.startswith(f"{base}."):
        return f"{root}{new[len(base) :]}"
    if new.startswith("datetime."):  # its class may have this name in the script
        edits.need("import datetime as _datetime")
        return f"_{new}"
    edits.need(f"import {'tensorflow' if new.startswith('tensorflow.') else module}")
    return new
