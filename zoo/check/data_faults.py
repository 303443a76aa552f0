"""Faults of a script's data, which no network can mend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...baselines.results.diagnosis import Cause
from ...baselines.rules.registry import RULES, rule_side
from ...data import Dataset
from ..diagnosis.codemod.edits import HideInputs, Statement
from ..diagnosis.problem.context import Repair
from ..diagnosis.record.arrays import name_of, sees_names, whole_fit
from .wording import without_options

if TYPE_CHECKING:
    from ...baselines.evaluate import Study
    from ...baselines.results.findings import Finding
    from .problem import CheckProblem


TOLD_APART = 0.9
"""Area under the ROC curve from which evaluated rows are not like training rows.
Rows drawn from the same file stay near .5, later parts of a series below .8."""
OTHER_ANSWERS = 0.25
"""Share of the answers that must be others on them."""
OTHER_SCALE = 10.0
"""Times as wide, from which evaluated rows were not prepared as the others."""
SCALED = (
    "Prepare evaluated rows as the training rows: the same scaler, fitted on the "
    "training rows, or the same rescale=1/255."
)
TRIED = 5
"""Places at which evaluated rows may begin among training rows."""
NOISY = 0.15
"""Share of labels that are contradicted where a baseline is surest, from which they
are what keeps every network from a good score."""
_OF_PIXELS = 1 / 3
"""Share of the commonest class's errors that a baseline may make to judge images: a
forest had .49 of three classes of CIFAR-10, and .31 of digits with a quarter of their
labels changed."""
_WINDOWS = 30
"""Rows, of fewer than which a value may go with the target by chance."""
_SAME_VALUE = 1 - 1e-6
"""Correlation of a value with the target that it is, but for rounding."""
_MOST_MOVED = 0.8
"""Share of the rows that must go on with the one before, by a step."""
_TINY = 1e-9
"""A standard deviation that is none."""
STRAY = 50.0
"""Spreads of other columns away, at which a value is nothing that was trained on."""
MOST_ROWS = 4_000
"""Of evaluated rows; more tell nothing new."""


def find_leak(study: Study) -> Finding | None:
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
        code = "D309" if find_leak(study) is None else "D308"
        return (cause(code, verdict.sentence, verdict.change),)
    if learned or verdict.name in ("signal", "suspicious"):
        known = (f for f in study.results.findings if _is_noise(f, dataset))
        return tuple(map(_as_cause, known))
    if _all_constant(dataset):
        message = (
            "All inputs are constant: the network sees the same values in every row."
        )
        return (cause("P709", message, "Check how the inputs are computed."),)
    order = ("P707", "D305", "D311")
    named = next((findings[code] for code in order if code in findings), None)
    return () if named is None else (_as_cause(named),)


def target_in_window(x: Any, y: Any) -> Cause | None:
    """Find a window of a series that holds the value to be predicted.

    It is a value of each row that is the target, but for its scale, in windows that
    each begin a step later than the one before. A network that is to repeat one of its
    inputs, as a test of its memory, is given rows that do not overlap.

    Parameters
    ----------
    x : array of shape (n_rows, n_steps, n_series)
        Of other forms nothing is said.
    y : array of shape (n_rows,) or (n_rows, 1)
        The same holds for these.
    """
    if not _is_of_numbers(x, 3) or not isinstance(y, np.ndarray) or y.size != len(x):
        return None
    x, y = x[:MOST_ROWS], y.ravel()[:MOST_ROWS]
    if not _is_of_numbers(y, 1) or len(y) < _WINDOWS or not y.std() > _TINY:
        return None
    _, steps, series = x.shape
    told = _correlations(x.reshape(len(x), -1).astype("float64"), y.astype("float64"))
    step, number = divmod(int(told.argmax()), series)
    if told.max() < _SAME_VALUE or not _are_moved(x[:, :, number]):
        return None
    which = f" of series {number + 1}" if series > 1 else ""
    return cause(
        "D308",
        f"The inputs hold the target: step {step + 1} of {steps}{which} is the value "
        f"that is to be predicted, in all {len(y):,} windows.",
        "Let each window end before the value that is predicted, such as X[i - n:i] "
        "for y[i].",
    )


def _is_of_numbers(values: Any, axes: int) -> bool:
    is_array = isinstance(values, np.ndarray) and values.ndim == axes
    return is_array and values.dtype.kind in "iuf" and bool(np.isfinite(values).all())


def _correlations(columns: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return how each column goes with the target; 0 for one that does not vary."""
    centred = columns - columns.mean(axis=0)
    spreads = np.sqrt((centred**2).mean(axis=0)) * y.std()
    products = np.abs(centred.T @ (y - y.mean()) / len(y))
    return np.where(spreads > _TINY, products / np.maximum(spreads, _TINY), 0.0)


def _are_moved(windows: np.ndarray) -> bool:
    """Whether most rows are those before them, one step later."""
    moved = (windows[1:, :-1] == windows[:-1, 1:]).all(axis=1)
    return windows.shape[1] > 1 and float(moved.mean()) >= _MOST_MOVED


