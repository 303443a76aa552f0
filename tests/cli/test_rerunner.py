"""Repaired scripts in processes of their own."""

import pytest
from learnable.zoo.check import rerunner as module
from learnable.zoo.check.jobs import RerunJob
from learnable.zoo.check.rerunner import Rerunner

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
