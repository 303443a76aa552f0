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
its rows: a clear relation shows on these.

Series: `learnable.baselines.signal.series_signal`.
"""

import time
from dataclasses import replace
from functools import cached_property

import numpy as np

from ...data import Dataset
from ...data.split import has_strata
from ..results.candidates import LEVEL
from ..results.results import Signal
from .dependence import LEAST_CASES_A_CLASS, find_permutation_unit, repeating_columns
from .feature_maps import (
    SolvedMap,
    best_column,
    feature_maps,
    out_of_fold,
    solve,
    statistics,
)
from .near_groups import cluster_near_rows
from .permutations import (
    CALIBRATION,
    CLEAR,
    GLANCE_P,
    LAST,
    TIE,
    passes_quick_look,
    sequential_p,
)
from .power import plant_relation, smallest_effect, to_task_metrics
from .problem import (
    Problem,
    block_numbers,
    draw_targets,
    fold_numbers,
    has_whole_groups,
    make_problem,
    permuted_part,
    possible_shifts,
)
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


def signal_of(dataset: Dataset, *, seed: int = 0) -> Signal:
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
        measures of the task. ``unit`` is what was permuted, and why.

    Raises
    ------
    BadData
        There are less than two rows or groups.

    Notes
    -----
    With groups, whole groups are permuted where the target is constant in each; where
    the features are, each group is one row with its mean target; else rows are permuted
    within their groups, and only a relation within groups can be found. Folds are not
    stratified: they must not depend on the target. Where rows are found to depend on
    each other (`learnable.baselines.signal.dependence`), cases or blocks are permuted,
    or the target is moved along the file, or along a column of times.
    """
    return signal_with_dependence(dataset, seed=seed)[1]


def signal_with_dependence(
    dataset: Dataset, *, seed: int = 0
) -> tuple[Dataset, Signal]:
    """Test as `signal_of` does; return the dataset with its dependence known as well.

    Folds of that dataset keep together what was permuted together.
    """
    if dataset.series:
        return dataset, series_test(dataset.y, season=dataset.season, seed=seed)
    unit = find_permutation_unit(dataset, seed=seed)
    known = unit.applied(dataset)
    signal = replace(_tested(known, seed), unit=unit.reason, dependent=unit.found)
    if signal.p > LEVEL and unit.found:
        rows = _tested(replace(dataset, dependence="none"), seed, effect=False)
        signal = replace(signal, p_rows=rows.p)
    asked = dataset.groups is not None or dataset.dependence != "unknown"
    if signal.p > LEVEL or asked or unit.kind in ("time", "block"):
        return known, signal
    found = None if unit.found else _test_with_group_columns(known, signal, seed)
    return found or _test_with_near_groups(dataset, signal, seed) or (known, signal)


def _test_with_group_columns(
    dataset: Dataset, signal: Signal, seed: int
) -> tuple[Dataset, Signal] | None:
    """Test again with each column that may name persons or sites as the groups.

    Rows are permuted within groups, or whole groups where the target is the same in
    each; and then groups, each one row with its means: two chances, so p is doubled
    (Bonferroni). None where every column leaves a signal.
    """
    for name in repeating_columns(dataset, seed=seed):
        assert not isinstance(dataset.x, np.ndarray)
        groups = np.unique(dataset.x[name].astype(str), return_inverse=True)[1]
        grouped = replace(dataset, x=dataset.x.drop(columns=name), groups=groups)
        found = _tested(grouped, seed)
        if found.p > LEVEL:
            between = replace(grouped, dependence="cases")
            p = min(found.p, _tested(between, seed, effect=False).p)
            found = replace(found, p=min(1.0, 2 * p))
        if found.p > LEVEL:
            message = (
                f"Rows with the same {name!r} are alike in target and features, and "
                f"with {name!r} as group (as --group) the relation is not found: p = "
                f"{found.p:.3g}, {signal.p:.3g} if rows were independent (--rows "
                "independent overrules this)."
            )
            return grouped, replace(
                found, unit=message, dependent=True, p_rows=signal.p
            )
    return None


def _test_with_near_groups(
    dataset: Dataset, signal: Signal, seed: int
) -> tuple[Dataset, Signal] | None:
    """Test again with groups of near rows that share the target, and within them.

    Two chances to find the relation, so p is doubled (Bonferroni). None where there are
    no such groups, or the signal stays: with these groups and with coarser ones, or
    within finer ones.
    """
    near = cluster_near_rows(dataset, seed=seed)
    if near is None:
        return None
    units = len(np.unique(near.groups))
    if units < LEAST_CASES_A_CLASS * len(dataset.classes):
        return None
    grouped = replace(dataset, groups=near.groups, dependence="cases")
    found = _tested(grouped, seed)
    p = min(1.0, 2 * found.p)
    if p <= LEVEL:
        coarser = replace(grouped, groups=near.coarser)
        p = max(p, min(1.0, 2 * _tested(coarser, seed, effect=False).p))
    if p <= LEVEL or _is_found_within(dataset, near.finer, seed):
        return None
    message = (
        f"Rows may belong together: they form {units:,} groups of near rows with "
        "like targets, rows as near of other groups are not alike, and with these "
        "groups permuted, or rows within smaller ones, the relation is not found "
        "(--rows independent overrules this)."
    )
    return grouped, replace(found, p=p, unit=message, dependent=True, p_rows=signal.p)


