"""The outcomes of all candidates on all folds: scores, intervals and comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ...data import Dataset
from ...data.dataset import ORDERED
from ...data.split import Fold
from ..estimators.catalog import for_dataset
from ..results.candidates import best_learner, learns
from ..results.results import Comparison, ForecastExample, McNemar, Row, Score
from .comparison import (
    SHARED_ROWS,
    Estimate,
    holm,
    mcnemar,
    over_folds,
    over_rows,
    over_tested_rows,
    with_seeds,
)
from .harness import Outcome
from .metrics import (
    other_metrics,
    reference,
    scaled_losses,
    score_characters,
    skill_of,
    wilson,
)
from .rank_test import rank_p
from .temperature import refine, split_in_turns, temperature

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

_OF_PROBABILITIES = frozenset({"log_loss", "refined_log_loss", "roc_auc", "brier"})
"""Metrics that labels have no value of."""


@dataclass(frozen=True)
class FoldOutcomes:
    """All outcomes on one dataset, with the folds they were got on.

    ``outcomes`` holds those of each candidate's own seed, one a fold; ``more`` those of
    further seeds, of the candidates that have some. What follows from them is computed
    once, when it is first asked for. ``baselines`` are those of predictions that were
    given, where no catalog tells; ``by_groups``, whether intervals on one held-out set
    are over its groups. ``labels`` are candidates that gave labels, no probabilities,
    so that they have no scores of these.
    """

    dataset: Dataset
    folds: tuple[Fold, ...]
    outcomes: Mapping[str, Sequence[Outcome]]
    more: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)
    baselines: frozenset[str] = frozenset()
    by_groups: bool = False
    labels: frozenset[str] = frozenset()

    @property
    def held_out(self) -> bool:
        """Whether there is one split only, so that intervals are over rows."""
        return len(self.folds) == 1

    @cached_property
    def test_over_train(self) -> float:
        """A fold's test over train rows; the mean where a series' rows grow."""
        return float(np.mean([len(f.test) / len(f.train) for f in self.folds]))

    @cached_property
    def repeats(self) -> int:
        """Count of the folds in which each row is tested."""
        tested = np.concatenate([fold.test for fold in self.folds])
        return max(1, len(tested) // max(1, len(np.unique(tested))))

    @property
    def has_own_rows(self) -> bool:
        """Whether rows are cases of their own: no groups, and no order."""
        data = self.dataset
        in_order = data.task in ORDERED or data.dependence == "time"
        return data.groups is None and not in_order

    @property
    def is_refined(self) -> bool:
        """Whether probabilities are judged after one temperature; see `losses`.

        Of a text they are not: bits per character are what its models are trained for.
        """
        return bool(self.dataset.classes) and self.dataset.task not in ORDERED

    @cached_property
    def asked(self) -> dict[str, int]:
        """The facts of the task that the scoring needs."""
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

    @cached_property
    def references(self) -> tuple[np.ndarray, ...]:
        """Predictions of the reference for the test rows of each fold."""
        y = self.dataset.y
        return tuple(
            reference(y[fold.train], len(fold.test), **self.asked)
            for fold in self.folds
        )

    @cached_property
    def reference_losses(self) -> tuple[np.ndarray, ...]:
        """Losses of the reference on each fold, as `losses` has those of candidates."""
        return tuple(_losses(self, i, said) for i, said in enumerate(self.references))

    @cached_property
    def reference_scores(self) -> tuple[dict[str, float], ...]:
        """Metrics of the reference on each fold, without skill."""
        y = self.dataset.y
        return tuple(
            other_metrics(y[fold.test], said, y[fold.train], **self.asked)
            for fold, said in zip(self.folds, self.references, strict=True)
        )

    @cached_property
    def losses(self) -> dict[str, tuple[np.ndarray, ...]]:
        """Losses of each candidate without a failure, for each of its trainings.

        One a test row; of a text one for each block of `_BLOCK` characters. Of classes
        and labels those of probabilities refined by the temperature of the other folds,
        of one held-out set by that of its other rows.
        """
        return {
            name: tuple(
                _losses(self, outcome.fold, said)
                for outcome, said in zip(
                    self.trainings(name), _refined(self, name), strict=True
                )
            )
            for name in self.outcomes
            if not self.failure(name)
        }

    @cached_property
    def seed_scores(self) -> dict[str, list[list[dict[str, float]]]]:
        """All metrics of each candidate without a failure, by seed, then by fold."""
        return {name: _seed_scores(self, name) for name in self.losses}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The table, one row for each candidate."""
        about = {b.name: b.about for b in for_dataset(self.dataset)}
        return tuple(_row(self, name, about) for name in self.outcomes)

    @cached_property
    def best(self) -> Row | None:
        """The baseline with the highest skill among those that use the features."""
        return best_learner(self.rows)


