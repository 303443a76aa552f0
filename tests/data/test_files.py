"""Tables in files: separators, headers, encodings, gaps, and what is refused."""

import gzip
import json
import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from learnable.data import load
from learnable.data.errors import BadData, Misuse
from learnable.data.files import read_table, suffix
from learnable.data.header import has_header

ROWS = "".join(f"{i}.5,{i % 3},{'ab'[i % 2]}\n" for i in range(20))
TABLE = "width,count,kind\n" + ROWS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("name", ["t.csv", "t.txt", "t.data", "T.CSV", "a.tsv.csv"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(write, name, separator):
    table, notes = read_table(write(TABLE.replace(",", separator), name))
    assert list(table.columns) == ["width", "count", "kind"]
    assert table.shape == (20, 3)
    assert notes == []


@pytest.mark.parametrize("thousands", ["1 257", "-1 257 061"])
def test_thousands_that_stand_apart_are_cut_by_tabs(write, thousands):
    rows = "".join(f"{thousands}\t{'ab'[i % 2]}\n" for i in range(20))
    table, _ = read_table(write(f"size\tkind\n{rows}"))
    assert list(table.columns) == ["size", "kind"]
    assert table["size"].unique().tolist() == [float(thousands.replace(" ", ""))]


def test_blanks_that_cut_the_names_as_well_cut_the_rows(write):
    rows = "".join(f"{100 + i} {200 + i}\tc\n" for i in range(20))
    table, _ = read_table(write(f"first second\tkind\n{rows}"))
    assert list(table.columns) == ["first", "second", "kind"]
    assert table["second"].iloc[0] == 200


@pytest.mark.parametrize("name", ["t.csv.gz", "t.tsv.gz", "T.CSV.GZ"])
def test_gzip_is_unpacked(write, name):
    text = TABLE.replace(",", "\t") if "tsv" in name else TABLE
    table, _ = read_table(write(gzip.compress(text.encode()), name))
    pd.testing.assert_frame_equal(table, read_table(write(TABLE))[0])


def test_parquet_round_trip_is_exact(tmp_path):
    table = pd.DataFrame({
        "number": [1.5, None],
        "text": ["a", "b"],
        "date": pd.to_datetime(["2020", None]),
    })  # fmt: skip
    table.to_parquet(tmp_path / "t.parquet")
    again, notes = read_table(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(again, table)
    assert notes == []


cells = st.one_of(
    st.integers(-(2**60), 2**60),
    st.floats(-1e300, 1e300),
    st.text("abcxyz äß€,;'\"|", min_size=1, max_size=8).map(lambda s: f"t{s}t"),
)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=2)
    )
)
def test_csv_round_trip_keeps_shape(folder, rows):
    # a line of text above two columns of numbers or more is one of units
    assume(not all(isinstance(cell, str) for cell in rows[0]))
    frame = pd.DataFrame(rows, columns=[f"c{i}" for i in range(len(rows[0]))])
    path = folder / "round.csv"
    frame.to_csv(path, index=False, quoting=1)
    table, _ = read_table(path, header=True)
    # a column with commas in every cell may be cut elsewhere; quotes protect it
    assert table.shape == frame.shape
    assert list(table.columns) == list(frame.columns)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        (TABLE, True),
        (ROWS, False),
        ('"a","b"\n"1","x"\n"2","x"\n', True),
        ("0,1,kind\n" + ROWS, True),
        ("1,2,kind\n" + ROWS, True),
        (",0,1,kind\n" + ROWS.replace("\n", "\n7,").removesuffix("7,"), True),
        ("1,2,price\n1,2,3\n4,5,6\n", True),
        ("0,1,a\n" + ROWS, False),
        ("0,1,2\n" + "7,8,9\n" * 3, False),
        ("colour,size\n" + "red,big\nblue,small\n" * 4, True),
        ("red,big\nblue,small\n" * 4, False),
        ("?,big,1\nred,small,2\n" * 4, False),
        ("a,a\n" + "x,y\n" * 3, False),
        ("name,born\n" + "x,?\ny,1970\n" * 3, True),
        ("a\n1\n2\n", True),
    ],
)  # fmt: skip
def test_header_is_inferred(write, text, header):
    table, notes = read_table(write(text))
    assert len(table) == len(text.splitlines()) - header
    assert any("no header" in note for note in notes) is not header
    if not header:
        assert list(table.columns) == [str(i) for i in range(table.shape[1])]


