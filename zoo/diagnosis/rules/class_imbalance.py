"""D310: a class so rare that to leave it out costs next to nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....baselines.rules.class_imbalance import find_imbalance
from ....baselines.rules.registry import rule
from ..problem.context import NetworkFinding, Repair, RuleContext, suspect
from .repairs import set_fit


@rule("D310", order=200)
def class_imbalance(case: RuleContext) -> NetworkFinding | None:
    """A rare class, or weights of classes or rows that make one count for nothing."""
    if case.question.task not in ("binary", "multiclass"):
        return None
    shares = find_imbalance(case.question.y, _weights(case))
    if shares is None:
        return None
    rarest, commonest = shares
    repair = _balanced(case)
    of = "weight that fit gives the rows" if _is_weighted(case) else "rows"
    found = suspect(
        "D310",
        f"The rarest class has {rarest:.2%} of the {of} and the commonest "
        f"{commonest:.0%}: to leave it out costs hardly any loss.",
        "Give fit a class_weight, n_rows / (n_classes * n_rows_of_the_class) for each.",
        tier=1,
        repairs=() if repair is None else (repair,),
        rarest=rarest,
        classes=len(np.unique(case.question.y)),
    )
    # the script gives these weights, and its data may be as they should
    return replace(found, side="network" if _is_weighted(case) else "data")


def _is_weighted(case: RuleContext) -> bool:
    setup = case.setup
    return setup.sample_weight is not None or bool(setup.class_weight)


def _weights(case: RuleContext) -> np.ndarray:
    """Return each row's weight in the loss."""
    setup, codes = case.setup, _codes(case)
    found = np.ones(len(codes))
    for code, weight in (setup.class_weight or {}).items():
        found[codes == code] = weight
    return found if setup.sample_weight is None else found * setup.sample_weight


def _balanced(case: RuleContext) -> Repair | None:
    """Weights under the codes that Keras looks up; None where it could find none."""
    codes = _codes(case)
    kinds, counts = np.unique(codes, return_counts=True)
    if not np.array_equal(kinds, np.round(kinds)):
        return None
    parts = np.round(len(codes) / (len(kinds) * counts), 4)
    weights = {int(k): float(w) for k, w in zip(kinds, parts, strict=True)}
    code = {"class_weight": repr(weights)}
    if case.setup.sample_weight is not None:
        code["sample_weight"] = ""
    return set_fit(
        "balanced class weights", code, class_weight=weights, sample_weight=None
    )


def _codes(case: RuleContext) -> np.ndarray:
    """The class of each row, as the script writes it; the column where it has some."""
    if case.question.one_hot or case.question.values.dtype.kind not in "biuf":
        return case.question.y
    return case.question.values.astype("float64")[case.question.y]
