"""A chart as SVG for the page: coloured by the page, named, without addresses."""

import html
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

WIDE, NARROW = 820, 318
"""Width of a chart on a desk and on a phone, in CSS pixels."""

FONT = 12
LETTER = 6.0
"""Mean width of a letter in pixels, to leave room for labels before they are drawn."""

Table = list[dict[str, Any]]


def draw(chart: Any, tables: dict[str, Table], label: str) -> str:
    """An Altair chart as the text of one ``<svg>`` element.

    Parameters
    ----------
    chart : altair.TopLevelMixin
        Its data are `altair.NamedData`: Altair copies inline data at every step.
    tables : dict
        The data by their names.
    label : str
        What the chart says, for those who cannot see it.
    """
    import vl_convert

    # Checking against the schema costs ten times the drawing; the tests see every mark.
    spec = chart.to_dict(validate=False)
    spec |= {"datasets": tables, "config": _config()}
    with _unsaid():
        drawn = vl_convert.vegalite_to_svg(spec)
    return _trim(drawn, label)


@contextmanager
def _unsaid() -> Iterator[None]:
    """Keep the renderer's panics off the terminal; its error says the same."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def told(name: str, word: str, points: Iterable[tuple[str, str]]) -> str:
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
    >>> told("training", "epoch ", [("1", "0.69"), ("2", "0.43")])
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


def _trim(svg: str, label: str) -> str:
    head, _, body = svg.partition(">")
    box = re.search(r'viewBox="([\d. ]+)"', head)
    size = box.group(1) if box else "0 0 0 0"
    wide, high = size.split()[2:]
    said = html.escape(label)
    return (
        f'<svg role="img" aria-label="{said}" viewBox="{size}" width="{wide}" '
        f'height="{high}">{_TAG.sub(_lighter, body)}'
    )


def _lighter(tag: re.Match[str]) -> str:
    """A tag only: the same letters in a text are somebody's name."""
    short = tag[0].replace("&#xA;", "\n")  # between the points of a line
    return _GEOMETRY.sub(_rounded, _SPARE.sub("", short))


def _rounded(found: re.Match[str]) -> str:
    """Positions to a tenth of a pixel: the rest is half of the weight of a chart."""
    return _DIGITS.sub(r"\1", found[0])
