"""Results on disk: every number of a report, as plain data.

Nothing here imports scikit-learn, so a report can be made without it.

What is said beside a score, so that it can be doubted: its noise, and whose rows.

A part of the results on disk, as plain data.
"""

import json
import math
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ...data.column_summary import DataSummary
from ...data.disk import read_regular, write_whole
from ...data.errors import BadData, ZooError
from ...data.structure import strict_converter, structure
from .diagnosis import Diagnosis
from .findings import Finding

Trend = Literal["rising", "flat", "falling", "cannot tell"]
Basis = Literal["equal rows", "neighbours", "candidate"]


@dataclass(frozen=True)
class AchievableScore:
    """A score and the ends of its 95 % interval; None where that cannot be said."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Point:
    """A candidate's scores on the test rows of all folds, fitted on fewer rows.

    ``rows`` is the mean number of training rows over the folds; ``score`` is in the
    metric of the curve.
    """

    rows: int
    skill: AchievableScore
    score: AchievableScore


@dataclass(frozen=True)
class Line:
    """One candidate at growing numbers of training rows, the last one all of them.

    ``gain`` is the skill on all rows minus that on half of them, over the same folds,
    and ``p`` its two-sided p-value; ``trend`` is drawn from it. ``twice_skill`` and
    ``twice_score`` are what twice the rows promise; None where that cannot be said.
    """

    name: str
    kind: str  # "baseline" or "network"
    points: tuple[Point, ...]
    trend: Trend
    gain: AchievableScore
    p: float
    twice_skill: AchievableScore
    twice_score: AchievableScore | None
    sentence: str


@dataclass(frozen=True)
class Curve:
    """The learning curves of some candidates, the best baseline's first.

    ``metric`` is what ``score`` is in: ``accuracy``, ``f1_macro`` or ``r2``.
    """

    metric: str
    lines: tuple[Line, ...]
    seconds: float


@dataclass(frozen=True)
class Ceiling:
    """The range in which the highest score lies that anyone can reach.

    Parameters
    ----------
    metric : str
        ``accuracy`` or ``r2``.
    basis : {"equal rows", "neighbours", "candidate"}
        Both ends from rows with equal features, and about these alone; the upper end an
        estimate from nearest neighbours, the lower end what a candidate reaches; or the
        lower end alone.
    low, high : float
        Ends of the range, with 95 % confidence. ``high`` is 1 where it is not known.
    share : float
        Share of the rows that the range speaks of.
    rows : int
        Their number.
    reached : float or None
        What the best candidate reaches on these rows, out of fold.
    best : str
        Its name; "" if there is none.
    sentence : str
    """

    metric: str
    basis: Basis
    low: float
    high: float
    share: float
    rows: int
    reached: float | None
    best: str
    sentence: str


@dataclass(frozen=True)
class TradeoffCurve:
    """Points of a curve, from left to right, and an area.

    Of a ROC curve ``across`` is the false positive rate, ``up`` the true positive rate,
    ``area`` the area below the curve. Of a precision-recall curve they are recall,
    precision and the average precision. The area is that of all points, also of those
    that were left out.
    """

    across: tuple[float, ...]
    up: tuple[float, ...]
    area: float

    def __post_init__(self) -> None:
        if len(self.across) != len(self.up):
            n, m = len(self.across), len(self.up)
            raise BadData(
                f"a curve has {n} x values and {m} y values; it needs as many of each"
            )


@dataclass(frozen=True)
class Bin:
    """Answers of similar probability: the mean of it, and the share that hold.

    ``low`` and ``high`` bound that share with 95 % confidence; None where answers are
    not independent.
    """

    answers: int
    said: float
    held: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Picture:
    """Predictions of one candidate for the test rows, counted.

    Of classes: ``roc``, ``recall`` (precision over it), ``bins``, ``error`` (expected
    calibration error), ``said`` and ``held`` (answers by their probability, and those
    of them that hold), ``named`` (rows for which it names each class). Of numbers:
    ``said`` (predictions by size), ``drawn`` (those of the rows that are drawn) and
    ``residuals`` (actual minus predicted, by size).
    """

    candidate: str
    roc: TradeoffCurve | None = None
    recall: TradeoffCurve | None = None
    bins: tuple[Bin, ...] = ()
    error: float | None = None
    said: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    named: tuple[int, ...] = ()
    drawn: tuple[float, ...] = ()
    residuals: tuple[int, ...] = ()


@dataclass(frozen=True)
class Pictures:
    """Predictions of some candidates for the same rows, each counted once.

    Parameters
    ----------
    rows : int
        Test rows.
    edges : tuple of float
        Ends of the bins of ``Picture.said``; what lies beyond is in the outermost.
    actual : tuple of int
        Rows that are truly of each class, or whose true number lies in each bin.
    share : float, optional
        Of the yes-or-no questions of ROC and precision-recall curve, those that are
        true; None for numbers.
    drawn : tuple of float
        The true numbers of some rows.
    steps : tuple of float
        Ends of the bins of ``Picture.residuals``; what lies beyond is in the outermost.
    candidates : tuple of Picture
        Networks, the best baseline and the rule of thumb.
    """

    rows: int
    edges: tuple[float, ...]
    actual: tuple[int, ...]
    share: float | None = None
    drawn: tuple[float, ...] = ()
    steps: tuple[float, ...] = ()
    candidates: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class WorstPrediction:
    """A candidate's prediction for one row that is far off.

    ``probability`` is that of the true class; None of numbers.
    """

    candidate: str
    row: int
    truth: str
    prediction: str
    probability: float | None = None


@dataclass(frozen=True)
class WorstRows:
    """The rows that candidates predict worst, as they stand in the data.

    Parameters
    ----------
    columns : tuple of str
        The first columns of a table; empty of images.
    rows : tuple of int
        Their numbers, from 0.
    values : tuple of tuple of str
        What each row has in these columns.
    images : tuple of tuple of tuple of int
        Of images: each row as lines of grey levels from 0 to 9.
    predictions : tuple of WorstPrediction
        Worst first, candidate by candidate.
    """

    columns: tuple[str, ...]
    rows: tuple[int, ...]
    values: tuple[tuple[str, ...], ...] = ()
    images: tuple[tuple[tuple[int, ...], ...], ...] = ()
    predictions: tuple[WorstPrediction, ...] = ()


@dataclass(frozen=True)
class McNemar:
    """Rows of one held-out set that only one of two candidates gets right.

    By the first seed of each; ``p`` is the mid-p value, ``p_holm`` corrected as that
    of the skills is.
    """

    own: int
    other: int
    p: float
    p_holm: float


@dataclass(frozen=True)
class Noise:
    """Spread of one metric of a candidate over folds and seeds.

    ``folds`` and ``seeds`` are standard deviations in the metric's unit: between folds
    beyond what the seeds do, and between the seeds of one fold. ``n_folds`` is 1 for
    one held-out set (``folds`` is 0), ``n_seeds`` 1 where seeds change nothing.
    """

    candidate: str
    metric: str
    folds: float
    seeds: float
    n_folds: int
    n_seeds: int
    sentence: str


EXIT_CODES = {
    "signal": 0,
    "network-ahead": 0,
    "network-level": 0,
    "network-at-fault": 3,
    "preparation-at-fault": 3,
    "undecided": 4,
    "no-signal": 5,
    "suspicious": 6,
    "no-fault-proved": 0,
}
"""Verdict -> exit code of `zoo check`, and of other commands with ``--gate``."""
MEANINGS = {
    "signal": "There is something to learn.",
    "network-ahead": "The network is better than every baseline.",
    "network-level": "The network is practically equal to the best baseline.",
    "network-at-fault": "The data can be learned, and the network falls short.",
    "preparation-at-fault": "The rows are handed over in a way that keeps the network "
    "from learning them.",
    "undecided": "The rows cannot tell.",
    "no-signal": "No relation was found, and one of a stated size would have been.",
    "suspicious": "The score is too good to be true, or the rows cannot be trusted.",
    "no-fault-proved": "No rule proves a fault, and nothing was trained "
    "(`zoo check --fast` only).",
}
"""Verdict -> what it says, in one sentence."""


SCHEMA = 2
"""Raised when a reader of the older form would misread the newer one. 2: a diagnosis
has sides, and codes were given anew."""


@dataclass(frozen=True)
class Score:
    """One metric of one candidate.

    ``low`` and ``high`` bound the mean with 95 % confidence; None where that cannot be
    said. ``folds`` holds one value a fold (the mean over seeds), in the order of the
    folds; NaN where the metric is not defined (ROC AUC on a fold with one class).
    ``seeds`` holds for each fold one value a seed, of the metric that decides and where
    there were several.
    """

    mean: float
    low: float | None
    high: float | None
    folds: tuple[float, ...]
    seeds: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Row:
    """One candidate in the table.

    ``fit_seconds`` and ``predict_seconds`` are means over the trainings. ``confusion``
    counts rows over all folds by the first seed alone. ``error`` says why there are no
    scores. ``temperature`` is what the log odds of its classes are best divided by:
    above 1 its probabilities are too sure, below 1 too modest.
    """

    name: str
    kind: str  # "baseline" or "network"
    about: str
    scores: dict[str, Score]
    fit_seconds: float | None
    predict_seconds: float | None
    confusion: tuple[tuple[int, ...], ...] = ()  # true class x predicted class
    error: str | None = None
    temperature: float | None = None

    def __post_init__(self) -> None:
        if any(len(counts) != len(self.confusion) for counts in self.confusion):
            msg = f"the confusion matrix of {self.name} is not square"
            raise BadData(f"{msg}: {[len(counts) for counts in self.confusion]}")


@dataclass(frozen=True)
class Signal:
    """Result of the signal test; see `learnable.baselines.signal.signal_test`.

    ``unit`` says which unit was permuted, and why; ``dependent``, that rows were found
    to depend on each other. ``p_rows`` is then the p-value if they did not, where ``p``
    is not small.
    """

    p: float
    permutations: int
    explained: float  # share of the target's variance, out of fold, best map
    features: str  # the best map, in words
    rows: int
    detectable: float | None  # share of variance found with 80 % power; None if p small
    seconds: float
    worth: dict[str, float] = field(default_factory=dict)  # of it, in other measures
    unit: str = ""
    dependent: bool = False
    p_rows: float | None = None


@dataclass(frozen=True)
class Comparison:
    """A network's skill minus a baseline's, over the same folds.

    ``mcnemar`` is there for classes on one held-out set. ``by`` says whether the test
    is over all rows or over the folds; ``p_folds`` is that over the folds, two-sided.
    """

    network: str
    baseline: str
    difference: float
    low: float
    high: float
    p: float  # two-sided
    p_holm: float  # corrected for the number of baselines
    mcnemar: McNemar | None = None
    by: Literal["rows", "folds"] = "folds"
    p_folds: float | None = None


@dataclass(frozen=True)
class Pair:
    """A network's skill minus that of one named before it, over the same folds."""

    network: str
    other: str
    difference: float
    low: float
    high: float
    p: float  # two-sided
    p_holm: float  # corrected for the number of pairs
    sentence: str
    mcnemar: McNemar | None = None


