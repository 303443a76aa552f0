"""The signal test: are features and target related at all?

An exact permutation test. The same procedure runs on the target and on each permuted
target: ridge fits on feature maps built without the target, and the best correlation
with a single column of them; the statistic is the best of these in standard deviations,
so that choosing the best is paid for. Ridge is linear in the target, so the fits for
all permutations are one matrix product.

Statistics are standardised by permutations of their own, so that the true target and
the permuted ones that it is compared with are exchangeable, and the p-value is valid in
finite samples whatever the statistic (Phipson, Smyth 2010; Ojala, Garriga 2010, test
1). Permutations are drawn until the answer is certain
(`learnable.baselines.signal.permutations`), and a long table is first tested on few of
its rows:
a clear relation shows on these.
"""

import time
from dataclasses import replace
from functools import cached_property

import numpy as np

from ...data import Dataset
from ...data.split import has_strata
from ..results.results import Signal
from .feature_maps import (
    SolvedMap,
    best_column,
    feature_maps,
    out_of_fold,
    solve,
    statistics,
)
from .permutations import CALIBRATION, GLANCE_P, LEVEL, TIE, glance, sequential_p
from .power import in_measures, plant, smallest_effect
from .problem import Problem, draw_orders, fold_numbers, make_problem, permuted_part
from .series_signal import series_test

GLANCES = (2_000, 10_000)
"""Rows of the first tests of a table that has twice as many or more."""
MAX_TESTED_ROWS = 50_000
"""More rows are sampled: among so many, a relation that explains 1 in 1,000 of the
variance is found (up to 50 columns; the effect found falls as 1 / rows)."""
_MAX_CELLS = 200_000
"""Rows times target columns; many classes are tested on fewer rows."""
_LEAST_ROWS = 500
"""Whatever the number of target columns."""
_BLOCK = 20_000_000
"""Cells of permuted targets at a time, which bounds the memory to about 0.5 GB."""
STILL = 3e-5
"""What varies less over the draws varies by rounding only, and tells nothing."""


def signal_test(dataset: Dataset, *, seed: int = 0) -> Signal:
    """Test whether the target has anything to do with the features.

    Parameters
    ----------
    dataset : Dataset
        At most `MAX_TESTED_ROWS` of its rows are used, a seeded sample; of a long table
        2,000 first, then 10,000, and no more where these leave no doubt.
    seed : int, default 0

    Returns
    -------
    Signal
        ``p`` counts every look that was taken. ``explained`` is the out-of-fold share
        of the target's variance that the best map predicts. ``detectable``, given
        where nothing clear was found, is the share that a linear relation would need
        to be found at `LEVEL` with 80 % power, and ``worth`` what that is in the
        measures of the task.

    Raises
    ------
    BadData
        There are less than two rows or groups.

    Notes
    -----
    With groups, whole groups are permuted where the target is constant in each; where
    the features are, each group is one row with its mean target; else rows are permuted
    within their groups, and only a relation within groups can be found. Folds are not
    stratified: they must not depend on the target.
    """
    if dataset.series:
        return series_test(dataset.y, season=dataset.season, seed=seed)
    start = time.perf_counter()
    spent = 0.0
    *small, all_rows = _sizes(dataset)
    for limit in small:
        trial = _Trial(make_problem(dataset, limit=limit, seed=seed))
        if glance(trial.exceeding):
            return _signal(trial, spent + GLANCE_P, start)
        spent += GLANCE_P
    trial = _Trial(make_problem(dataset, limit=all_rows, seed=seed))
    p = min(1.0, spent + sequential_p(trial.exceeding)[0])
    if p <= LEVEL:
        return _signal(trial, p, start)
    least = smallest_effect(lambda shares: trial.finds(shares, LEVEL - spent))
    counts = np.bincount(dataset.y) if has_strata(dataset) else None
    worth = in_measures(least, dataset.task, counts)
    return _signal(trial, p, start, least=least, worth=worth)


