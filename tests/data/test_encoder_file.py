"""A fitted encoder on disk: the same numbers as before, and nothing in it is run."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from learnable.data.encode import fit_encoder, to_matrix
from learnable.data.encoder_file import read_encoder, write_encoder
from learnable.data.errors import BadData

N, TRAIN = 90, np.arange(60)
EARLY, LATE = range(60), range(60, N)
DAYS = pd.date_range("2020", periods=N, freq="31h")
COLUMNS = {
    "gaps": np.where(np.arange(N) % 7, np.arange(N) / 3, np.nan),
    "huge": [1e300, np.nan, -1e300] * 30,
    "nullable": pd.array([1, None, 3] * 30, dtype="Int64"),
    "truth": [True, False, True] * 30,
    "truth with gaps": [True, False, None] * 30,
    "nullable truth": pd.array([True, None, False] * 30, dtype="boolean"),
    "few categories": ["u", "v", None] * 30,
    "category type": pd.Categorical(["u", "v", None] * 30),
    "number category": pd.Categorical([1, 2, 3] * 30),
    "string type": pd.array(["u", "v", None] * 30, dtype="string"),
    "unseen category": [*["u", "v"] * 30, *["z"] * 30],
    "many categories": [f"name {i} of {chr(200 + i)}" for i in range(N)],
    "many category type": pd.Categorical([f"k{i % 50} and {i % 7}" for i in range(N)]),
    "few letters": [chr(200 + i) for i in range(N)],
    "date": DAYS,
    "date with gaps": [None if i % 5 else day for i, day in enumerate(DAYS)],
    "zoned date": DAYS.tz_localize("UTC").tz_convert("Europe/Berlin"),
    "date with offset": DAYS.tz_localize("+02:00"),
    "date text": DAYS.strftime("%Y-%m-%d"),
    "date and time text": DAYS.strftime("%d/%m/%Y %H:%M"),
    "zoned date text": DAYS.strftime("%Y-%m-%dT%H:%M:%S+02:00"),
    "late bad date": [*DAYS[:60].strftime("%Y-%m-%d"), *["never"] * 30],
    "duration": pd.to_timedelta(range(N), unit="h"),
    "number text": [*["1", "2,5", "3"] * 20, *["x"] * 30],
    "constant": ["k"] * N,
    "missing": pd.Series([None] * N, dtype=object),
    "missing number": [np.nan] * N,
    "late text": [*[None] * 60, *["z"] * 30],
    "gone text": [*["u", "v"] * 30, *[None] * 30],
    "mixed": pd.Series([1, "a", None] * 30, dtype=object),
}
SENTENCES = pd.DataFrame(
    {"a": [f"please send {i} of the {i % 7} letters soon" for i in range(N)]}
)
MIXED = pd.DataFrame({n: COLUMNS[n] for n in ("gaps", "many categories", "date text")})


def check_same(x: pd.DataFrame, path: Path) -> None:
    """The encoder that was read gives the numbers of the one that was written."""
    encoder, matrix = fit_encoder(x, TRAIN)
    write_encoder(path, encoder)
    again = read_encoder(path)
    np.testing.assert_array_equal(to_matrix(again, x.iloc[TRAIN]), matrix)
    nothing = x.iloc[:3].mask(np.ones((3, x.shape[1]), dtype=bool))
    for rows in (x.iloc[60:], x.iloc[[70]], nothing.astype(x.dtypes)):
        wanted = to_matrix(encoder, rows)
        given = to_matrix(again, rows)
        np.testing.assert_array_equal(given, wanted)
        assert given.dtype == wanted.dtype


@pytest.mark.parametrize("name", [n for n in COLUMNS if n != "truth"])
def test_encoder_of_one_column_is_the_same(name, tmp_path):
    check_same(pd.DataFrame({name: COLUMNS[name]}), tmp_path / "e.npz")


def test_encoder_of_all_columns_is_the_same(tmp_path):
    check_same(pd.DataFrame(COLUMNS).drop(columns="truth"), tmp_path / "e.npz")


def test_encoder_beside_truth_values_is_the_same(tmp_path):
    # those have no gaps, not even where rows are asked about
    x = pd.DataFrame({"truth": COLUMNS["truth"], "o": COLUMNS["few categories"]})
    encoder, _ = fit_encoder(x, TRAIN)
    write_encoder(tmp_path / "e.npz", encoder)
    again = read_encoder(tmp_path / "e.npz")
    np.testing.assert_array_equal(to_matrix(again, x), to_matrix(encoder, x))


def test_encoder_of_sentences_is_the_same(tmp_path):
    check_same(SENTENCES, tmp_path / "e.npz")


def test_encoder_of_columns_without_names_is_the_same(tmp_path):
    x = pd.DataFrame({0: COLUMNS["few categories"], 1: COLUMNS["gaps"]})
    check_same(x, tmp_path / "e.npz")


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Some of the columns above, and one of any text and missing values."""
    some = st.sampled_from([n for n in COLUMNS if n != "truth"])
    names = draw(st.lists(some, max_size=3, unique=True))
    text = st.none() | st.text(max_size=8)
    values = draw(st.lists(text, min_size=4, max_size=N))
    drawn = pd.Series([values[i % len(values)] for i in range(N)], dtype=object)
    return pd.DataFrame({**{n: COLUMNS[n] for n in names}, draw(st.text()): drawn})


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(tables())
def test_encoder_of_any_table_is_the_same(tmp_path, x):
    check_same(x, tmp_path / "e.npz")


