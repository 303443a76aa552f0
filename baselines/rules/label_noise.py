"""Labels that the other rows contradict: confident learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...data.counts import count_of
from ..results.findings import Severity
from ..scores.metrics import safe_probabilities
from ..signal.problem import is_continuous
from .context import RuleResult, TableContext, found
from .registry import rule

LEAST_SURE = 0.01
"""Share contradicted among the surest rows, at its lower end, that is a warning ..."""
_LEVEL = 0.6
"""... if it is so much of the share among all rows: where classes overlap, rows far
from their border are hardly ever contradicted. See docs/findings.md for figures."""
_OPEN_LEVEL = 0.45
"""... and from which a note says that it cannot be told. With less nothing is said:
overlap alone gave up to .4 of it, a tenth of wrong labels .5 or more."""
_MIXED = 0.05
"""Share of other labels, at its lower end, among the rows that are surest to be of one
class, that is a note."""
BETTER = 0.5
"""Share of the commonest class's errors above which a baseline is a poor judge ..."""
POOR = 0.7
"""... and above which it is none. A poor judge's word counts only if ..."""
_FLAT = 0.75
"""... the surest rows, at the lower end of their share, are contradicted so much as
often as all. Half of the tables with 30 % of their labels changed are above it, and
none as it is; see docs/findings.md."""


@dataclass(frozen=True)
class NoisyLabels:
    """Results of confident learning on some labels.

    Parameters
    ----------
    rows : int array
        Places of labels in doubt, the least likely first.
    share : float
        Of labels that are wrong, as the confident joint has it.
    sure_share : float
        Of labels that are contradicted, among the half of the rows of which the model
        is most sure.
    sure_count : int
        How many rows that half has.
    """

    rows: np.ndarray
    share: float
    sure_share: float
    sure_count: int


@dataclass(frozen=True)
class Mixup:
    """A class whose surest rows have another label as often as all of its rows.

    Parameters
    ----------
    taken_for, labelled : int
        The class that predictions give, and the commonest of the other labels.
    share : float
        Of other labels, in the half of the rows that are surest to be of the class.
    """

    taken_for: int
    labelled: int
    share: float


_CONTRADICT = "label contradicts", "labels contradict"


@rule("D307")
def label_noise(context: TableContext) -> RuleResult | None:
    """Labels that the best baseline, which did not see them, confidently denies."""
    if context.predicted is None or context.best is None:
        return None
    errors = share_of_errors(context)
    # what baselines on pixels cannot tell apart, networks do: poor is none there
    if errors > (BETTER if context.dataset.is_image else POOR):
        return None
    rows, p = context.predicted
    y = context.dataset.y[rows]
    doubts, wrong = find_doubts(y, p), float((p.argmax(axis=1) != y).mean())
    mixup = find_confused_class(y, p) if errors <= BETTER else None
    severity = _severity(doubts, wrong, poor=errors > BETTER)
    if errors > BETTER and _may_be_overlap(context, y, p):
        severity = None
    if not len(doubts.rows) or (severity is None and mixup is None):
        return None
    meaning = _meaning(doubts, wrong, grave=severity == "warning")
    if mixup is not None and severity != "warning":
        meaning = _describe_confusion(mixup, context.dataset.classes)
    return found(
        "D307",
        severity or "note",
        f"{count_of(len(doubts.rows), len(rows), *_CONTRADICT)} confident out-of-fold "
        f"predictions of {context.best.name}. {meaning}",
        _advice(len(doubts.rows)),
        rows=rows[doubts.rows],
        share=doubts.share,
        sure_share=doubts.sure_share,
        wrong_share=wrong,
    )


def _severity(doubts: NoisyLabels, wrong: float, *, poor: bool) -> Severity | None:
    low = lower_end(doubts.sure_share, doubts.sure_count)
    if poor:
        return "warning" if low >= _FLAT * wrong else None
    if low < LEAST_SURE:
        return None
    if doubts.sure_share >= _LEVEL * wrong:
        return "warning"
    return "note" if doubts.sure_share >= _OPEN_LEVEL * wrong else None


