"""Facts -> the page, with jinja2."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .embed import as_json, fitting
from .figures import figures
from .several.compare import compared_figures

_TEMPLATES = Path(__file__).parent / "templates"

LIMIT = 490_000
"""Bytes of a page. The embedded results give way first; they are on disk anyway."""

SCRIPTS = ("hover.js", "tables.js", "scroll.js")
"""Each works for itself, below the ``.zoo`` that it stands in."""

GIVING_WAY = (
    "diagrams", "strips", "seeds", "residuals", "histograms", "points", "calibration",
    "tradeoffs", "curves", "probes", "repairs",
)  # fmt: skip
"""Lists of charts that a page does without where it would be too large."""

PLACE = "\x00results\x00"
"""Where the results go; no other text holds this, for NUL is cleaned away."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
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
    return page.replace(PLACE, as_json(fitting(facts["data"], room)), 1)


def _rendered(facts: dict[str, Any], drawn: dict[str, Any]) -> str:
    return document("page.html", facts, drawn)


def document(
    template: str,
    facts: dict[str, Any],
    drawn: dict[str, Any],
    *,
    more_style: tuple[str, ...] = (),
    more_script: tuple[str, ...] = (),
) -> str:
    """A page with the style and the scripts that all pages share.

    ``PLACE`` stands where the results go. ``more_style`` and ``more_script`` name those
    of this page alone.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            facts | {"data": None},
            figures=drawn,
            style=style(*more_style),
            script=script(*more_script),
            embedded=Markup(PLACE),
        )
    )


def compared_html(facts: dict[str, Any]) -> str:
    """One whole HTML document on several runs.

    Parameters
    ----------
    facts : dict
        From `learnable.reports.several.compare.compare_facts`.
    """
    drawn = _marked(compared_figures(facts))
    sheets = ("compared.css",)
    page = document("compared.html", facts, drawn, more_style=sheets)
    return page.replace(PLACE, as_json(facts["data"]), 1)


def style(*more: str) -> Markup:
    """The style sheet of every page, and more; all are for what is below ``.zoo``."""
    sheets = ("style.css", *more)
    return Markup("".join((_TEMPLATES / name).read_text("utf-8") for name in sheets))


def script(*more: str) -> Markup:
    """The scripts of every page, and more, for the end of its ``.zoo``."""
    names = (*SCRIPTS, *more)
    return Markup("".join((_TEMPLATES / name).read_text("utf-8") for name in names))


def _marked(found: Any) -> Any:
    """SVG texts are the only markup that comes from outside the templates."""
    if isinstance(found, dict):
        return {key: _marked(value) for key, value in found.items()}
    if isinstance(found, list):
        return [_marked(value) for value in found]
    return Markup(found) if found is not None else None
