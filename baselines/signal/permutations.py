"""Permutations until the answer is certain, with an exact p-value.

Under the null hypothesis the true statistic is one of so many that are alike: of its
rank among the first n permutations every value is as likely, and what the next m add to
it follows a beta-binomial distribution. So the chance of each way to stop is known, and
the p-value is the chance of one that says as much against the null hypothesis or more
(stagewise ordering of group-sequential tests, Jennison, Turnbull 2000, ch. 8.4; without
a second look it is the p-value of Besag, Clifford 1991). It needs no correction for
having stopped early: that P(p <= t) is at most t holds for every t.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

FIRST = 199
"""Permutations until the first look: none of them as good gives p = .005."""
LAST = 999
"""Permutations where the first look was not enough."""
ENOUGH = 19
"""With so many of the first 199 as good as the truth the search ends: that the p-value
after 999 would be .05 or less has then a chance below 1 in 1,000."""
GLANCE = 999
"""Permutations of a glance, none of which may be as good as the truth."""
GLANCE_P = 1 / (GLANCE + 1)


def sequential_p(exceeding: Callable[[int], int]) -> tuple[float, int]:
    """The p-value, and the number of permutations that were drawn.

    Parameters
    ----------
    exceeding : callable
        Draws so many new permutations, and counts those at least as good as the truth.
    """
    first = exceeding(FIRST)
    if first == 0 or first >= ENOUGH:
        return (first + 1) / (FIRST + 1), FIRST
    return _late_p()[first + exceeding(LAST - FIRST)], LAST


def passes_quick_look(exceeding: Callable[[int], int]) -> bool:
    """Whether none of `GLANCE` permutations is as good as the truth; p is `GLANCE_P`.

    Whoever looks again at other rows must add `GLANCE_P` to what is found there: the
    chance that either look errs is at most the sum (Bonferroni).
    """
    return exceeding(FIRST) == 0 and exceeding(GLANCE - FIRST) == 0


@cache
def _late_p() -> tuple[float, ...]:
    """The p-value for each count among `LAST` permutations, where those are drawn."""
    from scipy.stats import betabinom

    counts = np.arange(LAST + 1)
    chances = np.zeros(LAST + 1)
    for first in range(1, ENOUGH):
        shape = (LAST - FIRST, first + 1, FIRST - first + 1)
        chances += betabinom.pmf(counts - first, *shape) / (FIRST + 1)
    return tuple((1 / (FIRST + 1) + chances.cumsum()).tolist())


CALIBRATION = 99
"""Permutations that tell the statistics' scale; the p-value is got from others."""


CLEAR = 0.05
"""Above this p-value nothing was found; between the two, nobody can tell."""


TIE = 1e-3
"""Draws whose statistics (in standard deviations) are nearer than this are equal: two
orders that differ by nothing but rounding must not be told apart."""
