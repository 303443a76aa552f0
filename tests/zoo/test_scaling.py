import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from learnable.zoo.networks.export import fit_scaling

NUMBERS = st.one_of(
    st.floats(-1e6, 1e6),
    st.floats(-1e150, 1e150),
    st.integers(-3, 3).map(float),
    st.floats(-1e-150, 1e-150),
)
TABLES = arrays("float64", array_shapes(min_dims=2, max_dims=2), elements=NUMBERS)
IMAGES = arrays("uint8", array_shapes(min_dims=3, max_dims=4))
EITHER = st.one_of(TABLES, IMAGES)


@given(EITHER)
def test_unit_reaches_from_0_to_1(x):
    scaled = fit_scaling("unit", x, None).apply(x)
    assert scaled.dtype == "float32"
    assert scaled.min() >= -1e-3
    assert scaled.max() <= 1 + 1e-3


@given(EITHER)
def test_range_reaches_from_minus_1_to_1(x):
    scaled = fit_scaling("range", x, None).apply(x)
    assert np.abs(scaled).max() <= 1 + 1e-3


@given(EITHER)
def test_standard_has_mean_0_deviation_1(x):
    scaled = fit_scaling("standard", x, None).apply(x).astype("float64")
    axis = 0 if x.ndim == 2 else None
    assert np.abs(scaled.mean(axis=axis)) == pytest.approx(0, abs=1e-3)
    deviations = np.atleast_1d(scaled.std(axis=axis))
    assert np.all((np.abs(deviations - 1) < 1e-3) | (deviations < 1e-3))


@given(EITHER)
def test_none_changes_nothing(x):
    given = fit_scaling("none", x, (0, 255)).apply(x)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(given, x.astype("float32"))


@pytest.mark.parametrize("kind", ["unit", "range", "standard"])
@pytest.mark.parametrize("value", [0.0, 0.1, -7.0, 1e9 / 3, 1e-20, 1e20 / 3])
def test_constant_column_becomes_0(kind, value):
    x = np.full((1_000, 2), value)
    assert np.abs(fit_scaling(kind, x, None).apply(x)).max() <= 1e-6 * max(1, value)


@pytest.mark.parametrize("size", [1e-100, 1e-20, 1.0, 1e20])
def test_unit_of_measurement_is_nothing(size):
    x = np.array([[1.0], [2.0], [4.0]])
    scaled = [fit_scaling("standard", v, None).apply(v) for v in (x, x * size)]
    np.testing.assert_allclose(*scaled, rtol=1e-6)


def test_known_limits_go_before_seen():
    x = np.array([[100.0, 0.0], [200.0, 1.0]])
    np.testing.assert_allclose(
        fit_scaling("unit", x, (0, 400)).apply(x)[1], [0.5, 1 / 400]
    )
    np.testing.assert_allclose(fit_scaling("range", x, (0, 200)).apply(x)[:, 0], [0, 1])


def test_standard_leaves_known_limits():
    x = np.array([[100.0], [200.0]])
    np.testing.assert_allclose(
        fit_scaling("standard", x, (0, 400)).apply(x), [[-1], [1]]
    )


def test_columns_have_their_own_limits():
    x = np.array([[0.0, 10.0], [1.0, 20.0]])
    assert fit_scaling("unit", x, None).apply(x).tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize("kind", ["unit", "range", "standard"])
def test_pixels_have_common_limits(kind):
    x = np.zeros((3, 4, 4, 3), "uint8")
    x[0, 0, 0, 0], x[1, 1, 1, 1] = 200, 50
    scaling = fit_scaling(kind, x, None)
    assert scaling.factor.shape == scaling.offset.shape == (1,)
    kept = scaling.apply(x)
    assert kept[0, 0, 0, 0] > kept[1, 1, 1, 1] > kept[2, 2, 2, 2]
