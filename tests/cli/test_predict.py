"""``zoo predict``: rows from a file, from standard input, or typed in."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def colours(tmp_path_factory, zoo) -> Path:
    """A folder with a run of ``rgb-softmax``."""
    out = tmp_path_factory.mktemp("colours")
    told = zoo(
        "train", "rgb-softmax", "--limit", 4000, "--folds", 2, "--jobs", 1,
        "--out", out, "--json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    facts = json.loads(told.stdout)
    assert facts["networks"][0]["test"]["accuracy"] >= 0.99
    said = {tuple(row): p for row, p in facts["networks"][0]["examples"]}
    assert said[1, 1, 1]["white"] >= 0.99
    assert said[255, 255, 255]["black"] >= 0.99
    return out


def test_both_probabilities_are_printed(zoo, colours) -> None:
    told = zoo("predict", "last", "--out", colours, input="1,1,1\n255,255,255\n")
    dark, light = told.stdout.splitlines()
    assert dark.startswith("white\twhite 1.0000  black 0.0000")
    assert light.startswith("black\tblack 1.0000  white 0.0000")


def test_json_gives_a_line_a_row(zoo, colours, tmp_path) -> None:
    path = tmp_path / "new.csv"
    path.write_text("blue,green,red,name\n9,8,7,night\n250,251,252,snow\n")
    told = zoo("predict", "rgb-softmax", path, "--out", colours, "--json")
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert [a["prediction"] for a in answers] == ["white", "black"]
    assert sum(answers[0]["probabilities"].values()) == pytest.approx(1)


@pytest.mark.slow
def test_features_are_asked_one_by_one(colours) -> None:
    terminal, keyboard = pty.openpty()
    code = "from learnable.zoo.cli import main; main()"
    asking = subprocess.Popen(
        [sys.executable, "-c", code, "predict", "last", "--out", str(colours)],
        stdin=keyboard,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.write(terminal, b"255\n250\n245\n")
    told, _ = asking.communicate(timeout=120)
    assert "red (0 to 255)" in told
    assert "blue (0 to 255)" in told
    assert "black 1.0000" in told


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("1,2,300\n", "row 1: blue is 300; allowed are 0 to 255"),
        ("1,2,3\n-1,0,0\n", "row 2: red is -1; allowed are 0 to 255"),
        ("1,2\n", "the rows have 2 columns and the network needs 3"),
        ("1,2,navy\n", "a number is needed"),
        ("1,2,inf\n", "blue is infinite"),
        ("1,2,\n", "blue"),
        ("", "no rows were given"),
    ],
)
def test_bad_rows_are_refused(zoo, colours, rows, reason) -> None:
    told = zoo("predict", "last", "--out", colours, input=rows)
    assert told.exit_code == 1
    assert reason in told.stderr
    assert told.stderr.count("\n") == 1


def test_unknown_run_is_misuse(zoo, colours) -> None:
    told = zoo("predict", "rgb-sofmax", "--out", colours)
    assert told.exit_code == 2
    assert "no run is named 'rgb-sofmax'" in told.stderr


def test_baseline_run_has_no_network(zoo, tmp_path) -> None:
    zoo("baseline", "iris", "--jobs", 1, "--out", tmp_path)
    told = zoo("predict", "last", "--out", tmp_path, input="1,2,3,4\n")
    assert told.exit_code == 1
    assert "holds no network" in told.stderr
