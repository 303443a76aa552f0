"""``zoo runs``, ``zoo report``, ``zoo list``, ``zoo show``."""

import json
import shutil
from pathlib import Path

from learnable.baselines.estimators.catalog import BASELINES
from learnable.data.catalog import DATASETS
from learnable.zoo.registry import MODELS


def test_runs_are_listed_with_verdicts(zoo, flowers) -> None:
    out, told = flowers
    line = zoo("runs", "--out", out).stdout
    assert Path(told["run"]).name in line
    assert "one-hidden network-" in line or "one-hidden undecided" in line
    facts = json.loads(zoo("runs", "--out", out, "--json").stdout)
    assert facts["data"] == "iris"


def test_damaged_run_hides_no_other(zoo, flowers, tmp_path) -> None:
    out, told = flowers
    runs = tmp_path / "runs"
    shutil.copytree(out, runs)
    for name, text in {"a": "{", "b": "{}", "c": '{"schema": 99}'}.items():
        (runs / name).mkdir()
        (runs / name / "results.json").write_text(text)
    listed = zoo("runs", "--out", runs)
    assert Path(told["run"]).name in listed.stdout
    assert listed.stderr.count("\n") == 3
    assert "schema 99" in listed.stderr
    assert zoo("report", "a", "--out", runs).exit_code == 1


def test_no_runs_is_no_error(zoo, tmp_path) -> None:
    told = zoo("runs", "--out", tmp_path / "none")
    assert (told.exit_code, told.stdout) == (0, "")


def test_report_is_made_from_results_alone(zoo, flowers, tmp_path) -> None:
    _, told = flowers
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(Path(told["run"]) / "results.json", alone)
    done = zoo("report", alone)
    assert done.exit_code == 0, done.output
    made = (alone / "report.html").read_text("utf-8")
    assert made == (Path(told["run"]) / "report.html").read_text("utf-8")
    assert len(made.encode()) < 500_000


def test_list_names_everything(zoo) -> None:
    shown = zoo("list").stdout
    told = json.loads(zoo("list", "--json").stdout)
    baselines = {b.name for group in BASELINES.values() for b in group}
    assert told.keys() == {"models", "datasets", "baselines"}
    assert set(told["baselines"]) == baselines
    for name in (*MODELS, *DATASETS, *baselines):
        assert f"  {name} " in shown


def test_show_tells_the_recipe(zoo) -> None:
    shown = zoo("show", "rgb-sigmoid").stdout
    assert "rgb-softmax" in shown
    assert "adadelta" in shown
    facts = json.loads(zoo("show", "rgb-sigmoid", "--json").stdout)
    assert facts["recipe"]["optimizer"]["learning_rate"] == 0.001
    assert "Fisher" in zoo("show", "iris").stdout
    assert "forest" in zoo("show", "forest").stdout