def _may_be_overlap(context: TableContext, y: np.ndarray, p: np.ndarray) -> bool:
    """Whether a poor judge may err in all rows alike for other reasons than labels.

    Where features have few values, no row is far from a border. Of several classes,
    those that overlap, as grades do, are taken for the next likeliest one; wrong labels
    are as often any other.
    """
    if not is_continuous(context.dataset.x):
        return True
    classes = p.shape[1]
    if classes == 2:
        return False
    order = np.argsort(-p, axis=1, kind="stable")
    surest = np.argsort(-p.max(axis=1), kind="stable")[: -(-len(y) // 2)]
    denied = surest[order[surest, 0] != y[surest]]
    by_chance = 1 / (classes - 1)
    return float((order[denied, 1] == y[denied]).mean()) > (1 + by_chance) / 2


def _advice(count: int) -> str:
    if count == 1:
        return (
            "Check the label of the listed row. Do not drop the row only because a "
            "model contradicts it: rare cases look the same."
        )
    return (
        "Check the listed rows, the least likely label first (findings.csv has all), "
        "and correct wrong labels. Do not drop rows only because a model contradicts "
        "them: rare cases look the same."
    )


def _meaning(doubts: NoisyLabels, wrong: float, *, grave: bool) -> str:
    seen = (
        f"In the half of the rows with the most confident predictions, it contradicts "
        f"{doubts.sure_share:.1%} of the labels, in all rows {wrong:.1%}"
    )
    if grave:
        return (
            f"{seen}: so far from the decision boundary this is not overlap, but wrong "
            f"labels (about {doubts.share:.1%} by confident learning), or chance that "
            "no feature explains."
        )
    return (
        f"{seen}: this does not tell wrong labels from rows where classes overlap, so "
        "any of these labels may be right."
    )


def _describe_confusion(mixup: Mixup, classes: Sequence[str]) -> str:
    taken, labelled = (repr(classes[c]) for c in (mixup.taken_for, mixup.labelled))
    return (
        f"Of the rows that are most confidently taken for {taken}, {mixup.share:.1%} "
        f"have another label, mostly {labelled}, as many as far less confident ones: "
        f"either {taken} is often labelled {labelled}, or these features do not "
        "distinguish the two there."
    )


def find_confused_class(y: np.ndarray, p: np.ndarray) -> Mixup | None:
    """Return the class that is most often called another; None if none is.

    Where classes overlap, few rows far from the border have another label. Where one
    class was called another in a part of its rows, as many as near it.

    Parameters
    ----------
    y : int array of shape (n_rows,)
    p : array of shape (n_rows, n_classes)
    """
    predicted, top = p.argmax(axis=1), p.max(axis=1)
    known, found = np.unique(predicted), []
    for c in known:
        rows = np.flatnonzero(predicted == c)
        surest = rows[np.argsort(-top[rows], kind="stable")][: -(-len(rows) // 2)]
        others = y[surest][y[surest] != c]
        share = len(others) / len(surest)
        # each class is tested: the interval holds for all of them
        low = lower_end(share, len(surest), tests=len(known))
        if low >= _MIXED and share >= _LEVEL * (y[rows] != c).mean():
            found.append(Mixup(int(c), int(np.bincount(others).argmax()), share))
    return max(found, key=lambda mixup: mixup.share, default=None)


def share_of_errors(context: TableContext) -> float:
    """The best baseline's errors by those of the commonest class; infinite if none."""
    dataset = context.dataset
    if not dataset.classes or dataset.y.ndim == 2 or context.predicted is None:
        return np.inf
    rows, p = context.predicted
    y = dataset.y[rows]
    common = np.bincount(y).max() / len(y)
    return float((p.argmax(axis=1) != y).mean() / max(1 - common, 1e-12))


def lower_end(share: float, count: int, *, tests: int = 1) -> float:
    """Lower end of a share's 95 % interval (Wilson, JASA 22:209-212, 1927).

    Of so many shares all intervals hold at once (Bonferroni).
    """
    from scipy.stats import norm

    z = float(norm.ppf(1 - 0.025 / tests))
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return float((middle - reach) / (1 + z**2 / count))


def confident_joint(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Counts of rows by given label and by the label that they confidently have.

    Northcutt, Jiang, Chuang, Confident learning (JAIR 70, 2021), equation 1: a row has
    a class confidently where its probability is not below the mean probability of
    that class among the rows with that label; of several such classes the likeliest.

    Parameters
    ----------
    y : int array of shape (n_rows,)
    p : array of shape (n_rows, n_classes)
        Probabilities by a model that did not see the row.

    Returns
    -------
    int array of shape (n_classes, n_classes)
        A class without rows has noughts.
    """
    joint = np.zeros((p.shape[1], p.shape[1]), dtype=int)
    likely = _confident(y, p)
    known = likely >= 0
    np.add.at(joint, (y[known], likely[known]), 1)
    return joint


def _confident(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The class that each row confidently has; -1 where it has none."""
    counts = np.bincount(y, minlength=p.shape[1])
    sums = np.bincount(y, weights=p[np.arange(len(y)), y], minlength=p.shape[1])
    limits = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
    able = np.where(p >= limits, p, -1.0)
    return np.where(able.max(axis=1) >= 0, able.argmax(axis=1), -1)


def find_doubts(y: np.ndarray, p: np.ndarray) -> NoisyLabels:
    """Labels off the diagonal of the confident joint, by their normalised margin.

    Parameters
    ----------
    y : int array of shape (n_rows,)
    p : array of shape (n_rows, n_classes)
    """
    p = safe_probabilities(p)
    joint = confident_joint(y, p)
    counts = np.bincount(y, minlength=p.shape[1])
    # each label's row of the joint is scaled to the rows that have it (equation 3)
    known = np.maximum(joint.sum(axis=1), 1)
    right = np.where(joint.sum(axis=1) > 0, joint.diagonal() / known, 1.0)
    share = float(1 - (right * counts).sum() / len(y))
    own = p[np.arange(len(y)), y]
    others = p.copy()
    others[np.arange(len(y)), y] = -1
    margin = own - others.max(axis=1)
    likely = _confident(y, p)
    doubted = np.flatnonzero((likely >= 0) & (likely != y) & (margin < 0))
    surest = np.argsort(-p.max(axis=1), kind="stable")[: -(-len(y) // 2)]
    return NoisyLabels(
        doubted[np.argsort(margin[doubted], kind="stable")],
        share,
        float((p.argmax(axis=1) != y)[surest].mean()),
        len(surest),
    )
