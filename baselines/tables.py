"""From outcomes to the table: scores with intervals, and comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..data import Dataset
from ..data.split import Fold
from .catalog import for_dataset
from .comparison import Estimate, holm, over_folds
from .harness import Outcome
from .held_out import by_rows, losses, make_mcnemars, over_trainings
from .results import Comparison, Row, Score
from .scoring import reference, score, score_characters

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


@dataclass(frozen=True)
class Board:
    """All outcomes on one dataset, with the folds they were got on.

    ``outcomes`` holds those of each candidate's own seed, one a fold; ``more`` those of
    further seeds, of the candidates that have some.
    """

    dataset: Dataset
    folds: tuple[Fold, ...]
    outcomes: Mapping[str, Sequence[Outcome]]
    more: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)

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
        trainings = self.trainings(name)
        errors = Counter(o.error for o in trainings if o.error)
        if not errors:
            return None
        of = f"{len(self.folds)} folds"
        if name in self.more:
            of = f"{len(trainings)} trainings"
        return "; ".join(f"{e} (in {n} of {of})" for e, n in errors.items())

    def trainings(self, name: str) -> list[Outcome]:
        """A candidate's outcomes by seed, then by fold."""
        return [*self.outcomes[name], *self.more.get(name, ())]


def make_board(
    dataset: Dataset, folds: Sequence[Fold], outcomes: Sequence[Outcome]
) -> Board:
    """Outcomes grouped by candidate, each in the order of the folds."""
    own: dict[str, list[Outcome]] = {}
    more: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda o: (o.seed, o.fold)):
        kind = more if outcome.seed else own
        kind.setdefault(outcome.candidate, []).append(outcome)
    names = dict.fromkeys(o.candidate for o in outcomes)
    return Board(dataset, tuple(folds), {name: own[name] for name in names}, more)


def make_rows(board: Board) -> tuple[Row, ...]:
    """The table, one row for each candidate."""
    return tuple(_row(board, name) for name in board.outcomes)


def _row(board: Board, name: str) -> Row:
    about = {b.name: b.about for b in for_dataset(board.dataset)}
    kind = "baseline" if name in about else "network"
    error = board.failure(name)
    if error:
        return Row(name, kind, about.get(name, ""), {}, None, None, (), error)
    each = seed_scores(board, name)
    folds = _mean_scores(each)
    scores = {
        metric: _score(board, name, metric, [f[metric] for f in folds])
        for metric in folds[0]
    }
    if len(each) > 1:
        scores["skill"] = replace(scores["skill"], seeds=_by_fold(each, "skill"))
    trainings = board.trainings(name)
    return Row(
        name,
        kind,
        about.get(name, ""),
        scores,
        float(np.mean([o.fit_seconds for o in trainings])),
        float(np.mean([o.predict_seconds for o in trainings])),
        _confusion(board, board.outcomes[name]),
    )


def seed_scores(board: Board, name: str) -> list[list[dict[str, float]]]:
    """All metrics of a candidate for each seed, and for each fold of it."""
    scores = [_fold_scores(board, o) for o in board.trainings(name)]
    size = len(board.folds)
    found = [scores[i : i + size] for i in range(0, len(scores), size)]
    return [_pooled_skill(board, f) for f in found] if board.dataset.series else found


def _mean_scores(found: list[list[dict[str, float]]]) -> list[dict[str, float]]:
    """The mean over the seeds, for each fold."""
    return [
        {metric: float(np.mean([f[metric] for f in fold])) for metric in fold[0]}
        for fold in zip(*found, strict=True)
    ]


def _by_fold(
    found: list[list[dict[str, float]]], metric: str
) -> tuple[tuple[float, ...], ...]:
    """One metric for each fold, and for each seed of it."""
    return tuple(tuple(f[metric] for f in fold) for fold in zip(*found, strict=True))


def _fold_scores(board: Board, outcome: Outcome) -> dict[str, float]:
    fold, y = board.folds[outcome.fold], board.dataset.y
    assert outcome.predictions is not None
    truth, past = y[fold.test], y[fold.train]
    if board.dataset.task != "characters":
        return score(truth, outcome.predictions, past, **board.asked)
    own, bare = losses(board, outcome)
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
    trainings = board.trainings(name)
    parts = [by_rows(board, o, metric) for o in trainings]
    known = [part for part in parts if part is not None]
    if not known:
        return None
    found = over_trainings([own for own, _ in known], known[0][1])
    return replace(found, mean=1 - found.mean) if metric == "skill" else found


def skill_estimate(board: Board, row: Row) -> Estimate:
    """A candidate's skill with its error; nothing is known of it from one fold."""
    found = _estimate(board, row.name, "skill", list(row.scores["skill"].folds))
    return found or Estimate(row.scores["skill"].mean, float("inf"), 1)


def _confusion(
    board: Board, outcomes: Sequence[Outcome]
) -> tuple[tuple[int, ...], ...]:
    """Rows by true class and predicted class, summed over all folds of one seed."""
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
        found = [[losses(board, o) for o in board.trainings(n)] for n in (a, b)]
        own, other = ([values for values, _ in of] for of in found)
        return over_trainings(other, found[0][0][1], own)
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
        rights = make_mcnemars(board, [(network, b) for b in baselines])
        found += [
            Comparison(network, baseline, e.mean, *e.interval(), p, p_holm, mcnemar)
            for baseline, e, p, p_holm, mcnemar in zip(
                baselines, estimates, p_values, holm(p_values), rights, strict=True
            )
        ]
    return tuple(found)


THUMBS = ("majority", "prior", "mean", "commonest")
"""Baselines that ignore what there is to learn."""


def learns(row: Row) -> bool:
    """Whether a baseline looks at the features at all."""
    return row.name not in THUMBS
