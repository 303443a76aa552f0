"""Files of other forms than CSV: what is written comes back, the rest is refused."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data import load
from learnable.data.arrow_files import joined_names
from learnable.data.errors import BadData, Misuse
from learnable.data.files import read_rows, read_table

FRAME = pd.DataFrame({
    "size": [1.5, 2.0, None, 4.0] * 5,
    "count": range(20),
    "kind": ["a", "b, c", "it's", 'say "x"'] * 5,
})  # fmt: skip


def csv_bytes(separator: str = ",", encoding: str = "utf-8") -> bytes:
    return FRAME.to_csv(index=False, sep=separator).encode(encoding)


def sqlite(path: Path, **tables: pd.DataFrame) -> Path:
    connection = sqlite3.connect(path)
    for name, table in tables.items():
        table.to_sql(name, connection, index=False)
    connection.close()
    return path


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return path


def arrow_stream(path: Path, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as s:
        s.write_table(table)


def written(path: Path, frame: pd.DataFrame) -> Path:
    """A frame in the form of the path's ending."""
    ending = path.suffix
    if ending == ".feather":
        frame.to_feather(path)
    elif ending == ".arrow":
        arrow_stream(path, frame)
    elif ending == ".jsonl":
        path.write_text(frame.to_json(orient="records", lines=True))
    elif ending == ".json":
        path.write_text(frame.to_json(orient="records", indent=1))
    elif ending == ".db":
        sqlite(path, rows=frame)
    elif ending == ".zip":
        zipped(path, t_csv=frame.to_csv(index=False).encode())
    elif ending == ".arff":
        path.write_text(arff(frame))
    else:
        path.write_bytes(frame.to_csv(index=False, sep="\t").encode("utf-16"))
    return path


def arff(frame: pd.DataFrame) -> str:
    def cell(value: object) -> str:
        if value is None or value != value:
            return "?"
        if isinstance(value, str):
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return repr(value)

    head = "% made by a test\n@RELATION 'my rows'\n\n"
    for name in frame.columns:
        kind = "numeric" if frame[name].dtype.kind in "if" else "string"
        head += f"@ATTRIBUTE '{name}' {kind}\n"
    rows = frame.astype(object).to_numpy().tolist()
    lines = [",".join(map(cell, row)) for row in rows]
    return head + "@DATA\n" + "\n".join(lines) + "\n"


ENDINGS = ["feather", "arrow", "jsonl", "json", "db", "zip", "arff", "txt"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_comes_back(tmp_path, ending):
    table, notes = read_table(written(tmp_path / f"t.{ending}", FRAME))
    pd.testing.assert_frame_equal(table, FRAME, check_dtype=False)
    assert notes == []


texts = st.text("abc äß€,;'\"|\\%#{}", min_size=1, max_size=8).map(lambda s: f"t{s}t")


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(ENDINGS),
    st.lists(st.floats(-1e15, 1e15), min_size=2, max_size=8),
    st.lists(texts, min_size=8, max_size=8),
)
def test_drawn_tables_come_back(tmp_path_factory, ending, numbers, words):
    rows = {"number": numbers, "word": words[: len(numbers)]}
    path = tmp_path_factory.getbasetemp() / f"round.{ending}"
    path.unlink(missing_ok=True)
    table, _ = read_table(written(path, pd.DataFrame(rows)), header=True)
    assert table["word"].tolist() == rows["word"]
    np.testing.assert_allclose(
        table["number"].astype(float), numbers, rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_encodings_vanish(write, separator, encoding):
    table, notes = read_table(write(csv_bytes(separator, encoding)))
    pd.testing.assert_frame_equal(table, FRAME, check_dtype=False)
    assert notes == []


def test_windows_letters_are_read(write):
    table, notes = read_table(write("preis €;n\n3 €;1\n4 €;2\n".encode("cp1252")))
    assert table.columns[0] == "preis €"
    assert any("Windows-1252" in note for note in notes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\né,1\n".encode() + b"\xf6,2\n", "line 2 is UTF-8, and line 3, column 1"),
        ("a,b\né,1\n".encode() + b"2,\xc3", "line 3, column 3"),
        ("a,b\né,1\n".encode("utf-16")[:-3], "cut off"),
        ("a,b\n1,2\n".encode("utf-32"), "UTF-32"),
        (b"a,b\n1,2\n3," + b"x" * 10_000_000 + b"\n", "line 3 has more than 4 MB"),
        (b"a," * 200_000 + b"b\n1\n", "line 1 of t.csv has 200,001 columns"),
    ],
)
def test_damaged_text_is_refused_in_a_line(write, refused, content, said):
    assert said in refused(BadData, read_table, write(content))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("".join(f"  {i}   {i * 2}\t{i}.5  \n" for i in range(1, 9)), (8, 3)),
        ('1.5  2 \t"a b"\n2.5 3\t"c d"\n3.5   4\t"e f"\n', (3, 3)),
        ("a:b:c\n1:2:x\n3:4:y\n", (2, 3)),
        ("a b\n1,5 2,25\n3,5 4,25\n5,5 6,25\n", (3, 2)),
        ("price\n1,5\n2,5\n3,5\n", (3, 1)),
        ("at\n12:30\n12:31\n", (2, 1)),
        ("name\nAnn Lee\nBob Roe\nCy Doe\n", (3, 1)),
        ("id,at\n1,48.2 16.3\n2,47.1 15.4\n", (2, 2)),
        ("at,v\n2020-01-01 12:00,1\n2020-01-01 13:00,2\n", (2, 2)),
    ],
)
def test_blanks_and_colons_separate_what_nothing_else_does(write, text, shape):
    assert read_table(write(text, "t.data"))[0].shape == shape