@dataclass(frozen=True)
class Verdict:
    """An answer with its numbers.

    ``about`` is the network it speaks of, "" for the data alone. ``change`` says what
    would change the verdict, ``suspicion`` what looks too good beside it.
    """

    name: str
    about: str
    sentence: str
    change: str
    suspicion: str = ""


@dataclass(frozen=True)
class Layer:
    """One layer of a network, as drawn: ``shape`` is that of its output for one row.

    ``inputs`` names the layers whose output it takes. A layer with ``used`` false was
    built and reaches no output of the network.
    """

    name: str
    kind: str  # Keras' class
    shape: tuple[int, ...]
    parameters: int
    inputs: tuple[str, ...]
    used: bool = True


@dataclass(frozen=True)
class SeedRuns:
    """The same training from several seeds: the loss that each ended with.

    A seed succeeds whose loss is below ``goal``.
    """

    goal: float
    losses: tuple[float, ...]

    @property
    def reached(self) -> int:
        """Count the seeds that succeeded."""
        return sum(loss < self.goal for loss in self.losses)


@dataclass(frozen=True)
class Sample:
    """Text that a network of characters wrote.

    ``verbatim`` is the share of its characters that stand in a run of 20 or more
    which the training text has too; ``longest`` is the longest such run.
    """

    seed_text: str
    text: str
    verbatim: float
    longest: int


