"""Scores, failures and costs of the candidates: facts of the tables."""

import math
from typing import Any

from ...baselines.results.candidates import METRIC_LABELS
from ...baselines.results.results import Results, Row, Score, Verdict
from .. import text
from ..metrics import METRICS, metric
from ..tasks import task_words

_NOTHING = Score(math.nan, None, None, ())
MOST_DECIDING = 16
"""With more candidates the page keeps to the plot of the first scale, for its size."""
_FLOOR = -1.0
"""Skill and R² further left than this are drawn at the edge, else nothing else can be
seen."""
_TIMES = 3.0
"""Errors further right than so many times the rule of thumb's, likewise."""


def main_score(row: Row, key: str) -> Score:
    """The score that decides; all missing where the row has none."""
    return row.scores.get(key, _NOTHING)


def _merit(row: Row, key: str) -> float:
    mean = main_score(row, key).mean
    if not math.isfinite(mean):
        return -math.inf
    return -mean if metric(key).higher_is_better is False else mean


def scored_rows(results: Results) -> list[Row]:
    """The rows that have scores, best first."""
    rows = [row for row in results.rows if row.error is None and row.scores]
    return sorted(rows, key=lambda row: _merit(row, results.metric), reverse=True)


def rule_of_thumb(results: Results) -> Row | None:
    """The baseline that marks zero: the classes' shares, or the mean.

    The class frequencies, else the first one of the catalog, unless it is so far off
    that it marks nothing.
    """
    rows = [r for r in results.rows if r.kind == "baseline" and r.error is None]
    rows.sort(key=lambda row: row.name != "prior")
    near = (r for r in rows if not main_score(r, results.metric).mean < _FLOOR)
    return next(near, None)


def majority(results: Results) -> Row | None:
    """The first baseline of the catalog, which ignores the inputs."""
    first = next((row for row in results.rows if row.kind == "baseline"), None)
    return first if first is not None and first.error is None else None


def best_baseline(results: Results) -> Row | None:
    """The baseline with the best score that decides."""
    rows = [row for row in scored_rows(results) if row.kind == "baseline"]
    return rows[0] if rows else None


_ABOUT = {
    "accuracy": "Accuracy: share of {right}.",
    "f1_macro": "Mean F1: of each label the harmonic mean of precision and recall; "
    "the mean over labels.",
    "r2": "R²: 1 is perfect, 0 no better than the mean.",
    "mase": "MASE: absolute error, in units of the mean change over a season; lower is "
    "better.",
    "bits_per_character": "Bits per character: lower is better.",
}
"""What is measured in a chart of a metric."""


def headline_metric(results: Results) -> str:
    """Return the metric that readers see first, else the one that decides."""
    rows = [row for row in results.rows if row.error is None and row.scores]
    known = (key for key in METRIC_LABELS if any(key in row.scores for row in rows))
    return next(known, results.metric)


def score_facts(results: Results) -> dict[str, Any] | None:
    """The table of scores and what the forest plots draw; None without scores.

    Returns
    -------
    dict
        ``chart`` is in the readers' metric, ``deciding`` in the one that decides, None
        where they are the same or candidates are many.
    """
    key = headline_metric(results)
    rows = _ranked(scored_rows(results), key)
    if not rows:
        return None
    thumb, known = majority(results), task_words(results.about.task)
    present = {name for row in rows for name in row.scores}
    others = [name for name in METRICS if name in present and name != key]
    others += sorted(name for name in present if name not in METRICS and name != key)
    return {
        "title": f"{metric(key).title} of all candidates",
        "metric": metric(key).label,
        "columns": [_column(name) for name in others],
        "rows": [_row_facts(row, key, others, rows, thumb) for row in rows],
        "chart": forest_facts(rows, key, thumb),
        "deciding": _deciding(results, key),
        "folds": max(len(main_score(row, key).folds) for row in rows),
        "explained": _in_words(results.metric, results.about.task),
        "thumb": known.thumb,
        "about": _ABOUT.get(key, "").format(right=known.right),
    }


def _ranked(rows: list[Row], key: str) -> list[Row]:
    return sorted(rows, key=lambda row: _merit(row, key), reverse=True)


def _deciding(results: Results, shown: str) -> dict[str, Any] | None:
    """Return facts of the plot of the score that decides, where it is another one."""
    rows, key = scored_rows(results), results.metric
    if key == shown or len(rows) > MOST_DECIDING:
        return None
    return forest_facts(rows, key, rule_of_thumb(results))


def _column(name: str) -> dict[str, str]:
    directions = {True: "higher is better", False: "lower is better", None: ""}
    found = metric(name)
    return {"label": found.label, "better": directions[found.higher_is_better]}


