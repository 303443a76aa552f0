"""Texts and literals that meant something else: metrics' keys, files, lists of rows."""

from __future__ import annotations

import ast

from .arguments import calls, find_argument
from .imported_names import ImportedNames, below_keras
from .source_edits import SourceEdits

_KEYS = {"acc": "accuracy", "val_acc": "val_accuracy"}
_TEXTS = {"cosine_proximity": "cosine_similarity"}
_TRAINERS = ("fit", "evaluate", "predict", "train_on_batch", "predict_classes")
_OLD_WEIGHTS = (".hdf5", ".h5")


def port_values(edits: SourceEdits, names: ImportedNames) -> None:
    """Replace literals whose meaning has changed."""
    _port_keys(edits)
    _port_weights(edits, names)
    _port_lists(edits, names)
    _port_accuracy(edits)


def _texts(tree: ast.AST) -> list[tuple[ast.Constant, str]]:
    return [
        (node, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _replace_text(edits: SourceEdits, node: ast.Constant, text: str) -> None:
    edits.replace(edits.start(node), edits.end(node), repr(text))
    edits.say(node, f"`{node.value!r}` is now `{text!r}`")


def _port_keys(edits: SourceEdits) -> None:
    """Name the accuracy as ``compile`` does: Keras 2.2 called it ``acc`` always."""
    metrics = {
        text
        for call in calls(edits.tree)
        if (word := find_argument(call, "metrics")) is not None
        for _, text in _texts(word.value)
    }
    shown = any(find_argument(call, "show_accuracy") for call in calls(edits.tree))
    if "acc" in metrics or not ("accuracy" in metrics or shown):
        return
    for node in ast.walk(edits.tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            part = node.slice
        elif isinstance(node, ast.keyword) and node.arg == "monitor":
            part = node.value
        else:
            continue
        if isinstance(part, ast.Constant) and part.value in _KEYS:
            _replace_text(edits, part, _KEYS[str(part.value)])


def _port_weights(edits: SourceEdits, names: ImportedNames) -> None:
    """Give files of weights that the script writes a name that Keras 3 takes."""
    new: dict[str, str] = {}
    for call in calls(edits.tree):
        file = call.args[0] if call.args else None
        if not isinstance(file, ast.Constant) or not isinstance(file.value, str):
            continue
        stem, dot, ending = file.value.rpartition(".")
        if dot + ending not in _OLD_WEIGHTS or stem.endswith(".weights"):
            continue
        known = below_keras(names.full(call.func)) or ""
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        weights = find_argument(call, "save_weights_only")
        if method == "save_weights" or (known.endswith("Checkpoint") and weights):
            new[file.value] = f"{stem}.weights.h5"
        elif ending == "hdf5" and (known.endswith("Checkpoint") or method == "save"):
            new.setdefault(file.value, f"{stem}.keras")
    for node, text in _texts(edits.tree):
        if text in new:
            _replace_text(edits, node, new[text])


def _port_lists(edits: SourceEdits, names: ImportedNames) -> None:
    """Make arrays of lists of numbers, which Keras 3 no longer takes as rows."""
    lists = _lists_of_numbers(edits.tree)
    for call in calls(edits.tree):
        function = call.func
        if not isinstance(function, ast.Attribute) or function.attr not in _TRAINERS:
            continue
        if not _trains_network(edits, function.value):
            continue
        for argument in call.args[:2]:
            named = isinstance(argument, ast.Name) and argument.id in lists
            if named or _is_of_numbers(argument):
                edits.need("import numpy")
                edits.insert(edits.start(argument), "numpy.array(")
                edits.insert(edits.end(argument), ")")
                edits.say(call, "a list of rows is now an array, `numpy.array(...)`")


def _trains_network(edits: SourceEdits, owner: ast.expr) -> bool:
    compiled = (
        edits.text(call.func.value)
        for call in calls(edits.tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
    )
    return edits.text(owner) in compiled


def _lists_of_numbers(tree: ast.Module) -> set[str]:
    """Return names that are only ever lists of numbers, of whatever depth."""
    found: set[str] = set()
    others: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            kind = found if _is_of_numbers(node.value) else others
            kind.update(t.id for t in node.targets if isinstance(t, ast.Name))
    return found - others


def _is_of_numbers(node: ast.expr) -> bool:
    if isinstance(node, ast.ListComp):
        return _is_of_numbers(node.elt)
    if not isinstance(node, ast.List | ast.Tuple) or not node.elts:
        return False
    first = node.elts[0]
    if isinstance(first, ast.UnaryOp):
        first = first.operand
    number = isinstance(first, ast.Constant) and isinstance(first.value, int | float)
    return number or _is_of_numbers(first)


def _port_accuracy(edits: SourceEdits) -> None:
    """Measure the accuracy in ``compile``, where ``fit`` was asked to show it."""
    if not any(find_argument(call, "show_accuracy") for call in calls(edits.tree)):
        return
    for call in calls(edits.tree):
        compiles = isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
        if compiles and find_argument(call, "metrics") is None:
            edits.add_argument(call, 'metrics=["accuracy"]')


def port_texts(edits: SourceEdits) -> None:
    """Replace names of losses and metrics that are given as texts."""
    for call in calls(edits.tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "compile":
            for node, text in _texts(call):
                if text in _TEXTS:
                    _replace_text(edits, node, _TEXTS[text])