@dataclass(frozen=True)
class ForecastExample:
    """The last part of a series, and what the candidates forecast of it.

    ``forecasts`` maps names to one value a time; NaN where there is none. ``series``
    says which one it is of several.
    """

    times: tuple[str, ...]
    actual: tuple[float, ...]
    forecasts: dict[str, tuple[float, ...]]
    series: str = ""


@dataclass(frozen=True)
class Network:
    """Training of a network, and its predictions for rows whose answer is known.

    ``history`` maps Keras' names (``loss``, ``val_loss`` ...) to one value an epoch;
    ``loss_unit`` is the metric that ``loss`` can be compared with, "" if none.
    ``examples`` are (row, {class: probability}) pairs. ``way`` says how epochs were run
    ("keras", "graph" or "xla") and ``reason`` why so. ``note`` is a sentence on what
    is on show.
    """

    name: str
    recipe: dict[str, Any]
    parameters: int
    history: dict[str, tuple[float, ...]]
    loss_unit: str
    test: dict[str, float]
    examples: tuple[tuple[tuple[float, ...], dict[str, float]], ...] = ()
    way: str = ""
    reason: str = ""
    layers: tuple[Layer, ...] = ()
    tries: SeedRuns | None = None
    sample: Sample | None = None
    note: str = ""


