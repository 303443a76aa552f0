import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data.encode import encode_fold, fit_encoder, make_encoder, to_matrix

N = 60
TRAIN, TEST = np.arange(40), np.arange(40, N)
LATE = [None] * 40
COLUMNS = {
    "number": np.arange(N) * 1.5,
    "constant": [7.0] * N,
    "huge": [1e300, -1e300] * 30,
    "identifier": np.arange(N) + 2**40,
    "gaps": np.where(np.arange(N) % 7, 1.0, np.nan),
    "nullable": pd.array([1, None] * 30, dtype="Int64"),
    "arrow": pd.array([1, None] * 30, dtype="int64[pyarrow]"),
    "truth": [True, False] * 30,
    "truth with gaps": [True, False, None] * 20,
    "nullable truth": pd.array([True, None] * 30, dtype="boolean"),
    "text": ["u", "v", None] * 20,
    "constant text": ["k"] * N,
    "free text": [f"word{i} and more" for i in range(N)],
    "letters": [chr(200 + i) for i in range(N)],
    "spaces": [" " * i for i in range(N)],
    "category": pd.Categorical(["u", "v", None] * 20),
    "number category": pd.Categorical([1, 2, 3] * 20),
    "date": pd.date_range("2020", periods=N),
    "date with gaps": [pd.NaT, pd.Timestamp("2020")] * 30,
    "zoned date": pd.date_range("2020", periods=N, tz="Europe/Berlin"),
    "date text": pd.date_range("2020", periods=N).astype(str),
    "duration": pd.to_timedelta(range(N), unit="D"),
    "mixed": pd.Series([1, "a", None] * 20, dtype=object),
    "late number": np.where(np.arange(N) < 40, np.nan, 1.5),
    "late text": [*LATE, *["z"] * 20],
    "late date": pd.to_datetime([*LATE, *["2020"] * 20]),
    "late category": pd.Categorical([*LATE, *["z"] * 20]),
    "gone number": np.where(np.arange(N) < 40, 1.5, np.nan),
    "gone text": [*["u", "v"] * 20, *[None] * 20],
    "unseen text": [*["u", "v"] * 20, *["z"] * 20],
    "unseen category": pd.Categorical([*["u", "v"] * 20, *["z"] * 20]),
    "bad date": [*pd.date_range("2020", periods=40).astype(str), *["never"] * 20],
    "bad number": [*["1", "2"] * 20, *["x"] * 20],
}


def check(x: pd.DataFrame, n_train: int = 40) -> None:
    train, test = encode_fold(x, np.arange(n_train), np.arange(n_train, len(x)))
    assert train.dtype == test.dtype == "float64"
    assert train.shape[0] == n_train
    assert test.shape == (len(x) - n_train, train.shape[1])
    assert train.shape[1] > 0
    assert np.isfinite(train).all()
    assert np.isfinite(test).all()


@pytest.mark.parametrize("name", COLUMNS)
def test_single_column_is_finite(name):
    check(pd.DataFrame({name: COLUMNS[name]}))


@pytest.mark.parametrize("name", COLUMNS)
def test_beside_text_is_finite(name):
    check(pd.DataFrame({name: COLUMNS[name], "other": ["p", "q", None] * 20}))


def test_all_columns_are_finite():
    check(pd.DataFrame(COLUMNS))


@settings(deadline=None, max_examples=15)
@given(st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=4, unique=True))
def test_any_columns_are_finite(names):
    check(pd.DataFrame({name: COLUMNS[name] for name in names}), n_train=3)


@pytest.mark.parametrize("name", COLUMNS)
def test_encoding_is_without_chance(name):
    x = pd.DataFrame({name: COLUMNS[name]})
    one, two = (encode_fold(x, TRAIN, TEST) for _ in "12")
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])


@pytest.mark.parametrize("name", ["gaps", "text", "free text", "date", "number"])
def test_other_rows_change_nothing(name):
    x = pd.DataFrame({name: COLUMNS[name]})
    order = [*range(40), *[0] * 10, *range(59, 49, -1)]
    shuffled = x.iloc[order].reset_index(drop=True)
    one, _ = encode_fold(x, TRAIN, TEST)
    two, _ = encode_fold(shuffled, TRAIN, TEST)
    np.testing.assert_array_equal(one, two)


def test_medians_are_of_training():
    x = pd.DataFrame({"a": [1.0, 1.0, 9.0, np.nan, 100.0, np.nan]})
    _, test = encode_fold(x, np.arange(4), np.arange(4, 6))
    assert test.tolist() == [[100.0, 0.0], [1.0, 1.0]]


def test_unseen_category_is_zeros():
    x = pd.DataFrame({"a": COLUMNS["unseen text"]})
    train, test = encode_fold(x, TRAIN, TEST)
    assert (train.sum(axis=1) == 1).all()
    assert (test == 0).all()


@pytest.mark.filterwarnings("default")  # what skrub only does where warnings are none
@pytest.mark.parametrize("name", ["identifier", "huge", "number"])
def test_numbers_keep_their_digits(name):
    x = pd.DataFrame({"a": ["u", "v"] * 30, "b": COLUMNS[name]})
    train, _ = encode_fold(x, TRAIN, TEST)
    np.testing.assert_array_equal(train[:, 0], COLUMNS[name][:40])


@pytest.mark.parametrize("name", ["number", "truth", "constant", "identifier"])
def test_whole_numbers_need_nothing(name):
    x = pd.DataFrame({name: COLUMNS[name]})
    assert make_encoder(x) is None
    np.testing.assert_array_equal(to_matrix(None, x)[:, 0], COLUMNS[name])


def test_images_stay_as_they_are():
    images = np.arange(5 * 4 * 4, dtype="uint8").reshape(5, 4, 4)
    encoder, matrix = fit_encoder(images, np.array([3, 1]))
    assert encoder is None
    assert matrix.dtype == "uint8"
    np.testing.assert_array_equal(matrix, images[[3, 1]])


def test_fitted_encoder_serves_rows():
    x = pd.DataFrame({"a": COLUMNS["text"], "b": COLUMNS["gaps"]})
    encoder, train = fit_encoder(x, TRAIN)
    np.testing.assert_array_equal(to_matrix(encoder, x.iloc[:1]), train[:1])
