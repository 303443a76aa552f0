"""Which names a script binds, and on which lines."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OWN_SCOPE = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Binding:
    """A name that gets a value; ``statement`` is the node that gives it."""

    name: str
    line: int
    statement: ast.AST


class Names:
    """The names of a script, by scope."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._parents = {c: p for p in ast.walk(tree) for c in ast.iter_child_nodes(p)}

    def scope(self, line: int) -> Scope:
        """The innermost function around a line, or the module."""
        around = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, _FUNCTIONS)
            and node.body[0].lineno <= line <= (node.end_lineno or 0)
        ]
        return max(around, key=lambda node: node.lineno, default=self.tree)

    def bound(self, name: str, scope: Scope) -> list[Binding]:
        """Where a scope itself binds a name; arguments have the line of its head."""
        return [b for b in bindings(scope) if b.name == name]

    def is_bound(self, name: str, scope: Scope, line: int) -> bool:
        """Whether a name has a value in a scope before a line."""
        own = self.bound(name, scope)
        if own:
            return any(b.line < line for b in own)
        if scope is not self.tree:  # a function is called when the script is read
            return self._bound_outside(name, scope)
        return hasattr(builtins, name) or self._starred()

    def _bound_outside(self, name: str, scope: Scope) -> bool:
        above = self.scope(scope.lineno) if isinstance(scope, _FUNCTIONS) else scope
        if above is scope:
            return False
        last = 1 + max((b.line for b in bindings(above)), default=0)
        return self.is_bound(name, above, last)

    def changed(self, names: set[str], scope: Scope, first: int, last: int) -> bool:
        """Whether a scope gives one of the names a value between two lines.

        Values put into an array count as well.
        """
        found = [*bindings(scope), *_filled(scope)]
        return any(b.name in names and first < b.line < last for b in found)

    def last_given(self, names: set[str]) -> int:
        """The last line of the module that gives one of the names a value; 0 for none.

        Values put into an array count as well.
        """
        found = [*bindings(self.tree), *_filled(self.tree)]
        return max((b.line for b in found if b.name in names), default=0)

    def loop_start(self, line: int, scope: Scope) -> int:
        """The line of the innermost loop of a scope around a line; 0 for none."""
        loops = (
            node.lineno
            for node in _inside(scope)
            if isinstance(node, ast.For | ast.While | ast.AsyncFor)
            and node.lineno < line <= (node.end_lineno or 0)
        )
        return max(loops, default=0)

    def uses(self, name: str) -> Iterator[tuple[ast.Name, ast.AST]]:
        """Every place that reads a name, with the node around it."""
        for node, parent in self._parents.items():
            if isinstance(node, ast.Name) and _is_read(node, name):
                yield node, parent

    def parent(self, node: ast.AST) -> ast.AST:
        return self._parents[node]

    def all_names(self) -> set[str]:
        """Every name there is in the script, so that new ones can be others."""
        found = {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name)}
        return found | {b.name for s in self.scopes() for b in bindings(s)}

    def aliases(self, name: str) -> set[str]:
        """What the script calls a name it imports as something else."""
        return {
            alias.asname
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.name == name and alias.asname
        }

    def scopes(self) -> list[Scope]:
        """The module and all its functions."""
        return [s for s in ast.walk(self.tree) if isinstance(s, Scope)]

    def _starred(self) -> bool:
        imports = [n for n in ast.walk(self.tree) if isinstance(n, ast.ImportFrom)]
        return any(alias.name == "*" for n in imports for alias in n.names)


def bindings(scope: Scope) -> list[Binding]:
    """All names that a scope binds itself, not the functions within it."""
    found = [b for node in _inside(scope) for b in _bound_by(node)]
    if isinstance(scope, _FUNCTIONS):
        arguments = (n for n in ast.walk(scope.args) if isinstance(n, ast.arg))
        found += [Binding(a.arg, scope.lineno, a) for a in arguments]
    return found


def assigned_names(code: str) -> set[str]:
    """The names that statements give a value by ``=``."""
    parts = (p for p in ast.parse(code).body if isinstance(p, ast.Assign))
    return {t.id for p in parts for t in p.targets if isinstance(t, ast.Name)}


def free_names(code: str) -> set[str]:
    """The names that an expression or statement takes from around it."""
    tree = ast.parse(code)
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    own = {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    return {n.id for n in names} - own


def _is_read(node: ast.Name, name: str) -> bool:
    return node.id == name and isinstance(node.ctx, ast.Load)


def _inside(scope: Scope) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the functions and classes in it."""
    waiting: list[ast.AST] = list(scope.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_OWN_SCOPE, *_COMPREHENSIONS)):
            waiting.extend(ast.iter_child_nodes(node))


def _bound_by(node: ast.AST) -> Iterator[Binding]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield Binding(node.id, node.lineno, node)
    elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield Binding(node.name, node.lineno, node)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            yield Binding(name, node.lineno, node)
    elif (
        isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name
    ):
        yield Binding(node.name, node.lineno, node)


def _filled(scope: Scope) -> Iterator[Binding]:
    """Assignments to parts: ``x[i] = ...`` and ``x.a = ...``."""
    for node in _inside(scope):
        part = isinstance(node, ast.Subscript | ast.Attribute)
        if not part or isinstance(node.ctx, ast.Load):
            continue
        root: ast.AST = node
        while isinstance(root, ast.Subscript | ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name):
            yield Binding(root.id, node.lineno, node)
