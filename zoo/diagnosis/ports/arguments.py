"""Arguments of layers, optimizers and trainings that have another name now."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .imported_names import ImportedNames, below_keras
from .source_edits import SourceEdits

# Of all layers. Tried with Keras 3.15, as the others.
_LAYER = {
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "inner_activation": "recurrent_activation",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "pool_length": "pool_size",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "p": "rate",
    "sigma": "stddev",
    "atrous_rate": "dilation_rate",
    "dims": "target_shape",
    "length": "size",
    "output_dim": "units",
}
_EMBEDDING = {
    "init": "embeddings_initializer",
    "W_regularizer": "embeddings_regularizer",
    "W_constraint": "embeddings_constraint",
    "output_dim": "output_dim",
}
_LAYER_GONE = {
    "consume_less",
    "truncate_gradient",
    "forget_bias_init",
    "implementation",
}
_OPTIMIZER = {"lr": "learning_rate"}
_OPTIMIZER_GONE = {"schedule_decay"}
_MODEL = {"input": "inputs", "output": "outputs"}
_TRAINING = {"nb_epoch": "epochs"}
_TRAINING_GONE = {
    "show_accuracy",
    "max_q_size",
    "max_queue_size",
    "nb_worker",
    "workers",
    "use_multiprocessing",
    "pickle_safe",
}
_COMPILE_GONE = {"class_mode", "theano_mode", "sample_weight_mode"}
_CHECKPOINT_GONE = {"period"}
_TRAINERS = {
    "fit",
    "evaluate",
    "predict",
    "fit_generator",
    "evaluate_generator",
    "predict_generator",
    "predict_classes",
    "predict_proba",
}
_RECURRENT = {"LSTM", "GRU", "SimpleRNN"}
DATA_FORMATS = {"th": "channels_first", "tf": "channels_last"}


def port_arguments(edits: SourceEdits, names: ImportedNames) -> None:
    """Rename or leave out arguments that are gone."""
    for call in calls(edits.tree):
        known = below_keras(names.full(call.func)) or ""
        part, _, kind = known.rpartition(".")
        if part == "layers" or kind == "Input":
            _port_layer(edits, call, kind, names.full(call.func))
        elif part == "optimizers":
            _change(edits, call, _OPTIMIZER, _OPTIMIZER_GONE)
        elif kind == "Model":
            _change(edits, call, _MODEL, set())
        elif kind == "ModelCheckpoint":
            _change(edits, call, {}, _CHECKPOINT_GONE)
        elif isinstance(call.func, ast.Attribute):
            _port_method(edits, call, call.func.attr)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Return all calls."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def find_argument(call: ast.Call, name: str) -> ast.keyword | None:
    """Return the argument of a name, None where there is none."""
    return next((word for word in call.keywords if word.arg == name), None)


def _change(
    edits: SourceEdits, call: ast.Call, renamed: dict[str, str], gone: set[str]
) -> None:
    for word in call.keywords:
        if word.arg in renamed and renamed[word.arg] != word.arg:
            edits.rename(word, renamed[word.arg])
            edits.say(word, f"`{word.arg}=` is now `{renamed[word.arg]}=`")
        elif word.arg in gone:
            edits.remove(call, word)
            edits.say(word, f"`{word.arg}=` is gone, and left out")


def _port_layer(edits: SourceEdits, call: ast.Call, kind: str, full: str) -> None:
    renamed = _LAYER | (_EMBEDDING if kind == "Embedding" else {})
    gone = _LAYER_GONE | ({"mode"} if kind == "BatchNormalization" else set())
    if kind == "Input":
        renamed = {"batch_input_shape": "batch_shape"}
    _join_sizes(edits, call, full)
    _port_input(edits, call, kind)
    _change(edits, call, renamed, gone)
    if (word := find_argument(call, "dim_ordering")) is not None:
        port_value(edits, word.value, DATA_FORMATS)


def port_value(edits: SourceEdits, value: ast.expr, values: dict[str, str]) -> None:
    """Replace a literal by what it is called now."""
    if isinstance(value, ast.Constant) and value.value in values:
        edits.replace(edits.start(value), edits.end(value), f'"{values[value.value]}"')


def _join_sizes(edits: SourceEdits, call: ast.Call, full: str) -> None:
    """Write ``Convolution2D(32, 3, 3)`` and ``nb_row=3, nb_col=3`` as one size."""
    row, column = find_argument(call, "nb_row"), find_argument(call, "nb_col")
    if row is not None and column is not None:
        size = f"({edits.text(row.value)}, {edits.text(column.value)})"
        edits.replace(edits.start(row), edits.end(row), f"kernel_size={size}")
        edits.remove(call, column)
        edits.say(row, "`nb_row=` and `nb_col=` are now `kernel_size=`")
        return
    if not full.endswith(("2D", "3D")) or "Conv" not in full.rpartition(".")[2]:
        return
    axes = 2 if full.endswith("2D") else 3
    sizes = call.args[1 : 1 + axes]
    # Keras 2 has strides in the third place
    old = any(
        find_argument(call, name) for name in ("border_mode", "subsample", "init")
    )
    new = any(find_argument(call, name) for name in ("padding", "strides"))
    if len(sizes) < axes or new or not (old or "Convolution" in full):
        return
    if any(isinstance(size, ast.Tuple | ast.List) for size in sizes):
        return
    edits.insert(edits.start(sizes[0]), "(")
    edits.insert(edits.end(sizes[-1]), ")")
    name = full.rpartition(".")[2]
    edits.say(call, f"the sizes of `{name}` are now one argument, a tuple")


def _port_input(edits: SourceEdits, call: ast.Call, kind: str) -> None:
    """Give the shape of a first layer as today's Keras takes it."""
    length, width = (
        find_argument(call, "input_length"),
        find_argument(call, "input_dim"),
    )
    if length is not None and kind != "Embedding":
        if width is None:
            return
        shape = f"({edits.text(length.value)}, {edits.text(width.value)})"
        edits.replace(edits.start(width), edits.end(width), f"input_shape={shape}")
        edits.remove(call, length)
        edits.say(length, "`input_length=` and `input_dim=` are now `input_shape=`")
    elif width is not None and kind in _RECURRENT:
        shape = f"(None, {edits.text(width.value)})"
        edits.replace(edits.start(width), edits.end(width), f"input_shape={shape}")
        edits.say(width, "`input_dim=` of a recurrent layer is now `input_shape=`")


