"""What names of a script stand for, by its imports; and what those are called today."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from typing import Any

from ...backend import keras, tensorflow

# `tensorflow.python.keras` is a Keras 2 that is still there, but no longer maintained.
_OLD_ROOTS = (
    "tensorflow.python.keras",
    "tensorflow.contrib.keras.python.keras",
    "tensorflow.contrib.keras",
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
)
_ROOTS = (*_OLD_ROOTS, "tensorflow.keras", "keras")

_LAYERS = (
    "core convolutional convolutional_recurrent pooling recurrent embeddings wrappers "
    "local noise normalization normalization.batch_normalization merge "
    "advanced_activations experimental.preprocessing legacy"
)

# Modules below `keras`, from the most special to the most general.
_MODULES = {
    **{f"layers.{name}": "layers" for name in sorted(_LAYERS.split(), reverse=True)},
    **{
        f"utils.{name}": "utils"
        for name in (
            "np_utils",
            "vis_utils",
            "generic_utils",
            "data_utils",
            "layer_utils",
            "visualize_util",
            "io_utils",
        )
    },
    "engine.topology": "layers",
    "engine.training": "models",
    "engine.base_layer": "layers",
    "engine.sequential": "models",
    "engine.functional": "models",
    "engine": "layers",
    "objectives": "losses",
    "initializations": "initializers",
    "optimizers.legacy": "optimizers",
    "optimizers.experimental": "optimizers",
    "optimizer_v2": "optimizers",
    "optimizers.optimizer_v2": "optimizers",
    "callbacks.callbacks": "callbacks",
    "legacy.layers": "layers",
}

# Names below `keras`; a layer of the same arguments.
_NAMES = {
    "layers.CuDNNLSTM": "layers.LSTM",
    "layers.CuDNNGRU": "layers.GRU",
    "layers.TimeDistributedDense": "layers.Dense",
    "layers.AtrousConvolution2D": "layers.Conv2D",
    "layers.Deconvolution2D": "layers.Conv2DTranspose",
    "layers.merge": "layers.add",
    "layers.Model": "models.Model",
    "layers.Sequential": "models.Sequential",
    "regularizers.l1l2": "regularizers.l1_l2",
    "regularizers.activity_l1": "regularizers.l1",
    "regularizers.activity_l2": "regularizers.l2",
    "regularizers.activity_l1l2": "regularizers.l1_l2",
    "initializers.normal": "initializers.RandomNormal",
    "initializers.uniform": "initializers.RandomUniform",
    "initializers.one": "initializers.Ones",
    "initializers.zero": "initializers.Zeros",
    "losses.mse": "losses.mean_squared_error",
    "losses.MSE": "losses.mean_squared_error",
    "losses.mae": "losses.mean_absolute_error",
    "losses.MAE": "losses.mean_absolute_error",
    "losses.cosine_proximity": "losses.cosine_similarity",
    "metrics.mse": "metrics.mean_squared_error",
    "metrics.mae": "metrics.mean_absolute_error",
    "backend.set_image_dim_ordering": "backend.set_image_data_format",
    "backend.image_dim_ordering": "backend.image_data_format",
}

# Of other packages. Those of builtins need no import.
_OTHERS = {
    "numpy.float": "builtins.float",
    "numpy.int": "builtins.int",
    "numpy.object": "builtins.object",
    "numpy.complex": "builtins.complex",
    "numpy.unicode": "builtins.str",
    "numpy.product": "numpy.prod",
    "numpy.cumproduct": "numpy.cumprod",
    "numpy.sometrue": "numpy.any",
    "numpy.alltrue": "numpy.all",
    "numpy.in1d": "numpy.isin",
    "numpy.row_stack": "numpy.vstack",
    "numpy.trapz": "numpy.trapezoid",
    "numpy.Inf": "numpy.inf",
    "numpy.Infinity": "numpy.inf",
    "numpy.infty": "numpy.inf",
    "numpy.NaN": "numpy.nan",
    "numpy.NAN": "numpy.nan",
    "numpy.float_": "numpy.float64",
    "numpy.complex_": "numpy.complex128",
    "numpy.unicode_": "numpy.str_",
    "numpy.string_": "numpy.bytes_",
    "numpy.random.random_integers": "numpy.random.randint",
    "pandas.datetime": "datetime.datetime",
    "pandas.np": "numpy",
    "pandas.scatter_matrix": "pandas.plotting.scatter_matrix",
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.learning_curve": "sklearn.model_selection",
    "sklearn.externals.joblib": "joblib",
    "sklearn.preprocessing.Imputer": "sklearn.impute.SimpleImputer",
    "sklearn.datasets.samples_generator": "sklearn.datasets",
    "sklearn.datasets.base": "sklearn.datasets",
    "sklearn.utils.testing": "sklearn.utils._testing",
    "tensorflow.set_random_seed": "tensorflow.random.set_seed",
    "tensorflow.random.set_random_seed": "tensorflow.random.set_seed",
    "tensorflow.logging": "tensorflow.compat.v1.logging",
    "tensorflow.random_normal": "tensorflow.random.normal",
    "tensorflow.random_uniform": "tensorflow.random.uniform",
    "tensorflow.truncated_normal": "tensorflow.random.truncated_normal",
    "tensorflow.log": "tensorflow.math.log",
    "tensorflow.ConfigProto": "tensorflow.compat.v1.ConfigProto",
    "tensorflow.GPUOptions": "tensorflow.compat.v1.GPUOptions",
    "tensorflow.Session": "tensorflow.compat.v1.Session",
    "tensorflow.get_default_graph": "tensorflow.compat.v1.get_default_graph",
    "tensorflow.reset_default_graph": "tensorflow.compat.v1.reset_default_graph",
    "tensorflow.train.AdamOptimizer": "tensorflow.keras.optimizers.Adam",
    "tensorflow.train.GradientDescentOptimizer": "tensorflow.keras.optimizers.SGD",
    "tensorflow.train.RMSPropOptimizer": "tensorflow.keras.optimizers.RMSprop",
    "tensorflow.train.AdagradOptimizer": "tensorflow.keras.optimizers.Adagrad",
    "cPickle": "pickle",
    "collections.Iterable": "collections.abc.Iterable",
    "collections.Sequence": "collections.abc.Sequence",
    "collections.Mapping": "collections.abc.Mapping",
    "time.clock": "time.perf_counter",
}


def below_keras(name: str) -> str | None:
    """Return what follows ``keras.`` in a name, whichever Keras it is; None of others.

    Today's name, so that rules on calls are written once.
    """
    for root in _ROOTS:
        if name == root or name.startswith(f"{root}."):
            return _current_name(name[len(root) + 1 :], _NAMES, _MODULES)
    return None


def today(name: str) -> str:
    """Return what a full name is called today, the same if nothing changed."""
    for root in _ROOTS:
        if name == root or name.startswith(f"{root}."):
            return _keras_name(root, name[len(root) + 1 :])
    return _current_name(name, _OTHERS, _OTHERS)


def _keras_name(root: str, rest: str) -> str:
    root = "tensorflow.keras" if root in _OLD_ROOTS else root
    # `keras.optimizers.legacy` is there, and raises when it is called
    is_legacy = rest.startswith("optimizers.legacy")
    # `tf.keras.losses.mae` is there, and `keras.losses.mae` is not
    if _is_in(root, rest) and not is_legacy:
        return f"{root}.{rest}" if rest else root
    if is_legacy or not _has(keras, rest):
        rest = _current_name(rest, _NAMES, _MODULES)
    # some of Keras 2 is left in TensorFlow, some names are in Keras alone
    other = "tensorflow.keras" if root == "keras" else "keras"
    if not _is_in(root, rest) and _is_in(other, rest):
        root = other
    return f"{root}.{rest}" if rest else root


def _current_name(name: str, names: dict[str, str], modules: dict[str, str]) -> str:
    for old, new in modules.items():
        # `keras.layers.merge` was a function, and a module later
        is_module = name == old and name not in names
        if is_module or name.startswith(f"{old}."):
            name = new + name[len(old) :]
            break
    return names.get(name, name)


@cache
def _is_in(root: str, rest: str) -> bool:
    return _has(keras if root == "keras" else tensorflow.keras, rest)


def _has(module: Any, rest: str) -> bool:
    for part in rest.split(".") if rest else ():
        try:
            module = getattr(module, part)
        # modules that load themselves when they are asked raise what they like
        except Exception:
            return False
    return True


class ImportedNames:
    """Names that a script imports, and what they stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self.imported: dict[str, str] = {}
        self.used: dict[str, set[str]] = defaultdict(set)
        self._stars: list[str] = []
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                self.imported[alias.asname or name] = name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if alias.name == "*":
                    self._stars.append(node.module)
                else:
                    name = f"{node.module}.{alias.name}"
                    self.imported[alias.asname or alias.name] = name
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            self.used[node.value.id].add(node.attr)

    def full(self, node: ast.expr) -> str:
        """Return the full name that an expression stands for; "" if none is known."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id) or self._star_name(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.full(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def _star_name(self, name: str) -> str:
        for module in self._stars:
            if _is_there(f"{module}.{name}"):
                return f"{module}.{name}"
        return ""

    def root(self, node: ast.expr) -> str:
        """Return the first name of ``a.b.c``."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return node.id if isinstance(node, ast.Name) else ""


def _is_there(name: str) -> bool:
    known = below_keras(name)
    return known is not None and _has(keras, known)
