"""Facts -> charts, which take their colours from the page.

Each chart is drawn twice, for a desk and for a phone: scaled down to a phone, the
letters of a wide chart cannot be read. The style sheet shows one of the two. Small ones
that stand beside one another on a desk are as wide on a phone, and are drawn once.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from .sections.calibration import calibration_chart
from .sections.diagnosis import repair_chart
from .sections.folds import seed_chart
from .sections.forecasts import course_chart
from .sections.forest import forest_chart
from .sections.learning import learning_chart
from .sections.loss_curves import curve_chart
from .sections.predictions import bars_chart, points_chart
from .sections.probes import HALF, probe_chart
from .sections.roc_pr import tradeoff_chart
from .sections.seeds import strip_chart
from .svg import NARROW, WIDE, Chart

DOT = 44
"""Of a difference on one fold, in square pixels: the folds are what is shown there."""


def figures(facts: dict[str, Any]) -> dict[str, Any]:
    """All charts of a page.

    Parameters
    ----------
    facts : dict
        From `learnable.reports.summarize.summarize`.

    Returns
    -------
    dict
        ``forest``, ``accuracy``, ``paired``, ``course``, ``learning``: {"wide": Chart,
        "narrow": Chart} or None;
        ``curves``, ``strips``: one such dict, or None, for each network; ``repairs``,
        ``probes``: one such dict, or None, for each cause and each probe; ``seeds``,
        ``tradeoffs``, ``calibration``, ``points``, ``residuals``, ``histograms``: one
        Chart for each panel.
    """
    scores = facts["scores"]
    forest = scores["forest"] if scores else None
    accuracy = scores["accuracy"] if scores else None
    learning = facts["learning"]["chart"] if facts["learning"] else None
    return (
        {
            "forest": _both(forest_chart, forest)
            if forest and forest["marks"]
            else None,
            "accuracy": _both(forest_chart, accuracy) if accuracy else None,
            "course": _both(course_chart, facts["course"]) if facts["course"] else None,
            "learning": _both(learning_chart, learning) if learning else None,
            "curves": [
                _both(curve_chart, network["curve"]) if network["curve"] else None
                for network in facts["networks"]
            ],
            "strips": [_strip(network["tries"]) for network in facts["networks"]],
        }
        | _of_predictions(facts)
        | _of_diagnosis(facts["diagnosis"])
    )


def _of_predictions(facts: dict[str, Any]) -> dict[str, Any]:
    """Draw folds, seeds and predictions; small charts, drawn once."""
    folds, histograms = facts["folds"] or {}, facts["histograms"]
    paired, pairs = folds.get("paired"), _panels(facts["residuals"])
    return {
        "paired": _both(partial(forest_chart, dot=DOT), paired) if paired else None,
        "seeds": [seed_chart(panel) for panel in _panels(folds.get("seeds"))],
        "tradeoffs": [
            tradeoff_chart(chart)
            for chart in (facts["tradeoffs"] or {}).get("charts", ())
        ],
        "calibration": [calibration_chart(p) for p in _panels(facts["calibration"])],
        "points": [points_chart(pair) for pair in pairs],
        "residuals": [
            bars_chart(pair["residuals"], "actual minus predicted") for pair in pairs
        ],
        "histograms": [
            bars_chart(panel, histograms["axis"]) for panel in _panels(histograms)
        ],
    }


def _panels(found: dict[str, Any] | None) -> list[dict[str, Any]]:
    return found["panels"] if found else []


def _of_diagnosis(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {"repairs": [], "probes": []}
    return {
        "repairs": [
            _both(repair_chart, cause["chart"]) if cause["chart"] else None
            for cause in found["causes"]
        ],
        "probes": [_probe(probe["chart"]) for probe in found["probes"]],
    }


def _probe(chart: dict[str, Any] | None) -> dict[str, Chart] | None:
    if chart is None:
        return None
    return {"wide": probe_chart(chart, HALF), "narrow": probe_chart(chart, NARROW)}


def _strip(found: dict[str, Any] | None) -> dict[str, Chart] | None:
    return _both(strip_chart, found) if found and found["dots"] else None


def _both(
    drawn: Callable[[dict[str, Any], int], Chart], found: dict[str, Any]
) -> dict[str, Chart]:
    return {"wide": drawn(found, WIDE), "narrow": drawn(found, NARROW)}
