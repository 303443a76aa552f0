"""What is said of a training that has not begun: proofs, and what is possible."""

from pathlib import Path

import pytest
from learnable.baselines.results.diagnosis import Diagnosis
from learnable.data.errors import BadData
from learnable.zoo.check.fast import fast_check
from learnable.zoo.check.jobs import CheckJob

HEAD = """
import keras, numpy as np
rng = np.random.default_rng(0)
x = rng.normal(size=(60, 2))
y = (x[:, 0] > 0).astype("int32")
"""
END = """
import pathlib
pathlib.Path(__file__).with_name("trained").touch()
"""


def network(*layers: str, loss="binary_crossentropy", fit="x, y, epochs=2") -> str:
    lines = ",\n    ".join(["keras.Input((2,))", *layers])
    return (
        f"model = keras.Sequential([\n    {lines}])\n"
        f"model.compile('adam', '{loss}')\nmodel.fit({fit})"
    )


SOUND = 'keras.layers.Dense(8, "relu")', 'keras.layers.Dense(1, "sigmoid")'
PROVED = {
    "softmax over one unit": (
        network('keras.layers.Dense(1, "softmax")'),
        ["N102"], "network-at-fault", [8],
    ),
    "targets below what relu gives": (
        "y = -1 - abs(x[:, 0])\n"
        + network('keras.layers.Dense(1, "relu")', loss="mse"),
        ["N102"], "network-at-fault", [9],
    ),
    "targets of other rows": (
        network(*SOUND, fit="x[rng.permutation(60)], y"),
        ["P707"], "preparation-at-fault", [],
    ),
    "texts that no layer knows": (
        "words = np.array(['good', 'bad'] * 30)[:, None]\n"
        "text = keras.layers.TextVectorization(output_sequence_length=1)\n"
        "model = keras.Sequential([keras.Input((1,), dtype='string'), text,\n"
        "    keras.layers.Embedding(9, 2), keras.layers.Flatten(),\n"
        "    keras.layers.Dense(1, 'sigmoid')])\n"
        "model.compile('adam', 'binary_crossentropy')\n"
        "import tensorflow as tf\nmodel.fit(tf.constant(words), y)",
        ["P711"], "preparation-at-fault", None,
    ),
}  # fmt: skip
UNPROVED = {
    "sound": (network(*SOUND), []),
    "not bent": (
        network("keras.layers.Dense(8)", 'keras.layers.Dense(1, "sigmoid")'),
        ["N106"],
    ),
    "a few targets out of reach": (
        "y = x[:, 0] + 2\n" + network('keras.layers.Dense(1, "relu")', loss="mse"),
        ["N102"],
    ),
    "targets of a billion": (
        "y = 1e9 * x[:, 0]\n" + network("keras.layers.Dense(1)", loss="mse"),
        ["P702"],
    ),
    "large inputs": ("x = 500 * x\n" + network(*SOUND), ["P701"]),
    "a dataset": (
        "import tensorflow as tf\nrows = tf.data.Dataset.from_tensor_slices((x, y))\n"
        + network(*SOUND, fit="rows.batch(8)"),
        [],
    ),
    "without an input shape": (
        network(*SOUND).replace("keras.Input((2,)),", ""),
        [],
    ),
}
UNREAD = {
    "a generator": (
        "rows = ((x[i:i + 9], y[i:i + 9]) for i in range(0, 60, 9))\n"
        + network(*SOUND, fit="rows"),
        "its rows come from a loop or generator",
    ),
    "a loop": (
        network(*SOUND).partition("model.fit")[0]
        + "for i in range(3):\n    model.train_on_batch(x, y)\n",
        "its rows come from a loop or generator",
    ),
    "no targets": (
        network(*SOUND, fit="x"),
        "fit was given no targets",
    ),
}


@pytest.fixture
def said(tmp_path):
    """What is said of a script; the file ``trained`` is there if it went on."""

    def call(code: str) -> Diagnosis:
        path = tmp_path / "train.py"
        path.write_text(HEAD + code + END, "utf-8")
        job = CheckJob(
            "script", str(path), "", "train.py", time_limit=60, budget=None, out="",
            fast=True,
        )  # fmt: skip
        found = fast_check(job).diagnosis
        assert found is not None
        assert not (tmp_path / "trained").exists()
        return found

    return call


@pytest.mark.parametrize("name", PROVED)
def test_faults_are_proved_without_a_training(said, name) -> None:
    code, codes, verdict, lines = PROVED[name]
    found = said(code)
    assert [cause.code for cause in found.causes] == codes
    assert found.verdict == verdict
    assert found.sides
    if lines is not None:
        assert [at.line for at in found.causes[0].locations] == lines
    assert found.change == "Nothing: no training changes this."


@pytest.mark.parametrize("name", UNPROVED)
def test_what_trials_decide_is_possible_only(said, name) -> None:
    code, codes = UNPROVED[name]
    found = said(code)
    assert found.verdict == "no-fault-proved"
    assert not found.causes
    assert not found.sides
    assert {one.code for one in found.ruled_out} >= set(codes)
    assert {one.state for one in found.ruled_out} <= {"untested"}
    if not codes:
        assert not found.ruled_out
    assert found.location is not None
    assert Path(found.location.file).name == "train.py"


@pytest.mark.parametrize("name", UNREAD)
def test_rows_that_are_not_known_are_no_fault(said, name) -> None:
    code, why = UNREAD[name]
    found = said(code)
    assert found.verdict == "no-fault-proved"
    assert found.sentence == f"No rule was checked: {why}."


def test_settings_are_left_to_trials(said) -> None:
    """One epoch may be enough: nobody knows before it was trained."""
    found = said(network(*SOUND, fit="x, y, epochs=1, batch_size=1"))
    assert not found.ruled_out


def test_each_output_has_an_answer(said) -> None:
    code = """
inputs = keras.Input((2,))
hidden = keras.layers.Dense(4, "relu")(inputs)
outputs = {n: keras.layers.Dense(1, a, name=n)(hidden)
           for n, a in (("a", "sigmoid"), ("b", "softmax"))}
model = keras.Model(inputs, outputs)
model.compile("adam", {n: "binary_crossentropy" for n in outputs})
model.fit(x, {"a": y, "b": y})
"""
    found = said(code)
    assert (found.output, found.verdict) == ("b", "network-at-fault")
    assert [one.output for one in found.others] == ["a"]


def test_a_script_without_a_training_is_refused(said) -> None:
    with pytest.raises(BadData, match="never calls fit"):
        said("print(x)")
