"""Readable code that builds a model again, without its weights."""

from __future__ import annotations

import copy
import inspect
import json
import keyword
import random
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...backend import keras
from ..problem.graph import flat_layers

_ALIKE_ON_ALL_AXES = frozenset({"kernel_size", "strides", "pool_size", "dilation_rate"})


class UnsupportedModel(Exception):
    """A part of a model is not built in, so no code is known that makes it."""


def as_code(model: keras.Model, *, name: str = "model") -> str | None:
    """Keras code that builds a model of the same layers.

    Names that Keras gave, seeds and weights are left out.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional.
    name : str
        The variable that will hold the model.

    Returns
    -------
    str or None
        Lines that need ``import keras``. None where a layer is not one of Keras' own,
        or is called twice, or knows what it was adapted to.
    """
    kinds = (keras.Sequential, keras.Model, _functional_class())
    if type(model) not in kinds or any(map(_is_adapted, flat_layers(model))):
        return None
    try:
        with _random_state_kept(), warnings.catch_warnings():
            # of functions of the user's own, for which there is no code anyway
            warnings.simplefilter("ignore")
            if isinstance(model, keras.Sequential):
                return f"{name} = {_sequential(model.get_config())}\n"
            return functional_code(model, entry_code, name)
    except (
        UnsupportedModel,
        NotImplementedError,
    ):  # the latter: a layer without a config
        return None


def _is_adapted(layer: Any) -> bool:
    """Whether a ``Normalization`` has statistics that its arguments do not give."""
    if not isinstance(layer, keras.layers.Normalization) or not layer.built:
        return False
    return layer.input_mean is None and bool(np.asarray(layer.adapt_mean).any())


def entry_code(entry: dict[str, Any], *, named: bool = True) -> str:
    """The code of one layer, from its entry in a model's config."""
    if entry["class_name"] == "InputLayer":
        return _input(entry["config"])
    if entry["class_name"] == "Sequential" and entry["module"] == "keras":
        return _sequential(entry["config"])
    if entry["module"] != "keras.layers" or entry["class_name"] == "Lambda":
        raise UnsupportedModel(entry["class_name"])
    return _object(entry, named=named)


def _functional_class() -> type:
    """Return the class of ``keras.Model(inputs, outputs)``, not published by Keras."""
    row = keras.Input((1,))
    return type(keras.Model(row, row))


@contextmanager
def _random_state_kept() -> Iterator[None]:
    # a layer without a seed takes one from Python's generator when it is made
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)


def _sequential(config: dict[str, Any]) -> str:
    layers = "".join(
        f"    {line}\n"
        for entry in config["layers"]
        for line in f"{entry_code(entry)},".splitlines()
    )
    end = "" if config.get("trainable", True) else ", trainable=False"
    return f"keras.Sequential([\n{layers}]{end})"


def _input(config: dict[str, Any]) -> str:
    first, *rest = config["batch_shape"]
    shape = _value("shape", rest)
    parts = [shape if first is None else f"batch_shape={_value('', [first, *rest])}"]
    if config["dtype"] != keras.config.floatx():
        parts.append(f"dtype={_value('', config['dtype'])}")
    flags = [flag for flag in ("sparse", "ragged", "optional") if config.get(flag)]
    parts += [f"{flag}=True" for flag in flags]
    if not _is_automatic("input_layer", config["name"]):
        parts.append(f"name={_value('', config['name'])}")
    return f"keras.Input({', '.join(parts)})"


def _object(entry: dict[str, Any], *, named: bool) -> str:
    """A call of a class of Keras, with those arguments that are not as by default."""
    cls = getattr(_module(entry["module"]), entry["class_name"], None)
    if not inspect.isclass(cls):
        raise UnsupportedModel(entry["class_name"])
    config = entry["config"]
    needed, codes, made = _arguments(cls, config)
    parts = [codes.pop(name) for name in needed]
    parts += [f"{name}={code}" for name, code in codes.items()]
    if named and not _is_automatic(re.sub(r"_\d+$", "", made.name), config["name"]):
        parts.append(f"name={_value('', config['name'])}")
    return f"{entry['module']}.{entry['class_name']}({', '.join(parts)})"


