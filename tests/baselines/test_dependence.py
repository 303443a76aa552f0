import numpy as np
import pandas as pd
import pytest
from learnable.baselines.signal import signal_test as signal
from learnable.baselines.signal.dependence import (
    find_permutation_unit,
    repeating_columns,
)
from learnable.baselines.signal.near_copies import expected_coincidences, near_copies
from learnable.baselines.signal.near_groups import cluster_near_rows
from learnable.baselines.signal.row_order import find_sorting, is_time
from learnable.baselines.signal.signal_test import signal_of
from learnable.benchmarks.dependent_rows import (
    DEPENDENT,
    RELATED,
    UNSEEN,
    clusters,
    persons,
)
from learnable.benchmarks.shapes import SIGNALS
from learnable.benchmarks.shapes import table as as_dataset
from learnable.data.split import make_folds


@pytest.fixture(autouse=True)
def _p_only(monkeypatch):
    """Leaves out what would have been found, which costs more than the test."""
    monkeypatch.setattr(signal, "smallest_effect", lambda _: 1.0)


KINDS = {
    "60 cases twice, with jitter .05": "case",
    "60 cases twice, but for a time stamp": "case",
    "15 groups of 10, shuffled": "case",
    "15 groups of 10, one by one": "case",
    "AR(.9), numbers": "time",
    "AR(.9), classes": "time",
    "random walks": "time",
    "seasons": "time",
}


@pytest.mark.parametrize("name", KINDS)
def test_dependence_is_found_and_no_signal(name):
    data = DEPENDENT[name](np.random.default_rng(4))
    unit = find_permutation_unit(data, seed=0)
    assert unit.kind == KINDS[name]
    found = signal_of(data)
    assert found.p > 0.01
    assert found.dependent
    assert found.unit == unit.reason
    assert "--rows independent" in found.unit
    assert found.p_rows is not None


@pytest.mark.parametrize("name", RELATED)
def test_relation_is_found_in_an_order(name):
    assert signal_of(RELATED[name](np.random.default_rng(5))).p <= 0.05


def test_column_of_persons_is_tried_as_groups():
    data = persons(named=True)(np.random.default_rng(7))
    found = signal_of(data)
    assert found.p > 0.01
    assert found.p_rows is not None
    assert found.p_rows <= 0.01
    assert found.unit.startswith("Rows with the same 'person'")


def test_relation_between_persons_is_found_where_a_few_of_their_rows_differ():
    """Rows permuted within persons do not show it, and no person has one label."""
    rng = np.random.default_rng([1, 5])
    person, ill = rng.permutation(np.repeat(np.arange(40), 5)), rng.integers(0, 2, 40)
    level = 2 * rng.normal(size=(40, 4)) + 6 * ill[:, None] * [1, 0, 0, 0]
    x = pd.DataFrame(level[person] + rng.normal(size=(200, 4))).rename(columns=str)
    y = np.where(rng.random(200) < 0.1, 1 - ill[person], ill[person])
    found = signal_of(as_dataset(x.assign(person=[f"p{p}" for p in person]), y))
    assert found.p <= 0.01


def test_cases_stay_in_one_fold():
    data = clusters(15, 10, 0.1, shuffled=True)(np.random.default_rng(1))
    known, _ = signal.signal_with_dependence(data)
    assert known.groups is not None
    for fold in make_folds(known):
        assert not set(known.groups[fold.test]) & set(known.groups[fold.train])


def test_folds_in_time_are_stretches(dataset_of):
    from dataclasses import replace

    data = dataset_of(np.zeros((100, 1)), np.arange(100.0))
    for fold in make_folds(replace(data, dependence="time")):
        assert (np.diff(fold.test) == 1).sum() >= len(fold.test) - 4


def test_given_dependence_is_not_looked_for():
    from dataclasses import replace

    data = DEPENDENT["random walks"](np.random.default_rng(4))
    found = signal_of(replace(data, dependence="none"))
    assert found.p <= 0.01
    assert not found.dependent
    assert "as the user asked" in found.unit


@pytest.mark.parametrize("columns", [2, 5, 20])
@pytest.mark.parametrize("digits", [1, 6])
def test_smooth_densities_hold_no_copies(columns, digits):
    for seed in range(10):
        rng = np.random.default_rng(seed)
        table = pd.DataFrame(rng.normal(size=(120, columns)).round(digits))
        assert near_copies(table, seed=0) is None


