"""Too good to be true: a column that is the answer, or rows on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...data import Dataset
from ...data.dataset import ORDERED, row_hashes, take
from ...data.encode import fit_encoder
from ...data.split import Fold, make_folds, sample_rows
from ..estimators.catalog import baselines_for
from ..results.results import Row
from ..scores import harness
from ..scores.comparison import over_folds
from ..scores.fold_scores import FoldOutcomes, collect_outcomes
from ..signal.dependence import LEAST_CASES, LEAST_CASES_A_CLASS

if TYPE_CHECKING:
    import pandas as pd


NEARLY_ALL = 0.9
"""Skill of the best baseline from which single columns are tried."""
ANSWER = 0.99
"""Cohen's kappa, or R2 of the ranks, from which one column alone is the answer."""
_MAX_COLUMNS = 300
_MAX_ROWS = 5_000
_BESIDE = 10
_GAP = 10
"""Of steps between neighbouring values beside the threshold; by chance it is so wide
once in 20,000 cases (exp(-10))."""
SAME_ORDER = 0.999
"""Square of Spearman's rho from which two columns of numbers are the same ..."""
_TURNS = 0.05
"""... if the target falls in no more of the steps from value to value of the column: a
sensor with noise of 1 % of its deviation reaches .9998, and falls in 15 %."""
AHEAD = 0.3
"""So far behind is every other column where one is the answer itself: of two clusters
or of iris many a column tells as much."""
_FEW_VALUES = 10
"""With more values a column of numbers is a measure, and no code of two classes."""
MANY_TWINS = 0.05
"""Share of test rows with a twin in training from which their effect is looked at."""
MIN_ROWS = 30
"""Rows without a twin, or different rows, that are needed to judge by."""


@dataclass(frozen=True)
class Suspicion:
    """Why the best baseline looks too good, in a sentence that stands beside verdicts.

    ``kind`` is "easy" where one column is enough, as others nearly are, or as a
    threshold on it is; "answer" where one column has the target's values under other
    names, as no other has; "copies" where all skill is on copies of training
    rows, so that nothing is known of other rows.
    """

    kind: Literal["easy", "answer", "copies"]
    sentence: str


def find_suspicion(outcomes: FoldOutcomes) -> Suspicion | None:
    """Why the best baseline looks too good; None if it does not."""
    best = outcomes.best
    if best is None or not best.scores["skill"].mean > 0:
        return None
    if outcomes.dataset.task in ORDERED:  # equal pasts are no leak there
        return None
    # twins first: where all rows have some, each column seems to be the answer
    copies = _memorised(outcomes, best)
    if copies:
        return Suspicion("copies", copies)
    return _answer_columns(outcomes.dataset, best)


def _answer_columns(dataset: Dataset, best: Row) -> Suspicion | None:
    """Columns that give the target when nothing else is known."""
    if best.scores["skill"].mean < NEARLY_ALL:
        return None
    scores = dict(sorted(column_scores(dataset).items(), key=lambda item: -item[1]))
    found = {c: s for c, s in scores.items() if s >= ANSWER}
    if not found:
        return None
    column = answer_column(dataset, scores)
    if column:
        return Suspicion(
            "answer",
            f"One column alone gives the target, {_describe_match(dataset, column)}: "
            f"{column!r} ({scores[column]:.3f} by {agreement_unit(dataset)}). "
            f"{_explain_column(dataset, column)}",
        )
    split = _threshold(dataset, next(iter(found)))
    shown = ", ".join(f"{c!r} ({s:.3f})" for c, s in list(found.items())[:5])
    phrase = split or f"{shown} by {agreement_unit(dataset)}"
    return Suspicion(
        "easy", f"The problem is easy, one column alone is enough: {phrase}"
    )


def _explain_column(dataset: Dataset, column: str) -> str:
    if cases := count_cases(dataset, column):
        return (
            f"Each of its {cases:,} values has one target in its rows: if it names "
            "what rows belong to (a person, a machine), keep these rows together "
            "(--group), which tells what is known of new ones; if it is the target "
            "under another name, leave it out (--drop)"
        )
    return (
        "Such a column is usually the target under another name, or known only after "
        "it; --drop it to see what the others predict"
    )


