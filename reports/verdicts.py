"""The answers in their words, and the colour of each."""

from ..baselines.results import Verdict
from . import text

TONES = {
    "network-ahead": "good",
    "network-level": "good",
    "network-at-fault": "bad",
    "undecided": "open",
    "no-signal": "none",
    "suspicious": "warn",
    "signal": "good",
}
"""The colour of a verdict's badge; the word beside it says the same."""


def verdict_facts(verdicts: tuple[Verdict, ...]) -> list[dict[str, str]]:
    """Networks first, then the data."""
    ordered = sorted(verdicts, key=lambda verdict: not verdict.about)
    return [
        {
            "name": text.name(verdict.name),
            "badge": text.name(verdict.name.replace("-", " ")),
            "tone": TONES.get(verdict.name, "open"),
            "about": text.name(verdict.about) if verdict.about else "the data",
            "sentence": text.clean(verdict.sentence, 1_000),
            "change": text.clean(verdict.change, 1_000),
        }
        for verdict in ordered
    ]
