"""Rules on how many rows there are, and on test rows unlike the training rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.results.results import Signal, Verdict
from learnable.baselines.rules.context import LearnedContext, TableContext
from learnable.baselines.rules.drift import drift
from learnable.baselines.rules.examine import examine
from learnable.baselines.rules.too_few_rows import too_few_rows
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.scores.harness import Outcome
from learnable.baselines.verdicts.evidence import gather
from learnable.baselines.verdicts.verdict import data_verdict
from learnable.data import load
from learnable.data.split import make_folds


def signal(p=0.002, detectable=None) -> Signal:
    return Signal(p, 499, 0.3, "random trees", 100, detectable, 0.1)


def learned_from(dataset, said, *, verdict="signal", test=None) -> TableContext:
    """A case whose only baseline said this of each row, out of fold."""
    folds = make_folds(dataset)
    name = "logistic" if dataset.classes else "ridge"
    outcomes = [Outcome(name, i, said[f.test]) for i, f in enumerate(folds)]
    board = collect_outcomes(dataset, folds, outcomes)
    verdict = Verdict(verdict, "", "", "")
    learned = LearnedContext(board, test or signal(), verdict, dataset)
    return TableContext(dataset, board.rows, learned)


def columns(rng, n=200, k=3) -> pd.DataFrame:
    return pd.DataFrame(rng.normal(size=(n, k)), columns=[f"x{i}" for i in range(k)])


def sure(y: np.ndarray, classes: int, p: float = 0.9) -> np.ndarray:
    """Probability p for this class, the rest for the others."""
    said = np.full((len(y), classes), (1 - p) / (classes - 1))
    said[np.arange(len(y)), y] = p
    return said


def nothing_said(dataset) -> np.ndarray:
    if not dataset.classes:
        return np.full(len(dataset), dataset.y.mean())
    return np.tile(np.bincount(dataset.y) / len(dataset), (len(dataset), 1))


# D311


def test_undecided_says_how_many_rows_would_do(dataset_of, rng):
    data = dataset_of(columns(rng, 40), rng.integers(0, 2, 40))
    nothing = signal(0.3, 0.26)
    context = learned_from(data, nothing_said(data), verdict="undecided", test=nothing)
    found = too_few_rows(context)
    assert found
    assert found.finding.severity == "warning"
    assert found.finding.evidence["needed"] == pytest.approx(80)
    assert "About 80 rows" in found.finding.advice.replace("Collect about", "About")


@pytest.mark.parametrize(("p", "rows"), [(0.3, 1_000), (0.02, 400)])
def test_rows_that_are_asked_for_are_those_of_the_verdict(p, rows, dataset_of, rng):
    """For power where nothing was found; twice as many where something may be."""
    data = dataset_of(columns(rng, 200), rng.integers(0, 2, 200))
    context = learned_from(data, nothing_said(data), test=signal(p, 0.65))
    assert context.learned
    verdict = data_verdict(gather(context.learned.board, context.learned.signal))
    assert verdict.name == "undecided"
    learned = replace(context.learned, verdict=verdict)
    found = too_few_rows(replace(context, learned=learned))
    assert found
    assert found.finding.evidence["needed"] == pytest.approx(rows)
    assert f"{rows:,}" in verdict.change


@pytest.mark.parametrize(("rare", "told"), [(3, "warning"), (7, "note"), (10, None)])
def test_rare_classes_are_named(rare, told, dataset_of, rng):
    y = np.repeat([0, 1, 2], [100, 90, rare])
    context = learned_from(dataset_of(columns(rng, len(y)), y), sure(y, 3))
    found = too_few_rows(context)
    assert (found.finding.severity if found else None) == told
    assert found is None or "'c'" in found.finding.sentence


def test_skill_that_may_be_anything_is_a_note(dataset_of, rng):
    y = rng.integers(0, 2, 24)
    said = sure(y, 2, 0.8)
    said[:5] = sure(1 - y[:5], 2, 0.9)
    context = learned_from(dataset_of(columns(rng, 24), y), said)
    score = context.candidates[0].scores["skill"]
    assert score.low is not None
    assert score.high is not None
    assert score.mean > 0
    assert score.high - score.low > 0.5
    found = too_few_rows(context)
    assert found
    assert found.finding.severity == "note"


# D312


def test_shifted_column_of_the_test_rows_is_named(dataset_of, rng):
    x = columns(rng, 600).assign(town=rng.choice(["u", "v"], 600))
    x.loc[400:, "x1"] += 2
    found = drift(TableContext(dataset_of(x, rng.integers(0, 2, 600), n_test=200), ()))
    assert found
    assert found.finding.severity == "warning"
    assert found.columns[0] == "x1"
    evidence = found.finding.evidence
    assert evidence["low"] < evidence["auc"] < evidence["high"]


@pytest.mark.parametrize("rows", [60, 500])
def test_test_rows_drawn_alike_are_left_alone(rows, dataset_of, rng):
    x = columns(rng, rows).assign(town=rng.choice(["u", "v"], rows))
    data = dataset_of(x, rng.integers(0, 2, rows), n_test=rows // 3)
    assert drift(TableContext(data, ())) is None


def test_running_number_tells_test_rows(dataset_of, rng):
    x = columns(rng, 300).assign(number=np.arange(300))
    found = drift(TableContext(dataset_of(x, rng.normal(size=300), n_test=100), ()))
    assert found
    assert found.columns == ("number",)


def test_other_shares_of_classes_are_told(dataset_of, rng):
    y = np.repeat([0, 1, 0, 1], [200, 100, 50, 150])
    found = drift(TableContext(dataset_of(columns(rng, 500), y, n_test=200), ()))
    assert found
    assert found.finding.evidence["class_distance"] == pytest.approx(2 / 3 - 1 / 4)
    assert "41.7%" in found.finding.sentence


def test_images_of_one_kind_are_left_alone(dataset_of, rng):
    x = rng.normal(size=(200, 8, 8))
    data = dataset_of(x, rng.integers(0, 2, 200), n_test=80)
    assert drift(TableContext(data, ())) is None
    brighter = dataset_of(x + np.linspace(0, 1, 200)[:, None, None] // 0.6, data.y,
                          n_test=80)  # fmt: skip
    assert drift(TableContext(brighter, ()))


def test_iris_has_no_graver_finding_than_before(dataset_of):
    data = load("iris")
    context = learned_from(data, sure(data.y, 3, 0.97))
    found = examine(data, context.candidates, learned=context.learned)
    assert {f.finding.code for f in found if f.finding.severity != "note"} == {"D304"}
