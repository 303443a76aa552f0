"""What makes a mended network better still: another rate, and a longer training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..problem.context import Repair, repaired
from ..problem.training_setup import Setup
from ..rules.repairs import set_epochs, set_optimizer
from .trials import BudgetExceeded, TrialRunner

_TIMES = 4
"""Of the epochs, that may make a mended network better."""
NOTICE = 0.01
"""A gain of the score that is worth another value."""
LEAST_GAIN = 0.004
"""One that a mended network is trained otherwise for."""
_MOST_STEPS = 20_000
MOST_COST = 25.0
"""Of the trainings of one such question."""


def choose_value(
    runner: TrialRunner,
    others: Sequence[Repair],
    values: Sequence[Repair],
    first: Repair,
) -> Repair:
    """Return the value of a setting that does best beside other repairs.

    Parameters
    ----------
    runner : TrialRunner
    others : sequence of Repair
        Made in every trial.
    values : sequence of Repair
    first : Repair
        One of them; another must do better by `NOTICE` on the first split.

    Raises
    ------
    BudgetExceeded
    """
    best, top = first, runner.score([*others, first]) + NOTICE
    for value in values:
        score = runner.score([*others, value])
        if score > top:
            best, top = value, score
    return best


def find_tuning(
    runner: TrialRunner, repairs: Sequence[Repair], *, more: Sequence[Repair] = ()
) -> tuple[Repair, ...]:
    """Another rate, and a longer training, where a mended network does better so.

    Before these one of ``more``, of repairs that are no cause.

    What is taken does better on the first split, then on every split. Nothing is where
    its trainings would cost too much, or more than is left.
    """
    found: list[Repair] = []
    for propose in (lambda setup: more, _rates, _more_epochs):
        mended = [*repairs, *found]
        try:
            better = _better(runner, mended, propose(repaired(runner.setup, mended)))
        except BudgetExceeded:
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


def _more_epochs(setup: Setup) -> Iterator[Repair]:
    """More epochs, as far as the steps allow."""
    epochs = min(setup.epochs * _TIMES, setup.epochs * _MOST_STEPS // setup.steps)
    if epochs >= 2 * setup.epochs:
        yield set_epochs(setup, epochs)


def _better(
    runner: TrialRunner, mended: Sequence[Repair], choice: Iterable[Repair]
) -> Repair | None:
    splits = len(runner.splits)
    score = runner.score(mended)
    if score > 1 - LEAST_GAIN:
        return None
    tried = [*choice]
    # each is trained on the first split, and one of them on all the others
    each = [runner.cost([*mended, repair]) for repair in tried]
    if not tried or sum(each) + max(each) * (splits - 1) > MOST_COST:
        return None
    scores = [runner.score([*mended, repair]) for repair in tried]
    best = tried[scores.index(max(scores))]
    if max(scores) < score + LEAST_GAIN:
        return None
    found = runner.difference([*mended, best], mended, splits=splits)
    return best if found.difference >= LEAST_GAIN and found.least >= 0 else None
