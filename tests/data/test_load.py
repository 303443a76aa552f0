from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from learnable.data import load
from learnable.data.errors import BadData, Misuse, UnknownName
from learnable.data.split import cut, hold_out, make_folds

LINES = [f"{i},{'uv'[i % 2]},{i // 3},{'ab'[i % 2]}" for i in range(30)]
TABLE = "\n".join(["width,shape,family,kind", *LINES]) + "\n"


@pytest.mark.parametrize("target", ["kind", "3", "-1"])
def test_target_is_no_feature(write, target):
    dataset = load(write(TABLE), target=target)
    assert list(dataset.x.columns) == ["width", "shape", "family"]
    assert dataset.classes == ("a", "b")
    assert dataset.y.tolist() == [0, 1] * 15
    assert dataset.card.target == "kind"
    assert (dataset.card.rows, dataset.card.columns) == (30, 3)
    assert dataset.task == "binary"


def test_dropped_and_group_are_none(write):
    dataset = load(write(TABLE), target="kind", drop=["shape"], group="family")
    assert list(dataset.x.columns) == ["width"]
    assert dataset.groups.tolist() == [i // 3 for i in range(30)]


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({}, Misuse, "Give target=; the columns are width, shape, family, kind"),
        ({"target": "knid"}, UnknownName, "'kind'"),
        ({"target": "kind", "drop": ["with"]}, UnknownName, "'width'"),
        ({"target": "kind", "group": "famly"}, UnknownName, "'family'"),
        ({"target": "kind", "drop": ["3"]}, Misuse, "drop= or group="),
        ({"target": "kind", "group": "-1"}, Misuse, "drop= or group="),
        ({"target": "kind", "drop": ["0", "1", "2"]}, BadData, "no column to learn"),
        ({"target": "kind", "task": "Forecast"}, Misuse, "no task"),
        ({"target": "kind", "task": "regression"}, BadData, "needs numbers"),
        ({"target": "family", "task": "binary"}, BadData, "10 classes"),
        ({"target": "kind", "limit": 1}, Misuse, "2 or more, got 1"),
        ({"target": "kind", "limit": 0}, Misuse, "2 or more, got 0"),
        ({"target": "kind", "limit": -5}, Misuse, "2 or more, got -5"),
    ],
)
def test_wrong_options_are_refused(write, refused, options, kind, text):
    assert text in refused(kind, load, write(TABLE), **options)


def test_column_of_numbers_alone_may_be_a_series(write, refused):
    path = write("y\n" + "\n".join(f"{i * i % 17}.5" for i in range(40)))
    assert "task='forecast' if its values follow" in refused(
        BadData, load, path, target="y"
    )


@pytest.mark.parametrize("option", ["target", "task", "drop", "group"])
def test_catalog_takes_no_columns(refused, option):
    refused(Misuse, load, "iris", **{option: "binary"})


@pytest.mark.parametrize("option", ["target", "drop", "group"])
def test_arrays_take_no_columns(tmp_path, refused, option):
    np.savez(tmp_path / "t.npz", x=np.ones((4, 2)), y=[0, 1, 0, 1])
    refused(Misuse, load, tmp_path / "t.npz", **{option: "x"})


@pytest.mark.parametrize("name", ["irsi", "a" * 300, "a\0b", "a\nb", "no such"])
def test_unknown_names_are_refused(refused, name):
    text = refused(UnknownName, load, name)
    assert "zoo list" in text
    assert name != "irsi" or "'iris'" in text


def test_rows_without_target_go(write):
    dataset = load(write(TABLE + "7,u,1,\n8,v,2,?\n"), target="kind", group="family")
    assert len(dataset) == len(dataset.x) == len(dataset.groups) == 30
    assert dataset.x.index.tolist() == list(range(30))
    assert "2 rows without a target were left out" in dataset.notes


