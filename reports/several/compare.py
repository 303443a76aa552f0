"""Several runs -> facts: every number and text of the page that compares them."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...baselines.results.results import Network
from ...data.counts import join_words
from .. import text
from ..metrics import metric
from ..sections.diagnosis import score_text
from ..sections.forest import forest_chart
from ..sections.loss_curves import LABEL, spread_positions
from ..sections.scores import TONES, best_baseline, forest_facts, scored_rows
from ..sections.training import ceiling, thin_curve
from ..svg import FONT, LETTER, NARROW, WIDE, Chart, Table
from .differences import (
    UNKNOWN,
    Difference,
    Part,
    ReachedScore,
    VerdictChange,
    as_dict,
    differences,
    explain_comparability,
    groups,
    obstacles,
    outcome,
)
from .runs import ReadRun

MARKS = "ABCDEFGH"
"""A letter for each run, in tables and charts: names of runs are long."""

MOST_RUNS = len(MARKS)
MOST_DIFFERENCES = 200
MOST_MARKS = 40
"""Rows of the plot of scores."""
_MOST_LINES = 8
"""Curves in one chart; more could not be told apart."""
_POINTS = 150

_NOTHING = "there are no settings to compare"
TITLES = {"settings": "Settings", "data": "Data", "versions": "Versions and machine"}


def compare_facts(runs: Sequence[ReadRun]) -> dict[str, Any]:
    """The facts of one page on 2 to 8 runs.

    Returns
    -------
    dict
        Lists, dicts, texts and numbers. A part that does not apply is None or empty.
    """
    data = as_dict(runs)
    results = [run.results for run in runs]
    why = obstacles(results)
    unsure = why == [UNKNOWN]
    return {
        "id": f"zoo-{_fingerprint(data)}",
        "title": f"{len(runs)} runs compared",
        "runs": [_run(i, run) for i, run in enumerate(runs)],
        "comparable": not why,
        "badge": "comparable" if not why else "unknown" if unsure else "not comparable",
        "comparability": text.clean(explain_comparability(results), 1_000),
        "groups": _groups(groups(results)),
        "outcomes": [_outcome(i, outcome(found)) for i, found in enumerate(results)],
        "metric": metric(results[0].metric).label,
        "parts": [_part(part) for part in differences(runs)],
        "forest": _forest(runs),
        "curves": curves_facts(runs),
        "data": data,
    }


def _fingerprint(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:8]


def _groups(found: list[list[int]]) -> str:
    """Which of the runs can be compared all the same, or ""."""
    several = [group for group in found if len(group) > 1]
    if len(found) == 1 or not several:
        return ""
    sentence = "; ".join(_join_places(group) for group in several)
    return f"Comparable with one another: {sentence}."


def _join_places(places: Sequence[int]) -> str:
    """``A, B and C``."""
    return join_words([MARKS[i] for i in places])


def _run(place: int, run: ReadRun) -> dict[str, Any]:
    results = run.results
    return {
        "mark": MARKS[place],
        "name": text.name(run.name, 120),
        "title": text.name(results.about.title or results.about.name, 90),
        "command": text.clean(results.command, 2_000),
        "made": text.format_time(results.created),
    }


def _outcome(place: int, found: VerdictChange) -> dict[str, Any]:
    return {
        "mark": MARKS[place],
        "verdicts": [
            {
                "about": text.name("the data" if about == "data" else about),
                "badge": text.name(name.replace("-", " ")),
                "tone": TONES.get(name, "open"),
            }
            for about, name in found.verdicts.items()
        ],
        "causes": [text.name(cause, 100) for cause in found.causes],
        "marks": [
            {"name": name, "value": score_text(value)}
            for name, value in found.marks.items()
        ],
        "scores": [_score(score) for score in found.scores],
        "took": text.seconds(found.seconds),
    }


def _score(found: ReachedScore) -> dict[str, str]:
    spec = metric(found.metric).spec
    return {
        "name": text.name(found.name),
        "kind": "network" if found.kind == "network" else "baseline",
        "value": text.number(found.mean, spec),
        "interval": text.interval(found.low, found.high, spec),
    }


def _part(found: Part) -> dict[str, Any]:
    _shown = found.differences[:MOST_DIFFERENCES]
    more = len(found.differences) - len(_shown)
    return {
        "name": found.name,
        "title": TITLES[found.name],
        "rows": [_difference(difference) for difference in _shown],
        "more": f"and {text.format_count(more)} more" if more else "",
        "equal": _equal(found),
        "without": _describe_missing_runs(found),
    }


def _equal(found: Part) -> str:
    nouns = {"settings": "setting", "data": "fact of the data", "versions": "version"}
    noun, amount = nouns[found.name], found.equal
    if not is_compared(found):
        return ""
    plural = "facts of the data" if noun.endswith("data") else text.plural(noun)
    if not found.differences and amount:
        return f"All {amount} {plural} are equal." if amount > 1 else "It is equal."
    return (
        f"{amount} {noun} is equal." if amount == 1 else f"{amount} {plural} are equal."
    )


def is_compared(found: Part) -> bool:
    """Whether there are two runs or more that have something of the kind."""
    return bool(found.differences or found.equal)


def _describe_missing_runs(found: Part) -> str:
    """Which runs have nothing to compare; the others are compared without them."""
    if not found.without or found.name != "settings":
        return ""
    marks = _join_places(found.without)
    verb = "has" if len(found.without) == 1 else "have"
    others = "the settings of the others are compared"
    return (
        f"{marks} {verb} no recipe.json; {others if is_compared(found) else _NOTHING}."
    )


def _difference(found: Difference) -> dict[str, Any]:
    limit = 17 if found.name == "sha256" else 300
    return {
        "name": text.name(found.name, 120),
        "values": [_format_value(value, limit) for value in found.values],
    }


def _format_value(value: Any, limit: int = 300) -> str:
    """A value of a setting as people read it."""
    if value is None or value == "":
        return text.MISSING
    if isinstance(value, dict) and len(value) > 3:
        return text.count(len(value), "setting")
    sentence = value if isinstance(value, str) else json.dumps(value, default=str)
    return text.name(sentence, limit)


def _forest(runs: Sequence[ReadRun]) -> dict[str, Any] | None:
    """The networks of all runs, and each run's best baseline, in the order of runs."""
    key = runs[0].results.metric
    rows = [
        replace(row, name=f"{mark}: {row.name}")
        for mark, run in zip(MARKS, runs, strict=False)
        for row in scored_rows(run.results)
        if row.kind == "network" or row is best_baseline(run.results)
    ]
    found = forest_facts(rows[:MOST_MARKS], key, None)
    return found if found["marks"] else None


