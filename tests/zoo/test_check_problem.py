"""Baselines beside a script's network, and what a budget leaves of them."""

from types import SimpleNamespace
from typing import Any

import pytest
from learnable import load
from learnable.zoo.check.problem import baseline_study, too_slow


@pytest.mark.parametrize(
    ("cells", "budget", "left_out"),
    [
        (600_000, None, ()),
        (600_000, 120.0, ()),
        (600_000, 20.0, ("boosting",)),
        (2_000_000, None, ("boosting",)),
        (2_000_000, 1e6, ("boosting",)),
        (30_000_000, None, ("boosting", "logistic")),
    ],
)
def test_a_baseline_takes_its_share_of_a_budget(cells, budget, left_out):
    assert too_slow(cells, budget) == left_out


def test_a_note_tells_what_the_budget_leaves_no_time_for():
    problem: Any = SimpleNamespace(dataset=load("iris"), seed=0)
    results = baseline_study(problem, 0.01).results
    assert "no time for boosting" in " ".join(results.about.notes)
    assert "boosting" not in {row.name for row in results.rows}