def _is_found_within(dataset: Dataset, groups: np.ndarray, seed: int) -> bool:
    """Whether none of `GLANCE` permutations within groups does as well as the truth.

    That is stricter than the level: groups are guesses, and may hold two true ones.
    """
    grouped = replace(dataset, groups=groups, dependence="none")
    problem = make_problem(grouped, limit=_sizes(grouped)[0], seed=seed)
    if problem.groups is None or has_whole_groups(problem):
        return False
    return passes_quick_look(_Trial(problem).exceeding)


def _tested(dataset: Dataset, seed: int, *, effect: bool = True) -> Signal:
    """Test with rows, groups or shifts as the dataset says."""
    start = time.perf_counter()
    spent = 0.0
    *small, all_rows = _sizes(dataset)
    for limit in small:
        trial = _Trial(make_problem(dataset, limit=limit, seed=seed))
        if passes_quick_look(trial.exceeding):
            return _signal(trial, spent + GLANCE_P, start)
        spent += GLANCE_P
    trial = _Trial(make_problem(dataset, limit=all_rows, seed=seed))
    p = min(1.0, spent + trial.p_value())
    if p <= LEVEL or not effect:
        return _signal(trial, p, start)
    least = smallest_effect(lambda shares: trial.finds(shares, LEVEL - spent))
    counts = np.bincount(dataset.y) if has_strata(dataset) else None
    worth = to_task_metrics(least, dataset.task, counts)
    return _signal(trial, p, start, least=least, worth=worth)


def _sizes(dataset: Dataset) -> list[int]:
    """Row counts of the tests to make, one after the other."""
    columns = len(dataset.classes) or int(np.prod(dataset.y.shape[1:]))
    most = min(MAX_TESTED_ROWS, max(_LEAST_ROWS, _MAX_CELLS // columns))
    if dataset.dependence == "time":
        return [min(most, GLANCES[-1])]
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
        true = self._all_statistics([view[:, None, :] for view in problem.views])
        drawn = self._all_statistics(draw_targets(problem, CALIBRATION, self._rng))
        self._centre, spread = drawn.mean(axis=1), drawn.std(axis=1)
        self._spread = np.where(spread > STILL, spread, np.inf)
        self._strengths = [self._strength(drawn)]
        self._truth = float(self._strength(true)[0])
        self._best = int(self._standard(true)[:, 0].argmax())

    @cached_property
    def solve_feature_maps(self) -> list[SolvedMap]:
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
        line = self.solve_feature_maps[0].map
        found = (out_of_fold(z, target, folds), name)
        share, name = max(found, (out_of_fold(line.z, target, folds), line.name))
        return name, share

    def p_value(self) -> float:
        """The p-value; of rows in time the larger one of all shifts and of signs."""
        problem = self.problem
        if not problem.in_time or problem.blocks is not None:
            return sequential_p(self.exceeding)[0]
        rows = len(problem.x)
        shifts = self._rng.permutation(possible_shifts(rows))[:LAST]
        found = 0
        for some in np.array_split(shifts, -(-len(shifts) // self._block)):
            orders = [np.roll(np.arange(rows), shift) for shift in some]
            found += self._count_exceeding(
                [np.stack([v[o] for o in orders], axis=1) for v in problem.views]
            )
        p = (found + 1) / (len(shifts) + 1)
        return p if p > CLEAR else max(p, _Trial(block_numbers(problem)).p_value())

    def exceeding(self, count: int) -> int:
        """Draw so many new permutations; count those at least as good as the truth."""
        found = 0
        for first in range(0, count, self._block):
            size = min(self._block, count - first)
            found += self._count_exceeding(draw_targets(self.problem, size, self._rng))
        return found

    @property
    def _block(self) -> int:
        """Draws at a time."""
        return max(1, _BLOCK // sum(view.size for view in self.problem.views))

    def _count_exceeding(self, targets: list[np.ndarray]) -> int:
        """Count the drawn targets that are at least as good as the truth."""
        strengths = self._strength(self._all_statistics(targets))
        self._strengths.append(strengths)
        self.drawn += targets[0].shape[1]
        return int((strengths >= self._truth - TIE).sum())

    def finds(self, shares: np.ndarray, level: float) -> np.ndarray:
        """Whether a linear relation of each share of variance is found at a level."""
        limit = float(np.quantile(np.concatenate(self._strengths), 1 - level))
        planted = plant_relation(self.problem, shares, self._rng)
        return self._strength(self._all_statistics(planted)) > limit + TIE

    @cached_property
    def _sources(self) -> list[tuple[int, SolvedMap, bool]]:
        """For each statistic its view, its map, and whether it is of one column."""
        return [
            (view, look, single)
            for view in range(len(self.problem.views))
            for look in self.solve_feature_maps
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

    def _all_statistics(self, targets: list[np.ndarray]) -> np.ndarray:
        """Every statistic of every draw, in the order of `_sources`."""
        return np.vstack(
            [
                statistics(look, target)
                for target in targets
                for look in self.solve_feature_maps
            ]
        )
