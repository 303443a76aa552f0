"""N101: a loss that does not fit the task or the head."""

from __future__ import annotations

import numpy as np

from ....baselines.rules.registry import rule
from ..problem.context import NetworkFinding, Priority, RuleContext, network_finding
from ..problem.graph import LINEAR
from .output_layer import (
    BINARY,
    CATEGORICAL,
    CROSS_ENTROPIES,
    ERRORS,
    HINGES,
    SPARSE,
    OutputLayer,
    aim_of,
    first_target,
    head_of,
    loss_value,
    mend,
    one_column,
    reads,
    set_loss,
    spread_rows,
)

TOLERANCE = 1e-6
"""Rounding in targets that are shares."""
_ROWS = 32
"""Rows on which a loss of one's own is tried."""


@rule("N101", order=100)
def wrong_loss(context: RuleContext) -> NetworkFinding | None:
    """A loss for other targets, for another head, or that rewards wrong outputs."""
    head = head_of(context)
    if head is None:
        return None
    found = _own(context, head) if not head.loss else _known(context, head)
    if found is None:
        return None
    why, priority = found
    aim = aim_of(context, head.width)
    same = head.loss == aim.loss
    repair = set_loss(context, aim.loss) if same else mend(context, head, aim)
    return network_finding(
        "N101",
        f"The loss {head.loss or 'of your own'} {why}.",
        f"Use loss={aim.loss!r} with activation={aim.activation!r} in {head.name!r}.",
        priority=priority,
        repairs=(repair,),
        layers=(head.name,),
        outputs=head.width,
    )


Found = tuple[str, Priority] | None


def _known(context: RuleContext, head: OutputLayer) -> Found:
    task = context.task.kind
    if task == "regression":
        return _on_numbers(context, head)
    bounded = head.activation == "sigmoid" or (
        head.activation == "softmax" and head.width > 1
    )
    if head.logits and bounded:
        return f"expects logits, yet {head.name!r} ends in {head.activation}", 0
    if task == "multilabel":
        return _on_flags(context, head)
    if head.width < aim_of(context, head.width).units:
        return None  # too few outputs: told as that
    return _on_label(context, head) if one_column(context) else _on_columns(head)


def _on_numbers(context: RuleContext, head: OutputLayer) -> Found:
    """A loss for classes where numbers are wanted; shares of 1 may have one."""
    y = context.task.y
    inside = bool(np.isfinite(y).all() and y.min() >= 0 and y.max() <= 1)
    shares = y.ndim == 2 and np.allclose(y.sum(axis=1), 1, atol=TOLERANCE * y.shape[1])
    if (head.loss in BINARY and inside) or (head.loss in CATEGORICAL and shares):
        return None
    if head.loss not in CROSS_ENTROPIES + HINGES:
        return None
    return f"is for classes; the targets run from {y.min():.4g} to {y.max():.4g}", 0


def _on_flags(context: RuleContext, head: OutputLayer) -> Found:
    if head.width != context.task.outputs or _copies(context):
        return None
    if head.loss in SPARSE + CATEGORICAL:
        return "wants one class a row, yet rows have none or several", 0
    if head.loss in ERRORS and head.activation in (LINEAR, "sigmoid"):
        return "measures distances between numbers, yet the targets are yes or no", 1
    return None


def _copies(context: RuleContext) -> bool:
    """Whether the network is to give back what it is given."""
    given = context.inputs[0]
    return given.size == context.targets.size and np.array_equal(
        given.ravel(), context.targets.ravel()
    )


def _on_label(context: RuleContext, head: OutputLayer) -> Found:
    """One column of labels, with outputs enough."""
    if head.width == 1:
        return _on_one_output(context, head)
    if head.loss in SPARSE:
        return None
    if head.loss in CATEGORICAL:
        return "wants a column for each class, yet the targets have one label a row", 0
    if head.loss in BINARY + HINGES:
        if head.activation != "softmax" and context.task.kind == "binary":
            return None  # the outputs are too many: told as that
        return f"compares one label with {head.width} outputs", 0
    if head.loss in ERRORS and reads(context, SPARSE[0], head.width):
        return f"compares the number of a class with {head.width} outputs", 0
    return None


def _on_one_output(context: RuleContext, head: OutputLayer) -> Found:
    """Two classes with one output."""
    if head.loss in CATEGORICAL or (
        head.loss in SPARSE and head.activation != "softmax"
    ):
        return "compares several outputs of a row, and there is one", 0
    flags = set(context.task.values.tolist()) <= {0, 1}
    if head.loss in ERRORS and flags and head.activation in (LINEAR, "sigmoid", "tanh"):
        return "measures distances between numbers, yet the targets are two classes", 1
    return None


def _on_columns(head: OutputLayer) -> Found:
    """A column for each class, and as many outputs."""
    if head.loss in SPARSE:
        return "wants the number of the class, yet the targets have a column each", 0
    if head.loss in BINARY and head.activation == "softmax":
        return "looks at each output alone, yet softmax makes them shares of 1", 1
    if head.loss in ERRORS:
        return "measures distances between numbers, yet the targets are classes", 1
    if head.loss in HINGES:
        return "is one for two classes and one output", 1
    return None


def _own(context: RuleContext, head: OutputLayer) -> Found:
    """A loss of one's own must fall when outputs come nearer to the targets."""
    wanted = _perfect(context, head)
    if wanted is None:
        return None
    rows = spread_rows(context, _ROWS)
    y, wanted = first_target(context)[rows], wanted[rows]
    if y.size == wanted.size:
        y = y.reshape(wanted.shape)  # shapes that differ are told as that
    start = np.repeat(wanted.mean(axis=0, keepdims=True), len(wanted), axis=0)
    nearer = start + 0.1 * (wanted - start)
    before, after = (
        loss_value(context.fit.loss, y, part.astype("float32"))
        for part in (start, nearer)
    )
    if not (np.isfinite(before) and np.isfinite(after)) or after < before:
        return None
    return f"rises from {before:.4g} to {after:.4g} as outputs approach the targets", 0


def _perfect(context: RuleContext, head: OutputLayer) -> np.ndarray | None:
    """Outputs that are all right; None where the head or the labels forbid them."""
    task = context.task
    if head.width != aim_of(context, head.width).units:
        return None
    if task.one_hot:
        return np.eye(head.width)[task.y]
    if not one_column(context):
        return task.y.reshape(len(task), -1).astype("float64")
    if not reads(context, SPARSE[0], max(2, head.width)):
        return None
    codes = task.values[task.y].astype("int64")
    return np.eye(head.width)[codes] if head.width > 1 else codes[:, None] * 1.0
