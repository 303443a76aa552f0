"""Answers of one output, read as the likeliest of several."""

import numpy as np
import pytest
from edited_scripts import changed, edited, run
from learnable.zoo.diagnosis.codemod.edits import ReadClasses

HEAD = """\
import numpy as np
class model:
    fit = staticmethod(lambda x, y: None)
    predict = staticmethod(lambda x, verbose=0: np.eye(3)[x])
x = np.array([2, 0, 1])
model.fit(x, x)
"""
FLAT = "np.argmax(model.predict(x), axis=1)"
NEW = "np.argmax(model.predict(x), axis=1, keepdims=True)"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model.predict(x).round().ravel() == x", f"{NEW}.ravel() == x"),
        ("np.round(model.predict(x)[:, 0]) == x", f"{FLAT} == x"),
        ("(model.predict(x) > 0.5).astype(int)", f"{NEW}.astype(int)"),
        ("np.where(model.predict(x).flatten() >= 0.5, 1, 0)", FLAT),
        ("np.squeeze(model.predict(x)).astype('int32')", FLAT),
        ("np.rint(np.ravel(model.predict(x))).astype(int)", f"{FLAT}.astype(int)"),
        (
            "np.clip(model.predict(x).round(), 0, 9)[:, 0]",
            f"np.clip({NEW}, 0, 9)[:, 0]",
        ),
        (
            "[int(v) for v in np.round(model.predict(x)[:, 0])]",
            f"[int(v) for v in {FLAT}]",
        ),
    ],
)
def test_rounded_answers_are_the_likeliest_class(old, new):
    source = f"{HEAD}said = {old}\n"
    assert changed(source, ReadClasses()) == [f"-said = {old}", f"+said = {new}"]
    run(edited(source, ReadClasses()))


def test_a_name_is_followed():
    source = HEAD + "p = model.predict(x)[:, 0]\np = p > 0.5\nsaid = p.astype(int)\n"
    result = edited(source, ReadClasses()) or ""
    np.testing.assert_array_equal(run(result)["said"], [2, 0, 1])


@pytest.mark.parametrize(
    "line",
    [
        "np.round(x)",
        "other = model.predict(x) * 2",
        "forest.predict(x).round()",
        "x > 0.5",
        "model.predict(x)[:5].round()",
        "model.predict(x).argmax(axis=1)",
        "p = model.predict(x); p = p.mean(); q = p > 0.5",
        "loss = ((model.predict(x) - x) ** 2).mean() > 1",
    ],
)
def test_what_is_no_rounded_answer_stays(line):
    source = f"{HEAD}{line}\n"
    assert edited(source, ReadClasses()) == source
