"""Facts -> the page, with jinja2; the results inside it, for whoever has only that."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..data.column_summary import DataSummary
from . import text
from .figures import figures
from .sections.columns import column_facts
from .several.compare import comparison_charts
from .svg import Chart, page_svg

_TEMPLATES = Path(__file__).parent / "templates"

LIMIT = 490_000
"""Bytes of a page. The embedded results give way first; they are on disk anyway."""

SCRIPTS = ("hover.js", "tables.js", "scroll.js", "contents.js")
"""Each works for itself, below the ``.zoo`` that it stands in."""

GIVING_WAY = (
    "strips", "seeds", "residuals", "histograms", "points", "calibration", "tradeoffs",
    "curves", "probes", "repairs",
)  # fmt: skip
"""Lists of charts that a page does without where it would be too large."""

PLACE = "\x00results\x00"
"""Where the results go; no other text holds this, for NUL is cleaned away."""
CONTENTS = "\x00contents\x00"
"""Where the table of contents goes, which is made of the headings of the page."""

_HEADING = re.compile(r'<h2([^>]*) id="([^"]*)">(.*?)</h2>', re.DOTALL)
_SHORT = re.compile(r'data-contents="([^"]*)"')
_TAG = re.compile(r"<[^<>]*>")


Facts = dict[str, Any]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,  # every text is text, never markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, facts: Facts) -> str:
    """A template with facts, for parts that need no style or script of the pages."""
    return _environment().get_template(template).render(facts)


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
    page = document("page.html", facts | {"contents": Markup(CONTENTS)}, drawn)
    return page.replace(CONTENTS, contents(page), 1)


def contents(page: str) -> str:
    """The table of contents of a page: its headings of the second level, as links.

    A heading with ``data-contents`` is listed under that name.
    """
    sections = []
    for attributes, place, title in _HEADING.findall(page):
        short = _SHORT.search(attributes)
        shown = short[1] if short else _TAG.sub("", title)
        sections.append({"id": Markup(place), "title": Markup(shown)})
    return _environment().get_template("contents.html").render(sections=sections)


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
    drawn = _marked(comparison_charts(facts))
    sheets = ("compared.css",)
    page = document("compared.html", facts, drawn, more_style=sheets)
    return page.replace(PLACE, as_json(facts["data"]), 1)


def look_html(summary: DataSummary) -> str:
    """One whole HTML document on how the columns of data were understood."""
    data = asdict(summary)
    digest = hashlib.sha256(json.dumps(data).encode("utf-8", "backslashreplace"))
    facts = {
        "id": f"zoo-{digest.hexdigest()[:8]}",
        "title": text.name(summary.name, 90),
        "size": text.clean(summary.size),
        "columns": column_facts(summary),
        "notes": [text.clean(note, 500) for note in summary.notes],
    }
    page = document("look.html", facts, {})
    return page.replace(PLACE, as_json(data), 1)


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
    return Markup(page_svg(found)) if isinstance(found, Chart) else None


def as_json(data: Facts) -> str:
    """JSON that cannot end the script element it stands in."""
    plain = json.dumps(data, separators=(",", ":"))  # ASCII only: no U+2028 either
    for character in "<>&":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return plain


def fitting(data: Facts, room: int) -> Facts:
    """The results, or as much of them as fits into ``room`` bytes.

    Parameters
    ----------
    data : dict
        ``Results.to_dict()``.
    room : int
        Bytes that the page has left.

    Returns
    -------
    dict
        As given, or without the longest parts; ``left_out`` names them.
    """
    left_out: list[str] = []
    own = _OF_DIAGNOSIS if data.get("diagnosis") else {}
    for name, shorten in (own | _STEPS).items():
        if len(as_json(data)) <= room:
            return data
        shorter = shorten(data)
        if shorter != data:  # there was something to leave out
            left_out.append(name)
            data = shorter | {"left_out": list(left_out)}
    if len(as_json(data)) <= room:
        return data
    return {"schema": data["schema"], "left_out": ["everything: see results.json"]}


def _without_probe_steps(data: Facts) -> Facts:
    return data | {"diagnosis": data["diagnosis"] | {"probe_steps": [], "losses": []}}


def _without_program(data: Facts) -> Facts:
    code = {"diff": "", "fixed": "", "snippet": ""}
    return data | {"diagnosis": data["diagnosis"] | code}


def _without_trials(data: Facts) -> Facts:
    return data | {"diagnosis": data["diagnosis"] | {"trials": []}}


def _without_histories(data: Facts) -> Facts:
    networks = [network | {"history": {}} for network in data["networks"]]
    return data | {"networks": networks}


def _without_pictures(data: Facts) -> Facts:
    return data | {"pictures": None}


def _without_rows(data: Facts) -> Facts:
    findings = [finding | {"examples": None} for finding in data["findings"]]
    return data | {"findings": findings}


def _without_confusions(data: Facts) -> Facts:
    return data | {"rows": [row | {"confusion": []} for row in data["rows"]]}


def _without_worst(data: Facts) -> Facts:
    return data | {"worst": None}


def _without_layers(data: Facts) -> Facts:
    networks = [network | {"layers": []} for network in data["networks"]]
    return data | {"networks": networks}


def _without_course(data: Facts) -> Facts:
    return data | {"course": None}


def _without_examples(data: Facts) -> Facts:
    networks = [network | {"examples": []} for network in data["networks"]]
    return data | {"networks": networks}


_STEPS: dict[str, Callable[[Facts], Facts]] = {
    "histories": _without_histories,
    "pictures": _without_pictures,
    "rows of findings": _without_rows,
    "confusions": _without_confusions,
    "worst rows": _without_worst,
    "layers": _without_layers,
    "course": _without_course,
    "examples": _without_examples,
}
_OF_DIAGNOSIS: dict[str, Callable[[Facts], Facts]] = {
    "probe_steps": _without_probe_steps,
    "repaired program": _without_program,
    "trials": _without_trials,
}
