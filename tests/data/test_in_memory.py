"""Data in memory are read as those of a file are."""

from pathlib import Path

import learnable
import numpy as np
import pandas as pd
import pytest
from learnable.data.errors import BadData, Misuse, UnknownName, as_arguments, in_command
from learnable.data.loading import load

N = 60
RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=(N, 3))
KIND = np.where(NUMBERS[:, 0] > 0, "big", "small")
TABLE = pd.DataFrame(NUMBERS, columns=["a", "b", "c"]).assign(kind=KIND)


def test_a_table_gives_what_its_file_gives(tmp_path: Path) -> None:
    table = TABLE.assign(price=[f"{i},5 €" for i in range(N)], day="2020-01-01")
    table.loc[3, "kind"] = None
    table.to_csv(tmp_path / "t.csv", index=False)
    mine, filed = load(table, "kind"), load(tmp_path / "t.csv", target="kind")
    assert mine.sha256 == filed.sha256
    assert mine.x.dtypes.astype(str).tolist() == filed.x.dtypes.astype(str).tolist()
    assert (mine.card.name, mine.card.source) == ("the table", "in memory")
    assert "1 row without a target was left out" in mine.notes


def test_the_table_that_is_given_stays_as_it_is() -> None:
    table = TABLE.assign(price=[f"{i} €" for i in range(N)]).set_index(TABLE["a"])
    before = table.copy()
    load(table, "kind", missing=["price=3"], drop_rows="1,2")
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("target", ["kind", -1, "-1", np.int64(3), ["kind"]])
def test_target_is_a_name_or_a_place(target) -> None:
    assert load(TABLE, target).classes == ("big", "small")


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (NUMBERS, KIND),
        (NUMBERS.tolist(), KIND.tolist()),
        (TABLE[["a", "b", "c"]], TABLE["kind"]),
        (TABLE[["a", "b", "c"]].set_index(TABLE["a"]), TABLE["kind"]),
        (NUMBERS, KIND[:, None]),
        (NUMBERS, KIND.astype("S5")),
        (NUMBERS, pd.Categorical(KIND)),
    ],
)
def test_features_and_targets_are_a_pair(x, y) -> None:
    one, other = load((x, y)), load(x, y)
    assert one.sha256 == other.sha256
    assert (one.classes, one.x.shape, len(one)) == (("big", "small"), (N, 3), N)


def test_targets_of_several_forms() -> None:
    codes = np.eye(3)[np.arange(N) % 3]
    hot = load(NUMBERS, codes)
    assert (hot.task, hot.classes) == ("multiclass", ("0", "1", "2"))
    assert any("the columns are classes" in note for note in hot.notes)
    flags = load(NUMBERS, NUMBERS[:, :2] > 0)
    assert (flags.task, flags.y.shape) == ("multilabel", (N, 2))
    numbers = load(NUMBERS, pd.DataFrame({"a,b": NUMBERS[:, 0], "d": NUMBERS[:, 1]}))
    assert (numbers.task, numbers.targets) == ("regression", ("a b", "d"))
    same = load(TABLE[["a", "b"]], TABLE["a"])
    assert same.card.target == "target a"


def test_images_and_texts_are_features() -> None:
    images = load(RNG.integers(0, 255, (N, 4, 4)), np.arange(N) % 2)
    assert (images.task, images.x.shape, images.is_image) == ("binary", (N, 4, 4), True)
    texts = [f"{'good' if i % 2 else 'bad'} film number {i} of all" for i in range(N)]
    assert load(texts, np.arange(N) % 2).x.shape == (N, 1)


def test_a_column_of_values_is_a_series() -> None:
    values = np.sin(np.arange(120) * np.pi / 6) + np.arange(120)
    found = load(pd.Series(values, name="sales"), task="forecast", season=12)
    assert (found.task, found.card.target, found.season) == ("forecast", "sales", 12)
    assert len(load(values, task="forecast", season=12)) == 120


def test_tables_of_other_libraries_are_read() -> None:
    arrow = pytest.importorskip("pyarrow").Table.from_pandas(TABLE)
    assert load(arrow, "kind").sha256 == load(TABLE, "kind").sha256
    narwhals = pytest.importorskip("narwhals")
    assert load(narwhals.from_native(TABLE).lazy(), "kind").classes == ("big", "small")


class Batches:
    """Stands for a `tf.data.Dataset`, as far as it is asked."""

    def __init__(self, spec: tuple, elements: list) -> None:
        self.element_spec, self._elements = spec, elements

    def as_numpy_iterator(self):
        return iter(self._elements)


class Spec:
    def __init__(self, *shape: int | None) -> None:
        self.shape = shape


