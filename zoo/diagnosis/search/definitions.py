"""Highest scores that the definitions of the last layer and the loss allow.

A relu gives nothing below 0, a softmax over one unit gives 1, and a loss that is the
same for all outputs has no gradient: no weights change this, and no training is needed
to show it. The limit is the score of the best outputs that are possible at all, judged
as those of trials are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..problem.context import NetworkFinding, RuleContext, network_finding
from ..problem.graph import Node
from ..rules.output_layer import (
    SPARSE,
    diverse_rows,
    final_node,
    first_target,
    loss_value,
)
from ..rules.own_steps import UPHILL
from ..rules.wrong_output_activation import OUTPUT_RANGES, span
from .causes import FAILING, NOTHING, SearchResult
from .trials import SLACK, decide, gives_logits, score_rows


@dataclass(frozen=True)
class Limit:
    """Highest score of a network, whatever its weights.

    Parameters
    ----------
    score : float, optional
        None where nothing is learned: it is that of the network as it starts.
    sentence : str
        The definition, with the numbers of the targets.
    codes : tuple of str
        Rules whose findings it may prove, the likeliest first.
    """

    score: float | None
    sentence: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class LimitedFinding:
    """A finding that follows from the definitions, and the limit that it sets."""

    finding: NetworkFinding
    limit: float


def limited_finding(
    context: RuleContext, findings: Sequence[NetworkFinding], found: SearchResult
) -> LimitedFinding | None:
    """Return the finding by which the network must fail; None where none explains it.

    Trials have the word: scores above the limit refute it, with or without repairs. A
    few targets out of reach explain no failure.

    Parameters
    ----------
    context : RuleContext
    findings : sequence of NetworkFinding
        Those of the rules. Where none is of the limit's codes, one is made.
    found : SearchResult
        Results of the trials.
    """
    limit = find_limit(context) or _climbing_limit(found)
    if limit is None:
        return None
    score = found.original_score if limit.score is None else limit.score
    can = found.best_score if found.best_score > NOTHING else 1.0
    if found.original_score > score + SLACK or score >= FAILING * can:
        return None
    proved = {cause.proposal.finding.code for cause in found.causes}
    explained = explained_by(context, limit, findings, proved)
    # a repair of something else that lifts the limit explains it better
    if found.repaired_score > score + SLACK and explained.code not in proved:
        return None
    return LimitedFinding(explained, score)


def explained_by(
    context: RuleContext,
    limit: Limit,
    findings: Sequence[NetworkFinding],
    proved: set[str],
) -> NetworkFinding:
    """Return the finding that a limit proves.

    Parameters
    ----------
    context : RuleContext
    limit : Limit
    findings : sequence of NetworkFinding
        Those of the rules. Where none is of the limit's codes, one is made.
    proved : set of str
        Codes that trials prove, too: one of these is preferred.
    """
    by_code = {finding.code: finding for finding in findings}
    codes = sorted(limit.codes, key=lambda code: code not in proved)
    known = next((by_code[code] for code in codes if code in by_code), None)
    if known is not None:
        return replace(known, sentence=f"{known.sentence} {limit.sentence}")
    advice = "Change the last layer or the loss, so that every target is possible."
    return network_finding(
        limit.codes[0],
        limit.sentence,
        advice,
        priority=0,
        layers=() if context.head is None else (context.head.name,),
    )


def find_limit(context: RuleContext) -> Limit | None:
    """Return the lowest limit that is known; None where all targets are possible."""
    limits: Sequence[Callable[[RuleContext], Limit | None]] = (
        _constant_loss_limit,
        _label_limit,
        _output_range_limit,
    )
    found = [limit for check in limits if (limit := check(context)) is not None]
    return min(found, key=lambda limit: limit.score or 0.0, default=None)


def _climbing_limit(found: SearchResult) -> Limit | None:
    """The limit of steps that climb, where there was no time to repair them."""
    for finding in found.untested:
        if finding.evidence.get("cosine", 0.0) >= UPHILL:
            message = "Steps along the gradient raise the loss: nothing is learned."
            return Limit(None, message, (finding.code,))
    return None


def _output_shape(context: RuleContext) -> tuple[int, ...] | None:
    """Return the shape of a row's output; None for several, or for unknown sizes."""
    outputs = getattr(context.fit.model, "outputs", None) or []
    shape = tuple(outputs[0].shape[1:]) if len(outputs) == 1 else ()
    return shape if shape and None not in shape else None


_ROWS = 32
"""Rows on which a loss is looked at."""
_ROUNDING = 1e-6
"""Of a loss in single precision."""


def _constant_loss_limit(context: RuleContext) -> Limit | None:
    """The limit of a loss that is the same whatever the network outputs."""
    shape, loss = _output_shape(context), context.fit.loss
    if shape is None or loss is None or isinstance(loss, list | dict):
        return None
    rows = diverse_rows(context, _ROWS)
    y = first_target(context)[rows]
    # beside targets of a million, outputs of 1 and of 3 are the same to a loss
    sizes = (0.3, 3, max(3.0, float(np.nan_to_num(np.abs(y.astype("float64"))).max())))
    outputs = _random_outputs(len(y), shape, sizes)
    losses = [loss_value(loss, y, given) for given in outputs]
    if not np.isfinite(losses).all() or np.ptp(losses) > _ROUNDING * (1 + losses[0]):
        return None
    name = context.loss or "(custom)"
    message = f"The loss {name} is {losses[0]:.2g} whatever the network outputs"
    return Limit(None, f"{message}, so it has no gradient.", ("N101", "N103"))


