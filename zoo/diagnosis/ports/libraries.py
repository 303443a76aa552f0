"""Calls of NumPy, pandas and scikit-learn that are gone."""

from __future__ import annotations

import ast

from .arguments import calls, given
from .imported_names import ImportedNames
from .source_edits import SourceEdits


def port_libraries(edits: SourceEdits, names: ImportedNames) -> None:
    """Replace calls, arguments and attributes that these libraries removed."""
    for call in calls(edits.tree):
        full = names.full(call.func)
        if full == "numpy.asscalar":
            _port_scalar(edits, call)
        elif full == "pandas.read_csv":
            _port_read_csv(edits, call)
        elif full == "sklearn.preprocessing.OneHotEncoder":
            _port_encoder(edits, call)
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "as_matrix":
            _port_as_matrix(edits, call, call.func)
    for node in ast.walk(edits.tree):
        if isinstance(node, ast.Assign):
            _port_append(edits, node)
        elif isinstance(node, ast.Subscript):
            _port_ix(edits, node)


def _port_scalar(edits: SourceEdits, call: ast.Call) -> None:
    if len(call.args) == 1:
        inside = edits.text(call.args[0])
        edits.replace(edits.start(call), edits.end(call), f"({inside}).item()")
        edits.say(call, "`numpy.asscalar(a)` is now `a.item()`")


def _port_read_csv(edits: SourceEdits, call: ast.Call) -> None:
    new = {
        "error_bad_lines": 'on_bad_lines="skip"',
        "delim_whitespace": r'sep=r"\s+"',
    }
    for word in call.keywords:
        if word.arg in new:
            edits.replace(edits.start(word), edits.end(word), new[word.arg])
            edits.say(word, f"`{word.arg}=` is now `{new[word.arg]}`")
        elif word.arg == "warn_bad_lines":
            edits.remove(call, word)
            edits.say(word, "`warn_bad_lines=` is gone, and left out")


def _port_encoder(edits: SourceEdits, call: ast.Call) -> None:
    if (sparse := given(call, "sparse")) is not None:
        edits.rename(sparse, "sparse_output")
        edits.say(sparse, "`sparse=` is now `sparse_output=`")


def _port_as_matrix(
    edits: SourceEdits, call: ast.Call, function: ast.Attribute
) -> None:
    if not call.args and not call.keywords:
        edits.replace(edits.end(function.value), edits.end(call), ".to_numpy()")
        edits.say(call, "`as_matrix()` is now `to_numpy()`")


def _port_append(edits: SourceEdits, node: ast.Assign) -> None:
    """Port ``a = a.append(b)``: of a list it would be None."""
    call, target = node.value, node.targets[0]
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return
    if call.func.attr != "append" or len(call.args) != 1:
        return
    owner = edits.text(call.func.value)
    if edits.text(target) != owner and not given(call, "ignore_index"):
        return
    added = call.args[0]
    rows = edits.text(added)
    if isinstance(added, ast.Dict):
        rows = f"_pandas.DataFrame([{rows}])"
    edits.need("import pandas as _pandas")
    words = "".join(f", {edits.text(word)}" for word in call.keywords)
    text = f"_pandas.concat([{owner}, {rows}]{words})"
    edits.replace(edits.start(call), edits.end(call), text)
    edits.say(call, "`a.append(b)` of pandas is now `pandas.concat([a, b])`")


def _port_ix(edits: SourceEdits, node: ast.Subscript) -> None:
    owner = node.value
    if not isinstance(owner, ast.Attribute) or owner.attr != "ix":
        return
    new = "loc" if any(_is_label(part) for part in ast.walk(node.slice)) else "iloc"
    edits.replace(edits.end(owner) - len("ix"), edits.end(owner), new)
    edits.say(node, f"`ix` of pandas is now `{new}`")


def _is_label(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
