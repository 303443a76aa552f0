"""Facts -> the page, with jinja2."""

from collections.abc import Sequence
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
    environment = _environment()
    source = environment.loader.get_source  # type: ignore[union-attr]
    return environment.get_template("page.html").render(
        facts | {"data": None},
        figures=drawn,
        style=Markup(source(environment, "style.css")[0]),
        script=Markup(source(environment, "hover.js")[0]),
        embedded=Markup(_PLACE),
    )


def rendered(template: str, facts: dict[str, Any], scripts: Sequence[str] = ()) -> str:
    """Another page: its template with the facts, the style sheet and some scripts."""
    environment = _environment()
    source = environment.loader.get_source  # type: ignore[union-attr]
    return environment.get_template(template).render(
        facts,
        style=Markup(source(environment, "style.css")[0]),
        scripts=[Markup(source(environment, name)[0]) for name in scripts],
    )


def _marked(found: Any) -> Any:
    """SVG texts are the only markup that comes from outside the templates."""
    if isinstance(found, dict):
        return {key: _marked(value) for key, value in found.items()}
    if isinstance(found, list):
        return [_marked(value) for value in found]
    return Markup(found) if found is not None else None
