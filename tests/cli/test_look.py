"""``zoo look``, and the table that other commands print first."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Zoo = Callable[..., Result]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    rows = [f"{i},{20 + i % 50},{'yes' if i % 3 else 'no'}" for i in range(60)]
    path.write_text("id,age,income\n" + "\n".join(rows))
    return path


def test_look_prints_a_line_a_column(zoo: Zoo, people: Path) -> None:
    told = zoo("look", people)
    assert told.exit_code == 0
    head, columns, *lines = told.stdout.splitlines()
    assert head == "people.csv: 60 rows, 3 columns"
    assert columns.split() == ["column", "read", "as", "example", "missing"]
    assert [line.split()[0] for line in lines if line[0] != " "] == [
        "id", "age", "income",
    ]  # fmt: skip


def test_look_as_json(zoo: Zoo, people: Path) -> None:
    told = json.loads(zoo("look", people, "--target", "income", "--json").stdout)
    assert told["columns"][0]["role"] == "target"
    assert told["total"] == 3


def test_look_shows_ten_columns_or_all(zoo: Zoo, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(30)) + "\n" + ",".join("1" * 30))
    assert "and 20 more columns" in zoo("look", path).stdout
    assert "c29" in zoo("look", path, "--all").stdout


def test_look_writes_a_page(zoo: Zoo, people: Path, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "look.html"
    told = zoo("look", people, "--target", "income", "--to", page)
    assert told.stdout.splitlines()[-1] == f"report: {page}"
    text = page.read_text("utf-8")
    assert 'data-test="understood"' in text
    assert text.count("<rect") > 5
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize("name", ["a\nb", "<script>alert(1)</script>", "\x1b[31m"])
def test_odd_names_stay_text(zoo: Zoo, tmp_path: Path, name: str) -> None:
    path, page = tmp_path / "t.csv", tmp_path / "t.html"
    path.write_text(f'"{name}",y\n' + "1,2\n3,4\n" * 20)
    told = zoo("look", path, "--header", "--to", page)
    assert told.exit_code == 0
    assert "\x1b" not in told.stdout
    assert "<script>alert" not in page.read_text("utf-8")


def test_errors_are_one_line(zoo: Zoo, people: Path) -> None:
    told = zoo("look", people, "--target", "incme")
    assert told.exit_code == 2
    assert len(told.stderr.splitlines()) == 1


def test_baseline_prints_the_columns_first(
    zoo: Zoo, people: Path, tmp_path: Path
) -> None:
    asked = ["--target", "income", "--folds", 2, "--jobs", 1, "--out", tmp_path / "r"]
    told = zoo("baseline", people, *asked, "--json")
    assert told.stderr.startswith("people.csv: 60 rows, 2 features, task binary\n")
    results = json.loads(told.stdout)
    names = [c["name"] for c in results["about"]["understood"]["columns"]]
    assert names == ["income", "id", "age"]
    page = Path(results["report"]).read_text("utf-8")
    assert 'data-test="understood"' in page
    quiet = zoo("baseline", people, *asked, "--quiet")
    assert quiet.stderr == ""


def test_rare_classes_of_two_cannot_be_merged(zoo: Zoo, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{i * 7919 % 101},{'a' if i % 9 else 'b'}" for i in range(40)]
    path.write_text("x,y\n" + "\n".join(rows))
    asked = ["--target", "y", "--folds", 2, "--jobs", 1, "--out", tmp_path / "r"]
    results = json.loads(zoo("baseline", path, *asked, "--json").stdout)
    advice = {f["code"]: f["advice"] for f in results["findings"]}
    assert "merge" not in advice["D311"]
