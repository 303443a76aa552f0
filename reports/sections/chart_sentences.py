"""A sentence on each chart, computed from the numbers that it draws."""

import math
from collections.abc import Sequence
from typing import Any

from ...baselines.results.results import Picture
from ...data.counts import join_words
from .. import text


def paired_sentence(marks: list[dict[str, Any]], *, alone: bool, name: str) -> str:
    """Say on how many folds the network is above each other one, and the widest gap.

    Parameters
    ----------
    marks : list of dict
        One a comparison: ``name``, ``mean`` and ``folds``, differences in skill.
    alone : bool
        Whether all marks are of one network, against several baselines.
    name : str
        Of that network; else of the baseline that all are compared with.
    """
    sentences = []
    for mark in marks[:4]:
        above = sum(value > 0 for value in mark["folds"])
        pair = f"{mark['name']} on" if alone else "it on"
        sentences.append(f"{pair} {above} of {len(mark['folds'])} folds")
    if not sentences or not any(mark["folds"] for mark in marks):
        return ""
    widest = max(marks, key=lambda mark: abs(mark["mean"]))
    gap = text.signed(widest["mean"])
    if alone:
        said_all = f"{name} is above {join_words(sentences)}"
        return f"{said_all}. The widest gap is {gap}, to {widest['name']}."
    heads = [
        f"{m['name']} is above {one}" for m, one in zip(marks, sentences, strict=False)
    ]
    first = heads[0].replace(" it on", f" {name} on")
    said_all = join_words([first, *heads[1:]])
    return f"{said_all}. The widest gap is {gap}, of {widest['name']}."


def seeds_sentence(panel: dict[str, Any]) -> str:
    """Compare the spread between seeds with the spread between folds."""
    by_fold: dict[int, list[float]] = {}
    for dot in panel["dots"]:
        by_fold.setdefault(dot["fold"], []).append(dot["at"])
    within = max((max(v) - min(v) for v in by_fold.values()), default=0.0)
    means = [mean["at"] for mean in panel["means"]]
    if len(means) < 2:
        return f"Seeds differ by up to {text.number(within)}."
    between = max(means) - min(means)
    return (
        f"Seeds of one fold differ by up to {text.number(within)}, means of folds by "
        f"{text.number(between)}."
    )


def areas_sentence(names: Sequence[str], pictures: Sequence[Picture]) -> str:
    """Name the largest area of each chart, and the next one."""
    sentences = []
    for label, part in (("ROC AUC", "roc"), ("average precision", "recall")):
        areas = [getattr(found, part).area for found in pictures]
        ranked = sorted(zip(areas, names, strict=True), reverse=True)
        known = [(area, name) for area, name in ranked if math.isfinite(area)]
        if not known:
            continue
        message = f"{known[0][1]} has the largest {label}, {text.number(known[0][0])}"
        if len(known) > 1:
            message += f"; {known[1][1]} has {text.number(known[1][0])}"
        sentences.append(f"{message}.")
    return " ".join(sentences)


def points_sentence(points: list[dict[str, Any]]) -> str:
    """Set the range of predictions beside that of the actual values."""
    if not points:
        return ""
    ends = [
        (min(p[key] for p in points), max(p[key] for p in points))
        for key in ("predicted", "actual")
    ]
    ranges, true = (
        f"{text.number(low, '#.3g')} to {text.number(high, '#.3g')}"
        for low, high in ends
    )
    wide = ends[1][1] - ends[1][0]
    share = (ends[0][1] - ends[0][0]) / wide if wide > 0 else math.nan
    part = f", {text.percent(share, 0)} of that range" if math.isfinite(share) else ""
    return f"Predictions go from {ranges}{part}; actual values from {true}."


def residuals_sentence(bars: list[dict[str, Any]]) -> str:
    """Say how many residuals are above 0, and which bar holds most."""
    total = sum(bar["rows"] for bar in bars)
    if not total:
        return ""
    above = sum(bar["rows"] for bar in bars if bar["from"] >= 0)
    below = sum(bar["rows"] for bar in bars if bar["to"] <= 0)
    high, low = text.percent(above / total, 0), text.percent(below / total, 0)
    return f"Too low for {high} of the rows, too high for {low}."


def histogram_sentence(panel: dict[str, Any], *, numbers: bool) -> str:
    """Name the bar with the most predictions, and how many of them hold."""
    bars = panel["bars"]
    total = sum(bar["rows"] for bar in bars)
    if not total:
        return ""
    top = max(range(len(bars)), key=lambda i: bars[i]["rows"])
    bar = bars[top]
    ends = f"{text.number(bar['from'], '#.3g')} and {text.number(bar['to'], '#.3g')}"
    share = text.percent(bar["rows"] / total, 0)
    sentence = f"{share} of the predictions are between {ends}"
    if numbers or not panel["inner"] or not bar["rows"]:
        return f"{sentence}."
    held = text.percent(panel["inner"][top]["rows"] / bar["rows"], 0)
    return f"{sentence}; {held} of these are true."