@pytest.mark.parametrize(
    ("content", "way"),
    [
        (b"\x1f\x8b\x08\0", ".csv.gz"), (b"PK\x03\x04\0", ".xlsx"),
        (b"PAR1\x15\0", ".parquet"), (b"<!DOCTYPE html>\n<p>403", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid x\n", "git lfs pull"),
    ],
)  # fmt: skip
def test_files_of_other_kinds_are_told(write, refused, content, way):
    assert way in refused(BadData, read_table, write(content))


def test_wide_tables_are_read_soon(write):
    names = ";".join(f"gene{i:06d}" for i in range(20_000))
    row = ";".join(["1.5"] * 20_000)
    assert read_table(write(f"{names}\n{row}\n{row}\n"))[0].shape == (2, 20_000)


def test_zip_with_several_tables_asks_which(tmp_path, refused):
    path = zipped(tmp_path / "t.zip", a_csv=b"x,y\n1,2\n", b_csv=csv_bytes())
    assert "'t.zip#a.csv'" in refused(Misuse, read_table, path)
    assert read_table(Path(f"{path}#b.csv"))[0].shape == (20, 3)
    assert "no file 'c.csv'" in refused(Misuse, read_table, Path(f"{path}#c.csv"))


def test_zip_without_a_table_is_refused(tmp_path, refused):
    path = zipped(tmp_path / "t.zip", a_exe=b"x")
    assert "holds no table" in refused(BadData, read_table, path)


@pytest.mark.parametrize("name", ["t.csv.gz", "t.zip"])
def test_bombs_are_refused_before_they_are_unpacked(write, refused, monkeypatch, name):
    import gzip

    from learnable.data import compressed

    monkeypatch.setattr(compressed, "MOST_UNPACKED", 1 << 20)
    content = b"a,b\n" + b"1,2\n" * 1_000_000
    if name.endswith("gz"):
        packed = gzip.compress(content)
    else:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("t.csv", content)
        packed = buffer.getvalue()
    assert "more than 200 times" in refused(BadData, read_table, write(packed, name))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": {"b": 1}}\n{"a": {"b": 2}}\n', "line 1, column 'a', holds a record"),
        ('{"a": 1}\n{"a": [2]}\n', "line 2, column 'a', holds a list in a cell"),
        ('{"a": 1}\n{"a": }\n', "line 2, column 7"),
        ('[{"a": 1},\n {"a"', "line 2, column 6"),
        ('{"a": 1, "a": 2}\n', "names 'a' twice"),
        ('[1, 2]', "record 1 is a number"),
        ('{\n"a": 1\n}', "no list of records"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("[]", "0 rows"),
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_refused(write, refused, text, said):
    assert said in refused(BadData, read_table, write(text, "t.json"))


def test_database_of_several_tables_asks_which(tmp_path, refused):
    path = sqlite(tmp_path / "t.db", one=FRAME, two=FRAME[["count"]])
    assert "choose one, as 't.db#one'" in refused(Misuse, read_table, path)
    assert read_table(Path(f"{path}#two"))[0].columns.tolist() == ["count"]
    assert "no table 'three'" in refused(Misuse, read_table, Path(f"{path}#three"))
    dataset = load(f"{path}#one", target="count", task="regression")
    assert dataset.card.name == "t.db#one"


def test_databases_are_not_written(tmp_path, refused):
    path = sqlite(tmp_path / "t.db", one=FRAME)
    before = path.read_bytes()
    read_table(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.db"]
    (tmp_path / "t.db-wal").write_bytes(b"x")
    assert "t.db-wal" in refused(BadData, read_table, path)


def test_views_are_no_tables(tmp_path, refused):
    path = tmp_path / "t.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIEW v AS SELECT 1 AS a")
    connection.close()
    assert "holds no table" in refused(BadData, read_table, path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello\n", "line 1 ('hello') is no @attribute"),
        ("@relation r\n@attribute a numeric\n", "no line @data"),
        ("@relation r\n@data\n1\n", "declares no @attribute"),
        ("@attribute a numeric\n@data\n1,2\n", "line 3 has 2 cells"),
        ("@attribute a string\n@data\n'x\n", "a quote that is not closed"),
        ("@attribute a numeric\n@data\n{0 1}\n", "sparse"),
        ("@attribute a numeric\n@data\nx\n", "line 3, column 'a', holds 'x'"),
        ("@attribute a numeric\n@attribute a real\n@data\n1,2\n", "two columns"),
        ("@attribute a relational\n@data\n1\n", "relational"),
        ("@attribute a numeric\n@data\n", "0 rows"),
    ],
)
def test_arff_that_is_no_table_is_refused(write, refused, text, said):
    assert said in refused(BadData, read_table, write(text, "t.arff"))


def test_nominal_numbers_stay_classes(write):
    text = "@attribute a numeric\n@attribute k {0,1,'None'}\n@data\n1,0\n2,1\n3,None\n"
    table, _ = read_table(write(text, "t.arff"))
    assert table["k"].tolist() == ["0", "1", "None"]


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("t.pkl", "never opened"), ("t.h5", "HDF5"), ("t.tar.gz", "unpack it"),
        ("t.npy", "x.npy"), ("t.dta", "read_stata"), ("t.rds", "write.csv"),
        ("t.xlsb", ".xlsx"), ("t.foo", "allowed are"),
    ],
)  # fmt: skip
def test_other_files_are_refused_with_the_way_out(write, refused, name, way):
    assert way in refused(Misuse, load, write("x", name), target="y")


