"""Targets that no feature tells anything of, and targets that stand some rows off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...data import Dataset
from ...data.dataset import take
from ..ridge import SolvedFold, all_gains
from ..signal import MAX_CELLS, STILL, _prepare, _solve
from .case import Case, Found, found

REACH = 20
"""Rows up and down that targets are moved by."""
FAR = 150
"""Moves by more rows, which show what chance and likeness of neighbours give."""
BLOCKS = 99
"""Times that as many permutations as moves are tried: p is .01 at best."""
MAX_ROWS = 1_000
LEAST_ROWS = 150
"""With fewer there are not 100 moves beyond reach."""
WELL = 0.8
"""Skill from which targets can hardly be elsewhere."""
GAIN = 0.05
"""Share of the variance that moved targets must let be explained, and more than the
targets do where they stand; and twice as much."""
SURE = 0.01


def labels_random(case: Case) -> Found | None:
    """Nothing tells of the target, where an effect of stated size would be seen."""
    learned = case.learned
    if learned is None or learned.verdict.name != "no-signal":
        return None
    p, least = learned.signal.p, learned.signal.detectable
    assert least is not None
    return found(
        "D305",
        "warning",
        f"As far as these features tell, the targets might have been drawn at random: "
        f"p = {p:.3g}, and a linear relation that explains {least:.1%} of the variance "
        "would have been found with 80 % power.",
        "See whether each target still stands beside its own features: a join, a sort "
        "or a shuffle of one of the two parts them. If all is right, other features "
        "are needed.",
        p=p,
        detectable=least,
    )


def labels_misaligned(case: Case) -> Found | None:
    """Targets that fit the features once they are moved by some rows."""
    if case.learned is None or case.best is None:
        return None
    if case.best.scores["skill"].mean >= WELL:
        return None
    for where, part in _parts(case.learned.whole):
        move = _best_move(part)
        if move is not None:
            return _misaligned(where, *move)
    return None


def _misaligned(
    where: str, move: int, here: float, there: float, p: float
) -> Found | None:
    rows = f"{abs(move)} row{'s' * (abs(move) > 1)}"
    way, back = ("above", "down") if move > 0 else ("below", "up")
    return found(
        "D306",
        "warning",
        f"Features and targets fit best where each row{where} is given the target that "
        f"stands {rows} {way} it: {there:.1%} of the variance is explained then, and "
        f"{max(here, 0):.1%} as they stand (p = {p:.2g}, the choice among "
        f"{2 * REACH + 1} moves paid for).",
        "Look for a row that was lost or put in when features and targets were joined, "
        f"and move the targets {rows} {back}. If rows follow each other in time, it "
        "may be a delay: then let the features be those of earlier rows.",
        shift=move,
        explained=there,
        explained_unmoved=here,
        p=p,
    )


def _parts(dataset: Dataset) -> Iterator[tuple[str, Dataset]]:
    """The middle rows of a table, as they lie; then those of its last half.

    A row that was lost in the first half moves all targets of the last.
    """
    count = len(dataset) - dataset.n_test
    width = len(dataset.classes) or int(np.prod(dataset.y.shape[1:]))
    most = max(LEAST_ROWS, min(MAX_ROWS, 4 * MAX_CELLS // (width * FAR)))
    for where, first in (("", 0), (" of the last half", count // 2)):
        start = first + max(0, (count - first - most) // 2)
        rows = np.arange(start, min(start + most, count))
        if len(rows) >= LEAST_ROWS and not _still(dataset.y[rows]):
            x = take(dataset.x, rows)
            yield where, replace(dataset, x=x, y=dataset.y[rows], groups=None, n_test=0)


def _still(y: np.ndarray) -> bool:
    """Whether the targets hardly ever change: then all moves are alike."""
    changes = (y[1:] != y[:-1]).reshape(len(y) - 1, -1).any(axis=1)
    return bool(changes.mean() < 1 / (2 * REACH))


def _best_move(dataset: Dataset) -> tuple[int, float, float, float] | None:
    """The move, what is explained without it and with it, and p; None if none helps."""
    problem = _prepare(dataset, 0)
    solved = _solve(problem)
    n, rng = len(problem.x), np.random.default_rng(5)
    near = [0, *(k for s in range(1, REACH + 1) for k in (s, -s))]
    beyond = np.arange(2 * REACH, n - 2 * REACH)
    far = rng.choice(beyond, min(FAR, len(beyond)), replace=False)
    gains = _moved(solved, problem.views, np.array([*near, *far]))
    apart = gains[:, len(near) :]
    centre, spread = apart.mean(axis=1), apart.std(axis=1)
    spread = np.where(spread > STILL, spread, np.inf)
    scores = (gains - centre[:, None]) / spread[:, None]
    best = int(scores[:, : len(near)].max(axis=0).argmax())
    view = int(scores[:, best].argmax())
    here, there = float(gains[:, 0].max()), float(gains[view, best])
    strength = float(scores[view, best])
    if (
        there - max(here, 0) < max(GAIN, here)
        or strength <= scores[:, len(near) :].max()
    ):
        return None
    p = _chance(solved, problem.views, len(near), rng, gains[view, best])
    return (near[best], here, there, p) if p <= SURE else None


def _moved(
    solved: dict[str, list[SolvedFold]],
    views: tuple[np.ndarray, ...],
    moves: np.ndarray,
) -> np.ndarray:
    """Gains of every map, penalty and view, for targets rolled by so many rows."""
    targets = [np.stack([np.roll(v, k, axis=0) for k in moves], axis=1) for v in views]
    return all_gains(solved, targets)[1]


def _chance(
    solved: dict[str, list[SolvedFold]],
    views: tuple[np.ndarray, ...],
    moves: int,
    rng: np.random.Generator,
    reached: float,
) -> float:
    """How often the best of as many permutations, by any map, gains as much."""
    n, times = len(views[0]), 1
    for _ in range(BLOCKS):
        orders = [rng.permutation(n) for _ in range(moves)]
        targets = [np.stack([view[o] for o in orders], axis=1) for view in views]
        times += int(all_gains(solved, targets)[1].max() >= reached)
    return times / (BLOCKS + 1)
