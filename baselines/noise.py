"""What folds and seeds do to the scores of a candidate."""

from collections.abc import Sequence

import numpy as np

from .comparison import Components, components
from .doubt import Noise
from .evidence import main_metric
from .results import Row
from .tables import Board, seed_scores


def make_noise(board: Board, rows: Sequence[Row]) -> tuple[Noise, ...]:
    """What folds and seeds do to each candidate; empty if none ran with several seeds.

    One that ran once on each fold beside others with several seeds is one that seeds
    do not change.
    """
    if not board.more:
        return ()
    return tuple(_noise(board, row) for row in rows if not row.error)


def _noise(board: Board, row: Row) -> Noise:
    label, key = main_metric(row)
    scores = seed_scores(board, row.name)
    values = np.array([[found[key] for found in of_seed] for of_seed in scores]).T
    # a metric may not be defined on a fold
    values = values[np.isfinite(values).all(axis=1)]
    found = components(values)
    folds, seeds = values.shape
    return Noise(
        row.name,
        key,
        found.between,
        found.within,
        folds,
        seeds,
        f"{row.name}: {_told(found, folds, seeds)} ({label}).",
    )


def _told(found: Components, folds: int, seeds: int) -> str:
    """``folds vary by 0.012, seeds by 0.004``, with what else is to be known."""
    own = f"seeds by {_size(found.within)}"
    if seeds < 2:
        own = "seeds change nothing"
    if folds < 2:
        return own if seeds < 2 else f"seeds vary by {_size(found.within)}"
    beside = ""
    if found.negative:
        beside = " (no more than the seeds' noise: their own share is set to 0)"
    return f"folds vary by {_size(found.between)}{beside}, {own}"


def _size(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 or value == 0 else f"{value:.1g}"


def seed_limit(noise: Noise, trainings: int) -> float:
    """How far two means may lie apart if only seeds differ, with 95 % confidence.

    Parameters
    ----------
    noise : Noise
        From two seeds or more; its deviation has ``n_folds * (n_seeds - 1)`` degrees of
        freedom, by which Student's t widens the limit.
    trainings : int
        That each of the two means is over.
    """
    from scipy.stats import t

    freedom = noise.n_folds * (noise.n_seeds - 1)
    factor = float(t.ppf(0.975, freedom)) if freedom > 0 else float("inf")
    return factor * noise.seeds * (2 / trainings) ** 0.5 if noise.seeds > 0 else 0.0
