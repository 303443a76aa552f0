"""Learning curves: the same candidates on fewer training rows, and what more promise.

Each fold's training rows are halved, halved again and again; the subsets are nested,
and every fit is scored on the same test rows as in the table. Gains are paired by fold.

What twice the rows promise follows a power law with an unknown end, ``a - b n^-c``
(Cortes et al., NIPS 6, 1993; for tables Brumen, Cernezel, Bosnjak, Entropy 23:1123,
2021): each doubling then gains the same share of what the doubling before did. Not all
curves are so well-behaved (Viering, Loog, IEEE TPAMI 45:7799-7819, 2023), so the
interval leaves that share open: the next doubling gains between nothing and what the
last one did.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...data.dataset import ORDERED
from ...data.split import Fold, has_strata
from ..results.candidates import LEAST_MARGIN, MARGIN, METRIC_LABELS, main_metric
from ..results.results import AchievableScore, Curve, Line, Point, Row, Score, Trend
from ..scores import harness
from ..scores.comparison import Estimate, over_folds
from ..scores.fold_scores import (
    RANGES,
    FoldOutcomes,
    fold_difference,
    row_difference,
    skill_estimate,
)

SHARES = (1 / 8, 1 / 4, 1 / 2)
"""Of a fold's training rows; together less than one more fit on all of them."""
LEAST_TRAINING_ROWS = 20
"""Fewer training rows are no point of a curve."""
USUAL_RATIO = 0.6
"""What a doubling gains, of what the doubling before gained, where steps do not tell:
the median in skill over 18 tables (``benchmarks/learning.py``), .63 of forests, .57 of
linear baselines, where the last doubling gained more than .002."""


@dataclass(frozen=True)
class _Sizes:
    """One candidate on growing numbers of training rows, as rows of one board."""

    board: FoldOutcomes
    rows: Mapping[str, Row]
    keys: tuple[str, ...]  # of the rows, from few training rows to all
    counts: tuple[int, ...]  # of training rows

    @property
    def metric(self) -> str:
        """Return the key of the metric that is told beside skill."""
        return main_metric(self.rows[self.keys[-1]])[1]

    def values(self, metric: str) -> list[Score]:
        """The scores at each size."""
        return [self.rows[key].scores[metric] for key in self.keys]


def learning_curve(
    fold_outcomes: FoldOutcomes,
    candidates: Mapping[str, Any],
    *,
    seed: int = 0,
    jobs: int | None = None,
) -> Curve | None:
    """Fit candidates on an eighth, a quarter and half of each fold's training rows.

    Parameters
    ----------
    fold_outcomes : FoldOutcomes
        With the outcomes of all candidates on all training rows.
    candidates : dict of name -> unfitted estimator
        Whose curves are asked for.
    seed : int, default 0
        Chooses the subsets.
    jobs : int, optional
        Processes at a time; all cores by default.

    Returns
    -------
    Curve or None
        None of a series or a text, whose rows have an order; where half of the training
        rows are fewer than `LEAST_TRAINING_ROWS`; and where every candidate failed on
        half.
    """
    start = time.perf_counter()
    parts = {} if fold_outcomes.dataset.task in ORDERED else _parts(fold_outcomes, seed)
    able = {n: c for n, c in candidates.items() if not fold_outcomes.failure(n)}
    if SHARES[-1] not in parts or not able:
        return None
    flat = [fold for folds in parts.values() for fold in folds]
    outcomes = harness.run(able, fold_outcomes.dataset, flat, jobs=jobs)
    sizes = _tables(fold_outcomes, parts, outcomes, list(able))
    lines = tuple(line for found in sizes if (line := _line(found)))
    if not lines:
        return None
    return Curve(sizes[0].metric, lines, time.perf_counter() - start)


def _parts(outcomes: FoldOutcomes, seed: int) -> dict[float, list[Fold]]:
    """Folds with fewer training rows, by their share, and the same test rows."""
    orders = [_ranks(outcomes, fold, seed + i) for i, fold in enumerate(outcomes.folds)]
    parts = {}
    for share in SHARES:
        folds = [
            Fold(fold.train[ranks < share], fold.test)
            for fold, ranks in zip(outcomes.folds, orders, strict=True)
        ]
        if min(len(fold.train) for fold in folds) >= LEAST_TRAINING_ROWS:
            parts[share] = folds
    return parts


