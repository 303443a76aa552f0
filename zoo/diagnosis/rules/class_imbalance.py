"""D310: a class so rare that to leave it out costs next to nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....baselines.rules.class_imbalance import find_imbalance
from ....baselines.rules.registry import rule
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from .repairs import set_fit


@rule("D310", order=200)
def class_imbalance(context: RuleContext) -> NetworkFinding | None:
    """A rare class, or weights of classes or rows that make one count for nothing."""
    if context.task.kind not in ("binary", "multiclass"):
        return None
    shares = find_imbalance(context.task.y, _weights(context))
    if shares is None:
        return None
    rarest, commonest = shares
    repair = _balanced(context)
    of = "weight that fit gives the rows" if _is_weighted(context) else "rows"
    found = network_finding(
        "D310",
        f"The rarest class has {rarest:.2%} of the {of}: always predicting the "
        f"commonest is right for {commonest:.0%}.",
        "Pass class_weight to fit: n_rows / (n_classes * n_rows_of_the_class) for "
        "each.",
        priority=1,
        repairs=() if repair is None else (repair,),
        rarest=rarest,
        classes=len(np.unique(context.task.y)),
    )
    # the script gives these weights, and its data may be as they should
    return replace(found, side="network" if _is_weighted(context) else "data")


def _is_weighted(context: RuleContext) -> bool:
    setup = context.setup
    return setup.sample_weight is not None or bool(setup.class_weight)


def _weights(context: RuleContext) -> np.ndarray:
    """Return each row's weight in the loss."""
    setup, codes = context.setup, _codes(context)
    found = np.ones(len(codes))
    for code, weight in (setup.class_weight or {}).items():
        found[codes == code] = weight
    return found if setup.sample_weight is None else found * setup.sample_weight


def _balanced(context: RuleContext) -> Repair | None:
    """Weights under the codes that Keras looks up; None where it could find none."""
    codes = _codes(context)
    kinds, counts = np.unique(codes, return_counts=True)
    if not np.array_equal(kinds, np.round(kinds)):
        return None
    parts = np.round(len(codes) / (len(kinds) * counts), 4)
    weights = {int(k): float(w) for k, w in zip(kinds, parts, strict=True)}
    code = {"class_weight": repr(weights)}
    if context.setup.sample_weight is not None:
        code["sample_weight"] = ""
    return set_fit(
        "balanced class weights", code, class_weight=weights, sample_weight=None
    )


def _codes(context: RuleContext) -> np.ndarray:
    """The class of each row, as the script writes it; the column where it has some."""
    if context.task.one_hot or context.task.values.dtype.kind not in "biuf":
        return context.task.y
    return context.task.values.astype("float64")[context.task.y]