def test_target_missing_everywhere(write, refused):
    text = refused(BadData, load, write("a,b\n1,?\n2,\n3,NA\n"), target="b")
    assert "missing in all rows" in text


@pytest.mark.parametrize("value", ["inf", "-inf", "Infinity", "1e999"])
def test_infinite_features_are_refused(write, refused, value):
    path = write(TABLE + f"{value},u,1,a\n")
    assert "values above 1e+150 in width" in refused(BadData, load, path, target="kind")
    assert len(load(path, target="kind", drop=["width"])) == 31


def test_empty_columns_are_dropped(write):
    path = write("a,b,y\n" + "1,,u\n2,?,v\n" * 3)
    dataset = load(path, target="y")
    assert list(dataset.x.columns) == ["a"]
    assert "columns missing in all rows were left out: b" in dataset.notes


def test_only_empty_columns_left(write, refused):
    path = write("a,b,y\n" + "1,,u\n2,?,v\n" * 3)
    text = refused(BadData, load, path, target="y", drop=["a"])
    assert "1 column is missing in all rows" in text


def test_task_is_noted_unless_asked(write):
    path = write(TABLE)
    noted = load(path, target="family").notes
    assert noted == ("task regression, by the target's values (--task overrules)",)
    assert load(path, target="family", task="regression").notes == ()


@pytest.mark.parametrize(
    ("days", "said"), [(range(40), True), ([*range(20), *range(20)], False)]
)
def test_rows_in_the_order_of_a_time_may_be_forecast(write, days, said):
    start = pd.Timestamp("2024-01-01")
    rows = "".join(f"{start + pd.Timedelta(d, 'D'):%Y-%m-%d},{d % 7}.5\n" for d in days)
    path = write("day,load\n" + rows)
    notes = " ".join(load(path, target="load").notes)
    assert ("--task forecast predicts 'load' from its own past" in notes) is said
    assert "forecast" not in " ".join(load(path, "load", task="regression").notes)


def test_missing_groups_are_group(write):
    rows = "".join(f"{i},{['', 'p', 'q', 'r', 's'][i % 5]},{i}.5\n" for i in range(30))
    dataset = load(write("x,who,y\n" + rows), target="y", group="who")
    groups = dataset.groups
    assert len(set(groups)) == 5
    assert len(set(groups[::5])) == 1
    for fold in make_folds(dataset, folds=5):
        assert not set(groups[fold.train]) & set(groups[fold.test])
    parts = cut(dataset)
    seen = [set(groups[p]) for p in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, seen)) == 5
    a, b = hold_out(dataset.y, 0.2, classes=False, groups=groups)
    assert not set(groups[a]) & set(groups[b])


@pytest.mark.parametrize("limit", [2, 3, 10, 29])
def test_limit_gives_same_sample(write, limit):
    path = write(TABLE + "1,u,1,rare\n2,v,2,rare\n")
    one, two = (load(path, target="kind", limit=limit, group="family") for _ in "12")
    assert one.sha256 == two.sha256
    assert set(one.y) == {0, 1, 2}
    assert one.classes == ("a", "b", "rare")
    assert len(one) == len(one.x) == len(one.groups) <= max(limit + 3, 6)
    assert any("--limit" in note for note in one.notes)


def test_limit_follows_its_seed(write):
    path = write(TABLE)
    samples = {load(path, target="kind", limit=10, seed=s).sha256 for s in range(4)}
    assert len(samples) == 4


def test_large_limit_changes_nothing(write):
    path = write(TABLE)
    whole = load(path, target="kind")
    same = load(path, target="kind", limit=30)
    assert (same.sha256, same.notes) == (whole.sha256, whole.notes)


