"""N118: metrics that do not show what the network learns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ..problem.context import NetworkFinding, RuleContext, network_finding
from ..problem.task import each_metric, metric_name
from ..record.recording import Place
from .output_layer import counts_from_one, head_of
from .prediction_reading import describe_reading

_MOST_FLAGS = 0.5
"""Share of targets that are 0 or 1, above which accuracy says something of them."""
_RARE = 0.25
"""Share of ones among many columns, below which naming none of them looks good: their
binary accuracy is 0.75 then, and more."""
_LEAST_COLUMNS = 3


@rule("N118", order=400)
def misleading_metric(context: RuleContext) -> NetworkFinding | None:
    """A metric that stays low although the network learns, or high though it does not.

    Metrics take no part in the training, nor do the script's own scores of predictions:
    nothing can be tried.
    """
    if read := describe_reading(context):
        sentence, advice, line = read
        place = Place(context.recording.script, line)
        return replace(
            network_finding("N118", sentence, advice, priority=2), place=place
        )
    for metric in each_metric(context.fit.metrics):
        name = metric_name(metric)
        if told := _describe(context, metric, name):
            sentence, advice = told
            message = f"The metric {name!r} {sentence}"
            found = network_finding("N118", message, advice, priority=2)
            return replace(found, place=context.fit.compiled)
    return None


def _describe(context: RuleContext, metric: Any, name: str) -> tuple[str, str] | None:
    """Say what a metric shows, and what is better; None where it is sound."""
    # accuracy of a class for each place of a row is what it says
    if "acc" not in name.lower() or len(context.task.places):
        return None
    if context.task.kind == "regression":
        return _judge_numbers(context)
    is_binary = "binary" in f"{name} {type(metric).__name__}".lower()
    y = np.asarray(context.targets)
    if y.ndim == 2 and y.shape[1] >= _LEAST_COLUMNS:
        return _judge_columns(context, y, is_binary=is_binary)
    return _judge_logits(context, metric)


def _judge_numbers(context: RuleContext) -> tuple[str, str] | None:
    share = float(np.mean(np.isin(context.task.y, (0, 1))))
    if share > _MOST_FLAGS:
        return None
    return (
        f"counts equal classes, but the targets are numbers, {share:.1%} of which are "
        "0 or 1: it stays near 0 however well the network learns.",
        'Use metrics=["mae", keras.metrics.R2Score()] for numbers.',
    )


def _judge_columns(
    context: RuleContext, y: np.ndarray, *, is_binary: bool
) -> tuple[str, str] | None:
    """Judge a metric of several columns of 0 and 1."""
    if is_binary and y.mean() <= _RARE:
        return (
            f"counts {y.shape[1]} columns one by one, {1 - y.mean():.0%} of whose "
            f"targets are 0: a network that names no class has {1 - y.mean():.2f}.",
            'Use metrics=["categorical_accuracy"] for classes, or '
            "keras.metrics.F1Score() for labels.",
        )
    head = head_of(context)
    is_one_hot = head is not None and counts_from_one(context, head)
    if not is_binary and context.task.kind == "multilabel" and not is_one_hot:
        return (
            "compares the largest output with the largest target, but a row has "
            f"{y.sum(axis=1).mean():.1f} labels on average: it does not show how many "
            "of them are right.",
            'Use metrics=["binary_accuracy"] and keras.metrics.AUC(multi_label=True).',
        )
    return None


def _judge_logits(context: RuleContext, metric: Any) -> tuple[str, str] | None:
    """Judge a metric of one output without activation, whose middle is 0."""
    head = context.head
    linear = head is not None and head.activation == "linear" and head.layer_width == 1
    if context.task.kind != "binary" or not (linear and context.from_logits):
        return None
    threshold = getattr(metric, "_threshold", getattr(metric, "threshold", 0.5))
    if threshold == 0:
        return None
    return (
        "counts outputs above 0.5 as class 1, but the outputs are logits, whose middle "
        "is 0: what lies between counts as wrong.",
        "Use keras.metrics.BinaryAccuracy(threshold=0.0), or a sigmoid and "
        "from_logits=False.",
    )