@pytest.mark.parametrize("header", [True, False])
def test_header_can_be_told(write, header):
    table, notes = read_table(write("1,2\n3,4\n5,6\n"), header=header)
    assert list(table.columns) == (["1", "2"] if header else ["0", "1"])
    assert len(table) == (2 if header else 3)
    assert notes == []


@given(st.lists(st.lists(st.text(max_size=5), min_size=1, max_size=4), min_size=1))
def test_any_cells_have_answer(rows):
    assert has_header(rows) in (True, False)


def test_quoted_values_keep_separators(write):
    table, _ = read_table(write('a,b\n"x, y",1\n"line\nbreak",2\n"say ""hi""",3\n'))
    assert table["a"].tolist() == ["x, y", "line\nbreak", 'say "hi"']


def test_byte_order_mark_vanishes(write):
    table, notes = read_table(write(b"\xef\xbb\xbf" + TABLE.encode()))
    assert table.columns[0] == "width"
    assert notes == []


@pytest.mark.parametrize("before", [1, 120_000])
def test_latin1_is_read_and_noted(write, before):
    text = ("a,b\n" + "x,1\n" * before).encode() + b"caf\xe9,2\n"
    table, notes = read_table(write(text), header=True)
    assert table["a"].iloc[-1] == "café"
    assert any("Latin-1" in note for note in notes)


def test_cut_character_stays_utf8(write):
    text = "a,b\n" + "x,1\n" * ((1 << 18) - 2) + "xxxé,1\n"
    assert text.encode()[(1 << 20) - 1] == 0xC3
    table, notes = read_table(write(text), header=True)
    assert table["a"].iloc[-1] == "xxxé"
    assert notes == []


@pytest.mark.parametrize(
    "content", [TABLE.encode("utf-16-le"), b"a,b\n\0\1,2\n", b"\0"]
)
def test_binary_files_are_refused(write, refused, content):
    assert "zero bytes" in refused(BadData, read_table, write(content))


def test_late_zero_bytes_are_refused(write, refused):
    content = b"a,b\n" + b"1,2\n" * 300_000 + b"\0,1\n"
    assert "zero bytes" in refused(BadData, read_table, write(content))


def test_blank_lines_are_skipped(write):
    table, _ = read_table(write("\n\n" + TABLE.replace("\n", "\n\n") + "  \n"))
    assert table.shape == (20, 3)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_are_alike(write, end):
    table, _ = read_table(write(TABLE.replace("\n", end)))
    assert table.shape == (20, 3)


@pytest.mark.parametrize("mark", ["?", "", " ?", "NA", "nan", "null", "N/A"])
def test_missing_marks_are_missing(write, mark):
    table, _ = read_table(write(f"a,b\n1,2\n{mark},3\n4,5\n"))
    assert table["a"].isna().tolist() == [False, True, False]
    assert table["a"].dtype == "float64"


def test_decimal_commas_are_numbers(write):
    table, notes = read_table(write("a;b;c\n" + "1,5;2;x\n-2,25;3;y\n" * 3))
    assert table["a"].tolist() == [1.5, -2.25] * 3
    assert any("decimal" in note for note in notes)


def test_other_commas_stay_text(write):
    table, _ = read_table(write("a;b\nx, y;2\nz;3\n"))
    assert pd.api.types.is_string_dtype(table["a"])


