"""Means over folds with honest intervals, and differences between candidates.

Folds share their training rows, so their scores are not independent: the plain paired
t-test and Wilcoxon's test reject a true null in 40 to 60 % of cases on repeated folds.
What stands here instead is the corrected t of Nadeau and Bengio (Machine Learning
52:239-281, 2003), for r times k folds as in Bouckaert and Frank (PAKDD 2004).

How much more would tell two candidates apart: repeats of the folds, or rows.

The corrected error of Nadeau and Bengio (Machine Learning 52:239-281, 2003) is, with
repeats, ``spread * sqrt(1 / folds + test rows / training rows)``. More shrink the first
term only, so there is a floor below which no number of folds goes; what goes below it
is more rows, with which the squared error falls in proportion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean with its standard error and degrees of freedom (infinite: normal)."""

    mean: float
    error: float
    freedom: float

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Both ends of the two-sided confidence interval of the mean."""
        from scipy.stats import t

        reach = float(t.ppf((1 + confidence) / 2, self.freedom)) * self.error
        return self.mean - reach, self.mean + reach

    def p_value(self) -> float:
        """Two-sided p-value against a mean of 0."""
        from scipy.stats import t

        if self.error == 0:
            return 1.0 if self.mean == 0 else 0.0
        return float(2 * t.sf(abs(self.mean) / self.error, self.freedom))


def standard_error(low: float, high: float, *, freedom: float) -> float:
    """The standard error behind an interval of `Estimate`."""
    from scipy.stats import t

    return (high - low) / 2 / float(t.ppf((1 + CONFIDENCE) / 2, freedom))


def inflation(folds: int, test_over_train: float) -> float:
    """The variance of a mean over folds, as a multiple of that over the folds.

    For repeated folds that of Nadeau and Bengio, ``1 / folds + test_over_train``: each
    row is tested more than once. Folds that are cut once test each row once; they have
    only training rows in common, and the second term is halved. With all of it, .012 to
    .030 of true nulls were rejected at .05 on five folds, with half of it the share in
    ``docs/comparisons.md``.
    """
    once = folds_once(test_over_train)
    return 1 / folds + test_over_train * (0.5 if folds <= once else 1)


def folds_once(test_over_train: float) -> int:
    """Return the number of folds that test each row once."""
    return round(1 + 1 / test_over_train) if test_over_train > 0 else 1


def over_folds(values: Sequence[float], *, test_over_train: float) -> Estimate | None:
    """The mean of fold scores, or of their paired differences.

    Parameters
    ----------
    values : sequence of float
        One for each fold; NaN (a metric that is not defined on a fold) is left out.
    test_over_train : float
        Test rows over training rows of a fold: ``1 / (k - 1)`` for k folds.

    Returns
    -------
    Estimate or None
        Squared error ``variance * inflation(...)`` and ``folds - 1``
        degrees of freedom; None with fewer than two values.
    """
    kept = np.asarray(values, dtype="float64")
    kept = kept[np.isfinite(kept)]
    if len(kept) < 2:
        return None
    error = sqrt(kept.var(ddof=1) * inflation(len(kept), test_over_train))
    return Estimate(float(kept.mean()), error, len(kept) - 1)


def over_rows(losses: np.ndarray, bare: np.ndarray) -> Estimate:
    """Skill on one held-out set, by the rows' losses.

    Parameters
    ----------
    losses : array of shape (n_rows,)
        Losses of a candidate, or differences of the losses of two candidates.
    bare : array of shape (n_rows,)
        Losses of the reference that knows only the training targets.

    Returns
    -------
    Estimate
        Of ``mean(losses) / mean(bare)``, with the error of a ratio of means by the
        delta method. It speaks of the networks as trained, not of the training.
    """
    ratio = losses.mean() / bare.mean()
    if len(losses) < 2:
        return Estimate(float(ratio), np.inf, 1)
    error = (losses - ratio * bare).std(ddof=1) / sqrt(len(losses)) / bare.mean()
    return Estimate(float(ratio), float(error), np.inf)


SHARED_ROWS = 1.4
"""Variance of a mean over rows that are each tested once, as a multiple of that of
independent rows: folds have training rows in common. Measured: .8 to 1.4 for
differences of two equal candidates (``docs/statistics.md``)."""
_LEAST_ROWS = 30
_SAME = 0.01
"""Chance that folds of equal means are held to differ by more than their rows explain
(chi-squared test), so that the folds decide and not the rows."""


def over_tested_rows(
    losses: Sequence[np.ndarray], bare: Sequence[np.ndarray], *, repeats: int = 1
) -> Estimate | None:
    """Skill, or a difference of skills, by the losses of all rows.

    Folds are few, and rows are many: each is tested once.

    Parameters
    ----------
    losses : sequence of arrays of shape (n_test_rows,)
        Losses of a candidate in each fold, or differences to another's.
    bare : sequence of arrays
        Those of the reference.
    repeats : int, default 1
        How often each row is tested; that makes no more rows of them.

    Returns
    -------
    Estimate or None
        Of the mean over folds of ``mean(losses) / mean(bare)``; None with fewer than 30
        rows, and where folds differ by more than their rows explain: then training
        itself varies, and only folds can say how much.
    """
    from scipy.stats import chi2

    whole = float(np.concatenate(bare).mean())
    count = sum(map(len, losses)) / repeats
    if count < _LEAST_ROWS or not whole > 0:
        return None
    ratio = float(np.concatenate(losses).mean()) / whole
    rest = [own - ratio * b for own, b in zip(losses, bare, strict=True)]
    variance = float(np.concatenate(rest).var(ddof=1))
    spread = sum(len(r) * r.mean() ** 2 for r in rest)
    if variance > 0 and chi2.sf(spread / variance, len(rest) - 1) < _SAME:
        return None
    shares = [own.mean() / b.mean() for own, b in zip(losses, bare, strict=True)]
    error = sqrt(SHARED_ROWS * variance / count) / whole
    return Estimate(float(np.mean(shares)), error, count - 1)


def with_seeds(rows: Estimate, *trainings: Sequence[float]) -> Estimate:
    """An estimate over the rows of one held-out set, with the noise of the seeds.

    Parameters
    ----------
    rows : Estimate
        Of the mean over all trainings, by `over_rows`.
    trainings : sequences of float
        For each candidate its value with each seed; a single one adds nothing.

    Returns
    -------
    Estimate
        The variances of the means added, with Satterthwaite's degrees of freedom
        (Biometrics Bulletin 2:110-114, 1946). What rows and seeds do together is
        counted twice, so the error is rather too large than too small.
    """
    parts = [(rows.error**2, rows.freedom)]
    parts += [
        (float(np.var(v, ddof=1)) / len(v), len(v) - 1) for v in trainings if len(v) > 1
    ]
    if len(parts) == 1 or not np.isfinite(rows.error):
        return rows
    total = sum(variance for variance, _ in parts)
    doubt = sum(variance**2 / freedom for variance, freedom in parts)
    return Estimate(rows.mean, sqrt(total), total**2 / doubt if doubt else np.inf)


@dataclass(frozen=True)
class Components:
    """Standard deviations between folds and, within folds, between seeds.

    ``negative``: the estimated variance between folds was below 0, and is set to 0.
    """

    between: float
    within: float
    negative: bool


def components(values: np.ndarray) -> Components:
    """The noise of scores split into that of the folds and that of the seeds.

    Parameters
    ----------
    values : array of shape (n_folds, n_seeds)
        Seeds are nested in folds: the second one of a fold has nothing in common with
        the second one of another.

    Returns
    -------
    Components
        Of the unbiased variances of a one-way layout with random effects (Searle,
        Casella, McCulloch, Variance Components, 1992, section 3.6). With one fold, or
        one seed, nothing varies there: 0.
    """
    folds, seeds = values.shape
    within = float(values.var(axis=1, ddof=1).mean()) if seeds > 1 and folds else 0.0
    means = values.mean(axis=1)
    between = float(means.var(ddof=1)) - within / seeds if folds > 1 else 0.0
    return Components(sqrt(max(between, 0)), sqrt(within), between < 0)


def mcnemar(first: int, second: int) -> float:
    """Whether two classifiers are right equally often on the same rows.

    Parameters
    ----------
    first, second : int
        Rows that only the one, and only the other, gets right.

    Returns
    -------
    float
        Two-sided mid-p value of the exact conditional test (McNemar, Psychometrika
        12:153-157, 1947; mid-p: Fagerland, Lydersen, Laake, BMC Med. Res. Methodol.
        13:91, 2013).
    """
    from scipy.stats import binom

    fewer, both = min(first, second), first + second
    point = float(binom.pmf(fewer, both, 0.5))
    if first == second:
        return 1 - point / 2 if both else 1.0
    return 2 * float(binom.cdf(fewer, both, 0.5)) - point


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number (Holm, Scand. J. Statist. 6:65-70, 1979)."""
    p = np.asarray(p_values, dtype="float64")
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(stepped, 1)
    return corrected.tolist()