def test_sparse_columns_coincide_by_chance():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.poisson(0.15, (500, 10)))
    counts = table.value_counts().to_numpy()
    seen = (counts * (counts - 1) / 2).sum()
    assert expected_coincidences(table) == pytest.approx(seen, rel=0.2)


def test_sorting_is_found(dataset_of):
    rng = np.random.default_rng(0)
    data = dataset_of(rng.normal(size=(90, 2)), np.repeat([0, 1, 2], 30))
    assert find_sorting(data).by_target
    shuffled = dataset_of(rng.normal(size=(90, 2)), rng.permutation(data.y))
    assert not find_sorting(shuffled).found


def test_measures_are_no_groups(dataset_of):
    from dataclasses import replace

    rng = np.random.default_rng(0)
    age = rng.integers(20, 70, 300)
    x = np.c_[age, age + rng.normal(0, 5, 300)]
    data = dataset_of(x, (age + rng.normal(0, 9, 300) > 45).astype(int))
    assert repeating_columns(replace(data, dependence="none"), seed=0) == []


@pytest.mark.parametrize("others", [0, 20])
def test_two_columns_of_many_make_no_cases(others):
    """Numbers of two farms: near in two columns, and other animals in twenty."""
    rng = np.random.default_rng(0)
    case = np.repeat(np.arange(50), 4)
    places = rng.normal(size=(50, 2))[case] + 0.001 * rng.normal(size=(200, 2))
    kinds = rng.integers(0, 3, (200, others))
    table = pd.DataFrame(np.hstack([places, kinds])).rename(columns=str)
    assert (near_copies(table, seed=0) is None) == bool(others)


@pytest.mark.parametrize(
    "name",
    [
        "20 wider groups of 10, shuffled",
        "plates, shuffled",
        "visits of persons who drift, shuffled",
    ],
)
def test_groups_that_nothing_names_are_no_signal(name):
    found = signal_of(UNSEEN[name](np.random.default_rng(3)))
    assert found.p > 0.01
    assert found.dependent
    assert "independent" in found.unit
    assert found.p_rows is not None


@pytest.mark.parametrize("name", ["linear", "interaction only", "monotone", "periodic"])
def test_weak_relations_make_no_groups(name):
    for seed in range(3):
        data = SIGNALS[name](np.random.default_rng(seed))
        assert cluster_near_rows(data, seed=0) is None


def test_borders_between_rows_that_do_not_gather_make_no_groups(dataset_of):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(250, 2))
    ring = (x**2).sum(axis=1) > 2
    cross = (x[:, 0] > 0) ^ (x[:, 1] > 0)
    for y in (ring, cross):
        assert cluster_near_rows(dataset_of(x, y.astype(int)), seed=0) is None
    board = RELATED["a checkerboard"](rng)
    assert cluster_near_rows(board, seed=0) is None


def test_line_over_rows_in_groups_makes_no_groups():
    """Groups of like rows whose target follows two columns, not the group."""
    for seed in range(3):
        data = RELATED[SMALL_GROUPS](np.random.default_rng(seed))
        assert cluster_near_rows(data, seed=0) is None


SMALL_GROUPS = "40 groups of 5, target by two columns"


@pytest.mark.parametrize("name", ["two spirals", SMALL_GROUPS])
def test_sharp_relations_stay_signals(name):
    assert signal_of(RELATED[name](np.random.default_rng(2))).p <= 0.01


