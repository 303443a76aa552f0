"""N101: a loss that does not fit the task or the head."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ...backend import keras
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
    counts_from_one,
    diverse_rows,
    first_target,
    has_one_label,
    head_of,
    loss_value,
    nearest_output,
    reads,
    repairs_towards,
    set_loss,
)
from .repairs import set_compile

TOLERANCE = 1e-6
"""Rounding in targets that are shares."""
_ROWS = 32
"""Rows on which a loss of one's own is tried."""
_RAISED = 3.0
"""Added to the outputs of one class: e**3 is twenty times as likely."""


@rule("N101", order=100)
def wrong_loss(context: RuleContext) -> NetworkFinding | None:
    """A loss for other targets, for another head, or that rewards wrong outputs."""
    head = head_of(context)
    if head is None:
        return _check_without_head(context)
    if (
        not head.loss
        and (turned := _check_swapped_arguments(context, head)) is not None
    ):
        return turned
    found = _check_own_loss(context, head) if not head.loss else _known(context, head)
    if found is None:
        return None
    why, priority = found
    aim = nearest_output(context, head.width)
    same = head.loss == aim.loss
    repair = (
        set_loss(context, aim.loss) if same else repairs_towards(context, head, aim)
    )
    return network_finding(
        "N101",
        f"The loss {head.loss or '(custom)'} {why}.",
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
        return _check_numbers(context, head.loss)
    bounded = head.activation == "sigmoid" or (
        head.activation == "softmax" and head.width > 1
    )
    if head.logits and bounded:
        return f"expects logits, but {head.name!r} ends in {head.activation}", 0
    if task == "multilabel":
        return _check_flags(context, head)
    if head.width < nearest_output(context, head.width).units:
        return None  # too few outputs: told as that
    return (
        _check_label(context, head) if has_one_label(context) else _check_columns(head)
    )


def _check_without_head(context: RuleContext) -> NetworkFinding | None:
    """Tell a loss for other targets, of a class whose layers nobody can see."""
    task, loss = context.task, context.loss
    if getattr(context.fit.model, "outputs", None) or not loss:
        return None
    if task.kind == "regression":
        found: Found = _check_numbers(context, loss)
        fitting = ERRORS[0]
    elif has_one_label(context) and loss in CATEGORICAL:
        found, fitting = _NO_COLUMNS, SPARSE[0]
    elif task.one_hot and loss in SPARSE:
        found, fitting = _NO_CODES, CATEGORICAL[0]
    else:
        return None
    if found is None:
        return None
    why, priority = found
    logits = context.from_logits and fitting in CROSS_ENTROPIES
    return network_finding(
        "N101",
        f"The loss {loss} {why}.",
        f"Use loss={fitting!r}.",
        priority=priority,
        repairs=(set_loss(context, fitting, logits=logits),),
    )


_NO_COLUMNS: Found = (
    "expects one column per class, but the targets have one label per row",
    0,
)
_NO_CODES: Found = "expects class codes, but the targets are one-hot", 0


def _check_numbers(context: RuleContext, loss: str) -> Found:
    """A loss for classes where numbers are wanted; shares of 1 may have one."""
    y = context.task.y
    inside = bool(np.isfinite(y).all() and y.min() >= 0 and y.max() <= 1)
    shares = y.ndim == 2 and np.allclose(y.sum(axis=1), 1, atol=TOLERANCE * y.shape[1])
    if (loss in BINARY and inside) or (loss in CATEGORICAL and shares):
        return None
    if loss not in CROSS_ENTROPIES + HINGES:
        return None
    return (
        f"is for classes, but the targets range from {y.min():.4g} to {y.max():.4g}",
        0,
    )


def _check_flags(context: RuleContext, head: OutputLayer) -> Found:
    if head.width != context.task.outputs or _copies(context):
        return None
    if counts_from_one(context, head):
        return None  # told as that
    if head.loss in SPARSE + CATEGORICAL:
        return "expects one class per row, but rows have none or several", 0
    if head.loss in ERRORS and head.activation in (LINEAR, "sigmoid"):
        return "is for regression, but the targets are labels", 1
    return None


def _copies(context: RuleContext) -> bool:
    """Whether the network is to give back what it is given."""
    given = context.inputs[0]
    return given.size == context.targets.size and np.array_equal(
        given.ravel(), context.targets.ravel()
    )


def _check_label(context: RuleContext, head: OutputLayer) -> Found:
    """One column of labels, with outputs enough."""
    if head.width == 1:
        return _check_one_output(context, head)
    if head.loss in SPARSE:
        return None
    if head.loss in CATEGORICAL:
        return _NO_COLUMNS
    if head.loss in BINARY + HINGES:
        if head.activation != "softmax" and context.task.kind == "binary":
            return None  # the outputs are too many: told as that
        return f"compares one label with {head.width} outputs", 0
    if head.loss in ERRORS and reads(context, SPARSE[0], head.width):
        return f"compares class codes with {head.width} outputs", 0
    return None


def _check_one_output(context: RuleContext, head: OutputLayer) -> Found:
    """Two classes with one output."""
    if head.loss in CATEGORICAL or (
        head.loss in SPARSE and head.activation != "softmax"
    ):
        return "compares several outputs per row, but there is one", 0
    flags = set(context.task.values.tolist()) <= {0, 1}
    if head.loss in ERRORS and flags and head.activation in (LINEAR, "sigmoid", "tanh"):
        return "is for regression, but the targets are two classes", 1
    return None


def _check_columns(head: OutputLayer) -> Found:
    """A column for each class, and as many outputs."""
    if head.loss in SPARSE:
        return _NO_CODES
    if head.loss in BINARY and head.activation == "softmax":
        return "treats outputs as independent, but softmax makes them sum to 1", 1
    if head.loss in ERRORS:
        return "is for regression, but the targets are classes", 1
    if head.loss in HINGES:
        return "is for two classes and one output", 1
    return None


def _check_own_loss(context: RuleContext, head: OutputLayer) -> Found:
    """A loss of one's own must fall when outputs come nearer to the targets.

    And it must change with the level of one class: else it compares the rows of a batch
    with each other, and not the classes of a row. And it must fall for the rows of each
    class by themselves: else nothing keeps the network from saying another for all.
    """
    if _has_no_level(context, head):
        return "stays the same when the output of one class is raised for all rows", 0
    before, after = _course(context, head, context.fit.loss)
    if not (np.isfinite(before) and np.isfinite(after)):
        return None
    if after < before:
        return _check_each_class(context, head)
    return f"rises from {before:.4g} to {after:.4g} as outputs approach the targets", 0


def _check_each_class(context: RuleContext, head: OutputLayer) -> Found:
    """Tell a class whose rows may have any output: the loss does not fall for it."""
    task, wanted = context.task, _perfect(context, head)
    if wanted is None or task.kind not in ("binary", "multiclass"):
        return None
    rows = diverse_rows(context, _ROWS)
    y, wanted, codes = first_target(context)[rows], wanted[rows], task.y[rows]
    for code in np.unique(codes):
        before, after = _approached(context.fit.loss, y, wanted, codes == code)
        if not after < before:
            name = task.values[code] if len(task.values) else code
            how = "stays the same" if after == before else "rises"
            return f"{how} as the outputs of class {name} approach their targets", 0
    return None


def _has_no_level(context: RuleContext, head: OutputLayer) -> bool:
    """Whether no class gains by a higher output for all rows, so over a batch."""
    if head.width < 2 or context.task.kind not in ("binary", "multiclass"):
        return False
    rows = diverse_rows(context, _ROWS)
    y = first_target(context)[rows]
    outputs = np.random.default_rng(0).normal(size=(len(rows), head.width))
    outputs = outputs.astype("float32")
    plain = loss_value(context.fit.loss, y, outputs)
    raised = [
        loss_value(context.fit.loss, y, outputs + _RAISED * column)
        for column in np.eye(head.width, dtype="float32")
    ]
    close = 1e-3 * abs(plain)
    return bool(np.isfinite(plain)) and all(abs(r - plain) <= close for r in raised)


def _check_swapped_arguments(
    context: RuleContext, head: OutputLayer
) -> NetworkFinding | None:
    """A loss of one's own that is a number only with its arguments the other way."""
    own: Any = context.fit.loss
    if not callable(own) or isinstance(own, keras.losses.Loss):
        return None

    def turned(y_true: Any, y_pred: Any) -> Any:
        return own(y_pred, y_true)

    if np.isfinite(_course(context, head, own)).any():
        return None
    before, after = _course(context, head, turned)
    if not after < before:
        return None
    name = getattr(own, "__name__", "loss")
    code = f"lambda y_true, y_pred: {name}(y_pred, y_true)"
    repair = set_compile("arguments of the loss swapped", {"loss": code}, loss=turned)
    if getattr(own, "__qualname__", "") != name or not name.isidentifier():
        repair = replace(repair, edits=None)  # it has no name where compile is called
    return network_finding(
        "N101",
        f"The loss {name} is no number, and falls from {before:.4g} to {after:.4g} as "
        "outputs approach the targets if its two arguments change places: Keras calls "
        "it with the targets first.",
        f"Define it as {name}(y_true, y_pred).",
        priority=0,
        repairs=(repair,),
        layers=(head.name,),
        outputs=head.width,
    )


def _course(context: RuleContext, head: OutputLayer, loss: Any) -> tuple[float, float]:
    """A loss at outputs of no use, and nearer to the targets; NaN where it fails."""
    wanted = _perfect(context, head)
    if wanted is None:
        return np.nan, np.nan
    rows = diverse_rows(context, _ROWS)
    return _approached(loss, first_target(context)[rows], wanted[rows])


def _approached(
    loss: Any, y: np.ndarray, wanted: np.ndarray, moved: Any = slice(None)
) -> tuple[float, float]:
    """A loss at one output for all, and with some rows a tenth nearer to targets."""
    if y.size == wanted.size:
        y = y.reshape(wanted.shape)  # shapes that differ are told as that
    start = np.repeat(wanted.mean(axis=0, keepdims=True), len(wanted), axis=0)
    nearer = start.copy()
    nearer[moved] += 0.1 * (wanted - start)[moved]
    return (
        loss_value(loss, y, start.astype("float32")),
        loss_value(loss, y, nearer.astype("float32")),
    )


def _perfect(context: RuleContext, head: OutputLayer) -> np.ndarray | None:
    """Outputs that are all right; None where the head or the labels forbid them."""
    task = context.task
    if head.width != nearest_output(context, head.width).units:
        return None
    if task.one_hot:
        return np.eye(head.width)[task.y]
    if not has_one_label(context):
        return task.y.reshape(len(task), -1).astype("float64")
    if not reads(context, SPARSE[0], max(2, head.width)):
        return None
    codes = task.values[task.y].astype("int64")
    return np.eye(head.width)[codes] if head.width > 1 else codes[:, None] * 1.0
