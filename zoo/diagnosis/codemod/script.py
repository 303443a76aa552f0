"""Places of the calls in a script's source, and the changes to make to them."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import libcst as cst
from libcst import matchers as m
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

from ..record.recording import Place

TRAINING = frozenset({"fit", "train_on_batch"})
COMPILING = frozenset({"compile"})

_T = TypeVar("_T")


class NoSafePlace(Exception):
    """An edit has no safe place in the source."""


def single(found: Sequence[_T]) -> _T:
    """The one thing that was found."""
    if len(found) != 1:
        raise NoSafePlace(f"{len(found)} places where there should be one")
    return found[0]


class Script:
    """The source of a script, with lines, parents and names of its nodes."""

    def __init__(self, source: str, file: str) -> None:
        wrapper = MetadataWrapper(cst.parse_module(source))
        self.file = file
        self.module = wrapper.module
        self.names = Names(ast.parse(source))
        self._spans = wrapper.resolve(PositionProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)
        self._calls = [
            n for n in m.findall(self.module, m.Call()) if isinstance(n, cst.Call)
        ]

    def line(self, node: cst.CSTNode) -> int:
        return self._spans[node].start.line

    def end(self, node: cst.CSTNode) -> int:
        return self._spans[node].end.line

    def parent(self, node: cst.CSTNode) -> cst.CSTNode:
        return self._parents[node]

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes that hold this one, the nearest first."""
        while node is not self.module:
            node = self.parent(node)
            yield node

    def code(self, node: cst.CSTNode) -> str:
        return self.module.code_for_node(node)

    def covers(self, node: cst.CSTNode, line: int) -> bool:
        return self.line(node) <= line <= self.end(node)

    def statement(self, node: cst.CSTNode) -> cst.SimpleStatementLine:
        """The simple statement around a node, which must be alone on its line."""
        while not isinstance(node, cst.BaseStatement | cst.BaseSuite | cst.Module):
            node = self.parent(node)
        if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
            raise NoSafePlace("no statement of its own")
        return node

    def statement_at(self, line: int) -> cst.SimpleStatementLine:
        """The simple statement on a line, which must be alone there."""
        lines = m.findall(self.module, m.SimpleStatementLine())
        return self.statement(single([n for n in lines if self.covers(n, line)]))

    def method_call(self, place: Place, methods: frozenset[str]) -> cst.Call:
        """The call of one of these methods at a place."""
        line = self.line_in(place)
        named = [c for c in self._calls if method(c) in methods]
        found = [c for c in named if self.covers(c, line)]
        found = found or [c for c in named if self._line_covers(c, line)]
        if len(found) > 1:  # a scaler and a model may both be fitted there
            partners = self._receivers((TRAINING | COMPILING) - methods)
            found = [c for c in found if self._receiver(c) in partners]
        return single(found)

    def layer_calls(self, place: Place, kind: str) -> list[cst.Call]:
        """The constructors of a layer class at a place, as Python calls them."""
        line = self.line_in(place)
        called = {kind, *self.names.aliases(kind)}
        found = [c for c in self._calls if called_name(c) in called]
        found = [c for c in found if self.covers(c, line)]
        found = [c for c in found if self.line(c) == line] or found
        # of two calls, one in the arguments of the other, the inner one ends first
        return sorted(found, key=lambda c: self._end_key(c))

    def line_in(self, place: Place) -> int:
        if place.file != self.file:
            raise NoSafePlace("in another file")
        return place.line

    def _end_key(self, call: cst.Call) -> tuple[int, int]:
        end = self._spans[call].end
        return end.line, end.column

    def _line_covers(self, call: cst.Call, line: int) -> bool:
        node: cst.CSTNode = call
        while not isinstance(node, cst.BaseStatement | cst.Module):
            node = self.parent(node)
        return isinstance(node, cst.SimpleStatementLine) and self.covers(node, line)

    def _receiver(self, call: cst.Call) -> str:
        return self.code(cst.ensure_type(call.func, cst.Attribute).value)

    def _receivers(self, methods: Iterable[str]) -> set[str]:
        return {self._receiver(c) for c in self._calls if method(c) in methods}