def test_limit_keeps_test_rows(tmp_path):
    x, y = np.ones((50, 2)), np.array([0, 1] * 25)
    np.savez(tmp_path / "t.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    dataset = load(tmp_path / "t.npz", limit=20)
    assert len(dataset) == 20
    assert dataset.n_test == 10


def test_hash_is_stable(write):
    path = write(TABLE)
    one, two = (load(path, target="kind", group="family") for _ in "12")
    assert one.sha256 == two.sha256
    assert len(one.sha256) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("7,v,2,b", "7.5,v,2,b"), ("7,v,2,b", "7,u,2,b"), ("7,v,2,b", "7,v,3,b"),
        ("7,v,2,b", "7,v,2,a"), ("7,v,2,b", ",v,2,b"), ("width", "breadth"),
        (",a\n", ",c\n"), ("7,v,2,b\n", ""),
    ],
)  # fmt: skip
def test_hash_changes_with_cells(write, old, new):
    def sha256(text: str) -> str:
        return load(write(text), target="kind", group="family").sha256

    assert sha256(TABLE.replace(old, new)) != sha256(TABLE)


def test_hash_changes_with_pixels(tmp_path):
    x, seen = np.zeros((4, 3, 3), "uint8"), set()
    for i in range(4):
        x[i, 1, 2] = 9
        np.savez(tmp_path / "t.npz", x=x, y=[0, 1, 0, 1])
        seen.add(load(tmp_path / "t.npz").sha256)
    assert len(seen) == 4


@pytest.mark.parametrize("name", ["rgb", "noise"])
def test_generators_follow_their_seed(name):
    assert load(name, seed=1).sha256 == load(name, seed=1).sha256
    assert load(name, seed=1).sha256 != load(name, seed=2).sha256


def test_rgb_label_is_rule():
    dataset = load("rgb")
    black = dataset.x.mean(axis=1) > 127.5
    np.testing.assert_array_equal(dataset.y, black)
    assert dataset.classes == ("white", "black")


PARQUET = {
    "nullable": pd.array([1, None] * 10, dtype="Int64"),
    "arrow": pd.array([1, None] * 10, dtype="int64[pyarrow]"),
    "truth": pd.array([True, None] * 10, dtype="boolean"),
    "category": pd.Categorical(["u", "v"] * 10),
    "date": pd.date_range("2020", periods=20),
    "duration": pd.to_timedelta(range(20), unit="D"),
    "half": np.arange(20, dtype="float16"),
    "huge": np.full(20, 2**64 - 1, dtype="uint64"),
}


@pytest.mark.parametrize("kind", PARQUET)
def test_parquet_types_are_kept(tmp_path, kind):
    path = tmp_path / "t.parquet"
    pd.DataFrame({"x": PARQUET[kind], "y": ["a", "b"] * 10}).to_parquet(path)
    dataset = load(path, target="y", limit=10)
    assert dataset.x.shape == (10, 1)
    assert dataset.sha256 == load(path, target="y", limit=10).sha256


@pytest.mark.parametrize("cell", [[1, 2], {"a": 1}, b"x"])
@pytest.mark.parametrize("role", ["feature", "target", "group"])
def test_nested_cells_are_refused(tmp_path, refused, cell, role):
    path = tmp_path / "t.parquet"
    table = pd.DataFrame({"n": range(20), "odd": [cell] * 20, "y": ["a", "b"] * 10})
    table.to_parquet(path)
    options = {"group": "odd"} if role == "group" else {}
    target = "odd" if role == "target" else "y"
    text = refused(BadData, load, path, target=target, **options)
    assert "column 'odd'" in text
    assert len(load(path, target="y", drop=["odd"])) == 20


def test_infinite_parquet_is_refused(tmp_path, refused):
    path = tmp_path / "t.parquet"
    column = pd.array([1.0, np.inf, None] * 4, dtype="Float64")
    pd.DataFrame({"x": column, "y": ["a", "b"] * 6}).to_parquet(path)
    assert "infinite" in refused(BadData, load, path, target="y")


def test_dataset_cannot_be_changed():
    dataset = load("iris")
    with pytest.raises(AttributeError):
        dataset.n_test = 3
    assert replace(dataset, n_test=3).n_test == 3
