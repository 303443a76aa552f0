"""Fold by fold: every training of several seeds, and differences on the same folds."""

import math
from collections.abc import Sequence
from typing import Any

from ...baselines.results.results import Comparison, Results, Row, Score
from .. import text
from ..metrics import metric
from ..svg import Chart, Table
from .chart_sentences import paired_sentence, seeds_sentence
from .predictions import MOST_CANDIDATES, PANEL, color, head
from .scores import best_baseline, main_score, scored_rows

MOST_FOLDS = 50
_FAR = 2.0
"""Differences beyond are named, not drawn: nothing else could be seen."""
_HEIGHT = 130


def fold_facts(results: Results) -> dict[str, Any] | None:
    """The dots of folds and seeds, and the paired differences; None without either."""
    seeds, paired = seed_facts(results), paired_facts(results)
    return {"seeds": seeds, "paired": paired} if seeds or paired else None


def seed_facts(results: Results) -> dict[str, Any] | None:
    """A panel for each network, and each baseline that several seeds changed."""
    key = results.metric
    rows = [row for row in scored_rows(results) if main_score(row, key).seeds]
    networks = [row for row in rows if row.kind == "network"][:MOST_CANDIDATES]
    shown = [*networks, *[r for r in rows if r.kind != "network"][:1]]
    if not shown:
        return None
    panels = [_panel(row, main_score(row, key), key) for row in shown]
    return {"metric": metric(key).label, "panels": panels}


def _panel(row: Row, score: Score, key: str) -> dict[str, Any]:
    """One candidate on a scale of its own, for its noise is to be seen."""
    spec = metric(key).spec
    known = [v for values in score.seeds for v in values if math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = 0.08 * (high - low) or 0.05
    folds = list(enumerate(zip(score.seeds, score.folds, strict=False), 1))
    facts = head(row) | {
        "domain": [low - room, high + room],
        "folds": min(len(folds), MOST_FOLDS),
        "dots": [
            {
                "fold": fold,
                "at": value,
                "said": f"fold {fold}, seed {seed}: {text.number(value, spec)}",
            }
            for fold, (values, _) in folds[:MOST_FOLDS]
            for seed, value in enumerate(values, 1)
            if math.isfinite(value)
        ],
        "means": [
            {"fold": fold, "at": mean}
            for fold, (_, mean) in folds[:MOST_FOLDS]
            if math.isfinite(mean)
        ],
    }
    return facts | {"sentence": seeds_sentence(facts)}


def seed_chart(panel: dict[str, Any]) -> Chart:
    """A column for each fold: a dot for each seed, and their mean as a dash.

    Parameters
    ----------
    panel : dict
        Of `seed_facts`.
    """
    import altair as alt

    width, last = PANEL - 60, panel["folds"]
    across = alt.Scale(domain=[0.5, last + 0.5], nice=False)
    ticks = list(range(1, last + 1, max(1, -(-last // 10))))
    axis = alt.Axis(values=ticks, format=",d", grid=False)
    up = alt.Scale(domain=panel["domain"], nice=False, zero=False, clamp=True)
    x = alt.X("fold:Q", scale=across, title="fold", axis=axis)
    y = alt.Y("at:Q", scale=up, title=None, axis=alt.Axis(tickCount=4, grid=True))
    tone, network = color(panel["kind"]), panel["kind"] == "network"
    means = alt.Chart(alt.NamedData("means")).mark_tick(
        orient="horizontal",
        size=min(22, 0.7 * width / last),
        thickness=1.5,
        color="var(--ink)",
        aria=False,
    )
    dots = alt.Chart(alt.NamedData("dots")).mark_point(
        shape="diamond" if network else "circle",
        size=34,
        filled=True,
        opacity=0.65,
        color=tone,
    )
    layers = [
        means.encode(x=x, y=y),
        dots.encode(x=x, y=y, description=alt.Description("said:N")),
    ]
    chart = alt.layer(*layers).properties(width=width, height=_HEIGHT)
    tables: dict[str, Table] = {"means": panel["means"], "dots": panel["dots"]}
    return Chart(chart, tables, f"{panel['name']}: scores of each fold, a dot a seed.")


def paired_facts(results: Results) -> dict[str, Any] | None:
    """Return differences for `learnable.reports.sections.forest.forest_chart` to draw.

    One network is compared with every baseline, several with the best one.
    """
    best, spec = best_baseline(results), metric(results.metric)
    rows = {row.name: row for row in scored_rows(results)}
    pairs = [c for c in results.comparisons if c.network in rows and c.baseline in rows]
    alone = len({c.network for c in pairs}) == 1
    if not alone:
        pairs = [c for c in pairs if best and c.baseline == best.name]
    ranked = sorted(pairs, key=lambda c: c.difference, reverse=not alone)
    near = [c for c in ranked if abs(c.difference) <= _FAR]
    if not near:
        return None
    marks = [_mark(c, rows, alone, results.metric) for c in near]
    sentence = (
        f"{spec.label} of {text.name(near[0].network)} minus that of each baseline"
    )
    if not alone:
        sentence = f"{spec.label} of each network minus that of {near[0].baseline}"
    far = [c.baseline if alone else c.network for c in ranked if c not in near]
    return {
        "marks": marks,
        "domain": _domain(marks),
        "line": 0.0,
        "line_label": "equal",
        "axis": "difference",
        "said": sentence,
        "sentence": paired_sentence(
            marks,
            alone=alone,
            name=text.name(near[0].network if alone else near[0].baseline),
        ),
        "far": [text.name(name) for name in far],
        "folds": max(len(mark["folds"]) for mark in marks),
    }


def _mark(c: Comparison, rows: dict[str, Row], alone: bool, key: str) -> dict[str, Any]:
    spec = metric(key).spec
    own, other = (main_score(rows[name], key).folds for name in (c.network, c.baseline))
    value = text.signed(c.difference, spec)
    names = f"{text.name(c.network)} minus {text.name(c.baseline)}"
    ends = [text.signed(end, spec) for end in (c.low, c.high)]
    known = math.isfinite(c.low) and math.isfinite(c.high)
    bounds = f", 95 % interval {ends[0]} to {ends[1]}" if known else ""
    return {
        "name": text.name(c.baseline if alone else c.network),
        "kind": "baseline" if alone else "network",
        "mean": c.difference,
        "low": c.low if known else None,
        "high": c.high if known else None,
        "folds": _differences(own, other)[:MOST_FOLDS],
        "text": value,
        "said": f"{names}: {value}{bounds}",
    }


def _differences(own: Sequence[float], other: Sequence[float]) -> list[float]:
    pairs = (a - b for a, b in zip(own, other, strict=False))
    return [value for value in pairs if math.isfinite(value)]


def _domain(marks: list[dict[str, Any]]) -> list[float]:
    """All marks, dots and the zero line, and little more than the widest allowed."""
    values = [v for mark in marks for v in (mark["mean"], *mark["folds"])]
    values += [
        v for mark in marks for v in (mark["low"], mark["high"]) if v is not None
    ]
    low, high = max(min(0.0, *values), -1.5 * _FAR), min(max(0.0, *values), 1.5 * _FAR)
    room = 0.04 * (high - low) or 0.05
    return [low - room, high + room]
