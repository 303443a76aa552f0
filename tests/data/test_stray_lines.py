"""Lines of a file that are no rows are left out, and rows are not."""

import gzip

import pandas as pd
import pytest
from learnable.data.files import read_rows

ROWS = [f"a{i},{i * 1.5},{i * i},{'xy'[i % 2]}" for i in range(30)]


def read(folder, *lines, name="t.csv"):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = read_rows(path)
    return reading.table, " | ".join(reading.notes)


@pytest.mark.parametrize(
    "units",
    [
        "[-],[°C],[bar],[-]",
        ",°C,bar,",
        "string,float,int,string",
        "Site,Degrees,Bar,Kind",
    ],
)
def test_a_line_of_units_is_no_row(tmp_path, units):
    table, notes = read(tmp_path, "site,temp,pressure,kind", units, *ROWS)
    assert len(table) == len(ROWS)
    assert pd.api.types.is_float_dtype(table["temp"])
    assert "line 2 stands between the names and the rows" in notes


@pytest.mark.parametrize(
    "first", ["b,1.5,unknown,x", "b,?,?,x", "b,,,x", "b,n/a,low,x"]
)
def test_a_row_with_odd_cells_is_a_row(tmp_path, first):
    table, notes = read(tmp_path, "site,temp,pressure,kind", first, *ROWS)
    assert len(table) == len(ROWS) + 1
    assert "stands between" not in notes


@pytest.mark.parametrize(
    "end",
    [
        ["Source: bureau of weights,,,"],
        ["Source: bureau"],
        ["", "1) estimated", "2) revised"],
    ],
)
def test_remarks_at_the_end_are_no_rows(tmp_path, end):
    table, notes = read(tmp_path, "site,temp,pressure,kind", *ROWS, *end)
    assert len(table) == len(ROWS)
    assert "and nothing else; left out" in notes


def test_numbers_alone_at_the_end_and_narrow_tables_keep_their_rows(tmp_path):
    years = [f"{1950 + i},{i}.5,{i % 3}" for i in range(30)]
    table, _ = read(tmp_path, "year,x,y", *years, "1980,,")
    assert len(table) == 31
    table, _ = read(tmp_path, "site,x", *(f"a{i},{i}.5" for i in range(30)), "a30,")
    assert len(table) == 31


def test_a_known_category_at_the_end_is_a_row_with_gaps(tmp_path):
    rows = [f"{('ash', 'oak')[i % 2]},{i},{i}.5" for i in range(30)]
    table, notes = read(tmp_path, "kind,size,price", *rows, "oak,,")
    assert len(table) == 31
    assert "left out" not in notes


def test_a_file_called_dat_is_text(tmp_path):
    table, _ = read(
        tmp_path, "x  y", *(f"{i}.5  {i % 2}" for i in range(20)), name="t.dat"
    )
    assert table.shape == (20, 2)
    packed = tmp_path / "u.dat.gz"
    packed.write_bytes(gzip.compress((tmp_path / "t.dat").read_bytes()))
    assert read_rows(packed).table.equals(table)
