"""Names of columns: where they stand, what stands above and below them."""

import pytest
from learnable.data import load
from learnable.data.columns import find_column
from learnable.data.errors import BadData, UnknownName
from learnable.data.files import read_table

ROWS = "".join(f"{i}.5,{i % 3},{'ab'[i % 2]}\n" for i in range(20))
NAMES = "width,count,kind\n"


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("Report of May\n", "line 2"),
        ("Report of May,,\n\n", "line 3"),
        ("Report of May,,\n,,\n", "line 3"),
    ],
)
def test_titles_are_no_names(write, above, line):
    table, notes = read_table(write(above + NAMES + ROWS))
    assert table.columns.tolist() == ["width", "count", "kind"]
    assert table.shape == (20, 3)
    assert any(line in note and "Report" in note for note in notes)


def test_decimal_commas_change_numbers_alone(write):
    rows = ROWS.replace(",", ";").replace(".", ",")
    names = "width, mm;count;kind\n"
    table, notes = read_table(write(f"Report, May\n{names}{rows}"), target="width, mm")
    assert table.columns.tolist() == ["width, mm", "count", "kind"]
    assert table["width, mm"].tolist() == [i + 0.5 for i in range(20)]
    assert any("'Report, May'" in note for note in notes)


@pytest.mark.parametrize("mark", ["#", "%", "//", "# a, b"])
@pytest.mark.parametrize("end", ["", "{} the end\n"])
def test_comments_are_left_out(write, mark, end):
    text = f"{mark} made in May, by Ann\n{mark} twice\n{NAMES}{ROWS}{end.format(mark)}"
    table, notes = read_table(write(text))
    assert table.columns.tolist() == ["width", "count", "kind"]
    assert table.shape == (20, 3)
    assert table["width"].dtype == "float64"
    assert any("comments" in note for note in notes)


def test_comments_between_rows_are_left_out(write):
    table, notes = read_table(write(NAMES + ROWS + "# pause\n" + ROWS))
    assert len(table) == 40
    assert any("comments among the rows" in note for note in notes)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# a,b\n1.0,2.0\n3.0,4.0\n", ["a", "b"]),
        ("# a b\n1.0 2.0\n3.0 4.0\n5.0 6.0\n", ["a", "b"]),
        ("#,name\n1,x\n2,y\n3,z\n", ["#", "name"]),
        ("#a,b\n1,2\n3,4\n", ["#a", "b"]),
        ("# of rooms,b\n1,2\n3,4\n", ["# of rooms", "b"]),
        ("% share,b\n1,2\n3,4\n", ["% share", "b"]),
    ],
)
def test_names_may_begin_with_a_mark(write, text, names):
    table, _ = read_table(write(text))
    assert table.columns.tolist() == names


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_excel_tells_the_separator(write, separator):
    text = f"sep={separator}\n" + (NAMES + ROWS).replace(",", separator)
    table, notes = read_table(write(text))
    assert table.columns.tolist() == ["width", "count", "kind"]
    assert notes == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("country,2010,2011\nA,1,2\nB,3,4\n", ["country", "2010", "2011"]),
        ("2010,2011,2012\n1,2,3\n4,5,6\n", ["2010", "2011", "2012"]),
        ("2010,2011,2012\n2011,2012,2013\n", ["0", "1", "2"]),
        ("A,2010,2011\nB,2012,2013\n", ["0", "1", "2"]),
        ("a,b,,\nx,1,,\ny,2,,\n", ["a", "b"]),
        ("a,b,\nx,y,\nx,z,\nw,z,q\n", ["a", "b", "Unnamed: 2"]),
    ],
)
def test_years_and_gaps_among_names(write, text, names):
    table, _ = read_table(write(text))
    assert table.columns.tolist() == names


def test_header_in_the_middle_is_left_out(write):
    table, notes = read_table(write((NAMES + ROWS) * 3))
    assert table.shape == (60, 3)
    assert table["width"].dtype == "float64"
    assert "the header stands again in line 22 and 1 more; left out" in notes


