"""Charts and their SVG: coloured by the page, or alone with the light palette."""

import html
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

WIDE, NARROW = 820, 318
"""Width of a chart on a desk and on a phone, in CSS pixels."""

FONT = 12
LETTER = 6.0
"""Mean width of a letter in pixels, to leave room for labels before they are drawn."""

Table = list[dict[str, Any]]

LIGHT = {
    "paper": "#fdfdfb", "ink": "#1c1f24", "muted": "#5d6470", "rule": "#e4e5e1",
    "accent": "#2457c5", "soft": "#8a909b", "train": "#5f92dc", "other": "#b3560f",
    "run-1": "#2457c5", "run-2": "#b3560f", "run-3": "#176b3f", "run-4": "#a3247f",
    "run-5": "#0b6f80", "run-6": "#6b3fc4", "run-7": "#7a5c00", "run-8": "#5d6470",
}  # fmt: skip
"""The light palette of the style sheets, for files, which have no style sheet."""

_MIXED = {
    f"color-mix(in oklab, var(--accent), var(--other) {share}%)": color
    for share, color in {
        9: "#375bb9", 18: "#475eac", 27: "#5560a0", 36: "#626193", 45: "#6e6286",
        55: "#7b6277", 64: "#876169", 73: "#926059", 82: "#9d5d48", 91: "#a85a33",
    }.items()
}  # fmt: skip
LAYERS = {"var(--accent)": LIGHT["accent"]} | _MIXED | {"var(--other)": LIGHT["other"]}
"""From the first layer's colour to the last one's; in a page -> in a file."""

_PLAIN = {f"var(--{name})": color for name, color in LIGHT.items()} | LAYERS
_PAINT = re.compile(r"(?:color|fill|stroke|range)$", re.IGNORECASE)

FILE_FONT = "Helvetica Neue, Arial, Liberation Sans, sans-serif"
FILE_PADDING = 12
"""White around a chart that stands alone, in pixels."""


@dataclass(frozen=True)
class Chart:
    """An Altair chart, its data and its description, not drawn yet.

    Parameters
    ----------
    layers : altair.TopLevelMixin
        Its data are `altair.NamedData`: Altair copies inline data at every step. Its
        colours are CSS variables, ``var(--accent)`` and the like.
    tables : dict
        The data by their names.
    label : str
        Description for those who cannot see it.
    """

    layers: Any
    tables: dict[str, Table]
    label: str

    def spec(self) -> dict[str, Any]:
        """Return the Vega-Lite specification with its data."""
        # Checking against the schema costs ten times the drawing; tests see every mark.
        return self.layers.to_dict(validate=False) | {
            "datasets": self.tables,
            "config": _config(),
        }


def page_svg(chart: Chart) -> str:
    """Draw a chart for a page, as the text of one ``<svg>`` element."""
    return _trim_label(_rendered(chart.spec()), chart.label)


def file_svg(chart: Chart, title: str = "") -> str:
    """Draw a chart as a file of its own: plain colours, white ground, a title."""
    spec = _light_colors(chart.spec())
    spec["config"] |= {"font": FILE_FONT, "background": "#ffffff"}
    spec["padding"] = FILE_PADDING
    if title:
        spec["title"] = {
            "text": title,
            "anchor": "start",
            "frame": "bounds",
            "color": LIGHT["ink"],
            "fontSize": 14,
            "fontWeight": 600,
            "offset": 14,
            "limit": spec["width"],
        }
    head = f'<svg role="img" aria-label="{html.escape(chart.label)}" '
    return head + _rendered(spec).removeprefix("<svg ") + "\n"


def _light_colors(value: Any, key: str = "") -> Any:
    """Return a specification whose colours are those of the light palette.

    Only values under the names of colours: the same letters elsewhere are a text.
    """
    if isinstance(value, dict):
        return {name: _light_colors(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_light_colors(part, key) for part in value]
    return _PLAIN.get(value, value) if _PAINT.search(key) else value


def _rendered(spec: dict[str, Any]) -> str:
    import vl_convert

    with _silenced():
        return vl_convert.vegalite_to_svg(spec)


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep the renderer's panics off the terminal; its error says the same."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def label_points(name: str, word: str, points: Iterable[tuple[str, str]]) -> str:
    """The label of a line: its name, and of each point what ``hover.js`` shows there.

    Parameters
    ----------
    name : str
        On one line.
    word : str
        What the steps are, with a blank behind it, or "".
    points : iterable of (str, str)
        The step and the value of every point of the line, in its order.

    Examples
    --------
    >>> label_points("training", "epoch ", [("1", "0.69"), ("2", "0.43")])
    'training\\nepoch \\n1: 0.69\\n2: 0.43'
    """
    return "\n".join([name, word, *(f"{step}: {value}" for step, value in points)])


@cache
def _config() -> dict[str, Any]:
    import altair as alt

    return alt.Config(
        font="sans-serif",
        background="transparent",
        padding={"left": 8, "right": 4, "top": 4, "bottom": 4},
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor="var(--muted)",
            titleColor="var(--muted)",
            titleFontWeight="normal",
            labelFontSize=FONT,
            titleFontSize=FONT,
            gridColor="var(--rule)",
            domainColor="var(--rule)",
            ticks=False,
            labelPadding=8,
            labelLimit=0,
            aria=False,
        ),
        axisY=alt.AxisConfig(domain=False, grid=False),
    ).to_dict()


_TAG = re.compile(r"<[^<>]*>")
_SPARE = re.compile(
    r' (?:opacity="1"|font-family="sans-serif"|font-weight="normal"'
    r'|aria-roledescription="[^"]*"|pointer-events="none"|class="[^"]*")'
    r'|<path class="(?:foreground"[^<>]*display="none"|background"[^<>]*"M0,0h0v0h0Z"'
    r"[^<>]*)/>"
)
"""What is so without being said, or is never seen: a third of a chart's weight."""
_GEOMETRY = re.compile(r' (?:d|transform)="[^"]*"')
_DIGITS = re.compile(r"(\.\d)\d+")


def _trim_label(svg: str, label: str) -> str:
    head, _, body = svg.partition(">")
    box = re.search(r'viewBox="([\d. ]+)"', head)
    size = box.group(1) if box else "0 0 0 0"
    wide, high = size.split()[2:]
    sentence = html.escape(label)
    return (
        f'<svg role="img" aria-label="{sentence}" viewBox="{size}" width="{wide}" '
        f'height="{high}">{_TAG.sub(_lighter, body)}'
    )


def _lighter(tag: re.Match[str]) -> str:
    """A tag only: the same letters in a text are somebody's name."""
    short = tag[0].replace("&#xA;", "\n")  # between the points of a line
    return _GEOMETRY.sub(_rounded, _SPARE.sub("", short))


def _rounded(found: re.Match[str]) -> str:
    """Positions to a tenth of a pixel: the rest is half of the weight of a chart."""
    return _DIGITS.sub(r"\1", found[0])