def count_cases(dataset: Dataset, column: str) -> int:
    """Count a column's values where they may name cases of several rows; else 0.

    They are many more than classes, come again, no one in most rows, and each has one
    target in its rows.
    """
    import pandas as pd

    table: Any = dataset.x
    values = pd.factorize(table[column], use_na_sentinel=False)[0]
    count = int(values.max(initial=-1)) + 1
    few = max(LEAST_CASES, LEAST_CASES_A_CLASS * len(dataset.classes))
    most_rows = int(np.bincount(values, minlength=1).max())
    if count < few or count > len(values) / 2 or most_rows > len(values) / 4:
        return 0
    pairs, rows = np.unique(np.stack([values, dataset.y]), axis=1, return_counts=True)
    most = np.zeros(count)
    np.maximum.at(most, pairs[0].astype(int), rows)
    return count if most.sum() >= ANSWER * len(values) else 0


def answer_column(dataset: Dataset, scores: Mapping[str, float]) -> str | None:
    """The column that is the target under another name; None where none is.

    It has a value for each class, the same in every row of it, as no other column has;
    or no other column comes near it, and it is no measure that a threshold cuts into
    two classes, with values on both sides of it, and more than one in each. A column
    of numbers goes with a numerical target from row to row: a sensor with noise of its
    own measures something else.

    Parameters
    ----------
    dataset : Dataset
    scores : mapping of str to float
        As `column_scores` gives them, from the highest on.
    """
    first, second = (*scores.values(), 0.0, 0.0)[:2]
    if first < ANSWER:
        return None
    column = next(iter(scores))
    if second < ANSWER and _names_classes(dataset, column):
        return column
    if first - second < AHEAD:
        return None
    is_cut = _is_measure_in_ranges(dataset, column) and not (
        _is_parted(dataset, column)
        or _is_still(dataset, column)
        or _counts_along(dataset, column)
    )
    return None if is_cut or not _is_monotone_in_target(dataset, column) else column


def _names_classes(dataset: Dataset, column: str) -> bool:
    """Whether a column has one value in all rows of a class, and another in others."""
    import pandas as pd

    table: Any = dataset.x
    values = pd.factorize(table[column], use_na_sentinel=False)[0]
    kinds = len(np.unique(dataset.y))
    if not dataset.is_classification or values.max(initial=0) + 1 != kinds:
        return False
    return len(np.unique(np.stack([values, dataset.y]), axis=1).T) == kinds


def _describe_match(dataset: Dataset, column: str) -> str:
    if _names_classes(dataset, column):
        return "with a value for each class"
    return "and no other comes near"


def _is_measure_in_ranges(dataset: Dataset, column: str) -> bool:
    """Whether thresholds on a measure part the classes; a row's number is none."""
    import pandas as pd
    from sklearn.tree import DecisionTreeClassifier

    if len(dataset.classes) == 2:
        return bool(_threshold(dataset, column))
    table: Any = dataset.x
    values = table[column]
    if not dataset.classes or not pd.api.types.is_numeric_dtype(values.dtype):
        return False
    if values.isna().any() or values.nunique() <= _FEW_VALUES:
        return False
    x, y = values.to_numpy(dtype="float64").reshape(-1, 1), dataset.y
    if values.is_unique and (np.mod(x, 1) == 0).all():
        return False
    tree = DecisionTreeClassifier(max_leaf_nodes=len(np.unique(y))).fit(x, y)
    return float((tree.predict(x) == y).mean()) >= ANSWER


def _is_parted(dataset: Dataset, column: str) -> bool:
    """Whether nothing lies between the classes, where measures would go on.

    Of a measure that a threshold cuts the values are as dense there as beside it.
    """
    table: Any = dataset.x
    values = table[column].to_numpy(dtype="float64", na_value=np.nan)
    known = ~np.isnan(values)
    parts = [np.unique(values[known & (dataset.y == c)]) for c in np.unique(dataset.y)]
    parts = sorted((part for part in parts if len(part)), key=lambda part: part[0])
    return all(_has_gap(*pair) for pair in pairwise(parts))


def _is_still(dataset: Dataset, column: str) -> bool:
    """Whether a class has one value in all rows, as days in hospital of who never was.

    A measure varies in every class; of few rows, or rare ones, it may not.
    """
    table: Any = dataset.x
    values = table[column].to_numpy(dtype="float64", na_value=np.nan)
    classes = [values[dataset.y == c] for c in np.unique(dataset.y)]
    still = [np.unique(own, equal_nan=True).size == 1 for own in classes]
    return any(
        one and len(own) >= MIN_ROWS for own, one in zip(classes, still, strict=True)
    )


