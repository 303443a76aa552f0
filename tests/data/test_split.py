import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data import Card, Dataset, ZooError, load
from learnable.data.errors import BadData, Misuse
from learnable.data.split import cut, hold_out, make_folds, sample_rows

PARTS = ("train", "validation", "test")


def dataset_of(y, groups=None, n_test=0) -> Dataset:
    y = np.asarray(y)
    codes = y.dtype.kind == "i"
    task = "regression" if not codes else "binary" if y.max() == 1 else "multiclass"
    classes = tuple(map(str, range(y.max() + 1))) if codes else ()
    x = pd.DataFrame({"x": np.arange(len(y), dtype=float)})
    groups = None if groups is None else np.asarray(groups)
    card = Card("made", "", task, "y")
    return Dataset(x, y, card, classes, groups=groups, n_test=n_test)


BINARY = [0] * 70 + [1] * 30
QUANTITY = np.arange(100) * 1.5
GROUPS = np.arange(100) // 5


@pytest.mark.parametrize("y", [BINARY, QUANTITY])
@pytest.mark.parametrize("groups", [None, GROUPS])
@pytest.mark.parametrize(("folds", "repeats"), [(2, 1), (5, 1), (5, 3), (20, 1)])
def test_folds_cover_all_rows(y, groups, folds, repeats):
    made = make_folds(dataset_of(y, groups), folds=folds, repeats=repeats)
    assert len(made) == folds * repeats
    for fold in made:
        both = np.concatenate([fold.train, fold.test])
        assert sorted(both) == list(range(100))
        if groups is not None:
            assert not set(groups[fold.train]) & set(groups[fold.test])
    for i in range(repeats):
        tested = [fold.test for fold in made[i * folds : (i + 1) * folds]]
        assert sorted(np.concatenate(tested)) == list(range(100))


def test_folds_keep_class_shares():
    for fold in make_folds(dataset_of(BINARY), folds=10):
        assert np.bincount(np.array(BINARY)[fold.test]).tolist() == [7, 3]


@pytest.mark.parametrize("y", [BINARY, QUANTITY])
@pytest.mark.parametrize("groups", [None, GROUPS])
def test_folds_follow_their_seed(y, groups):
    def tests(seed: int) -> list[list[int]]:
        folds = make_folds(dataset_of(y, groups), repeats=2, seed=seed)
        return [fold.test.tolist() for fold in folds]

    assert tests(3) == tests(3)
    assert tests(3) != tests(4)
    assert tests(3)[:5] != tests(3)[5:]


def test_official_rows_are_only_fold():
    dataset = dataset_of(BINARY, n_test=30)
    (fold,) = make_folds(dataset, folds=5, repeats=3)
    assert fold.test.tolist() == list(range(70, 100))
    assert fold.train.tolist() == list(range(70))
    assert cut(dataset).test.tolist() == list(range(70, 100))


def test_rare_class_needs_no_fold():
    dataset = dataset_of([0] * 18 + [1] * 2)
    assert len(make_folds(dataset, folds=5)) == 5


def test_few_groups_leave_none_empty():
    y = [0, 2, 2, 0, 0, 1, 0, 0, 0, 2, 2, 3, 3, 4, 3, 3, 4, 1, 2, 0, 2, 0, 0]
    groups = [0, 2, 2, 0, 0, 1, 0, 0, 0, 2, 2, 3, 3, 4, 3, 3, 1, 2, 2, 0, 2, 0, 0]
    made = make_folds(dataset_of(y, groups), folds=5)
    assert all(len(fold.test) for fold in made)
    assert sorted(np.concatenate([fold.test for fold in made])) == list(range(23))


@pytest.mark.parametrize(
    ("y", "groups", "text"),
    [
        ([0.0, 1.0, 2.0, 3.0], None, "4 rows cannot be cut into 5 folds; give"),
        ([0, 1] * 4, None, "4 rows of the commonest class"),
        ([0, 1] * 10, [0, 1] * 10, "2 groups"),
        ([0, 1] * 10, [0] * 20, "1 groups cannot be cut into 5 folds; bring"),
        ([0, 1, 2] * 2, range(6), "2 rows of the commonest class"),
    ],
)  # fmt: skip
def test_too_few_rows_are_refused(refused, y, groups, text):
    groups = None if groups is None else list(groups)
    assert text in refused(BadData, make_folds, dataset_of(y, groups), folds=5)