def _sizes(dataset: Dataset) -> list[int]:
    """Row counts of the tests to make, one after the other."""
    columns = len(dataset.classes) or int(np.prod(dataset.y.shape[1:]))
    most = min(MAX_TESTED_ROWS, max(_LEAST_ROWS, _MAX_CELLS // columns))
    reach = min(most, len(dataset))
    return [*(rows for rows in GLANCES if 2 * rows <= reach), most]


def _signal(
    trial: "_Trial", p: float, start: float, *,
    least: float | None = None, worth: dict[str, float] | None = None,
) -> Signal:  # fmt: skip
    name, gain = trial.best()
    return Signal(
        p=p,
        permutations=trial.drawn,
        explained=gain,
        features=name,
        rows=len(trial.problem.x),
        detectable=least,
        seconds=time.perf_counter() - start,
        worth=worth or {},
    )


class _Trial:
    """The true target of a problem beside permuted ones.

    Attributes
    ----------
    drawn : int
        Permutations drawn by `exceeding` so far.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.drawn = 0
        self._rng = np.random.default_rng([problem.seed, 1])
        true = [np.arange(len(problem.x))]
        orders = [*true, *draw_orders(problem, CALIBRATION, self._rng)]
        seen = self._look(self._permuted(orders))
        drawn = seen[:, 1:]
        self._centre, spread = drawn.mean(axis=1), drawn.std(axis=1)
        self._spread = np.where(spread > STILL, spread, np.inf)
        self._strengths = [self._strength(drawn)]
        self._truth = float(self._strength(seen[:, :1])[0])
        self._best = int(self._standard(seen[:, :1])[:, 0].argmax())

    @cached_property
    def looks(self) -> list[SolvedMap]:
        """Every feature map, solved but for the target."""
        problem = self.problem
        maps = feature_maps(problem.x, seed=problem.seed)
        return [solve(replace(m, z=permuted_part(problem, m.z))) for m in maps]

    def best(self) -> tuple[str, float]:
        """Return what sees most in the true target, and its share out of fold.

        What is surest need not explain most: the columns themselves are looked at too.
        """
        view, look, single = self._sources[self._best]
        target, folds = self.problem.views[view], fold_numbers(self.problem)
        z = best_column(look, target) if single else look.map.z
        name = f"one of {look.map.name}" if single else look.map.name
        line = self.looks[0].map
        found = (out_of_fold(z, target, folds), name)
        share, name = max(found, (out_of_fold(line.z, target, folds), line.name))
        return name, share

    def exceeding(self, count: int) -> int:
        """Draw so many new permutations; count those at least as good as the truth."""
        cells = sum(view.size for view in self.problem.views)
        block = max(1, _BLOCK // cells)
        found = 0
        for first in range(0, count, block):
            size = min(block, count - first)
            orders = draw_orders(self.problem, size, self._rng)
            strengths = self._strength(self._look(self._permuted(orders)))
            self._strengths.append(strengths)
            found += int((strengths >= self._truth - TIE).sum())
        self.drawn += count
        return found

    def finds(self, shares: np.ndarray, level: float) -> np.ndarray:
        """Whether a linear relation of each share of variance is found at a level."""
        limit = float(np.quantile(np.concatenate(self._strengths), 1 - level))
        planted = plant(self.problem, shares, self._rng)
        return self._strength(self._look(planted)) > limit + TIE

    @cached_property
    def _sources(self) -> list[tuple[int, SolvedMap, bool]]:
        """For each statistic its view, its map, and whether it is of one column."""
        return [
            (view, look, single)
            for view in range(len(self.problem.views))
            for look in self.looks
            for single in (*[False] * len(look.map.penalties), True)
        ]

    def _strength(self, seen: np.ndarray) -> np.ndarray:
        """The best of all statistics of each draw."""
        return self._standard(seen).max(axis=0)

    def _standard(self, seen: np.ndarray) -> np.ndarray:
        """In standard deviations of what permutations have, less the handicaps."""
        handicaps = np.array([look.map.handicap for _, look, _ in self._sources])
        found = (seen - self._centre[:, None]) / self._spread[:, None]
        return found - handicaps[:, None]

    def _permuted(self, orders: list[np.ndarray]) -> list[np.ndarray]:
        views = self.problem.views
        return [np.stack([view[o] for o in orders], axis=1) for view in views]

    def _look(self, targets: list[np.ndarray]) -> np.ndarray:
        """Every statistic of every draw, in the order of `_sources`."""
        return np.vstack(
            [statistics(look, target) for target in targets for look in self.looks]
        )
