"""Loading a saved network whose file may come from anybody.

This is the only place that calls Keras' loader, and it never turns the safe mode off:
what came out of a file meets Python code of that file neither now nor after it was
written again. The containers are looked at before Keras opens them.

Keras makes objects of what a configuration names: classes, functions, arrays. In safe
mode it refuses Python code alone; nearly every public function of `keras` may still be
named and called (CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9906 and others
went that way). So a configuration is read here first, and only what is listed passes.
"""

from __future__ import annotations

import inspect
import json
import re
import stat
import sys
import warnings
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import h5py
import numpy as np

from ...data.errors import BadData, first_line
from ..backend import keras
from ..run_files import MODEL
from . import losses as losses  # its layers are known to Keras once imported

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
LARGEST_CONFIG = 200_000_000
"""Bytes. That of NASNetLarge, one of the largest of Keras, has 1.03 million."""
UNPACKED = 1 << 30
"""Bytes of a member that may come out of less than a hundredth of them. Weights are
stored as they are."""
HDF5 = (".h5", ".hdf5")
HOW = "Check the function that builds the model instead: zoo check module.py:build"


def load_network(folder: Path) -> Any:
    """Return the network of a run.

    Parameters
    ----------
    folder : Path
        Of the run; it may have been made by somebody else.

    Returns
    -------
    keras.Model

    Raises
    ------
    BadData
        Its file is damaged, or holds what no network of the zoo has.
    """
    try:
        return _loaded(folder / MODEL)
    except BadData as error:
        msg = f"the network of the run {folder.name} cannot be loaded: {error}"
        raise BadData(f"{msg}; train it again") from error


def load_model(path: Path, *, compile: bool = True) -> Any:
    """Return a saved model; code that lies in its file is not run.

    Parameters
    ----------
    path : Path
        A ``.keras`` file, or an HDF5 file (``.h5``, ``.hdf5``).
    compile : bool, default True
        Whether to compile it as it was compiled; else loss and metrics of the file are
        not looked at.

    Returns
    -------
    keras.Model

    Raises
    ------
    BadData
        The file is damaged or of another kind, or its configuration names what is not
        listed here.
    """
    try:
        return _loaded(path, compile=compile)
    except BadData as error:
        raise BadData(f"{path.name} cannot be loaded: {error}. {HOW}") from error


def check_weights(path: Path) -> None:
    """Refuse a file of weights that reads from other files.

    Raises
    ------
    BadData
        It is no HDF5 file, or has links or data that lie outside it.
    """
    try:
        with path.open("rb") as stream, h5py.File(stream, "r") as file:
            _check_group(file)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise BadData(
            f"{path.name} is not a valid HDF5 file: {first_line(error)}"
        ) from error


def _loaded(path: Path, *, compile: bool = True) -> Any:
    load: Any = keras.saving.load_model  # Keras' decorator hides its type
    try:
        _check_file(path, compile=compile)
        with warnings.catch_warnings():
            # the optimizer of a model that was never trained has nothing to be loaded
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            return load(path, compile=compile, safe_mode=True)
    except BadData:
        raise
    # whatever a damaged or strange file makes Keras, zip or HDF5 raise
    except Exception as error:
        raise BadData(f"{type(error).__name__}: {first_line(error)}") from error


def _check_file(path: Path, *, compile: bool) -> None:
    """Refuse what Keras would open in another way than as a file of its own."""
    if not path.is_file():
        raise BadData("it is not a file")
    if path.suffix == ".keras":
        _check_archive(path, compile=compile)
    elif path.suffix in HDF5:
        _check_hdf5(path, compile=compile)
    else:
        raise BadData(f"its name must end in .keras, {' or '.join(HDF5)}")


def _check_archive(path: Path, *, compile: bool) -> None:
    if not zipfile.is_zipfile(path):
        raise BadData("it is not a Keras archive, or it is incomplete")
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            _check_member(member)
        if archive.getinfo(CONFIG).file_size > LARGEST_CONFIG:
            raise BadData(f"its {CONFIG} has more than {LARGEST_CONFIG:,} bytes")
        config = _parsed(archive.read(CONFIG))
        if not compile and isinstance(config, dict):
            config.pop("compile_config", None)  # as Keras does
        check_config(config)
        if WEIGHTS in archive.namelist():
            with archive.open(WEIGHTS) as stream, h5py.File(stream, "r") as file:
                _check_group(file)


