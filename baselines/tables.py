"""From outcomes to the table: scores with intervals, and comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..data import Dataset
from ..data.split import Fold
from .catalog import for_dataset
from .comparison import Estimate, holm, over_folds, over_rows
from .harness import Outcome
from .results import Comparison, Row, Score
from .scoring import reference, scaled_losses, score, score_characters

RANGES = {
    "skill": (-np.inf, 1.0),
    "r2": (-np.inf, 1.0),
    "accuracy": (0.0, 1.0),
    "balanced_accuracy": (0.0, 1.0),
    "roc_auc": (0.0, 1.0),
    "mcc": (-1.0, 1.0),
    "exact_match": (0.0, 1.0),
    "f1_macro": (0.0, 1.0),
    "smape": (0.0, 200.0),
    "mase": (0.0, np.inf),
}
"""Where a metric ends, its interval ends too."""
MOST_CLASSES = 200
"""With more there is no table of confusions."""
BLOCK = 100
"""Neighbouring characters are not independent: intervals are over means of so many."""


@dataclass(frozen=True)
class Board:
    """All outcomes on one dataset, with the folds they were got on."""

    dataset: Dataset
    folds: tuple[Fold, ...]
    outcomes: Mapping[str, Sequence[Outcome]]

    @property
    def held_out(self) -> bool:
        """Whether there is one split only, so that intervals are over rows."""
        return len(self.folds) == 1

    @property
    def test_over_train(self) -> float:
        """Of a fold; their mean where the training rows of a series grow."""
        return float(np.mean([len(f.test) / len(f.train) for f in self.folds]))

    @property
    def asked(self) -> dict[str, int]:
        """What the scoring must know of the task."""
        data = self.dataset
        return {"classes": len(data.classes), "season": data.season}

    def failure(self, name: str) -> str | None:
        """Why a candidate has no scores; equal reasons are counted."""
        errors = Counter(o.error for o in self.outcomes[name] if o.error)
        if not errors:
            return None
        total = len(self.folds)
        return "; ".join(f"{e} (in {n} of {total} folds)" for e, n in errors.items())


def make_board(
    dataset: Dataset, folds: Sequence[Fold], outcomes: Sequence[Outcome]
) -> Board:
    """Outcomes grouped by candidate, each in the order of the folds."""
    names = dict.fromkeys(o.candidate for o in outcomes)
    grouped = {
        name: sorted((o for o in outcomes if o.candidate == name), key=lambda o: o.fold)
        for name in names
    }
    return Board(dataset, tuple(folds), grouped)


def make_rows(board: Board) -> tuple[Row, ...]:
    """The table, one row for each candidate."""
    return tuple(_row(board, name) for name in board.outcomes)


def _row(board: Board, name: str) -> Row:
    about = {b.name: b.about for b in for_dataset(board.dataset)}
    kind = "baseline" if name in about else "network"
    error = board.failure(name)
    if error:
        return Row(name, kind, about.get(name, ""), {}, None, None, (), error)
    outcomes = board.outcomes[name]
    folds = [_fold_scores(board, o) for o in outcomes]
    if board.dataset.series:
        folds = _pooled_skill(board, folds)
    scores = {
        metric: _score(board, name, metric, [f[metric] for f in folds])
        for metric in folds[0]
    }
    return Row(
        name,
        kind,
        about.get(name, ""),
        scores,
        float(np.mean([o.fit_seconds for o in outcomes])),
        float(np.mean([o.predict_seconds for o in outcomes])),
        _confusion(board, outcomes),
    )


def _fold_scores(board: Board, outcome: Outcome) -> dict[str, float]:
    fold, y = board.folds[outcome.fold], board.dataset.y
    assert outcome.predictions is not None
    truth, past = y[fold.test], y[fold.train]
    if board.dataset.task != "characters":
        return score(truth, outcome.predictions, past, **board.asked)
    own, bare = _losses(board, outcome.candidate)
    skill = {"skill": float(1 - own.mean() / bare.mean())}
    return skill | score_characters(truth, outcome.predictions)


def _pooled_skill(
    board: Board, folds: Sequence[dict[str, float]]
) -> list[dict[str, float]]:
    """Fold scores whose mean skill is ``1 - mean MASE / mean MASE of seasonal naive``.

    A fold on which the naive forecast happens to be nearly right would outweigh all
    others if each fold had a ratio of its own.
    """
    y, naive = board.dataset.y, []
    for fold in board.folds:
        past = y[fold.train]
        said = reference(past, len(fold.test), **board.asked)
        naive.append(score(y[fold.test], said, past, **board.asked))
    # a series that has not moved yet gives no scale
    scaled = all(np.isfinite(found["mase"]) for found in naive)
    unit = "mase" if scaled else "mae"
    whole = float(np.mean([bare[unit] for bare in naive])) or float("nan")
    return [
        found | {"skill": (bare[unit] - found[unit]) / whole}
        for found, bare in zip(folds, naive, strict=True)
    ]


def _score(board: Board, name: str, metric: str, values: list[float]) -> Score:
    finite = [v for v in values if np.isfinite(v)]
    mean = float(np.mean(finite)) if finite else float("nan")
    estimate = _estimate(board, name, metric, values)
    if estimate is None:
        return Score(mean, None, None, tuple(values))
    least, most = RANGES.get(metric, (-np.inf, np.inf))
    low, high = estimate.interval()
    return Score(mean, max(low, least), min(high, most), tuple(values))


def _estimate(
    board: Board, name: str, metric: str, values: list[float]
) -> Estimate | None:
    """The interval's source: the folds, or on one held-out set the rows."""
    if not board.held_out:
        return over_folds(values, test_over_train=board.test_over_train)
    losses, bare = _losses(board, name)
    if metric == "skill":
        ratio = over_rows(losses, bare)
        return Estimate(1 - ratio.mean, ratio.error, ratio.freedom)
    if metric == "log_loss":
        return over_rows(losses, np.ones_like(losses))
    if metric == "bits_per_character":
        return over_rows(losses / np.log(2), np.ones_like(losses))
    if metric == "accuracy" and board.dataset.y.ndim == 1:
        outcome = board.outcomes[name][0]
        assert outcome.predictions is not None
        truth = board.dataset.y[board.folds[0].test]
        right = _blocks(board, outcome.predictions.argmax(axis=1) == truth)
        return over_rows(right, np.ones(len(right)))
    return None