def test_file_holds_no_pickle(written):
    with zipfile.ZipFile(written) as archive:
        assert all(name.endswith(".npy") for name in archive.namelist())
    with np.load(written, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)
        form = json.loads(arrays["description"].tobytes())
    assert form["versions"]["skrub"] == metadata.version("skrub")


def test_file_is_whole_or_not_there(written):
    """A class that is not known leaves what was written before."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    before = written.read_bytes()
    with pytest.raises(TypeError, match="_data:StandardScaler is no part"):
        write_encoder(written, make_pipeline(StandardScaler()))
    assert written.read_bytes() == before
    assert os.listdir(written.parent) == [written.name]


def test_function_that_is_not_known_is_not_written(tmp_path):
    from sklearn.preprocessing import FunctionTransformer

    with pytest.raises(TypeError, match="is no part"):
        write_encoder(tmp_path / "e.npz", FunctionTransformer(os.system))
    with pytest.raises(TypeError, match="is no part"):
        write_encoder(tmp_path / "e.npz", FunctionTransformer(lambda x: x))


# What people hand over.


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of an encoder of numbers, texts and dates."""
    encoder, _ = fit_encoder(MIXED, TRAIN)
    path = tmp_path_factory.mktemp("good") / "encoder.npz"
    write_encoder(path, encoder)
    return path.read_bytes()


