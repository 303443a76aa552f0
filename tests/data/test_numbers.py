"""Text that holds numbers is read as numbers, and what looks like them is not."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data import load
from learnable.data.errors import BadData
from learnable.data.files import read_rows
from learnable.data.number_cells import parse_number_cells
from learnable.data.numbers import DecimalHint, convert_numbers


def converted(cells, *, seen=(), default="."):
    """One column of text, and the notes on it."""
    table = pd.DataFrame({"v": pd.Series(list(cells), dtype="str")})
    table, notes = convert_numbers(table, DecimalHint(frozenset(seen), default))
    return table["v"], " | ".join(notes.get("v", ()))


def is_text(column):
    return pd.api.types.is_string_dtype(column.dtype)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("$19,619.12", 19619.12), ("1.234.567,89 €", 1234567.89), ("-$5.5", -5.5),
        ("$-5.5", -5.5), ("($5.50)", -5.5), ("$(1,234.5)", -1234.5), ("5.5-", -5.5),
        ("1'234.50", 1234.5), ("1\u2019234.50", 1234.5), ("1\u202f234,5", 1234.5),
        ("1\u00a0234,5 €", 1234.5), ("\u22125.25", -5.25), ("'12.5", 12.5),
        ("1.5E-3*", 0.0015), ("12.5[1]", 12.5), ("12.5²", 12.5), ("12.5 m²", 12.5),
        ("US$ 3.5", 3.5), ("Rs. 500.5", 500.5), ("12,34,567.8", 1234567.8),
        ("23.4 kmpl", 23.4), ("1,5e3", 1500.0), ("12.-", 12.0), ("12,-", 12.0),
        ("EUR 1.234,50", 1234.5), ("12.5 %", 12.5), (" 12.5 ", 12.5), ("12.5m2", 12.5),
    ],
)  # fmt: skip
def test_marks_are_taken_off(cell, value):
    numbers = parse_number_cells(pa.array([cell]))
    mark = "." if numbers.fits(".")[0] else ","
    assert numbers.fits(mark)[0]
    assert numbers.values(mark)[0] == value


@pytest.mark.parametrize(
    "cell",
    [
        "01234", "2021-10-20", "01.02.2003", "1.2.3", "10-20", "12:30", "1/2", "C123",
        "192.168.1.1", "555-1234", "+49 30 123456", "10 am", "1st", "(5", "5)", "1__0",
        "", "-", "kg", "1,2,3", "12h30", "0x1f", "1e", "--5", "5 6", "9" * 70, "inf",
    ],
)  # fmt: skip
def test_what_is_no_number_is_not_cut(cell):
    numbers = parse_number_cells(pa.array([cell]))
    if cell == "1e":  # a unit: it would have to be that of all
        assert numbers.has("unit").tolist() == ["e"]
    else:
        assert not numbers.fits(".")[0]
        assert not numbers.fits(",")[0]


@pytest.mark.parametrize(
    "form",
    [
        "0{:04}", "2021-10-{:02}", "{:02}.02.2003", "1.{}.3", "192.168.{}.1",
        "{}-99", "{}/7", "12:{:02}", "+49 30 {:06}", "555-{:04}", "612 345 {:03}",
    ],
)  # fmt: skip
def test_columns_that_look_like_numbers_stay(form):
    column, said = converted(form.format(i) for i in range(1, 29))
    assert is_text(column)
    assert column[0] == form.format(1)
    assert not said


def test_codes_with_letters_stay_text():
    column, _ = converted(f"C{i}" if i % 20 == 0 else str(i) for i in range(1000, 1100))
    assert is_text(column)


def test_groups_of_three_are_thousands():
    column, said = converted(["19,619", "1,234,567", "856"])
    assert column.tolist() == [19619, 1234567, 856]
    assert column.dtype == "int64"
    assert "'19,619' was read as 19619" in said


@pytest.mark.parametrize(("seen", "value"), [({","}, 19619), ({"."}, 19.619)])
def test_file_tells_which_mark_is_decimal(seen, value):
    column, said = converted(["19.619", "16.919"], seen=seen)
    assert column[0] == value
    assert "nothing tells" not in said


def test_another_column_tells_which_mark_is_decimal():
    table = pd.DataFrame({"a": ["19.619", "16.919"], "b": ["2,27", "3,1"]}, dtype="str")
    table, _ = convert_numbers(table, DecimalHint())
    assert table["a"].tolist() == [19619, 16919]
    assert table["b"].tolist() == [2.27, 3.1]


def test_mark_that_nothing_tells_is_told():
    column, said = converted(["19.619", "16.919"])
    assert column.tolist() == [19.619, 16.919]
    assert said == "'19.619' was read as 19.619; nothing tells whether it is 19619"


def test_cells_that_are_none_are_missing():
    column, said = converted([*(f"{i}.5" for i in range(98)), "n.a.", "#DIV/0!"])
    assert column.isna().sum() == 2
    assert said == (
        "2 cells are missing ('n.a.', '#DIV/0!'; the first in row 99); 98 are numbers"
    )


def test_one_word_among_numbers_is_told_by_its_row():
    column, said = converted([*(f"{i}" for i in range(56)), "lost", *"123456789"])
    assert column.isna().sum() == 1
    assert said == "row 57 has 'lost', read as missing; 65 are numbers"


def test_too_many_words_keep_the_text():
    column, said = converted([*(f"{i}" for i in range(80)), *["lost"] * 20])
    assert is_text(column)
    told = "20 of 100 cells are no numbers, the first is 'lost' in row 81"
    assert said == f"stays text: {told}"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["1 kg", "2 lb"], "1 cells in 'kg' and 1 cells in 'lb'"),
        (["12%", "13"], "1 cells have '%', and 1 have no unit"),
        (["$1", "€2"], "1 cells in '$' and 1 cells in '€'"),
    ],
)
def test_mixed_units_stay_text(cells, told):
    column, said = converted(cells * 10)
    assert is_text(column)
    assert said == "stays text: " + told.replace("1 cells", "10 cells").replace(
        "1 have", "10 have"
    )


def test_one_unit_or_percentage_is_taken_off():
    assert converted(["12 %", "13 %"])[0].tolist() == [12, 13]
    assert converted(["12 kg", "0", "13 kg"])[0].tolist() == [12, 0, 13]
    assert converted(["$12", "13"])[0].tolist() == [12, 13]


def test_decimal_numbers_of_parquet_are_floats(tmp_path):
    values = [Decimal("13.78"), None, Decimal("-12.57")]
    pd.DataFrame({"a": values, "b": [1, 2, 3]}).to_parquet(tmp_path / "t.parquet")
    table = read_rows(tmp_path / "t.parquet").table
    assert table["a"].dtype == "float64"
    assert table["a"].tolist()[::2] == [13.78, -12.57]


def test_numbers_and_text_of_json_are_one_column(tmp_path):
    path = tmp_path / "t.json"
    path.write_text('[{"a": 1.5}, {"a": "-"}, {"a": "2.5"}, {"a": null}]')
    column = read_rows(path).table["a"]
    assert column.tolist()[::2] == [1.5, 2.5]
    assert column.isna().sum() == 2


def _write(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_whole_thousands_of_a_german_file(tmp_path):
    rows = "".join(f"{i};2,{i:02};{i + 1}.{i + 500}\n" for i in range(60))
    table = read_rows(_write(tmp_path, f"a;size;price\n{rows}")).table
    assert table["size"].tolist()[:2] == [2.0, 2.01]
    assert table["price"].tolist()[:2] == [1500, 2501]


def test_thousands_below_the_first_lines_are_met(tmp_path):
    """The first 200 lines have no price above 999, and no decimal comma."""
    rows = [f"{i};{i + 100};{i}" for i in range(300)]
    rows += [f"{i};1.{i + 100};{i},5" for i in range(50)]
    table = read_rows(_write(tmp_path, "a;price;size\n" + "\n".join(rows) + "\n")).table
    assert table["price"].iloc[-1] == 1149
    assert table["price"].iloc[0] == 100
    assert table["size"].iloc[-1] == 49.5


def test_plain_decimals_are_read_as_before(tmp_path):
    rows = "".join(f"{i},{i / 7:.3f},{i}.5\n" for i in range(60))
    reading = read_rows(_write(tmp_path, f"a,b,c\n{rows}"))
    assert not reading.column_notes
    assert reading.table["b"].tolist() == [round(i / 7, 3) for i in range(60)]


def test_target_that_stays_text_says_which_cells_do_it(tmp_path):
    rows = "".join(f"{i},{'x' if i % 5 == 0 else i + 0.5}\n" for i in range(60))
    path = _write(tmp_path, f"a,price\n{rows}")
    told = r"holds 'x' in row 1, .* 12 of 60 cells .*missing=\['price=x'\]\. Column"
    with pytest.raises(BadData, match=told):
        load(path, target="price", task="regression")
    with pytest.raises(BadData, match=r"'price' stays text: 12 of 60 cells"):
        load(path, target="price")
    data = load(path, target="price", missing=["price=x"])
    assert data.task == "regression"
    assert len(data) == 48


def test_row_after_a_gap_in_the_target_keeps_its_number(tmp_path):
    rows = "".join(f"{i},{'' if i < 5 else 'xy'[i % 2]}\n" for i in range(60))
    with pytest.raises(BadData, match=r"'y' in row 6,"):
        load(_write(tmp_path, f"a,v\n{rows}"), target="v", task="regression")


_LOCALES = {
    "en": (",", "."), "de": (".", ","), "fr": ("\u202f", ","), "ch": ("'", "."),
    "si": (" ", "."),
}  # fmt: skip


def _written(value: float, locale: str) -> str:
    group, decimal = _LOCALES[locale]
    text = f"{value:,.2f}".replace(",", "_").replace(".", decimal)
    return text.replace("_", group)


@settings(deadline=None)
@given(
    st.lists(
        st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from(sorted(_LOCALES)),
    st.sampled_from(["{}", "${}", "{} €", "{} kg", "CHF {}", "{}*", "{} %"]),
)
def test_number_that_is_written_reads_back(values, locale, form):
    column, _ = converted(form.format(_written(v, locale)) for v in values)
    assert column.tolist() == values


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=30))
def test_any_text_is_left_or_made_numbers(cells):
    column, _ = converted(cells)
    if is_text(column):
        assert column.tolist() == cells
    else:
        assert column.dtype in ("int64", "float64")
        assert not np.isinf(column).any()


def test_long_cells_take_no_time():
    cells = ["1," * 50_000, "(" * 100_000, "1 " * 50_000 + "x", "12 " + "k" * 100_000]
    column, _ = converted(cells)
    assert is_text(column)


def test_long_amounts_of_one_length_are_no_telephone_numbers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a;b\n8,266,685.74;x\n8,218,189.06;x\n5,472,170.68;x\n")
    assert read_rows(path).table["a"].tolist() == [8266685.74, 8218189.06, 5472170.68]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["1.250", "389", "2.317"], [1250, 389, 2317]),
        (["1,250", "389", "2,317"], [1250, 389, 2317]),
        (["1.251", "389", "2.317"], [1.251, 389, 2.317]),  # decimals as needed
        (["1.250", "0", "2.317"], [1.25, 0, 2.317]),  # zero needs no decimals
    ],
)
def test_zeros_at_the_end_beside_whole_numbers_are_thousands(cells, read, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a;b\n" + "".join(f"{cell};x\n" for cell in cells))
    assert read_rows(path).table["a"].tolist() == read


@pytest.mark.parametrize(
    ("cells", "stays"),
    [
        (["01067", "10115", "80331"], True),  # zip codes
        (["00501", "10115", "80331"], True),
        (["00012", "00530", "10115"], False),  # numbers filled up to one width
        (["0830", "1215", "0945"], False),  # times of day
        (["10115", "20095", "80331"], False),
        (["0", "10115", "80331"], False),
    ],
)
def test_codes_that_begin_with_zeros_stay_text_in_a_file(write, cells, stays):
    text = "code,y\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells * 4))
    table = read_rows(write(text)).table
    assert is_text(table["code"]) == stays
    assert not stays or table["code"].tolist() == cells * 4


def test_target_of_digits_is_numbers(write):
    cells = ["01067", "10115", "80331", "20095"] * 5
    text = "x,y\n" + "".join(f"{i % 7},{cell}\n" for i, cell in enumerate(cells))
    assert load(write(text), target="y", task="regression").y.min() == 1067
