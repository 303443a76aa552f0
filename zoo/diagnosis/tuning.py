"""The best of the settings that mend: which value, and for how long to train."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .case import Repair, repaired
from .changes import set_epochs, set_optimizer
from .setup import Setup
from .trials import Laboratory, OutOfTime

TIMES = 4
"""Of the epochs, that may make a mended network better."""
NOTICE = 0.01
"""A gain of the score that is worth another value."""
LEAST_GAIN = 0.004
"""One that a mended network is trained otherwise for."""
MOST_STEPS = 20_000
MOST_SECONDS = 25.0
"""For the trainings of one such question, by what the mended network took."""


def best_value(
    lab: Laboratory, others: Sequence[Repair], values: Sequence[Repair], first: Repair
) -> Repair:
    """Of several values of a setting that which does best beside other repairs.

    Parameters
    ----------
    lab : Laboratory
    others : sequence of Repair
        Made in every trial.
    values : sequence of Repair
    first : Repair
        One of them; another must do better by `NOTICE` on the first split.

    Raises
    ------
    OutOfTime
    """
    best, top = first, lab.score([*others, first]) + NOTICE
    for value in values:
        score = lab.score([*others, value])
        if score > top:
            best, top = value, score
    return best


def tuned(lab: Laboratory, repairs: Sequence[Repair]) -> tuple[Repair, ...]:
    """Another rate, and a longer training, where a mended network does better so.

    What is taken does better on the first split, then on every split. Nothing is where
    its trainings would take too long, or where there is no time to see.
    """
    found: list[Repair] = []
    for propose in (_rates, _longer):
        mended = [*repairs, *found]
        try:
            better = _better(lab, mended, propose(repaired(lab.setup, mended)))
        except OutOfTime:
            break
        found += [] if better is None else [better]
    return tuple(found)


def _rates(setup: Setup) -> Iterator[Repair]:
    """A rate three times as high, and as low."""
    if setup.rate <= 0:
        return
    for times in (3, 1 / 3):
        rate = float(f"{setup.rate * times:.1g}")
        what = f"learning rate {setup.rate:.3g} -> {rate:g}"
        yield set_optimizer(setup, what, learning_rate=rate)


def _longer(setup: Setup) -> Iterator[Repair]:
    """More epochs, as far as the steps allow."""
    epochs = min(setup.epochs * TIMES, setup.epochs * MOST_STEPS // setup.steps)
    if epochs >= 2 * setup.epochs:
        yield set_epochs(setup, epochs)


def _better(
    lab: Laboratory, mended: Sequence[Repair], choice: Iterable[Repair]
) -> Repair | None:
    splits = len(lab.splits)
    score, seconds = lab.score(mended), lab.outcome(mended).seconds
    if score > 1 - LEAST_GAIN:
        return None
    epochs = repaired(lab.setup, mended).epochs
    tried = [*choice]
    # each is trained on the first split, and one of them on all the others
    each = [seconds * repaired(lab.setup, [*mended, r]).epochs / epochs for r in tried]
    if not tried or sum(each) + max(each) * (splits - 1) > MOST_SECONDS:
        return None
    scores = [lab.score([*mended, repair]) for repair in tried]
    best = tried[scores.index(max(scores))]
    if max(scores) < score + LEAST_GAIN:
        return None
    found = lab.difference([*mended, best], mended, splits=splits)
    return best if found.gain >= LEAST_GAIN and found.least >= 0 else None