def _port_method(edits: SourceEdits, call: ast.Call, method: str) -> None:
    if method == "compile":
        _change(edits, call, {}, _COMPILE_GONE)
        _name_metrics(edits, call)
    elif method in _TRAINERS and _is_network_call(call):
        _change(edits, call, _TRAINING, _TRAINING_GONE)


def _name_metrics(edits: SourceEdits, call: ast.Call) -> None:
    """Name what Keras 2 had in the third and fourth place of ``compile``.

    Keras 3 has weights of losses in the third, which no text is among.
    """
    places = call.args[2:4]
    metrics = places[0] if places else None
    if not isinstance(metrics, ast.List | ast.Tuple) or len(call.args) > 4:
        return
    texts = [isinstance(getattr(one, "value", None), str) for one in metrics.elts]
    if not any(texts) or find_argument(call, "metrics") is not None:
        return
    for place, name in zip(places, ("metrics", "loss_weights"), strict=False):
        edits.insert(edits.start(place), f"{name}=")
    edits.say(metrics, "the third argument of `compile` is now `metrics=`")


def _is_network_call(call: ast.Call) -> bool:
    """Whether the arguments are those of a network, not of some other model."""
    other = {
        "show_accuracy",
        "nb_epoch",
        "epochs",
        "batch_size",
        "verbose",
        "steps",
        "steps_per_epoch",
        "samples_per_epoch",
        "validation_data",
        "callbacks",
        "generator",
    }
    called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return called.endswith("_generator") or any(
        word.arg in other for word in call.keywords
    )
