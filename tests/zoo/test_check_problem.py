"""Baselines beside a script's network, and what a budget leaves of them."""

import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from learnable import Card, Dataset, load
from learnable.baselines.evaluate import Study
from learnable.baselines.results.results import Signal, Verdict
from learnable.zoo.backend import keras
from learnable.zoo.check import problem as module
from learnable.zoo.check.problem import (
    CheckProblem,
    baseline_study,
    best_row_scores,
    on_folds_of,
    too_slow,
)
from learnable.zoo.diagnosis.problem.task import TrainingTask
from learnable.zoo.diagnosis.search.trials import Split


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


@dataclass(frozen=True)
class Results:
    verdicts: tuple[Any, ...]
    signal: Any
    findings: tuple[Any, ...] = ()


@pytest.mark.parametrize(
    ("looked_up", "name"), [(True, "signal"), (False, "suspicious")]
)
def test_pairs_of_ids_that_come_twice_are_no_copies(monkeypatch, looked_up, name):
    parts = [keras.Input((), dtype="int32") for _ in "12"]
    vectors = [keras.layers.Embedding(9, 2)(part) for part in parts]
    plain = [keras.layers.Reshape((1,))(part) for part in parts]
    model = keras.Model(parts, keras.layers.Add()(vectors if looked_up else plain))
    x = [np.arange(40) % 9, np.arange(40) % 5]
    signal = Signal(0.005, 199, 0.5, "trees", 40, None, 1.0)
    copies = Verdict("suspicious", "", "Copies.", "Remove them.")
    study = Study(Results((copies,), signal), pd.DataFrame(), (), ())
    monkeypatch.setattr(module, "run_study", lambda *_, **__: study)
    problem: Any = SimpleNamespace(
        dataset=load("iris"), seed=0, fit=SimpleNamespace(model=model, x=x)
    )
    assert baseline_study(problem).results.verdicts[-1].name == name


def test_a_note_tells_what_the_budget_leaves_no_time_for():
    problem: Any = SimpleNamespace(dataset=load("iris"), seed=0)
    results = baseline_study(problem, 0.01).results
    assert "no time for boosting" in " ".join(results.about.notes)
    assert "boosting" not in {row.name for row in results.rows}


def test_after_the_time_for_the_rows_only_quick_baselines_are_run():
    problem: Any = SimpleNamespace(dataset=load("iris"), seed=0)
    results = baseline_study(problem, 600.0, latest=time.monotonic()).results
    assert {row.name for row in results.rows} == {"majority", "prior", "naive-bayes"}
    assert "no time for logistic, forest, boosting" in " ".join(results.about.notes)
    assert results.verdicts[-1].name == "signal"


def test_baselines_and_network_have_the_same_folds():
    """Also where groups of near rows are found, which are held out whole."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(12), 10)
    x = rng.normal(size=(12, 3))[group] + 0.01 * rng.normal(size=(120, 3))
    y = rng.permutation(np.repeat([0, 1], 6))[group]
    order = rng.permutation(120)
    x, y, group = x[order], y[order], group[order]
    task = TrainingTask("binary", y, np.array([0, 1]))
    table = pd.DataFrame(x, columns=["a", "b", "c"])
    dataset = Dataset(table, y, Card("rows", "rows", "binary", ""), ("0", "1"))
    nothing: Any = None
    before = CheckProblem(nothing, nothing, task, dataset, (), seed=0)
    study = baseline_study(before)
    problem = on_folds_of(study, before)
    for split in problem.splits:
        assert not set(group[split.train]) & set(group[split.test])
    scores = best_row_scores(study, problem)
    assert all(len(rows) == len(problem.splits) for rows in scores.values())


def test_an_autoencoder_is_compared_with_principal_components():
    """Others have the answer among the inputs, and score 1."""
    x = np.random.default_rng(0).normal(size=(60, 4))
    x[:, 0] *= 10
    wide, narrow = (SimpleNamespace(units=units) for units in (8, 1))
    model: Any = SimpleNamespace(layers=[wide, narrow])
    fit: Any = SimpleNamespace(x=x, y=x, model=model)
    task = TrainingTask("regression", x, np.zeros(0))
    splits = (Split(np.arange(40), np.arange(40, 60)),)
    nothing: Any = None
    problem = CheckProblem(nothing, fit, task, nothing, splits, seed=0)
    ((name, (scores,)),) = best_row_scores(nothing, problem).items()
    assert name == "PCA of 1"
    assert 0.1 < scores.mean() < 0.4  # one column of four