DECISIVE = 0.02
"""Corrected p-value at which a network is ahead, or at fault: how often equal
candidates are called so is in ``docs/statistics.md``."""
_LEVEL = 0.05
_POWER = 0.8
"""Share of such differences that would be told (Cohen 1988)."""
MOST_REPEATS = 20
"""More repeats are not proposed: the error is near its floor by then."""


@dataclass(frozen=True)
class SampleSize:
    """Repeats and rows that would tell a difference of this size with 80 % power.

    ``repeats`` is None where no number up to `MOST_REPEATS` would; ``rows`` is how many
    times these rows, on folds as they are, infinite where no number would. ``never``:
    with no number of folds would it be told even half of the time.
    """

    repeats: int | None
    rows: float
    never: bool = False


def required_sample_size(
    difference: float,
    error: float,
    *,
    equal: float,
    folds: int = 1,
    test_over_train: float = 0.0,
    tests: int = 1,
) -> SampleSize:
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
    bearable = largest_standard_error(difference, freedom=folds - 1 or inf, **asked)
    rows = (error / bearable) ** 2 if bearable > 0 else inf
    if folds == 1:
        return SampleSize(None, rows)
    spread = error / sqrt(inflation(folds, test_over_train))
    once = folds_once(test_over_train)
    for repeats in range(folds // once + 1, MOST_REPEATS + 1):
        n = repeats * once
        bearable = largest_standard_error(difference, freedom=n - 1, **asked)
        if spread * sqrt(inflation(n, test_over_train)) <= bearable:
            return SampleSize(repeats, rows)
    gap = difference + equal if difference > -equal else -difference
    # 1.96 errors at their floor: the normal test's, as there are folds without end
    return SampleSize(None, rows, gap < 1.96 * spread * sqrt(test_over_train))


def largest_standard_error(
    difference: float, *, equal: float, freedom: float, tests: int
) -> float:
    """The largest standard error at which `_POWER` is reached; 0 if none is.

    The quantile of the power is added to that of the test, both of Student's t, which
    is near the noncentral t: for 5 folds 3.72 errors, exactly 3.76.
    """
    from scipy.stats import t

    power = float(t.ppf(_POWER, freedom))
    if difference > -equal:
        return (difference + equal) / (float(t.ppf(1 - _LEVEL / 2, freedom)) + power)
    sure = float(t.ppf(1 - DECISIVE / 2 / tests, freedom)) + power
    return min(-difference / sure, (-difference - equal) / power)
