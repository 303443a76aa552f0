"""Workbooks: sheets, titles, types, what is refused; what is written comes back."""

import base64
import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data import load
from learnable.data.errors import BadData, Misuse
from learnable.data.files import read_table

ROWS = [[i * 1.5, "ab"[i % 2], i] for i in range(1, 20)]
TABLE = [["width", "kind", "count"], *ROWS]
XLS = base64.b85decode(
    "ABzY8000000t4+>O=uHA6#iy6X_6&PlbR~6P(s0|H5c*XrCk-ZCrkCBsGu7YFr=gs0-^`4"
    ")*J=Flj5b&i<hbwf6#;86oiT%1VKpDn<qh`hc@e*x3g_pb7(+|%6wtoynXY{%*)K1w?A*@"
    "61C|EeRZtDFibSu2s)Z<f=a}{h=bZ)SE_y;rs8V+Q;39VBRhh4+W9&p_fYP49R}_PUXTPn"
    "Q8|fo7@a8PQ|pL*?1Lku4?`pc?vN#hUiPY+<r$V6Sl(miGnRYUa-HQ6ackl@=IqhI-71QY"
    "83WuFgB<q}_xZq<o#??!8O4`x2#*`Y-g3bi|2rG{15wO?_H86z%9ow-8j`euGx*`AfbafE"
    "eV)?x^|cF-eSW1q)WUw#2mq6CPji4*5ydN0wgj->sW=Nr(?-KD=L@;YS>hK9r5uHULnTX>"
    "UoxqzB@;6r<oJq%+{pnRC7DAP>j@6?IHl@^yWid(%8uEm*fPn<+e`6Vq*ripMfRZ1F?c>n"
    "NbVrZ9W1Z%sGC{uW0@phsZNjeDCOW3bFOh~n&#QXcxP{I(zlUb{d)LufAzDyo%Gp}`o-kz"
    "dwUuKbj!(6fBBn2Mr6e8TM|!fzZNPTd}P`COKJ!kapk+K?qgk8gvDxtrFSJ)M<~8n#lK`&"
    "Y)jyT;qk@NYD&J*f^RV2QsaB8Zz{gof^RZ^Q_$m^%$KV^Y;@zH9E=j%GAw9lXlQ6?XlQ6?"
    "v<;yi>P_{CA5^anA@yBnkxD~<Ci!o11QYbD(2MB-l&CJ_LR;~(5kcXPCDz!-|6V9@lx8oZ"
    "h%Eb2Y&(AG)lW44pEY-k|Gp#C?);5*{QSf7{{*nO<2L{n000"
)
"""A workbook of Excel 97, packed: width and kind, 1.5 a, 2 b, 3.25 "ä, b"."""
ODS = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body>
 <office:spreadsheet><table:table table:name="Data">ROWS</table:table>
 </office:spreadsheet></office:body></office:document-content>"""


def ods(path: Path, rows: str, *more: tuple[str, str]) -> Path:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", ODS.replace("ROWS", rows))
        manifest = "".join(text for _, text in more)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return path


def ods_row(*cells: object) -> str:
    tags = [
        f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
        if isinstance(cell, int | float)
        else '<table:table-cell office:value-type="string">'
        f"<text:p>{cell}</text:p></table:table-cell>"
        for cell in cells
    ]
    return f"<table:table-row>{''.join(tags)}</table:table-row>"


def test_sheet_is_read_with_types(workbook, tmp_path):
    table, notes = read_table(workbook(tmp_path / "t.xlsx", {"Data": TABLE}))
    assert table.columns.tolist() == ["width", "kind", "count"]
    assert table.to_numpy().tolist() == ROWS
    assert notes == []


def test_sheet_of_the_target_is_chosen(workbook, tmp_path):
    info = [["About these figures"], ["made in May"]]
    path = workbook(tmp_path / "t.xlsx", {"Info": info, "Data & more": TABLE})
    dataset = load(path, target="width")
    assert len(dataset) == 19
    assert any("'Data & more' of 2" in note for note in dataset.notes)
    again = load(f"{path}#Data & more", target="width")
    assert again.sha256 == dataset.sha256
    assert not any("sheet" in note for note in again.notes)


def test_title_above_a_sheet_is_no_name(workbook, tmp_path):
    rows = [["Sales 2024"], [], *TABLE]
    table, notes = read_table(workbook(tmp_path / "t.xlsx", {"Data": rows}))
    assert table.shape == (19, 3)
    assert any("line 3" in note for note in notes)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "empty"),
        ([["a", "b"], [1, "<f>A2*2</f>"]], "cell B2 holds a formula without its value"),
        ([["a", "b"], [1, "<f>A2*2</f><v></v>"]], "cell B2"),
        ([["a", "a"], [1, 2]], "two columns named 'a'"),
        ([["a", "b"]], "0 rows"),
    ],
)
def test_sheets_that_say_nothing_are_refused(workbook, tmp_path, refused, rows, said):
    path = workbook(tmp_path / "t.xlsx", {"Data": rows})
    assert said in refused(BadData, read_table, path)


def test_formulas_with_values_are_read(workbook, tmp_path):
    rows = [["a", "b"], [1, "<f>A2*2</f><v>2</v>"], [2, "<f>A3*2</f><v>4</v>"]]
    table, _ = read_table(workbook(tmp_path / "t.xlsx", {"Data": rows}))
    assert table["b"].tolist() == [2, 4]


def test_unknown_sheets_are_misuse(workbook, tmp_path, refused):
    path = workbook(tmp_path / "t.xlsx", {"One": TABLE, "Two": TABLE})
    said = refused(Misuse, read_table, Path(f"{path}#Three"))
    assert "One, Two" in said
    assert "t.xlsx#One" in said


def test_far_cells_are_refused(workbook, tmp_path, refused):
    path = workbook(tmp_path / "t.xlsx", {"Data": TABLE})
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    files[sheet] = files[sheet].replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert "column 16,384" in refused(BadData, read_table, path)


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), XLS]
)
def test_encrypted_workbooks_are_refused(write, refused, content):
    """Excel wraps them in the form of its old files."""
    content = gzip.decompress(content) if content is XLS else content
    assert "password" in refused(BadData, read_table, write(content, "t.xlsx"))


def test_old_workbooks_are_read(write):
    table, _ = read_table(write(gzip.decompress(XLS), "t.xls"))
    assert table["width"].tolist() == [1.5, 2, 3.25]
    assert table["kind"].tolist() == ["a", "b", "ä, b"]


def test_open_documents_are_read(tmp_path):
    rows = ods_row("a", "b") + ods_row(1.5, "x") + ods_row(2, "y, z")
    blank = '<table:table-row table:number-rows-repeated="1048573">'
    rows += f'{blank}<table:table-cell table:number-columns-repeated="16384"/>'
    table, notes = read_table(ods(tmp_path / "t.ods", f"{rows}</table:table-row>"))
    assert table.to_numpy().tolist() == [[1.5, "x"], [2, "y, z"]]
    assert notes == []


def test_cells_repeated_without_end_are_refused(tmp_path, refused):
    tag = '<table:table-cell table:number-columns-repeated="999999999" '
    cell = f'{tag}office:value-type="float" office:value="1"/>'
    path = ods(tmp_path / "t.ods", f"<table:table-row>{cell}</table:table-row>")
    assert "repeats cells" in refused(BadData, read_table, path)


cells = st.one_of(
    st.none(),
    st.floats(-1e12, 1e12),
    st.text("abc xyz äß,;'\"|&<>", min_size=1, max_size=8).map(lambda s: f"t{s}t"),
)


@settings(max_examples=25, deadline=None)
@given(
    numbers=st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=9),
    texts=st.lists(cells, min_size=9, max_size=9),
)
def test_what_is_written_comes_back(workbook, tmp_path_factory, numbers, texts):
    rows = [
        [number, None if isinstance(text, float) else text]
        for number, text in zip(numbers, texts, strict=False)
    ]
    path = tmp_path_factory.getbasetemp() / "round.xlsx"
    workbook(path, {"Data": [["number", "text"], *rows]})
    table, _ = read_table(path, header=True)
    np.testing.assert_array_equal(table["number"], [row[0] for row in rows])
    found = table["text"].tolist() if "text" in table else [None] * len(rows)
    assert [None if f != f else f for f in found] == [row[1] for row in rows]
