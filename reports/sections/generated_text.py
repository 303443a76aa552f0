"""Text that a network of characters wrote, and how much of it is copied."""

from ...baselines.results.results import Sample
from .. import text

_MOST_LETTERS = 2_000


def sample_facts(sample: Sample | None) -> dict[str, str] | None:
    """The text behind its seed text, and a sentence; None where nothing was written."""
    if sample is None or not sample.text:
        return None
    return {
        "seed_text": text.clean(sample.seed_text, 500),
        "text": text.clean(sample.text, _MOST_LETTERS),
        "sentence": _copied(sample),
    }


def _copied(sample: Sample) -> str:
    if not sample.verbatim > 0:
        return (
            "No 20 characters of it stand in the training text one after another: it "
            "is not copied."
        )
    return (
        f"{text.percent(sample.verbatim, 0)} of it stands in the training text word "
        "for word, in runs of 20 or more characters; the longest such run has "
        f"{text.count(sample.longest, 'character')}."
    )
