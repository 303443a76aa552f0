"""Scores, failures and costs of the candidates: facts of the tables."""

import math
from typing import Any

from ...baselines.results.results import Results, Row, Score, Verdict
from .. import text
from ..metrics import METRICS, metric
from ..tasks import words

_NOTHING = Score(math.nan, None, None, ())
MOST_ACCURACIES = 16
"""With more candidates the page keeps to the plot that decides, for its size."""
_FLOOR = -1.0
"""Skill further left than this is drawn at the edge, else nothing else can be seen."""


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


def score_facts(results: Results) -> dict[str, Any] | None:
    """The table of scores and what the forest plot draws; None without scores."""
    rows = scored_rows(results)
    if not rows:
        return None
    thumb, key = rule_of_thumb(results), results.metric
    present = {name for row in rows for name in row.scores}
    others = [name for name in METRICS if name in present and name != key]
    others += sorted(name for name in present if name not in METRICS and name != key)
    return {
        "metric": metric(key).label,
        "columns": [_column(name) for name in others],
        "rows": [_row_facts(row, key, others, rows, thumb) for row in rows],
        "forest": forest_facts(rows, key, thumb),
        "accuracy": _accuracy(rows, majority(results)),
        "folds": max(len(main_score(row, key).folds) for row in rows),
        "explained": _in_words(key, results.about.task),
        "thumb": words(results.about.task).thumb,
        "right": words(results.about.task).right,
    }


def _accuracy(rows: list[Row], thumb: Row | None) -> dict[str, Any] | None:
    """Return facts of the accuracy plot; None for numbers, or too many rows."""
    able = [row for row in rows if "accuracy" in row.scores]
    few = 0 < len(able) <= MOST_ACCURACIES
    return forest_facts(able, "accuracy", thumb) if few else None


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
    gain = words(task).gain
    told = f"Skill is the improvement in {gain}: 0 is no better, 1 is perfect."
    if task != "regression":
        return told
    return (
        f"{told} R² is against the mean of the test rows, skill of the training rows."
    )


def forest_facts(rows: list[Row], key: str, thumb: Row | None) -> dict[str, Any]:
    """Positions for the plot; numbers, not texts."""
    marks = [_mark(row, key) for row in rows if math.isfinite(_merit(row, key))]
    line = main_score(thumb, key).mean if thumb else math.nan
    values = [line] if math.isfinite(line) else []
    near = [mark for mark in marks if key != "skill" or mark["mean"] >= _FLOOR]
    values += [v for mark in near for v in (mark["mean"], mark["low"], mark["high"])]
    values += [v for mark in near for v in mark["folds"]]
    known = [v for v in values if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if key == "skill":
        low = max(low, _FLOOR)
    high = max(high, low)
    room = 0.04 * (high - low) or 0.05
    cut = [mark["name"] for mark in marks if mark["mean"] < low]
    return {
        "marks": marks,
        "domain": [low - room, high + room],
        "line": line if math.isfinite(line) else None,
        "line_label": text.name(thumb.name, 30) if thumb else "",
        "axis": metric(key).label,
        "said": f"{metric(key).label} of {text.count(len(marks), 'candidate')}",
        "cut": cut,
    }


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
            if row.kind == "network" and (said := _cheaper(row, rows, results.metric))
        ],
    }


def _cheaper(network: Row, rows: list[Row], key: str) -> str | None:
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


def verdict_facts(verdicts: tuple[Verdict, ...]) -> list[dict[str, str]]:
    """Networks first, then the data."""
    ordered = sorted(verdicts, key=lambda verdict: not verdict.about)
    return [
        {
            "name": text.name(verdict.name),
            "badge": text.name(verdict.name.replace("-", " ")),
            "tone": TONES.get(verdict.name, "open"),
            "about": text.name(verdict.about) if verdict.about else "the data",
            "sentence": text.clean(verdict.sentence, 1_000),
            "change": text.clean(verdict.change, 1_000),
            "suspicion": text.clean(verdict.suspicion, 1_000),
        }
        for verdict in ordered
    ]
