import numpy as np
import pandas as pd
import pytest
from learnable.baselines.signal import feature_maps as maps
from learnable.baselines.signal import signal_test as signal
from learnable.baselines.signal.signal_test import signal_of
from learnable.data import load
from learnable.data.errors import BadData
from scipy import stats


@pytest.fixture
def _narrow(monkeypatch):
    """Four trees in place of sixteen: they cost the most."""
    monkeypatch.setattr(maps, "WIDTH", 64)


@pytest.fixture
def _p_only(monkeypatch):
    """Leaves out what would have been found, which costs more than the test."""
    monkeypatch.setattr(signal, "smallest_effect", lambda _: 1.0)


def null_classes(rng):
    return rng.normal(size=(40, 3)), rng.integers(0, 2, 40), None


def null_rare_class(rng):
    return rng.normal(size=(40, 3)), rng.permutation([0] * 35 + [1] * 3 + [2] * 2), None


def null_heavy_tails(rng):
    return rng.standard_cauchy((40, 3)), rng.standard_cauchy(40), None


def null_whole_groups(rng):
    groups = rng.integers(0, 12, 40)
    x = rng.normal(size=(12, 3))[groups] + 0.3 * rng.normal(size=(40, 3))
    return x, rng.integers(0, 2, 12)[groups], groups


def null_within_groups(rng):
    groups = rng.integers(0, 6, 40)
    effect = rng.normal(size=6)[groups]
    return (
        rng.normal(size=(40, 3)) + effect[:, None],
        effect + rng.normal(size=40),
        groups,
    )


def null_sites(rng):
    groups = rng.integers(0, 15, 40)
    return (
        rng.normal(size=(15, 2))[groups],
        rng.normal(size=(2, 40)).sum(axis=0),
        groups,
    )


NULLS = [
    null_classes,
    null_rare_class,
    null_heavy_tails,
    null_whole_groups,
    null_within_groups,
    null_sites,
]


@pytest.mark.slow
@pytest.mark.usefixtures("_p_only", "_narrow")
@pytest.mark.parametrize("null", NULLS)
def test_true_nulls_are_kept(null, dataset_of):
    rng, draws, found = np.random.default_rng(11), 100, []
    for seed in range(draws):
        x, y, groups = null(rng)
        data = dataset_of(x, y, groups=groups)
        found.append(signal_of(data, seed=seed).p)
    assert np.sum(np.array(found) <= 0.05 + 1e-9) <= stats.binom.isf(0.001, draws, 0.05)


@pytest.mark.usefixtures("_p_only")
@pytest.mark.parametrize("seed", range(5))
def test_few_orders_are_counted(seed, dataset_of):
    # four groups, two of each class: half of the six orders mirror the others, and no
    # p-value can be below 1/3; rounding must not tell equal orders apart
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(4), 10)
    x = rng.normal(size=(40, 2)) + rng.normal(size=(4, 2))[groups]
    data = dataset_of(x, rng.permutation([0, 0, 1, 1])[groups], groups=groups)
    assert signal_of(data, seed=seed).p > 0.25


def linear(rng, n=150):
    x = rng.normal(size=(n, 5))
    return x, (x[:, 0] + 0.5 * rng.normal(size=n) > 0).astype(int)


def both_or_neither(rng, n=400):
    x = rng.normal(size=(n, 2))
    return x, (x[:, 0] * x[:, 1] > 0).astype(int)


def periodic(rng, n=400):
    x = rng.uniform(0, 1, size=(n, 1))
    return x, np.sin(12 * x[:, 0]) + 0.5 * rng.normal(size=n)


def rare_class(rng, n=600):
    y = (np.arange(n) < 18).astype(int)
    return rng.normal(size=(n, 4)) + 2 * y[:, None], y


def heavy_tails(rng, n=200):
    x = rng.normal(size=(n, 3))
    return x, np.exp(3 * (x[:, 0] + 0.3 * rng.normal(size=n)))


@pytest.mark.parametrize(
    "relation", [linear, both_or_neither, periodic, rare_class, heavy_tails]
)
def test_relations_are_found(relation, dataset_of):
    found = signal_of(dataset_of(*relation(np.random.default_rng(3))))
    assert found.p == 1 / 200
    assert found.detectable is None
    assert found.explained > 0.02
    assert found.features


def test_site_features_are_found(dataset_of):
    # features that belong to the group can be tested between groups only
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(40), 5)
    sites = rng.normal(size=(40, 2))
    y = sites[groups, 0] + rng.normal(size=200)
    found = signal_of(dataset_of(sites[groups], y, groups=groups))
    assert found.p == 1 / 200
    assert found.rows == 40


@pytest.mark.parametrize("seed", [0, 1])
def test_seed_decides_p(seed, dataset_of):
    rng = np.random.default_rng(0)
    data = dataset_of(rng.normal(size=(60, 3)), rng.integers(0, 2, 60))
    a, b, other = (signal_of(data, seed=s) for s in (seed, seed, 7))
    assert (a.p, a.explained, a.detectable) == (b.p, b.explained, b.detectable)
    assert a.explained != other.explained


def normal(rng):
    return rng.normal(size=(40, 3))


