"""How much more would tell two candidates apart: repeats of the folds, or rows.

The corrected error of Nadeau and Bengio (Machine Learning 52:239-281, 2003) is, with
repeats, ``spread * sqrt(1 / folds + test rows / training rows)``. More shrink the first
term only, so there is a floor below which no number of folds goes; what goes below it
is more rows, with which the squared error falls in proportion.
"""

from dataclasses import dataclass
from math import inf, sqrt

from .comparison import folds_once, inflation

LEVEL = 0.05
POWER = 0.8
"""Share of such differences that would be told (Cohen 1988)."""
MOST_REPEATS = 20
"""More repeats are not proposed: the error is near its floor by then."""


@dataclass(frozen=True)
class Needed:
    """What would tell a difference of this size with 80 % power.

    ``repeats`` is None where no number up to `MOST_REPEATS` would; ``rows`` is how many
    times these rows, on folds as they are, infinite where no number would. ``never``:
    with no number of folds would it be told even half of the time.
    """

    repeats: int | None
    rows: float
    never: bool = False


def needed(
    difference: float,
    error: float,
    *,
    equal: float,
    folds: int = 1,
    test_over_train: float = 0.0,
    tests: int = 1,
) -> Needed:
    """Repeats and rows that tell whether a network is as good as a baseline.

    Parameters
    ----------
    difference : float
        Of the skills, network minus baseline: above ``-equal`` the interval would have
        to end above it, below the network would have to be significantly worse.
    error : float
        Standard error of the difference as it was measured.
    equal : float
        The difference in skill that is practically none.
    folds : int, default 1
        All of them, repeats counted; 1 for one held-out set, where the error is normal.
    test_over_train : float, default 0
        Test rows over training rows of a fold.
    tests : int, default 1
        Baselines that the network is compared with; Holm's first step allows for them.
    """
    asked = {"equal": equal, "tests": tests}
    bearable = bearable_error(difference, freedom=folds - 1 or inf, **asked)
    rows = (error / bearable) ** 2 if bearable > 0 else inf
    if folds == 1:
        return Needed(None, rows)
    spread = error / sqrt(inflation(folds, test_over_train))
    once = folds_once(test_over_train)
    for repeats in range(folds // once + 1, MOST_REPEATS + 1):
        n = repeats * once
        bearable = bearable_error(difference, freedom=n - 1, **asked)
        if spread * sqrt(inflation(n, test_over_train)) <= bearable:
            return Needed(repeats, rows)
    gap = difference + equal if difference > -equal else -difference
    # 1.96 errors at their floor: the normal test's, as there are folds without end
    return Needed(None, rows, gap < 1.96 * spread * sqrt(test_over_train))


def bearable_error(
    difference: float, *, equal: float, freedom: float, tests: int
) -> float:
    """The largest standard error at which `POWER` is reached; 0 if none is.

    The quantile of the power is added to that of the test, both of Student's t, which
    is near the noncentral t: for 5 folds 3.72 errors, exactly 3.76.
    """
    from scipy.stats import t

    power = float(t.ppf(POWER, freedom))
    if difference > -equal:
        return (difference + equal) / (float(t.ppf(1 - LEVEL / 2, freedom)) + power)
    sure = float(t.ppf(1 - LEVEL / 2 / tests, freedom)) + power
    return min(-difference / sure, (-difference - equal) / power)
