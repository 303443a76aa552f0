"""From outcomes to the table: scores with intervals, and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...data import Dataset
from ..estimators.catalog import for_dataset
from ..results.results import Comparison, Course, McNemar, Row, Score
from .board import FoldOutcomes
from .comparison import Estimate, holm, mcnemar, over_folds, over_rows, with_seeds
from .harness import Outcome
from .metrics import reference, scaled_losses, score, score_characters

if TYPE_CHECKING:
    import pandas as pd


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


def make_rows(board: FoldOutcomes) -> tuple[Row, ...]:
    """The table, one row for each candidate."""
    return tuple(_row(board, name) for name in board.outcomes)


def _row(board: FoldOutcomes, name: str) -> Row:
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


def seed_scores(board: FoldOutcomes, name: str) -> list[list[dict[str, float]]]:
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


def _fold_scores(board: FoldOutcomes, outcome: Outcome) -> dict[str, float]:
    fold, y = board.folds[outcome.fold], board.dataset.y
    assert outcome.predictions is not None
    truth, past = y[fold.test], y[fold.train]
    if board.dataset.task != "characters":
        return score(truth, outcome.predictions, past, **board.asked)
    own, bare = losses(board, outcome)
    skill = {"skill": float(1 - own.mean() / bare.mean())}
    return skill | score_characters(truth, outcome.predictions)


def _pooled_skill(
    board: FoldOutcomes, folds: Sequence[dict[str, float]]
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


def _score(board: FoldOutcomes, name: str, metric: str, values: list[float]) -> Score:
    finite = [v for v in values if np.isfinite(v)]
    mean = float(np.mean(finite)) if finite else float("nan")
    estimate = _estimate(board, name, metric, values)
    if estimate is None:
        return Score(mean, None, None, tuple(values))
    least, most = RANGES.get(metric, (-np.inf, np.inf))
    low, high = estimate.interval()
    return Score(mean, max(low, least), min(high, most), tuple(values))


def _estimate(
    board: FoldOutcomes, name: str, metric: str, values: list[float]
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


def skill_estimate(board: FoldOutcomes, row: Row) -> Estimate:
    """A candidate's skill with its error; nothing is known of it from one fold."""
    found = _estimate(board, row.name, "skill", list(row.scores["skill"].folds))
    return found or Estimate(row.scores["skill"].mean, float("inf"), 1)


def _confusion(
    board: FoldOutcomes, outcomes: Sequence[Outcome]
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


def difference(
    board: FoldOutcomes, rows: Mapping[str, Row], a: str, b: str
) -> Estimate:
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


def make_comparisons(
    board: FoldOutcomes, rows: Sequence[Row]
) -> tuple[Comparison, ...]:
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


_BLOCK = 100
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
    board: FoldOutcomes, outcome: Outcome, metric: str
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the held-out rows' contributions to a metric, and their divisors."""
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


def is_right(board: FoldOutcomes, outcome: Outcome) -> np.ndarray:
    """Whether the likeliest class is the true one, for each test row."""
    assert outcome.predictions is not None
    truth = board.dataset.y[board.folds[outcome.fold].test]
    return outcome.predictions.argmax(axis=1) == truth


def losses(board: FoldOutcomes, outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
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


def _blocks(board: FoldOutcomes, values: np.ndarray) -> np.ndarray:
    """One value a row; of a text one for each block of characters."""
    if board.dataset.task != "characters":
        return values.astype("float64")
    starts = np.arange(0, len(values), _BLOCK)
    return np.add.reduceat(values, starts) / np.diff(np.append(starts, len(values)))


def make_mcnemars(
    board: FoldOutcomes, pairs: Sequence[tuple[str, str]]
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


def make_course(board: FoldOutcomes) -> Course | None:
    """The end of a series with all forecasts of it; None where rows have no order.

    Before the first forecast stand as many steps as are forecast in all folds.
    """
    data = board.dataset
    if data.series is None:
        return None
    first = max(0, 2 * int(board.folds[0].test[0]) - len(data))
    forecasts = {}
    for name, outcomes in board.outcomes.items():
        line = np.full(len(data), np.nan)
        for outcome in (o for o in outcomes if o.predictions is not None):
            line[board.folds[outcome.fold].test] = outcome.predictions
        forecasts[name] = tuple(map(float, line[first:]))
    actual = tuple(map(float, data.y[first:]))
    return Course(data.series.times[first:], actual, forecasts)


def make_predictions(board: FoldOutcomes) -> pd.DataFrame:
    """Out-of-fold predictions, one line for each candidate, fold and test row.

    Columns: candidate, fold, row (number in the dataset), target (class label or
    number; one column ``target_<name>`` each where there are several), and one
    probability column ``p_<label>`` a class, or ``prediction`` (``prediction_<name>``).
    Of a text ``prediction`` is the likeliest character and ``p_target`` the
    probability of the true one.
    """
    import pandas as pd

    parts = []
    for name, outcomes in board.outcomes.items():
        for outcome in (o for o in outcomes if o.predictions is not None):
            rows = board.folds[outcome.fold].test
            facts = {"candidate": name, "fold": outcome.fold, "row": rows}
            said = _truth(board.dataset, rows)
            said |= _columns(board.dataset, outcome.predictions, rows)
            parts.append(pd.DataFrame(facts | said))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _truth(data: Dataset, rows: np.ndarray) -> dict[str, np.ndarray]:
    y = data.y[rows]
    if y.ndim == 2:
        return {f"target_{name}": y[:, i] for i, name in enumerate(data.targets)}
    return {"target": np.array(data.classes)[y] if data.classes else y}


def _columns(
    data: Dataset, predictions: np.ndarray | None, rows: np.ndarray
) -> dict[str, np.ndarray]:
    assert predictions is not None
    if data.task == "characters":
        likeliest = np.array(data.classes)[predictions.argmax(axis=1)]
        said = predictions[np.arange(len(rows)), data.y[rows]]
        return {"prediction": likeliest, "p_target": said}
    if data.classes:
        return {f"p_{c}": predictions[:, i] for i, c in enumerate(data.classes)}
    if predictions.ndim == 2:
        pairs = enumerate(data.targets)
        return {f"prediction_{name}": predictions[:, i] for i, name in pairs}
    return {"prediction": predictions}