SHAPES = {
    "one column": lambda rng: normal(rng)[:, :1],
    "more columns than rows": lambda rng: rng.normal(size=(40, 300)),
    "a constant column": lambda rng: np.c_[normal(rng), np.ones(40)],
    "columns of unlike scale": lambda rng: normal(rng) * [1e-200, 1, 1e200],
    "sorted rows": lambda rng: np.sort(normal(rng), axis=0),
    "equal rows": lambda rng: np.repeat(normal(rng)[:4], 10, axis=0),
    "images": lambda rng: rng.integers(0, 255, (40, 6, 6)).astype("uint8"),
    "text": lambda rng: pd.DataFrame({"t": rng.choice(["a", "b", "c"], 40)}),
    "gaps": lambda rng: np.where(rng.random((40, 3)) < 0.3, np.nan, normal(rng)),
}


@pytest.mark.usefixtures("_p_only")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("task", ["classes", "numbers"])
def test_any_table_is_tested(shape, task, dataset_of):
    rng = np.random.default_rng(2)
    y = rng.integers(0, 3, 40) if task == "classes" else rng.normal(size=40)
    found = signal_of(dataset_of(SHAPES[shape](rng), y))
    assert 0 < found.p <= 1
    assert found.rows == 40
    assert np.isfinite(found.explained)


@pytest.mark.parametrize(
    ("x", "y"), [(np.ones, np.random.default_rng(0).normal), (None, np.ones)]
)
def test_constants_prove_nothing(x, y, dataset_of):
    rows = np.ones((60, 2)) if x else np.random.default_rng(0).normal(size=(60, 2))
    found = signal_of(dataset_of(rows, y(size=60) if x else y(60)))
    assert found.p == 1
    assert found.explained == 0
    assert found.detectable == 1


@pytest.mark.parametrize("rows", [2, 3, 4])
def test_two_rows_are_enough(rows, dataset_of):
    data = dataset_of(
        np.arange(rows * 2.0).reshape(rows, 2), np.arange(rows) % 2, classes=2
    )
    assert signal_of(data).p > 0.1


def test_one_unit_is_refused(dataset_of):
    rows = np.arange(10.0)[:, None]
    with pytest.raises(BadData, match="1 row"):
        signal_of(dataset_of(rows[:1], np.array([1.0])))
    with pytest.raises(BadData, match="1 group"):
        signal_of(dataset_of(rows, np.arange(10.0), groups=np.zeros(10)))


@pytest.mark.usefixtures("_p_only")
def test_long_tables_are_sampled(monkeypatch, dataset_of):
    monkeypatch.setattr(signal, "MAX_TESTED_ROWS", 50)
    x, y = linear(np.random.default_rng(0), 300)
    assert signal_of(dataset_of(x, y)).rows == 50


def test_clear_relations_need_few_rows(monkeypatch, dataset_of):
    monkeypatch.setattr(signal, "GLANCES", (100, 300))
    found = signal_of(dataset_of(*linear(np.random.default_rng(0), 600)))
    assert (found.rows, found.permutations, found.p) == (100, 999, 1 / 1_000)


@pytest.mark.usefixtures("_p_only")
def test_every_look_is_counted(monkeypatch, dataset_of):
    monkeypatch.setattr(signal, "GLANCES", (40, 120))
    rng = np.random.default_rng(1)
    x = rng.normal(size=(900, 3))
    weak = 0.2 * x[:, 0] + rng.normal(size=900)
    found = signal_of(dataset_of(x, weak))
    assert found.rows == 900
    assert found.p == pytest.approx(1 / 200 + 2 / 1_000)


def test_more_rows_detect_more(dataset_of):
    def least(rows):
        rng = np.random.default_rng(rows)
        data = dataset_of(
            rng.normal(size=(rows, 3)), rng.permutation(np.arange(rows) % 2)
        )
        found = signal_of(data, seed=1)
        assert found.detectable is not None
        return found.detectable

    assert least(30) > least(120) > least(480)


@pytest.mark.slow
@pytest.mark.usefixtures("_narrow")
def test_detectable_relation_is_found(monkeypatch, dataset_of):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(100, 3))
    share = signal_of(dataset_of(x, rng.normal(size=100)), seed=2).detectable
    assert share is not None
    monkeypatch.setattr(signal, "smallest_effect", lambda _: 1.0)
    planted = stats.zscore(x @ rng.normal(size=(3, 60)), axis=0) * np.sqrt(share)
    targets = planted + rng.normal(size=(100, 60)) * np.sqrt(1 - share)
    found = [signal_of(dataset_of(x, y)).p for y in targets.T]
    assert 0.6 <= np.mean(np.array(found) <= 0.01) <= 0.95


def test_groups_count_as_one_row(dataset_of):
    # thirty groups of ten rows are thirty targets: no more is found than with 30 rows
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(30), 10)
    y = rng.permutation(np.arange(30) % 2)[groups]
    grouped = signal_of(dataset_of(rng.normal(size=(300, 3)), y, groups=groups))
    assert grouped.detectable is not None
    assert grouped.detectable > 0.3


def test_catalog_data_are_told_apart():
    assert signal_of(load("iris")).p == 1 / 200
    assert signal_of(load("noise")).p > 0.05
