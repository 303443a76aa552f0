"""P705: labels coded in a way the loss does not read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....baselines.rules.registry import rule
from ....data.counts import count
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.task import are_beside_middle
from ..problem.training_setup import Setup
from .output_layer import (
    BINARY,
    CATEGORICAL,
    ERRORS,
    HINGES,
    SPARSE,
    OutputLayer,
    counts_from_one,
    has_one_label,
    head_of,
    nearest_output,
    reads,
    recode,
    repairs_towards,
)

_REACH = {"sigmoid": (0, 1), "hard_sigmoid": (0, 1), "tanh": (-1, 1)}
"""What a bounded activation gives."""


@rule("P705", order=70)
def label_encoding(context: RuleContext) -> NetworkFinding | None:
    """Labels that are not the numbers that the loss takes for classes."""
    head = head_of(context)
    if head is not None and counts_from_one(context, head):
        return _missing_column(context, head)
    if head is None or not has_one_label(context) or not len(context.task.values):
        return None
    repair = _repair(context, head)
    if repair is None:
        return None
    values = context.task.values
    some = ", ".join(str(value) for value in values[:4])
    some += f", ... {values[-1]}" if len(values) > 4 else ""
    return network_finding(
        "P705",
        f"The {len(values)} classes are encoded as {some}, which "
        f"{head.loss} with {count(head.width, 'output')} does not expect.",
        "Encode the classes as 0, 1, 2 and so on.",
        priority=0,
        repairs=(repair,),
        layers=(head.name,),
        classes=len(values),
    )


def _missing_column(context: RuleContext, head: OutputLayer) -> NetworkFinding:
    """Find one-hot rows of classes that are counted from 1."""
    y = context.task.y
    bare, width = int((y.sum(axis=1) == 0).sum()), y.shape[1]
    return network_finding(
        "P705",
        f"{bare:,} of {len(y):,} rows have no class, and no row has the first of "
        f"{width} classes: so one-hot encoding with {width} columns writes classes "
        f"that are counted from 1, of which {width} has no column.",
        f"Count classes from 0 before they are encoded, as in one_hot(y - 1, {width}).",
        priority=0,
        # the place is where the script encodes, which nobody knows
        repairs=(Repair("classes counted from 0", _fill_first),),
        layers=(head.name,),
        classes=width,
        rows=bare,
    )


def _fill_first(setup: Setup) -> Setup:
    """Give rows without a class the column that nobody has."""
    y = setup.y.copy()
    y[y.reshape(len(y), -1).sum(axis=1) == 0, 0] = 1
    return replace(setup, y=y)


def _are_whole(values: np.ndarray) -> bool:
    """Whether classes are whole numbers or names, and not numbers computed with."""
    return values.dtype.kind != "f" or bool((values == values.round()).all())


def _repair(context: RuleContext, head: OutputLayer) -> Repair | None:
    enough = head.width >= context.task.class_count
    if head.width == 1:
        if context.task.kind == "binary":
            return recode(context) if _misread(context, head) else None
        return _recode_fractions(context, head)
    if head.loss in SPARSE and enough and not reads(context, SPARSE[0], head.width):
        return recode(context)
    # a whole new reading: the codes, and the loss for them
    known = head.loss in CATEGORICAL + BINARY + ERRORS
    if known and enough and not reads(context, SPARSE[0], head.width):
        return repairs_towards(context, head, nearest_output(context, head.width))
    return None


def _misread(context: RuleContext, head: OutputLayer) -> bool:
    """Two classes with one output."""
    if head.loss in BINARY + HINGES:
        beside = head.loss in BINARY and are_beside_middle(context.task.values)
        return beside or not reads(context, head.loss, 1)
    if head.loss in ERRORS and head.activation in _REACH:
        low, high = _REACH[head.activation]
        values = context.task.values
        if values.dtype.kind not in "biuf":
            return True
        return bool(values.min() < low or values.max() > high)
    return False


def _recode_fractions(context: RuleContext, head: OutputLayer) -> Repair | None:
    """Many classes as points on a line, with one output."""
    if _are_whole(context.task.values) or not head.loss:
        return None
    return repairs_towards(context, head, nearest_output(context, head.width))