def skill_estimate(board: Board, row: Row) -> Estimate:
    """A candidate's skill with its error; nothing is known of it from one fold."""
    found = _estimate(board, row.name, "skill", list(row.scores["skill"].folds))
    return found or Estimate(row.scores["skill"].mean, float("inf"), 1)


def _losses(board: Board, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Losses of the test rows, and the reference's, on one held-out set."""
    fold, y = board.folds[0], board.dataset.y
    predictions = board.outcomes[name][0].predictions
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


def _confusion(
    board: Board, outcomes: Sequence[Outcome]
) -> tuple[tuple[int, ...], ...]:
    """Rows by true class and predicted class, summed over all folds."""
    n = len(board.dataset.classes)
    if board.dataset.y.ndim == 2 or n > MOST_CLASSES:
        return ()
    counts = np.zeros((n, n), dtype=int)
    for outcome in outcomes if n else ():
        assert outcome.predictions is not None
        truth = board.dataset.y[board.folds[outcome.fold].test]
        np.add.at(counts, (truth, outcome.predictions.argmax(axis=1)), 1)
    return tuple(tuple(int(v) for v in row) for row in counts)


def difference(board: Board, rows: Mapping[str, Row], a: str, b: str) -> Estimate:
    """The skill of a minus that of b, over the same folds or rows."""
    if board.held_out:
        own, bare = _losses(board, a)
        other, _ = _losses(board, b)
        return over_rows(other - own, bare)
    pairs = zip(
        rows[a].scores["skill"].folds, rows[b].scores["skill"].folds, strict=True
    )
    found = over_folds([x - y for x, y in pairs], test_over_train=board.test_over_train)
    return found or Estimate(float("nan"), float("inf"), 1)


def make_comparisons(board: Board, rows: Sequence[Row]) -> tuple[Comparison, ...]:
    """Every network against every baseline that uses the features; Holm over these."""
    table = {row.name: row for row in rows if not row.error}
    baselines = [r.name for r in table.values() if r.kind == "baseline" and learns(r)]
    found = []
    for network in (r.name for r in table.values() if r.kind == "network"):
        estimates = [difference(board, table, network, b) for b in baselines]
        p_values = [e.p_value() for e in estimates]
        for baseline, e, p, corrected in zip(
            baselines, estimates, p_values, holm(p_values), strict=True
        ):
            ends = e.interval()
            found.append(
                Comparison(network, baseline, e.mean, *ends, p=p, p_holm=corrected)
            )
    return tuple(found)


THUMBS = ("majority", "prior", "mean", "commonest")
"""Baselines that ignore what there is to learn."""


def learns(row: Row) -> bool:
    """Whether a baseline looks at the features at all."""
    return row.name not in THUMBS
