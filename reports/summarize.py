"""Results -> facts: every number and text of the page, as plain values."""

import hashlib
import json
import math
from typing import Any

from ..baselines.results.results import Comparison, Results, Signal
from ..baselines.signal.effect_size import effect
from ..baselines.verdicts.prospect import network_prospect
from . import text
from .metrics import metric
from .next_steps import next_steps
from .sections.calibration import calibration_facts
from .sections.classes import (
    balance_facts,
    confusion_facts,
    recognition_facts,
    tradeoff_facts,
)
from .sections.columns import column_facts
from .sections.diagnosis import diagnosis_facts
from .sections.findings import finding_facts
from .sections.folds import fold_facts
from .sections.forecasts import forecast_facts
from .sections.learning import learning_facts
from .sections.predictions import histogram_facts, residual_facts
from .sections.scores import (
    best_baseline,
    failures,
    noise_facts,
    score_facts,
    timing_facts,
    verdict_facts,
)
from .sections.training import MOST_NETWORKS, network_facts
from .sections.untested import untested_facts
from .sections.worst_rows import worst_row_facts
from .tasks import size, task_words

_FEW = 6
"""So many comparisons are shown open; more are folded away."""

_LEVEL = 0.05
"""Two candidates are told apart below this p, corrected for the number of tries."""

MOST_NOTES = 30


def summarize(results: Results) -> dict[str, Any]:
    """The facts of one page.

    Parameters
    ----------
    results : Results
        As loaded from ``results.json``.

    Returns
    -------
    dict
        Lists, dicts, texts and numbers. A part that does not apply is None or empty,
        and the page leaves its section out.
    """
    data = results.to_dict()
    return {
        "id": f"zoo-{_fingerprint(data)}",
        "title": text.name(results.about.title or results.about.name, 90),
        "dataset": dataset_facts(results),
        "diagnosis": diagnosis_facts(results),
        "verdicts": verdict_facts(results.verdicts),
        "prospect": prospect_facts(results),
        "steps": [
            {
                "sentence": text.clean(step.sentence, 300),
                "command": text.clean(step.command, 2_000),
            }
            for step in next_steps(results)
        ],
        "signal": signal_facts(results.signal, results.about.task),
        "duels": network_comparison_facts(results),
        "comparisons": [comparison_facts(c, results) for c in results.comparisons],
        "pairs": [text.clean(pair.sentence, 500) for pair in results.pairs],
        "noise": noise_facts(results),
        "few_comparisons": len(results.comparisons) <= _FEW,
        "scores": score_facts(results),
        "decider": metric(results.metric).label,
        "failures": failures(results),
        "untested": untested_facts(results),
        "folds": fold_facts(results),
        "tradeoffs": tradeoff_facts(results),
        "calibration": calibration_facts(results),
        "residuals": residual_facts(results),
        "histograms": histogram_facts(results),
        "course": forecast_facts(results),
        "learning": learning_facts(results),
        "networks": network_facts(results),
        "more_networks": _names_beyond(results),
        "confusions": confusion_facts(results),
        "recognition": recognition_facts(results),
        "balance": balance_facts(results),
        "columns": column_facts(results.about.understood),
        "findings": finding_facts(results),
        "worst": worst_row_facts(results),
        "timings": timing_facts(results),
        "notes": [text.clean(note, 500) for note in results.about.notes[:MOST_NOTES]],
        "reproduce": reproduce_facts(results),
        "data": data,
    }


def _fingerprint(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:8]


def _names_beyond(results: Results) -> list[str]:
    return [text.name(network.name) for network in results.networks[MOST_NETWORKS:]]


def dataset_facts(results: Results) -> dict[str, Any]:
    """The line under the title."""
    about, split = results.about, text.clean(results.split)
    label = task_words(about.task).label
    return {
        "label": label,
        "labels": text.plural(label),
        "size": size(about),
        "task": text.name(about.task),
        "target": text.name(about.target),
        "split": split[:1].upper() + split[1:],
    }


def prospect_facts(results: Results) -> str:
    """Whether a network is worth trying, in a sentence; "" where one was tried."""
    found = None if results.diagnosis else network_prospect(results)
    return text.clean(found.sentence, 1_000) if found else ""


def signal_facts(signal: Signal, task: str = "") -> dict[str, str]:
    """The signal test in words."""
    known = task_words(task)
    found = {
        "question": known.question,
        "measured": known.measured,
        "p": text.p_value(signal.p),
        "explained": text.percent(signal.explained),
        "features": text.clean(signal.features),
        "permutations": text.count(signal.permutations, "permutation"),
        "rows": text.count(signal.rows, known.row),
        "seconds": text.seconds(signal.seconds),
        "detectable": "",
    }
    if signal.detectable is not None and math.isfinite(signal.detectable):
        found["detectable"] = effect(signal)
    return found


def comparison_facts(comparison: Comparison, results: Results) -> dict[str, Any]:
    """One network against one baseline, in words."""
    spec = metric(results.metric).spec
    low, high = comparison.low, comparison.high
    outcome, tone = "no significant difference", "open"
    if comparison.p_holm < _LEVEL and comparison.difference > 0:
        outcome, tone = "network better", "good"
    elif comparison.p_holm < _LEVEL:
        outcome, tone = "network worse", "bad"
    return {
        "network": text.name(comparison.network),
        "baseline": text.name(comparison.baseline),
        "difference": text.signed(comparison.difference, spec),
        "interval": f"{text.signed(low, spec)} to {text.signed(high, spec)}",
        "p": text.p_value(comparison.p_holm),
        "outcome": outcome,
        "by": comparison.by,
        "tone": tone,
    }


def network_comparison_facts(results: Results) -> list[dict[str, Any]]:
    """Each network against the best baseline: the comparisons that matter most."""
    best = best_baseline(results)
    return [
        comparison_facts(comparison, results)
        for comparison in results.comparisons
        if best is not None and comparison.baseline == best.name
    ]


def reproduce_facts(results: Results) -> dict[str, Any]:
    """Return the facts that are needed to run it again."""
    about = results.about
    named = {
        "seed": str(results.seed),
        "created": text.format_time(results.created),
        "duration": text.seconds(results.seconds),
        "split": text.clean(results.split),
        "dataset": text.name(about.name),
        "source": text.clean(about.source, 500),
        "sha256 of the data": text.clean(about.sha256, 80),
        "versions": ", ".join(
            f"{text.name(k, 40)} {text.name(v, 40)}"
            for k, v in list(results.versions.items())[:40]
        ),
    }
    return {
        "command": text.clean(results.command, 2_000),
        "items": [{"name": k, "value": v} for k, v in named.items() if v],
    }
