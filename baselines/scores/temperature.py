"""Temperature scaling: probabilities refined by one number.

A candidate whose probabilities are all too sure, or all too modest, tells the classes
apart as well as one whose probabilities are right: one number mends it (Guo, Pleiss,
Sun, Weinberger, ICML 2017). Log odds are divided by it, so that above 1 it makes
probabilities more modest. It is chosen on other rows than those it is applied to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .metrics import safe_probabilities

_POWERS = np.arange(-20, 21) / 4
SHARPNESS = 2.0**_POWERS
"""Factors of the log odds that are tried, from 1/32 to 32. Between them the loss is
taken for a parabola: with steps alone, folds would differ by a step for no reason."""
_CHANGE = 1e-9
"""Loss a power of two by which, of equal losses, that near a factor of 1 is least."""
UNSEEN = 0.5
"""Rows, of average certainty, that are supposed to be wrong: without them, where all
rows are right no probability is too sure (half a row: Krichevsky, Trofimov 1981)."""
TURNS = 5
"""Parts of one held-out set, each refined by the others."""


def refine(
    predictions: Sequence[np.ndarray], truths: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Refine the probabilities of each part by the temperature of the other parts.

    Parameters
    ----------
    predictions : sequence of arrays of shape (n_rows, n_classes)
        Probabilities for two parts or more, such as the test rows of folds; where
        labels do not exclude each other, those that each label holds.
    truths : sequence of int arrays of shape (n_rows,) or (n_rows, n_labels)
        Class codes, or for each label 0 or 1, whose temperatures are separate.
    """
    odds = [_log_odds(p, y) for p, y in zip(predictions, truths, strict=True)]
    costs = [_costs(z, y) for z, y in zip(odds, truths, strict=True)]
    whole = np.sum(costs, axis=0)
    return [
        _sharpened(z, y, _best(whole - own))
        for z, y, own in zip(odds, truths, costs, strict=True)
    ]


def temperature(
    predictions: Sequence[np.ndarray], truths: Sequence[np.ndarray]
) -> float:
    """Return the temperature that suits all parts: above 1 of a candidate too sure.

    Parameters
    ----------
    predictions, truths : sequences of arrays
        As of `refine`; of several labels the geometric mean is returned.
    """
    pairs = zip(predictions, truths, strict=True)
    whole = np.sum([_costs(_log_odds(p, y), y) for p, y in pairs], axis=0)
    return float(1 / np.exp(np.log(_best(whole)).mean()))


def split_in_turns(rows: int) -> list[np.ndarray]:
    """Cut one held-out set into `TURNS` by turns, so that order does not matter."""
    return [np.arange(first, rows, TURNS) for first in range(min(TURNS, rows))]


def _log_odds(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Logarithms of the probabilities against the likeliest class; of labels logits."""
    if y.ndim == 2:
        p = safe_probabilities(np.stack([1 - p, p], axis=-1).reshape(-1, 2))
        return np.log(p[:, 1] / p[:, 0]).reshape(y.shape)
    z = np.log(safe_probabilities(p))
    return z - z.max(axis=1, keepdims=True)


def _costs(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Losses of a part at each sharpness, of shape (n_sharpness,) or with labels."""
    if y.ndim == 2:
        towards = np.where(y == 1, z, -z)
        wrong = -np.abs(z)
        losses = [
            np.logaddexp(0, -b * towards).sum(axis=0)
            + UNSEEN * np.logaddexp(0, -b * wrong).mean(axis=0)
            for b in SHARPNESS
        ]
        return np.array(losses)
    truth = z[np.arange(len(y)), y]
    # the likeliest class has 0; the second is what a wrong row would be
    second = np.partition(z, -2, axis=1)[:, -2]
    found = []
    for b in SHARPNESS:
        whole = np.log(np.exp(b * z).sum(axis=1))
        wrong = UNSEEN * (whole - b * second).mean()
        found.append((whole - b * truth).sum() + wrong)
    return np.array(found)


def _best(costs: np.ndarray) -> np.ndarray:
    """The factor with the least loss, for all rows or for each label."""
    columns = costs.reshape(len(SHARPNESS), -1)
    columns = columns + _CHANGE * np.abs(_POWERS)[:, None]
    least = columns.argmin(axis=0).clip(1, len(SHARPNESS) - 2)
    left, mid, right = (columns[least + step, range(len(least))] for step in (-1, 0, 1))
    bend = left - 2 * mid + right
    shift = np.divide(left - right, 2 * bend, out=np.zeros_like(mid), where=bend > 0)
    step = _POWERS[1] - _POWERS[0]
    return 2.0 ** (_POWERS[least] + step * shift.clip(-1, 1)).reshape(costs.shape[1:])


def _sharpened(z: np.ndarray, y: np.ndarray, sharpness: np.ndarray) -> np.ndarray:
    if y.ndim == 2:
        return 1 / (1 + np.exp(-sharpness * z))
    p = np.exp(sharpness * z)
    return p / p.sum(axis=1, keepdims=True)
