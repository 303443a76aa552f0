"""The verdict on both sides, in words, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnosis.inquiry import FAILING, NOTHING

if TYPE_CHECKING:
    from ...baselines.diagnosis import Cause
    from ...baselines.results import Verdict
    from .sides import Sides

AHEAD = 1.1
"""A network is ahead whose score is so many times the best baseline's."""
MOST = 0.9
"""Share of the best baseline's score, below which a network learns less than can be."""


def verdict_of(sides: Sides) -> tuple[str, str, str]:
    """Name, sentence, and what would change it."""
    data = sides.study.results.verdicts[-1]
    inquiry, (name, score) = sides.inquiry, sides.best
    stands = f"score {inquiry.before:.2f} against {score:.2f} of {name}"
    if data.name == "suspicious" and not inquiry.is_failing:
        return data.name, data.sentence, data.change
    if sides.data and not inquiry.causes:
        return _on_data(data, sides.data[0])
    if inquiry.causes:
        return (
            "network-at-fault",
            f"As it is the network has {stands}; with the repairs it has "
            f"{inquiry.mended:.2f}.",
            "Nothing: the repairs were tried, and each one is needed.",
        )
    if inquiry.unrepeated:
        return (
            "undecided",
            "The network could not be made again and trained as the script does, so "
            f"that nothing is known of it: {inquiry.unrepeated}",
            "A network that Keras can make again from its configuration (get_config).",
        )
    if sides.is_behind:
        return _behind(sides, stands)
    if inquiry.before <= NOTHING and data.name != "signal":
        return data.name, data.sentence, data.change
    if inquiry.is_failing or inquiry.before <= NOTHING:
        return (
            "undecided",
            f"These rows cannot tell whether the network falls short: {stands}.",
            "More rows, or more time (--budget).",
        )
    verdict = "network-ahead" if inquiry.before > AHEAD * score else "network-level"
    part = "what" if inquiry.before >= MOST * score else "most of what"
    return (
        verdict,
        f"The network learns {part} can be learned: {stands}.",
        _change(inquiry.before, score),
    )


def _change(score: float, best: float) -> str:
    """What would make a network that learns one that fails."""
    if score < MOST * best:
        limit = f"{FAILING * best:.2f}"
        return f"A lower score of the network: it is said to fail below {limit}."
    if score / FAILING >= 1:
        return "Nothing: not even a perfect score would be clearly above this one."
    return f"A network or baseline with a score above {score / FAILING:.2f}."


def _behind(sides: Sides, stands: str) -> tuple[str, str, str]:
    """The verdict on a network that is behind for no known cause."""
    plain = sides.reference
    has = "" if plain is None else f"a plain network in its place has {plain.score:.2f}"
    also = f" {has.capitalize()}." if has else ""
    if not sides.is_at_fault and sides.has_learned:
        return (
            "undecided",
            f"The network has {stands} on rows that it has not seen, and "
            f"{sides.taught:.2f} on those that it was trained on: it learns, but not "
            f"what holds for other rows.{also}",
            "More rows; a smaller network, dropout, or a stop before it knows the rows "
            "by heart.",
        )
    if not sides.is_at_fault:
        return (
            "undecided",
            f"The network has {stands}; {has}, so that it does what networks do here.",
            f"A network that comes near {sides.best[0]}, which is the one to use.",
        )
    learns = plain is not None and plain.score >= FAILING * sides.best[1]
    so = ": a network can learn these rows" if learns else ", which is no answer either"
    can = f" And {has}{so}." if has else ""
    return (
        "network-at-fault",
        f"The network has {stands}, and nothing that was tried mends it.{can}",
        "More time (--budget): it was over before all repairs were tried together."
        if sides.inquiry.is_cut
        else "A repair that was not tried.",
    )


def _on_data(data: Verdict, cause: Cause) -> tuple[str, str, str]:
    """The verdict on the data; where they only look sound, what is wrong with them."""
    if data.name != "signal":
        return data.name, data.sentence, data.change
    return "suspicious", cause.sentence, cause.advice
