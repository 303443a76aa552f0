"""What the data half has to say of a script: faults that no network can mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...baselines.diagnosis import Cause
from ...data import Dataset

if TYPE_CHECKING:
    from ...baselines.finding import Finding
    from ...baselines.study import Study

TOLD_APART = 0.9
"""Area under the ROC curve from which rows asked about are not like those trained on.
Rows drawn from the same file stay near .5, later parts of a series below .8."""
OTHER_ANSWERS = 0.25
"""Share of the answers that must be others on them."""
TRIED = 5
"""Places at which rows asked about may begin among those trained on."""
MANY_COPIES = 0.25
"""Share of rows with a copy from which these may flatter."""
FEWEST_KINDS = 40
"""Different rows, below which they are all there is to learn, and no fold can do
without some of them."""
FLATTERED = 0.2
"""What a forest's score must lose when copies are kept on one side."""
NOISY = 0.15
"""Share of labels that are contradicted where a baseline is surest, from which they
are what keeps every network from a good score."""
TINY = 1e-9
"""A standard deviation that is none."""
STRAY = 50.0
"""Spreads of other columns away, at which a value is nothing that was trained on."""
MOST_ROWS = 4_000
"""Of those asked about; more tell nothing new."""


def leaking(study: Study) -> Finding | None:
    """The columns that a leak was found in; None where there is no such fault."""
    if study.results.verdicts[-1].name != "suspicious":
        return None
    findings = (f for f in study.results.findings if f.code == "D308")
    return next((f for f in findings if f.columns and f.severity != "note"), None)


def data_causes(
    study: Study, dataset: Dataset, *, learned: bool, failing: bool
) -> tuple[Cause, ...]:
    """Faults of the data alone.

    Parameters
    ----------
    study : Study
        Of the rows that the script trains on.
    dataset : Dataset
        These rows.
    learned : bool
        Whether the network, mended or not, learns something from them.
    failing : bool
        Whether it falls short of what can be reached: then what is too good to be true
        cannot be what is wrong with it.
    """
    verdict = study.results.verdicts[-1]
    findings = {f.code: f for f in study.results.findings if f.severity != "note"}
    if verdict.name == "suspicious" and not failing:
        code = "D309" if leaking(study) is None else "D308"
        return (_cause(code, verdict.sentence, verdict.change),)
    if learned or verdict.name in ("signal", "suspicious"):
        return tuple(_of(f) for f in study.results.findings if _is_noise(f))
    if _all_constant(dataset):
        told = "No input varies: every row is the same to the network."
        return (_cause("D313", told, "Look at how the inputs are made."),)
    order = ("D306", "D305", "D311")
    named = next((findings[code] for code in order if code in findings), None)
    return () if named is None else (_of(named),)


def _is_noise(finding: Finding) -> bool:
    """Whether many labels are contradicted even where the best baseline is sure."""
    named = finding.code == "D307" and finding.severity != "note"
    return named and finding.evidence.get("sure_share", 0.0) >= NOISY


def _of(finding: Finding) -> Cause:
    return Cause(
        finding.code,
        finding.label,
        finding.sentence,
        finding.advice,
        is_data=True,
    )


def _cause(code: str, sentence: str, advice: str) -> Cause:
    from ...baselines.rules.catalog import RULES

    return Cause(code, RULES[code].label, sentence, advice, is_data=True)


def _all_constant(dataset: Dataset) -> bool:
    """Whether no input varies over the rows."""
    x = np.asarray(dataset.x)
    return bool((x == x[:1]).all())


def mismatch(
    dataset: Dataset, asked: Dataset, answers: tuple[np.ndarray, np.ndarray]
) -> Cause | None:
    """Rows asked about that are not like those trained on, and answered otherwise.

    Parameters
    ----------
    dataset, asked : Dataset
        With the same columns.
    answers : pair of arrays
        What the network says of rows it was not trained on, and of those asked about:
        class codes or numbers.
    """
    from ...baselines.rules.case import Case
    from ...baselines.rules.parts import train_test_mismatch

    if _moved(*answers, classes=dataset.is_classification) < OTHER_ANSWERS:
        return None
    found = train_test_mismatch(Case(_joined(dataset, asked), ()))
    if found is None or found.finding.evidence.get("auc", 0.0) < TOLD_APART:
        return None
    return _of(found.finding)


def _joined(dataset: Dataset, asked: Dataset) -> Dataset:
    """Rows trained on, and behind them those asked about as test rows."""
    import pandas as pd

    count = min(len(asked), MOST_ROWS)
    x: Any = asked.x[:count]
    table = isinstance(dataset.x, pd.DataFrame)
    both: Any = pd.concat if table else np.concatenate
    joined: Any = both([dataset.x, x])
    if isinstance(joined, pd.DataFrame):
        joined = joined.reset_index(drop=True)
    # what is asked of D312 here is the rows alone: nobody gave the answers
    y = np.concatenate([dataset.y, np.resize(dataset.y, (count, *dataset.y.shape[1:]))])
    return replace(dataset, x=joined, y=y, n_test=count)


