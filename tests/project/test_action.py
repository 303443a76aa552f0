"""The action for GitHub: its inputs are those that its steps use, and it works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INSTALL, ZOO = ACTION["runs"]["steps"]
SCRIPT = """
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(60, 2))
y = (x[:, 0] > 0).astype("int32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "softmax")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
"""


def run_step(folder: Path, command: str, arguments: str, form: str = "github"):
    """Run the step that GitHub runs, with its files in a folder."""
    files = {name: str(folder / name) for name in ("GITHUB_STEP_SUMMARY",)}
    files["GITHUB_OUTPUT"] = str(folder / "GITHUB_OUTPUT")
    asked = {"ZOO_COMMAND": command, "ZOO_ARGUMENTS": arguments, "ZOO_FORMAT": form}
    told = subprocess.run(
        [sys.executable, "-c", ZOO["run"]],
        cwd=folder,
        env=os.environ | files | asked,
        capture_output=True,
        text=True,
    )
    outputs = {}
    if (folder / "GITHUB_OUTPUT").is_file():
        lines = (folder / "GITHUB_OUTPUT").read_text("utf-8").splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
    return told, outputs


def test_steps_use_the_inputs_and_give_the_outputs() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    used = set(re.findall(r"inputs\.([a-z-]+)", text))
    assert used == set(ACTION["inputs"])
    assert all(facts["description"] for facts in ACTION["inputs"].values())
    for name, facts in ACTION["outputs"].items():
        assert facts["value"] == f"${{{{ steps.zoo.outputs.{name} }}}}"
        assert f'"{name}"' in ZOO["run"]
    # what is asked reaches the step as data: nothing of it is code
    assert "${{" not in ZOO["run"] + INSTALL["run"]
    assert ACTION["runs"]["using"] == "composite"
    assert all("shell" in step for step in ACTION["runs"]["steps"])


def test_commands_of_no_gate_are_refused(tmp_path) -> None:
    told, outputs = run_step(tmp_path, "predict; rm -rf /", "last")
    assert told.returncode == 2
    assert "::error::command is 'predict; rm -rf /'" in told.stdout
    assert not outputs


@pytest.mark.slow  # starts a command that scores baselines, and one that reports
def test_a_gate_writes_summary_and_outputs(tmp_path) -> None:
    told, outputs = run_step(tmp_path, "baseline", "iris --folds 2 --jobs 1")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("::notice title=signal::")
    assert outputs["exit-code"] == "0"
    assert (tmp_path / outputs["run"] / "report.html").is_file()
    summary = (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8")
    assert "signal" in summary
    assert "`forest`" in summary or "| forest" in summary


@pytest.mark.slow  # starts a command that loads TensorFlow
def test_a_fault_fails_the_step_and_writes_the_document(tmp_path) -> None:
    (tmp_path / "train it.py").write_text(SCRIPT, "utf-8")
    told, outputs = run_step(tmp_path, "check", "'train it.py' --fast", "junit")
    assert told.returncode == 3, told.stderr
    assert outputs == {"exit-code": "3", "document": "zoo-answer.xml"}
    document = (tmp_path / "zoo-answer.xml").read_text("utf-8")
    assert 'name="N102 wrong-output-activation" file="train it.py" line="5"' in document
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text("utf-8") == (
        "`zoo check` has exit code 3, and wrote no report.\n"
    )