def _module(name: str) -> Any:
    """A module of Keras from its name in a config."""
    allowed = ("layers", "initializers", "regularizers", "constraints")
    package, _, part = name.partition(".")
    if package != "keras" or part not in allowed:
        raise UnsupportedModel(name)
    return getattr(keras, part)


def _arguments(
    cls: type[Any], config: dict[str, Any]
) -> tuple[list[str], dict[str, str], Any]:
    """Arguments without a default, code of all to be given, and what they make.

    One argument may set another (``pool_size`` sets ``strides``), so each is looked at
    with those before it given.
    """
    parameters = inspect.signature(cls).parameters.values()
    plain = [p for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    needed = [p.name for p in plain if p.default is inspect.Parameter.empty]
    if not set(needed) <= set(config):
        raise UnsupportedModel(f"{cls.__name__} does not tell its {needed}")
    # code comes first: what has none, as a function of the user's, cannot be made
    codes = {name: _value(name, config[name]) for name in needed}
    chosen = {name: config[name] for name in needed}
    made = _layer_from_config(cls, chosen, plain)
    order = [p.name for p in plain if p.name in config and p.name not in needed]
    rest = [name for name in config if name not in [*order, *needed]]
    for name in [*order, *rest]:
        if (
            not equal_configs(made.get_config().get(name), config[name])
            and name != "name"
        ):
            codes[name] = _value(name, config[name])
            chosen[name] = config[name]
            made = _layer_from_config(cls, chosen, plain)
    if not equal_configs(made.get_config(), config):
        raise UnsupportedModel(f"{cls.__name__} is not made by its config")
    return needed, codes, made


def _layer_from_config(
    cls: Any, config: dict[str, Any], parameters: list[inspect.Parameter]
) -> Any:
    """A layer of a config that leaves out what is as its class has it."""
    known = {p.name: p.default for p in parameters if p.default is not p.empty}
    try:
        return cls.from_config(copy.deepcopy(config))
    except KeyError:  # some, as Rescaling, look for what their constructors do not need
        try:
            return cls.from_config(copy.deepcopy(known | config))
        except KeyError as error:
            raise UnsupportedModel(
                f"{cls.__name__} does not read its own config"
            ) from error


def equal_configs(one: Any, other: Any) -> bool:
    """Whether two configs, or parts of them, agree up to names and seeds."""
    return _plain_value(one) == _plain_value(other)


def _plain_value(value: Any) -> Any:
    if isinstance(value, dict):
        left = ("name", "seed", "shared_object_id", "build_config")
        return {
            k: _plain_value(v)
            for k, v in value.items()
            if k not in left and v is not None
        }
    return (
        [_plain_value(v) for v in value] if isinstance(value, list | tuple) else value
    )


def _value(name: str, value: Any) -> str:
    """The code of an argument's value."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        if name in _ALIKE_ON_ALL_AXES and len(set(value)) == 1:
            return repr(value[0])
        parts = [_value("", part) for part in value]
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
    if isinstance(value, dict):
        return _serialized(value)
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    raise UnsupportedModel(f"{name}={value!r}")


def _serialized(entry: dict[str, Any]) -> str:
    """The code of an object Keras wrote down; its short name where that will do."""
    if not {"module", "class_name", "config"} <= set(entry):
        raise UnsupportedModel(str(entry))
    if entry["class_name"] == "DTypePolicy":
        return _value("", entry["config"]["name"])
    if entry["module"] == "keras.layers":
        return entry_code(entry, named=False)
    short = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", entry["class_name"]).lower()
    module = _module(entry["module"])
    try:
        by_name = module.serialize(module.get(short))
    except (ValueError, KeyError):  # no short name, or one that needs more than that
        return _object(entry, named=False)
    return (
        _value("", short)
        if equal_configs(by_name, entry)
        else _object(entry, named=False)
    )


def _is_automatic(base: str, name: str) -> bool:
    return re.fullmatch(rf"{re.escape(base)}(_\d+)?", name) is not None


def functional_code(
    model: keras.Model, entry_code: Callable[[dict[str, Any]], str], name: str
) -> str | None:
    """The lines that build a functional model, None where a layer is called twice.

    Parameters
    ----------
    model : keras.Model
    entry_code : callable
        Gives the code of a layer from its entry in the config.
    name : str
        The variable that will hold the model.
    """
    config = model.get_config()
    entries = _without_masks(model, config["layers"])
    nodes = [e["inbound_nodes"] for e in entries if e["class_name"] != "InputLayer"]
    if any(len(calls) != 1 for calls in nodes):
        return None
    graph = _Graph(model, [e["name"] for e in entries], name)
    lines = [f"{graph.line(entry, entry_code(entry))}\n" for entry in entries]
    ends = [graph.tensors(config[key]) for key in ("input_layers", "output_layers")]
    end = "" if config.get("trainable", True) else ", trainable=False"
    return f"{''.join(lines)}{name} = keras.Model({', '.join(ends)}{end})\n"


def _without_masks(
    model: keras.Model, entries: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The calls of layers, without those Keras adds to hand masks on.

    Keras writes the mask of a tensor down as an argument of the next layer, and the
    operations that make it as layers; both come again by themselves.
    """
    kept = {entry["name"]: copy.deepcopy(entry) for entry in entries}
    for layer in model.layers:
        for call in kept[layer.name].get("inbound_nodes", []):
            if _has_own_mask(layer):
                call["kwargs"].pop("mask", None)
    while True:
        used = {name for entry in kept.values() for name in _sources(entry)}
        ends = {t._keras_history.operation.name for t in model.outputs}
        plain = {name for name in kept if kept[name]["module"] != "keras.layers"}
        models = {layer.name for layer in model.layers}
        unused = plain - used - ends - models
        if not unused:
            return list(kept.values())
        kept = {name: entry for name, entry in kept.items() if name not in unused}


def _has_own_mask(layer: keras.Layer) -> bool:
    """Whether the mask a layer is called with is the one its input carries."""
    arguments = layer._inbound_nodes[0].arguments
    given = keras.tree.flatten(arguments.kwargs.get("mask"))
    tensors = keras.tree.flatten(arguments.args)
    own = [getattr(tensor, "_keras_mask", None) for tensor in tensors]
    return len(given) <= len(own) and all(
        mask is carried for mask, carried in zip(given, own, strict=False)
    )


def _sources(entry: dict[str, Any]) -> set[str]:
    """The layers whose outputs a call takes."""
    found: set[str] = set()
    waiting: list[Any] = list(entry.get("inbound_nodes", []))
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("class_name") == "__keras_tensor__":
                found.add(value["config"]["keras_history"][0])
            else:
                waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
    return found


class _Graph:
    """The variables that hold the outputs of layers."""

    def __init__(self, model: keras.Model, layers: list[str], taken: str) -> None:
        self._model = model
        self._names: dict[str, str] = {}
        used = {taken, "keras", *keyword.kwlist}
        for layer in layers:
            base = re.sub(r"\W|^(?=\d)", "_", re.sub(r"_\d+$", "", layer))
            name, i = base, 1
            while name in used:
                i += 1
                name = f"{base}_{i}"
            used.add(name)
            self._names[layer] = name

    def line(self, entry: dict[str, Any], layer: str) -> str:
        target = self._names[entry["name"]]
        if entry["class_name"] == "InputLayer":
            return f"{target} = {layer}"
        (call,) = entry["inbound_nodes"]
        # Keras notes training=False where nobody gave it; fit gives it anew
        unsaid = ("training", False), ("training", None)
        given = {k: v for k, v in call["kwargs"].items() if (k, v) not in unsaid}
        parts = [self._argument(value) for value in call["args"]]
        parts += [f"{key}={self._argument(value)}" for key, value in given.items()]
        return f"{target} = {layer}({', '.join(parts)})"

    def tensors(self, value: Any) -> str:
        """The code of a structure of ``[layer, call, output]`` triples."""
        if isinstance(value, dict):
            parts = [f"{key!r}: {self.tensors(part)}" for key, part in value.items()]
            return f"{{{', '.join(parts)}}}"
        if value and isinstance(value[0], str):
            return self._output(value[0], value[2])
        return f"[{', '.join(self.tensors(part) for part in value)}]"

    def _argument(self, value: Any) -> str:
        if isinstance(value, list | tuple):
            return f"[{', '.join(self._argument(part) for part in value)}]"
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            layer, _, place = value["config"]["keras_history"]
            return self._output(layer, place)
        return repr(value)

    def _output(self, layer: str, place: int) -> str:
        several = isinstance(self._model.get_layer(layer).output, list | tuple)
        return f"{self._names[layer]}[{place}]" if several else self._names[layer]