def _random_outputs(
    count: int, shape: tuple[Any, ...], sizes: Sequence[float]
) -> Iterator[np.ndarray]:
    """Outputs between 0 and 1, and of several sizes to both sides of 0."""
    rng = np.random.default_rng(0)
    for _ in range(3):
        yield rng.uniform(0.05, 0.95, (count, *shape)).astype("float32")
    for size in sizes:
        yield rng.normal(0, size, (count, *shape)).astype("float32")


def _label_limit(context: RuleContext) -> Limit | None:
    """The limit of labels that stand for no output of a sparse loss."""
    shape, values = _output_shape(context), context.task.values
    if context.loss not in SPARSE or shape is None or not len(values):
        return None
    if values.dtype.kind not in "iuf":
        return None
    ignored = getattr(context.fit.loss, "ignore_class", None)
    width = shape[-1]
    outside = (values < 0) | (values >= width) | (values != np.round(values))
    outside &= values != ignored
    if not outside.any():
        return None
    codes = context.task.y
    message = (
        f"The loss expects labels from 0 to {width - 1}; "
        f"{_format_outside(outside[codes])} rows have another one"
    )
    decided = np.where(outside[codes], -1, codes)
    return _limit(context, decided, message, ("P705", "N103"))


def _output_range_limit(context: RuleContext) -> Limit | None:
    """The limit of what the last activation can give at all."""
    final, shape = final_node(context), _output_shape(context)
    if final is None or shape is None or gives_logits(context.setup):
        return None
    if final.activation == "softmax":
        return _softmax_limit(context, shape)
    low, high = _range(final)
    if not np.isfinite([low, high]).any():
        return None
    y = _target_outputs(context, shape)
    if y is None:
        return None
    best, outside = np.clip(y, low, high), (y < low) | (y > high)
    message = (
        f"{_format_outside(outside)} targets lie outside of what {final.activation} "
        f"can give ({span(low, high)})"
    )
    decided = decide(best, context.task, context.setup.values, logits=False)
    return _limit(context, decided, message, ("N102", "P705", "N103", "N101"))


def _range(final: Node) -> tuple[float, float]:
    """The outputs that a layer of Keras' own can give, by its activation."""
    layer = final.layer
    function = getattr(layer, "activation", None) or type(layer)
    homes = [thing.__module__.partition(".")[0] for thing in (type(layer), function)]
    is_bent = getattr(layer, "negative_slope", 0) or getattr(layer, "alpha", 1) != 1
    if not set(homes) <= {"keras", "tensorflow"} or is_bent:
        return -np.inf, np.inf
    return OUTPUT_RANGES.get(final.activation, (-np.inf, np.inf))


def _target_outputs(context: RuleContext, shape: tuple[int, ...]) -> np.ndarray | None:
    """The outputs that are right, a column each; None where any may be right."""
    task, values = context.task, context.setup.values
    if task.kind == "regression":
        y = task.y.reshape(len(task), -1)
        return y if np.prod(shape) == y.shape[1] else None
    if shape != (1,) or values is None or values.dtype.kind not in "biuf":
        return None
    return values[task.y].astype("float64")[:, None]


def _softmax_limit(context: RuleContext, shape: tuple[int, ...]) -> Limit | None:
    """The limit of outputs that sum to 1."""
    task, width = context.task, shape[-1]
    if width == 1:
        best = np.ones((len(task), 1))
        message = "A softmax over one unit is 1 for every row"
    elif task.kind == "regression" and len(shape) == 1:
        best, message = _shares(context, width)
    else:
        return None
    if best is None:
        return None
    decided = decide(best, task, context.setup.values, logits=False)
    return _limit(context, decided, message, ("N102", "N103", "N101"))


_CONVEX = ("mean_squared_error", "huber", "log_cosh")
"""Losses that are least where equal targets have equal outputs."""


def _shares(context: RuleContext, width: int) -> tuple[np.ndarray | None, str]:
    """The best outputs of a softmax for numbers, and why they are no better."""
    y = context.task.y.reshape(len(context.task), -1)
    message = f"The {width} outputs of a softmax are shares of 1"
    if y.shape[1] == width:
        off = np.abs(y.sum(axis=1) - 1) > SLACK
        outside = _format_outside(off | (y < 0).any(axis=1))
        message = f"{message}, and {outside} targets are not"
        return _project_to_simplex(y), message
    if y.shape[1] > 1 or context.loss not in _CONVEX:
        return None, ""
    message = f"{message}, and the loss compares each with one number"
    return np.full(
        (len(y), width), 1 / width
    ), f"{message}: the best is {1 / width:.2g}"


def _project_to_simplex(y: np.ndarray) -> np.ndarray:
    """The nearest rows that sum to 1 and have nothing below 0.

    Duchi and others, Efficient projections onto the l1-ball for learning in high
    dimensions, 2008.
    """
    ordered = -np.sort(-y, axis=1)
    excess = (np.cumsum(ordered, axis=1) - 1) / np.arange(1, y.shape[1] + 1)
    last = (ordered > excess).sum(axis=1) - 1
    return np.maximum(y - excess[np.arange(len(y)), last][:, None], 0)


def _limit(
    context: RuleContext, decided: np.ndarray, message: str, codes: tuple[str, ...]
) -> Limit | None:
    """Score the best outputs; None where they are as good as the targets."""
    rows = np.arange(len(context.task))
    found = float(score_rows(decided, context.task, rows).mean())
    score = round(found, 6) + 0.0  # no -0.00
    return Limit(score, f"{message}.", codes) if score < 1 - SLACK else None


def _format_outside(outside: np.ndarray) -> str:
    return f"{int(outside.sum()):,} of {outside.size:,}"
