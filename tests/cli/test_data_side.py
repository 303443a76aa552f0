"""What the rows that a script trains on, and asks about, say of themselves."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.results.findings import Finding
from learnable.baselines.results.results import Verdict
from learnable.data import Card, Dataset
from learnable.zoo.check import data_faults as data_side
from learnable.zoo.check import duplicates as copied

RNG = np.random.default_rng(0)


def dataset(x: Any, y: Any = None) -> Dataset:
    table = pd.DataFrame(
        np.asarray(x), columns=[f"c{i}" for i in range(np.shape(x)[1])]
    )
    codes = RNG.integers(0, 2, len(table)) if y is None else np.asarray(y)
    return Dataset(table, codes, Card("d", "d", "binary", "y"), classes=("0", "1"))


def drawn_again(rows: int = 900, of: int = 150) -> Dataset:
    """Noise of which every row stands there several times, with its label."""
    x, y = RNG.integers(0, 60, (of, 3)), RNG.integers(0, 2, of)
    chosen = RNG.choice(of, rows)
    return dataset(x[chosen], y[chosen])


def values(data: Dataset) -> np.ndarray:
    """What a network is given of it."""
    return np.asarray(data.x)


def test_words_in_another_order_are_another_row():
    words = RNG.integers(0, 3, (600, 9))
    assert len(np.unique(copied.input_hashes(words))) > 550


def test_rows_are_equal_that_are_equal_in_all_inputs():
    one, two = np.arange(4) // 2, np.array(["a", "a", "b", "c"], dtype=object)
    found = copied.input_hashes([one, {"texts": two}])
    assert [*(found == found[0])] == [True, True, False, False]


def test_numbers_are_the_same_in_any_type():
    x = RNG.integers(0, 9, (20, 3))
    assert copied.share_trained_on(x, [x.astype("float32")[5:]]) == 1


def test_copies_of_rows_with_numbers_to_predict_flatter():
    data = drawn_again()
    noise = RNG.normal(size=150)[
        np.unique(values(data), axis=0, return_inverse=True)[1]
    ]
    card = Card("d", "d", "regression", "y")
    numbers = Dataset(data.x, noise, card)
    kinds = copied.find_copies(values(numbers))
    assert kinds is not None
    found = copied.duplicate_fault(numbers, kinds, 0.9)
    assert found is not None
    assert found.label == "duplicate-rows-across-split"
    # a setting that is measured again is no copy
    again = Dataset(data.x, noise + RNG.normal(size=len(noise)), card)
    assert copied.duplicate_fault(again, kinds, 0.9) is None


def test_few_different_rows_are_all_there_is():
    assert copied.find_copies(values(drawn_again(of=30))) is None


def test_rows_drawn_again_are_copies():
    found = copied.find_copies(values(drawn_again()))
    assert found is not None
    assert len(np.unique(found)) <= 150


@pytest.mark.parametrize(
    "x",
    [
        np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 50),
        RNG.integers(0, 4, (400, 3)),
        RNG.normal(size=(200, 3)),
    ],
    ids=["all there are", "few values", "no equals"],
)
def test_equal_rows_by_chance_are_no_copies(x):
    assert copied.find_copies(x) is None


def test_copies_on_both_sides_flatter():
    data = drawn_again()
    kinds = copied.find_copies(values(data))
    assert kinds is not None
    found = copied.duplicate_fault(data, kinds, 0.9)
    assert found is not None
    assert found.label == "duplicate-rows-across-split"


def test_copies_of_what_can_be_learned_do_not():
    x = RNG.integers(0, 60, (300, 3))[RNG.choice(300, 900)]
    data = dataset(x, (x[:, 0] > 30).astype(int))
    kinds = copied.find_copies(values(data))
    assert kinds is not None
    assert copied.duplicate_fault(data, kinds, 0.9) is None


def test_a_stretch_of_the_training_rows_is_part_of_them():
    data = dataset(RNG.normal(size=(50, 2)))
    asked = dataset(np.asarray(data.x)[10:30])
    assert data_side.is_part(asked, data)
    assert not data_side.is_part(dataset(RNG.normal(size=(20, 2))), data)


def test_rows_of_another_scale_that_are_answered_otherwise_are_told():
    own, other = RNG.normal(size=(300, 3)), RNG.normal(50, 9, size=(200, 3))
    said = RNG.integers(0, 2, 300), np.ones(200, dtype=int)
    found = data_side.find_mismatch(dataset(own), dataset(other), said)
    assert found is not None
    assert found.label == "train-test-mismatch"
    # what a network that learned nothing says of them is arbitrary
    rows = dataset(own), dataset(other)
    assert data_side.find_mismatch(*rows, said, learned=False) is None


def test_rows_like_those_trained_on_are_not():
    own, other = RNG.normal(size=(300, 3)), RNG.normal(size=(200, 3))
    said = np.zeros(300, dtype=int), np.ones(200, dtype=int)
    assert data_side.find_mismatch(dataset(own), dataset(other), said) is None


def study_of(*findings, verdict="signal"):
    verdicts = [Verdict(verdict, "", "what the data say", "what would change it")]
    return SimpleNamespace(
        results=SimpleNamespace(verdicts=verdicts, findings=findings)
    )


def noise(share, severity="warning", wrong=0.1):
    return Finding(
        "D307",
        "label-noise",
        severity,
        "seen",
        "do",
        (),
        (),
        0,
        9,
        {"sure_share": share, "wrong_share": wrong},
    )


@pytest.mark.parametrize(
    ("finding", "named"),
    [
        (noise(0.3), ["label-noise"]),
        (noise(0.05), []),
        (noise(0.3, "note"), []),
        (Finding("D304", "row-order", "warning", "seen", "do"), []),
    ],
    ids=["many", "few", "a note", "another"],
)
def test_many_wrong_labels_are_a_cause_though_something_is_learned(finding, named):
    study, rows = study_of(finding), dataset(RNG.normal(size=(60, 2)))
    found = data_side.data_causes(study, rows, learned=True, failing=False)
    assert [cause.label for cause in found] == named


@pytest.mark.parametrize(("wrong", "named"), [(0.25, []), (0.15, ["label-noise"])])
def test_of_images_only_good_judges_tell_wrong_labels(wrong, named):
    pixels = RNG.normal(size=(60, 4, 4, 1)).astype("float32")
    card = Card("rows", "rows", "binary", "")
    rows = Dataset(pixels, np.arange(60) % 2, card, ("a", "b"))
    study = study_of(noise(0.3, wrong=wrong))
    found = data_side.data_causes(study, rows, learned=True, failing=False)
    assert [cause.label for cause in found] == named


def test_sorted_rows_are_named_with_what_to_do():
    order = Finding("D304", "row-order", "warning", "sorted", "a file")
    rows = dataset(RNG.normal(size=(60, 2)))
    found = data_side.sorted_rows(study_of(order), rows)
    assert found is not None
    assert "Shuffle the rows" in found.advice
    assert data_side.sorted_rows(study_of(noise(0.3)), rows) is None
    walk = RNG.normal(size=400).cumsum()
    windows = dataset(np.stack([walk[i : i + 20] for i in range(300)]))
    assert data_side.sorted_rows(study_of(order), windows) is None


@pytest.mark.parametrize(
    ("columns", "verdict", "is_leak"),
    [
        (("c1",), "suspicious", True),
        ((), "suspicious", False),
        (("c1",), "signal", False),
    ],
)
def test_a_leak_has_columns_and_a_suspicious_verdict(columns, verdict, is_leak):
    leak = Finding("D308", "leak", "error", "seen", "do", columns)
    found = data_side.find_leak(study_of(leak, verdict=verdict))
    assert (found is leak) == is_leak


def test_a_network_that_fails_is_not_failed_by_what_is_too_good():
    leak = Finding("D308", "leak", "error", "seen", "do", ("c1",))
    rows = dataset(RNG.normal(size=(60, 2)))
    study: Any = study_of(leak, verdict="suspicious")
    for failing, labels in ((False, ["leak"]), (True, [])):
        found = data_side.data_causes(study, rows, learned=True, failing=failing)
        assert [cause.label for cause in found] == labels


def test_a_column_that_varies_only_elsewhere_is_a_stray():
    x = RNG.normal(size=(80, 3))
    x[:, 1] = 0
    other = RNG.normal(size=(40, 3))
    other[:, 1] = 0
    assert data_side.find_stray_columns(dataset(x), dataset(other)) == ()
    other[7, 1] = 1  # a category that was not seen, as it was written
    assert data_side.find_stray_columns(dataset(x), dataset(other)) == ()
    other[7, 1] = 1e6  # ... divided by next to nothing
    assert data_side.find_stray_columns(dataset(x), dataset(other)) == ("c1",)
    assert "c1" in data_side.stray_columns_fault(("c1",)).sentence


@pytest.mark.parametrize("prepare", [lambda x: 255 * x - 100, lambda x: x + 100])
def test_rows_that_are_elsewhere_in_all_columns_have_no_strays(prepare):
    x = RNG.normal(size=(80, 3))
    x[:, 1] = 0
    assert data_side.find_stray_columns(dataset(x), dataset(prepare(x))) == ()


def test_columns_that_only_one_part_has_are_no_strays():
    x = dataset(RNG.normal(size=(80, 3)))
    more = dataset(RNG.normal(size=(40, 6)))
    assert data_side.find_stray_columns(x, more) == ()
    assert data_side.find_stray_columns(more, x) == ()
    other = dataset(RNG.normal(size=(40, 1)))
    other.x.columns = ["elsewhere"]
    assert data_side.find_stray_columns(x, other) == ()


def texts(*said):
    table = pd.DataFrame({"text": said})
    card = Card("d", "d", "binary", "y")
    return Dataset(table, np.arange(len(said)) % 2, card, classes=("0", "1"))


def test_texts_have_copies_and_no_spread():
    data = texts(*(f"word {i % 60}" for i in range(240)))
    kinds = copied.find_copies(values(data))
    assert kinds is not None
    assert copied.duplicate_fault(data, kinds, 0.9) is None
    assert data_side.find_stray_columns(data, data) == ()
    said = np.zeros(240, dtype=int), np.zeros(240, dtype=int)
    assert data_side.find_mismatch(data, data, said) is None


def test_rows_on_quite_another_scale_are_told_though_answered_alike():
    own, other = RNG.normal(size=(300, 3)), 255 * RNG.normal(size=(200, 3))
    said = np.zeros(300, dtype=int), np.zeros(200, dtype=int)
    found = data_side.find_mismatch(dataset(own), dataset(other), said)
    assert found is not None
    assert found.label == "train-test-mismatch"
    assert data_side.find_mismatch(dataset(own), dataset(3 * other / 255), said) is None


def windows(series, steps, behind):
    """Windows of a series, and the value so many steps behind the end of each."""
    starts = range(len(series) - steps - 1)
    x = np.stack([series[start : start + steps] for start in starts])
    return x, np.array([series[start + steps - 1 + behind, 1] for start in starts])


@pytest.mark.parametrize(("behind", "is_leak"), [(0, True), (1, False)])
def test_a_window_that_holds_the_target_is_a_leak(behind, is_leak):
    series = RNG.normal(size=(120, 3)).cumsum(axis=0)
    x, y = windows(series, 8, behind)
    found = data_side.target_in_window(x, 5 * y + 2)
    assert (found is not None) == is_leak
    if found is not None:
        assert found.label == "leak"
        assert "step 8 of 8 of series 2" in found.sentence


def test_rows_that_do_not_overlap_may_hold_their_target():
    x = RNG.normal(size=(100, 8, 1))
    assert data_side.target_in_window(x, x[:, 0, 0]) is None
    assert data_side.target_in_window(x[:, :, 0], x[:, 0, 0]) is None
