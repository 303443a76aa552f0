"""Changes to make in a script: the difference line by line, or the network as code."""

from typing import Any

from ...baselines.results.diagnosis import Diagnosis
from .. import text

_MOST_LINES = 400
MOST_DIFF_LETTERS = 60_000
"""Of all lines together; a page that is read has no use for more."""
LONGEST = 1_000
"""Of one line."""


REPAIRED = "The script could not be edited automatically. The repaired network as code:"
_PLAIN = "No repair helps. This plain network was trained in its place:"


def program_facts(found: Diagnosis) -> dict[str, Any] | None:
    """The difference as lines with their kinds, else the snippet; None without both.

    Returns
    -------
    dict
        ``lines``: texts with a kind each ("head", "place", "added", "removed" or
        "same"); ``snippet``: code, "" where there are lines; ``cut``: a sentence if not
        all is shown; ``ran`` and ``tuned``: sentences on the repaired program, or "";
        ``about``: what the snippet is.
    """
    whole = _lines(found.diff or found.snippet)
    if not whole:
        return None
    shown = _first(whole)
    cut = len(whole) - len(shown)
    return {
        "lines": diff_lines(shown) if found.diff else [],
        "snippet": "" if found.diff else "\n".join(shown),
        "cut": f"{text.count(cut, 'more line')} in results.json." if cut else "",
        "ran": _ran(found),
        "tuned": text.clean(found.further, 500) if found.tuned else "",
        "about": REPAIRED if found.causes else _PLAIN,
    }


def _ran(found: Diagnosis) -> str:
    if found.failed:
        return f"With these changes: {text.clean(found.failed, 300)}"
    return "The repaired script was run to the end." if found.fixed else ""


def _lines(code: str) -> list[str]:
    """Lines as a terminal shows them: what ends one in Unicode alone ends none here."""
    return [line.removesuffix("\r") for line in code.rstrip("\n").split("\n") if code]


def _first(lines: list[str]) -> list[str]:
    """Return as many lines as are shown, each of them clean."""
    shown, letters = [], 0
    for line in lines[:_MOST_LINES]:
        shown.append(text.clean(line, LONGEST))
        letters += len(shown[-1])
        if letters > MOST_DIFF_LETTERS:
            break
    return shown


def diff_lines(lines: list[str]) -> list[dict[str, str]]:
    """The kind of each line of a unified difference."""
    found, heading = [], True
    for line in lines:
        heading = heading and not line.startswith("@@")
        kind = "head" if heading else _KINDS.get(line[:1], "same")
        found.append({"kind": kind, "text": line})
    return found


_KINDS = {"@": "place", "+": "added", "-": "removed"}
