"""N102: a last activation that cannot give what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ....baselines.rules.registry import rule
from ..problem.context import (
    NetworkFinding,
    Priority,
    Repair,
    RuleContext,
    network_finding,
)
from ..problem.graph import LINEAR
from .across_rows import softmax_of_rows
from .output_layer import (
    BINARY,
    CATEGORICAL,
    CROSS_ENTROPIES,
    ERRORS,
    HINGES,
    SPARSE,
    OutputLayer,
    head_of,
    is_compatible,
    nearest_output,
    set_activation,
    set_loss,
)

INF = float("inf")
OUTPUT_RANGES: dict[str, tuple[float, float]] = {
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "softmax": (0, 1),
    "tanh": (-1, 1),
    "hard_tanh": (-1, 1),
    "softsign": (-1, 1),
    "relu": (0, INF),
    "relu6": (0, 6),
    "softplus": (0, INF),
    "exponential": (0, INF),
    "elu": (-1, INF),
    "selu": (-1.7581, INF),
    "silu": (-0.2785, INF),
    "gelu": (-0.17, INF),
    "log_softmax": (-INF, 0),
    "log_sigmoid": (-INF, 0),
}
"""What an activation can give at all."""
_SLACK = 0.01
"""Share of the targets' range by which, and share of rows that, may lie outside."""


@dataclass(frozen=True)
class Fault:
    """A fault of the activation, and the activations that are right."""

    why: str
    priority: Priority
    better: tuple[str, ...]
    evidence: dict[str, float] = field(default_factory=dict)


@rule("N102", order=90)
def wrong_output_activation(context: RuleContext) -> NetworkFinding | None:
    """A last activation that the loss cannot read, or that cannot reach the targets."""
    return softmax_of_rows(context) or _check_last_layer(context)


def _check_last_layer(context: RuleContext) -> NetworkFinding | None:
    head = head_of(context)
    if head is None or head.activation == "?":
        return None
    if head.width != nearest_output(context, head.width).units:
        return None  # too many or too few outputs: told as that
    fault = _fault(context, head)
    if fault is None:
        return None
    repairs = [set_activation(context, head.final, name) for name in fault.better]
    return network_finding(
        "N102",
        f"The last layer {head.name!r} ends in {head.activation}: {fault.why}.",
        f"Use activation={fault.better[0]!r} in the last layer.",
        priority=fault.priority,
        repairs=(*repairs, *_logits_repairs(context, head)),
        layers=tuple(dict.fromkeys((head.name, head.final.name))),
        outputs=head.width,
        **fault.evidence,
    )


def _logits_repairs(context: RuleContext, head: OutputLayer) -> tuple[Repair, ...]:
    """A linear head is right where the loss knows of it."""
    if head.activation != LINEAR or head.loss not in CROSS_ENTROPIES:
        return ()
    return (set_loss(context, head.loss, logits=True),)


def _fault(context: RuleContext, head: OutputLayer) -> Fault | None:
    if context.task.kind == "regression":
        return (
            _check_numbers(context, head) if head.loss not in CROSS_ENTROPIES else None
        )
    if head.width == 1 and head.loss in SPARSE + CATEGORICAL:
        return None  # a loss for several outputs: told as that
    if head.activation == "softmax" and head.width == 1:
        better = LINEAR if head.logits else _activation_of_two(context)
        return Fault("for a single output it is 1 for every row", 0, (better,))
    several = context.task.kind == "multilabel" and head.loss in BINARY + ERRORS
    if head.activation == "softmax" and several:
        why = "its outputs sum to 1, but a row may have several labels"
        return Fault(why, 0, ("sigmoid",))
    if head.loss in CROSS_ENTROPIES:
        return _check_cross_entropy(head)
    if head.loss in HINGES and head.width == 1:
        return _check_hinge(head)
    if head.loss in ERRORS:
        return _check_squared_error(context, head)
    return None


def _activation_of_two(context: RuleContext) -> str:
    """The activation between the two values that stand for the classes."""
    return "tanh" if -1 in context.task.values.tolist() else "sigmoid"


def _check_cross_entropy(head: OutputLayer) -> Fault | None:
    if is_compatible(head.activation, head.loss, head.logits):
        return None
    if head.logits:
        why = f"{head.loss} expects logits, which are unbounded"
        return Fault(why, 0, (LINEAR,))
    better = "sigmoid" if head.loss in BINARY else "softmax"
    return Fault(f"{head.loss} expects probabilities", 0, (better,))


def _check_hinge(head: OutputLayer) -> Fault | None:
    low, _ = OUTPUT_RANGES.get(head.activation, (-INF, INF))
    if low < -0.5:
        return None
    why = f"{head.loss} needs negative outputs for one class, which it cannot give"
    return Fault(why, 1, ("tanh", LINEAR))


def _check_squared_error(context: RuleContext, head: OutputLayer) -> Fault | None:
    """Two classes or labels, learned as numbers."""
    flags = set(np.unique(context.targets).tolist()) <= {0, 1}
    if head.activation in ("relu", "relu6") and flags:
        why = "it has no gradient below 0, and the targets are 0 or 1"
        return Fault(why, 1, ("sigmoid",))
    signs = set(np.unique(context.targets).tolist()) <= {-1, 1}
    low, _ = OUTPUT_RANGES.get(head.activation, (-INF, INF))
    if signs and low > -0.5 and head.activation != "sigmoid":
        return Fault("it cannot output the targets' -1", 0, ("tanh",))
    return None


def _check_numbers(context: RuleContext, head: OutputLayer) -> Fault | None:
    """Numbers outside of what the activation can give."""
    y = context.task.y[np.isfinite(context.task.y)]
    if not len(y):
        return None
    seen = {"lowest": float(y.min()), "highest": float(y.max())}
    message = f"the targets range from {y.min():.4g} to {y.max():.4g}"
    if head.activation == "softmax" and head.width == 1:
        why = f"for a single output it is 1 for every row, but {message}"
        return Fault(why, 0, (LINEAR,), seen)
    low, high = OUTPUT_RANGES.get(head.activation, (-INF, INF))
    slack = _SLACK * (y.max() - y.min())
    outside = float(np.mean((y < low - slack) | (y > high + slack)))
    if outside > _SLACK:
        why = f"it outputs {span(low, high)}, but {message}"
        return Fault(why, 0, (LINEAR,), seen | {"outside": outside})
    if head.activation == "softmax" and not _are_shares(context.task.y):
        return Fault(f"its outputs sum to 1, but {message}", 0, (LINEAR,), seen)
    return None


def span(low: float, high: float) -> str:
    """``0 to 1``, or ``nothing below 0``."""
    if high == INF:
        return f"nothing below {low:g}"
    return f"nothing above {high:g}" if low == -INF else f"{low:g} to {high:g}"


def _are_shares(y: np.ndarray) -> bool:
    return bool(np.allclose(y.sum(axis=-1), 1, atol=_SLACK))