def _row_facts(
    row: Row, key: str, others: list[str], rows: list[Row], thumb: Row | None
) -> dict[str, Any]:
    main = main_score(row, key)
    spec = metric(key).spec
    return {
        "name": text.name(row.name),
        "kind": "network" if row.kind == "network" else "baseline",
        "about": text.clean(row.about, 200),
        "thumb": row is thumb,
        "main": text.number(main.mean, spec),
        "interval": text.interval(main.low, main.high, spec),
        "best": row is rows[0],
        "cells": [_cell(row, name, rows) for name in others],
    }


def _cell(row: Row, name: str, rows: list[Row]) -> dict[str, Any]:
    merit = _merit(row, name)
    known = metric(name).higher_is_better is not None
    best = max(_merit(other, name) for other in rows)
    mean = row.scores.get(name, _NOTHING).mean
    return {
        "text": text.number(mean, metric(name).spec),
        "best": known and math.isfinite(merit) and merit == best,
    }


def _in_words(key: str, task: str) -> str:
    if key != "skill":
        return ""
    gain = task_words(task).gain
    message = f"Skill is the improvement in {gain}: 0 is no better, 1 is perfect."
    if task != "regression":
        return message
    means = "R² is against the mean of the test rows, skill of the training rows."
    return f"{message} {means}"