def collect_outcomes(
    dataset: Dataset, folds: Sequence[Fold], outcomes: Sequence[Outcome]
) -> FoldOutcomes:
    """Outcomes grouped by candidate, each in the order of the folds."""
    own: dict[str, list[Outcome]] = {}
    more: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda o: (o.seed, o.fold)):
        kind = more if outcome.seed else own
        kind.setdefault(outcome.candidate, []).append(outcome)
    names = dict.fromkeys(o.candidate for o in outcomes)
    return FoldOutcomes(
        dataset, tuple(folds), {name: own[name] for name in names}, more
    )


def _row(outcomes: FoldOutcomes, name: str, about: Mapping[str, str]) -> Row:
    known = outcomes.baselines or about
    kind = "baseline" if name in known else "network"
    error = outcomes.failure(name)
    if error:
        return Row(name, kind, about.get(name, ""), {}, None, None, (), error)
    each = outcomes.seed_scores[name]
    folds = _mean_scores(each)
    scores = {
        metric: _score(outcomes, name, metric, [f[metric] for f in folds])
        for metric in folds[0]
        if name not in outcomes.labels or metric not in _OF_PROBABILITIES
    }
    if len(each) > 1:
        scores["skill"] = replace(scores["skill"], seeds=_by_fold(each, "skill"))
    trainings = outcomes.trainings(name)
    return Row(
        name,
        kind,
        about.get(name, ""),
        scores,
        float(np.mean([o.fit_seconds for o in trainings])),
        float(np.mean([o.predict_seconds for o in trainings])),
        _confusion(outcomes, outcomes.outcomes[name]),
        temperature=_temperature(outcomes, name),
    )


def _refined(outcomes: FoldOutcomes, name: str) -> list[np.ndarray]:
    """Predictions of each training, after one temperature where they are refined."""
    trainings = outcomes.trainings(name)
    said, truths = [_predictions_of(o) for o in trainings], _truths(outcomes, trainings)
    if not outcomes.is_refined:
        return said
    if outcomes.held_out:
        return [_refined_rows(p, y) for p, y in zip(said, truths, strict=True)]
    once = len(outcomes.folds) // outcomes.repeats
    starts = range(0, len(said), once)
    parts = [refine(said[i : i + once], truths[i : i + once]) for i in starts]
    return [refined for part in parts for refined in part]


