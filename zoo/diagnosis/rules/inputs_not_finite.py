"""P703: values that are missing or infinite, which no gradient survives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..codemod.edits import CleanInputs
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from .repairs import set_layers

LOST = "a step on such a row makes weights NaN, and no later step mends them"
"""Of the loss nothing is said: where a relu follows it may stay finite."""
_MEANS = keras.layers.GlobalAveragePooling1D


@rule("P703", order=20)
def inputs_not_finite(context: RuleContext) -> NetworkFinding | None:
    """NaN or infinity in the inputs, or in the targets."""
    bad = sum(_gaps(part) - _empty(part) for part in context.inputs)
    wrong = _gaps(np.asarray(context.targets))
    if not bad and not wrong:
        return _padding_only_rows(context)
    rows = len(context.targets)
    values, verb = (
        "value" if bad == 1 else "values",
        "is" if bad + wrong == 1 else "are",
    )
    messages = [f"{bad:,} {values} of the inputs"] if bad else []
    messages += [f"{wrong:,} of the targets"] if wrong else []
    advice = "Impute or drop missing inputs before the training."
    if wrong:
        advice = "Drop the rows without a target; " + advice[0].lower() + advice[1:]
    return network_finding(
        "P703",
        f"{' and '.join(messages)} ({rows:,} rows) {verb} NaN or infinite: {LOST}.",
        advice,
        priority=0,
        repairs=(clean_inputs(),) if bad else (),
        inputs=bad,
        targets=wrong,
    )


def _padding_only_rows(context: RuleContext) -> NetworkFinding | None:
    """Rows without a step that counts, of which a layer takes the mean over steps."""
    masked = [n for n in context.graph.nodes if getattr(n.layer, "mask_zero", False)]
    pools = [n for n in context.graph.nodes if isinstance(n.layer, _MEANS)]
    if len(masked) != 1 or len(pools) != 1:
        return None
    count = _padded_rows(context.fit.model, masked[0].layer, context.fit.x)
    if not count:
        return None
    rows = "row holds" if count == 1 else "rows hold"
    is_seen = any(_gaps(weight) for weight in context.fit.trained)
    repair = set_layers(context, masked, "no mask of the padding", mask_zero=False)
    return network_finding(
        "P703",
        f"{count:,} {rows} nothing but padding: the mean over steps in "
        f"{pools[0].name!r} is 0/0 there, and {LOST}.",
        "Drop such rows, such as texts without a known word, or set mask_zero=False.",
        priority=0,
        # few rows are in no training of some folds: where the script's own weights are
        # NaN there is nothing to try
        repairs=() if is_seen else (repair,),
        layers=(pools[0].name,),
        rows=count,
        recorded=is_seen,
    )


def _padded_rows(model: Any, embedding: Any, x: Any) -> int:
    """Count rows of which an embedding masks every step; 0 where nobody knows."""
    try:
        before = keras.Model(model.inputs, embedding.input)
        given = before(_tensors(x), training=False)
        steps = np.asarray(keras.ops.convert_to_numpy(given))
    # a layer that is called twice, or a network that is no graph, has no single input
    except (AttributeError, ValueError, TypeError):
        return 0
    return int((steps.reshape(len(steps), -1) == 0).all(axis=1).sum())


def _tensors(x: Any) -> Any:
    return keras.tree.map_structure(keras.ops.convert_to_tensor, x)


def clean_inputs() -> Repair:
    """Gaps as 0, in front of the network."""
    return Repair(
        "missing and infinite inputs replaced by 0",
        lambda setup: replace(setup, clean=True),
        (CleanInputs(),),
    )


def _empty(values: np.ndarray) -> int:
    """Gaps in columns that hold nothing else, which are another fault's."""
    return int(divided_columns(values).sum()) * len(values)


def divided_columns(values: np.ndarray) -> np.ndarray:
    """Which columns of a table are NaN as constant ones are that were divided by 0.

    0 / 0 is NaN in every row, never infinite, and leaves the other columns whole: where
    most of these have gaps too, all come from elsewhere, such as a logarithm.
    """
    if values.dtype.kind != "f" or values.ndim != 2:
        return np.zeros(0, dtype=bool)
    empty = np.asarray(np.isnan(values).all(axis=0))
    whole = np.asarray(np.isfinite(values).all(axis=0))
    if (~empty & ~whole).sum() > whole.sum() or not (~empty).any():
        return np.zeros(values.shape[1], dtype=bool)
    return empty


def _gaps(values: np.ndarray) -> int:
    if values.dtype.kind not in "fc":
        return 0
    return int(values.size - np.isfinite(values).sum())
