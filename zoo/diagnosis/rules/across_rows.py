"""A softmax over the rows of a batch, which is to be over the outputs of a row."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from ....data.counts import count
from ...backend import keras
from ..problem.context import NetworkFinding, RuleContext, network_finding
from ..problem.graph import Node, arrays_of, pack_inputs, sample_evenly
from .repairs import set_layers

_ROWS = 4
_CLOSE = 1e-4
_ADVICE = "Use softmax over the last axis (axis=-1)."


def softmax_of_rows(context: RuleContext) -> NetworkFinding | None:
    """Return a finding where the outputs of one class sum to 1 over a batch.

    A layer is repaired. Within a ``call`` of the script's own it is told where every
    output is 1 for a row alone: that is what such a softmax makes of one row.
    """
    layers = [node for node in context.graph.nodes if _is_over_rows(node)]
    if layers:
        repair = set_layers(context, layers, "softmax over the last axis", axis=-1)
        names = tuple(node.name for node in layers)
        message = f"The softmax of {', '.join(map(repr, names))} is over axis 0"
        return _finding(message, repairs=(repair,), layers=names)
    rows = arrays_of(context.fit.model, sample_evenly(context.fit.x, _ROWS))
    together = _outputs(context, rows)
    if together is None or not _are_one(together.sum(axis=0)):
        return None
    each = range(len(together))
    alone = [_outputs(context, [part[i : i + 1] for part in rows]) for i in each]
    if not all(outputs is not None and _are_one(outputs) for outputs in alone):
        return None
    line = _line_of_softmax(context.recording.source)
    outputs = count(together.shape[1], "output")
    message = (
        f"For a row alone each of the {outputs} is 1: the softmax{line} is over axis 0"
    )
    return _finding(message)


def _finding(what: str, **facts: Any) -> NetworkFinding:
    return network_finding(
        "N102",
        f"{what}, the rows of a batch. The outputs of a class sum to 1 over these "
        "rows, and say nothing of a row by itself.",
        _ADVICE,
        priority=0,
        **facts,
    )


def _is_over_rows(node: Node) -> bool:
    layer = node.layer
    return isinstance(layer, keras.layers.Softmax) and layer.axis in (0, [0], (0,))


def _outputs(context: RuleContext, rows: list[np.ndarray]) -> np.ndarray | None:
    """Outputs for some rows in one batch; None unless a row has several numbers."""
    model = context.fit.model
    given = model(pack_inputs(model, context.fit.x, rows), training=False)
    outputs = keras.tree.flatten(given)
    if len(outputs) != 1 or len(outputs[0].shape) != 2 or outputs[0].shape[1] < 2:
        return None
    return np.asarray(outputs[0])


def _are_one(values: np.ndarray) -> bool:
    return bool(np.abs(values - 1).max() < _CLOSE)


def _line_of_softmax(source: str) -> str:
    """``" in line 7"`` for the first softmax of axis 0; "" where none is written."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) == "softmax":
            named = [k.value for k in node.keywords if k.arg == "axis"]
            axis = [*named, *node.args[1:2]][:1]
            if axis and isinstance(axis[0], ast.Constant) and axis[0].value == 0:
                return f" in line {node.lineno}"
    return ""


def _name(function: ast.expr) -> str:
    return str(getattr(function, "attr", getattr(function, "id", "")))
