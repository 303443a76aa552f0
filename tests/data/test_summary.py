"""How columns are read: their kinds, notes, and the table that shows them."""

import os
import time
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learnable import load
from learnable.data.column_summary import ColumnSummary, DataSummary, missing_text
from learnable.data.errors import BadData, Misuse
from learnable.data.kinds import holds_dates, names_rows
from learnable.data.looking import summarize_reading as look
from learnable.data.summary import summarize_column

N = 60
KINDS = {
    "integer": range(100, 100 + 2 * N, 2),
    "integer of 3 values": [1, 2, 3] * 20,
    "integer, id?": range(N),
    "number": np.linspace(0, 1, N),
    "category of 2 values": ["yes", "no"] * 30,
    "text, id?": [f"name-{i}" for i in range(N)],
    "text": [f"{i % 50} High Street" for i in range(N)],
    "sentences": [f"reply number {i} to get your free ringtone" for i in range(N)],
    "boolean": [True, False] * 30,
    "constant": ["a"] * N,
    "empty": [None] * N,
    "date": pd.date_range("2020-01-01", periods=N),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_a_column(kind: str) -> None:
    assert summarize_column(pd.Series(KINDS[kind], name="a")).kind == kind


def test_gaps_leave_whole_numbers_integers() -> None:
    found = summarize_column(pd.Series([*range(0, 90, 3), None] * 2, name="a"))
    assert (found.kind, found.example) == ("integer", "0")
    assert found.missing == pytest.approx(1 / 31)


@pytest.mark.parametrize(
    ("cells", "dates"),
    [
        (["2020-01-31", "2020-02-01"], True),
        (["31.01.2020", "01.02.2020"], True),
        (["01/31/2020", "12/01/2020"], True),
        (["2020-01-31", "soon"], False),
        (["a", "b"], False),
    ],
)
def test_text_that_is_encoded_as_dates(cells: list[str], dates: bool) -> None:
    assert holds_dates(pd.Series(cells)) is dates


def test_a_count_with_rows_left_out_still_names_rows() -> None:
    assert names_rows(pd.Series([i for i in range(1, 101) if i % 25]))
    assert not names_rows(pd.Series(range(0, 300, 3)))


def test_text_that_is_nearly_numbers_names_what_is_none() -> None:
    cells = [*(f"{i % 90 / 7:.2f}" for i in range(99)), "n.a."]
    found = summarize_column(pd.Series(cells, name="a"))
    assert found.notes == (
        "99 of 100 values are numbers; 'n.a.' is none, so that all are read as text",
    )


def test_histograms_count_each_row_once() -> None:
    for kind in ("number", "integer", "category of 2 values", "boolean", "date"):
        found = summarize_column(pd.Series(KINDS[kind], name="a"))
        assert sum(rows for _, rows in found.histogram) == N
    many = summarize_column(pd.Series([f"v{i % 30}" for i in range(N)], name="a"))
    assert many.histogram[-1][0] == "others"
    assert sum(rows for _, rows in many.histogram) == N


def test_what_is_constant_in_the_sample_alone_is_no_constant() -> None:
    values = np.zeros(300_000)
    values[1] = 0.5  # between two rows of the sample
    found = summarize_column(pd.Series(values, name="a"))
    assert found.kind == "number"


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    rows = [f"{i},reply number {i} to get a free ringtone,{i % 2}" for i in range(N)]
    path = tmp_path / "messages.csv"
    path.write_text("id,text,spam\n" + "\n".join(rows))
    return path


def test_sentences_beside_an_identifier(messages: Path) -> None:
    _, number, text = look(messages, target="spam").columns
    assert "--drop id" in number.notes[0]
    assert "letters are counted" in text.notes[0]
    assert "--drop id" in text.notes[0]
    alone = look(messages, target="spam", drop=["id"]).columns[1]
    assert (alone.kind, alone.notes) == ("sentences", ())


def test_columns_of_a_loaded_table(messages: Path) -> None:
    dataset = load(messages, target="spam", group="id")
    assert [(c.name, c.role) for c in dataset.columns] == [
        ("spam", "target"),
        ("id", "group"),
        ("text", "feature"),
    ]
    assert dataset.columns[0].kind == "2 classes"
    assert dataset.columns[0].notes == ("rows: 0 30, 1 30",)
    assert look(dataset).columns == dataset.columns


def test_without_a_target_columns_have_no_role(messages: Path) -> None:
    found = look(messages)
    assert {column.role for column in found.columns} == {""}
    assert found.size == "60 rows, 3 columns"
    assert "only feature" in found.columns[1].notes[0]


def test_a_dataframe(messages: Path) -> None:
    found = look(pd.read_csv(messages), target="spam", most=2)
    assert [column.name for column in found.columns] == ["spam", "id"]
    assert found.total == 3
    assert "and 1 more column" in repr(found)
    with pytest.raises(BadData):
        look(pd.DataFrame({"a": []}))
    with pytest.raises(BadData):
        look(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(Misuse):
        look(pd.DataFrame({"a": [1]}), target="b")


def test_what_cannot_be_learned_from_is_shown_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,red\n2,red\n3,blue\n")
    found = look(path, target="y")
    assert found.columns[0].kind == "2 classes"
    assert "class 'blue'" in found.notes[-1]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("iris", ["3 classes", *["number"] * 4]),
        ("airline", ["integer", "times, in order"]),
        ("moving-digits", ["4 classes", "array of 8 x 16 x 16"]),
        ("shakespeare", ["62 classes", "the 64 characters before"]),
    ],
)
def test_the_catalog(name: str, kinds: list[str]) -> None:
    found = look(name)
    assert [column.kind for column in found.columns] == kinds
    assert found.total == len(kinds)


