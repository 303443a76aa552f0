"""A relation that changes with time is told, and nothing else that changes."""

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.evaluate import run_study
from learnable.baselines.rules.examine import examine
from learnable.benchmarks.contradictions import HEAVY
from learnable.benchmarks.time_cases import CHANGING, STEADY, dated

ROWS = 220


def told(data):
    found = [f.finding for f in examine(data, ()) if f.finding.code == "D320"]
    return found[0] if found else None


def turned(rng, x, t):
    return np.where(t < 0.5, 1, -1) * x[:, 0] + 0.3 * rng.normal(size=len(t))


def steady(rng, x, t):
    x[:, 1] += 2 * t
    return x[:, 0] + x[:, 1] + 3 * t + 0.3 * rng.normal(size=len(t))


def test_relation_that_turns_round_is_a_warning(rng):
    found = told(dated(turned, ROWS, 2)(rng))
    assert found
    assert (found.severity, found.columns) == ("warning", ("when",))
    assert "Of the variance in the last 88 rows" in found.sentence
    assert found.evidence["lost"] > 0.5


def test_trends_are_none(rng):
    assert told(dated(steady, ROWS, 2)(rng)) is None


def test_dates_beside_nothing_to_learn_from_are_let_be(dataset_of, rng):
    days = pd.date_range("2024-01-01", periods=ROWS)
    x = pd.DataFrame({"when": days, "count": np.arange(ROWS), "constant": 1})
    assert told(dataset_of(x, rng.normal(size=ROWS))) is None


def test_order_that_means_nothing_is_not_looked_at(dataset_of, rng):
    x, t = rng.normal(size=(ROWS, 2)), np.linspace(0, 1, ROWS)
    assert told(dataset_of(x, turned(rng, x, t))) is None


@pytest.mark.slow
def test_verdict_says_that_rows_of_one_time_may_tell(rng):
    data = dated(turned, 400, 2)(rng)
    results = run_study({}, data, folds=3, jobs=1, leave_out=HEAVY).results
    assert "D320" in [finding.code for finding in results.findings]
    verdict = results.verdicts[-1]
    assert verdict.name != "no-signal" or "D320" in verdict.change


@pytest.mark.slow
@pytest.mark.parametrize("name", ["slowly, classes", "another sign", "exclusive or"])
def test_kinds_of_change_are_told(name):
    assert told(CHANGING[name](np.random.default_rng(5))) is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a square with a trend", "seasons", "rising prices"])
def test_kinds_of_steady_relations_are_not(name):
    assert told(STEADY[name](np.random.default_rng(5))) is None
