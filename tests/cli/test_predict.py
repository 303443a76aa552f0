"""``zoo predict``: rows from a file, from standard input, or typed in."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import joblib
import numpy as np
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
        ("1,2\n", "the rows have 2 columns, and the network needs 3"),
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


@pytest.mark.slow  # whole commands
def test_baseline_run_has_no_network(zoo, scored_iris) -> None:
    told = zoo("predict", "last", "--out", scored_iris.parent, input="1,2,3,4\n")
    assert told.exit_code == 1
    assert "has no saved network" in told.stderr


# Tables that an encoder makes numbers of.


@pytest.fixture
def own(flowers, tmp_path) -> Path:
    """A copy of the folder of a run with a network."""
    (run,) = (path for path in flowers[0].iterdir() if path.is_dir())
    return Path(shutil.copytree(run, tmp_path / "runs" / run.name))


def ask(zoo, run: Path, rows: str = "5.1,3.5,1.4,0.2\n"):
    return zoo("predict", run.name, "--out", run.parent, input=rows)


def refused(zoo, run: Path) -> str:
    told = ask(zoo, run)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1
    assert "train the network again" in told.stderr
    return told.stderr


def test_rows_are_encoded_as_in_training(zoo, own) -> None:
    """A gap becomes the median of the training rows."""
    from learnable.data import load
    from learnable.data.encode import fit_encoder
    from learnable.data.encoder_file import write_encoder

    x: Any = load("iris").x.copy()
    x.iloc[-1, 1] = None
    encoder, matrix = fit_encoder(x, np.arange(len(x) - 1))
    assert matrix.shape[1] == 4
    rows = "5.1,,1.4,0.2\n"
    assert "is missing" in ask(zoo, own, rows).stderr
    write_encoder(own / "encoder.npz", encoder)
    filled = f"5.1,{x.iloc[:-1, 1].median()},1.4,0.2\n"
    assert ask(zoo, own, rows).stdout == ask(zoo, own, filled).stdout != ""


@pytest.mark.parametrize("beside", [True, False])
def test_pickled_encoder_is_refused(zoo, own, tmp_path, monkeypatch, beside) -> None:
    class Payload:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "marker",))

    joblib.dump(Payload(), own / "encoder.joblib")
    monkeypatch.setattr(joblib, "load", lambda *_: pytest.fail("a pickle was read"))
    if beside:
        (own / "encoder.npz").write_bytes(b"")
    assert "is a pickle, which can run any code" in refused(zoo, own)
    assert not (tmp_path / "marker").exists()


def test_damaged_encoder_is_refused(zoo, own) -> None:
    path = own / "encoder.npz"
    path.write_bytes(b"PK")
    assert "encoder.npz is damaged" in refused(zoo, own)
    path.unlink()
    path.symlink_to(own / "elsewhere.npz")
    assert "encoder.npz is damaged" in refused(zoo, own)


def test_missing_encoder_is_told(zoo, own) -> None:
    settings = json.loads((own / "recipe.json").read_text("utf-8"))
    settings["inputs"]["types"][0] = "str"
    (own / "recipe.json").write_text(json.dumps(settings), "utf-8")
    assert "has no encoder.npz" in refused(zoo, own)


def test_encoder_that_cannot_be_written_costs_no_training(tmp_path, caplog) -> None:
    """As of a version of skrub that is not known."""
    import keras
    from learnable.zoo.experiments.score import write_network
    from sklearn.preprocessing import StandardScaler

    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    trained = SimpleNamespace(serving=network)
    fitted: Any = SimpleNamespace(trained=trained, encoder=StandardScaler())
    dataset: Any = SimpleNamespace(task="regression")
    write_network(tmp_path, fitted, dataset)
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]
    assert "StandardScaler is no part" in caplog.text
    assert "`zoo predict` cannot use this network" in caplog.text
    assert len(caplog.records) == 1
