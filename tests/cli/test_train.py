"""``zoo train`` and ``zoo compare``, from a dataset to a run on disk."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FILES = {
    "environment.json",
    "findings.csv",
    "history.csv",
    "model.keras",
    "predictions.parquet",
    "recipe.json",
    "report.html",
    "results.json",
    "summary.json",
}


def test_run_holds_all_files(flowers) -> None:
    out, told = flowers
    (run,) = out.iterdir()
    assert {p.name for p in run.iterdir()} == FILES
    assert told["run"] == str(run)


def test_json_tells_scores_and_verdict(flowers) -> None:
    _, told = flowers
    rows = {row["name"]: row for row in told["rows"]}
    assert rows["one-hidden"]["kind"] == "network"
    assert rows["logistic"]["scores"]["accuracy"]["mean"] > 0.9
    assert told["networks"][0]["test"]["accuracy"] > 0.8
    assert {v["about"] for v in told["verdicts"]} == {"one-hidden", ""}


def test_predictions_cover_every_row(flowers) -> None:
    import pandas as pd

    _, told = flowers
    table = pd.read_parquet(Path(told["run"]) / "predictions.parquet")
    counts = table.groupby("candidate")["row"].nunique()
    assert set(counts) == {150}
    shares = table[["p_setosa", "p_versicolor", "p_virginica"]].sum(axis=1)
    assert shares.sub(1).abs().max() < 1e-6


@pytest.mark.slow
def test_saved_network_opens_with_plain_keras(flowers) -> None:
    _, told = flowers
    code = (
        "import keras, sys, numpy as np; m = keras.saving.load_model(sys.argv[1]);"
        "p = m.predict(np.array([[5.1, 3.5, 1.4, 0.2]]), verbose=0);"
        "assert p.shape == (1, 3) and p.argmax() == 0, p;"
        "assert 'learnable' not in sys.modules"
    )
    model = str(Path(told["run"]) / "model.keras")
    done = subprocess.run(
        [sys.executable, "-c", code, model], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_mixed_table_is_learned(zoo, people, tmp_path) -> None:
    told = zoo(
        "train", "one-hidden", "--data", people, "--target", "income", "--folds", 2,
        "--jobs", 1, "--out", tmp_path / "runs", "--json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    facts = json.loads(told.stdout)
    assert facts["about"]["task"] == "regression"
    rows = {row["name"]: row["scores"]["r2"]["mean"] for row in facts["rows"]}
    assert rows["ridge"] > 0.7
    assert rows["one-hidden"] > 0.5
    new = people.with_name("new.csv")
    new.write_text("town,age,since,member,height\nUlm,30,2020-03-01,True,\n")
    answer = zoo("predict", "last", new, "--out", tmp_path / "runs")
    assert answer.exit_code == 0, answer.output
    assert 10_000 < float(answer.stdout) < 40_000


@pytest.mark.slow  # whole commands
def test_quiet_prints_the_answer_alone(zoo, tmp_path) -> None:
    told = zoo(
        "baseline", "iris", "--folds", 2, "--quiet", "--jobs", 1, "--out", tmp_path
    )
    assert told.exit_code == 0
    assert told.stderr == ""
    assert told.stdout.startswith("signal. ")
    assert told.stdout.splitlines()[-1].endswith("report.html")


@pytest.mark.slow
def test_same_seed_gives_same_results(zoo, tmp_path) -> None:
    def scores(name: str) -> list:
        told = zoo(
            "train", "one-hidden", "--data", "wine", "--limit", 90, "--folds", 2,
            "--jobs", 1, "--seed", 7, "--json", "--out", tmp_path / name,
        )  # fmt: skip
        facts = json.loads(told.stdout)
        return [row["scores"] for row in facts["rows"]] + [facts["signal"]["p"]]

    assert scores("a") == scores("b")


def start(tmp_path: Path, *arguments: str) -> subprocess.Popen:
    """The command in a process group of its own, as a terminal starts it."""
    code = "from learnable.zoo.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.slow
def test_interrupt_keeps_the_training_alone(tmp_path, jobs) -> None:
    running = start(tmp_path, "train", "rgb-softmax", "--repeats", "40", "--jobs", jobs)
    assert running.stderr is not None
    # the table of the columns comes first
    assert any("training rgb-softmax" in line for line in running.stderr)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=180)
    assert running.returncode == 1
    assert out == ""
    assert "Traceback" not in err
    assert (
        "interrupted; the training is kept: resume it with `zoo train --resume" in err
    )
    (kept,) = (tmp_path / "runs").iterdir()
    assert kept.name.endswith("-rgb-softmax-" + kept.name[-12:-8] + ".partial")
    assert {p.name for p in kept.iterdir()} >= {"recipe.json", "history.csv"}


@pytest.mark.slow
def test_full_disk_is_one_line(tmp_path) -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "from learnable.zoo.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "baseline", "iris", "--folds", "2", "--jobs", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_rows_beyond_the_memory_are_trained_on_from_disk(zoo, tmp_path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(2_000, 3)), columns=["a", "b", "c"])
    table["city"] = rng.choice(["u", "v"], len(table))
    noise = rng.normal(size=len(table), scale=0.3)
    table["price"] = 1e6 + 1e5 * (table.a + (table.city == "u") + noise)
    table.loc[5, "price"] = None
    table.to_parquet(tmp_path / "t.parquet", row_group_size=500)
    told = zoo(
        "train", "one-hidden", "--data", tmp_path / "t.parquet", "--target", "price",
        "--memory", "40KB", "--folds", 2, "--jobs", 1, "--out", tmp_path, "--json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    results = json.loads(told.stdout)
    assert any("from disk" in note for note in results["about"]["notes"])
    assert results["about"]["rows"] < 1_000
    assert results["networks"][0]["test"]["r2"] > 0.8


def test_memory_must_be_a_size(zoo) -> None:
    told = zoo("train", "mlp", "--data", "iris", "--memory", "lots")
    assert told.exit_code == 2
    assert "is not a size" in told.output
