import numpy as np
import pandas as pd
import pytest
from learnable.baselines import baselines_for
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.verdicts import leakage as suspicion
from learnable.baselines.verdicts.leakage import find_suspicion
from learnable.data.dataset import row_hashes
from learnable.data.split import make_folds
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier


@pytest.fixture
def suspect(monkeypatch):
    """What is suspicious in a dataset, by two quick baselines."""
    quick = {
        "logistic": LogisticRegression(C=100),
        "forest": RandomForestClassifier(60, random_state=0),
        "boosting": DecisionTreeClassifier(random_state=0),
    }

    def baselines(dataset, *, seed=0):
        return quick if dataset.is_classification else {"ridge": Ridge(0.01)}

    monkeypatch.setattr(suspicion, "baselines_for", baselines)

    def judge(dataset):
        folds = make_folds(dataset)
        found = harness.run(baselines(dataset), dataset, folds, jobs=1)
        board = collect_outcomes(dataset, folds, found)
        told = find_suspicion(board)
        return ("", "") if told is None else (told.kind, told.sentence)

    return judge


def columns(rng, n=200, k=3):
    return pd.DataFrame(rng.normal(size=(n, k)), columns=[f"x{i}" for i in range(k)])


@pytest.mark.slow  # many draws
def test_copied_classes_are_suspicious(suspect, dataset_of, rng):
    y = rng.integers(0, 3, 200)
    x = columns(rng).assign(outcome=np.array(["no", "maybe", "yes"])[y])
    kind, found = suspect(dataset_of(x, y))
    assert kind == "answer"
    assert "'outcome'" in found
    assert "x0" not in found


def test_column_of_cases_is_told_from_a_code(suspect, dataset_of, rng):
    """Persons with several rows each, whose label is the person's."""
    person = np.repeat(np.arange(25), 8)
    y = rng.permutation(np.arange(25) % 2)[person]
    names = np.array([f"P{i}" for i in range(25)])[person]
    told = suspect(dataset_of(columns(rng).assign(person=names), y))[1]
    assert "'person'" in told
    assert "Each of its 25 values has one target in its rows" in told
    assert "(--group)" in told


def test_date_of_a_trend_is_no_other_name_of_the_target(suspect, dataset_of, rng):
    days = pd.date_range("2024-01-01", periods=200)
    y = np.arange(200) + rng.normal(size=200) * 4
    kind, found = suspect(dataset_of(columns(rng).assign(day=days), y))
    assert (kind, "'day'" in found) == ("easy", True)