def test_batches_are_joined() -> None:
    halves = [(NUMBERS[:40], KIND[:40]), (NUMBERS[40:], KIND[40:])]
    whole = load(Batches((Spec(None, 3), Spec(None)), halves))
    single = load(Batches((Spec(3), Spec()), list(zip(NUMBERS, KIND, strict=True))))
    assert whole.sha256 == single.sha256 == load(NUMBERS, KIND).sha256
    named = [({"a": x[:, 0], "b": x[:, 1]}, y) for x, y in halves]
    spec = ({"a": Spec(None), "b": Spec(None)}, Spec(None))
    assert list(load(Batches(spec, named)).x.columns) == ["a", "b"]
    with pytest.raises(BadData, match="gives no targets"):
        load(Batches((Spec(3),), []))
    with pytest.raises(BadData, match="gives no rows"):
        load(Batches((Spec(3), Spec()), []))


def test_a_dataset_without_end_is_cut(monkeypatch) -> None:
    monkeypatch.setattr("learnable.data.in_memory.STREAMED_ROWS", 100)
    found = load(Batches((Spec(None, 3), Spec(None)), [(NUMBERS, KIND)] * 9))
    assert len(found) == 120
    assert "the first 120 rows of the tf.data.Dataset were read" in found.notes


def test_a_dataset_stays_one_and_is_read_already() -> None:
    found = load(TABLE, "kind")
    assert load(found).sha256 == found.sha256
    with pytest.raises(Misuse, match=r"drop cannot be given with a Dataset"):
        load(found, drop=["a"])


NO_DATA = r"data must be a table \(DataFrame\), a pair \(X, y\) .*; got a "


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "told"),
    [
        ((TABLE, "knid"), {}, UnknownName, r"Did you mean 'kind'\? The columns are"),
        ((TABLE,), {}, Misuse, r"which column of the table .* Give target=; the"),
        ((TABLE.iloc[:0], "kind"), {}, BadData, "0 rows; give one column and one row"),
        ((pd.DataFrame(), "kind"), {}, BadData, "the table has 0 columns and 0 rows"),
        ((NUMBERS, KIND[:50]), {}, BadData, "X has 60 rows and y has 50; give as many"),
        ((NUMBERS[:0], KIND[:0]), {}, BadData, r"y is empty: its shape is \(0,\)"),
        (([[1, 2], [3]], [0, 1]), {}, BadData, "X cannot be made an array"),
        ((NUMBERS, None), {}, Misuse, r"which column of the table .* Give target="),
        (((NUMBERS, KIND), "kind"), {}, Misuse, "target is 'kind', and y is given"),
        (((NUMBERS, KIND), KIND), {}, Misuse, "the data have targets of their own"),
        (("iris", KIND), {}, Misuse, "the data have targets of their own"),
        ((TABLE, "kind"), {"header": True}, Misuse, "header= is for files"),
        ((TABLE, "kind"), {"folds": "3"}, Misuse, "folds= must be 2 or more, got '3'"),
        ((TABLE, "kind"), {"season": 3}, Misuse, "season=.* go with task='forecast'"),
        ((TABLE, "kind"), {"task": "characters"}, Misuse, "a text is read from a file"),
        ((TABLE, "kind"), {"task": "regression"}, BadData, "Give task='multiclass'"),
        ((TABLE, "a"), {"drop": "a"}, Misuse, "also named by drop= or group="),
        ((None,), {}, Misuse, NO_DATA + "NoneType"),
        ((3,), {}, Misuse, NO_DATA + "int"),
        (({"a": [1]},), {}, Misuse, NO_DATA + "dict"),
        ((NUMBERS, "abc"), {}, UnknownName, "no target column is named 'abc'"),
        ((np.full((9, 2, 2), np.nan), range(9)), {}, BadData, "none missing"),
        (("no-such-data",), {}, UnknownName, "no dataset is named"),
    ],
)
def test_what_cannot_be_learned_from_is_told(arguments, options, kind, told) -> None:
    with pytest.raises(kind, match=told) as caught:
        load(*arguments, **options)
    assert "--" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_options_are_named_as_they_are_given() -> None:
    told = "give --task regression, or --missing 'a b=-9'; `zoo train --resume` goes on"
    assert as_arguments(told) == (
        "give task='regression', or missing=['a b=-9']; `zoo train --resume` goes on"
    )
    told = "give --folds 3, or leave out with --drop-rows 6,78; --drop-rows 5."
    assert as_arguments(told) == (
        "give folds=3, or leave out with drop_rows='6,78'; drop_rows='5'."
    )
    with in_command(), pytest.raises(Misuse, match="Give --target"):
        learnable.load(TABLE)