def forest_facts(rows: list[Row], key: str, thumb: Row | None) -> dict[str, Any]:
    """Positions for the plot; numbers, not texts."""
    marks = [_mark(row, key) for row in rows if math.isfinite(_merit(row, key))]
    line = main_score(thumb, key).mean if thumb else math.nan
    least, most = _edges(key, line)
    near = [mark for mark in marks if least <= mark["mean"] <= most]
    values = [line] if least <= line <= most else []
    values += [v for mark in near for v in (mark["mean"], mark["low"], mark["high"])]
    values += [v for mark in near for v in mark["folds"]]
    known = [v for v in values if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    low, high = max(low, least), min(high, most)
    high = max(high, low)
    room = 0.04 * (high - low) or 0.05
    return {
        "marks": marks,
        "domain": [low - room, high + room],
        "line": line if low <= line <= high else None,
        "line_label": text.name(thumb.name, 30) if thumb else "",
        "axis": metric(key).label,
        "said": f"{metric(key).label} of {text.count(len(marks), 'candidate')}",
        "cut": [mark["name"] for mark in marks if not low <= mark["mean"] <= high],
        "sentence": _ranking(marks, thumb, key),
    }


def _edges(key: str, line: float) -> tuple[float, float]:
    """Return the ends beyond which scores are named, not drawn."""
    if key in ("skill", "r2"):
        return _FLOOR, math.inf
    is_error = metric(key).higher_is_better is False
    return -math.inf, _TIMES * line if is_error and line > 0 else math.inf


def _ranking(marks: list[dict[str, Any]], thumb: Row | None, key: str) -> str:
    """Say which candidate leads, by how much, and where the best network stands."""
    if len(marks) < 2:
        return ""
    first, second = marks[:2]
    sentences = [_describe_gap(first, second, key)]
    place = next((i for i, m in enumerate(marks) if m["kind"] == "network"), 0)
    if place > 1:
        own = marks[place]
        sentences.append(
            f"{own['name']} comes {_place(place)} of {len(marks)} with {own['text']}."
        )
    if thumb and first["name"] == text.name(thumb.name):
        sentences.append(
            f"Nothing is better than {first['name']}, which does not learn."
        )
    return " ".join(sentences)


def _describe_gap(first: dict[str, Any], second: dict[str, Any], key: str) -> str:
    """Write the gap between the first two, and whether their intervals overlap."""
    label = metric(key).label
    if first["text"] == second["text"]:
        names = f"{first['name']} and {second['name']}"
        return f"{names} are best in {label}, with {first['text']} each."
    gap = text.number(abs(first["mean"] - second["mean"]), metric(key).spec)
    sentence = (
        f"{first['name']} is best in {label} ({first['text']}), {second['name']} "
    )
    sentence += f"is {gap} behind"
    if first["low"] is None or second["low"] is None:
        return f"{sentence}."
    apart = first["low"] > second["high"] or first["high"] < second["low"]
    return (
        f"{sentence}; their 95 % intervals {'do not overlap' if apart else 'overlap'}."
    )


_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def _place(number: int) -> str:
    """Write the place in an order, from 0."""
    return _PLACES[number] if number < len(_PLACES) else f"number {number + 1}"


def _mark(row: Row, key: str) -> dict[str, Any]:
    score, spec = main_score(row, key), metric(key).spec
    bounds = text.interval(score.low, score.high, spec)
    value = text.number(score.mean, spec)
    spread = f", 95 % interval {bounds}" if bounds else ""
    return {
        "name": text.name(row.name),
        "kind": row.kind,
        "mean": score.mean,
        "low": score.low if bounds else None,
        "high": score.high if bounds else None,
        "folds": [v for v in score.folds if math.isfinite(v)][:50],
        "text": value,
        "said": f"{text.name(row.name)}: {metric(key).label} {value}{spread}",
    }


def failures(results: Results) -> list[dict[str, str]]:
    """The candidates without scores, and why."""
    return [
        {
            "name": text.name(row.name),
            "kind": text.name(row.kind),
            "error": text.clean(row.error or "no scores were returned", 1_000),
        }
        for row in results.rows
        if row.error is not None or not row.scores
    ]


def timing_facts(results: Results) -> dict[str, Any] | None:
    """Seconds of each candidate, and what matched a network in less time."""
    rows = [row for row in scored_rows(results) if row.fit_seconds is not None]
    if not rows:
        return None
    return {
        "rows": [
            {
                "name": text.name(row.name),
                "kind": row.kind,
                "fit": text.seconds(row.fit_seconds),
                "predict": text.seconds(row.predict_seconds),
            }
            for row in sorted(rows, key=lambda row: row.fit_seconds or 0.0)
        ],
        "sentences": [
            said
            for row in rows
            if row.kind == "network"
            and (said := _describe_cheaper(row, rows, headline_metric(results)))
        ],
    }


def _describe_cheaper(network: Row, rows: list[Row], key: str) -> str | None:
    merit, cost = _merit(network, key), network.fit_seconds or 0.0
    found = [
        row
        for row in rows
        if row.kind == "baseline"
        and math.isfinite(merit)
        and _merit(row, key) >= merit
        and (row.fit_seconds or 0.0) < cost
    ]
    if not found:
        return None
    fastest = min(found, key=lambda row: row.fit_seconds or 0.0)
    shown = metric(key)
    theirs = text.number(main_score(fastest, key).mean, shown.spec)
    ours = text.number(main_score(network, key).mean, shown.spec)
    cheap, dear = text.seconds(fastest.fit_seconds), text.seconds(cost)
    names = text.name(fastest.name), text.name(network.name)
    if theirs == ours:
        return (
            f"{names[0]} matched {names[1]} ({shown.label} {ours}) in {cheap} of "
            f"fitting; the network took {dear}."
        )
    return (
        f"{names[0]} reached {shown.label} {theirs} in {cheap} of fitting; "
        f"{names[1]} reached {ours} in {dear}."
    )


def noise_facts(results: Results) -> list[dict[str, str]]:
    """Return the spread of each candidate's score over folds and over seeds."""
    return [
        {
            "name": text.name(noise.candidate),
            "metric": metric(noise.metric).label,
            "folds": text.number(noise.folds) if noise.n_folds > 1 else "one set",
            "seeds": text.number(noise.seeds) if noise.n_seeds > 1 else "none",
            "trainings": f"{noise.n_folds} x {noise.n_seeds}",
        }
        for noise in results.noise
    ]


TONES = {
    "network-ahead": "good",
    "network-level": "good",
    "network-at-fault": "bad",
    "preparation-at-fault": "bad",
    "undecided": "open",
    "no-signal": "none",
    "suspicious": "warn",
    "signal": "good",
}
"""The colour of a verdict's badge; the word beside it says the same."""


_HEADLINE = 170
"""Letters of the part of a verdict's sentence before its numbers, at most."""


def _parts(sentence: str) -> tuple[str, str]:
    """Return a verdict's answer and its numbers, which stand behind a colon."""
    answer, colon, numbers = sentence.partition(": ")
    if not colon or len(answer) > _HEADLINE or not numbers:
        return sentence, ""
    return f"{answer}.", numbers


def verdict_facts(verdicts: tuple[Verdict, ...]) -> list[dict[str, Any]]:
    """Networks first, then the data."""
    ordered = sorted(verdicts, key=lambda verdict: not verdict.about)
    networks = any(verdict.about for verdict in verdicts)
    return [
        {
            "name": text.name(verdict.name),
            "badge": text.name(verdict.name.replace("-", " ")),
            "beside": networks and verdict.name == "signal",  # said by the others too
            "tone": TONES.get(verdict.name, "open"),
            "about": text.name(verdict.about) if verdict.about else "the data",
            "sentence": text.clean(verdict.sentence, 1_000),
            "headline": _parts(text.clean(verdict.sentence, 1_000))[0],
            "numbers": _parts(text.clean(verdict.sentence, 1_000))[1],
            "change": text.clean(verdict.change, 1_000),
            "suspicion": text.clean(verdict.suspicion, 1_000),
        }
        for verdict in ordered
    ]
