import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from learnable.data import ZooError

Writer = Callable[..., Path]
Refuser = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Writes a file of text or bytes and gives its path."""

    def writer(content: str | bytes, name: str = "t.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer


@pytest.fixture
def refused() -> Refuser:
    """Calls, expects one of our errors of one line, and gives its text."""

    def refuser(kind: type[ZooError], call: Callable[..., object], *args, **options):
        with pytest.raises(kind) as caught:
            call(*args, **options)
        text = str(caught.value)
        assert text
        assert len(text.splitlines()) == 1
        assert caught.value.exit_code in (1, 2)
        return text

    return refuser


def _cell(place: str, value: object) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if str(value).startswith("<"):  # as it stands
        return f'<c r="{place}">{value}</c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _sheet(rows: list[list[object]]) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    lines = [
        "".join(
            _cell(f"{chr(65 + column)}{number}", value)
            for column, value in enumerate(row)
            if value is not None
        )
        for number, row in enumerate(rows, 1)
    ]
    body = "".join(f'<row r="{n}">{line}</row>' for n, line in enumerate(lines, 1))
    return f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'


def xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Write a workbook: sheets of rows; None is an empty cell."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    tags, links = "", ""
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, rows) in enumerate(sheets.items(), 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", _sheet(rows))
            named = escape(name, {'"': "&quot;"})
            tags += f'<sheet name="{named}" sheetId="{number}" r:id="rId{number}"/>'
            links += (
                f'<Relationship Id="rId{number}" Type="{office}/worksheet" '
                f'Target="worksheets/sheet{number}.xml"/>'
            )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{tags}</sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
        )
    return path


@pytest.fixture(scope="session")
def workbook() -> Callable[..., Path]:
    """Writes sheets of rows as an ``.xlsx``."""
    return xlsx
