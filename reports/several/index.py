"""Entries -> facts -> the page over all runs of a folder."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from .. import text
from ..metrics import metric
from ..run_summary import Entry
from ..sections.scores import TONES

MOST_BADGES = 4
"""Verdicts of one run; a run of more networks says how many are left out."""
NOTE = 300
"""Characters of a note."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What the page may do; no more than a report, which stands beside it."""
LIVE_POLICY = f"{POLICY}; connect-src 'self'"
"""The page that is served may ask its server whether something changed."""


def index_facts(entries: Sequence[Entry]) -> dict[str, Any]:
    """The facts of the page.

    Parameters
    ----------
    entries : sequence of Entry
        In any order; the page shows the newest first.

    Returns
    -------
    dict
        Lists, dicts and texts. ``state`` is the same as long as no entry changes.
    """
    newest = sorted(entries, key=lambda entry: (entry.created, entry.name))[::-1]
    readable = [entry for entry in newest if not entry.error]
    damaged = [entry for entry in newest if entry.error]
    return {
        "id": "zoo-index",
        "count": text.count(len(entries), "run"),
        "rows": [_row(entry) for entry in readable],
        "damaged": [_damaged_entry(entry) for entry in damaged],
        "state": state(entries),
    }


def state(entries: Sequence[Entry]) -> str:
    """A short text that changes when any entry does."""
    return sha256(repr(list(entries)).encode("utf-8", "replace")).hexdigest()[:16]


def _row(entry: Entry) -> dict[str, Any]:
    best, base = entry.network_score, entry.baseline_score
    spec = metric(entry.metric).spec
    badges = _badges(entry)
    return {
        "name": text.name(entry.name, 200),
        "link": _link(entry),
        "made": text.format_time(entry.created).removesuffix(" UTC"),
        "created": text.clean(entry.created, 40),
        "kind": text.name(entry.kind),
        "models": text.name(", ".join(entry.models), 120) if entry.models else "",
        "data": text.name(entry.data),
        "hash": text.clean(entry.sha256[:8]),
        "task": text.name(entry.task),
        "badges": badges[:MOST_BADGES],
        "more": text.count(len(badges) - MOST_BADGES, "more verdict")
        if len(badges) > MOST_BADGES
        else "",
        "metric": metric(entry.metric).label,
        "network": "" if best is None else text.number(best, spec),
        "network_value": "" if best is None else repr(best),
        "baseline": "" if base is None else text.number(base, spec),
        "baseline_value": "" if base is None else repr(base),
        "best": text.name(entry.baseline) if entry.baseline else "",
        "seconds": text.seconds(entry.seconds),
        "seconds_value": "" if entry.seconds is None else repr(entry.seconds),
        "state": text.name(entry.state),
        "note": text.clean(entry.note, NOTE),
        "tags": [text.name(tag) for tag in entry.tags],
    }


def _badges(entry: Entry) -> list[dict[str, str]]:
    """The verdicts on the networks; where there are none, that on the data."""
    said = {a: name for a, name in entry.verdicts.items() if a in entry.models}
    several = len(said) > 1
    return [
        {
            "about": text.name(about) if several else "",
            "badge": text.name(name.replace("-", " ")),
            "tone": TONES.get(name, "open"),
        }
        for about, name in (said or entry.verdicts).items()
    ]


def _damaged_entry(entry: Entry) -> dict[str, str]:
    return {
        "name": text.name(entry.name, 200),
        "link": _link(entry),
        "reason": text.clean(entry.error, 1_000),
        "note": text.clean(entry.note, NOTE),
    }


def _link(entry: Entry) -> str:
    """The address of a run's page from the folder of the runs; "" without a page."""
    return text.address(entry.name) if entry.report else ""


def to_index(facts: dict[str, Any], *, live: bool = False) -> str:
    """One whole HTML document.

    Parameters
    ----------
    facts : dict
        From `index_facts`.
    live : bool, default False
        Whether the page is served and is to follow what happens in the folder.
    """
    from ..html import document  # loads jinja2

    facts = facts | {"live": live, "policy": LIVE_POLICY if live else POLICY}
    scripts = ("index.js", "live.js") if live else ("index.js",)
    sheets = ("index.css",)
    return document("index.html", facts, {}, more_style=sheets, more_script=scripts)
