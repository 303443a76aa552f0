import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data.encode import (
    encode_fold,
    fill_gaps,
    fit_encoder,
    is_text,
    make_encoder,
    to_matrix,
)

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


NOUNS = [
    "river",
    "bridge",
    "market",
    "garden",
    "letter",
    "window",
    "winter",
    "engine",
    "harbour",
    "mirror",
]
MESSAGES = [f"please send the {a} and the {b} soon" for a in NOUNS for b in NOUNS][:N]
SENTENCES = {
    "messages": MESSAGES,
    "headlines": [f"{a.title()} Found Near {b.title()}" for a in NOUNS for b in NOUNS],
    "some repeated": [*MESSAGES[:45], *MESSAGES[:15]],
    "some missing": [*MESSAGES[:50], None, *MESSAGES[50:]],
    "one-word messages among them": [*MESSAGES, *["ok", "no", "yes"] * 10],
    "other letters": [f"\u0433\u0434\u0435 \u0431\u044b\u043b \u0434\u043e\u043c {i} "
                      "\u0438 \u0441\u0430\u0434" for i in range(N)],
}  # fmt: skip
NO_SENTENCES = {
    "names": [f"{a.title()} {b.title()}" for a in NOUNS for b in NOUNS],
    "three names": [f"{a.title()} van {b.title()}" for a in NOUNS for b in NOUNS],
    "postcodes": [f"{chr(65 + i % 26)}W{i} {i % 9}AB" for i in range(N)],
    "dates": pd.date_range("2020", periods=N).astype(str),
    "long dates": pd.date_range("2020", periods=N).strftime("%A, %d %B %Y at %H:%M"),
    "links": [f"https://example.org/the/{a}/and/more" for a in NOUNS],
    "long categories": ["never been married before", "was married long ago"] * 30,
    "numbers": [f"{i} {i + 1} {i + 2} {i + 3}" for i in range(N)],
    "missing": pd.Series([None] * N, dtype=object),
    "mixed": [*MESSAGES[:20], *range(40)],
}


@pytest.mark.parametrize("kind", ["str", "object", "string"])
@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_are_text(name, kind):
    assert is_text(pd.DataFrame({"a": pd.Series(SENTENCES[name], dtype=kind)}))


@pytest.mark.parametrize("name", NO_SENTENCES)
def test_names_and_codes_are_no_text(name):
    assert not is_text(pd.DataFrame({"a": NO_SENTENCES[name]}))


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_tables_are_no_text(name):
    assert not is_text(pd.DataFrame({name: COLUMNS[name]}))


def test_text_is_the_only_column():
    assert not is_text(pd.DataFrame({"a": MESSAGES, "b": range(N)}))
    assert not is_text(pd.DataFrame({"a": MESSAGES, "b": MESSAGES}))
    assert not is_text(np.zeros((3, 2, 2)))


def test_text_stays_text():
    x = pd.DataFrame({"a": [*MESSAGES[:-2], None, np.nan]})
    train, test = encode_fold(x, TRAIN, TEST)
    assert train.dtype == test.dtype == object
    assert train.tolist() == MESSAGES[:40]
    assert test.tolist() == [*MESSAGES[40:58], "", ""]


def test_encoder_of_text_is_kept_on_disk_and_serves_any_rows():
    x = pd.DataFrame({"a": MESSAGES})
    encoder, matrix = fit_encoder(x, TRAIN)
    assert matrix.shape == (40,)
    again = pickle.loads(pickle.dumps(encoder))
    few = pd.DataFrame({"a": ["yes", None]})
    assert to_matrix(again, few).tolist() == ["yes", ""]
    assert fill_gaps(again, x)(few).tolist() == ["yes", ""]
    numbers = pd.DataFrame({"a": [7.0, np.nan]})  # as a file of few rows may be read
    assert to_matrix(again, numbers).tolist() == ["7.0", ""]


def test_texts_pass_through_unchanged():
    texts = np.array(["a b", ""], dtype=object)
    assert to_matrix(None, texts) is texts


@pytest.mark.skipif("ZOO_DATA" not in os.environ, reason="ZOO_DATA is not set")
def test_messages_are_text_and_their_kinds_are_not():
    file = Path(os.environ["ZOO_DATA"]) / "text" / "sms_spam.tsv"
    table = pd.read_csv(file, sep="\t", names=["label", "text"], quoting=3)
    assert is_text(table[["text"]])
    assert not is_text(table[["label"]])