@pytest.fixture
def written(good: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "encoder.npz"
    path.write_bytes(good)
    return path


def change(path: Path, edit: Callable[[dict], object]) -> None:
    """Edit the description in the file."""
    with np.load(path) as archive:
        arrays = dict(archive)
    form = json.loads(arrays.pop("description").tobytes())
    edit(form)
    text = np.frombuffer(json.dumps(form).encode(), "uint8")
    np.savez(path, description=text, **arrays)


def parts(form: object, name: str) -> list[dict]:
    """The attributes of all parts of a class."""
    if isinstance(form, list):
        return [part for one in form for part in parts(one, name)]
    if not isinstance(form, dict):
        return []
    own = str(form.get("object")).endswith(f":{name}")
    inner = [part for one in form.values() for part in parts(one, name)]
    return [form["state"], *inner] if own else inner


def is_refused(refused, path: Path) -> str:
    """Reading, or asking about rows, ends with one line."""

    def ask() -> None:
        to_matrix(read_encoder(path), MIXED)

    text = refused(BadData, ask)
    assert str(path) in text
    assert "train the network again" in text
    assert len(text) < 500
    return text


@pytest.mark.parametrize(
    "name", ["os:system", "posix:system", "builtins:eval", "numpy:load", "joblib:load",
             "learnable.data.encode:pd.read_pickle", ["os:system"], None]
)  # fmt: skip
def test_function_outside_the_list_is_refused(written, refused, monkeypatch, name):
    calls = []
    monkeypatch.setattr(os, "system", calls.append)

    def edit(form: dict) -> None:
        for part in parts(form, "FunctionTransformer"):
            part["func"] = {"listed": name}

    change(written, edit)
    is_refused(refused, written)
    assert not calls


@pytest.mark.parametrize(
    "name",
    ["subprocess:Popen", "sklearn.linear_model._base:LinearRegression",
     "joblib.memory:Memory", "numpy:float64", "skrub._llm_encoder:LLMEncoder"],
)  # fmt: skip
def test_class_outside_the_list_is_refused(written, refused, name):
    change(written, lambda form: form.update(encoder={"object": name, "state": {}}))
    assert "is no part of an encoder" in is_refused(refused, written)


@pytest.mark.parametrize(
    ("part", "setting", "value"),
    [
        ("Pipeline", "memory", "cache"),
        ("TfidfVectorizer", "input", "filename"),
        ("TfidfVectorizer", "input", "file"),
        ("TfidfVectorizer", "encoding", "idna"),
        ("TfidfVectorizer", "tokenizer", {"listed": "learnable.data.encode:as_texts"}),
        ("FunctionTransformer", "kw_args", {"dict": [["dtype", "category"]]}),
        ("TableVectorizer", "n_jobs", 1_000_000),
        ("ToDatetime", "output_dtype_", "datetime64[ns, dateutil//etc/hostname]"),
        ("ToDatetime", "output_dtype_", {"zoned": "datetime64[ns, dateutil//etc/x]"}),
        ("ToDatetime", "output_dtype_", {"dtype": "f8,i4"}),
        ("Pipeline", "transform", {"listed": "learnable.data.encode:as_texts"}),
        ("Pipeline", "__class__", "x"),
        ("Pipeline", "a b", 1),
    ],
)
def test_setting_of_no_encoder_of_ours_is_refused(
    written, refused, part, setting, value
):
    def edit(form: dict) -> None:
        assert parts(form, part)
        for state in parts(form, part):
            state[setting] = value

    change(written, edit)
    assert "is damaged" in is_refused(refused, written)


def test_pickle_among_the_arrays_is_not_opened(written, refused, tmp_path):
    class Payload:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "marker",))

    with np.load(written) as archive:
        arrays = dict(archive)
    first = next(name for name in arrays if name != "description")
    arrays[first] = np.array([Payload()], dtype=object)
    np.savez(written, **arrays)
    is_refused(refused, written)
    written.write_bytes(arrays[first].dumps())
    is_refused(refused, written)
    assert not (tmp_path / "marker").exists()