def curves_facts(runs: Sequence[ReadRun]) -> dict[str, Any] | None:
    """The losses of all networks whose losses are of one unit; None without any.

    Returns
    -------
    dict
        ``lines``: name, place of the run and (epoch, loss) points of each; empty where
        fewer than two losses can be compared; ``sentences`` say what is left out.
    """
    found = [
        (place, network)
        for place, run in enumerate(runs)
        for network in run.results.networks
        if network.history.get("loss")
    ]
    if not found:
        return None
    unit = Counter(_unit(network) for _, network in found).most_common(1)[0][0]
    fitting = [pair for pair in found if _unit(pair[1]) == unit]
    key = "val_loss" if all(n.history.get("val_loss") for _, n in fitting) else "loss"
    drawn = [line for place, n in fitting if (line := _line(place, n, key))["points"]]
    drawn = drawn[:_MOST_LINES] if len(drawn) > 1 else []
    names = {line["name"] for line in drawn}
    rest = [label for pair in found if (label := _label(*pair)) not in names]
    values = [loss for line in drawn for _, loss in line["points"]]
    lasts = [line["points"][-1][1] for line in drawn]  # no line ends out of sight
    top = max(ceiling(values, [], 0.0), 1.04 * max(lasts)) if values else 1.0
    word = "validation" if key == "val_loss" else "training"
    return {
        "lines": drawn,
        "unit": metric(unit[0]).label if unit[0] else "loss",
        "axis": f"{word} loss",
        "epochs": max((line["points"][-1][0] for line in drawn), default=1),
        "domain": [min([0.0, *values]), top],
        "sentences": [*_describe_above(values, top), *_undrawn(rest)],
    }


def _unit(network: Network) -> tuple[str, str]:
    """Losses of one unit, or else of one name, can stand in one chart."""
    own = network.loss_unit
    return own, "" if own else json.dumps(network.recipe.get("loss"), default=str)


def _label(place: int, network: Network) -> str:
    return f"{MARKS[place]}: {text.name(network.name)}"


