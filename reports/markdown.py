"""Facts -> Markdown, as GitHub and terminals show it.

Whatever a template puts out is escaped, unless a function of this module made it: a
name from somebody's file cannot become a heading, a link, a table or a mention.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).parent / "templates"

JOINER = "\N{WORD JOINER}"
"""Takes no room, and keeps ``@name``, ``#12`` and ``://`` from being made links."""

_MARKUP = re.compile(
    r"[\\`*|~$]|<(?=[\w/!?])|&(?=#?\w)|\](?=[(\[:])|(?<![^\W_])_|_(?![^\W_])|(?<=!)\["
)
_LINKS = re.compile(r"@(?=\w)|#(?=\d)|(?<=gh)-(?=\d)|:(?=//)|(?<=www)\.", re.IGNORECASE)
_FIRST = re.compile(r"^(?=[-+](?:[\s-]|$)|[#=>\[])|^(\d{1,9})(?=[.)](?:\s|$))")
"""What would make a heading, a list, a quotation or a rule at the start of a line."""

_BAR = re.compile(r"(?<!\\)\|")

_FENCE = re.compile(r"(`{3,})\w*")


class RawMarkdown(str):
    """Markdown that is not to be escaped again."""


def escaped(value: object) -> RawMarkdown:
    """A text as Markdown that shows this text, on one line, and nothing else.

    Examples
    --------
    >>> escaped("a|b *c*")
    'a\\\\|b \\\\*c\\\\*'
    """
    if isinstance(value, RawMarkdown):
        return value
    sentence = _MARKUP.sub(r"\\\g<0>", " ".join(str(value).split()))
    sentence = _FIRST.sub(lambda found: f"{found[1] or ''}\\", sentence)
    return RawMarkdown(_LINKS.sub(lambda found: found[0] + JOINER, sentence))


def code(value: object) -> RawMarkdown:
    """A name as code; as text where it holds ``|``, which would end a cell."""
    sentence = " ".join(str(value).split())
    if not sentence or "|" in sentence:
        return escaped(sentence)
    marks = "`" * (_longest("`", sentence) + 1)
    room = " " if sentence[0] == "`" or sentence[-1] == "`" else ""
    return RawMarkdown(f"{marks}{room}{sentence}{room}{marks}")


def fenced(value: str, language: str = "") -> RawMarkdown:
    """Lines as they are, in a block that none of them can end."""
    marks = "`" * max(3, _longest("`", value) + 1)
    return RawMarkdown(f"{marks}{language}\n{value.strip(chr(10))}\n{marks}")


def _longest(letter: str, value: str) -> int:
    return max(map(len, re.findall(f"{letter}+", value)), default=0)


def align_columns(table: str) -> RawMarkdown:
    """A table with its columns one below the other, for those who read it as it is.

    Empty lines are left out; the second line says how columns are aligned.
    """
    rows = [
        [cell.strip() for cell in _BAR.split(line.strip())[1:-1]]
        for line in table.splitlines()
        if line.strip()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [cell.endswith(":") for cell in rows[1]]
    return RawMarkdown("\n".join(_lines(rows, widths, right)))


def _lines(
    rows: list[list[str]], widths: list[int], right: list[bool]
) -> Iterator[str]:
    columns = list(zip(widths, right, strict=True))
    for number, row in enumerate(rows):
        cells = [
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, (width, is_right) in zip(row, columns, strict=True)
        ]
        if number == 1:
            cells = [
                "-" * (w - 1) + (":" if is_right else "-") for w, is_right in columns
            ]
        yield f"| {' | '.join(cells)} |"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        finalize=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"code": code, "fenced": fenced, "aligned": align_columns}
    return environment


def to_markdown(facts: dict[str, Any]) -> str:
    """The report of one run.

    Parameters
    ----------
    facts : dict
        From `learnable.reports.summarize.summarize`.
    """
    return _rendered("page.md", facts)


def compared_markdown(facts: dict[str, Any]) -> str:
    """The comparison of several runs.

    Parameters
    ----------
    facts : dict
        From `learnable.reports.several.compare.compare_facts`.
    """
    return _rendered("compared.md", facts)


def _rendered(template: str, facts: dict[str, Any]) -> str:
    made = _environment().get_template(template).render(facts)
    return "\n".join(_join_empty_lines(made.strip("\n").split("\n"))) + "\n"


def _join_empty_lines(lines: list[str]) -> Iterator[str]:
    """At most one empty line after another; in blocks of code all as it is."""
    fence, last = "", "-"
    for line in lines:
        if fence:
            fence = "" if line == fence else fence
        elif found := _FENCE.fullmatch(line):
            fence = found[1]
        elif not (line or last):
            continue
        yield line
        last = line
