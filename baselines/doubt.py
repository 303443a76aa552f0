"""What is said beside a score, so that it can be doubted: its noise, and whose rows.

A part of the results on disk, as plain data.
"""

from dataclasses import dataclass


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
    """What folds and seeds do to one metric of a candidate.

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