def test_order_of_the_target_alone_is_no_dependence(dataset_of):
    """Classes in long runs, and features that follow the class of their row only."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2, 0, 1, 2, 0, 1], 25)
    x = y[:, None] + rng.normal(size=(200, 3))
    assert find_permutation_unit(dataset_of(x, y), seed=0).kind == "row"


def test_dates_alone_are_the_order_of_a_series(dataset_of):
    """A random forest interpolates a walk between its days; that is no signal."""
    day = pd.DataFrame({"day": pd.date_range("2023-01-01", periods=300)})
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(8):
        walk = dataset_of(day, np.cumsum(rng.normal(size=300)))
        assert find_permutation_unit(walk, seed=0).kind == "time"
        found = signal_of(walk)
        assert "in the order of their dates" in found.unit
        wrong += found.p <= 0.01
    assert wrong <= 1
    noise = dataset_of(day, rng.normal(size=300))
    assert find_permutation_unit(noise, seed=0).kind == "row"
    shuffled = dataset_of(day.sample(frac=1, random_state=1), walk.y)
    assert find_permutation_unit(shuffled, seed=0).kind == "row"


def test_settings_drawn_from_all_are_no_series(dataset_of):
    rng = np.random.default_rng(0)
    grid = np.array(np.meshgrid(*[range(4)] * 6, indexing="ij")).reshape(6, -1).T
    some = grid[np.sort(rng.choice(len(grid), 900, replace=False))].astype("float64")
    y = (some[:, 0] + some[:, 1] + rng.normal(size=900) > 3).astype("int64")
    assert find_permutation_unit(dataset_of(some, y), seed=0).kind == "row"


def test_file_nearly_sorted_by_a_column_is_no_series(dataset_of):
    """Kinds one after the other, each by a length that falls now and then by a little.

    Two further lengths, a width and the target follow it.
    """
    rng = np.random.default_rng(0)
    kind = np.repeat(np.arange(5), 30)
    length = kind * 4 + np.tile(np.linspace(10, 40, 30), 5) + rng.normal(0, 0.4, 150)
    width = rng.normal(13, 2, 150)
    x = np.c_[kind, length, 1.1 * length, 1.2 * length + 0.3, width]
    y = length**3 / 100 * (1 + 0.1 * rng.normal(size=150))
    assert (np.diff(length)[np.diff(kind) == 0] < 0).any()
    assert find_permutation_unit(dataset_of(x, y), seed=0).kind == "row"


def _walks(rng, days=240):
    """Walks that have nothing to do with each other, at days in their order."""
    day = pd.date_range("2024-01-01", periods=days, tz="Europe/Berlin")
    table = pd.DataFrame(np.cumsum(rng.normal(size=(days, 2)), axis=0))
    table = table.set_axis(["oil", "gold"], axis=1).assign(day=day)
    return table, np.cumsum(rng.normal(size=days))


def test_dated_rows_depend_on_each_other_in_whatever_order_they_stand(dataset_of):
    rng, wrong = np.random.default_rng(3), 0
    for _ in range(5):
        table, walk = _walks(rng)
        order = rng.permutation(len(walk))
        known, found = signal.signal_with_dependence(
            dataset_of(table.iloc[order], walk[order])
        )
        assert found.dependent
        assert "neighbours by 'day'" in found.unit
        assert found.p_rows is not None
        assert found.p_rows <= 0.01
        assert (known.rows_in_order == np.argsort(order)).all()
        wrong += found.p <= 0.01
    assert wrong <= 1
    for fold in make_folds(known):
        places = np.sort(order[fold.test])
        assert (np.diff(places) == 1).sum() >= len(places) - 4


def test_measures_that_a_time_is_part_of_are_no_times():
    names = ["time", "Date_Time", "year", "record", "cars_per_hour", "day minutes used"]
    assert [n for n in names if is_time(n)] == ["time", "Date_Time", "year"]


def test_dates_without_likeness_leave_rows_alone(dataset_of):
    rng = np.random.default_rng(0)
    table, _ = _walks(rng)
    noise = dataset_of(table.sample(frac=1, random_state=1), rng.normal(size=240))
    assert find_permutation_unit(noise, seed=0).kind == "row"


def test_relation_is_found_in_shuffled_dates(dataset_of):
    rng = np.random.default_rng(1)
    table, _ = _walks(rng)
    order = rng.permutation(len(table))
    y = (table["oil"].diff().fillna(0) + 0.5 * rng.normal(size=240)).cumsum()
    assert signal_of(dataset_of(table.iloc[order], y.to_numpy()[order])).p <= 0.01


def test_classes_whose_rows_are_all_alike_make_no_warning():
    """Likeness within has no spread but that of rounding, which may be negative."""
    seed = 30
    data = RELATED["sorted by three classes"](np.random.default_rng([seed, 98]))
    assert cluster_near_rows(data, seed=seed) is None