def _is_noise(finding: Finding, dataset: Dataset) -> bool:
    """Whether many labels are contradicted even where the best baseline is sure.

    What baselines cannot tell by single pixels, networks can: of images, they must be
    good judges.
    """
    named = finding.code == "D307" and finding.severity != "note"
    if not named or finding.evidence.get("sure_share", 0.0) < NOISY:
        return False
    if not dataset.is_image:
        return True
    common = np.bincount(dataset.y).max() / len(dataset)
    return finding.evidence.get("wrong_share", 1.0) <= _OF_PIXELS * (1 - common)


def _as_cause(finding: Finding) -> Cause:
    return cause(finding.code, finding.sentence, finding.advice)


def cause(code: str, sentence: str, advice: str) -> Cause:
    """Return a fault of the rows, under the label and on the side that its rule has."""
    texts = without_options(sentence), without_options(advice)
    return Cause(code, RULES[code].label, *texts, side=rule_side(code))


def _all_constant(dataset: Dataset) -> bool:
    """Whether no input varies over the rows."""
    x = np.asarray(dataset.x)
    return bool((x == x[:1]).all())


def find_mismatch(
    dataset: Dataset,
    evaluated: Dataset,
    answers: tuple[np.ndarray, np.ndarray],
    *,
    learned: bool = True,
) -> Cause | None:
    """Evaluated rows that are not like training rows, and answered otherwise.

    Of rows on quite another scale the answers need not be others: a network without
    biases gives the same ones, and goes wrong only where it is unsure.

    Parameters
    ----------
    dataset, evaluated : Dataset
        With the same columns.
    answers : pair of arrays
        What one and the same network says of training rows, and of evaluated rows:
        class codes or numbers.
    learned : bool
        Whether it knows what it was trained on; of another the answers are arbitrary.
    """
    share = _answer_distance(*answers, classes=dataset.is_classification)
    moved = learned and share >= OTHER_ANSWERS
    ratio = _spread_ratio(dataset, evaluated)
    wide = max(ratio, 1 / ratio)
    if not moved and wide < OTHER_SCALE:
        return None
    found = find_drift(dataset, evaluated)
    if found is None or wide < OTHER_SCALE:
        return found
    wider = "wider" if ratio > 1 else "narrower"
    message = f"{found.sentence} Their values are spread {wide:.3g} times {wider}."
    return replace(found, sentence=message, advice=SCALED)


def find_drift(dataset: Dataset, evaluated: Dataset) -> Cause | None:
    """Evaluated rows that are not like training rows; None where they are."""
    from ...baselines.rules.context import TableContext
    from ...baselines.rules.drift import drift

    found = drift(TableContext(_joined(dataset, evaluated), ()))
    if found is None or found.finding.evidence.get("auc", 0.0) < TOLD_APART:
        return None
    return cause("P708", found.finding.sentence, found.finding.advice)


def is_numeric(dataset: Dataset) -> bool:
    """Whether the features are numbers, and not texts."""
    return np.asarray(dataset.x).dtype.kind in "biuf"


def _spread_ratio(dataset: Dataset, evaluated: Dataset) -> float:
    """Return by how much the second part is wider, the median over the columns."""
    if not is_numeric(dataset):
        return 1.0
    spreads = [
        np.nanstd(np.asarray(part.x, dtype="float64").reshape(len(part), -1), axis=0)
        for part in (dataset, evaluated)
    ]
    varies = (spreads[0] > _TINY) & (spreads[1] > _TINY)
    if not varies.any():
        return 1.0
    return float(np.exp(np.median(np.log(spreads[1] / spreads[0])[varies])))


def _joined(dataset: Dataset, evaluated: Dataset) -> Dataset:
    """Rows trained on, and behind them evaluated rows as test rows."""
    import pandas as pd

    count = min(len(evaluated), MOST_ROWS)
    x: Any = evaluated.x[:count]
    table = isinstance(dataset.x, pd.DataFrame)
    both: Any = pd.concat if table else np.concatenate
    joined: Any = both([dataset.x, x])
    if isinstance(joined, pd.DataFrame):
        joined = joined.reset_index(drop=True)
    # only the rows are compared: nobody gave the answers
    y = np.concatenate([dataset.y, np.resize(dataset.y, (count, *dataset.y.shape[1:]))])
    return replace(dataset, x=joined, y=y, n_test=count)


