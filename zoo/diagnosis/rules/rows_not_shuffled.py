"""P704: rows that are trained on, or split, in the order of their target."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....baselines.rules.registry import rule
from ..codemod.edits import WrapArgument
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from .repairs import set_fit

_FEWEST = 50
"""Rows below which an order may be chance."""
SORTED = 0.8
"""From 0, as chance has it, to 1, where all rows of a class stand together."""
MIX = (
    "keras.ops.convert_to_numpy(keras.random.shuffle("
    "keras.ops.convert_to_tensor({}), axis=0, seed=0))"
)
"""The same seed mixes inputs and targets in the same way."""


@rule("P704", order=190)
def rows_not_shuffled(context: RuleContext) -> NetworkFinding | None:
    """Sorted rows, and a ``fit`` that does not mix them, or cuts off the last ones."""
    given = context.fit.arguments
    by_itself = context.setup.in_batches
    kept = by_itself or given.get("shuffle", True) is False
    cut = float(given.get("validation_split") or 0.0)
    if not kept and not cut:
        return None
    order = _order(context)
    if order < SORTED:
        return None
    why = "fit has shuffle=False: each batch has almost a single target"
    if by_itself:
        why = "the dataset does not shuffle them: each batch has almost a single target"
    elif not kept:
        why = f"validation_split={cut:g} removes the last rows with their targets"
    return network_finding(
        "P704",
        f"The rows are sorted by their target ({order:.2f} of 1), and {why}.",
        "Shuffle the rows before batching."
        if by_itself
        else "Shuffle the rows before fit, and let fit shuffle.",
        priority=1,
        repairs=(_shuffle_dataset(context) if by_itself else _shuffle_rows(kept, cut),),
        order=order,
        validation_split=cut,
    )


def _shuffle_dataset(context: RuleContext) -> Repair:
    rows, size = len(context.setup.y), context.setup.batch_size
    code = f"{{}}.unbatch().shuffle({rows}).batch({size})"
    return Repair(
        "rows shuffled before batching",
        lambda setup: replace(setup, shuffle=True),
        (WrapArgument("x", code),) if context.fit.is_pipeline else None,
    )


def _shuffle_rows(kept: bool, cut: float) -> Repair:
    # no shuffling reaches the rows that validation_split takes: they are mixed before,
    # so that what is learned is as if none were taken
    what = "rows shuffled before fit" if cut else "shuffle=True"
    code = {"shuffle": "True"} if kept else {}
    repair = set_fit(what, code, shuffle=True, validation_split=0.0)
    mixing = (WrapArgument("x", MIX), WrapArgument("y", MIX)) if cut else ()
    return replace(repair, edits=(*(repair.edits or ()), *mixing))


def _order(context: RuleContext) -> float:
    """Measure how far neighbours are alike beyond chance: 0 to 1."""
    y = np.asarray(context.task.y)
    if y.ndim > 1 or len(y) < _FEWEST:
        return 0.0
    if context.task.kind == "regression":
        return _trend_strength(y.astype("float64"))
    chance = float(np.square(np.bincount(y) / len(y)).sum())
    alike = float(np.mean(y[1:] == y[:-1]))
    return (alike - chance) / (1 - chance) if chance < 1 else 0.0


def _trend_strength(y: np.ndarray) -> float:
    """Measure how nearly the rows go up or down with their place."""
    if not np.isfinite(y).all() or y.std() == 0:
        return 0.0
    ranks = np.argsort(np.argsort(y, kind="stable"), kind="stable")
    return abs(float(np.corrcoef(ranks, np.arange(len(y)))[0, 1]))
