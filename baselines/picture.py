"""What candidates said of the test rows, small enough for a page; no scikit-learn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tradeoff:
    """Points of a curve, from left to right, and an area.

    Of a ROC curve ``across`` is the false positive rate, ``up`` the true positive rate,
    ``area`` the area below the curve. Of a precision-recall curve they are recall,
    precision and the average precision. The area is that of all points, also of those
    that were left out.
    """

    across: tuple[float, ...]
    up: tuple[float, ...]
    area: float


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
    """What one candidate said of the test rows.

    Of classes: ``roc``, ``recall`` (precision over it), ``bins``, ``error`` (expected
    calibration error), ``said`` and ``held`` (answers by their probability, and those
    of them that hold), ``named`` (rows for which it names each class). Of numbers:
    ``said`` (predictions by size), ``drawn`` (those of the rows that are drawn) and
    ``residuals`` (actual minus predicted, by size).
    """

    candidate: str
    roc: Tradeoff | None = None
    recall: Tradeoff | None = None
    bins: tuple[Bin, ...] = ()
    error: float | None = None
    said: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    named: tuple[int, ...] = ()
    drawn: tuple[float, ...] = ()
    residuals: tuple[int, ...] = ()


@dataclass(frozen=True)
class Pictures:
    """What some candidates said of the same rows, each counted once.

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
