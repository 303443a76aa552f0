"""Facts -> charts, which take their colours from the page; charts -> files.

Each chart is drawn twice, for a desk and for a phone: scaled down to a phone, the
letters of a wide chart cannot be read. The style sheet shows one of the two. Small ones
that stand beside one another on a desk are as wide on a phone, and are drawn once.

A file stands alone: SVG, and PNG made of it.
"""

import errno
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ..data.disk import write_whole
from .sections.calibration import calibration_chart
from .sections.classes import tradeoff_chart
from .sections.diagnosis import repair_chart
from .sections.folds import seed_chart
from .sections.forecasts import course_chart
from .sections.forest import forest_chart
from .sections.learning import learning_chart
from .sections.loss_curves import curve_chart
from .sections.predictions import bars_chart, points_chart
from .sections.probes import HALF, probe_chart
from .sections.repaired_training import repaired_training_chart
from .sections.seeds import strip_chart
from .svg import NARROW, WIDE, Chart, file_svg

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
        ``forest``, ``deciding``, ``paired``, ``course``, ``learning``, ``answer``,
        ``training``: {"wide": Chart,
        "narrow": Chart} or None;
        ``curves``, ``strips``: one such dict, or None, for each network; ``repairs``,
        ``probes``: one such dict, or None, for each cause and each probe; ``seeds``,
        ``tradeoffs``, ``calibration``, ``points``, ``residuals``, ``histograms``: one
        Chart for each panel.
    """
    scores = facts["scores"]
    forest = scores["chart"] if scores else None
    deciding = scores["deciding"] if scores else None
    learning = facts["learning"]["chart"] if facts["learning"] else None
    return (
        {
            "forest": _both(forest_chart, forest)
            if forest and forest["marks"]
            else None,
            "deciding": _both(forest_chart, deciding) if deciding else None,
            "course": _both(course_chart, facts["course"]) if facts["course"] else None,
            "learning": _both(learning_chart, learning) if learning else None,
            "curves": [
                _both(curve_chart, network["curve"]) if network["curve"] else None
                for network in facts["networks"]
            ],
            "strips": [
                _strip_charts(network["tries"]) for network in facts["networks"]
            ],
        }
        | _prediction_charts(facts)
        | _diagnosis_charts(facts["diagnosis"])
    )


def _prediction_charts(facts: dict[str, Any]) -> dict[str, Any]:
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


def _diagnosis_charts(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {"repairs": [], "probes": [], "answer": None, "training": None}
    training, bars = found["training"], found["bars"]
    drawn = training if training and training["comparable"] else None
    return {
        "answer": _both(repair_chart, bars) if bars else None,
        "training": _both(repaired_training_chart, drawn) if drawn else None,
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


def _strip_charts(found: dict[str, Any] | None) -> dict[str, Chart] | None:
    return _both(strip_chart, found) if found and found["dots"] else None


def _both(
    drawn: Callable[[dict[str, Any], int], Chart], found: dict[str, Any]
) -> dict[str, Chart]:
    return {"wide": drawn(found, WIDE), "narrow": drawn(found, NARROW)}


SCALE = 2
"""Pixels of a PNG for one of the SVG: sharp in print and on fine screens."""

_NAMES = {
    "strips": "tries", "repairs": "repair", "probes": "probe", "seeds": "folds",
    "tradeoffs": "", "points": "predicted",
}  # fmt: skip
"""Where a file is not called as its charts are in the page."""


def chart_files(facts: dict[str, Any], figures: dict[str, Any]) -> dict[str, str]:
    """Every chart of a page as an SVG text of its own.

    Parameters
    ----------
    facts : dict
        Of the page: charts of networks, causes and probes are called by them.
    figures : dict
        The page's charts: a Chart, or {"wide": Chart, "narrow": Chart}, or None; or a
        list of these.

    Returns
    -------
    dict
        File name without its ending (letters, digits and hyphens; no two are equal)
        -> SVG with the colours of the light page on white, and a title.
    """
    found: dict[str, str] = {}
    for kind, drawn in figures.items():
        labels = _labels(kind, facts) if isinstance(drawn, list) else [""]
        charts = drawn if isinstance(drawn, list) else [drawn]
        for i, chart in enumerate(charts):
            if chart is None:
                continue
            label = labels[i] if i < len(labels) else str(i + 1)
            name = _unique(slug(f"{_NAMES.get(kind, kind)} {label}"), found)
            shown = chart if isinstance(chart, Chart) else chart["wide"]
            found[name] = file_svg(shown, _title(kind, label, i, facts))
    return found


def write_charts(folder: Path, charts: dict[str, str]) -> list[Path]:
    """Write each chart as SVG and PNG into a folder, which is made if need be.

    Raises
    ------
    OSError
        The folder cannot be made or written to, or is a symbolic link.
    """
    import vl_convert

    if folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "it is a symbolic link", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, svg in charts.items():
        png = vl_convert.svg_to_png(svg, scale=SCALE)
        for ending, content in {"svg": svg, "png": png}.items():
            path = folder / f"{name}.{ending}"
            write_whole(path, content)
            written.append(path)
    return written


def _labels(kind: str, facts: dict[str, Any]) -> list[str]:
    """Return the labels of the charts of a list; empty where they are numbered."""
    if kind in ("curves", "strips"):
        return [network["name"] for network in facts["networks"]]
    if kind == "repairs":
        causes = facts["diagnosis"]["causes"] if facts["diagnosis"] else []
        return [f"{cause['code']} {cause['label']}" for cause in causes]
    if kind == "probes" and facts["diagnosis"]:
        return [probe["title"] for probe in facts["diagnosis"]["probes"]]
    if kind == "tradeoffs":
        found = facts.get("tradeoffs") or {"charts": []}
        return [chart["title"] for chart in found["charts"]]
    return [panel["name"] for panel in _panels_of(kind, facts)]


def _panels_of(kind: str, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the data of small charts, one for each candidate shown."""
    part = "residuals" if kind == "points" else kind
    found = facts.get(part)
    if kind == "seeds":
        found = (facts.get("folds") or {}).get("seeds")
    return found["panels"] if found else []


