"""P706: targets and outputs whose shapes broadcast in the loss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
from ..codemod.edits import WrapArgument
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.graph import arrays_of, is_recurrent, pack_inputs, sample_evenly
from ..problem.training_setup import Setup
from .output_layer import (
    diverse_rows,
    first_target,
    have_roles,
    head_of,
    loss_value,
    nearest_output,
    set_loss,
)
from .repairs import insert_before, set_layers

_ROWS = 8
"""Rows on which the loss is tried."""
_SAME = 1e-4
"""Relative difference of two losses that rounding explains."""


@rule("P706", order=60)
def target_shape(context: RuleContext) -> NetworkFinding | None:
    """A loss that pairs each target with the outputs of other rows."""
    loss = context.fit.loss
    if loss is None or isinstance(loss, (list, tuple, dict)):
        return None
    shape, y = _output_shape(context), first_target(context)
    if shape is None or None in shape or len(y) < 2 or y.dtype.kind not in "biuf":
        return None
    if len(shape) > 1 and y[0].size == 1:
        return _check_steps(context, shape, y)
    if y[0].size == 1 and len(shape) == 1 and shape[0] > 1:
        return _check_roles(context, shape, y)
    if y[0].size != np.prod(shape, dtype=int) or y.shape[1:] == shape:
        return None
    given, reading = _both(context, shape, y)
    if np.isnan(reading) or abs(given - reading) <= _SAME * abs(reading):
        return None
    message = "fails" if np.isnan(given) else f"is {given:.4g}"
    sentence = (
        f"Targets have shape {_shape_text(y.shape[1:])}, outputs {_shape_text(shape)}: "
        f"on {_ROWS} rows the loss {message}, computed row by row {reading:.4g}."
    )
    advice = f"Pass targets of shape {_shape_text(shape)} to fit."
    repairs = (_reshaped(shape), *_standard(context))
    return network_finding(
        "P706",
        sentence,
        advice,
        priority=0,
        repairs=repairs,
        row_by_row=reading,
        as_given=given,
    )


def _output_shape(context: RuleContext) -> tuple[int, ...] | None:
    """The shape of one output row; None for several outputs."""
    model = context.fit.model
    outputs = getattr(model, "outputs", None)
    if not outputs:  # a network of a class of one's own is asked
        rows = sample_evenly(context.fit.x, 2)
        outputs = keras.tree.flatten(
            model(pack_inputs(model, rows, arrays_of(model, rows)))
        )
    return tuple(outputs[0].shape[1:]) if len(outputs) == 1 else None


def _shape_text(shape: tuple[int, ...]) -> str:
    inside = ", ".join(("n", *(str(size) for size in shape)))
    return f"({inside}{'' if shape else ','})"


def _both(
    context: RuleContext, shape: tuple[int, ...], y: np.ndarray
) -> tuple[float, float]:
    """The loss of some outputs with the targets as given, and in their shape."""
    rows = diverse_rows(context, _ROWS)
    rng = np.random.default_rng(0)
    outputs = rng.uniform(0.05, 0.95, (len(rows), *shape)).astype("float32")
    chosen = y[rows]
    as_meant = chosen.reshape(outputs.shape)
    loss = context.fit.loss
    return loss_value(loss, chosen, outputs), loss_value(loss, as_meant, outputs)


def _reshaped(shape: tuple[int, ...]) -> Repair:
    sizes = ", ".join(str(size) for size in (-1, *shape))
    code = f"np.asarray({{}}).reshape({sizes})"

    def apply(setup: Setup) -> Setup:
        return replace(setup, y=setup.y.reshape(-1, *shape))

    return Repair(
        f"targets of shape {_shape_text(shape)}", apply, (WrapArgument("y", code),)
    )


def _check_roles(
    context: RuleContext, shape: tuple[int, ...], y: np.ndarray
) -> NetworkFinding | None:
    """One number a row, and several outputs that a loss of one's own takes apart.

    Of outputs such as a mean and a variance it takes one column, (n,), which with
    targets of shape (n, 1) gives (n, n): it is the same whichever row has which target.
    """
    head = head_of(context)
    if head is None or not have_roles(context, head):
        return None
    other = () if y.ndim > 1 else (1,)
    rows = diverse_rows(context, _ROWS)
    outputs = np.random.default_rng(0).uniform(0.05, 0.95, (len(rows), *shape))
    outputs = outputs.astype("float32")
    given = _losses_of_orders(context, y[rows], outputs)
    meant = _losses_of_orders(context, y[rows].reshape(-1, *other), outputs)
    if not _is_unpaired(given) or _is_unpaired(meant) or np.isnan(meant).any():
        return None
    return network_finding(
        "P706",
        f"Targets have shape {_shape_text(y.shape[1:])}: on {_ROWS} rows the loss is "
        f"{given[0]:.4g}, and {given[1]:.4g} if the targets of the rows change places, "
        "so each row is compared with the targets of all.",
        f"Pass targets of shape {_shape_text(other)} to fit, or give a column of "
        "outputs and the targets one shape in the loss.",
        priority=0,
        repairs=(_reshaped(other),),
        as_given=given[0],
        row_by_row=meant[0],
    )


def _losses_of_orders(
    context: RuleContext, y: np.ndarray, outputs: np.ndarray
) -> tuple[float, float]:
    """The loss with each row's own target, and with those of other rows."""
    loss = context.fit.loss
    return loss_value(loss, y, outputs), loss_value(loss, y[::-1], outputs)


def _is_unpaired(losses: tuple[float, float]) -> bool:
    own, others = losses
    return abs(own - others) <= _SAME * abs(own)


def _standard(context: RuleContext) -> tuple[Repair, ...]:
    """Keras' own losses bring both to one rank first."""
    head = head_of(context)
    if head is None or head.loss or head.width != 1:
        return ()
    return (set_loss(context, nearest_output(context, 1).loss),)


def _check_steps(
    context: RuleContext, shape: tuple[int, ...], y: np.ndarray
) -> NetworkFinding | None:
    """One target a row, and outputs for every step or place of it."""
    sparse = "sparse" in context.loss
    rows = diverse_rows(context, _ROWS)
    outputs = np.full((len(rows), *shape), 0.5, "float32")
    if (
        sparse
        or context.head is None
        or np.isnan(loss_value(context.fit.loss, y[rows], outputs))
    ):
        return None
    return network_finding(
        "P706",
        f"There is one target per row, and {context.head.name!r} has outputs of shape "
        f"{_shape_text(shape)}: the loss compares each of them with targets of other "
        "rows.",
        "Reduce to one output per row: Flatten, pooling or return_sequences=False "
        "before the last layer.",
        priority=0,
        repairs=_one_output_per_row(context),
        layers=(context.head.name,),
        outputs_a_row=float(np.prod(shape)),
    )


def _one_output_per_row(context: RuleContext) -> tuple[Repair, ...]:
    head = context.head
    if head is None or is_recurrent(head.layer):
        return ()
    before = [node for node in context.graph.hidden if is_recurrent(node.layer)]
    flat = insert_before(
        context,
        head,
        f"Flatten before {head.name!r}",
        keras.layers.Flatten,
        "keras.layers.Flatten()",
    )
    if not before or not _gives_steps(before[-1].layer):
        return (flat,)
    last = before[-1]
    message = f"return_sequences of {last.name!r}: True -> False"
    return set_layers(context, [last], message, return_sequences=False), flat


def _gives_steps(layer: Any) -> bool:
    """Whether it is recurrent by itself, and gives what it has at every step."""
    return isinstance(layer, keras.layers.RNN) and layer.return_sequences