def _line(place: int, network: Network, key: str) -> dict[str, Any]:
    points = thin_curve(network.history[key], _POINTS)
    name = _label(place, network)
    low = min(points, key=lambda point: point[1], default=(0, math.nan))
    word = "validation" if key == "val_loss" else "training"
    sentence = f"{name}: lowest {word} loss {text.number(low[1])} in epoch {low[0]}"
    return {"name": name, "points": points, "said": sentence}


def _describe_above(values: list[float], top: float) -> list[str]:
    if not values or max(values) <= top:
        return []
    return [f"Losses above {text.number(top)} are drawn at the upper edge."]


def _undrawn(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    _shown = ", ".join(names)
    return [f"Not drawn (loss of another unit, or no room in the chart): {_shown}."]


COLORS = tuple(f"var(--run-{i})" for i in range(1, 9))
"""Of `templates/compared.css`."""

DASHES = (
    [1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [12, 4], [4, 2, 1, 2], [3, 5], [14, 3, 3, 3],
)  # fmt: skip


def comparison_charts(facts: dict[str, Any]) -> dict[str, Any]:
    """The charts of `learnable.reports.several.compare.compare_facts`.

    Returns
    -------
    dict
        ``forest``, ``curves``: {"wide": Chart, "narrow": Chart} or None.
    """
    forest, curves = facts["forest"], facts["curves"]
    drawn = curves and curves["lines"]
    return {
        "forest": _both(forest_chart, forest) if forest else None,
        "curves": _both(runs_chart, curves) if drawn else None,
    }


def _both(draw_one: Any, found: dict[str, Any]) -> dict[str, Chart]:
    return {"wide": draw_one(found, WIDE), "narrow": draw_one(found, NARROW)}


def runs_chart(curves: dict[str, Any], width: int) -> Chart:
    """Loss per epoch of several networks, each with its name at the end.

    Parameters
    ----------
    curves : dict
        ``facts["curves"]``.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    limit, height = (26, 300) if width == WIDE else (12, 240)
    names = text.unique_names([line["name"] for line in curves["lines"]], limit)
    plot = width - 62 - LETTER * max(map(len, names)) - 8
    up = alt.Scale(domain=_domain(curves), nice=False, clamp=True)
    layers = [_lines(curves, up, plot), _ends(plot)]
    sized = alt.layer(*layers).properties(width=plot, height=height)
    sentence = ". ".join(line["said"] for line in curves["lines"])
    label = f"{curves['axis'].capitalize()} per epoch. {sentence}."
    return Chart(sized, _tables(curves, names, height), label)


def _domain(curves: dict[str, Any]) -> list[float]:
    low, high = curves["domain"]
    return [low, max(high, low + 1e-9)]


def _lines(curves: dict[str, Any], up: Any, plot: float) -> Any:
    import altair as alt

    last = max(curves["epochs"], 2)
    across = alt.Scale(domain=[1, last], nice=False)
    ticks = alt.Axis(tickMinStep=1, format=",d", tickCount=min(last, int(plot // 70)))
    drawn = alt.Chart(alt.NamedData("losses")).mark_line(strokeWidth=2)
    return drawn.encode(
        x=alt.X("epoch:Q", scale=across, title="epoch", axis=ticks),
        y=alt.Y("loss:Q", scale=up, title=None),
        color=alt.Color("color:N", scale=None),
        strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None),
        detail="name:N",
        description=alt.Description("said:N"),
    )


def _ends(plot: float) -> Any:
    import altair as alt

    names = alt.Chart(alt.NamedData("ends")).mark_text(
        align="left", baseline="middle", fontSize=FONT - 1, aria=False
    )
    return names.encode(
        x=alt.value(plot + 8),
        y=alt.Y("place:Q", scale=None),
        text=alt.Text("name:N"),
        color=alt.Color("color:N", scale=None),
    )


def _tables(
    curves: dict[str, Any], names: list[str], height: float
) -> dict[str, Table]:
    low, high = _domain(curves)
    lasts = [min(line["points"][-1][1], high) for line in curves["lines"]]
    tops = [height * (high - last) / (high - low) for last in lasts]
    places = spread_positions(tops, LABEL, height)
    tables: dict[str, Table] = {"losses": [], "ends": []}
    for i, (line, name) in enumerate(zip(curves["lines"], names, strict=True)):
        known = {"name": name, "color": COLORS[i], "dash": DASHES[i]}
        tables["ends"].append(known | {"place": places[i]})
        tables["losses"] += [
            known | {"epoch": epoch, "loss": loss, "said": line["said"]}
            for epoch, loss in line["points"]
        ]
    return tables
