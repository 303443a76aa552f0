"""Experiments done from files, changed, repeated, swept, stopped and taken up."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learnable.data.errors import BadData

SMALL = ("--quiet", "--jobs", 1)
TRAIN = "from learnable.zoo.cli import main; main()"


@pytest.fixture(scope="module")
def first(zoo, tmp_path_factory) -> tuple[Path, dict]:
    """A folder with one run, and what the command printed."""
    out = tmp_path_factory.mktemp("first")
    told = zoo(
        "train", "one-hidden", "--data", "iris", "--folds", 2, "--set", "epochs=15",
        "--set", "optimizer.learning_rate=0.02", *SMALL, "--out", out, "--json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    return out, json.loads(told.stdout)


def recipe_of(told: dict) -> Path:
    return Path(told["run"]) / "recipe.json"


def test_settings_are_changed_and_written(first) -> None:
    _, told = first
    facts = json.loads(recipe_of(told).read_text("utf-8"))
    assert facts["kind"] == "train"
    assert facts["recipe"]["epochs"] == 15
    assert facts["recipe"]["optimizer"]["learning_rate"] == 0.02
    assert facts["scoring"]["folds"] == 2
    assert facts["data"]["name"] == "iris"
    assert told["networks"][0]["recipe"] == facts["recipe"]


def test_file_trains_with_its_settings(zoo, first, tmp_path, monkeypatch) -> None:
    seen = []

    def stop(settings, *_: object, **options: object) -> None:
        seen.append(settings)
        raise BadData("far enough")

    monkeypatch.setattr("learnable.zoo.experiments.run.fit_network", stop)
    _, told = first
    again = zoo("train", "--recipe", recipe_of(told), *SMALL, "--out", tmp_path)
    assert "far enough" in again.stderr
    (settings,) = seen
    assert (settings.model, settings.epochs) == ("one-hidden", 15)
    assert settings.learning_rate == 0.02


@pytest.mark.slow  # a rerun is compared to the bit below
def test_file_repeats_the_experiment(zoo, first, tmp_path) -> None:
    _, told = first
    again = zoo(
        "train", "--recipe", recipe_of(told), *SMALL, "--out", tmp_path, "--json"
    )
    facts = json.loads(again.stdout)
    same = ("rows", "verdicts", "signal")
    for part in ("fit_seconds", "predict_seconds"):
        for row in (*facts["rows"], *told["rows"]):
            row.pop(part, None)
    facts["signal"].pop("seconds")
    told["signal"].pop("seconds", None)
    assert {k: facts[k] for k in same} == {k: told[k] for k in same}
    assert facts["networks"][0]["history"] == told["networks"][0]["history"]


@pytest.mark.slow
def test_same_experiment_is_noticed(zoo, first) -> None:
    out, told = first
    again = zoo("train", "--recipe", recipe_of(told), "--jobs", 1, "--out", out)
    assert again.exit_code == 0, again.output
    before = f"the same experiment was run before: {Path(told['run']).name}"
    assert f"note: {before} (one-hidden " in again.stderr
    other = zoo(
        "train", "--recipe", recipe_of(told), "--set", "epochs=3", "--jobs", 1,
        "--out", out,
    )  # fmt: skip
    assert other.exit_code == 0, other.output
    assert "was run before" not in other.stderr


@pytest.mark.slow  # whole commands
def test_rerun_is_the_same_to_the_bit(zoo, first) -> None:
    out, told = first
    again = zoo("rerun", told["run"], "--out", out, *SMALL)
    assert again.exit_code == 0, again.output
    assert again.stdout.startswith("same to the bit. The scores of ")
    assert "versions: unchanged" in again.stdout


@pytest.mark.slow
def test_rerun_tells_noise_from_change(zoo, first, tmp_path) -> None:
    out, told = first
    run = tmp_path / "run"
    shutil.copytree(told["run"], run)
    facts = json.loads((run / "results.json").read_text())
    (network,) = (row for row in facts["rows"] if row["kind"] == "network")
    skill = network["scores"]["skill"]
    whole = dict(skill)
    skill["folds"] = [value + 1e-6 for value in whole["folds"]]
    skill["mean"] = whole["mean"] + 1e-6
    facts["versions"]["keras"] = "3.0.0"
    (run / "results.json").write_text(json.dumps(facts))
    near = zoo("rerun", run, "--out", out, *SMALL)
    assert near.exit_code == 0, near.output
    assert near.stdout.startswith("same within seed noise.")
    assert "seeds explain up to" in near.stdout
    assert "keras 3.0.0 -> " in near.stdout
    skill["folds"] = [value + 5 for value in whole["folds"]]
    skill["mean"] = whole["mean"] + 5
    (run / "results.json").write_text(json.dumps(facts))
    far = zoo("rerun", run, "--out", out, *SMALL)
    assert far.exit_code == 1
    assert far.stdout.startswith("different.")


@pytest.mark.slow
def test_sweep_scores_all_recipes_beside_the_baselines_once(zoo, first) -> None:
    out, told = first
    swept = zoo(
        "sweep", recipe_of(told), "--vary", "hidden=[2],[8]", "--vary",
        "activation=relu,tanh", *SMALL, "--out", out, "--json",
    )  # fmt: skip
    assert swept.exit_code == 0, swept.output
    facts = json.loads(swept.stdout)
    networks = [row["name"] for row in facts["rows"] if row["kind"] == "network"]
    assert len(networks) == 4
    assert "one-hidden hidden=[2], activation=tanh" in networks
    names = [row["name"] for row in facts["rows"]]
    assert names.count("logistic") == 1
    recipes = {n["name"]: n["recipe"]["hidden"] for n in facts["networks"]}
    assert recipes["one-hidden hidden=[8], activation=relu"] == [8]
    assert json.loads(recipe_of(facts).read_text())["kind"] == "sweep"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train",), "give one of MODEL, --recipe FILE and --resume RUN"),
        (("train", "mlp", "--recipe", "x.json"), "give one of MODEL"),
        (("train", "--recipe", "x.json"), "there is no file 'x.json'"),
        (("train", "--recipe", "x.json", "--folds", 3), "--folds cannot go with"),
        (("train", "--resume", "x", "--set", "epochs=3"), "--set cannot go with"),
        (("train", "--resume", "x"), "no stopped run is named 'x'"),
        (("train", "mlp", "--data", "iris", "--set", "optimizer.name=foo"),
         "Keras has no optimizer named 'foo'"),
        (("train", "mlp", "--data", "iris", "--set", "window=3"),
         "mlp does not use window, so the change has no effect"),
        (("train", "one-hidden", "--data", "iris", "--set", "dropout=0.5"),
         "one-hidden does not use dropout"),
        (("sweep", "mpl", "--vary", "dropout=0,0.1"), "Did you mean 'mlp'"),
        (("sweep", "no.json", "--vary", "dropout=0,0.1"), "there is no file"),
        (("sweep", "mlp", "--vary", "dropout=0..1"), "is not a range"),
        (("rerun", "x"), "no run is named 'x'"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line(zoo, arguments, said, tmp_path) -> None:
    told = zoo(*arguments, "--out", tmp_path / "runs")
    assert told.exit_code == 2, told.output
    *before, last = told.stderr.splitlines()
    assert said in last
    assert last.startswith("Error: ")
    assert not any(line.startswith("Error") for line in before)  # the data's columns


def test_run_without_settings_is_named(zoo, first, tmp_path) -> None:
    _, told = first
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "results.json").write_bytes(
        (Path(told["run"]) / "results.json").read_bytes()
    )
    refused = zoo("rerun", alone)
    assert refused.exit_code == 2
    assert "has no recipe.json" in refused.stderr


def killed_after(epochs: int, arguments: list[str], out: Path) -> Path:
    """Start a training, and kill it once so many epochs are in its history."""
    running = subprocess.Popen(
        [sys.executable, "-c", TRAIN, *arguments, "--out", str(out), "--quiet"],
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = list(out.glob(".*.partial/history.csv"))
        if found and found[0].read_text().count("\n") > epochs:
            break
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    (kept,) = out.glob(".*.partial")
    return kept


@pytest.mark.slow
def test_killed_training_ends_as_if_it_had_not_been(zoo, tmp_path) -> None:
    arguments = [
        "train", "mlp", "--data", "digits", "--folds", "2", "--jobs", "1",
        "--set", "epochs=60", "--set", "dropout=0.2",
    ]  # fmt: skip
    kept = killed_after(8, arguments, tmp_path / "a")
    lines = (kept / "history.csv").read_text().splitlines()
    assert len(lines) > 8
    listed = zoo("runs", "list", "--out", tmp_path / "a")
    assert "interrupted" in listed.output
    resumed = zoo("train", "--resume", "last", *SMALL, "--out", tmp_path / "a")
    assert resumed.exit_code == 0, resumed.output
    whole = zoo(*arguments, "--out", tmp_path / "b", "--quiet")
    assert whole.exit_code == 0, whole.output
    (one,), (other,) = ((tmp_path / name).iterdir() for name in "ab")
    assert one.name == kept.name[1 : -len(".partial")]
    history = (one / "history.csv").read_text()
    assert history == (other / "history.csv").read_text()
    assert history.splitlines()[:8] == lines[:8]
    assert {p.name for p in one.iterdir()} == {p.name for p in other.iterdir()}
    tables = [pd.read_parquet(run / "predictions.parquet") for run in (one, other)]
    pd.testing.assert_frame_equal(*tables)
    code = (
        "import keras, sys, numpy as np; np.savez(sys.argv[2], "
        "*keras.saving.load_model(sys.argv[1]).get_weights())"
    )
    weights = []
    for run in (one, other):
        path = tmp_path / f"{run.parent.name}.npz"
        subprocess.run(
            [sys.executable, "-c", code, run / "model.keras", path], check=True
        )
        with np.load(path) as file:
            weights.append([file[name] for name in file.files])
    for mine, theirs in zip(*weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.slow
def test_changed_data_are_not_gone_on_with(zoo, tmp_path) -> None:
    table = pd.DataFrame(
        np.random.default_rng(0).normal(size=(300, 3)), columns=[*"abc"]
    )
    table["y"] = np.where(table["a"] > 0, "yes", "no")
    path = tmp_path / "table.csv"
    table.to_csv(path, index=False)
    arguments = [
        "train", "mlp", "--data", str(path), "--target", "y", "--folds", "2",
        "--jobs", "1", "--set", "epochs=2000", "--set", "patience=0",
    ]  # fmt: skip
    kept = killed_after(2, arguments, tmp_path / "runs")
    table.iloc[1:].to_csv(path, index=False)
    told = zoo("train", "--resume", "last", "--out", tmp_path / "runs", "--quiet")
    assert told.exit_code == 1
    assert "have changed since its training began" in told.stderr
    assert kept.is_dir()
