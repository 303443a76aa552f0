"""Probabilities beside what came true: bins, intervals, expected calibration error."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from .picture import Bin

BINS = 10
LEAST = 10
"""Answers a bin, where there are fewer than this many times `BINS`."""
Z = 1.959964
"""Of a normal deviate 95 % lie within this."""


def calibration_bins(
    said: np.ndarray, held: np.ndarray, *, independent: bool = True
) -> tuple[Bin, ...]:
    """Answers in the order of their probability, cut into bins of equal numbers.

    Parameters
    ----------
    said : array of shape (n_answers,)
        Probabilities.
    held : bool array of shape (n_answers,)
        Whether it was so.
    independent : bool, default True
        Without independence there are no intervals.

    Returns
    -------
    tuple of Bin
        At most `BINS`. Equal probabilities are never parted, so that bins may be
        unequal, and fewer: whoever always says the same has one.
    """
    order = np.argsort(said, kind="stable")
    said, held = said[order], held[order]
    count = min(BINS, max(1, len(said) // LEAST))
    wanted = np.arange(1, count) * len(said) // count
    cuts = np.unique(np.searchsorted(said, said[wanted]))  # where equal ones begin
    return tuple(
        _bin(p, h, independent)
        for p, h in zip(np.split(said, cuts), np.split(held, cuts), strict=True)
        if len(p)
    )


def _bin(said: np.ndarray, held: np.ndarray, independent: bool) -> Bin:
    ends = wilson(int(held.sum()), len(held)) if independent else (None, None)
    return Bin(len(said), round(float(said.mean()), 5), float(held.mean()), *ends)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Ends of the 95 % interval of a share (Wilson, J. Am. Stat. Assoc. 22, 1927).

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    share, square = successes / trials, Z**2 / trials
    centre = share + square / 2
    reach = Z * sqrt(share * (1 - share) / trials + square / (4 * trials))
    low, high = ((centre + sign * reach) / (1 + square) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of what is said from what holds, over the answers.

    The expected calibration error of Naeini, Cooper and Hauskrecht (AAAI 2015).
    """
    total = sum(b.answers for b in bins)
    return sum(b.answers * abs(b.said - b.held) for b in bins) / total
