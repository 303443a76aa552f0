"""Repaired scripts in processes of their own."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.check import rerunner as module
from learnable.zoo.check.jobs import RerunJob
from learnable.zoo.check.rerunner import Rerunner, repair_script
from learnable.zoo.diagnosis.codemod.edits import (
    RescaleOutputs,
    SetArgument,
    WrapArgument,
)
from learnable.zoo.diagnosis.problem.context import Repair
from learnable.zoo.diagnosis.problem.training_setup import Setup
from learnable.zoo.diagnosis.record.recording import Place

TRAINING = """import keras, numpy as np
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.arange(20.0)[:, None]
model.fit(x, -9 * x, epochs=1, verbose=0)
"""


@pytest.fixture
def job(tmp_path):
    script = tmp_path / "train.py"
    script.touch()
    return RerunJob(str(script), (), seconds=60.0, fit=0, output="")


@pytest.mark.slow  # each process imports TensorFlow
def test_what_is_wrong_with_a_script_is_one_line(job):
    with Rerunner() as rerunner:
        told = rerunner.run("1 / 0", job, least=0)
        assert told == "ZeroDivisionError: division by zero"
        assert rerunner.run("x = 1", job, least=0) == ""
        told = rerunner.run(TRAINING, job, least=0.99)
        assert told.startswith("its network has a score of")


@pytest.mark.slow
def test_a_script_beyond_its_time_is_stopped(monkeypatch, job):
    monkeypatch.setattr(module, "GRACE", -59.0)
    with Rerunner() as rerunner:
        assert rerunner.run("x = 1", job, least=0) == "it took more than 60 s"


def test_a_process_that_was_made_ready_for_nothing_ends():
    with Rerunner() as rerunner:
        rerunner.prepare()
        child = rerunner._ready
        rerunner.prepare()
        assert rerunner._ready is child
    assert child is not None
    assert child.returncode is not None


LOSS = SetArgument("compile", "loss", "'mae'")
RATE = SetArgument("compile", "optimizer", "keras.optimizers.Adam(0.01)")


class _Runs(Rerunner):
    """Runs nothing, and finds nothing wrong."""

    def run(self, fixed: str, job: RerunJob, *, least: float) -> str:
        return ""


@pytest.mark.parametrize("output", ["", "age"])
@pytest.mark.parametrize(
    ("edit", "is_shared"),
    [
        (LOSS, True),
        (RescaleOutputs(2.0, 1.0, 0.25), True),
        (WrapArgument("y", "{}.reshape(-1, 1)"), True),
        (RATE, False),
        (SetArgument("fit", "epochs", "9"), False),
    ],
)
def test_a_repair_of_one_output_leaves_the_others_as_they_are(
    tmp_path, output, edit, is_shared
):
    script = tmp_path / "train.py"
    script.write_text(TRAINING)
    x = np.zeros((4, 1), "float32")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    adam = keras.optimizers.serialize(keras.optimizers.Adam())
    places = {"place": Place(str(script), 5), "compiled": Place(str(script), 3)}
    fit: Any = SimpleNamespace(output=output, history={}, x=x, y=x, **places)
    recording: Any = SimpleNamespace(script=str(script), source=TRAINING, fits=[fit])
    repair = Repair("mended", lambda setup: setup, (edit,))
    cause = SimpleNamespace(proposal=SimpleNamespace(repair=repair))
    inquiry = SimpleNamespace(causes=(cause,), tuned=())
    evidence: Any = SimpleNamespace(
        inquiry=inquiry, data_repairs=(), expected_score=0.9
    )
    setup = Setup(model, "mse", adam, x, x)
    found = repair_script(recording, fit, setup, evidence, (), _Runs(), seconds=1.0)
    assert bool(found.fixed) == (not output or not is_shared)
