"""The signal test: are features and target related at all?

An exact permutation test. The same procedure runs on the target and on each permuted
target: ridge predictors on feature maps built without the target, cross-validated; the
statistic is the best map's standardised out-of-fold gain, so that choosing the best is
paid for. Ridge is linear in the target, so the fits for all permutations of a fold are
one matrix product.

The p-value is ``(1 + count of permutations at least as good) / (1 + permutations)``
(Phipson, Smyth 2010; Ojala, Garriga 2010, test 1), which is valid in finite samples
whatever the statistic.
"""

import time
from dataclasses import dataclass

import numpy as np

from ..data import Dataset
from ..data.encode import encode_fold
from ..data.errors import BadData
from ..data.split import sample_rows
from .autocorrelation import series_test
from .maps import feature_maps, standardise
from .results import Signal
from .ridge import SolvedFold, all_gains, solve_fold
from .text import word_features

PERMUTATIONS = 499
FOLDS = 5
MAX_ROWS = 10_000
"""More rows are sampled: at 10,000 a relation that explains 1 % is found."""
MAX_CELLS = 40_000
"""Rows times target columns; many classes are tested on fewer rows."""
CHARACTERS = 10
"""Of a text, so many of the commonest characters are predicted ..."""
BEFORE = 3
"""... from so many before them."""
EFFECTS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.13, 0.2, 0.3, 0.45, 0.65)
"""Shares of variance tried when asking what would have been found."""
DRAWS = 50
"""Planted relations for each share."""
LEVEL = 0.01
"""A relation is declared at this p-value: a wrong one costs its reader a week."""
CLEAR = 0.05
"""Above this p-value nothing was found; between the two, nobody can tell."""
TIE = 1e-3
"""Draws whose statistics (in standard deviations) are nearer than this are equal: two
orders that differ by nothing but rounding must not be told apart."""
STILL = 3e-5
"""A gain that varies less over the draws varies by rounding only, and tells nothing."""


@dataclass(frozen=True)
class _Problem:
    """What stays the same for every permutation.

    ``views`` are target matrices of shape (n_rows, n_targets), standardised: the class
    indicators, or a regression target once as it is and once as normal scores of its
    ranks (which heavy tails do not disturb).
    """

    x: np.ndarray
    views: tuple[np.ndarray, ...]
    groups: np.ndarray | None
    seed: int


