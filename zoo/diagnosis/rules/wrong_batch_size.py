"""N204: batches that leave too few steps, or so small that steps are noise."""

from __future__ import annotations

import math
from dataclasses import replace

from ....baselines.rules.registry import rule
from ....data.counts import count
from ..codemod.edits import Edit, WrapArgument
from ..problem.context import (
    NetworkFinding,
    Priority,
    Repair,
    RuleContext,
    network_finding,
)
from ..problem.graph import Node
from ..problem.training_setup import DEFAULT_BATCH, Setup
from .batchnorm_statistics import ARRIVED, is_batch_norm
from .repairs import set_fit

_FEW_STEPS = 200
_LARGE = 1 / 10
"""Share of the rows in one batch from which on it is large."""
_SMALL = 2
"""Largest batch whose gradient is that of single rows."""
_MOST_MOMENTUM = 0.999
_FEW_ROWS = 4
"""Rows of a batch, whose mean and variance say little of the others."""


@rule("N204", order=270)
def wrong_batch_size(context: RuleContext) -> NetworkFinding | None:
    """A batch of a tenth of the rows or more and few steps, or of one or two rows."""
    setup, rows = context.setup, len(context.setup.y)
    size = setup.batch_size
    if size <= _FEW_ROWS and rows >= 2 * DEFAULT_BATCH:
        nodes = [n for n in context.graph.nodes if is_batch_norm(n.layer)]
        if nodes and not setup.in_inference:
            unlike = (
                f"BatchNormalization ({nodes[0].name!r}) takes mean and variance of "
                f"{count(size, 'row')}, unlike those that predictions use"
            )
            least = max(map(_averages_warm_up, nodes))
            repair = _fewer_steps(setup, rows, least=least)
            return _found(context, unlike, repair, priority=1)
    if size <= _SMALL and rows >= 2 * DEFAULT_BATCH:
        noisy = "each step follows the noise of single rows"
        return _found(context, noisy, _fewer_steps(setup, rows))
    if size > rows * _LARGE and size > DEFAULT_BATCH and setup.steps < _FEW_STEPS:
        few = f"only {setup.steps:,} steps in total"
        repair = set_fit(
            f"batch_size {size:,} -> {DEFAULT_BATCH}",
            {"batch_size": str(DEFAULT_BATCH)},
            batch_size=DEFAULT_BATCH,
        )
        return _found(context, few, repair)
    return None


def _found(
    context: RuleContext, message: str, repair: Repair, *, priority: Priority = 2
) -> NetworkFinding:
    setup = context.setup
    rows, size = len(setup.y), setup.batch_size
    if setup.in_batches:
        repair = replace(repair, edits=_cut_anew(context, repair))
    return network_finding(
        "N204",
        f"batch_size is {size:,} for {rows:,} rows and {setup.epochs:,} epochs: "
        f"{message}.",
        f"Use batch_size={DEFAULT_BATCH}.",
        priority=priority,
        repairs=(repair,),
        batch_size=size,
        rows=rows,
        steps=setup.steps,
    )


def _cut_anew(context: RuleContext, repair: Repair) -> tuple[Edit, ...] | None:
    """Batches of another size, of a dataset: ``fit`` takes no ``batch_size`` then."""
    if not context.fit.is_pipeline or context.fit.arguments.get("steps_per_epoch"):
        return None
    others = (e for e in repair.edits or () if getattr(e, "name", "") != "batch_size")
    return (WrapArgument("x", f"{{}}.unbatch().batch({DEFAULT_BATCH})"), *others)


def _averages_warm_up(node: Node) -> int:
    """Steps after which moving averages have nothing left of their first value."""
    momentum = min(max(float(node.layer.momentum), 0.0), _MOST_MOMENTUM)
    return math.ceil(math.log(ARRIVED) / math.log(momentum)) if momentum else 1


def _fewer_steps(setup: Setup, rows: int, *, least: int = 0) -> Repair:
    """Larger batches, and the epochs that leave a quarter of the steps, or a least."""
    each = -(-rows // DEFAULT_BATCH) * setup.passes
    steps = max(setup.steps / 4, min(least, setup.steps))
    epochs = max(setup.epochs, math.ceil(steps / each))
    return set_fit(
        f"batch_size {setup.batch_size} -> {DEFAULT_BATCH}, {epochs:,} epochs",
        {"batch_size": str(DEFAULT_BATCH), "epochs": str(epochs)},
        batch_size=DEFAULT_BATCH,
        epochs=epochs,
    )