def _answer_distance(own: np.ndarray, other: np.ndarray, *, classes: bool) -> float:
    """Distance of two lists of answers, from 0 to 1."""
    if not classes:
        from scipy.stats import ks_2samp

        result: Any = ks_2samp(own.ravel(), other.ravel())
        return float(result.statistic)
    kinds = np.union1d(own, other)
    shares = [np.array([(part == k).mean() for k in kinds]) for part in (own, other)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def find_stray_columns(dataset: Dataset, evaluated: Dataset) -> tuple[str, ...]:
    """Columns with one value in the training rows, and one far away in others.

    Far is by how far the other columns are away: what was constant was divided by next
    to nothing, and a network that never saw it vary does anything with it. Where all
    columns are elsewhere, the rows were prepared otherwise.
    """
    import pandas as pd

    own, other = dataset.x, evaluated.x
    if not isinstance(own, pd.DataFrame) or not isinstance(other, pd.DataFrame):
        return ()
    own, other = own.select_dtypes("number"), other.select_dtypes("number")
    # of words, each part has columns for those that it holds
    shared = [name for name in own.columns if name in other.columns]
    own, other = own.loc[:, shared], other.loc[:, shared]
    spread = own.std().to_numpy()
    varies = spread > _TINY
    if not varies.any():
        return ()
    constant = own.columns[(spread <= _TINY) & own.notna().all().to_numpy()]
    usual_away = (other - own.mean()).abs().mean().to_numpy()
    usual = float(max(np.median(spread[varies]), np.nanmedian(usual_away[varies])))
    away = (other[constant] - own[constant].iloc[0]).abs().max()
    return tuple(away.index[away > STRAY * usual])


def stray_columns_fault(columns: tuple[str, ...]) -> Cause:
    """The fault that these columns are."""
    return cause(
        "P709",
        f"{', '.join(columns[:5])}: constant in the training rows, but more than "
        f"{STRAY:g} times the usual spread away from that value in evaluated rows. "
        "Predictions for such rows are arbitrary.",
        "Drop constant columns, or scale with scikit-learn's StandardScaler, which "
        "does not divide by a standard deviation of 0.",
    )


def sorted_rows(study: Study, dataset: Dataset) -> Cause | None:
    """Rows in the order of their target, of which a slice leaves out some answers.

    None of windows of a series: mixed, they would be on both sides of the cut.
    """
    from ...baselines.rules.labels_misaligned import are_windows

    if is_numeric(dataset) and are_windows(np.nan_to_num(np.asarray(dataset.x, float))):
        return None
    order = next((f for f in study.results.findings if f.code == "D304"), None)
    if order is None:
        return None
    advice = "Shuffle the rows before splitting them into training and test rows."
    return cause("P704", order.sentence, advice)


def is_part(evaluated: Dataset, dataset: Dataset) -> bool:
    """Whether evaluated rows are training rows, or a stretch of them."""
    from ...data.dataset import row_hashes

    own, other = row_hashes(dataset.x), row_hashes(evaluated.x)
    starts = np.flatnonzero(own == other[0]) if len(other) else np.zeros(0, dtype=int)
    return any(np.array_equal(own[s : s + len(other)], other) for s in starts[:TRIED])


@dataclass(frozen=True)
class DataFault:
    """A fault of the data alone, and the change to the script that undoes it.

    ``score`` is what the network has with that change; None where it stays as it is.
    """

    cause: Cause
    repair: Repair | None = None
    score: float | None = None


def hide(problem: CheckProblem, named: tuple[str, ...]) -> Repair | None:
    """Columns as 0 for the network.

    None where these are not columns of its one input.
    """
    x = problem.fit.x
    if not isinstance(x, np.ndarray) or x.ndim != 2 or x.dtype.kind != "f":
        return None
    table: Any = problem.dataset.x
    names = list(table.columns)
    if len(names) != x.shape[1]:
        return None
    columns = tuple(sorted(names.index(name) for name in named))
    return Repair(
        f"hidden from the network: {', '.join(named)}",
        lambda setup: replace(setup, hidden=columns),
        (HideInputs(columns, x.shape[1]),),
    )


def match_moments(x: Any, like: Any) -> Any:
    """Rows shifted and scaled to have the means and spreads of others, by column.

    Arrays of more than two axes, such as images, are scaled as a whole.
    """
    axis = 0 if x.ndim == 2 else None
    scale = like.std(axis=axis) / np.maximum(x.std(axis=axis), 1e-12)
    return (x - x.mean(axis=axis)) * scale + like.mean(axis=axis)


def align(problem: CheckProblem, evaluated: Any) -> Repair | None:
    """Evaluated rows brought to the means and spreads of training rows.

    Only where both are arrays that the script has names for.
    """
    recording = problem.recording
    whole = whole_fit(recording, problem.fit)
    if whole is None or not sees_names(whole) or not isinstance(evaluated, np.ndarray):
        return None
    own, other = name_of(recording, whole.x), name_of(recording, evaluated)
    if own is None or other is None or own == other:
        return None
    axis = "axis=0" if evaluated.ndim == 2 else ""
    spread = f"({other}.std({axis}) + 1e-12)"
    code = (
        f"{other} = ({other} - {other}.mean({axis})) / {spread} * {own}.std({axis}) "
        f"+ {own}.mean({axis})"
    )
    what = f"{other} scaled to the mean and standard deviation of {own}"
    return Repair(what, lambda setup: setup, (Statement(code),))
