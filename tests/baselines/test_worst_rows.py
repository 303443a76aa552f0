"""Rows that are predicted worst: which ones, and what is kept of them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.results.results import Results
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.scores.harness import Outcome
from learnable.baselines.scores.worst_rows import GREY_LEVELS, IMAGE_SIDE, worst_rows
from learnable.data.split import make_folds
from learnable.reports.sections.worst_rows import worst_row_facts

N = 60
LABELS = np.arange(N) % 2
SURE = np.stack([1 - LABELS, LABELS], axis=1) * 0.8 + 0.1


def found(data, **said):
    cut = make_folds(data, folds=3, repeats=1)
    outcomes = [
        Outcome(name, i, np.asarray(p)[fold.test])
        for name, p in said.items()
        for i, fold in enumerate(cut)
    ]
    board = collect_outcomes(data, cut, outcomes)
    return board.rows, worst_rows(board, board.rows)


def spoiled(*rows):
    """Good predictions, but for some rows, each worse than the one after it."""
    said = SURE.copy()
    for i, row in enumerate(rows):
        said[row] = said[row][::-1] if i else [1.0 - LABELS[row], LABELS[row]]
        said[row, LABELS[row]] = 0.01 * (i + 1)
        said[row, 1 - LABELS[row]] = 1 - 0.01 * (i + 1)
    return said


@pytest.fixture
def table(dataset_of):
    x = pd.DataFrame({f"x{i}": np.arange(N) + i / 2 for i in range(8)})
    x["x1"] = [f"a text of row {i} " * 9 for i in range(N)]
    return dataset_of(x, LABELS)


def test_lowest_probabilities_of_the_truth_come_first(table):
    _, worst = found(table, forest=spoiled(7, 20, 33, 41, 50, 52))
    assert [p.row for p in worst.predictions] == [7, 20, 33, 41, 50]
    first = worst.predictions[0]
    assert (first.truth, first.prediction, first.probability) == ("b", "a", 0.01)


def test_rows_stand_as_in_the_table(table):
    _, worst = found(table, forest=spoiled(7, 20))
    assert worst.columns == ("x0", "x1", "x2", "x3", "x4", "x5")
    values = worst.values[worst.rows.index(7)]
    assert values[0] == "7"
    assert values[1].startswith("a text of row 7")
    assert len(values[1]) <= 60


def test_numbers_are_ranked_by_their_distance(dataset_of):
    y = np.arange(N) / 2
    said = y.copy()
    said[[5, 11]] += [-9.0, 30.0]
    _, worst = found(dataset_of(np.zeros((N, 2)), y), forest=said)
    first = worst.predictions[0]
    assert (first.row, first.truth, first.prediction) == (11, "5.5", "35.5")
    assert first.probability is None


@pytest.mark.parametrize("shape", [(40, 30), (8, 8), (20, 20, 3), (3, 50)])
def test_images_are_small_pictures(dataset_of, shape):
    x = np.random.default_rng(0).integers(0, 256, (N, *shape))
    _, worst = found(dataset_of(x, LABELS), forest=spoiled(7))
    assert worst.values == ()
    assert len(worst.images) == len(worst.rows)
    image = np.array(worst.images[0])
    assert max(image.shape) <= IMAGE_SIDE
    assert 0 <= image.min() <= image.max() <= GREY_LEVELS


def test_networks_stand_beside_the_best_baseline(table):
    rows, worst = found(table, forest=spoiled(7, 20), logistic=spoiled(3, 4, 5, 6, 8))
    assert {p.candidate for p in worst.predictions} == {"forest"}
    named = {row.name for row in rows}
    assert named == {"forest", "logistic"}


def test_facts_say_what_candidates_share(table, made_results):
    _, worst = found(table, forest=spoiled(7, 20))
    other = [replace(p, candidate="net") for p in worst.predictions]
    both = replace(worst, predictions=(*worst.predictions, *other))
    facts = worst_row_facts(made_results(both))
    assert [one["name"] for one in facts["tables"]] == ["forest", "net"]
    assert facts["sentence"].startswith("5 rows are among the worst 5 of both")
    apart = [replace(p, candidate="net", row=p.row + 100) for p in worst.predictions]
    none = replace(worst, predictions=(*worst.predictions, *apart))
    assert "No row" in worst_row_facts(made_results(none))["sentence"]


def test_rows_come_back_from_disk(table, made_results):
    _, worst = found(table, forest=spoiled(7, 20))
    facts = json.loads(json.dumps(made_results(worst).to_dict()))
    assert Results.from_dict(facts).worst == worst


@pytest.fixture
def made_results():
    from learnable.baselines.results.results import About, Signal

    about = About("t", "t", "binary", "y", "", N, 8, {}, (), "")
    signal = Signal(0.5, 9, 0.0, "", N, None, 0.0)
    empty = Results("", 0, "", 0.0, {}, about, "", "skill", (), signal, ())
    return lambda worst: replace(empty, worst=worst)
