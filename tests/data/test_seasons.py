"""The season of a series: found under a trend, and not where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.benchmarks.seasons import KINDS, LENGTHS
from learnable.data.seasons import (
    infer_horizon,
    infer_season,
    naive_errors,
    season_p,
    without_trend,
)

DRAWS = 100
MOST_FALSE = 10
"""More of 100 draws are false with probability .0003 if 3 % are."""


def found(values: np.ndarray, *candidates: int) -> int:
    return infer_season(values, candidates, folds=5, notes=[])


def waves(rows: int, season: int, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=rows)
    return 3 * np.sin(2 * np.pi * np.arange(rows) / season) + 0.3 * noise


TRENDS = {
    "none": lambda t: 0 * t,
    "line": lambda t: 0.5 * t,
    "falling": lambda t: -2 * t,
    "curve": lambda t: 0.002 * t**2,
    "there and back": lambda t: 20 * np.sin(t / len(t) * 4),
    "level": lambda t: 1e6 + 0.5 * t,
}


@pytest.mark.parametrize("trend", TRENDS)
@pytest.mark.parametrize(("season", "rows"), [(12, 60), (12, 192), (4, 40), (7, 200)])
def test_a_trend_hides_no_season(trend, season, rows):
    values = waves(rows, season) + TRENDS[trend](np.arange(rows, dtype=float))
    assert found(values, season) == season


def test_the_longer_season_must_do_better():
    assert found(waves(1_000, 24), 24, 168) == 24
    hours = waves(1_000, 24) + 2 * waves(1_000, 168, 1)
    assert found(hours, 24, 168) == 168


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "season and trend"])
@pytest.mark.parametrize("length", [n for n in LENGTHS if LENGTHS[n][0] < 1_000])
def test_false_seasons_are_rare(kind, length):
    rows, candidates = LENGTHS[length]
    rng = np.random.default_rng(1)
    drawn = (KINDS[kind](rng, rows, candidates[0]) for _ in range(DRAWS))
    assert sum(found(values, *candidates) > 1 for values in drawn) <= MOST_FALSE


@given(
    st.floats(-1e3, 1e3),
    st.floats(-10, 10),
    st.sampled_from([(4, 30), (12, 48), (12, 90), (7, 400)]),
    st.integers(0, 99),
)
@settings(max_examples=25, deadline=None)
def test_a_line_changes_nothing(level, slope, case, seed):
    season, rows = case
    values = np.random.default_rng(seed).normal(size=rows)
    line = level + slope * np.arange(rows)
    np.testing.assert_allclose(
        without_trend(values + line, season), without_trend(values, season), atol=1e-6
    )


@given(st.integers(6, 200), st.integers(2, 60))
@settings(max_examples=25, deadline=None)
def test_a_trend_can_be_taken_off_any_length(rows, season):
    assert len(without_trend(np.arange(rows, dtype=float), season)) == rows


@given(st.floats(0.001, 1e6), st.integers(0, 50))
@settings(max_examples=25, deadline=None)
def test_units_do_not_matter(unit, seed):
    values = waves(72, 12, seed) + np.arange(72)
    assert found(unit * values, 12) == found(values, 12)


def test_steps_that_differ():
    assert season_p(waves(120, 12), 12) < 1e-6
    assert season_p(np.random.default_rng(0).normal(size=120), 12) > 0.01


def test_several_series_have_one_season():
    values = np.column_stack(
        [waves(80, 4, i) * 10**i + i * np.arange(80) for i in range(5)]
    )
    assert found(values, 4) == 4
    assert found(np.random.default_rng(0).normal(size=(80, 5)), 4) == 1


def test_short_series_have_none():
    assert found(waves(30, 12), 12) == 1
    assert found(np.arange(4.0)) == 1


def test_of_equal_values_no_season_is_found():
    assert found(np.full(60, 3.0), 12) == 1


def test_errors_of_one_step():
    assert naive_errors(np.array([1.0, 2, 4, 8]), [1]) == {1: pytest.approx(7 / 3)}


@given(st.integers(20, 2_000), st.integers(1, 400), st.integers(2, 10))
@settings(max_examples=25, deadline=None)
def test_horizons_leave_room(rows, season, folds):
    horizon = infer_horizon(rows, season, folds=folds)
    assert 1 <= horizon <= 48