def test_file_that_is_no_archive_is_refused(written, refused, good):
    for content in (b"", b"junk", good[: len(good) // 2], good[:-1], good[1:]):
        written.write_bytes(content)
        is_refused(refused, written)


@pytest.mark.parametrize("depth", [400, 100_000])
@pytest.mark.parametrize(
    ("begin", "end"),
    [("[", "]"), ('{"tuple":[', "]}"),
     ('{"object":"sklearn.pipeline:Pipeline","state":{"steps":', "}}")],
)  # fmt: skip
def test_deep_description_is_refused(written, refused, depth, begin, end):
    versions = json.dumps({n: metadata.version(n) for n in ("scikit-learn", "skrub")})
    deep = f'{{"versions":{versions},"encoder":{begin * depth}{end * depth}}}'
    np.savez(written, description=np.frombuffer(deep.encode(), "uint8"))
    is_refused(refused, written)


@pytest.mark.parametrize(
    "form",
    [None, [], {}, {"versions": {}}, {"versions": {"scikit-learn": 1, "skrub": 2}},
     {"versions": {"scikit-learn": "1\n2", "skrub": "\x1b[31m"}, "encoder": 1}],
)  # fmt: skip
def test_description_of_another_form_is_refused(written, refused, form):
    text = np.frombuffer(json.dumps(form).encode(), "uint8")
    np.savez(written, description=text)
    assert "is damaged" in is_refused(refused, written)


@pytest.mark.parametrize(
    "form",
    [None, 1, "x", [], {}, {"a": 1, "b": 2}, {"unknown": 1}, {"array": "none"},
     {"array": []}, {"tuple": 3}, {"dict": [[1]]}, {"dict": [[[], 1]]}, {"values": 3},
     {"slice": []}, {"dtype": "no"}, {"zoned": "no"}, {"float": "1"}, {"object": "x"},
     {"object": "sklearn.pipeline:Pipeline", "state": []},
     {"object": "sklearn.pipeline:Pipeline", "state": {}}],
)  # fmt: skip
def test_encoder_of_another_form_is_refused(written, refused, form):
    change(written, lambda whole: whole.update(encoder=form))
    is_refused(refused, written)


def npy(header: str) -> bytes:
    content = io.BytesIO()
    padded = header.ljust(117) + "\n"
    content.write(b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little"))
    content.write(padded.encode() + b"\0" * 8)
    return content.getvalue()


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("<f8", "(10**15,)"), ("<f8", "(1000000000000000,)"), ("<U0", "(99999999999,)"),
     ("|O", "(1,)"), ("<f8", "(-1,)"), ("<f8", "(-1, -1)"), ("<f8", "(0,)"),
     ("[('a', '<f8')]", "(1,)"), ("|V8", "(1,)")],
)  # fmt: skip
def test_size_of_an_array_is_that_of_the_file(written, refused, kind, shape):
    told = kind if kind.startswith("[") else repr(kind)
    header = f"{{'descr': {told}, 'fortran_order': False, 'shape': {shape}, }}"
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr("x.npy", npy(header))
    assert "is damaged" in is_refused(refused, written)


def test_packed_arrays_are_refused(written, refused):
    with np.load(written) as archive:
        arrays = dict(archive)
    np.savez_compressed(written, **arrays, more=np.zeros(10_000_000))
    assert "larger than the file" in is_refused(refused, written)


def test_link_is_not_followed(written, refused, tmp_path):
    link = tmp_path / "link.npz"
    link.symlink_to(written)
    is_refused(refused, link)
    link.unlink()
    os.mkfifo(link)
    is_refused(refused, link)


def test_flipped_bytes_are_refused_or_do_no_harm(written, good):
    rng = np.random.default_rng(0)
    for _ in range(60):
        bad = bytearray(good)
        for i in rng.integers(0, len(bad), 3):
            bad[i] = rng.integers(256)
        written.write_bytes(bytes(bad))
        try:
            to_matrix(read_encoder(written), MIXED)
        except BadData as error:
            assert len(str(error).splitlines()) == 1


# Other versions.


def test_other_versions_are_told_where_the_encoder_fails(written, refused):
    def edit(form: dict) -> None:
        form["versions"]["skrub"] = "0.1"
        for state in parts(form, "StringEncoder"):
            state.pop("vectorizer_", None)  # the part that was not fitted has none

    change(written, edit)
    text = is_refused(refused, written)
    assert "was written by scikit-learn" in text
    assert "skrub 0.1, here are scikit-learn" in text


def test_class_of_another_version_is_told(written, refused):
    def edit(form: dict) -> None:
        form["versions"]["skrub"] = "0.6.0"
        form["encoder"] = {"object": "skrub._to_float32:ToFloat32", "state": {}}

    change(written, edit)
    assert "skrub 0.6.0" in is_refused(refused, written)


def test_other_versions_alone_are_no_fault(written):
    before = to_matrix(read_encoder(written), MIXED)
    change(written, lambda form: form["versions"].update(skrub="0.1"))
    np.testing.assert_array_equal(to_matrix(read_encoder(written), MIXED), before)


def test_rows_of_another_table_are_refused(written, refused):
    encoder = read_encoder(written)
    text = refused(BadData, to_matrix, encoder, MIXED.rename(columns={"gaps": "x"}))
    assert "compare them with the rows trained on" in text
