"""Facts -> the page, with jinja2."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .embed import as_json, fitting
from .figures import figures

TEMPLATES = Path(__file__).parent / "templates"

LIMIT = 490_000
"""Bytes of a page. The embedded results give way first; they are on disk anyway."""

SCRIPTS = ("hover.js", "tables.js", "scroll.js")
"""Each works for itself, below the ``.zoo`` that it stands in."""

GIVING_WAY = ("diagrams", "strips", "curves", "probes", "repairs")
"""Lists of charts that a page does without where it would be too large."""

_PLACE = "\x00results\x00"
"""Where the results go; no other text holds this, for NUL is cleaned away."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # every text is text, never markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def to_html(facts: dict[str, Any]) -> str:
    """One whole HTML document.

    Parameters
    ----------
    facts : dict
        From `learnable.reports.summarize.summarize`.
    """
    drawn = _marked(figures(facts))
    page = _rendered(facts, drawn)
    for name in GIVING_WAY:
        if len(page.encode()) > LIMIT:
            drawn |= {name: [None] * len(drawn[name])}
            page = _rendered(facts, drawn)
    room = LIMIT - len(page.encode())
    return page.replace(_PLACE, as_json(fitting(facts["data"], room)), 1)


def _rendered(facts: dict[str, Any], drawn: dict[str, Any]) -> str:
    return (
        _environment()
        .get_template("page.html")
        .render(
            facts | {"data": None},
            figures=drawn,
            style=style(),
            script=script(),
            embedded=Markup(_PLACE),
        )
    )


def style() -> Markup:
    """The style sheet of every page; all of it is meant for what is below ``.zoo``."""
    return Markup((TEMPLATES / "style.css").read_text("utf-8"))


def script() -> Markup:
    """The scripts of every page, for the end of its ``.zoo``."""
    return Markup("".join((TEMPLATES / name).read_text("utf-8") for name in SCRIPTS))


def _marked(found: Any) -> Any:
    """SVG texts are the only markup that comes from outside the templates."""
    if isinstance(found, dict):
        return {key: _marked(value) for key, value in found.items()}
    if isinstance(found, list):
        return [_marked(value) for value in found]
    return Markup(found) if found is not None else None