def signal_test(
    dataset: Dataset, *, permutations: int = PERMUTATIONS, seed: int = 0
) -> Signal:
    """Test whether the target has anything to do with the features.

    Parameters
    ----------
    dataset : Dataset
        At most `MAX_ROWS` of its rows are used, a seeded sample.
    permutations : int, default 499
        The smallest p-value is ``1 / (permutations + 1)``.
    seed : int

    Returns
    -------
    Signal
        ``explained`` is the out-of-fold share of the target's variance that the best
        map predicts. ``detectable``, given where nothing clear was found, is the share
        that a linear relation would need to be found at `LEVEL` with 80 % power.

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
        return series_test(
            dataset.y, season=dataset.season, permutations=permutations, seed=seed
        )
    start = time.perf_counter()
    problem = _prepare(dataset, seed)
    rng = np.random.default_rng([seed, 1])
    orders = _orders(problem, permutations, rng)
    targets = [np.stack([view[o] for o in orders], axis=1) for view in problem.views]
    solved = _solve(problem)
    names, gains = all_gains(solved, targets)
    centre, spread = gains.mean(axis=1), gains.std(axis=1)
    spread = np.where(spread > STILL, spread, np.inf)
    best = ((gains - centre[:, None]) / spread[:, None]).max(axis=0)
    p = float((best >= best[0] - TIE).mean())
    winner = int(((gains[:, 0] - centre) / spread).argmax())
    detectable = None
    if p > LEVEL:
        limit = float(np.quantile(best, 1 - LEVEL))
        planted = _planted(problem, rng)
        _, found = all_gains(solved, planted)
        strength = ((found - centre[:, None]) / spread[:, None]).max(axis=0)
        detectable = _detectable(strength > limit + TIE)
    return Signal(
        p=p,
        permutations=permutations,
        explained=float(gains[winner, 0]),
        features=names[winner],
        rows=len(problem.x),
        detectable=detectable,
        seconds=time.perf_counter() - start,
    )


def _prepare(dataset: Dataset, seed: int) -> _Problem:
    """A sample of the rows as numbers, and the target's views."""
    if dataset.task == "characters":
        return _prepare_text(dataset, seed)
    rows = np.arange(len(dataset))
    columns = len(dataset.classes) or int(np.prod(dataset.y.shape[1:]))
    limit = min(MAX_ROWS, max(500, MAX_CELLS // columns))
    if len(rows) > limit:
        rows = sample_rows(dataset, limit, seed=seed)
    # without the target, one encoding of all rows is fair to every permutation
    x = encode_fold(dataset.x, rows, rows[:1])[0]
    if x.dtype == object:
        x = word_features(x, seed=seed)
    y = dataset.y[rows]
    views = _class_views(y) if dataset.is_classification else _number_views(y)
    groups = None if dataset.groups is None else dataset.groups[rows]
    units = len(rows) if groups is None else len(np.unique(groups))
    if units < 2:
        what = "row" if groups is None else "group"
        msg = f"a relation cannot be tested on {units} {what}; bring more {what}s"
        raise BadData(msg)
    return _merged(_Problem(x, views, groups, seed))


def _prepare_text(dataset: Dataset, seed: int) -> _Problem:
    """The characters before some positions, one-hot, and the commonest ones there."""
    rows = np.arange(BEFORE, len(dataset), BEFORE + 1)
    most = MAX_CELLS // CHARACTERS
    if len(rows) > most:
        rows = np.random.default_rng([seed, 4]).choice(rows, most, replace=False)
    y = dataset.y[rows]
    common = np.argsort(-np.bincount(y))[:CHARACTERS]
    before = dataset.x[rows][:, -BEFORE:]
    x = (before[:, :, None] == common).reshape(len(rows), -1)
    return _Problem(x, (_unit(y[:, None] == common),), None, seed)


def _merged(problem: _Problem) -> _Problem:
    """One row a group where all its rows have the same features.

    Within such groups there is nothing to find, between them there may be.
    """
    if problem.groups is None:
        return problem
    _, first, group = np.unique(problem.groups, return_index=True, return_inverse=True)
    if not np.array_equal(problem.x, problem.x[first][group]):
        return problem
    views = tuple(_unit(_means(view, group)) for view in problem.views)
    return _Problem(problem.x[first], views, None, problem.seed)


def _means(columns: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Means over the rows of each group, of shape (n_groups, n_columns)."""
    rows, counts = np.argsort(group, kind="stable"), np.bincount(group)
    starts = np.cumsum(counts) - counts
    return np.add.reduceat(columns[rows], starts, axis=0) / counts[:, None]


def _class_views(y: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indicators of the classes, one for two; a rare class weighs as much as others.

    Labels that do not exclude each other are indicators already.
    """
    if y.ndim == 2:
        return (_unit(y),)
    codes = np.unique(y)
    codes = codes[1:] if len(codes) == 2 else codes
    return (_unit(y[:, None] == codes[None, :]),)


def _number_views(y: np.ndarray) -> tuple[np.ndarray, ...]:
    from scipy.stats import norm, rankdata

    columns = y.reshape(len(y), -1)
    scores = norm.ppf(rankdata(columns, axis=0) / (len(y) + 1))
    return _unit(columns), _unit(scores)


def _unit(columns: np.ndarray) -> np.ndarray:
    columns = columns.astype("float64")
    columns = columns - columns.mean(axis=0)
    spread = columns.std(axis=0)
    return (columns / np.where(spread > 0, spread, 1)).astype("float32")


def _orders(
    problem: _Problem, permutations: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Row orders: the true one first, then permutations that respect the groups."""
    n = len(problem.x)
    if problem.groups is None:
        return [np.arange(n), *(rng.permutation(n) for _ in range(permutations))]
    _, first, group = np.unique(problem.groups, return_index=True, return_inverse=True)
    draw = _whole_groups if _has_whole_groups(problem) else _within_groups
    return [np.arange(n), *(draw(group, first, rng) for _ in range(permutations))]


def _has_whole_groups(problem: _Problem) -> bool:
    """Whether the target is constant in each group."""
    assert problem.groups is not None
    _, first, group = np.unique(problem.groups, return_index=True, return_inverse=True)
    return all(np.array_equal(v, v[first][group]) for v in problem.views)


def _whole_groups(
    group: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Each group gets the target of another group."""
    return first[rng.permutation(len(first))][group]


def _within_groups(
    group: np.ndarray, first: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Rows swap targets with rows of their own group only."""
    shuffled = np.lexsort([rng.random(len(group)), group])
    order = np.empty(len(group), dtype=int)
    order[np.argsort(group, kind="stable")] = shuffled
    return order


def _fold_numbers(problem: _Problem) -> np.ndarray:
    """The fold of each row, drawn without the target; groups stay together."""
    rng = np.random.default_rng([problem.seed, 2])
    if problem.groups is None:
        return rng.permutation(len(problem.x)) % min(FOLDS, len(problem.x))
    _, group = np.unique(problem.groups, return_inverse=True)
    return (rng.permutation(group.max() + 1) % FOLDS)[group]


def _solve(problem: _Problem) -> dict[str, list[SolvedFold]]:
    """Every map, by a name of its own, solved on every fold."""
    folds = _fold_numbers(problem)
    maps = feature_maps(problem.x, seed=problem.seed)
    return {
        f"{number}:{name}": [
            solve_fold(z, folds != fold, folds == fold) for fold in np.unique(folds)
        ]
        for number, (name, z) in enumerate(maps)
    }


def _detectable(found: np.ndarray) -> float:
    """The smallest planted share of variance that is found with 80 % power, or 1.

    Parameters
    ----------
    found : bool array of shape (len(EFFECTS) * DRAWS,)
        Whether each planted relation was, as drawn by `_planted`.
    """
    power = np.maximum.accumulate(found.reshape(len(EFFECTS), DRAWS).mean(axis=1))
    if power[-1] < 0.8:
        return 1.0
    return float(np.interp(0.8, power, EFFECTS) if power[0] < 0.8 else EFFECTS[0])


def _planted(problem: _Problem, rng: np.random.Generator) -> list[np.ndarray]:
    """Permuted targets with a linear relation of known strength added to each.

    Returns
    -------
    list of arrays of shape (n_rows, len(EFFECTS) * DRAWS, n_targets)
        One for each view; the relations' weights are random.
    """
    columns = standardise(problem.x, np.random.default_rng([problem.seed, 3]))
    shares = np.repeat(EFFECTS, DRAWS)
    orders = _orders(problem, len(shares), rng)[1:]
    width = problem.views[0].shape[1]
    weights = rng.normal(size=(columns.shape[1], len(shares) * width))
    planted = _permuted_part(problem, _unit(columns @ weights))
    planted = planted.reshape(len(columns), len(shares), width)
    strong, weak = np.sqrt(shares)[:, None], np.sqrt(1 - shares)[:, None]
    return [
        strong * planted + weak * np.stack([view[o] for o in orders], axis=1)
        for view in problem.views
    ]


def _permuted_part(problem: _Problem, planted: np.ndarray) -> np.ndarray:
    """What permutations can tell from chance: between groups, or within them."""
    if problem.groups is None:
        return planted
    _, group = np.unique(problem.groups, return_inverse=True)
    means = _means(planted, group)[group]
    return _unit(means) if _has_whole_groups(problem) else planted - means
