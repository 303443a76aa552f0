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
MOST_ROWS = 4_000
"""Of those asked about; more tell nothing new."""


def data_causes(study: Study, *, learned: bool) -> tuple[Cause, ...]:
    """Faults of the data alone.

    Parameters
    ----------
    study : Study
        Of the rows that the script trains on.
    learned : bool
        Whether the network, mended or not, learns something from them.
    """
    verdict = study.results.verdicts[-1]
    findings = {f.code: f for f in study.results.findings if f.severity != "note"}
    if verdict.name == "suspicious":
        columns = findings.get("D308")
        code = "D308" if columns is not None and columns.columns else "D309"
        return (_cause(code, verdict.sentence, verdict.change),)
    if learned or verdict.name == "signal":
        return ()
    if _all_constant(study):
        told = "No input varies: every row is the same to the network."
        return (_cause("D313", told, "Look at how the inputs are made."),)
    order = ("D306", "D311") if verdict.name == "undecided" else ("D306", "D305")
    named = next((findings[code] for code in order if code in findings), None)
    return () if named is None else (_of(named),)


def _of(finding: Finding) -> Cause:
    return Cause(finding.code, finding.label, finding.sentence, finding.advice)


def _cause(code: str, sentence: str, advice: str) -> Cause:
    from ...baselines.rules.catalog import RULES

    return Cause(code, RULES[code].label, sentence, advice)


def _all_constant(study: Study) -> bool:
    """Whether every column has one value."""
    found = next((f for f in study.results.findings if f.code == "D313"), None)
    columns = study.results.about.columns
    return found is not None and found.n_columns >= columns


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
    both = pd.concat if isinstance(dataset.x, pd.DataFrame) else np.concatenate
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


def across(dataset: Dataset, asked: Sequence[Dataset]) -> float:
    """The largest share of rows asked about that were trained on as well."""
    from ...baselines.equal_rows import row_hashes

    known = row_hashes(dataset.x)
    shares = [float(np.isin(row_hashes(part.x), known).mean()) for part in asked]
    return max(shares, default=0.0)
