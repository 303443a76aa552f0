from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.data import load
from learnable.data.encode import fit_encoder, to_matrix
from learnable.data.errors import BadData, Misuse, ZooError
from learnable.zoo.networks.predict_input import (
    predict_rows,
    read_row,
    rows_from_file,
    rows_from_text,
)
from learnable.zoo.run_files import Inputs
from PIL import Image

RGB = Inputs(
    "rgb",
    "binary",
    ("white", "black"),
    (3,),
    columns=("red", "green", "blue"),
    types=("float64",) * 3,
    feature_range=(0, 255),
)
POSITIONS = replace(RGB, columns=("0", "1", "2"), feature_range=None)
DIGITS = Inputs("digits", "binary", ("0", "1"), (8, 8), feature_range=(0, 16))
MIXED = """age,name,member,paid,since,room,target
31,Ann,True,True,2020-01-05,007,1
45,Bob,False,,2021-02-06,12,0
28,Cid,True,False,2019-03-07,12a,1
39,,False,True,2022-04-08,13,0
50,Bob,True,True,2020-05-09,14,1
33,Ann,False,False,2020-06-10,15,0
"""


class Echo:
    """A model that says what it was asked."""

    def __call__(self, x, training):
        assert not training
        return np.asarray(x)


@pytest.fixture
def write(tmp_path):
    def writer(content, name="new.csv"):
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return path

    return writer


@pytest.fixture
def mixed(write):
    """A table of all kinds of columns, its inputs and its fitted encoder."""
    dataset = load(write(MIXED, "train.csv"), target="target", task="binary")
    types = tuple(str(kind) for kind in dataset.x.dtypes)
    inputs = Inputs(
        "train.csv",
        "binary",
        dataset.classes,
        dataset.x.shape[1:],
        tuple(dataset.x.columns),
        types,
    )
    encoder, _ = fit_encoder(dataset.x, np.arange(len(dataset)))
    return dataset.x, inputs, encoder


@pytest.mark.parametrize(
    "text",
    [
        "red,green,blue\n1,2,3\n4,5,6\n",
        "blue,red,note,green\n3,1,dark,2\n6,4,,5\n",
        "r,g,b\n1,2,3\n4,5,6\n",
        "1,2,3\n4,5,6\n",
        " red , green , blue\n 1 , 2 , 3\n 4,5,6",
    ],
)
@pytest.mark.parametrize("way", ["file", "text"])
def test_columns_are_put_in_order(text, way, write):
    if way == "text":
        if text.startswith("r,g"):
            pytest.skip("lines typed in have the names of the network or none")
        rows = rows_from_text(text, RGB)
    else:
        rows = rows_from_file(write(text), RGB)
    assert list(rows.columns) == ["red", "green", "blue"]
    assert rows.to_numpy().tolist() == [[1, 2, 3], [4, 5, 6]]


def test_names_with_blanks_are_known():
    inputs = replace(RGB, columns=("red", " green", "blue "))
    rows = rows_from_text("blue,green,red\n3,2,1", inputs)
    assert rows.to_dict("list") == {"red": [1], " green": [2], "blue ": [3]}


@pytest.mark.parametrize("way", ["file", "text"])
@pytest.mark.parametrize("text", ["0,1,2\n", "0,1,1\n1,0,1\n"])
def test_positions_are_no_names(text, way, write):
    made = write(text)
    rows = (
        rows_from_text(text, POSITIONS)
        if way == "text"
        else rows_from_file(made, POSITIONS)
    )
    assert rows.to_numpy().tolist() == [
        [float(cell) for cell in line.split(",")] for line in text.split()
    ]


@given(st.lists(st.tuples(*[st.floats(0, 255)] * 3), min_size=1, max_size=5))
def test_numbers_arrive_as_given(colours):
    text = "\n".join(",".join(map(repr, colour)) for colour in colours)
    assert rows_from_text(text, RGB).to_numpy().tolist() == [list(c) for c in colours]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2", "2 columns, and the network needs 3"),
        ("1,2,3,4", "4 columns, and the network needs 3"),
        ("red,green\n1,2", "missing are blue"),
        ("1,2,dark", "row 1: blue is 'dark'; a number is needed"),
        ("red,green,blue\n1,2,3\n1,x,3", "row 2: green is 'x'"),
        ("1,2,256", "row 1: blue is 256; allowed are 0 to 255"),
        ("1,2,3\n-1,2,3", "row 2: red is -1; allowed"),
        ("1,2,inf", "row 1: blue is infinite"),
        ("red,green,blue\n", "no row"),
        ("red,green,blue\n1,2,3,4", "cannot be read as a table"),
        ("1,2,3\n1,2,3,4", "cannot be read as a table"),
    ],
)
def test_wrong_lines_are_refused(text, said, refused):
    assert said in refused(BadData, rows_from_text, text, RGB)


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_no_lines_are_refused(text, refused):
    assert "red,green,blue" in refused(BadData, rows_from_text, text, RGB)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2\n3,4\n", "2 columns, and the network needs 3"),
        ("red,green,blue\n1,2,3\n1,x,3\n", "row 2: green is 'x'"),
        ("red,green,blue\n1,2,300\n", "row 1: blue is 300"),
        ("red,green,blue\n", "0 rows"),
        ("", "empty"),
    ],
)
def test_wrong_files_are_refused(text, said, write, refused):
    assert said in refused(BadData, rows_from_file, write(text), RGB)


