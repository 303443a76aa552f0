"""Rows on disk as the x of `fit`."""

import numpy as np
import pandas as pd
import pytest
from learnable.data.errors import BadData
from learnable.zoo.backend import keras
from learnable.zoo.training import fit, stream

ROWS = 500


@pytest.fixture
def parquet(tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(ROWS, 4)), columns=list("abcd"))
    table["y"] = (table.a + table.b > 0).astype(int)
    table.to_parquet(tmp_path / "t.parquet", row_group_size=130)
    return tmp_path / "t.parquet"


def network() -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.mark.parametrize("size", [1, 100, 499, 500, 10_000])
@pytest.mark.parametrize("shuffled", [False, True])
def test_every_row_comes_once_in_parts_of_the_size(parquet, size, shuffled):
    rows = stream(parquet, target="y")
    rng = np.random.default_rng(0) if shuffled else None
    parts = [x for x, _ in rows.parts(size, rng)]
    assert [len(p) for p in parts[:-1]] == [size] * (len(parts) - 1)
    seen = np.concatenate(parts)
    x = pd.read_parquet(parquet).iloc[:, :4].to_numpy("float32")
    if shuffled:
        assert not np.array_equal(seen, x)
        seen, x = np.sort(seen, axis=0), np.sort(x, axis=0)
    np.testing.assert_array_equal(seen, x)


def test_targets_stay_with_their_rows_when_shuffled(parquet):
    for x, y in stream(parquet, target="y").parts(90, np.random.default_rng(0)):
        np.testing.assert_array_equal(y, x[:, 0] + x[:, 1] > 0)


@pytest.mark.slow  # trainings
def test_training_from_disk_is_training_from_memory(parquet):
    rows = stream(parquet, target="y")
    table = pd.read_parquet(parquet)
    x, y = table.iloc[:, :4].to_numpy("float32"), table.y.to_numpy()
    ours, theirs = network(), network()
    sizes = {"batch_size": 32, "epochs": 3, "shuffle": False, "verbose": 0}
    a = fit(ours, rows, validation_data=(x[:50], y[:50]), **sizes)
    b = theirs.fit(x, y, validation_data=(x[:50], y[:50]), **sizes)
    for left, right in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(left, right, atol=1e-5)
    np.testing.assert_allclose(a.history["loss"], b.history["loss"], atol=1e-5)


def test_text_targets_become_codes(tmp_path):
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "y": ["no", "yes", "no"]})
    table.to_parquet(tmp_path / "t.parquet")
    (part,) = stream(tmp_path / "t.parquet", target="y").parts(8, None)
    assert part[1].tolist() == [0, 1, 0]


def test_columns_of_text_are_refused_in_one_line(tmp_path):
    pd.DataFrame({"a": ["u", "v"], "y": [0, 1]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(BadData, match="not all numbers"):
        next(stream(tmp_path / "t.parquet", target="y").parts(8, None))


def test_missing_target_is_refused(tmp_path):
    pd.DataFrame({"a": [1.0, 2.0], "y": [0.5, None]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(BadData, match="missing"):
        stream(tmp_path / "t.parquet", target="y")