def _ranks(outcomes: FoldOutcomes, fold: Fold, seed: int) -> np.ndarray:
    """For each training row the share from which on it belongs to a subset.

    Classes keep their shares, and two rows at least, as far as they have them; groups
    come and go whole.
    """
    rng = np.random.default_rng(seed)
    data = outcomes.dataset
    if data.groups is not None:
        groups = np.unique(data.groups[fold.train], return_inverse=True)[1]
        order = rng.permutation(groups.max() + 1)
        sizes = np.bincount(groups)[order]
        places = np.empty(len(order))
        places[order] = (np.cumsum(sizes) - sizes / 2) / len(groups)
        return places[groups]
    ranks = np.empty(len(fold.train))
    strata = data.y[fold.train] if has_strata(data) else np.zeros(len(ranks), dtype=int)
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        places = (np.arange(len(rows)) + 0.5) / len(rows)
        places[:2] = 0
        ranks[rng.permutation(rows)] = places
    return ranks


def _tables(
    fold_outcomes: FoldOutcomes,
    parts: Mapping[float, Sequence[Fold]],
    outcomes: Sequence[harness.Outcome],
    names: Sequence[str],
) -> list[_Sizes]:
    """Scores at all sizes; skill is in units of what all training rows know of y.

    Sizes below one at which a candidate failed are left out.
    """
    every = [*parts.values(), fold_outcomes.folds]
    counts = [int(np.mean([len(fold.train) for fold in folds])) for folds in every]
    by_key = {name: list(fold_outcomes.outcomes[name]) for name in names}
    for outcome in outcomes:
        part, fold = divmod(outcome.fold, len(fold_outcomes.folds))
        key = f"{outcome.candidate}\n{part}"
        by_key.setdefault(key, []).append(replace(outcome, candidate=key, fold=fold))
    wide = FoldOutcomes(fold_outcomes.dataset, fold_outcomes.folds, by_key)
    rows = {row.name: row for row in wide.rows}
    sizes = []
    for name in names:
        keys = (*(f"{name}\n{part}" for part in range(len(parts))), name)
        failed = [i for i, key in enumerate(keys) if rows[key].error]
        first = max(failed, default=-1) + 1
        sizes.append(_Sizes(wide, rows, keys[first:], tuple(counts[first:])))
    return sizes


def _line(sizes: _Sizes) -> Line | None:
    if len(sizes.keys) < 2:
        return None
    full, half = sizes.keys[-1], sizes.keys[-2]
    gain = row_difference(sizes.board, full, half) if sizes.board.held_out else None
    gain = gain or fold_difference(sizes.board, sizes.rows, full, half)
    skills, scores = sizes.values("skill"), sizes.values(sizes.metric)
    ratio = step_ratio([score.mean for score in skills])
    held_out = sizes.board.held_out
    points = zip(sizes.counts, skills, scores, strict=True)
    line = Line(
        full,
        sizes.rows[full].kind,
        tuple(Point(n, _plain(skill), _plain(score)) for n, skill, score in points),
        _trend(gain, skills[-1].mean),
        _reach(gain),
        gain.p_value(),
        _score_at_twice(sizes, "skill", ratio, gain if held_out else None),
        None if held_out else _score_at_twice(sizes, sizes.metric, ratio, None),
        "",
    )
    return replace(line, sentence=_sentence(line, METRIC_LABELS[sizes.metric]))


def _trend(gain: Estimate, skill: float) -> Trend:
    """Rising is proved, and more than a hundredth; flat is practically equal."""
    low, high = gain.interval()
    if low > 0 and high > LEAST_MARGIN:
        return "rising"
    margin = max(LEAST_MARGIN, MARGIN * skill)
    if -margin < low and high < margin:
        return "flat"
    return "falling" if high < 0 else "cannot tell"


