import numpy as np
from learnable.baselines.signal.problem import (
    Problem,
    draw_orders,
    fold_numbers,
    make_problem,
)


def problem(groups, y):
    x = np.random.default_rng(0).normal(size=(len(y), 2))
    return Problem(x, (np.asarray(y, float)[:, None],), groups, 0)


def test_orders_are_true_permutations():
    orders = draw_orders(problem(None, np.arange(30)), 20, np.random.default_rng(0))
    assert len(orders) == 20
    assert all(sorted(o) == list(range(30)) for o in orders)


def test_whole_groups_swap_targets():
    groups = np.array(list("aabbbcdddd"))
    y = np.array([1, 1, 2, 2, 2, 3, 4, 4, 4, 4])
    for order in draw_orders(problem(groups, y), 50, np.random.default_rng(0)):
        new = {g: set(y[order][groups == g]) for g in "abcd"}
        assert all(len(values) == 1 for values in new.values())
        assert set.union(*new.values()) == {1, 2, 3, 4}


def test_rows_stay_in_their_groups():
    groups = np.array(list("abcabcabca"))
    drawn = draw_orders(problem(groups, np.arange(10)), 50, np.random.default_rng(0))
    assert all(sorted(o) == list(range(10)) for o in drawn)
    assert all((groups[o] == groups).all() for o in drawn)
    assert len({tuple(o) for o in drawn}) > 40


def test_folds_keep_groups_together():
    groups = np.repeat(np.arange(9), 4)
    folds = fold_numbers(problem(groups, np.arange(36)))
    assert all(len(set(folds[groups == g])) == 1 for g in range(9))
    assert set(folds) == set(range(5))


def test_copies_of_fine_rows_are_taken_out(dataset_of, rng):
    x, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    twice = dataset_of(np.r_[x, x[:5]], np.r_[y, y[:5]])
    assert len(make_problem(twice, limit=100, seed=0).x) == 20
    # measured twice: no copies
    again = dataset_of(np.r_[x, x[:5]], np.r_[y, y[:5] + 1])
    assert len(make_problem(again, limit=100, seed=0).x) == 25


def test_rows_that_are_equal_by_chance_stay(dataset_of, rng):
    data = dataset_of(rng.integers(0, 2, (60, 3)).astype(float), rng.integers(0, 2, 60))
    assert len(make_problem(data, limit=100, seed=0).x) == 60
