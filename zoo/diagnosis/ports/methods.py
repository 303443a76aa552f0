"""Methods and functions that are gone, of libraries too, as calls of today's."""

from __future__ import annotations

import ast

from .arguments import DATA_FORMATS, calls, find_argument, port_value
from .imported_names import ImportedNames, below_keras
from .source_edits import SourceEdits

_MERGES = {
    "sum": "add",
    "concat": "concatenate",
    "mul": "multiply",
    "ave": "average",
    "max": "maximum",
}
_GENERATORS = {
    "fit_generator": "fit",
    "evaluate_generator": "evaluate",
    "predict_generator": "predict",
}
_SAMPLES = {
    "samples_per_epoch": "steps_per_epoch",
    "nb_val_samples": "validation_steps",
    "val_samples": "steps",
}
_DEFAULT_BATCH = "32"
"""Rows of a batch, as ``flow`` of ``ImageDataGenerator`` makes them unasked."""

# As Keras 2 did it.
_CLASSES = (
    "(lambda p: p.argmax(axis=-1) if p.shape[-1] > 1 else (p > 0.5).astype('int32'))"
)


def port_methods(edits: SourceEdits, names: ImportedNames) -> None:
    """Replace calls of methods and functions that are gone."""
    networks = _networks(edits, names)
    for call in calls(edits.tree):
        if isinstance(call.func, ast.Attribute):
            _port_prediction(edits, call, call.func, networks)
            _port_generator(edits, call, call.func)
            _port_reset(edits, call, call.func, networks)
        full = names.full(call.func)
        if full.endswith((".layers.merge", ".merge.merge")):
            _port_merge(edits, call)
        elif below_keras(full) == "backend.set_image_data_format" and call.args:
            port_value(edits, call.args[0], DATA_FORMATS)


def _networks(edits: SourceEdits, names: ImportedNames) -> set[str]:
    """Return expressions that are networks: compiled, or made by a class of Keras."""
    found = set()
    for node in ast.walk(edits.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "compile":
                found.add(edits.text(node.func.value))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = below_keras(names.full(node.value.func)) or ""
            if made.rpartition(".")[2] in ("Sequential", "Model", "load_model"):
                found.update(edits.text(target) for target in node.targets)
    return found


def _rename(edits: SourceEdits, function: ast.Attribute, name: str) -> None:
    end = edits.end(function)
    edits.replace(end - len(function.attr), end, name)


def _port_prediction(
    edits: SourceEdits, call: ast.Call, function: ast.Attribute, networks: set[str]
) -> None:
    if function.attr == "predict_classes":
        edits.insert(edits.start(call), f"{_CLASSES}(")
        _rename(edits, function, "predict")
        edits.insert(edits.end(call), ")")
        edits.say(call, "`predict_classes` is now `predict` and the largest output")
    elif function.attr == "predict_proba" and edits.text(function.value) in networks:
        _rename(edits, function, "predict")
        edits.say(call, "`predict_proba` is now `predict`")


def _port_reset(
    edits: SourceEdits, call: ast.Call, function: ast.Attribute, networks: set[str]
) -> None:
    owner = edits.text(function.value)
    if function.attr != "reset_states" or owner not in networks:
        return
    text = f"[a.reset_states() for a in {owner}.layers if hasattr(a, 'reset_states')]"
    edits.replace(edits.start(call), edits.end(call), text)
    edits.say(call, "`reset_states` of a model is now that of its layers")


def _port_generator(
    edits: SourceEdits, call: ast.Call, function: ast.Attribute
) -> None:
    name = _GENERATORS.get(function.attr)
    if name is None:
        return
    _rename(edits, function, name)
    edits.say(call, f"`{function.attr}` is now `{name}`")
    if (generator := find_argument(call, "generator")) is not None:
        edits.rename(generator, "x")
    for word in call.keywords:
        if word.arg in _SAMPLES:
            steps = f"max(1, ({edits.text(word.value)}) // {_batch(edits, call)})"
            new = f"{_SAMPLES[word.arg]}={steps}"
            edits.replace(edits.start(word), edits.end(word), new)
            edits.say(word, f"`{word.arg}=` is now `{_SAMPLES[word.arg]}=`, in batches")


def _batch(edits: SourceEdits, call: ast.Call) -> str:
    """Return the rows of a generator's batch, as far as the call shows them."""
    for inner in calls(call):
        if (
            inner is not call
            and (size := find_argument(inner, "batch_size")) is not None
        ):
            return edits.text(size.value)
    return _DEFAULT_BATCH


def _port_merge(edits: SourceEdits, call: ast.Call) -> None:
    mode = find_argument(call, "mode")
    value = mode.value if mode is not None else None
    how = value.value if isinstance(value, ast.Constant) else "sum"
    if how not in _MERGES or (mode is not None and value is None):
        return
    function = _MERGES[str(how)]
    edits.need("import keras")
    edits.replace(
        edits.start(call.func), edits.end(call.func), f"keras.layers.{function}"
    )
    if mode is not None:
        edits.remove(call, mode)
    if (axis := find_argument(call, "concat_axis")) is not None:
        edits.rename(axis, "axis")
    edits.say(call, f'`merge(mode="{how}")` is now `{function}`')


def port_first_shape(edits: SourceEdits, names: ImportedNames) -> None:
    """Write ``batch_input_shape=`` as an input of its own before the layer."""
    parents = {
        child: node
        for node in ast.walk(edits.tree)
        for child in ast.iter_child_nodes(node)
    }
    for call in calls(edits.tree):
        shape = find_argument(call, "batch_input_shape")
        known = below_keras(names.full(call.func)) or ""
        if shape is None or known.rpartition(".")[0] != "layers":
            continue
        where = _input_before(edits, call, parents)
        if where is None:
            continue
        at, before, behind = where
        edits.need("import keras")
        made = f"keras.Input(batch_shape={edits.text(shape.value)})"
        edits.insert(at, f"{before}{made}{behind}")
        edits.remove(call, shape)
        edits.say(shape, "`batch_input_shape=` is now `keras.Input(batch_shape=...)`")


def _input_before(
    edits: SourceEdits, call: ast.Call, parents: dict[ast.AST, ast.AST]
) -> tuple[int, str, str] | None:
    """Return where an input belongs, and what stands around it there."""
    around = parents[call]
    if isinstance(around, ast.Call) and parents.get(around) is not None:
        added, statement = around.func, parents[around]
        if isinstance(added, ast.Attribute) and isinstance(statement, ast.Expr):
            if added.attr == "add":
                owner = edits.text(added.value)
                return edits.start(statement), f"{owner}.add(", "); "
            return None
        # a wrapper such as Bidirectional holds the layer
        return _input_before(edits, around, parents)
    if isinstance(around, ast.List):
        return edits.start(call), "", ", "
    return None


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
    if (sparse := find_argument(call, "sparse")) is not None:
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
    if edits.text(target) != owner and not find_argument(call, "ignore_index"):
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
