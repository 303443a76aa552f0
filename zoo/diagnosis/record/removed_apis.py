"""Names of TensorFlow 1 and older Keras that are gone, and what took their place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ...backend import keras, tensorflow

_TF2 = "is gone since TensorFlow 2"
_IN_SESSION = (
    f"{_TF2}, and so are its sessions: write the network in Keras, and train it with "
    "fit"
)
"""One call in place of another would not do there."""
_KERAS3 = "is gone since Keras 3"
_LAYERS = f"{_KERAS3}: import the layer from `keras.layers`"
_SESSION = f"{_TF2}, which computes at once: no session is needed"
_OPS = f"{_KERAS3}: `keras.ops` has the functions"
_ARRAYS = f"{_KERAS3}: give `fit` the generator or dataset itself"

# By the last part of the name, as errors give it; those with "=" behind are arguments.
# Tried with Keras 3.15 and TensorFlow 2.21.
GONE = {
    "placeholder": ("tf.placeholder", f"{_TF2}: write `keras.Input`"),
    "Session": ("tf.Session", _SESSION),
    "InteractiveSession": ("tf.InteractiveSession", _SESSION),
    "get_session": ("keras.backend.get_session", _SESSION),
    "set_session": ("keras.backend.set_session", _SESSION),
    "ConfigProto": ("tf.ConfigProto", _SESSION),
    "global_variables_initializer": ("tf.global_variables_initializer", _SESSION),
    "initialize_all_variables": ("tf.initialize_all_variables", _SESSION),
    "reset_default_graph": (
        "tf.reset_default_graph",
        f"{_TF2}: `keras.backend.clear_session()` starts anew",
    ),
    "get_variable": ("tf.get_variable", f"{_TF2}: write `tf.Variable`, or a layer"),
    "variable_scope": ("tf.variable_scope", f"{_TF2}: layers hold their variables"),
    "set_random_seed": ("tf.set_random_seed", f"{_TF2}: write `tf.random.set_seed`"),
    "random_normal": ("tf.random_normal", f"{_TF2}: write `tf.random.normal`"),
    "random_uniform": ("tf.random_uniform", f"{_TF2}: write `tf.random.uniform`"),
    "truncated_normal": (
        "tf.truncated_normal",
        f"{_TF2}: write `tf.random.truncated_normal`",
    ),
    "softmax_cross_entropy_with_logits_v2": (
        "tf.nn.softmax_cross_entropy_with_logits_v2",
        f"{_TF2}: write `tf.nn.softmax_cross_entropy_with_logits`",
    ),
    "softmax_cross_entropy": (
        "tf.losses.softmax_cross_entropy",
        f"{_TF2}: write `keras.losses.CategoricalCrossentropy(from_logits=True)`",
    ),
    "contrib": (
        "tf.contrib",
        f"{_TF2}: most of it is in Keras layers and optimizers now",
    ),
    "layers": ("tf.layers", f"{_TF2}: write `keras.layers`, e.g. `keras.layers.Dense`"),
    "app": ("tf.app.flags", f"{_TF2}: write `argparse`"),
    "logging": ("tf.logging", f"{_TF2}: write `tf.get_logger()`"),
    "to_float": ("tf.to_float", f"{_TF2}: write `tf.cast(x, tf.float32)`"),
    "log": ("log", "moved: write `tf.math.log`, or `keras.ops.log`"),
    "estimator": ("tf.estimator", f"{_TF2}.16: train a `keras.Model` with `fit`"),
    "examples": (
        "tensorflow.examples",
        f"{_TF2}: load data with `keras.datasets`, e.g. `keras.datasets.mnist`",
    ),
    "experimental": (
        "keras.experimental",
        f"{_KERAS3}: what stayed is in `keras` and `keras.layers` itself",
    ),
    "nb_epoch": ("nb_epoch=", "is now `epochs=`"),
    "samples_per_epoch": ("samples_per_epoch=", "is now `steps_per_epoch=`"),
    "show_accuracy": (
        "show_accuracy=",
        'is gone: write `metrics=["accuracy"]` in `compile`',
    ),
    "class_mode": ("class_mode=", "is gone: the loss tells it"),
    "workers": ("workers=", "of `fit` is gone: it belongs to `keras.utils.PyDataset`"),
    "output_dim": ("output_dim=", "of a layer is now `units=`"),
    "init": ("init=", "is now `kernel_initializer=`"),
    "W_regularizer": ("W_regularizer=", "is now `kernel_regularizer=`"),
    "W_constraint": ("W_constraint=", "is now `kernel_constraint=`"),
    "inner_activation": ("inner_activation=", "is now `recurrent_activation=`"),
    "nb_filter": ("nb_filter=", "is now `filters=`"),
    "nb_row": ("nb_row=", "and `nb_col=` are now `kernel_size=(rows, columns)`"),
    "filter_length": ("filter_length=", "is now `kernel_size=`"),
    "pool_length": ("pool_length=", "is now `pool_size=`"),
    "border_mode": ("border_mode=", "is now `padding=`"),
    "subsample": ("subsample=", "is now `strides=`"),
    "dim_ordering": (
        "dim_ordering=",
        'is now `data_format=`, "channels_last" or "channels_first"',
    ),
    "input_length": (
        "input_length=",
        "is gone: write `keras.Input((length, values))` as the first layer",
    ),
    "batch_input_shape": (
        "batch_input_shape=",
        "is gone: write `keras.Input(batch_shape=...)` as the first layer",
    ),
    "input": ("input=", "of a model is now `inputs=`, and `output=` is `outputs=`"),
    "p": ("p=", "of Dropout is now `rate=`"),
    "lr": ("lr=", "of an optimizer is now `learning_rate=`"),
    "np_utils": ("keras.utils.np_utils", f"{_KERAS3}: write `keras.utils`"),
    "vis_utils": ("keras.utils.vis_utils", f"{_KERAS3}: write `keras.utils`"),
    "generic_utils": ("keras.utils.generic_utils", f"{_KERAS3}: write `keras.utils`"),
    "normalization": ("keras.layers.normalization", _LAYERS),
    "advanced_activations": ("keras.layers.advanced_activations", _LAYERS),
    "core": ("keras.layers.core", _LAYERS),
    "convolutional": ("keras.layers.convolutional", _LAYERS),
    "pooling": ("keras.layers.pooling", _LAYERS),
    "recurrent": ("keras.layers.recurrent", _LAYERS),
    "embeddings": ("keras.layers.embeddings", _LAYERS),
    "wrappers": ("keras.layers.wrappers", _LAYERS),
    "merge": (
        "keras.layers.merge",
        f"{_KERAS3}: write e.g. `keras.layers.Concatenate` or `keras.layers.Add`",
    ),
    "Merge": (
        "keras.layers.Merge",
        f"{_KERAS3}: write e.g. `keras.layers.Concatenate` or `keras.layers.Add`",
    ),
    "CuDNNLSTM": ("CuDNNLSTM", f"{_KERAS3}: `keras.layers.LSTM` is as fast"),
    "CuDNNGRU": ("CuDNNGRU", f"{_KERAS3}: `keras.layers.GRU` is as fast"),
    "TimeDistributedDense": (
        "TimeDistributedDense",
        "is now `TimeDistributed(Dense(...))`",
    ),
    "engine": (
        "keras.engine",
        f"{_KERAS3}: write `keras.Model` and `keras.layers.Layer`",
    ),
    "objectives": ("keras.objectives", "is now `keras.losses`"),
    "scikit_learn": (
        "keras.wrappers.scikit_learn",
        f"{_KERAS3}: write `keras.wrappers.SKLearnClassifier`, or install scikeras",
    ),
    "ImageDataGenerator": (
        "keras.preprocessing.image.ImageDataGenerator",
        "is gone from `keras`: write `keras.utils.image_dataset_from_directory` and "
        "layers such as `keras.layers.RandomFlip`, or import it from "
        "`tensorflow.keras.preprocessing.image`",
    ),
    "text": (
        "keras.preprocessing.text",
        "is gone from `keras`: write `keras.layers.TextVectorization`",
    ),
    "legacy": (
        "keras.optimizers.legacy",
        f"{_KERAS3}: write the optimizer of `keras.optimizers`",
    ),
    "multi_gpu_model": (
        "multi_gpu_model",
        f"{_TF2}.4: write `tf.distribute.MirroredStrategy`",
    ),
    "fit_generator": ("fit_generator", _ARRAYS),
    "evaluate_generator": ("evaluate_generator", _ARRAYS.replace("fit", "evaluate")),
    "predict_generator": ("predict_generator", _ARRAYS.replace("fit", "predict")),
    "predict_classes": (
        "predict_classes",
        f"{_KERAS3}: write `model.predict(x).argmax(axis=-1)`, of one sigmoid unit "
        "`model.predict(x) > 0.5`",
    ),
    "predict_proba": ("predict_proba", f"{_KERAS3}: write `model.predict(x)`"),
}

_MOST_READ = 4_000
"""Letters of a message that are looked at: some hold all of their data."""

_MODULE = re.compile(r"module '(\S+)' has no attribute '(\w+)'")
_MODEL = re.compile(r"'(Sequential|Functional|Model)' object has no attribute '(\w+)'")
_IMPORTED = re.compile(r"cannot import name '(\w+)' from '((?:keras|tensorflow)\b\S*)'")
_NO_MODULE = re.compile(r"No module named '(?:keras|tensorflow)\.([\w.]+)'")
_LEGACY = re.compile(r"^`keras\.optimizers\.(legacy)` is not supported")
_UNEXPECTED = re.compile(r"\b(\w+)\.\w+\(\) got an unexpected keyword argument '(\w+)'")
_REFUSED = re.compile(r"(?:passed to \w+|not recognized): \{(.*)", re.DOTALL)
_MISSING = re.compile(r"\b(\w+)\.__init__\(\) missing \d+ required positional")


def describe_removed_call(error: BaseException, source: str) -> str:
    """Which call of TensorFlow 1 or older Keras an error comes from, in one sentence.

    Parameters
    ----------
    error : exception
        As the script raised it.
    source : str
        The script.

    Returns
    -------
    str
        What is gone and what took its place; "" if that is not why it failed.
    """
    text = str(error)[:_MOST_READ]
    for name in _names(text):
        if name in GONE and not GONE[name][0].endswith("="):
            known, what = GONE[name]
            in_session = what.startswith(_TF2) and "Session(" in source
            return _sentence(known, _IN_SESSION if in_session else what)
    for name in [*_arguments(text), *_given(text, source)]:
        if name in GONE and GONE[name][0].endswith("="):
            return _sentence(*GONE[name])
    return _describe_removed_module(text) or _stride(text, source) or _lists(text)


def _sentence(name: str, what: str) -> str:
    return f"`{name}` {what}"


def _names(text: str) -> Iterator[str]:
    """Names of modules, functions and methods that an error says are not there."""
    for pattern in (_MODEL, _MODULE):
        if (found := pattern.search(text)) and not _foreign(found[1]):
            yield found[2]
    for pattern in (_IMPORTED, _LEGACY):
        if found := pattern.search(text):
            yield found[1]
    if found := _NO_MODULE.search(text):
        yield from reversed(found[1].split("."))


def _foreign(owner: str) -> bool:
    first = owner.partition(".")[0]
    return first not in {"keras", "tensorflow", "Sequential", "Functional", "Model"}


def _arguments(text: str) -> Iterator[str]:
    """Names of arguments that Keras refused."""
    found = _UNEXPECTED.search(text)
    if found and (found[1].endswith("Trainer") or _is_keras(found[1])):
        yield found[2]
    if found := _REFUSED.search(text):
        yield from re.findall(r"'(\w+)':", found[1])


def _is_keras(kind: str) -> bool:
    return any(hasattr(part, kind) for part in (keras.layers, keras.optimizers))


def _given(text: str, source: str) -> Iterator[str]:
    """Arguments of the calls whose new names an error misses."""
    found = _MISSING.search(text)
    if not found or not _is_keras(found[1]):
        return
    for call in _calls(source):
        if _called(call) == found[1] or "Convolution" in _called(call):
            yield from (keyword.arg for keyword in call.keywords if keyword.arg)


def _calls(source: str) -> Iterator[ast.Call]:
    nodes = ast.walk(ast.parse(source))
    return (node for node in nodes if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _describe_removed_module(text: str) -> str:
    """Describe names of nearly empty modules, and all others that TensorFlow 1 had."""
    found = _MODULE.search(text)
    if found is None or _foreign(found[1]):
        return ""
    owner, name = found[1], found[2]
    if owner.endswith("keras.backend"):
        return _sentence(f"keras.backend.{name}", _OPS)
    if owner.endswith("v2.train") and name.endswith("Optimizer"):
        new = name.removesuffix("Optimizer").replace("GradientDescent", "SGD")
        return _sentence(f"tf.train.{name}", f"{_TF2}: write `keras.optimizers.{new}`")
    if owner == "tensorflow" and hasattr(tensorflow.compat.v1, name):
        return _sentence(f"tf.{name}", f"{_TF2}; `tf.compat.v1.{name}` is left of it")
    return ""


def _stride(text: str, source: str) -> str:
    if "output size would be" not in text:
        return ""
    for call in _calls(source):
        sizes = [part.value for part in call.args if isinstance(part, ast.Constant)]
        if _called(call) in {"Convolution2D", "Conv2D"} and len(sizes) > 2:
            old = f"{_called(call)}({', '.join(map(str, sizes[:3]))})"
            new = f"Conv2D({sizes[0]}, ({sizes[1]}, {sizes[2]}))"
            return _sentence(old, f"has a stride of {sizes[2]} now: write `{new}`")
    return ""


def _lists(text: str) -> str:
    if re.match(r"Unrecognized data type: x=\[+[\d'\"-]", text):
        what = "no longer takes lists of numbers: write `np.array(...)` around them"
        return _sentence("fit", what)
    return ""