def step_ratio(scores: Sequence[float]) -> float:
    """Return a doubling's gain as a share of the gain of the doubling before it.

    Parameters
    ----------
    scores : sequence of float
        At growing sizes, each twice the one before.

    Returns
    -------
    float
        Between 0 and 1: the sum of all gains but the first over the sum of all but the
        last, which is ``2^-c`` of the power law; `USUAL_RATIO` with fewer than two
        gains, or where the sums are not above 0.
    """
    gains = np.diff(scores)
    before, after = float(gains[:-1].sum()), float(gains[1:].sum())
    if len(gains) < 2 or not (before > 0 and after > 0):
        return USUAL_RATIO
    return min(1.0, after / before)


def _score_at_twice(
    sizes: _Sizes, metric: str, ratio: float, gain: Estimate | None
) -> AchievableScore:
    """The score at twice the rows; the ends are those of no gain and of one as before.

    ``gain`` is given where there is one held-out set: its error and that of the score
    are added up, as if they always went the same way.
    """
    half, full = sizes.values(metric)[-2:]
    if gain:
        level = skill_estimate(sizes.board, sizes.rows[sizes.keys[-1]])
        found = [
            Estimate(level.mean + r * gain.mean, level.error + r * gain.error, np.inf)
            for r in (0, 1)
        ]
    else:
        pairs = list(zip(half.folds, full.folds, strict=True))
        share = sizes.board.test_over_train
        found = [
            over_folds([b + r * (b - a) for a, b in pairs], test_over_train=share)
            for r in (0, 1)
        ]
    # folds that all gain the same say nothing on what other rows would give
    ends = [estimate.interval() for estimate in found if estimate and estimate.error]
    least, most = RANGES.get(metric, (-np.inf, np.inf))
    mean = min(full.mean + ratio * max(0.0, full.mean - half.mean), most)
    if not ends:
        return AchievableScore(mean, None, None)
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return AchievableScore(mean, max(low, least), min(high, most))


def _reach(estimate: Estimate) -> AchievableScore:
    low, high = estimate.interval()
    known = bool(np.isfinite([low, high]).all())
    return AchievableScore(
        estimate.mean, low if known else None, high if known else None
    )


def _plain(score: Score) -> AchievableScore:
    return AchievableScore(score.mean, score.low, score.high)


_UNKNOWN = 1.0
"""Width of an interval of accuracy, R² or skill that says nothing."""
_TELLS: dict[Trend, str] = {
    "rising": "More rows helped",
    "flat": "More rows hardly helped",
    "falling": "More rows lowered the skill, which is unexpected",
    "cannot tell": "It is unclear whether more rows helped",
}


def _sentence(line: Line, label: str) -> str:
    """Write what the last doubling gained, and what the next one promises."""
    few, many = (point.rows for point in line.points[-2:])
    return (
        f"{_TELLS[line.trend]}: from {few:,} to {many:,} training rows {line.name} "
        f"gained {_interval_text(line.gain, '+.3f')} skill; "
        f"{_describe_promise(line, label)}."
    )


def _describe_promise(line: Line, label: str) -> str:
    """A number only where the trend is known; else no more than where it may lie."""
    if line.trend == "falling":
        return "what twice the rows would give is unclear"
    twice, unit = line.twice_score, label
    if twice is None:
        twice, unit = line.twice_skill, "skill"
    if line.trend != "cannot tell":
        ends = _interval_text(twice, ".3f")
        return f"if this continues, twice the rows give {unit} {ends}"
    if twice.low is None or twice.high is None or twice.high - twice.low > _UNKNOWN:
        return "what twice the rows would give cannot be told from so few"
    return (
        f"with twice the rows, {unit} may be between {twice.low:.3f} and "
        f"{twice.high:.3f}"
    )


def _interval_text(reach: AchievableScore, spec: str) -> str:
    """``0.812 [0.790, 0.834]``."""
    mean = format(reach.mean, spec)
    if reach.low is None or reach.high is None:
        return mean
    return f"{mean} [{reach.low:{spec}}, {reach.high:{spec}}]"