def test_decimal_marks_are_found_column_by_column(write):
    table, _ = read_table(write("a;b\n1,5;2.5\n1,2;3.5\n"))
    assert table["a"].tolist() == [1.5, 1.2]
    assert table["b"].tolist() == [2.5, 3.5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty (0 bytes)"),
        ("\n \n\t\n", "only blank lines"),
        ("a,b,c\n", "0 rows"),
        ("a,b\n1,2\n3,4,5\n", "line 3"),
        ("a,b\n1,2,3\n3,4,5\n", "line 2 has 3 cells, and there are 2 names"),
        ('a,b\n"1,2\n3,4\n', "is no table"),
        (f'a,b\n"{"k" * 200_000},2\n', "quote not closed"),
    ],
)
def test_broken_tables_are_refused(write, refused, text, said):
    assert said in refused(BadData, read_table, write(text))


def test_trailing_separators_are_ignored(write):
    table, _ = read_table(write("a,b\n1,2,\n3,4,\n5,6,\n"))
    assert table.to_numpy().tolist() == [[1, 2], [3, 4], [5, 6]]


def test_short_lines_have_gaps(write):
    table, _ = read_table(write("a,b\n1,2\n3\n"))
    assert table["b"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"a,b\n", b"\x1f\x8b", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9],
        gzip.compress(b"", mtime=0),
    ],
)  # fmt: skip
def test_damaged_gzip_is_refused(write, refused, content):
    assert "t.csv.gz" in refused(BadData, read_table, write(content, "t.csv.gz"))


def test_empty_parquet_is_refused(tmp_path, refused):
    pd.DataFrame({"a": [], "y": []}).to_parquet(tmp_path / "t.parquet")
    assert "0 rows" in refused(BadData, read_table, tmp_path / "t.parquet")


def test_equal_names_are_refused(tmp_path, refused, monkeypatch):
    twins = pd.DataFrame([[1, 2]], columns=["a", "a"])
    monkeypatch.setattr(pd, "read_parquet", lambda path: twins)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "t.parquet")
    assert "two columns" in refused(BadData, read_table, tmp_path / "t.parquet")


def test_unreadable_file_is_refused(write, refused, monkeypatch):
    path = write(TABLE)

    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert "Permission denied" in refused(BadData, read_table, path)


@pytest.mark.parametrize(
    ("name", "text"),
    [("", "neither x.npy"), ("no.csv", "no file"), ("t.xyz", "no ending")],
)  # fmt: skip
def test_wrong_paths_are_misuse(tmp_path, refused, name, text):
    (tmp_path / "t.xyz").write_text("x")
    assert text in refused(Misuse, load, tmp_path / name, target="y")


def test_line_breaks_leave_errors(write, refused):
    text = 'w,"a\nb"\n' + "1,2\n" * 4
    refused(Misuse, load, write(text, "odd\nname.csv"), target="c", header=True)
    refused(Misuse, load, write(text, "odd\nname.csv"), header=True)


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.csv", ".csv"), ("a.csv.gz", ".csv.gz"), ("A.TSV.GZ", ".tsv.gz"), ("a", "")],
)  # fmt: skip
def test_suffix_tells_format(name, ending):
    assert suffix(Path(name)) == ending


def real_tables() -> list[dict]:
    root = os.environ.get("ZOO_DATA")
    index = Path(root) / "index.json" if root else None
    if index is None or not index.is_file():
        return []
    entries = json.loads(index.read_text("utf-8"))["entries"]
    return [e for e in entries if e["path"].startswith("tabular/")]


@pytest.mark.skipif(not real_tables(), reason="ZOO_DATA names no folder of tables")
@pytest.mark.parametrize("entry", real_tables(), ids=lambda e: Path(e["path"]).name)
def test_real_tables_load(entry):
    path = Path(os.environ["ZOO_DATA"]) / entry["path"]
    dataset = load(path, target=str(entry["target"]))
    assert len(dataset) == entry["n_rows"]
    assert dataset.x.shape[1] == entry["n_features"]
    has_names = not any("no header" in note for note in dataset.notes)
    assert has_names == entry["has_header"]
