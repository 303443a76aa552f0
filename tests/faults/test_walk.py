"""Commands keep their promises whatever system call fails: `walk.py` tries them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

HERE = Path(__file__).parent
SCRIPT = """
import keras, numpy as np
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(200, 4))
y = (x[:, 0] > 0).astype(int)
model = keras.Sequential([keras.layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=5, verbose=0)
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder: files, a home, two runs, of which one has a note."""
    folder = tmp_path_factory.mktemp("template")
    for name in ("home", "tmp", "out"):
        (folder / name).mkdir()
    rng = np.random.default_rng(0)
    age, town = rng.integers(18, 80, 120), rng.choice(["Ulm", "Bonn"], 120)
    people = pd.DataFrame({"age": age, "town": town, "income": 500 * age + 7})
    people.to_csv(folder / "people.csv", index=False)
    y = rng.integers(0, 2, 60)
    said = {"y": y, "net": 0.6 * y + 0.4 * rng.random(60), "other": rng.random(60)}
    pd.DataFrame(said).to_csv(folder / "predictions.csv", index=False)
    (folder / "train.py").write_text(SCRIPT, "utf-8")
    out = ("--out", str(folder / "runs"))
    quick = ("--folds", "2", "--jobs", "1", "--quiet")
    zoo("baseline", "iris", *quick, *out)
    zoo("train", "one-hidden", "--data", "iris", "--set", "epochs=3", *quick, *out)
    zoo("runs", "note", "baseline", "mine", *out)
    return folder


def zoo(*arguments: str) -> None:
    from learnable.zoo.cli import main

    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output


def walk(template: Path, *arguments: str) -> list[dict]:
    """The lines of `walk.py`."""
    done = subprocess.run(
        [sys.executable, str(HERE / "walk.py"), str(template), *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


KINDS = {
    "quick": ["look", "data", "runs", "note", "tag", "rm", "prune", "--every", "2"],
    "lasting": ["look", "note", "rm", "report-md", "--every", "2", "--kind", "lasting"],
    "scores": ["baseline", "predictions", "--every", "9"],
    "pages": ["report", "report-two", "index", "--every", "40"],
    "training": ["train", "--every", "25"],
}


@pytest.mark.slow  # many commands
@pytest.mark.parametrize("kind", KINDS)
def test_no_promise_is_broken(template, kind) -> None:
    told = walk(template, *KINDS[kind])
    assert not [line for line in told if line.get("broken")]
    assert sum(line["walked"] for line in told) >= 10