def _moved(own: np.ndarray, other: np.ndarray, *, classes: bool) -> float:
    """Distance of two lists of answers, from 0 to 1."""
    if not classes:
        from scipy.stats import ks_2samp

        told: Any = ks_2samp(own.ravel(), other.ravel())
        return float(told.statistic)
    kinds = np.union1d(own, other)
    shares = [np.array([(part == k).mean() for k in kinds]) for part in (own, other)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def stray_columns(dataset: Dataset, asked: Dataset) -> tuple[str, ...]:
    """Columns with one value in the rows trained on, and one far away in others.

    Far is by the spread of the other columns: what was constant was divided by next to
    nothing, and a network that never saw it vary does anything with it.
    """
    import pandas as pd

    own, other = dataset.x, asked.x
    if not isinstance(own, pd.DataFrame) or not isinstance(other, pd.DataFrame):
        return ()
    spread = own.std().to_numpy()
    varies = spread > TINY
    if not varies.any():
        return ()
    constant = own.columns[(spread <= TINY) & own.notna().all().to_numpy()]
    usual = float(np.median(spread[varies]))
    away = (other[constant] - own[constant].iloc[0]).abs().max()
    return tuple(away.index[away > STRAY * usual])


def stray(columns: tuple[str, ...]) -> Cause:
    """The fault that these columns are."""
    return _cause(
        "D313",
        f"{', '.join(columns[:5])}: one value in all rows that were trained on, and "
        f"values over {STRAY:g} times the usual spread away in rows asked about. What "
        "the network says of such rows is arbitrary.",
        "Leave out columns that do not vary, or scale with scikit-learn's "
        "StandardScaler, which does not divide by a spread of 0.",
    )


def sorted_rows(study: Study) -> Cause | None:
    """Rows in the order of their target, of which a slice leaves out some answers."""
    found = (f for f in study.results.findings if f.code == "D304")
    order = next((f for f in found if f.severity != "note"), None)
    if order is None:
        return None
    advice = "Mix the rows before they are cut into a training and a test part."
    return replace(_of(order), advice=advice)


def is_part(asked: Dataset, dataset: Dataset) -> bool:
    """Whether rows asked about are those trained on, or a stretch of them."""
    from ...baselines.equal_rows import row_hashes

    own, other = row_hashes(dataset.x), row_hashes(asked.x)
    starts = np.flatnonzero(own == other[0]) if len(other) else np.zeros(0, dtype=int)
    return any(np.array_equal(own[s : s + len(other)], other) for s in starts[:TRIED])


def copies(dataset: Dataset) -> np.ndarray | None:
    """A number for each row, equal for copies; None where copies are by chance.

    By chance: as many rows have an equal where each column is shuffled by itself, as
    they have in tables of few values. None too where there are few different rows.
    """
    from ...baselines.equal_rows import row_hashes

    kinds = np.unique(row_hashes(dataset.x), return_inverse=True)[1]
    share = _with_twin(kinds)
    if share < MANY_COPIES or kinds.max() < FEWEST_KINDS:
        return None
    rng = np.random.default_rng(0)
    x = np.asarray(dataset.x).reshape(len(dataset), -1)
    mixed = np.column_stack([rng.permutation(column) for column in x.T])
    by_chance = _with_twin(np.unique(mixed, axis=0, return_inverse=True)[1].ravel())
    return kinds if by_chance < share / 2 else None


def _with_twin(kinds: np.ndarray) -> float:
    return float((np.bincount(kinds)[kinds] > 1).mean())


def duplicates(dataset: Dataset, kinds: np.ndarray, share: float) -> Cause | None:
    """Copies of training rows among those asked about, where these flatter.

    A forest is judged twice: on rows drawn at random, of which copies are trained on,
    and on rows of which none is.

    Parameters
    ----------
    dataset : Dataset
    kinds : array of shape (n_rows,)
        As `copies` gives it.
    share : float
        Of the rows asked about, those that were trained on as well.
    """
    if share < MANY_COPIES or not dataset.is_classification or dataset.y.ndim > 1:
        return None
    mixed, apart = (_forest_marks(dataset, groups) for groups in (None, kinds))
    gap = mixed - apart
    error = gap.std() / np.sqrt(len(np.unique(kinds)))
    if gap.mean() < max(FLATTERED, 3 * error):
        return None
    return _cause(
        "D309",
        f"{share:.0%} of the rows asked about were trained on as well. A forest has a "
        f"score of {mixed.mean():.2f} where such copies are on both sides, and of "
        f"{apart.mean():.2f} where they are not: what is measured is memory.",
        "Take copies out, or draw rows again only within the training part, after the "
        "split.",
    )


def _forest_marks(dataset: Dataset, groups: np.ndarray | None) -> np.ndarray:
    """A forest's marks for every row, out of fold."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import (
        StratifiedGroupKFold,
        StratifiedKFold,
        cross_val_predict,
    )

    from ..diagnosis.credit import credits
    from ..diagnosis.question import Question

    kind: Any = StratifiedKFold if groups is None else StratifiedGroupKFold
    x = np.nan_to_num(np.asarray(dataset.x).reshape(len(dataset), -1))
    said: Any = cross_val_predict(
        RandomForestClassifier(random_state=0),
        x,
        dataset.y,
        groups=groups,
        cv=kind(4, shuffle=True, random_state=0),
    )
    task: Any = dataset.task
    question = Question(task, dataset.y, np.zeros(0))
    return credits(said, question, np.arange(len(dataset)))


def across(dataset: Dataset, asked: Sequence[Dataset]) -> float:
    """The largest share of rows asked about that were trained on as well."""
    from ...baselines.equal_rows import row_hashes

    known = row_hashes(dataset.x)
    shares = [float(np.isin(row_hashes(part.x), known).mean()) for part in asked]
    return max(shares, default=0.0)
