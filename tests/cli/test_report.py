"""``zoo report`` and ``zoo runs diff``."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from learnable.zoo.cli.runs_diff import diff_command

SIZE = 500_000


@pytest.fixture(scope="module")
def runs(zoo, flowers, tmp_path_factory) -> Path:
    """A network, the same with another setting and seed, and a run without one."""
    out, told = flowers
    folder = tmp_path_factory.mktemp("runs")
    name = Path(told["run"]).name
    shutil.copytree(out / name, folder / "20260101-000000-first-aaaa")
    other = folder / "20260102-000000-second-bbbb"
    shutil.copytree(out / name, other)
    recipe = json.loads((other / "recipe.json").read_text("utf-8"))
    recipe["recipe"]["batch_size"] = 7
    (other / "recipe.json").write_text(json.dumps(recipe))
    results = json.loads((other / "results.json").read_text("utf-8"))
    (other / "results.json").write_text(json.dumps(results | {"seed": 5}))
    made = zoo(
        "baseline", "iris", "--folds", 3, "--jobs", 1, "--out", folder, "--quiet"
    )
    assert made.exit_code == 0, made.output
    (baseline,) = folder.glob("*-baseline-*")
    (baseline / "recipe.json").unlink()  # as in runs of other programs
    return folder


def diff(*arguments: object):
    return CliRunner().invoke(diff_command, [str(a) for a in arguments])


def test_two_runs_are_compared_on_one_page(zoo, runs) -> None:
    done = zoo("report", "first", "second", "--out", runs)
    assert done.exit_code == 0, done.output
    page = runs / "compare-aaaa-bbbb.html"
    assert f"report: {page}" in done.stdout
    text = page.read_text("utf-8")
    assert "recipe.batch_size" in text
    assert "recipe.activation" not in text
    assert 'data-test="curves"' in text
    assert len(text.encode()) < SIZE
    assert oct(page.stat().st_mode & 0o777) == "0o644"


def test_run_without_a_recipe_is_compared_by_its_results(zoo, runs) -> None:
    done = zoo("report", "first", "baseline", "--out", runs, "--to", runs / "c.html")
    assert done.exit_code == 0, done.output
    assert "B has no recipe.json" in done.stdout
    assert "not comparable. The rows were split in different ways" in done.stdout
    assert "split  " in done.stdout


def test_difference_of_two_runs_is_told(runs) -> None:
    done = diff("first", "second", "--out", runs)
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.stdout.splitlines()]
    assert any(line[:1] == ["recipe.batch_size"] and line[2] == "7" for line in lines)
    assert ["seed", "0", "5"] in lines
    assert "due to the folds" in done.stdout
    assert "All " in done.stdout


def test_difference_as_json_is_the_same(zoo, runs) -> None:
    told = json.loads(diff("first", "second", "--out", runs, "--json").stdout)
    names = {d["name"]: d["values"] for d in told["differences"]}
    assert names["recipe.batch_size"][1] == 7
    assert names["seed"] == [0, 5]
    assert told["comparable"] is True
    assert Path(told["runs"][0]["run"]).name.endswith("aaaa")
    again = zoo("report", "first", "second", "--out", runs, "--format", "json")
    found = json.loads(again.stdout)
    assert found["differences"] == told["differences"]


def test_markdown_is_written_beside_the_page(zoo, runs) -> None:
    done = zoo("report", "first", "--format", "md", "--out", runs)
    assert done.exit_code == 0, done.output
    path = runs / "20260101-000000-first-aaaa" / "report.md"
    assert f"report: {path}" in done.stdout
    assert path.read_text("utf-8").startswith("# Iris flowers")
    several = zoo("report", "first", "second", "--format", "md", "--out", runs)
    assert (runs / "compare-aaaa-bbbb.md").is_file()
    assert several.exit_code == 0


@pytest.mark.parametrize(
    ("form", "start"), [("md", "# Iris"), ("html", "<!doctype html>"), ("json", "{")]
)
def test_standard_output_holds_the_report_alone(zoo, runs, form, start) -> None:
    done = zoo("report", "first", "--format", form, "--to", "-", "--out", runs)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(start)
    assert "report: " not in done.stdout
    assert done.stdout.endswith("\n")


def test_json_of_a_run_is_its_results(zoo, runs) -> None:
    folder = runs / "20260101-000000-first-aaaa"
    told = json.loads(zoo("report", "first", "--format", "json", "--out", runs).stdout)
    assert told["run"] == str(folder)
    assert told["report"] == str(folder / "report.html")
    saved = json.loads((folder / "results.json").read_text("utf-8"))
    assert {k: told[k] for k in saved} == saved


def test_charts_are_written_as_files(zoo, runs, tmp_path) -> None:
    folder = tmp_path / "a" / "charts"
    done = zoo(
        "report", "first", "--charts", folder, "--json", "--out", runs, "--to",
        tmp_path / "page.html",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    names = {Path(name).name for name in told["charts"]}
    assert {"forest.svg", "forest.png", "curves-one-hidden.svg"} <= names
    assert {p.name for p in folder.iterdir()} == names
    said = zoo(
        "report", "first", "second", "--charts", folder, "--out", runs, "--to", "-"
    )
    assert "curves.png" in said.stderr
    assert (folder / "curves.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["first", "nowhere"], 2, "no run is named 'nowhere'"),
        (["first", "20260101-000000-first-aaaa"], 2, "is given twice"),
        (["first", "--json", "--to", "-"], 2, "cannot be combined with a report"),
        (["first", "--to", "."], 2, "cannot write '.'"),
        (["first", "--to", "none/at/all.html"], 2, "No such file or directory"),
        (["first", "--charts", "pyproject.toml/x"], 2, "cannot write charts to"),
        (["2026"], 2, "matches"),
    ],
)
def test_misuse_is_one_line(zoo, runs, monkeypatch, arguments, code, why) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    done = zoo("report", *arguments, "--out", runs)
    assert done.exit_code == code
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_at_most_eight_runs_are_compared(zoo, flowers, tmp_path) -> None:
    run = Path(flowers[1]["run"])
    names = [f"run-{letter}" for letter in "abcdefghi"]
    for name in names:
        (tmp_path / name).mkdir()
        shutil.copy(run / "results.json", tmp_path / name)
    done = zoo("report", *names, "--out", tmp_path)
    assert done.exit_code == 2
    assert "9 runs are given; at most 8" in done.stderr
    eight = zoo("report", *names[:8], "--out", tmp_path, "--quiet", "--format", "md")
    assert eight.exit_code == 0, eight.output
    assert eight.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("results.json", "{", "is damaged"),
        ("results.json", '{"schema": 99}', "schema 99"),
        ("recipe.json", "nonsense", "recipe.json is damaged"),
    ],
)
def test_damaged_run_is_one_line(zoo, runs, tmp_path, file, text, why) -> None:
    fresh = shutil.ignore_patterns("compare-*")
    shutil.copytree(runs, tmp_path / "runs", ignore=fresh)
    (tmp_path / "runs" / "20260101-000000-first-aaaa" / file).write_text(text)
    done = zoo("report", "first", "second", "--out", tmp_path / "runs")
    assert done.exit_code == 1
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
    assert list((tmp_path / "runs").glob("compare-*")) == []


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere"
)
def test_read_only_folder_is_one_line(zoo, runs, tmp_path) -> None:
    shutil.copytree(runs, tmp_path / "runs")
    folder = tmp_path / "runs" / "20260101-000000-first-aaaa"
    folder.chmod(0o555)
    done = zoo("report", folder)
    folder.chmod(0o755)
    assert done.exit_code == 2
    assert "Choose another file with --to" in done.stderr
