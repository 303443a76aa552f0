"""Facts -> charts, as SVG texts that take their colours from the page.

Each chart is drawn twice, for a desk and for a phone: scaled down to a phone, the
letters of a wide chart cannot be read. The style sheet shows one of the two. Small ones
that stand beside one another on a desk are as wide on a phone, and are drawn once.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from ..baselines.results.results import Layer
from .diagram import diagram
from .sections.calibration import calibration_svg
from .sections.diagnosis import repair_svg
from .sections.folds import seed_svg
from .sections.forecasts import course_svg
from .sections.forest import forest_svg
from .sections.learning import learning_svg
from .sections.loss_curves import curve_svg
from .sections.probe_charts import HALF, probe_svg
from .sections.roc_pr import tradeoff_svg
from .sections.seeds import strip_svg
from .small_multiples import bars_svg, points_svg
from .svg import NARROW, WIDE

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
        ``forest``, ``accuracy``, ``paired``, ``course``, ``learning``: {"wide": SVG,
        "narrow": SVG} or None;
        ``curves``, ``strips``: one such dict, or None, for each network; ``diagrams``:
        one SVG, or None, for each network; ``repairs``, ``probes``: one such dict, or
        None, for each cause and each probe; ``seeds``, ``tradeoffs``, ``calibration``,
        ``points``, ``residuals``, ``histograms``: one SVG for each panel.
    """
    scores = facts["scores"]
    forest = scores["forest"] if scores else None
    accuracy = scores["accuracy"] if scores else None
    learning = facts["learning"]["chart"] if facts["learning"] else None
    return (
        {
            "forest": _both(forest_svg, forest) if forest and forest["marks"] else None,
            "accuracy": _both(forest_svg, accuracy) if accuracy else None,
            "course": _both(course_svg, facts["course"]) if facts["course"] else None,
            "learning": _both(learning_svg, learning) if learning else None,
            "curves": [
                _both(curve_svg, network["curve"]) if network["curve"] else None
                for network in facts["networks"]
            ],
            "strips": [_strip(network["tries"]) for network in facts["networks"]],
            "diagrams": [_drawn(network["layers"]) for network in facts["networks"]],
        }
        | _of_predictions(facts)
        | _of_diagnosis(facts["diagnosis"])
    )


def _of_predictions(facts: dict[str, Any]) -> dict[str, Any]:
    """Draw folds, seeds and predictions; small charts, drawn once."""
    folds, histograms = facts["folds"] or {}, facts["histograms"]
    paired, pairs = folds.get("paired"), _panels(facts["residuals"])
    return {
        "paired": _both(partial(forest_svg, dot=DOT), paired) if paired else None,
        "seeds": [seed_svg(panel) for panel in _panels(folds.get("seeds"))],
        "tradeoffs": [
            tradeoff_svg(chart)
            for chart in (facts["tradeoffs"] or {}).get("charts", ())
        ],
        "calibration": [calibration_svg(p) for p in _panels(facts["calibration"])],
        "points": [points_svg(pair) for pair in pairs],
        "residuals": [
            bars_svg(pair["residuals"], "actual minus predicted") for pair in pairs
        ],
        "histograms": [
            bars_svg(panel, histograms["axis"]) for panel in _panels(histograms)
        ],
    }


def _panels(found: dict[str, Any] | None) -> list[dict[str, Any]]:
    return found["panels"] if found else []


def _of_diagnosis(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {"repairs": [], "probes": []}
    return {
        "repairs": [
            _both(repair_svg, cause["chart"]) if cause["chart"] else None
            for cause in found["causes"]
        ],
        "probes": [_probe(probe["chart"]) for probe in found["probes"]],
    }


def _probe(chart: dict[str, Any] | None) -> dict[str, str] | None:
    if chart is None:
        return None
    return {"wide": probe_svg(chart, HALF), "narrow": probe_svg(chart, NARROW)}


def _strip(found: dict[str, Any] | None) -> dict[str, str] | None:
    return _both(strip_svg, found) if found and found["dots"] else None


def _drawn(found: dict[str, Any] | None) -> str | None:
    if found is None or not found["drawn"]:
        return None
    layers = [Layer(**layer) for layer in found["drawn"]]
    return diagram(layers, title=found["title"])


def _both(
    drawn: Callable[[dict[str, Any], int], str], found: dict[str, Any]
) -> dict[str, str]:
    return {"wide": drawn(found, WIDE), "narrow": drawn(found, NARROW)}
