"""Large text by pyarrow: the same table as pandas' reader gives, or none."""

import tempfile
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from learnable.data import fast_text
from learnable.data.errors import BadData
from learnable.data.files import read_rows

pytestmark = pytest.mark.skipif(
    not fast_text.is_exact(), reason="pandas rounds decimals in another way"
)

KINDS = {
    "integer": st.integers(-(10**6), 10**6).map(str),
    "number": st.floats(-1e6, 1e6).map(repr),
    "digits": st.decimals(-1, 1, places=17, allow_nan=False).map(str),
    "truth": st.sampled_from(["True", "False", "true", "FALSE"]),
    "text": st.text("abcé \t'", max_size=5),
    "nothing": st.just(""),
}
ODD = st.sampled_from(
    [
        *("", "?", "NA", " NA", "NA ", "nan", "NAN", "-nan", "None", "null", "?x"),
        *("0x1F", "0X1f", "+5", " 5", "5 ", "\t5", "007", "-0", "-0.0", "1_0", "5,"),
        *("1.", ".5", "-.5", "1e5", "1E5", "1e400", "1e-400", "1.5e", "1d5", "."),
        *("inf", "-inf", "Infinity", "INF", "99999999999999999999", "1e19", "--1"),
        *("9223372036854775807", "9223372036854775808", "18446744073709551615"),
        *("9007199254740993", "0.1000000000000000055511151231257827", "1.0", "1 2"),
        *("True", "TRUE", "tRue", "yes", '"a,b"', '"x""y"', '"x"y', 'x"y', '" x"'),
        *('"two\nlines"', '"two\r\nlines"', ' "a"', '"NA"', '""', '"5"', "a\tb"),
        *("2020-01-01", "12:30", "1,5", "é", "\u2028", "\x1c", "'a'", "#a", "%"),
    ]
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A table of columns of a kind each, with odd cells here and there."""
    width = draw(st.integers(2, 4))
    kinds = [KINDS[draw(st.sampled_from(sorted(KINDS)))] for _ in range(width)]
    rows = [[draw(kind) for kind in kinds] for _ in range(draw(st.integers(1, 12)))]
    for _ in range(draw(st.integers(0, 2))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        row[draw(st.integers(0, width - 1))] = draw(ODD)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    mark = draw(st.sampled_from(["", "\ufeff"]))
    body = [",".join(row) for row in rows]
    last = draw(st.sampled_from(["", end, end + end]))
    return mark + end.join([",".join("abcd"[:width]), *body]) + last


def read(path: Path, least: float, **options: bool) -> pd.DataFrame | str:
    with (
        patch("learnable.data.fast_text.LEAST_BYTES", least),
        patch("learnable.data.fast_text.PROCESSORS", 1),
        patch("learnable.data.delimited.SAMPLE_ROWS", 3),
        patch("learnable.data.fast_text._BLOCK", 64),
    ):
        try:
            return read_rows(path, **options).table
        except BadData as error:
            return str(error)


@settings(max_examples=25, deadline=None)
@given(texts())
@example("a,b\n1,x\n2,x\n3,x\n4.5,x\n")
@example("a,b\n1,x\n2,x\n3,x\n99999999999999999999,x\n")
@example("a,b\n1,x\n2,x\n3,x\n0x1F,x\n")
@example("a,b\n1.5,x\n2,x\n3,x\nNAN,x\n")
@example("a,b\nTrue,x\nTrue,x\nFalse,x\n,x\n")
@example("a,b\n1,x\n2,x\n3,x\n4, NA\n")
@example("a,b\n9223372036854775808,1\n,1\n,1\n,1\n")
def test_both_readers_give_one_table(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode())
        fast, plain = (read(path, n, header=True) for n in (0, float("inf")))
    if isinstance(fast, str) or isinstance(plain, str):
        assert isinstance(fast, str)
        assert fast == plain
        return
    pd.testing.assert_frame_equal(fast, plain, check_exact=True)


@pytest.mark.parametrize(
    ("cells", "read_by_pyarrow"),
    [
        (["1", "2.5"], True),
        (["1", ""], True),
        (["x", "NA"], True),
        (["True", "False"], True),
        (["1", "0x1F"], False),
        (["1.5", "inf"], False),
        (["x", " y"], False),
        (["True", ""], False),
        (["1", "x"], False),
    ],
)
def test_what_pyarrow_reads(
    tmp_path: Path,
    cells: list[str],
    read_by_pyarrow: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "t.csv"
    first, last = cells
    path.write_text("a,b\n" + f"{first},1\n" * 10 + f"{last},1\n")
    made = []

    def counted(*args: object, **options: object) -> pd.DataFrame | None:
        made.append(fast_text.read_fast(*args, **options))  # type: ignore[arg-type]  (handed on as they came)
        return made[-1]

    monkeypatch.setattr("learnable.data.delimited.read_fast", counted)
    found = read(path, 0)
    assert (len(made) == 1 and made[0] is not None) is read_by_pyarrow
    pd.testing.assert_frame_equal(found, read(path, float("inf")))


def test_separators_and_files_without_header(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("1.5\tred\n2.5\tblue\n" * 50)
    found = [read_rows(path).table, read(path, 0), read(path, float("inf"))]
    pd.testing.assert_frame_equal(found[0], found[2])
    pd.testing.assert_frame_equal(found[1], found[2])
