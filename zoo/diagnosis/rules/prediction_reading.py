"""Predictions of one column, read by the script as if they were something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ..problem.context import RuleContext
from ..record.arrays import arrays

_LAST = (1, -1)


def describe_reading(context: RuleContext) -> tuple[str, str, int] | None:
    """Say how predictions of one column are misread, and what to write.

    Parameters
    ----------
    context : RuleContext
        Its recording has the source that ran, and the script's arrays.

    Returns
    -------
    tuple of sentence, advice and line, or None
    """
    shape = getattr(context.fit.model, "output_shape", (None, 1))
    if context.head is None or context.head.layer_width != 1 or len(shape) != 2:
        return None
    try:
        tree = ast.parse(context.recording.source)
    except SyntaxError:
        return None
    predicted = _Predicted(tree, context)
    by_shape = set(_shape_dependent_code(tree))
    for node in ast.walk(tree):
        if node in by_shape:
            continue
        if predicted.is_largest(node):
            return _largest(node)
        if (name := predicted.find_paired_targets(node)) is not None:
            return _paired(node, name)
    return None


def _shape_dependent_code(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what runs for some shapes only, as of predictions of several columns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp):
            asked = {getattr(part, "attr", "") for part in ast.walk(node.test)}
            if asked & {"shape", "ndim", "output_shape"}:
                yield from ast.walk(node)


def _largest(node: Any) -> tuple[str, str, int]:
    return (
        f"Line {node.lineno} takes the place of the largest output of each row, but "
        "there is one output per row: it is class 0 for every row, whatever the "
        "network predicts.",
        "Compare the output with its threshold: (model.predict(x) > 0.5).astype(int).",
        node.lineno,
    )


def _paired(node: Any, name: str) -> tuple[str, str, int]:
    return (
        f"Line {node.lineno} compares predictions of shape (n, 1) with {name!r} of "
        "shape (n,): each prediction meets the targets of all rows, and what is "
        "computed of that says nothing of the network.",
        "Bring both to one shape: model.predict(x).ravel().",
        node.lineno,
    )


class _Predicted:
    """Expressions of a script that are what its network predicts.

    Parameters
    ----------
    tree : ast.Module
    context : RuleContext
    """

    def __init__(self, tree: ast.Module, context: RuleContext) -> None:
        self._known = vars(context.recording.module) if context.recording.module else {}
        self._model = context.fit.model
        self._flat = {n for n, v in arrays(context.recording) if v.ndim == 1}
        self._length = {n: len(v) for n, v in arrays(context.recording) if v.ndim}
        self._names = set(self._assigned(tree))

    def _assigned(self, tree: ast.Module) -> Iterator[str]:
        """Names that are given predictions, and nothing else."""
        given: dict[str, list[bool]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                targets = (
                    node.targets if isinstance(node, ast.Assign) else [node.target]
                )
                for target in targets:
                    if isinstance(target, ast.Name):
                        is_call = isinstance(
                            node, ast.Assign
                        ) and self._is_predict_call(node.value)
                        given.setdefault(target.id, []).append(is_call)
        yield from (name for name, every in given.items() if all(every))

    def _is_predict_call(self, node: ast.AST) -> bool:
        """Whether an expression is a call of ``predict`` of the network."""
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "predict"
            and isinstance(node.func.value, ast.Name)
            and self._known.get(node.func.value.id) is self._model
        )

    def _is_predicted(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, ast.Compare):  # as with a threshold
            constant = isinstance(node.comparators[0], ast.Constant)
            return constant and self._is_predicted(node.left)
        return self._is_predict_call(node)

    def is_largest(self, node: ast.AST) -> bool:
        """Whether it is ``argmax`` over the last axis of predictions."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return False
        if node.func.attr != "argmax":
            return False
        method = self._is_predicted(node.func.value)
        given = node.args if method else node.args[1:]
        if not method and not (node.args and self._is_predicted(node.args[0])):
            return False
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        axis = given[0] if given else named.get("axis")
        return axis is not None and _number(axis) in _LAST

    def find_paired_targets(self, node: ast.AST) -> str | None:
        """Return the name of targets without a column that predictions are held by."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            pair = node.left, node.right
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            pair = node.left, node.comparators[0]
        else:
            return None
        for one, other in (pair, pair[::-1]):
            is_flat = isinstance(other, ast.Name) and other.id in self._flat
            if self._is_predicted(one) and isinstance(other, ast.Name) and is_flat:
                return other.id if self._length[other.id] > 1 else None
        return None


def _number(node: ast.AST) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
