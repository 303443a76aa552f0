"""The charts of a page as files that stand alone: SVG, and PNG made of it."""

import errno
import html
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ..data.disk import write_whole
from . import text
from .oklab import mixed
from .svg import FONT

_TEMPLATES = Path(__file__).parent / "templates"
SHEETS = ("style.css", "compared.css")

SCALE = 2
"""Pixels of a PNG for one of the SVG: sharp in print and on fine screens."""

HEAD = 30
"""Height of the title above a chart, in pixels."""
EDGE = 12
BOLD = 7.8
"""Mean width of a letter of the title, in pixels."""

FONTS = "Helvetica Neue, Arial, Liberation Sans, sans-serif"

_NAMES = {
    "diagrams": "layers", "strips": "tries", "repairs": "repair", "probes": "probe",
    "seeds": "folds", "tradeoffs": "", "points": "predicted",
}  # fmt: skip
"""Where a file is not called as its charts are in the page."""

_TAG = re.compile(r"<[^<>]*>")
_PAINT = re.compile(r'(?<= )(fill|stroke|stop-color|color|style)="([^"]*)"')
_VARIABLE = re.compile(r"var\(--([\w-]+)(?:,[^()]*)?\)")
_MIX = re.compile(r"color-mix\(in oklab, (#\w{6}), (#\w{6}) (\d+)%\)")
_HEAD = re.compile(r"<svg [^>]*>")
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def chart_files(facts: dict[str, Any], figures: dict[str, Any]) -> dict[str, str]:
    """Every chart of a page as an SVG text of its own.

    Parameters
    ----------
    facts : dict
        Of the page: charts of networks, causes and probes are called by them.
    figures : dict
        The page's charts: SVG, or {"wide": SVG, "narrow": SVG}, or None; or a list.

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
            svg = chart if isinstance(chart, str) else chart["wide"]
            found[name] = alone(svg, title=_title(kind, label, i, facts))
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


def alone(svg: str, *, title: str = "") -> str:
    """A chart of a page as a file of its own: plain colours, white ground, a title."""
    svg = _TAG.sub(_painted, svg)
    box = _BOX.search(svg)
    head = _HEAD.match(svg)
    assert box is not None
    assert head is not None
    wide, high = float(box[1]) + 2 * EDGE, float(box[2]) + 2 * EDGE
    down = HEAD if title else 0
    label = re.search(r'aria-label="[^"]*"', head[0])
    said = label[0] if label else ""
    body = svg[head.end() : svg.rindex("</svg>")]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {said} '
        f'viewBox="0 0 {wide:g} {high + down:g}" width="{wide:g}" '
        f'height="{high + down:g}" font-family="{FONTS}" font-size="{FONT}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{_headline(title, wide)}'
        f'<g transform="translate({EDGE},{EDGE + down})">{body}</g></svg>\n'
    )


def _headline(title: str, wide: float) -> str:
    if not title:
        return ""
    title = text.name(title, int((wide - 2 * EDGE) / BOLD))
    ink = _palette()["ink"]
    at = f'x="{EDGE}" y="{EDGE + 14}" font-size="14" font-weight="600" fill="{ink}"'
    return f"<text {at}>{html.escape(title)}</text>"


def _painted(tag: re.Match[str]) -> str:
    """Colours only: the same letters in a label are somebody's name."""
    return _PAINT.sub(lambda found: f'{found[1]}="{_plain(found[2])}"', tag[0])


def _plain(value: str) -> str:
    value = _VARIABLE.sub(lambda found: _palette()[found[1]], value)
    return _MIX.sub(lambda found: mixed(found[1], found[2], int(found[3]) / 100), value)


@cache
def _palette() -> dict[str, str]:
    """The colours of the light page, from the style sheets: the first that is said."""
    found: dict[str, str] = {}
    for sheet in SHEETS:
        style = (_TEMPLATES / sheet).read_text("utf-8")
        for name, value in re.findall(r"--([\w-]+): ([^;]+);", style):
            found.setdefault(name, value)
    return {name: _long(value) for name, value in found.items()}


def _long(value: str) -> str:
    """``#fff`` as ``#ffffff``."""
    short = re.fullmatch(r"#(\w)(\w)(\w)", value)
    return "#" + "".join(2 * letter for letter in short.groups()) if short else value


def _labels(kind: str, facts: dict[str, Any]) -> list[str]:
    """Return the labels of the charts of a list; empty where they are numbered."""
    if kind in ("curves", "strips", "diagrams"):
        return [network["name"] for network in facts["networks"]]
    if kind == "repairs":
        causes = facts["diagnosis"]["causes"] if facts["diagnosis"] else []
        return [f"{cause['code']} {cause['label']}" for cause in causes]
    if kind == "probes" and facts["diagnosis"]:
        return [probe["title"] for probe in facts["diagnosis"]["probes"]]
    if kind == "tradeoffs":
        found = facts.get("tradeoffs") or {"charts": []}
        return [chart["title"] for chart in found["charts"]]
    return [panel["name"] for panel in _panels(kind, facts)]


def _panels(kind: str, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the data of small charts, one for each candidate shown."""
    part = "residuals" if kind == "points" else kind
    found = facts.get(part)
    if kind == "seeds":
        found = (facts.get("folds") or {}).get("seeds")
    return found["panels"] if found else []


def _title(kind: str, label: str, place: int, facts: dict[str, Any]) -> str:
    """Return the title of a chart that in the page has a caption or a heading."""
    if kind == "curves":
        return _of_curves(label, place, facts)
    said = {
        "forest": "Scores of all candidates, with their 95 % intervals",
        "accuracy": "Accuracy of all candidates, with their 95 % intervals",
        "course": "The series and its forecasts",
        "learning": "Score over training rows; dashed: promised",
        "diagrams": f"Layers of {label}",
        "strips": f"{label}: trained from several seeds",
        "repairs": f"{label}: score with and without the repair",
        "probes": label,
        "paired": "Difference in score on the same folds, network minus baseline",
        "seeds": f"{label}: score on each fold, from each seed",
        "tradeoffs": label,
        "calibration": f"{label}: what is said, and how often it is right",
        "points": f"{label}: predicted over actual",
        "residuals": f"{label}: actual minus predicted",
        "histograms": f"{label}: what is said of the rows; line: what is true",
    }
    return said.get(kind, "")


def _of_curves(label: str, place: int, facts: dict[str, Any]) -> str:
    """Write the title of one network's curves; without a label, of several runs'."""
    if label:
        unit = facts["networks"][place]["curve"]["unit"]
        return f"{label}: {unit} per epoch, of training rows dashed"
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