@dataclass(frozen=True)
class About:
    """The dataset, in numbers and words.

    ``classes`` maps labels to row counts; ``understood`` holds the first columns as
    they were understood, targets first.
    """

    name: str
    title: str
    task: str
    target: str
    source: str
    rows: int
    columns: int
    classes: dict[str, int]
    notes: tuple[str, ...]
    sha256: str
    understood: DataSummary | None = None


@dataclass(frozen=True)
class Results:
    """All that a run found."""

    command: str
    seed: int
    created: str  # UTC, ISO 8601
    seconds: float
    versions: dict[str, str]
    about: About
    split: str  # in words
    metric: str  # the metric that decides: "skill"
    rows: tuple[Row, ...]
    signal: Signal
    verdicts: tuple[Verdict, ...]
    comparisons: tuple[Comparison, ...] = ()
    pairs: tuple[Pair, ...] = ()
    noise: tuple[Noise, ...] = ()
    findings: tuple[Finding, ...] = ()
    networks: tuple[Network, ...] = ()
    course: ForecastExample | None = None
    curve: Curve | None = None
    ceiling: Ceiling | None = None
    pictures: Pictures | None = None
    worst: WorstRows | None = None
    diagnosis: Diagnosis | None = None
    schema: int = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Lists, dicts, texts and numbers only; NaN and infinities become None."""
        import cattrs  # only where results are read or written

        return finite(cattrs.unstructure(self))

    @classmethod
    def from_dict(cls, facts: dict[str, Any]) -> "Results":
        """The reverse of `to_dict`; NaN stays None in ``Score.folds``."""
        return structure(facts, cls, converter=_converter())

    def save(self, path: Path) -> None:
        """Write JSON to a temporary name beside the path, then rename."""
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False)
        # a file name that is no UTF-8 reaches us as lone surrogates: \udc.. in JSON too
        write_whole(path, text.encode("utf-8", "backslashreplace").decode("utf-8"))

    @classmethod
    def load(cls, path: Path) -> "Results":
        """Results saved by `save`.

        Raises
        ------
        BadData
            The file is damaged, of a newer schema, or a diagnosis of an older one.
        """
        try:
            facts = json.loads(read_regular(path))
            schema = facts.get("schema") if isinstance(facts, dict) else None
            is_newer = isinstance(schema, int) and schema > SCHEMA
            is_outdated = schema == 1 and bool(facts.get("diagnosis"))
            if not (is_newer or is_outdated):
                return _with_scores(cls.from_dict(facts))
        except (ValueError, RecursionError, ZooError) as error:
            msg = f"{path} is damaged ({error}); run the command again"
            raise BadData(msg) from error
        msg = f"{path} has schema {schema}; this version reads"
        if is_outdated:
            raise BadData(f"{msg} checks of schema {SCHEMA}. Run `zoo check` again.")
        raise BadData(f"{msg} up to {SCHEMA}. Install a newer version.")


def _with_scores(results: Results) -> Results:
    """Refuse rows that lack the score that decides, and say no error instead."""
    for row in results.rows:
        if not row.error and results.metric not in row.scores:
            known = ", ".join(row.scores) or "none"
            msg = f"{row.name} has no score in the deciding metric {results.metric}"
            raise BadData(f"{msg}; it has {known}")
    return results


@cache
def _converter() -> Any:
    """Made once; facts of later versions that a reader may do without are left out."""
    converter = strict_converter(forbid_extra_keys=False)
    number = converter.get_structure_hook(float)
    converter.register_structure_hook(
        float, lambda value, kind: math.nan if value is None else number(value, kind)
    )
    return converter


def finite(value: Any) -> Any:
    """Lists and dicts as JSON holds them: NaN and infinities become None."""
    if isinstance(value, dict):
        return {key: finite(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
