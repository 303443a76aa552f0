"""Categories that have other codes in evaluated rows than in training rows.

So it is where each part got codes by itself, as with ``pandas.factorize`` or a second
``LabelEncoder``: the same numbers, as often as the others, for other categories.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backend import keras
from .data_faults import cause

if TYPE_CHECKING:
    from ...baselines.results.diagnosis import Cause

_MOST_CODES = 100
"""Values of a column, of more it may be a measurement."""
_MOST_COLUMNS = 200
_APART = 0.1
"""Share of the rows by which the codes of two parts differ; random parts of 1,000 rows
with 10 codes each differ by .04."""
_ALIKE = 0.5
"""Of this share, what may be left when codes of equal rank stand for each other."""
_SURE = 4.0
"""Standard errors that the score must gain."""
_ENOUGH = 0.5
"""Share of the missing score that it must gain."""
_SHOWN = 4


def find_other_codes(
    x: Any,
    like: Any,
    score: Callable[[Any], np.ndarray | None],
    *,
    held: float,
) -> Cause | None:
    """Find categories whose codes are others, and that are answered with those meant.

    Parameters
    ----------
    x, like : array, list or dict of arrays
        Evaluated rows and training rows.
    score : callable
        Gives a score for each evaluated row; None where no right answers are known.
    held : float
        The score on training rows that were held out.
    """
    matched, names = match_codes(x, like)
    here, there = (score(x), score(matched)) if names else (None, None)
    if here is None or there is None:
        return None
    gain, missing = there - here, held - float(here.mean())
    error = float(gain.std()) / len(gain) ** 0.5
    if not missing > 0 or gain.mean() <= max(_SURE * error, _ENOUGH * missing):
        return None
    several = f"{', '.join(names[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''}"
    return cause(
        "P708",
        f"The network has a score of {held:.2f} on held-out training rows, but "
        f"{here.mean():.2f} on evaluated rows, where categories have other codes "
        f"({several}). With the codes matched by their frequency, the score there is "
        f"{there.mean():.2f}.",
        "Encode the categories of training and test rows with one encoder, fitted on "
        "the training rows.",
    )


def match_codes(x: Any, like: Any) -> tuple[Any, tuple[str, ...]]:
    """Give categories the codes that are as frequent in other rows.

    Parameters
    ----------
    x, like : array, list or dict of arrays
        Rows to change, and rows with the codes that are meant.

    Returns
    -------
    object, tuple of str
        As ``x``, and which columns differ; none where codes are as frequent as they
        are in the other rows, or no column has codes.
    """
    parts, others = keras.tree.flatten(x), keras.tree.flatten(like)
    if [np.shape(part)[1:] for part in parts] != [np.shape(p)[1:] for p in others]:
        return x, ()
    titles = [f"input {i}" for i in range(len(parts))]
    if isinstance(x, dict) and len(x) == len(parts):
        titles = sorted(x)
    made, names = [], []
    for title, part, other in zip(titles, parts, others, strict=True):
        changed = _match_part(np.asarray(part), np.asarray(other))
        alone = np.size(part) == len(part)
        is_table = len(parts) == 1 and not isinstance(x, dict)
        for column in changed:
            place = f"column {column}" if is_table else f"{title}, column {column}"
            names.append(title if alone and not is_table else place)
        made.append(_with_columns(np.asarray(part), changed))
    return keras.tree.pack_sequence_as(x, made), tuple(names)


def _with_columns(part: np.ndarray, changed: dict[int, np.ndarray]) -> np.ndarray:
    found = part.copy()
    wide = found.reshape(len(part), -1)
    for column, values in changed.items():
        wide[:, column] = values
    return wide.reshape(part.shape)


def _match_part(part: np.ndarray, other: np.ndarray) -> dict[int, np.ndarray]:
    """Return the columns whose codes differ, as they are with the other codes."""
    if part.dtype.kind not in "iuf" or not part.size:
        return {}
    wide, like = (one.reshape(len(one), -1) for one in (part, other))
    if wide.shape[1] > _MOST_COLUMNS:
        return {}
    found = ((i, _match_column(wide[:, i], like[:, i])) for i in range(wide.shape[1]))
    return {i: values for i, values in found if values is not None}


def _match_column(values: np.ndarray, like: np.ndarray) -> np.ndarray | None:
    """Return values by the rank of their frequency; None where they are alike."""
    own, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    theirs, others = np.unique(like, return_counts=True)
    if not 2 <= len(own) <= len(theirs) <= _MOST_CODES:
        return None
    if not (np.isfinite(theirs).all() and np.array_equal(theirs, np.round(theirs))):
        return None
    shares, like_shares = counts / counts.sum(), others / others.sum()
    known = dict(zip(theirs.tolist(), like_shares.tolist(), strict=True))
    before = _distance(shares, np.array([known.get(v, 0.0) for v in own.tolist()]))
    ranks, like_ranks = np.argsort(-shares), np.argsort(-like_shares)[: len(own)]
    after = _distance(shares[ranks], like_shares[like_ranks])
    if before < _APART or after > _ALIKE * before:
        return None
    codes = np.empty(len(own), values.dtype)
    codes[ranks] = theirs[like_ranks]
    return codes[places]


def _distance(shares: np.ndarray, others: np.ndarray) -> float:
    """Share of rows that would need another code."""
    missing = 1 - float(others.sum())
    return float(np.abs(shares - others).sum() + missing) / 2