def _refined_rows(predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Predictions for one held-out set, each part refined by the other parts."""
    parts = split_in_turns(len(predicted))
    if len(parts) < 2:
        return predicted
    refined = np.empty(predicted.shape)
    found = refine([predicted[rows] for rows in parts], [truth[rows] for rows in parts])
    for rows, values in zip(parts, found, strict=True):
        refined[rows] = values
    return refined


def _temperature(fold_outcomes: FoldOutcomes, name: str) -> float | None:
    """The temperature that suits all rows, by a candidate's first seed."""
    if not fold_outcomes.is_refined or name in fold_outcomes.labels:
        return None
    outcomes = fold_outcomes.outcomes[name]
    return temperature(
        [_predictions_of(o) for o in outcomes], _truths(fold_outcomes, outcomes)
    )


def _truths(
    fold_outcomes: FoldOutcomes, outcomes: Sequence[Outcome]
) -> list[np.ndarray]:
    return [
        fold_outcomes.dataset.y[fold_outcomes.folds[outcome.fold].test]
        for outcome in outcomes
    ]


def _seed_scores(outcomes: FoldOutcomes, name: str) -> list[list[dict[str, float]]]:
    pairs = zip(outcomes.trainings(name), outcomes.losses[name], strict=True)
    scores = [_fold_scores(outcomes, outcome, own) for outcome, own in pairs]
    size = len(outcomes.folds)
    found = [scores[i : i + size] for i in range(0, len(scores), size)]
    return (
        [_pooled_skill(outcomes, f) for f in found]
        if outcomes.dataset.series
        else found
    )


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


def _fold_scores(
    outcomes: FoldOutcomes, outcome: Outcome, own: np.ndarray
) -> dict[str, float]:
    fold, y = outcomes.folds[outcome.fold], outcomes.dataset.y
    skill = {"skill": skill_of(own, outcomes.reference_losses[outcome.fold])}
    truth, said = y[fold.test], _predictions_of(outcome)
    if outcomes.dataset.task == "characters":
        return skill | score_characters(truth, said)
    if outcomes.is_refined:
        skill["refined_log_loss"] = float(own.mean())
    return skill | other_metrics(truth, said, y[fold.train], **outcomes.asked)


def _pooled_skill(
    outcomes: FoldOutcomes, folds: Sequence[dict[str, float]]
) -> list[dict[str, float]]:
    """Fold scores whose mean skill is ``1 - mean MASE / mean MASE of seasonal naive``.

    A fold on which the naive forecast happens to be nearly right would outweigh all
    others if each fold had a ratio of its own.
    """
    naive = outcomes.reference_scores
    # a series that has not moved yet gives no scale
    scaled = all(np.isfinite(found["mase"]) for found in naive)
    unit = "mase" if scaled else "mae"
    whole = float(np.mean([bare[unit] for bare in naive])) or float("nan")
    return [
        found | {"skill": (bare[unit] - found[unit]) / whole}
        for found, bare in zip(folds, naive, strict=True)
    ]


def _score(
    outcomes: FoldOutcomes, name: str, metric: str, values: list[float]
) -> Score:
    finite = [v for v in values if np.isfinite(v)]
    mean = float(np.mean(finite)) if finite else float("nan")
    if metric == "accuracy" and outcomes.has_own_rows and name not in outcomes.more:
        ends = _share_ends(outcomes, name)
        if ends is not None:
            return Score(mean, *ends, tuple(values))
    estimate = _estimate(outcomes, name, metric, values)
    # stratified folds of a constant answer, or of no error, vary in nothing
    if estimate is None or not estimate.error > 0:
        return Score(mean, None, None, tuple(values))
    least, most = RANGES.get(metric, (-np.inf, np.inf))
    low, high = estimate.interval()
    return Score(mean, max(low, least), min(high, most), tuple(values))


def _estimate(
    outcomes: FoldOutcomes, name: str, metric: str, values: list[float]
) -> Estimate | None:
    """The interval's source: the rows, or where they cannot say, the folds."""
    if not outcomes.held_out:
        found = _over_own_rows(outcomes, name) if metric == "skill" else None
        return found or over_folds(values, test_over_train=outcomes.test_over_train)
    owns = _by_rows(outcomes, name, metric)
    if not owns:
        return None
    bare = outcomes.reference_losses[0] if metric == "skill" else np.ones(len(owns[0]))
    found = _over_trainings(owns, bare)
    return replace(found, mean=1 - found.mean) if metric == "skill" else found


def skill_estimate(outcomes: FoldOutcomes, row: Row) -> Estimate:
    """A candidate's skill with its error; nothing is known of it from one fold."""
    found = _estimate(outcomes, row.name, "skill", list(row.scores["skill"].folds))
    return found or Estimate(row.scores["skill"].mean, float("inf"), 1)


def _confusion(
    fold_outcomes: FoldOutcomes, outcomes: Sequence[Outcome]
) -> tuple[tuple[int, ...], ...]:
    """Rows by true class and predicted class, summed over all folds of one seed."""
    n = len(fold_outcomes.dataset.classes)
    if fold_outcomes.dataset.y.ndim == 2 or n > MOST_CLASSES:
        return ()
    counts = np.zeros((n, n), dtype=int)
    for outcome in outcomes if n else ():
        truth = fold_outcomes.dataset.y[fold_outcomes.folds[outcome.fold].test]
        np.add.at(counts, (truth, _predictions_of(outcome).argmax(axis=1)), 1)
    return tuple(tuple(int(v) for v in row) for row in counts)


def skill_difference(
    outcomes: FoldOutcomes, rows: Mapping[str, Row], a: str, b: str
) -> Estimate:
    """The skill of a minus that of b: by rows where they can say, else by folds."""
    return row_difference(outcomes, a, b) or fold_difference(outcomes, rows, a, b)


def row_difference(outcomes: FoldOutcomes, a: str, b: str) -> Estimate | None:
    """The skill of a minus that of b, over all rows; None where folds decide."""
    if outcomes.held_out:
        own, other = outcomes.losses[a], outcomes.losses[b]
        return _over_trainings(other, outcomes.reference_losses[0], own)
    return _over_own_rows(outcomes, b, a)


def fold_difference(
    outcomes: FoldOutcomes, rows: Mapping[str, Row], a: str, b: str
) -> Estimate:
    """The skill of a minus that of b, over the same folds."""
    pairs = zip(
        rows[a].scores["skill"].folds, rows[b].scores["skill"].folds, strict=True
    )
    found = over_folds(
        [x - y for x, y in pairs], test_over_train=outcomes.test_over_train
    )
    return found or Estimate(float("nan"), float("inf"), 1)


def _over_own_rows(
    outcomes: FoldOutcomes, name: str, other: str | None = None
) -> Estimate | None:
    """A candidate's skill, or another's minus it, by all rows; None where folds decide.

    They do where rows are no cases of their own, where they are few, and where the
    folds differ by more than their rows explain.
    """
    if not outcomes.has_own_rows:
        return None
    losses = _fold_losses(outcomes, name)
    if other is not None:
        theirs = _fold_losses(outcomes, other)
        losses = [own - more for own, more in zip(losses, theirs, strict=True)]
    found = over_tested_rows(
        losses, outcomes.reference_losses, repeats=outcomes.repeats
    )
    if found is None or other is not None:
        return found
    return replace(found, mean=1 - found.mean)


def _fold_losses(outcomes: FoldOutcomes, name: str) -> list[np.ndarray]:
    """The mean over seeds of the losses of each fold's test rows."""
    losses, size = outcomes.losses[name], len(outcomes.folds)
    return [np.mean(losses[fold::size], axis=0) for fold in range(size)]


def _share_ends(outcomes: FoldOutcomes, name: str) -> tuple[float, float] | None:
    """Wilson's interval of the share of rows that are right; None of labels."""
    if outcomes.dataset.y.ndim == 2:
        return None
    right = np.concatenate([_is_right(outcomes, o) for o in outcomes.outcomes[name]])
    size = len(right) / outcomes.repeats / (1 if outcomes.held_out else SHARED_ROWS)
    return wilson(float(right.mean()) * size, size)


def rank_p_values(outcomes: FoldOutcomes) -> dict[str, float]:
    """Whether each candidate ranks rows better than chance, one-sided.

    By its first seed; empty where rows are no cases of their own.
    """
    if not outcomes.has_own_rows:
        return {}
    return {
        name: rank_p(
            [_predictions_of(o) for o in outcomes.outcomes[name]],
            _truths(outcomes, outcomes.outcomes[name]),
            repeats=outcomes.repeats,
        )
        for name in outcomes.losses
    }


def make_comparisons(
    outcomes: FoldOutcomes, rows: Sequence[Row]
) -> tuple[Comparison, ...]:
    """Every network against every baseline that uses the features; Holm over these."""
    table = {row.name: row for row in rows if not row.error}
    baselines = [r.name for r in table.values() if r.kind == "baseline" and learns(r)]
    found: list[Comparison] = []
    for network in (r.name for r in table.values() if r.kind == "network"):
        by_rows = [row_difference(outcomes, network, b) for b in baselines]
        by_folds = [fold_difference(outcomes, table, network, b) for b in baselines]
        estimates = [r or f for r, f in zip(by_rows, by_folds, strict=True)]
        p_values = [e.p_value() for e in estimates]
        corrected = holm(p_values)
        rights = make_mcnemars(outcomes, [(network, b) for b in baselines])
        for i, (baseline, e) in enumerate(zip(baselines, estimates, strict=True)):
            c = Comparison(
                network,
                baseline,
                e.mean,
                *e.interval(),
                p=p_values[i],
                p_holm=corrected[i],
                mcnemar=rights[i],
                by="rows" if by_rows[i] else "folds",
                p_folds=None if outcomes.held_out else by_folds[i].p_value(),
            )
            found.append(c)
    return tuple(found)


_BLOCK = 100
"""Neighbouring characters are not independent: intervals are over means of so many."""


def _over_trainings(
    owns: Sequence[np.ndarray],
    bare: np.ndarray,
    others: Sequence[np.ndarray] = (),
) -> Estimate:
    """The mean over a candidate's seeds, or its difference to another's, by rows."""
    mean = np.mean(owns, axis=0) - (np.mean(others, axis=0) if others else 0)
    seeds = [[float(v.mean() / bare.mean()) for v in vs] for vs in (owns, others)]
    return with_seeds(over_rows(mean, bare), *seeds)


def _by_rows(outcomes: FoldOutcomes, name: str, metric: str) -> list[np.ndarray]:
    """The held-out rows' contributions to a metric, by training; empty if none has."""
    if metric in ("skill", "refined_log_loss"):
        return list(outcomes.losses[name])
    if metric == "log_loss":  # of the probabilities as they are
        return [
            _losses(outcomes, o.fold, _predictions_of(o))
            for o in outcomes.trainings(name)
        ]
    if metric == "bits_per_character":
        return [own / np.log(2) for own in outcomes.losses[name]]
    if metric == "accuracy" and outcomes.dataset.y.ndim == 1:
        return [
            _blocks(outcomes, _is_right(outcomes, o)) for o in outcomes.trainings(name)
        ]
    return []


def _predictions_of(outcome: Outcome) -> np.ndarray:
    assert outcome.predictions is not None
    return outcome.predictions


def _is_right(outcomes: FoldOutcomes, outcome: Outcome) -> np.ndarray:
    """Whether the likeliest class is the true one, for each test row."""
    truth = outcomes.dataset.y[outcomes.folds[outcome.fold].test]
    return _predictions_of(outcome).argmax(axis=1) == truth


def _losses(outcomes: FoldOutcomes, number: int, predicted: np.ndarray) -> np.ndarray:
    """Losses of predictions for the test rows of a fold."""
    fold, y = outcomes.folds[number], outcomes.dataset.y
    own = scaled_losses(y[fold.test], predicted, y[fold.train], **outcomes.asked)
    return _blocks(outcomes, own)


def _blocks(outcomes: FoldOutcomes, values: np.ndarray) -> np.ndarray:
    """One value a row; of a text one for each block of characters, or one a group.

    Values of groups weigh as their rows do: their mean is that of the rows.
    """
    groups = outcomes.dataset.groups
    if outcomes.by_groups and groups is not None:
        sums = np.bincount(groups, weights=values)
        return sums * (len(sums) / len(values))
    if outcomes.dataset.task != "characters":
        return values.astype("float64")
    starts = np.arange(0, len(values), _BLOCK)
    return np.add.reduceat(values, starts) / np.diff(np.append(starts, len(values)))


def make_mcnemars(
    outcomes: FoldOutcomes, pairs: Sequence[tuple[str, str]]
) -> list[McNemar | None]:
    """McNemar's test of each pair of candidates; Holm over all of them.

    None where it does not apply: several folds share rows, rows of a group or
    neighbouring characters are not independent, numbers and labels are not right or
    wrong. The first seed of each candidate speaks.
    """
    data = outcomes.dataset
    able = outcomes.held_out and data.classes and data.y.ndim == 1
    if not able or data.task == "characters" or data.groups is not None:
        return [None] * len(pairs)
    rights = {
        name: _is_right(outcomes, outcomes.outcomes[name][0])
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


def make_course(fold_outcomes: FoldOutcomes) -> ForecastExample | None:
    """The end of a series with all forecasts of it; None where rows have no order.

    Before the first forecast stand as many steps as are forecast in all folds. Of
    several series it is the first.
    """
    data = fold_outcomes.dataset
    if data.series is None:
        return None
    first = max(0, 2 * int(fold_outcomes.folds[0].test[0]) - len(data))
    forecasts = {}
    for name, outcomes in fold_outcomes.outcomes.items():
        line = np.full(len(data), np.nan)
        for outcome in outcomes:
            if outcome.predictions is not None:
                line[fold_outcomes.folds[outcome.fold].test] = _first(
                    outcome.predictions
                )
        forecasts[name] = tuple(map(float, line[first:]))
    actual = tuple(map(float, _first(data.y[first:])))
    shown = ""
    if data.targets:
        shown = f"{data.targets[0]}, the first of {len(data.targets)}"
    return ForecastExample(data.series.times[first:], actual, forecasts, series=shown)


def _first(values: np.ndarray) -> np.ndarray:
    """The values of a series, of several the first."""
    return values[:, 0] if values.ndim == 2 else values


def make_predictions(fold_outcomes: FoldOutcomes) -> pd.DataFrame:
    """Out-of-fold predictions, one line for each candidate, fold and test row.

    Columns: candidate, fold, row (number in the dataset), target (class label or
    number; one column ``target_<name>`` each where there are several), and one
    probability column ``p_<label>`` a class, or ``prediction`` (``prediction_<name>``).
    Of a text ``prediction`` is the likeliest character and ``p_target`` the
    probability of the true one.
    """
    import pandas as pd

    parts = []
    for name, outcomes in fold_outcomes.outcomes.items():
        for outcome in (o for o in outcomes if o.predictions is not None):
            rows = fold_outcomes.folds[outcome.fold].test
            facts = {"candidate": name, "fold": outcome.fold, "row": rows}
            said = _truth(fold_outcomes.dataset, rows)
            said |= _columns(fold_outcomes.dataset, outcome.predictions, rows)
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