@pytest.mark.parametrize("name", ["none.csv", ".", "new.xyz"])
def test_unreadable_paths_are_misuse(name, tmp_path, refused):
    (tmp_path / "new.xyz").touch()
    refused(Misuse, rows_from_file, tmp_path / name, RGB)


def test_other_tables_are_read(tmp_path):
    table = pd.DataFrame({"blue": [3], "green": [2], "red": [1]})
    table.to_parquet(tmp_path / "t.parquet")
    table.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    np.savez(tmp_path / "t.npz", x=[[1, 2, 3]])
    for name in ("t.parquet", "t.tsv", "t.npz"):
        rows = rows_from_file(tmp_path / name, RGB)
        assert np.asarray(rows).tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.zeros((2, 7, 8)), "shape (2, 7, 8)"),
        (np.zeros((8, 8)), "numbers of shape (rows, 8, 8)"),
        (np.zeros((0, 8, 8)), "shape (0, 8, 8)"),
        (np.zeros(()), "shape ()"),
        (np.full((1, 8, 8), "a"), "type <U1"),
        (np.full((1, 8, 8), 17), "pixel (0, 0) is 17; allowed are 0 to 16"),
    ],
)
def test_wrong_images_are_refused(x, said, tmp_path, refused):
    np.savez(tmp_path / "new.npz", x=x)
    assert said in refused(BadData, rows_from_file, tmp_path / "new.npz", DIGITS)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"no zip"])
def test_damaged_arrays_are_refused(content, tmp_path, refused):
    (tmp_path / "new.npz").write_bytes(content)
    refused(BadData, rows_from_file, tmp_path / "new.npz", DIGITS)


def test_arrays_of_other_name_are_shown(tmp_path, refused):
    np.savez(tmp_path / "new.npz", images=np.zeros((1, 8, 8)))
    assert "images" in refused(BadData, rows_from_file, tmp_path / "new.npz", DIGITS)


def test_images_are_read(tmp_path):
    x = np.arange(128).reshape(2, 8, 8) % 17
    np.savez(tmp_path / "new.npz", x=x.astype("uint8"))
    np.testing.assert_array_equal(rows_from_file(tmp_path / "new.npz", DIGITS), x)


def test_images_are_read_as_files(tmp_path, refused):
    grey = np.arange(256).reshape(16, 16).astype("uint8")
    (tmp_path / "more").mkdir()
    for name in ("b.png", "more/a.jpg"):
        Image.fromarray(grey).save(tmp_path / name)
    wide = replace(DIGITS, shape=(16, 16), feature_range=(0, 255))
    x = rows_from_file(tmp_path / "b.png", wide)
    np.testing.assert_array_equal(x, grey[None])
    coloured = replace(wide, shape=(8, 4, 3))
    assert rows_from_file(tmp_path, coloured).shape == (2, 8, 4, 3)
    assert "allowed are 0 to 16" in refused(
        BadData, rows_from_file, tmp_path / "b.png", DIGITS
    )
    (tmp_path / "c.png").write_bytes(b"junk")
    for place in (tmp_path / "c.png", tmp_path):
        assert "cannot be read" in refused(BadData, rows_from_file, place, wide)
    missing = tmp_path / "d.png"
    assert "there is no file" in refused(Misuse, rows_from_file, missing, wide)
    films = replace(wide, shape=(4, 8, 8, 3))
    sentence = refused(Misuse, rows_from_file, tmp_path / "b.png", films)
    assert "is an image" in sentence


def test_images_need_an_array_file(write, refused):
    for call in (
        lambda: rows_from_file(write("1,2\n"), DIGITS),
        lambda: rows_from_text("1,2", DIGITS),
        lambda: read_row(DIGITS, str),
    ):
        assert "NPZ" in refused(Misuse, call)