def _counts_along(dataset: Dataset, column: str) -> bool:
    """Whether a column counts rows, or what they belong to, in the file's order.

    Of a file that is sorted by class such a number tells the class, and nothing of new
    rows.
    """
    table: Any = dataset.x
    steps = np.diff(table[column].to_numpy(dtype="float64", na_value=np.nan))
    return bool(np.isin(steps, (0, 1)).all())


def _has_gap(low: np.ndarray, high: np.ndarray) -> bool:
    steps = np.concatenate([np.diff(low[-_BESIDE:]), np.diff(high[:_BESIDE])])
    return len(steps) > 0 and bool(high[0] - low[-1] > _GAP * steps.mean())


def _is_monotone_in_target(dataset: Dataset, column: str) -> bool:
    """Whether numbers rise, or fall, with a numerical target in nearly all rows."""
    import pandas as pd
    from scipy.stats import spearmanr

    table: Any = dataset.x
    values = table[column]
    kind = values.dtype
    is_time = pd.api.types.is_datetime64_any_dtype(kind)  # a trend is no other name
    if dataset.is_classification or not (
        is_time or pd.api.types.is_numeric_dtype(kind)
    ):
        return True
    known = values.notna().to_numpy()
    steps = values[known].astype("int64") if is_time else values[known]
    x, y = steps.to_numpy(dtype="float64"), dataset.y[known]
    test: Any = spearmanr(x, y)
    if float(test.statistic) ** 2 < SAME_ORDER:
        return False
    # equal values of the column, as of one that was rounded, may have any order
    turns = np.diff(y[np.lexsort((y, np.sign(test.statistic) * x))])
    return float((turns < 0).mean()) <= _TURNS or float((turns > 0).mean()) <= _TURNS


def _threshold(dataset: Dataset, column: str) -> str:
    """The threshold on a column of measures that parts two classes; "" if none does.

    A column of few values that does is rather the classes under other names.
    """
    import pandas as pd
    from sklearn.tree import DecisionTreeClassifier

    table: Any = dataset.x
    values = table[column]
    if len(dataset.classes) != 2 or not pd.api.types.is_numeric_dtype(values.dtype):
        return ""
    known = values.notna().to_numpy()
    x, y = values[known].to_numpy(dtype="float64").reshape(-1, 1), dataset.y[known]
    if len(np.unique(x)) <= _FEW_VALUES or len(np.unique(y)) < 2:
        return ""
    tree = DecisionTreeClassifier(max_depth=1).fit(x, y)
    right = int((tree.predict(x) == y).sum())
    if right < ANSWER * len(dataset):
        return ""
    rows = "all" if right == len(dataset) else f"{right:,} of {len(dataset):,}"
    cut = tree.tree_.threshold[0]
    return f"a threshold at {cut:.3g} on {column!r} is right in {rows} rows"


def agreement_unit(dataset: Dataset) -> str:
    """Name the measure of `column_scores`."""
    return "Cohen's kappa" if dataset.is_classification else "R² of the ranks"


def column_scores(dataset: Dataset) -> dict[str, float]:
    """Score how well each column alone predicts the target, out of fold.

    Returns
    -------
    dict of column name -> float
        Cohen's kappa or R² of the ranks, 1 at most, by a tree on at most `_MAX_ROWS`
        rows. Empty where there is one column or more than `_MAX_COLUMNS`, where rows
        are images, and with several targets.
    """
    x = dataset.x
    if not hasattr(x, "columns") or dataset.y.ndim == 2:
        return {}
    if x.shape[1] < 2 or x.shape[1] > _MAX_COLUMNS:
        return {}
    rows = np.arange(len(dataset))
    if len(rows) > _MAX_ROWS:
        rows = sample_rows(dataset, _MAX_ROWS, seed=0)
    table: Any = take(x, rows)
    y, folds = _tree_targets_and_folds(
        dataset.y[rows], classes=dataset.is_classification
    )
    return {
        str(c): _alone(table[[c]], y, folds, classes=dataset.is_classification)
        for c in table.columns
    }


def _tree_targets_and_folds(
    y: np.ndarray, *, classes: bool
) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """Targets as trees can follow them, and folds; none where classes are too rare."""
    import warnings

    from scipy.stats import rankdata
    from sklearn import model_selection as ms

    if classes and np.bincount(y).max() < 3:
        return y, []
    kind: Any = ms.StratifiedKFold if classes else ms.KFold
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        folds = list(kind(3, shuffle=True, random_state=0).split(y, y))
    # a tree cannot follow a copy of a heavy tail to its end
    return (y if classes else rankdata(y)), folds


