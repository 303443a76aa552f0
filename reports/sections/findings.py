"""Findings of the rules in the data, and the page that explains each rule."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ...baselines.results.findings import MOST_NAMED, Examples, Finding
from ...baselines.results.results import Results
from ...baselines.rules.registry import RULES
from .. import text

if TYPE_CHECKING:
    from markdown_it.token import Token


_TONES = {"error": "bad", "warning": "warn", "note": "none"}
"""The colour of a severity's badge; the word in it says the same."""

MOST_FINDINGS = 30

_LETTERS = 40
"""Of a value of a row concerned."""

LOWER = 2
"""Levels that headings of an explanation go down: they stand below an h3."""


def finding_facts(results: Results) -> list[dict[str, Any]]:
    """The findings as they are ordered; a rule is explained the first time only."""
    shown = results.findings[:MOST_FINDINGS]
    codes = [finding.code for finding in shown]
    return [
        _finding(finding)
        | {"explanation": explanation(finding.code) if codes.index(code) == i else ""}
        for i, (code, finding) in enumerate(zip(codes, shown, strict=True))
    ]


def _finding(finding: Finding) -> dict[str, Any]:
    columns = [text.name(column) for column in finding.columns[:MOST_NAMED]]
    rows = [str(row) for row in finding.rows[:MOST_NAMED]]
    return {
        "code": text.name(finding.code, 20),
        "label": text.name(finding.label),
        "badge": text.name(finding.severity, 20),
        "tone": _TONES.get(finding.severity, "open"),
        "sentence": text.clean(finding.sentence, 1_000),
        "advice": text.clean(finding.advice, 1_000),
        "columns": _name_first("Column", columns, finding.n_columns),
        "rows": _name_first("Row", rows, finding.n_rows),
        "examples": _examples(finding.examples),
    }


def _examples(found: Examples | None) -> dict[str, Any] | None:
    """The first rows concerned, as they stand in the data."""
    if found is None or not found.rows:
        return None
    more = found.n_columns - len(found.columns)
    return {
        "columns": [text.name(column, _LETTERS) for column in found.columns],
        "rows": [
            {"number": str(row), "cells": [text.clean(v, _LETTERS) for v in values]}
            for row, values in zip(found.rows, found.values, strict=False)
        ],
        "more": f"{text.count(more, 'more column')} not shown." if more > 0 else "",
    }


def _name_first(noun: str, names: list[str], total: int) -> dict[str, Any] | None:
    """The first of the columns or rows, and how many more there are."""
    if not names:
        return None
    more = max(0, total - len(names))
    return {
        "label": noun if len(names) + more == 1 else text.plural(noun),
        "names": names,
        "more": f"and {text.format_count(more)} more" if more else "",
    }


def explanation(code: str) -> Markup:
    """The page of a rule as HTML without its title; empty if it is unknown here."""
    rule = RULES.get(code)  # the results may be of a newer release with more rules
    return Markup("") if rule is None else Markup(to_markup(rule.page))


def to_markup(page: str) -> str:
    """Markdown as HTML that fits the report.

    Without markup of its own, without a first title, and without links: a report
    leads nowhere, so that addresses stand in it as text.
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = reader.parse(page)
    if tokens and tokens[0].tag == "h1":
        tokens = tokens[3:]  # its start, its text and its end
    return reader.renderer.render(list(_fitted(tokens)), reader.options, {})


def _fitted(tokens: Sequence["Token"]) -> Iterator["Token"]:
    """Lower headings; tables with a caption, in a box that scrolls."""
    from markdown_it.token import Token

    heading = ""
    for i, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + LOWER)}"
        if token.type == "heading_open":
            heading = tokens[i + 1].content
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.children:
            token.children = list(_without_links(token.children))
        if token.type == "table_open":
            yield Token("box_open", "div", 1, attrs={"class": "scroll"}, block=True)
        yield token
        if token.type == "table_open":
            yield Token("caption_open", "caption", 1)
            yield Token("text", "", 0, content=heading)
            yield Token("caption_close", "caption", -1)
        if token.type == "table_close":
            yield Token("box_close", "div", -1, block=True)


def _without_links(tokens: Sequence["Token"]) -> Iterator["Token"]:
    """Links as their text, and after it the address in brackets."""
    from markdown_it.token import Token

    address = ""
    for token in tokens:
        if token.type == "link_open":  # never one inside another
            own = token.info == "auto"  # its text is the address
            address = "" if own else str(token.attrGet("href") or "")
        elif token.type != "link_close":
            yield token
        elif address:
            yield Token("text", "", 0, content=f" ({address})")