def test_features_are_asked_one_by_one():
    asked = []

    def prompt(name: str) -> str:
        asked.append(name)
        return f" {len(asked)} "

    assert read_row(RGB, prompt).to_numpy().tolist() == [[1, 2, 3]]
    assert asked == ["red", "green", "blue"]


def test_wrong_typed_feature_is_named(refused):
    assert "red is 'red'" in refused(BadData, read_row, RGB, str)


def test_missing_value_is_named(refused):
    rows = rows_from_text("red,green,blue\n1,2,3\n1,?,3", RGB)
    assert "row 2: green is missing" in refused(
        BadData, predict_rows, Echo(), None, rows
    )


def test_missing_pixel_is_named(refused):
    x = np.full((2, 8, 8), np.nan)
    refused(BadData, predict_rows, Echo(), None, x)


def test_outputs_are_those_of_the_model():
    rows = rows_from_text("1,2,3\n4,5,6", RGB)
    assert predict_rows(Echo(), None, rows).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_known_rows_are_read_as_trained(mixed, write):
    x, inputs, encoder = mixed
    wanted = to_matrix(encoder, x)
    lines = MIXED.strip().splitlines()
    whole = rows_from_file(write(MIXED), inputs)
    np.testing.assert_allclose(to_matrix(encoder, whole), wanted)
    np.testing.assert_allclose(
        to_matrix(encoder, rows_from_text(MIXED, inputs)), wanted
    )
    for i, line in enumerate(lines[1:]):
        alone = rows_from_text(f"{lines[0]}\n{line}", inputs)
        np.testing.assert_allclose(to_matrix(encoder, alone)[0], wanted[i])
        cells = dict(zip(lines[0].split(","), line.split(","), strict=True))
        typed = read_row(inputs, cells.__getitem__)
        np.testing.assert_allclose(to_matrix(encoder, typed)[0], wanted[i])


def test_single_rows_of_files_are_read(mixed, write):
    x, inputs, encoder = mixed
    wanted = to_matrix(encoder, x)
    names, *lines = MIXED.strip().splitlines()
    for i, line in enumerate(lines):
        if "007" not in line:  # a file's numbers are read as numbers
            alone = rows_from_file(write(f"{names}\n{line}\n"), inputs)
            np.testing.assert_allclose(to_matrix(encoder, alone)[0], wanted[i])


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("member", "perhaps", "row 1: member is 'perhaps'; true or false"),
        ("age", "old", "age"),
    ],
)
def test_wrong_mixed_value_is_named(column, value, said, mixed, refused):
    cells = dict(
        zip(*(line.split(",") for line in MIXED.splitlines()[:2]), strict=True)
    )
    asked = {**cells, column: value}
    assert said in refused(BadData, read_row, mixed[1], asked.__getitem__)


@pytest.mark.parametrize("said", ["false", "False", "FALSE", "0"])
def test_false_is_not_true(said, mixed):
    cells = dict(
        zip(*(line.split(",") for line in MIXED.splitlines()[:2]), strict=True)
    )
    row = read_row(mixed[1], {**cells, "member": said}.__getitem__)
    assert row["member"].tolist() == [0]


@pytest.mark.parametrize("kind", ["datetime64[us]", "datetime64[ns, UTC]"])
def test_dates_are_read(kind, refused):
    inputs = Inputs("t", "regression", (), (1,), ("day",), (kind,))
    rows = rows_from_text("day\n2020-01-05\n", inputs)
    assert rows["day"].dt.year.tolist() == [2020]
    assert "day" in refused(ZooError, rows_from_text, "day\nsoon\n", inputs)


DATED = Inputs(
    "t.csv",
    "regression",
    (),
    (2,),
    ("when", "size"),
    ("datetime64[us]", "float64"),
    targets=("y",),
    date_formats={"when": ("%d/%m/%Y",)},
)


@pytest.mark.parametrize("cell", ["03/04/2015", "3/4/2015", "2015-04-03"])
def test_dates_are_read_in_the_form_trained_on(cell, write):
    rows = rows_from_file(write(f"when,size\n{cell},2\n"), DATED)
    assert rows["when"].tolist() == [pd.Timestamp("2015-04-03")]
    rows = rows_from_text(f"{cell},2\n", DATED)
    assert rows["when"].tolist() == [pd.Timestamp("2015-04-03")]


def test_a_date_of_another_form_is_named(write, refused):
    path = write("when,size\n03/04/2015,2\n04/31/2015,3\n")
    text = refused(BadData, rows_from_file, path, DATED)
    assert "row 2: when is '04/31/2015'" in text
    assert "in the form trained on" in text