def _alone(
    column: pd.DataFrame,
    y: np.ndarray,
    folds: list[tuple[np.ndarray, np.ndarray]],
    *,
    classes: bool,
) -> float:
    """Out-of-fold agreement of a tree on one column with the target."""
    from sklearn import metrics, tree

    if not folds:
        return 0.0
    if classes:
        model: Any = tree.DecisionTreeClassifier(min_samples_leaf=2, random_state=0)
        judge: Any = metrics.cohen_kappa_score
    else:
        model = tree.DecisionTreeRegressor(min_samples_leaf=3, random_state=0)
        judge = metrics.r2_score
    codes, said = _codes(column), np.zeros_like(y)
    for train, test in folds:
        said[test] = model.fit(codes[train], y[train]).predict(codes[test])
    return float(judge(y, said))


def _codes(column: pd.DataFrame) -> np.ndarray:
    """One column as numbers: its values, or its categories numbered."""
    import pandas as pd

    values = column.iloc[:, 0]
    if pd.api.types.is_numeric_dtype(values.dtype):
        return fit_encoder(column, np.arange(len(column)))[1]
    return pd.factorize(values.astype(str), sort=True)[0].reshape(-1, 1)


def _memorised(outcomes: FoldOutcomes, best: Row) -> str:
    """Whether the gain is made only on rows whose twin was in the training rows."""
    twins = [_has_twin(outcomes.dataset, fold) for fold in outcomes.folds]
    share = float(np.concatenate(twins).mean())
    alone = sum(int((~t).sum()) for t in twins)
    low = best.scores["skill"].low
    if share < MANY_TWINS or outcomes.held_out or low is None or low <= 0:
        return ""
    known = float(np.nanmean(_skill_on(outcomes, best.name, twins)))
    where = "on the others"
    fresh = _skill_on(outcomes, best.name, [~t for t in twins])
    if alone < MIN_ROWS:
        where = "with equal rows kept on one side"
        fresh = _skill_apart(outcomes.dataset, best.name)
    estimate = over_folds(fresh, test_over_train=outcomes.test_over_train)
    if estimate is None or estimate.interval()[1] > known / 2:
        return ""
    if estimate.interval()[0] > 0:
        return ""
    return (
        f"Too good to be true: {share:.0%} of the test rows are also training rows, "
        f"and {best.name} has skill only there: {known:.2f} on those rows, "
        f"{estimate.mean:.2f} {where}. "
        "Remove duplicates before splitting, or give the column of groups with --group"
    )


def _skill_apart(dataset: Dataset, name: str) -> list[float]:
    """Skill of a baseline on new folds that keep rows with equal features together.

    Empty where too few rows differ, or where groups of the user's say what belongs
    together.
    """
    rows = np.arange(len(dataset))
    if len(rows) > _MAX_ROWS:
        rows = sample_rows(dataset, _MAX_ROWS, seed=0)
    x = take(dataset.x, rows)
    kinds = np.unique(row_hashes(x), return_inverse=True)[1]
    if kinds.max() + 1 < MIN_ROWS or dataset.groups is not None:
        return []
    apart = replace(dataset, x=x, y=dataset.y[rows], groups=kinds)
    folds = make_folds(apart)
    outcomes = harness.run({name: baselines_for(apart)[name]}, apart, folds, jobs=1)
    fold_outcomes = collect_outcomes(apart, folds, outcomes)
    if fold_outcomes.failure(name):
        return []
    return _skill_on(fold_outcomes, name, [np.full(len(f.test), True) for f in folds])


def _has_twin(dataset: Dataset, fold: Fold) -> np.ndarray:
    """For each test row, whether a training row has the same features."""
    hashes = dataset.row_hashes
    return np.isin(hashes[fold.test], hashes[fold.train])


def _skill_on(
    outcomes: FoldOutcomes, name: str, chosen: list[np.ndarray]
) -> list[float]:
    """Skill of a candidate on some of the test rows of each fold."""
    skills = []
    own_seed = outcomes.losses[name][: len(outcomes.folds)]
    found = zip(outcomes.outcomes[name], own_seed, chosen, strict=True)
    for outcome, losses, rows in found:
        bare = outcomes.reference_losses[outcome.fold][rows].sum()
        own = losses[rows].sum()
        skills.append(float(1 - own / bare) if bare > 0 else float("nan"))
    return skills
