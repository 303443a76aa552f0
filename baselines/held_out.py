"""One held-out set: what its rows say of a candidate, or of two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .comparison import Estimate, holm, mcnemar, over_rows, with_seeds
from .doubt import McNemar
from .harness import Outcome
from .scoring import reference, scaled_losses

if TYPE_CHECKING:
    from .tables import Board

BLOCK = 100
"""Neighbouring characters are not independent: intervals are over means of so many."""


def over_trainings(
    owns: Sequence[np.ndarray],
    bare: np.ndarray,
    others: Sequence[np.ndarray] = (),
) -> Estimate:
    """The mean over a candidate's seeds, or its difference to another's, by rows."""
    mean = np.mean(owns, axis=0) - (np.mean(others, axis=0) if others else 0)
    seeds = [[float(v.mean() / bare.mean()) for v in vs] for vs in (owns, others)]
    return with_seeds(over_rows(mean, bare), *seeds)


def by_rows(
    board: Board, outcome: Outcome, metric: str
) -> tuple[np.ndarray, np.ndarray] | None:
    """What the rows of the held-out set give to a metric, and what it is divided by."""
    if metric == "skill":
        return losses(board, outcome)
    if metric in ("log_loss", "bits_per_character"):
        own, _ = losses(board, outcome)
        own = own / np.log(2) if metric == "bits_per_character" else own
        return own, np.ones_like(own)
    if metric == "accuracy" and board.dataset.y.ndim == 1:
        right = _blocks(board, is_right(board, outcome))
        return right, np.ones(len(right))
    return None


def is_right(board: Board, outcome: Outcome) -> np.ndarray:
    """Whether the likeliest class is the true one, for each test row."""
    assert outcome.predictions is not None
    truth = board.dataset.y[board.folds[outcome.fold].test]
    return outcome.predictions.argmax(axis=1) == truth


def losses(board: Board, outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """Losses of the test rows of a fold, and the reference's."""
    fold, y = board.folds[outcome.fold], board.dataset.y
    predictions = outcome.predictions
    assert predictions is not None
    truth, past = y[fold.test], y[fold.train]
    bare = reference(past, len(fold.test), **board.asked)
    own, naive = (
        scaled_losses(truth, p, past, **board.asked) for p in (predictions, bare)
    )
    return _blocks(board, own), _blocks(board, naive)


def _blocks(board: Board, values: np.ndarray) -> np.ndarray:
    """One value a row; of a text one for each block of characters."""
    if board.dataset.task != "characters":
        return values.astype("float64")
    starts = np.arange(0, len(values), BLOCK)
    return np.add.reduceat(values, starts) / np.diff(np.append(starts, len(values)))


def make_mcnemars(
    board: Board, pairs: Sequence[tuple[str, str]]
) -> list[McNemar | None]:
    """McNemar's test of each pair of candidates; Holm over all of them.

    None where it does not apply: several folds share rows, rows of a group or
    neighbouring characters are not independent, numbers and labels are not right or
    wrong. The first seed of each candidate speaks.
    """
    data = board.dataset
    able = board.held_out and data.classes and data.y.ndim == 1
    if not able or data.task == "characters" or data.groups is not None:
        return [None] * len(pairs)
    rights = {
        name: is_right(board, board.outcomes[name][0])
        for name in {name for pair in pairs for name in pair}
    }
    counts = [
        (int((rights[a] & ~rights[b]).sum()), int((rights[b] & ~rights[a]).sum()))
        for a, b in pairs
    ]
    p_values = [mcnemar(*both) for both in counts]
    return [
        McNemar(*both, p, p_holm)
        for both, p, p_holm in zip(counts, p_values, holm(p_values), strict=True)
    ]