def method(call: cst.Call) -> str:
    """The name after the last dot of what is called, "" for a plain name."""
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def called_name(call: cst.Call) -> str:
    """The last name of what is called: ``layers.Dense`` and ``Dense`` alike."""
    return call.func.value if isinstance(call.func, cst.Name) else method(call)


class Changes(cst.CSTTransformer):
    """Changes to the nodes of a script, done in one pass.

    Changes of one node are done in the order they were asked for, so edits of the same
    call join.
    """

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script
        self._changes: dict[cst.CSTNode, list[Callable[[Any], Any]]] = defaultdict(list)
        self._around: dict[cst.CSTNode, list[Callable[[Any], Any]]] = defaultdict(list)
        self._before: dict[cst.CSTNode, list[cst.CSTNode]] = defaultdict(list)
        self._after: dict[cst.CSTNode, list[cst.CSTNode]] = defaultdict(list)
        self.used: set[str] = set()
        self.lines: list[int] = []

    def change(self, node: cst.CSTNode, function: Callable[[Any], Any]) -> None:
        self.lines.append(self._script.line(node))
        self._changes[node].append(function)

    def around(self, node: cst.CSTNode, function: Callable[[Any], Any]) -> None:
        """A change of the whole node, after those within it."""
        self.lines.append(self._script.line(node))
        self._around[node].append(function)

    def before(self, node: cst.CSTNode, *new: cst.CSTNode) -> None:
        self.lines.append(self._script.line(node))
        self._before[node].extend(new)

    def after(self, node: cst.CSTNode, *new: cst.CSTNode) -> None:
        self.lines.append(self._script.line(node))
        self._after[node].extend(new)

    def current(self, node: _T) -> _T:
        """The node with the changes asked for so far."""
        assert isinstance(node, cst.CSTNode)
        changed: Any = node
        for function in self._changes.get(node, ()):
            changed = function(changed)
        return changed

    def expression(self, code: str) -> cst.BaseExpression:
        """New code as a node; its names are noted, for the imports."""
        value = cst.parse_expression(code, self._script.module.config_for_parsing)
        self._note(value)
        loose = isinstance(value, cst.Tuple | cst.NamedExpr | cst.Yield)
        return parenthesised(value) if loose and not value.lpar else value

    def statements(self, code: str) -> list[cst.BaseStatement]:
        """New statements, one or more lines."""
        config = self._script.module.config_for_parsing
        parsed = cst.parse_module(code, config)
        self._note(parsed)
        return [s for s in parsed.body if isinstance(s, cst.BaseStatement)]

    def _note(self, node: cst.CSTNode) -> None:
        names = (n for n in m.findall(node, m.Name()) if isinstance(n, cst.Name))
        self.used.update(n.value for n in names)

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        within = self._changes.get(original_node, [])
        for function in [*within, *self._around.get(original_node, [])]:
            updated_node = function(updated_node)
        before = self._before.get(original_node, [])
        after = self._after.get(original_node, [])
        if not before and not after:
            return updated_node
        if before and isinstance(updated_node, cst.SimpleStatementLine):
            before, updated_node = _blank_lines_first(before, updated_node)
        return cst.FlattenSentinel([*before, updated_node, *after])


def parenthesised(value: cst.BaseExpression) -> cst.BaseExpression:
    """The expression in one more pair of parentheses."""
    lpar = [cst.LeftParen(), *value.lpar]
    return value.with_changes(lpar=lpar, rpar=[*value.rpar, cst.RightParen()])


def _blank_lines_first(
    before: list[cst.CSTNode], line: cst.SimpleStatementLine
) -> tuple[list[cst.CSTNode], cst.SimpleStatementLine]:
    """Blank lines above a statement go above what is put before it; comments stay."""
    lines = list(line.leading_lines)
    blank = 0
    while blank < len(lines) and lines[blank].comment is None:
        blank += 1
    first = before[0].with_changes(leading_lines=lines[:blank])
    return [first, *before[1:]], line.with_changes(leading_lines=lines[blank:])


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
    """The names of a script, by scope and line, in Python's own tree.

    LibCST's `ScopeProvider` leaves out names that ``match`` binds, names that ``del``
    takes away, and values put into an array; and which line gives a value would still
    be asked here.
    """

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
        """Find where a scope itself binds a name; arguments have its head's line."""
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
        """Return the other names under which the script imports a name."""
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


def free_variables(code: str) -> set[str]:
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