@pytest.mark.parametrize("rows", [1, 8])
def test_number_of_rows_in_a_file_sorted_by_class_is_no_measure(
    rows, suspect, dataset_of, rng
):
    x = columns(rng, 400).assign(number=np.arange(400) // rows)
    kind, found = suspect(dataset_of(x, np.repeat([0, 1], 200)))
    assert (kind, "'number'" in found) == ("answer", True)


@pytest.mark.parametrize("nobody", [0.0, np.nan])
def test_consequence_that_one_class_alone_has_is_suspicious(
    suspect, dataset_of, rng, nobody
):
    y = rng.integers(0, 2, 200)
    days = np.where(y == 1, rng.integers(1, 20, 200), nobody)
    kind, found = suspect(dataset_of(columns(rng).assign(days=days), y))
    assert kind == "answer"
    assert "'days'" in found


def test_measure_that_a_threshold_cuts_is_easy(suspect, dataset_of, rng):
    days = rng.integers(0, 25, 400)
    y = (days > 12).astype(int)
    kind, found = suspect(dataset_of(columns(rng, 400).assign(days=days), y))
    assert (kind, "'days'" in found) == ("easy", True)


def test_renamed_labels_are_suspicious(suspect, dataset_of, rng):
    y = rng.integers(0, 2, 200)
    codes = np.where(y == 1, rng.choice([3, 7], 200), rng.choice([1, 5], 200))
    kind, found = suspect(dataset_of(columns(rng).assign(code=codes.astype(str)), y))
    assert kind == "answer"
    assert "'code'" in found


@pytest.mark.parametrize("order", ["as it comes", "sorted"])
@pytest.mark.parametrize("tail", ["normal", "heavy"])
def test_copied_numbers_are_suspicious(order, tail, suspect, dataset_of, rng):
    y = rng.normal(size=200)
    y = np.exp(1.5 * y) if tail == "heavy" else y
    y = np.sort(y) if order == "sorted" else y
    kind, found = suspect(dataset_of(columns(rng).assign(euros=1.2 * y + 3), y))
    assert kind == "answer"
    assert "'euros'" in found


def test_honest_sensor_is_easy(suspect, dataset_of, rng):
    """Ohm's law: what is measured goes with the target, with noise of its own."""
    x = rng.normal(size=(300, 3))
    kind, _ = suspect(dataset_of(x, 2 * x[:, 0] + 0.05 * rng.normal(size=300)))
    assert kind in ("", "easy")


def test_column_made_from_the_classes_is_suspicious(suspect, dataset_of, rng):
    """Days since the last invoice, of customers who left and of those who stayed."""
    y = rng.integers(0, 2, 400)
    table = columns(rng, n=400)
    table["days"] = np.where(y == 1, 60, 15) + 5 * rng.normal(size=400)
    kind, told = suspect(dataset_of(table, y))
    assert kind == "answer"
    assert "'days'" in told


@pytest.mark.parametrize("count", [2, 3])
def test_copied_classes_are_suspicious_beside_good_columns(
    suspect, dataset_of, rng, count
):
    y = rng.integers(0, count, 400)
    good = columns(rng, n=400) + 2.6 * y[:, None]
    kind, told = suspect(dataset_of(good.assign(e=0.7 - 1.3 * y), y))
    assert kind == "answer"
    assert "a value for each class: 'e' (1.000" in told
    exact = good.assign(e=1.0 * y, f=np.where(y == 0, 4, 9.5 + y))
    assert suspect(dataset_of(exact, y))[0] == "easy", "two that agree are one thing"
    wrong = np.where(rng.random(400) < 0.01, 0, y)
    assert suspect(dataset_of(good.assign(e=wrong), y))[0] != "answer"


def test_two_clusters_are_easy(suspect, dataset_of, rng):
    y = rng.integers(0, 2, 200)
    kind, found = suspect(dataset_of(columns(rng, k=4) + 8 * y[:, None], y))
    assert kind == "easy"
    assert "threshold at" in found
    assert "right in all rows" in found


def test_true_threshold_is_easy(suspect, dataset_of, rng):
    x = columns(rng, 800).assign(temperature=rng.normal(37.5, 1, 800))
    kind, found = suspect(dataset_of(x, (x["temperature"] > 38).astype(int)))
    assert kind == "easy"
    assert "'temperature'" in found


def test_several_needed_columns_are_honest(suspect, dataset_of, rng):
    x = columns(rng, 600, 4)
    assert suspect(dataset_of(x, (x.sum(axis=1) > 0).astype(int)))[0] == ""
    assert suspect(dataset_of(x, x.sum(axis=1).to_numpy()))[0] == ""


def test_one_of_many_hints_is_honest(suspect, dataset_of, rng):
    y = rng.integers(0, 2, 300)
    x = columns(rng, 300) + 1.5 * y[:, None]
    assert suspect(dataset_of(x, y))[0] == ""


def test_ignorance_is_not_suspicious(suspect, dataset_of, rng):
    assert suspect(dataset_of(columns(rng), rng.integers(0, 2, 200)))[0] == ""


@pytest.mark.parametrize(
    "copies", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (3, 5))]
)
def test_duplicated_noise_is_suspicious(copies, suspect, dataset_of, rng):
    n = 600 // copies
    x, y = columns(rng, n), rng.integers(0, 2, n)
    rows = np.tile(np.arange(n), copies)
    kind, found = suspect(dataset_of(x.iloc[rows].reset_index(drop=True), y[rows]))
    assert kind == "copies"
    assert "are also training rows" in found


@pytest.mark.slow  # many draws
@pytest.mark.parametrize("levels", [3, 12])
def test_natural_duplicates_are_honest(levels, suspect, dataset_of, rng):
    x = pd.DataFrame(
        rng.integers(0, levels, size=(800, 4 if levels == 3 else 2)).astype(float)
    )
    x.columns = [f"x{i}" for i in range(x.shape[1])]
    chance = 1 / (1 + np.exp(-8 / levels * (x["x0"] - x["x1"])))
    assert suspect(dataset_of(x, (rng.random(800) < chance).astype(int)))[0] == ""


def test_grouped_duplicates_are_honest(suspect, dataset_of, rng):
    # copies that the user keeps on one side gain nothing, and are no leak
    x, y = columns(rng, 150), rng.integers(0, 2, 150)
    rows = np.repeat(np.arange(150), 4)
    assert suspect(dataset_of(x.iloc[rows], y[rows], groups=rows))[0] == ""


def test_images_are_no_columns(suspect, dataset_of, rng):
    y = rng.integers(0, 2, 120)
    x = rng.normal(size=(120, 2, 2)) + 9 * y[:, None, None]
    data = dataset_of(x.reshape(120, 4), y)
    assert suspect(data)[0] == "easy"  # any of four columns is enough
    image = dataset_of(x, y)
    folds = make_folds(image)
    flat = {"logistic": baselines_for(image)["logistic"]}
    board = collect_outcomes(image, folds, harness.run(flat, image, folds, jobs=1))
    assert find_suspicion(board) is None


def test_equal_rows_hash_alike(rng):
    x = columns(rng, 4)
    twice = pd.concat([x, x], ignore_index=True)
    for rows in (twice, twice.to_numpy().reshape(8, 3, 1), twice.astype(str)):
        hashes = row_hashes(rows)
        assert hashes[:4].tolist() == hashes[4:].tolist()
        assert len(set(hashes)) == 4
