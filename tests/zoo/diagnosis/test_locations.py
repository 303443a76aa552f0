"""Findings know the lines of the script that they are about."""

from pathlib import Path

import pytest
from learnable.zoo.diagnosis.problem.context import NetworkFinding, RuleContext
from learnable.zoo.diagnosis.problem.task import training_task
from learnable.zoo.diagnosis.problem.training_setup import original_training
from learnable.zoo.diagnosis.record.run_script import run_script
from learnable.zoo.diagnosis.rules.run_rules import run_rules

SCRIPT = """\
import keras
import numpy as np
x = np.random.default_rng(0).normal(100, 9, (60, 2))
y = (x[:, 0] > 100).astype("int32")
model = keras.Sequential([
    keras.Input((2,)),
    keras.layers.Dense(4, name="first"),
    keras.layers.Dense(4, name="second"),
    keras.layers.Dense(1, "sigmoid"),
])
model.compile("sgd",
    "binary_crossentropy")
model.fit(x, y, verbose=0)
print(model.predict(x, verbose=0).argmax(axis=1))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> tuple[RuleContext, dict[str, NetworkFinding]]:
    """A script with faults in known lines, and what the rules find in it."""
    path = Path(tmp_path_factory.mktemp("located") / "train.py")
    path.write_text(SCRIPT, "utf-8")
    recording = run_script(path, seconds=60)
    (fit,) = recording.fits
    task = training_task(fit)
    context = RuleContext(recording, fit, task, original_training(fit, task))
    return context, {finding.code: finding for finding in run_rules(context)}


@pytest.mark.parametrize(
    ("code", "lines", "of"),
    [
        ("N106", [7, 8], "its layers"),
        ("N118", [14], "its own line"),
        ("N205", [13], "the call of fit that its repair changes"),
        ("P701", [13], "the training, which is handed the rows"),
    ],
)
def test_lines_are_of(found, code, lines, of) -> None:
    context, findings = found
    at = context.locations(findings[code])
    assert [place.line for place in at] == lines, of
    assert {Path(place.file).name for place in at} == {"train.py"}


def test_a_repair_of_compile_stands_there(found) -> None:
    context, findings = found
    wrong_rate = next(f for f in findings.values() if f.code.startswith("N20"))
    rate = next(
        r for f in findings.values() for r in f.repairs
        if r.edits and getattr(r.edits[0], "call", "") == "compile"
    )  # fmt: skip
    (at,) = context.locations(wrong_rate, rate)
    assert at.line == 11
