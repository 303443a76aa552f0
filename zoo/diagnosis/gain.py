"""What one way of training gains over another, and whether it is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SURE = 3.0
"""Standard errors that a difference must have: many repairs are tried, and one that
helps by chance would be named as a cause."""

APART = 0.25
"""Share of the gain that lies between the worst split of the one way and the best of
the other, from which they are apart."""

SLACK = 0.05
"""A loss on one split that is none."""


@dataclass(frozen=True)
class Difference:
    """What one way of training gains over another, on the same rows.

    Parameters
    ----------
    gain : float
    error : float
        Its standard error: that of the rows or that of the splits, whichever is larger.
    apart : float
        The worst split of the better way less the best split of the other.
    row_error : float
        The standard error of the rows alone.
    least : float
        The gain of the split that gains least.
    """

    gain: float
    error: float
    apart: float = 0.0
    row_error: float = 0.0
    least: float = 0.0

    @property
    def is_sure(self) -> bool:
        """Whether it is more than chance.

        A network that learns nothing may end anywhere, so that the spread over splits
        can be large though every split of the one way is better than all of the other.
        """
        separate = self.apart > APART * self.gain > SURE * APART * self.row_error
        return self.gain > SURE * self.error or separate

    @property
    def is_likely(self) -> bool:
        """Whether rows leave no doubt, and no split speaks against it.

        Enough for one of several repairs that are surely better together: some rows
        that it is for may have been kept back in one of the splits.
        """
        return self.gain > SURE * self.row_error and self.least >= -SLACK


def gap(
    better: Sequence[np.ndarray], worse: Sequence[np.ndarray], *, whole: bool = False
) -> Difference:
    """What one way gains over another, from the marks of the same rows split by split.

    Parameters
    ----------
    better, worse : sequence of array
        Marks (`learnable.zoo.diagnosis.credit.credits`), one array a split.
    whole : bool
        Whether the rows are all there are, and no sample: only seeds are chance then.
    """
    gains = [one - other for one, other in zip(better, worse, strict=True)]
    rows, means = np.concatenate(gains), np.array([gain.mean() for gain in gains])
    row_error = error = 0.0 if whole else float(rows.std() / np.sqrt(len(rows)))
    if len(gains) > 1:
        error = max(error, float(means.std(ddof=1) / np.sqrt(len(gains))))
    apart = min(m.mean() for m in better) - max(m.mean() for m in worse)
    least = float(means.min())
    return Difference(float(means.mean()), error, float(apart), row_error, least)
