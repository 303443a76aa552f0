import numpy as np
import pytest
from learnable.baselines.signal import feature_maps as maps


def rows(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize(
    "shape", [(1, 1), (5, 3), (40, 1), (30, 200), (20, 4, 4), (9, 2_000)]
)
def test_maps_are_alike_in_size(shape):
    made = list(maps.feature_maps(rows(shape), seed=0))
    assert len(made) >= 4
    for found in made:
        z = found.z
        assert found.name
        assert len(z) == shape[0]
        assert np.isfinite(z).all()
        if shape[0] > 1:
            assert np.mean((z**2).sum(axis=1)) == pytest.approx(1, abs=1e-4)
            assert np.abs(z.mean(axis=0)).max() < 1e-4


def test_curves_are_of_one_column_each():
    x = maps.standardise(rows((60, 3)), np.random.default_rng(0))
    moved = x.copy()
    moved[:, 1] += 1
    same = np.isclose(maps.column_curves(x), maps.column_curves(moved)).all(axis=0)
    assert same.sum() == 2 * 2 * maps.WAVES
    assert not same[1::3].any()


def test_maps_follow_their_seed():
    def made(seed):
        return [m.z for m in maps.feature_maps(rows((30, 3)), seed=seed)]

    assert all(np.array_equal(a, b) for a, b in zip(made(1), made(1), strict=True))
    assert not np.array_equal(made(1)[1], made(2)[1])


@pytest.mark.parametrize("factor", [1e-300, 1e-14, 1e-6, 1e6, 1e200])
def test_units_do_not_matter(factor):
    x = rows((50, 2))
    scaled = maps.standardise(x * [factor, 1], np.random.default_rng(0))
    assert scaled == pytest.approx(
        maps.standardise(x, np.random.default_rng(0)), abs=1e-5
    )


@pytest.mark.parametrize("value", [0.0, 0.1, -1e9, 1e-30])
def test_constant_columns_are_dropped(value):
    x = np.c_[np.full(20, value), rows((20, 1))]
    assert maps.standardise(x, np.random.default_rng(0)).shape == (20, 1)


def test_constants_alone_become_zeros():
    made = maps.standardise(np.ones((5, 3)), np.random.default_rng(0))
    assert np.array_equal(made, np.zeros((5, 1)))


def test_far_values_are_cut():
    x = np.r_[rows(1_000), 1e6][:, None]
    assert np.abs(maps.standardise(x, np.random.default_rng(0))).max() == 4


def test_wide_rows_keep_their_distances():
    x = rows((30, 3_000))
    made = maps.standardise(x, np.random.default_rng(0))
    assert made.shape == (30, maps.MAX_COLUMNS)
    lengths = (made**2).sum(axis=1) / (x**2).sum(axis=1)
    assert lengths == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize("width", [1.0, 3.0])
def test_waves_approach_the_kernel(width, monkeypatch):
    monkeypatch.setattr(maps, "WIDTH", 20_000)
    x = rows((6, 4)).astype("float32")
    waves = maps.fourier_features(x, np.random.default_rng(0), width=width)
    scale = width * np.sqrt(2 * 4) / 2
    distances = ((x[:, None] - x[None]) ** 2).sum(axis=2)
    kernel = np.exp(-distances / (2 * scale**2))
    assert 2 * waves @ waves.T / 20_000 == pytest.approx(kernel, abs=0.05)