def _check_member(member: zipfile.ZipInfo) -> None:
    """Refuse members that unpack to another place, to a link, or to far more."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    link = stat.S_ISLNK(member.external_attr >> 16)
    if link or not parts or parts[0].endswith((":", "/")) or ".." in parts:
        raise BadData(f"its member {member.filename!r:.80} lies outside the archive")
    if member.file_size > max(UNPACKED, 100 * member.compress_size):
        raise BadData(
            f"its {member.filename!r:.80} unpacks to {member.file_size:,} bytes"
        )


def _parsed(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise BadData("its configuration is nested too deep") from error


def _check_hdf5(path: Path, *, compile: bool) -> None:
    check_weights(path)
    with h5py.File(path, "r") as file:
        network = file.attrs.get("model_config")
        training = file.attrs.get("training_config") if compile else None
    if network is None:
        raise BadData("it contains weights without a model")
    check_config(_parsed(network))
    if training is not None:
        check_config(_parsed(training))


def _check_group(file: Any) -> None:
    """Refuse links, and datasets whose values lie elsewhere or nowhere."""
    waiting, seen = [file], {file}
    while waiting:
        group = waiting.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise BadData(f"its weights {name!r:.60} are a link")
            part = group[name]
            if not isinstance(part, h5py.Group):
                _check_dataset(name, part)
            elif part not in seen:  # a group may hold itself
                seen.add(part)
                waiting.append(part)


def _check_dataset(name: str, part: Any) -> None:
    if part.external or part.is_virtual:
        raise BadData(f"its weights {name!r:.60} lie in another file")
    if part.nbytes > max(UNPACKED, 100 * part.id.get_storage_size()):
        raise BadData(f"its weights {name!r:.60} unpack to {part.nbytes:,} bytes")


_CLASSES = (
    "layers", "losses", "metrics", "optimizers", "optimizers.schedules",
    "initializers", "regularizers", "constraints", "dtype_policies", "quantizers",
)  # fmt: skip
"""Parts of Keras whose classes may be named."""
FUNCTIONS = (
    "activations", "losses", "metrics", "ops", "ops.image", "ops.linalg", "ops.nn",
    "ops.numpy",
)  # fmt: skip
"""Parts of Keras whose functions may be named: they compute, and do nothing else."""
CALLBACKS = frozenset({
    "associative_scan", "cond", "custom_gradient", "fori_loop", "map", "scan", "switch",
    "vectorize", "vectorized_map", "while_loop",
})  # fmt: skip
"""Functions of `keras.ops` that call other functions."""
READERS = frozenset({"deserialize", "get", "serialize"})
"""In many parts: they make objects of configurations that nobody has looked at."""
ELSEWHERE = {
    "TFSMLayer": "runs a TensorFlow program from another file",
    "TorchModuleWrapper": "contains a PyTorch pickle",
    "JaxLayer": "holds functions of JAX",
    "FlaxLayer": "holds a module of Flax",
}
"""Layers of Keras that bring code or read files, and why they are refused."""
_PLAIN = frozenset({
    "__bytes__", "__ellipsis__", "__keras_tensor__", "__slice__", "__tuple__",
    "TensorShape",
})  # fmt: skip
"""Markers of values that are no objects of Keras."""
PATTERNS = ("exclude_layers", "optimizer_map", "policy_map")
"""Names of layers that Keras searches with: of Muon, MultiOptimizer, DTypePolicyMap."""
_NAME = re.compile(r"[\w/.-]*")
ARRAYS = frozenset({"__numpy__", "__tensor__"})


def check_config(config: Any) -> None:
    """Refuse a configuration that names more than layers and their like.

    Parameters
    ----------
    config : dict
        As `json.loads` gives it, of a ``.keras`` or of an HDF5 file.

    Raises
    ------
    BadData
        It holds Python code, a class or function that is not on the list, an array of
        objects, the name of a file, or a layer that is called without a tensor.
    """
    parts = list(_dicts(config))
    for part in parts:
        if "class_name" in part:
            _check_object(part)
        if isinstance(part.get("vocabulary"), str):
            msg = f"its vocabulary is in another file ({part['vocabulary']!r:.80})"
            raise BadData(f"{msg}, which is not read; save the vocabulary in the model")
        _check_patterns(part)
    if not all(_has_tensor(node) for part in parts for node in _nodes(part)):
        raise BadData("one of its layers is called without a tensor")


def _check_patterns(part: dict[str, Any]) -> None:
    """Refuse what Keras would search with as with a pattern: some never come back."""
    for key in PATTERNS:
        for name in part.get(key) or ():
            if not (isinstance(name, str) and _NAME.fullmatch(name)):
                raise BadData(
                    f"its {key} contain {name!r:.60}, which is not the name of a layer"
                )


def _dicts(config: Any) -> Iterator[dict[str, Any]]:
    """All dicts within, whatever holds them."""
    waiting = [config]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _nodes(part: dict[str, Any]) -> list[Any]:
    found = part.get("inbound_nodes", [])
    return found if isinstance(found, list) else [found]


def _has_tensor(node: Any) -> bool:
    """Whether a call's arguments hold a tensor of the network.

    HDF5 files give the name of the layer that it comes from.
    """
    if isinstance(node, list):
        return bool(node) and all(
            isinstance(entry, list) and entry and isinstance(entry[0], str)
            for entry in node
        )
    return any(part.get("class_name") == "__keras_tensor__" for part in _dicts(node))


def _check_object(part: dict[str, Any]) -> None:
    kind, module = part["class_name"], part.get("module")
    if kind in _PLAIN:
        return
    if kind in ARRAYS:
        _check_array(part.get("config"))
    elif kind == "__lambda__":
        raise BadData("it contains Python code (a lambda), which is not run")
    elif kind == "function":
        _check_function(part)
    elif kind == "Lambda" and not _is_named(part.get("config")):
        raise BadData("it contains Python code (a Lambda layer), which is not run")
    elif kind in ELSEWHERE:
        raise BadData(f"its layer {kind} {ELSEWHERE[kind]}")
    elif not (_is_class(kind, module) or _is_registered(part)):
        raise _unlisted("class", module, kind)


def _unlisted(kind: str, module: Any, name: Any) -> BadData:
    """Make the error for a class or function that is not on the list."""
    path = f"{f'{module}.{name}' if module else name!s:.100}"
    if not str(module or "keras").startswith("keras"):
        return BadData(f"it has a {kind} of your own ({path})")
    msg = f"it refers to {path}, which is not a {kind} of a network's layers"
    return BadData(f"{msg}; it is not called")


def _is_named(config: Any) -> bool:
    """Whether the function of a Lambda layer is a name; that is looked at by itself."""
    function = config.get("function") if isinstance(config, dict) else None
    return isinstance(function, dict) and function.get("class_name") == "function"


def _check_array(config: Any) -> None:
    """Refuse arrays of anything but numbers, truth values and texts."""
    dtype = config.get("dtype") if isinstance(config, dict) else None
    try:
        # bfloat16 and string are types of TensorFlow
        plain = dtype in ("bfloat16", "string") or (
            isinstance(dtype, str) and np.dtype(dtype).kind in "biufcSU"
        )
    except TypeError:
        plain = False
    if not plain:
        msg = f"it contains an array of {dtype!r:.40}"
        raise BadData(f"{msg}; only arrays of numbers, booleans and strings are read")


def _check_function(part: dict[str, Any]) -> None:
    name, module = part.get("config"), part.get("module")
    places = [p for p in FUNCTIONS if module in ("builtins", f"keras.{p}")]
    known = isinstance(name, str) and any(name in _functions(p) for p in places)
    if not (known or _is_registered(part)):
        raise _unlisted("function", module, name)


@cache
def _functions(place: str) -> frozenset[str]:
    """Functions of a part of Keras that may be named."""
    space = _keras_namespace(f"keras.{place}")
    names = (name for name in dir(space) if inspect.isfunction(getattr(space, name)))
    return frozenset(names) - CALLBACKS - READERS


def _keras_namespace(module: str) -> Any:
    """Return a part of Keras by its public path, as ``keras.ops.nn``."""
    found: Any = keras
    for part in module.split(".")[1:]:
        found = getattr(found, part, None)
    return found


@cache
def _classes() -> frozenset[Any]:
    """Classes that may be named; a loss and a metric may have one name."""
    networks = [keras.Model, keras.Sequential]
    networks.append(type(keras.Model(*[keras.Input((1,))] * 2)))  # Functional
    spaces = (vars(_keras_namespace(f"keras.{place}")) for place in _CLASSES)
    found = (kind for space in spaces for kind in space.values())
    return frozenset([*networks, *filter(inspect.isclass, found)])


@cache
def _class_names() -> frozenset[str]:
    return frozenset(kind.__name__ for kind in _classes())


def _is_class(name: Any, module: Any) -> bool:
    """Whether Keras finds one of our list under a name.

    HDF5 files give no module. Operations such as an addition are no public classes:
    they are named by the file of Keras' own that holds them.
    """
    if not isinstance(name, str):
        return False
    if module is None:
        return name in _class_names()
    if str(module).startswith("keras.src."):
        # what no import of ours has brought is not imported for a file's sake
        found = getattr(sys.modules.get(str(module)), name, None)
        return _is_operation(found, str(module)) or _is_listed(found)
    if module not in ("keras", "keras.models", *(f"keras.{p}" for p in _CLASSES)):
        return False
    return _is_listed(getattr(_keras_namespace(module), name, None))


def _is_listed(found: Any) -> bool:
    return inspect.isclass(found) and found in _classes()


def _is_operation(found: Any, module: str) -> bool:
    """Whether a class is a step of a computation that calls nothing of a file's.

    Networks of `keras.applications` have layers of their own, such as ConvNeXt's.
    """
    return (
        module.startswith(("keras.src.ops.", "keras.src.applications."))
        and inspect.isclass(found)
        and issubclass(found, keras.Operation)
        and found.__name__.lower() not in {name.replace("_", "") for name in CALLBACKS}
    )


def _is_registered(part: dict[str, Any]) -> bool:
    """Whether the program that reads the file has made this known to Keras itself.

    Keras looks for a function by its name, and for a class by its registered name; but
    in HDF5's form by the class's own name, so that both must say the same.
    """
    kind = part["class_name"]
    name = part.get("config" if kind == "function" else "registered_name")
    if "__passive_serialization__" in part:
        return False
    known = keras.saving.get_custom_objects().get(str(name))
    return known is not None and (kind == "function" or known.__name__ == kind)