def test_decimals_of_a_database_are_numbers(tmp_path: Path) -> None:
    cells = [Decimal(f"{i * 37 % 91}.25") for i in range(40)]
    path = tmp_path / "t.parquet"
    pd.DataFrame({"a": range(40), "y": [None, *cells[1:]]}).to_parquet(path)
    found = look(path, target="y")
    assert found.columns[0].kind == "number"
    assert "task regression" in found.size


def test_several_targets() -> None:
    table = pd.DataFrame({"a": range(9), "b": [0, 1] * 4 + [0], "c": [1, 0] * 4 + [0]})
    found = look(table, target="b,c")
    assert [c.role for c in found.columns] == ["target", "target", "feature"]


def test_a_cell_that_holds_a_list(tmp_path: Path) -> None:
    pd.DataFrame({"a": [[1], [2]], "b": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    kind = look(tmp_path / "t.parquet").columns[0].kind
    assert kind == "list"


ODD = ["two\nlines", "\x1b[31mred", "長い名前" * 20, "\u202egnp.exe", " ", "e\u0301"]


@pytest.mark.parametrize("width", [1, 20, 80])
def test_odd_names_keep_to_their_line(width: int) -> None:
    columns = tuple(ColumnSummary(n, n, example=n, notes=(n,)) for n in ODD)
    lines = list(DataSummary(ODD[1], "", columns, 500).lines(width))
    assert len(lines) >= 2 + 2 * len(ODD)
    assert all("\n" not in line and line.isprintable() for line in lines)
    assert lines[-1] == "and 494 more columns"


def test_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1")
    assert "species" in repr(look("iris"))


def test_many_columns_are_quick() -> None:
    """The first ten alone are looked at."""
    table = pd.DataFrame(np.zeros((3, 100_000)))
    started = time.process_time()
    found = look(table, most=10)
    assert (len(found.columns), found.total) == (10, 100_000)
    assert time.process_time() - started < 5


def test_share_of_missing_rows() -> None:
    assert [missing_text(s) for s in (0, 1e-9, 0.1, 1)] == [
        "", "< 0.1 %", "10.0 %", "100.0 %",
    ]  # fmt: skip


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learnable.data.sampling.LARGE_TEXT", 10_000)
    monkeypatch.setattr("learnable.data.sampling._BLOCK", 400)
    monkeypatch.setattr("learnable.data.sampling.LARGE_PARQUET", 100)


@pytest.mark.usefixtures("small_limits")
def test_a_large_text_is_sampled(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "".join(f"{i},x{i % 3}\n" for i in range(5_000)))
    found = look(path, target="b")
    assert found.size.startswith("a sample of")
    assert "the file has 5,001" in found.notes[0]
    assert found.columns[0].kind == "3 classes"
    largest = float(found.columns[1].histogram[-1][0].split()[-1])
    assert largest > 4_900


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_of_several_lines_are_never_cut(tmp_path: Path, end: str) -> None:
    path = tmp_path / "t.csv"
    cell = f'"one,{end}two"'
    path.write_bytes(f"a,b{end}".encode() + f"{cell},1{end}".encode() * 2_000)
    found = look(path)
    assert [column.kind for column in found.columns] == ["constant", "constant"]
    assert not any(column.missing for column in found.columns)


@pytest.mark.usefixtures("small_limits")
def test_utf16_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 5_000, encoding="utf-16")
    assert look(path).size == "5,000 rows, 2 columns"


@pytest.mark.usefixtures("small_limits")
def test_large_parquet_is_sampled(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pd.DataFrame({"a": range(1_000), "y": [0, 1] * 500})
    table.to_parquet(path, row_group_size=20)
    found = look(path, target="y")
    assert "the file has 1,000" in found.notes[0]
    assert found.columns[0].kind == "2 classes"
    assert 480 <= int(found.size.split()[3]) < 1_000


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(Misuse):
        look(tmp_path / "no.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(Misuse):
        look(tmp_path / "pipe.csv")


def test_a_target_says_how_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,price\n" + "".join(f"{i},${i}.50\n" for i in range(30)))
    (price,) = (c for c in load(path, target="price").columns if c.role == "target")
    assert price.notes == ("'$0.50' was read as 0.5",)
    assert "was read as 0.5" in repr(look(path, target="price"))


@pytest.mark.parametrize("option", [{"missing": ["-9"]}, {"drop_rows": "2"}])
def test_a_table_in_memory_is_mended_as_a_file_is(option: dict) -> None:
    (column,) = look(pd.DataFrame({"a": [1, -9, 3]}), **option).columns
    assert column.unique == 2
    with pytest.raises(Misuse, match="--header is for files"):
        look(pd.DataFrame({"a": [1, -9, 3]}), header=True)
