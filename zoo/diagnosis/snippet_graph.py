"""Code of a functional model: one line for each call of a layer."""

from __future__ import annotations

import copy
import keyword
import re
from collections.abc import Callable
from typing import Any

from ..backend import keras


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
