"""Grids and random draws of settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.data.errors import Misuse
from learnable.zoo.experiments.grid import Range, draw, grid, parse_variations


def test_grid_has_every_combination():
    axes = parse_variations(["hidden=[4],[16,16]", "activation=relu,tanh", "dropout=0"])
    found = grid(axes, most=10)
    assert len(found) == 4
    assert {"hidden": "[16, 16]", "activation": "tanh", "dropout": "0"} in found
    assert [list(one) for one in found] == [["hidden", "activation", "dropout"]] * 4


@given(
    low=st.floats(1e-6, 1),
    factor=st.floats(1.1, 1e5),
    seed=st.integers(0, 1_000),
    count=st.integers(1, 9),
)
def test_draws_lie_in_their_range(low, factor, seed, count):
    axes = {"rate": Range(low, low * factor, whole=False), "act": ("relu", "tanh")}
    found = draw(axes, count, seed=seed)
    assert found == draw(axes, count, seed=seed)
    for one in found:
        assert 0.99 * low <= float(one["rate"]) <= 1.01 * low * factor
        assert one["act"] in axes["act"]
    assert len({tuple(one.items()) for one in found}) == len(found)


def test_draws_are_even_over_the_logarithm():
    found = draw({"rate": Range(1e-4, 1.0, whole=False)}, 400, seed=0)
    share = sum(float(one["rate"]) < 1e-2 for one in found) / len(found)
    assert 0.4 < share < 0.6


def test_whole_numbers_stay_whole():
    axes = parse_variations(["batch_size=8..64"])
    assert all(8 <= int(one["batch_size"]) <= 64 for one in draw(axes, 20, seed=1))


def test_few_combinations_are_all_drawn():
    found = draw({"activation": ("relu", "tanh")}, 9, seed=0)
    assert sorted(one["activation"] for one in found) == ["relu", "tanh"]


@pytest.mark.parametrize(
    ("given_text", "said"),
    [
        (["hidden"], "is not NAME=VALUES"),
        (["hidden="], "is not NAME=VALUES"),
        (["=3"], "is not NAME=VALUES"),
        (["dropout=0,0"], "has a duplicate or"),
        (["activation=relu,,tanh"], "or an empty value"),
        (["dropout=0", "dropout=1"], "is varied twice"),
        (["data.limit=10,20"], "cannot be varied"),
        (["seed=1,2"], "cannot be varied"),
        (["optimizer.learning_rate=1..0.1"], "is not a range"),
        (["optimizer.learning_rate=0..1"], "is not a range"),
        (["optimizer.learning_rate=a..b"], "is not a range"),
    ],
)
def test_wrong_variation_is_named(given_text, said, refused):
    assert said in refused(Misuse, parse_variations, given_text)


def test_grid_must_be_finite_and_small(refused):
    ranges = parse_variations(["optimizer.learning_rate=0.1..1"])
    assert "--random" in refused(Misuse, grid, ranges, most=9)
    axes = parse_variations(["batch_size=1,2,3,4", "dropout=0,0.1,0.2"])
    assert "the grid has 12 recipes, and at most 9 are allowed" in refused(
        Misuse, grid, axes, most=9
    )