@pytest.mark.parametrize("separator", ["\t", " ", ";"])
def test_row_names_that_count_are_left_out(write, separator):
    rows = "".join(f'"{i}",{i}.5,"{"xy"[i % 2]}"\n' for i in range(1, 9))
    text = ('"size","kind"\n' + rows).replace(",", separator)
    table, notes = read_table(write(text, "t.txt"))
    assert table.columns.tolist() == ["size", "kind"]
    assert table["size"].tolist() == [i + 0.5 for i in range(1, 9)]
    assert any("row names" in note for note in notes)


def test_row_names_of_text_are_a_column(write):
    table, notes = read_table(write("mpg\tcyl\nMazda\t21\t6\nFiat\t30\t4\n"))
    assert table.columns.tolist() == ["row.names", "mpg", "cyl"]
    assert any("--drop row.names" in note for note in notes)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("red,big\nred,small\nblue,big\n", "BIG"),
        ("Sales\n,,\ncolour,big,kind\nred,small,x\nblue,big,y\nblue,small,y\n", "big"),
        ("1,2\n3,4\n5,6\n", "2"),
    ],
)
def test_line_of_the_target_is_the_header(write, text, target):
    table, notes = read_table(write(text), target=target)
    assert target.lower() in table.columns
    assert not any("no header" in note for note in notes)


def test_places_go_before_names(write):
    table, notes = read_table(write("1,2\n3,4\n5,6\n"), target="1")
    assert table.shape == (3, 2)
    assert any("no header" in note for note in notes)


def test_classes_are_no_names(write):
    text = "name,label\nx,spam\ny,ham\nz,spam\n"
    table, _ = read_table(write(text), target="spam")
    assert table.columns.tolist() == ["name", "label"]


@pytest.mark.parametrize("target", ["price", "Price ", " PRICE", "price,SIZE", "b, c"])
def test_blanks_and_case_of_targets_do_not_matter(write, target):
    rows = "".join(f"{i}.5,{i}.25,{i % 7},1{i}\n" for i in range(30))
    path = write('"price ",Size,x,"b, C "\n' + rows)
    assert load(path, target=target, task="regression").y.shape[0] == 30


def test_names_that_differ_by_case_alone_must_be_exact(refused):
    assert find_column("a", ["A", "a"], what="column") == "a"
    refused(UnknownName, find_column, "a ", ["A", "a"], what="column")


def test_missing_names_are_said(write, refused):
    path = write("red,big\nblue,small\n" * 4)
    said = refused(UnknownName, load, path, target="colour")
    assert "header=" in said


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.txt"])
def test_equal_names_in_text_are_refused(write, refused, name):
    text = "a,b,a \n1,2,3\n4,5,6\n"
    text = text.replace(",", "\t") if name.endswith("tsv") else text
    said = refused(BadData, read_table, write(text, name))
    assert "two columns named 'a' (line 1, columns 1 and 3)" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "n,day,y\nx,April 1, 2024,0\nz,April 2, 2024,1\n",
            "line 2 has 4 cells, and there are 3 names (so in all 2 rows); a comma in "
            "an unquoted cell, as in 'April 1, 2024' (column 'day')",
        ),
        (NAMES + ROWS + "1.5,2,x,y\n", "line 22 has 4 cells"),
        (NAMES + ROWS + "\n\n1.5,2,x, y\n", "line 24 has 4 cells"),
        ("id,price\n1,19,619\n2,18,200\n", "as in '19,619' (column 'price')"),
        ("a,b\n1,5,2,5\n3,4,5,6\n", "a comma in an unquoted number"),
        ("a b\n1 2\n3 4\n5 6\n7 8 9\n" + "1 2\n" * 200, "line 5 has 3 cells"),
        (NAMES + ROWS + "1.5,2", "line 22, its last, stops in column 2 of 3"),
        (NAMES + ROWS + '1.5,"2', "the quote in line 22, column 2, is not closed"),
    ],
)
def test_ragged_lines_are_named(write, refused, text, said):
    assert said in refused(BadData, read_table, write(text))


def test_rows_without_cells_at_the_end_are_left_out(write):
    table, notes = read_table(write(NAMES + ROWS + ",,\n" * 5))
    assert table.shape == (20, 3)
    assert "5 rows at the end hold nothing" in notes
