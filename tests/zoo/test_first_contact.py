"""What is said of a script while it runs, and of one that trains nothing."""

from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.check.first_contact import (
    FirstContact,
    explain_no_training,
    table_of,
)
from learnable.zoo.diagnosis.record.run_script import run_script

TRAINS = """
import numpy as np
from keras.layers.core import Dense
from keras.models import Sequential
x = np.arange(12.0).reshape(6, 2)
model = Sequential([Dense(3, activation="relu"), Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
model.fit(x, x[:, 0] > 4, epochs=2, batch_size=3, verbose=0)
model.fit(x, x[:, 0] > 4, verbose=0)
"""


@pytest.fixture
def run(tmp_path):
    """Run a script; return its recording and the lines that were shown."""

    def run(text):
        file, lines = tmp_path / "train.py", []
        file.write_text(dedent(text))
        contact = FirstContact(lines.append, lambda: ("rows.csv",))
        done = run_script(file, seconds=60, listener=contact)
        if done.fits:
            contact.script_ended(done, len(done.fits) - 1)
        return done, lines

    return run


def test_table_says_what_was_recognised(run):
    lines = run(TRAINS)[1]
    told = dict(line.strip().split("  ", 1) for line in lines if "  " in line.strip())
    assert "line 3: `keras.layers.core` is now `keras.layers`" in lines[1]
    assert told["model"].strip().endswith("Dense, Dense")
    assert told["inputs"].strip() == "(6, 2) float64, from 0 to 11"
    assert told["targets"].strip() == "(6,) bool, from 0 to 1, 2 different values"
    assert told["loss"].strip() == "mean_squared_error"
    assert told["optimizer"].strip() == "SGD, learning rate 0.01"
    assert told["metrics"].strip() == "mae"
    assert told["training"].strip() == "fit at line 8, epochs: 2, batches of 3"
    assert told["files read"].strip() == "rows.csv"
    assert "training 2 of 2, at line 9 (1 step, " in lines[-1]
    assert lines[-4].strip() == "2 trainings:"
    assert lines[-3].startswith("    1: line 8, 'sequential")
    assert "4 steps, loss " in lines[-3]


def test_script_is_stopped_where_its_training_begins(tmp_path):
    file, lines = tmp_path / "train.py", []
    file.write_text(TRAINS + "raise SystemExit('it went on')\n")
    contact = FirstContact(lines.append, tuple, stops=True)
    done = run_script(file, seconds=60, listener=contact)
    assert contact.begun is not None
    assert done.error == "stopped where its training begins"
    assert all(fit.steps == 0 for fit in done.fits)
    assert lines[-1].strip().startswith("training")


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        ("{'age': 'mae', 'kind': ['accuracy', keras.metrics.AUC(name='auc')]}",
         "mae, accuracy, auc"),
        ("[lambda y, p: 0.0]", "<lambda>"),
        ("'mae'", "mae"),
    ],
)  # fmt: skip
def test_metrics_are_named_however_they_are_given(metrics, told):
    begun: Any = SimpleNamespace(
        model=keras.Sequential([keras.layers.Dense(1)]), x=np.zeros((2, 1)), y=None,
        loss="mse", optimizer={}, metrics=eval(metrics), place=None, kind="fit",
        arguments={},
    )  # fmt: skip
    (line,) = (one for one in table_of(begun, ()) if one.startswith("  metrics"))
    assert line.split("metrics", 1)[1].strip() == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "import keras\nm = keras.Sequential([keras.Input((2,))])\n"
            "m.compile('sgd', 'mse')",
            "compiles a network and never calls fit (line 3: m.compile",
        ),
        (
            "import keras\nkeras.Sequential([keras.layers.Dense(1)])",
            "makes 1 layer and never calls compile and fit (line 2",
        ),
        (
            "import keras, numpy\n"
            "m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
            "m.predict(numpy.ones((3, 2)), verbose=0)",
            "predict of a network that it never trains (line 3",
        ),
        (
            "def train(model):\n    model.fit(1)",
            "function `train` (line 1), which calls fit, is never called",
        ),
        (
            "try:\n    import torch\nexcept ImportError:\n    pass",
            "uses PyTorch",
        ),
        ("import sklearn.svm", "`zoo baseline FILE"),
        ("import tensorflow.compat.v1 as tf", "session of TensorFlow 1"),
        ("print(1)", "never calls fit or train_on_batch"),
        ("import surely_not_there", "pip install surely_not_there"),
        ("x = 1\nopen('no.csv')", "'no.csv' does not exist in the current folder"),
        (
            "import numpy as np\nnp.array([[1], [2, 3]])",
            "pad them with `keras.utils.pad_sequences(rows)`",
        ),
        ("from sklearn.datasets import load_boston", "fetch_california_housing"),
        ("1 / 0", "ZeroDivisionError: division by zero (line 1: 1 / 0)"),
    ],
)
def test_script_without_training_is_told_why(run, text, told):
    assert told in explain_no_training(run(text)[0])


def test_file_beside_the_script_is_found(run, tmp_path):
    (tmp_path / "here.csv").write_text("")
    told = explain_no_training(run("open('here.csv')")[0])
    assert "is in the script's folder and not in the current one: change to" in told