def test_parts_are_for_files_that_have_some(write, refused):
    path = write(csv_bytes())
    assert "has no parts" in refused(Misuse, read_table, Path(f"{path}#x"))
    assert read_table(write(csv_bytes(), "a#b.csv"))[0].shape == (20, 3)


def test_names_of_two_levels_are_joined(tmp_path):
    columns = pd.MultiIndex.from_tuples([("x", "a"), ("x", "b"), ("y", "c")])
    rng = np.random.default_rng(0)
    pd.DataFrame(rng.random((40, 3)), columns=columns).to_parquet(
        tmp_path / "t.parquet"
    )
    dataset = load(tmp_path / "t.parquet", target="y_c")
    assert list(dataset.x.columns) == ["x_a", "x_b"]
    assert load(tmp_path / "t.parquet", target="-1").sha256 == dataset.sha256
    sample = load(tmp_path / "t.parquet", target="y_c", memory=100)
    assert list(sample.x.columns) == ["x_a", "x_b"]


def test_odd_names_are_left_alone():
    assert joined_names(["('a'", "(1 + 1)", "(x)", "a"]) == [
        "('a'", "(1 + 1)", "(x)", "a",
    ]  # fmt: skip


def saved(folder: Path, frame: pd.DataFrame, features: dict | None = None) -> Path:
    """A split as `datasets` saves it."""
    folder.mkdir(parents=True)
    arrow_stream(folder / "data-00000-of-00001.arrow", frame)
    files = [{"filename": "data-00000-of-00001.arrow"}]
    (folder / "state.json").write_text(json.dumps({"_data_files": files}))
    (folder / "dataset_info.json").write_text(json.dumps({"features": features or {}}))
    return folder


def saved_splits(folder: Path, **splits: int) -> Path:
    labels = {"label": {"_type": "ClassLabel", "names": ["neg", "pos"]}}
    for start, (name, rows) in enumerate(splits.items()):
        frame = pd.DataFrame({
            "x": np.arange(rows) + 1000.0 * start,
            "label": np.arange(rows) % 2,
        })  # fmt: skip
        saved(folder / name, frame, labels)
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": list(splits)}))
    return folder


def test_saved_dataset_is_read(tmp_path):
    reading = read_rows(saved(tmp_path / "d", FRAME))
    pd.testing.assert_frame_equal(reading.table, FRAME)
    assert (reading.notes, reading.n_test) == ((), 0)


def test_test_split_is_official(tmp_path):
    path = saved_splits(tmp_path / "d", train=30, test=10, validation=6)
    dataset = load(path, target="label")
    assert (len(dataset), dataset.n_test) == (40, 10)
    assert dataset.classes == ("neg", "pos")
    assert dataset.x["x"].tolist()[-10:] == [1000.0 + i for i in range(10)]
    assert any("not read: validation" in note for note in dataset.notes)
    assert len(load(f"{path}#validation", target="label")) == 6


def test_unknown_splits_are_misuse(tmp_path, refused):
    path = saved_splits(tmp_path / "d", train=30, test=10)
    assert "'d#train'" in refused(Misuse, read_rows, Path(f"{path}#dev"))
    other = saved_splits(tmp_path / "e", a=30, b=10)
    assert "'e#a'" in refused(Misuse, read_rows, other)


@pytest.mark.parametrize("name", ["../secret.arrow", "/etc/passwd", "", None, "a/b"])
def test_saved_dataset_names_no_files_outside(tmp_path, refused, name):
    path = saved(tmp_path / "d", FRAME)
    (path / "state.json").write_text(json.dumps({"_data_files": [{"filename": name}]}))
    assert "no file of it" in refused(BadData, read_rows, path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"_data_files": 1}', "x"])
def test_damaged_saved_datasets_are_refused(tmp_path, refused, content):
    path = saved(tmp_path / "d", FRAME)
    (path / "state.json").write_text(content)
    refused(BadData, read_rows, path)


def test_saved_images_are_refused(tmp_path, refused):
    path = saved(tmp_path / "d", FRAME, {"size": {"_type": "Image"}})
    assert "folder a class" in refused(BadData, read_rows, path)