@pytest.mark.parametrize(("folds", "repeats"), [(1, 1), (0, 1), (-3, 1), (5, 0)])
def test_few_folds_are_misuse(refused, folds, repeats):
    call = {"folds": folds, "repeats": repeats}
    refused(Misuse, make_folds, dataset_of(BINARY), **call)


@pytest.mark.parametrize("y", [BINARY, QUANTITY])
def test_cut_has_its_shares(y):
    parts = cut(dataset_of(y))
    assert [len(getattr(parts, p)) for p in PARTS] == [64, 16, 20]
    rows = np.concatenate([getattr(parts, p) for p in PARTS])
    assert sorted(rows) == list(range(100))


def test_cut_keeps_class_shares():
    parts = cut(dataset_of(BINARY))
    for part in PARTS:
        share = np.array(BINARY)[getattr(parts, part)].mean()
        assert share == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("y", [BINARY, QUANTITY])
def test_cut_keeps_groups_together(y):
    parts = cut(dataset_of(y, GROUPS))
    families = [set(GROUPS[getattr(parts, p)]) for p in PARTS]
    assert sum(map(len, families)) == len(set(GROUPS)) == len(set.union(*families))


def test_cut_follows_its_seed():
    dataset = dataset_of(BINARY)
    assert cut(dataset, seed=1).test.tolist() == cut(dataset, seed=1).test.tolist()
    assert cut(dataset, seed=1).test.tolist() != cut(dataset, seed=2).test.tolist()


@pytest.mark.parametrize("groups", [None, GROUPS])
@pytest.mark.parametrize("y", [BINARY, QUANTITY])
def test_hold_out_parts_rows(y, groups):
    y = np.asarray(y)
    a, b = hold_out(y, 0.2, classes=y.dtype.kind == "i", groups=groups, seed=1)
    assert sorted([*a, *b]) == list(range(100))
    assert a.tolist() == sorted(a)
    assert len(b) == 20
    if groups is not None:
        assert not set(groups[a]) & set(groups[b])


@pytest.mark.parametrize(
    ("y", "groups"), [([0.5], None), ([0.5, 1], None), ([0.5] * 9, [1] * 9)]
)
def test_too_few_to_cut(refused, y, groups):
    assert "few" in refused(BadData, cut, dataset_of(np.array(y, float), groups))


tables = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
        st.none() | st.lists(st.integers(0, 8), min_size=n, max_size=n),
        st.booleans(),
    )
)


@settings(deadline=None, max_examples=25)
@given(tables, st.integers(2, 6), st.integers(0, 9))
def test_parts_are_never_empty(table, folds, seed):
    codes, groups, classes = table
    y = np.unique(codes, return_inverse=True)[1] if classes else np.array(codes, float)
    dataset = dataset_of(y.astype("int64") if classes else y, groups)
    try:
        made = [*make_folds(dataset, folds=folds, seed=seed)]
        parts = cut(dataset, seed=seed)
    except ZooError as error:
        assert len(str(error).splitlines()) == 1
        return
    for fold in made:
        assert sorted([*fold.train, *fold.test]) == list(range(len(y)))
        assert len(fold.train)
        assert len(fold.test)
    assert all(len(getattr(parts, p)) for p in PARTS)


@settings(deadline=None)
@given(tables, st.integers(2, 30), st.integers(0, 9))
def test_sample_keeps_rare_classes(table, limit, seed):
    y = np.unique(table[0], return_inverse=True)[1].astype("int64")
    dataset = dataset_of(y)
    limit = min(limit, len(y))
    rows = sample_rows(dataset, limit, seed=seed)
    assert rows.tolist() == sorted(set(rows))
    before, after = np.bincount(y), np.bincount(y[rows])
    assert (after >= np.minimum(before, 2)).all()
    assert len(rows) <= limit + 2 * len(before)


def test_sample_keeps_test_share():
    dataset = dataset_of(BINARY, n_test=20)
    rows = sample_rows(dataset, 50, seed=0)
    assert (rows >= 80).sum() == 10


@pytest.mark.parametrize("name", ["iris", "diabetes", "rgb"])
def test_catalog_can_be_cut(name):
    dataset = load(name, limit=60)
    assert len(make_folds(dataset)) == 5
    assert len(cut(dataset).train) > 30