def _title(kind: str, label: str, place: int, facts: dict[str, Any]) -> str:
    """Return the title of a chart that in the page has a caption or a heading."""
    if kind == "curves":
        return _curves_title(label, place, facts)
    titles = {
        "forest": "Scores of all candidates, with their 95 % intervals",
        "deciding": "Skill of all candidates, with their 95 % intervals",
        "course": "The series and its forecasts",
        "learning": "Score by number of training rows; dashed: extrapolated",
        "strips": f"{label}: trained from several seeds",
        "repairs": f"{label}: score with and without the repair",
        "probes": label,
        "answer": "Scores of the network and of the best baseline",
        "training": "Loss before and after the repair",
        "paired": "Paired differences on the same folds, network minus baseline",
        "seeds": f"{label}: score by fold and seed",
        "tradeoffs": label,
        "calibration": f"{label}: predicted probability and observed frequency",
        "points": f"{label}: predicted and actual values",
        "residuals": f"{label}: actual minus predicted",
        "histograms": f"{label}: distribution of predictions; line: true values",
    }
    return titles.get(kind, "")


def _curves_title(label: str, place: int, facts: dict[str, Any]) -> str:
    """Write the title of one network's curves; without a label, of several runs'."""
    if label:
        unit = facts["networks"][place]["curve"]["unit"]
        return f"{label}: {unit} per epoch; dashed: training rows"
    found = facts["curves"]
    unit = "" if found["unit"] == "loss" else f" ({found['unit']})"
    return f"{found['axis']}{unit} per epoch".capitalize()


def slug(value: str) -> str:
    """Letters, digits and hyphens only, so that it is a file name everywhere."""
    plain = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
    return plain[:60].strip("-") or "chart"


def _unique(name: str, taken: dict[str, str]) -> str:
    numbered: Iterator[str] = (f"{name}-{i}" for i in range(2, len(taken) + 3))
    return name if name not in taken else next(n for n in numbered if n not in taken)
