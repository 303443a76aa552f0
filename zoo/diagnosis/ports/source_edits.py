"""Replacements in a source at nodes of its syntax tree; every line keeps its number."""

from __future__ import annotations

import ast
from dataclasses import dataclass

_Node = ast.expr | ast.stmt | ast.keyword | ast.alias


@dataclass(frozen=True)
class Port:
    """An old spelling that was replaced, in one sentence, and its line."""

    line: int
    what: str


class SourceEdits:
    """A source, its syntax tree, and what is to be replaced in it.

    Replaced text keeps its line breaks, so that lines of the result are lines of the
    file. Where two replacements overlap, the one that starts first is made.

    Parameters
    ----------
    source : str

    Raises
    ------
    SyntaxError
    """

    def __init__(self, source: str) -> None:
        self.source = source.replace("\r\n", "\n")
        self.tree = ast.parse(self.source)
        self.ports: list[Port] = []
        self._lines = self.source.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._changes: list[tuple[int, int, str]] = []
        self._imports: list[str] = []

    def start(self, node: _Node) -> int:
        """Return where a node starts, in letters from the source's start."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: _Node) -> int:
        """Return where a node ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        # the tree counts bytes
        text = self._lines[line - 1].encode("utf-8")[:column]
        return self._starts[line - 1] + len(text.decode("utf-8"))

    def text(self, node: _Node) -> str:
        """Return the source of a node."""
        return self.source[self.start(node) : self.end(node)]

    def replace(self, start: int, end: int, text: str) -> None:
        """Put a text in place of a part of the source."""
        breaks = self.source.count("\n", start, end) - text.count("\n")
        self._changes.append((start, end, text + "\n" * max(0, breaks)))

    def insert(self, at: int, text: str) -> None:
        """Put a text before a place."""
        self._changes.append((at, at, text))

    def rename(self, keyword: ast.keyword, name: str) -> None:
        """Give an argument of a call another name."""
        assert keyword.arg is not None
        start = self.start(keyword)
        self.replace(start, start + len(keyword.arg), name)

    def remove(self, call: ast.Call, node: ast.expr | ast.keyword) -> None:
        """Leave out an argument of a call, with the comma that parts it."""
        given = [*call.args, *call.keywords]
        number = given.index(node)
        if number + 1 < len(given):
            self.replace(self.start(node), self.start(given[number + 1]), "")
        elif number:
            self.replace(self.end(given[number - 1]), self.end(node), "")
        else:
            self.replace(self.start(node), self.end(node), "")

    def add_argument(self, call: ast.Call, text: str) -> None:
        """Put an argument behind the others of a call."""
        given = [*call.args, *call.keywords]
        if given:
            last = max(given, key=self.end)
            self.insert(self.end(last), f", {text}")
        else:
            self.insert(self.end(call) - 1, text)

    def need(self, statement: str) -> None:
        """Import something before the script's first statement."""
        if statement not in self._imports:
            self._imports.append(statement)

    def say(self, node: _Node, what: str) -> None:
        """Note what was replaced at a node."""
        self.ports.append(Port(node.lineno, what))

    def applied(self) -> str:
        """Return the source with all replacements."""
        self._write_imports()
        parts, done = [], 0
        for start, end, text in sorted(self._changes, key=lambda change: change[:2]):
            if start < done:
                continue
            parts += [self.source[done:start], text]
            done = end
        return "".join([*parts, self.source[done:]])

    def _write_imports(self) -> None:
        first = next((node for node in self.tree.body if not _is_head(node)), None)
        if self._imports and first is not None:
            text = "".join(f"{statement}; " for statement in self._imports)
            at = self._offset(first.lineno, 0)
            if isinstance(first, ast.Import | ast.ImportFrom | ast.Assign | ast.Expr):
                self._changes.insert(0, (at, at, text))


def _is_head(node: ast.stmt) -> bool:
    """Whether a statement must stay at the top: a docstring, a future import."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
