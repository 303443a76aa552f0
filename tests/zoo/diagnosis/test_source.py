"""Edits of a script, written into its source."""

import pytest
from edited_scripts import ADDED, LISTED, at, changed, edited, run
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.apply import apply_edits, difference
from learnable.zoo.diagnosis.codemod.edits import (
    InsertLayer,
    NormaliseInputs,
    SetArgument,
    Statement,
    WrapArgument,
)
from learnable.zoo.diagnosis.record.recording import Place


class TestArguments:
    def test_changed_where_it_stands(self):
        assert changed(LISTED, SetArgument("fit", "epochs", "30")) == [
            "-    epochs=3,  # enough",
            "+    epochs=30,  # enough",
        ]

    def test_added_in_the_same_style(self):
        assert changed(LISTED, SetArgument("fit", "batch_size", "8")) == [
            "+    batch_size=8,"
        ]

    def test_comment_stays_with_its_argument(self):
        source = LISTED.replace("    verbose=0,\n", "    verbose=0,  # quiet\n")
        assert changed(source, SetArgument("fit", "shuffle", "True")) == [
            "+    shuffle=True,"
        ]

    def test_comment_stays_without_a_last_comma(self):
        source = LISTED.replace("    verbose=0,\n", "    verbose=0  # quiet\n")
        assert changed(source, SetArgument("fit", "shuffle", "True")) == [
            "-    verbose=0  # quiet",
            "+    verbose=0,  # quiet",
            "+    shuffle=True",
        ]

    def test_taken_away(self):
        assert changed(LISTED, SetArgument("fit", "epochs", "")) == [
            "-    epochs=3,  # enough"
        ]
        assert edited(LISTED, SetArgument("fit", "callbacks", "")) == LISTED

    def test_last_taken_away(self):
        assert changed(LISTED, SetArgument("compile", "loss", "")) == [
            '-model.compile("adam", loss="mse")  # for now',
            '+model.compile("adam")  # for now',
        ]

    def test_by_position(self):
        assert changed(ADDED, SetArgument("compile", "loss", "'mae'")) == [
            '-model.compile("sgd", "mse")',
            "+model.compile(\"sgd\", 'mae')",
        ]

    def test_what_follows_one_taken_away_gets_its_name(self):
        assert changed(ADDED, SetArgument("compile", "optimizer", "")) == [
            '-model.compile("sgd", "mse")',
            '+model.compile(loss="mse")',
        ]

    def test_several_of_one_call(self):
        edits = [
            SetArgument("compile", "loss", "'mae'"),
            SetArgument("compile", "optimizer", "keras.optimizers.Adam(0.1)"),
            SetArgument("compile", "metrics", "['mse']"),
        ]
        assert changed(ADDED, *edits)[1] == (
            "+model.compile(keras.optimizers.Adam(0.1), 'mae', metrics=['mse'])"
        )

    def test_of_a_layer(self):
        place = at(LISTED, "hidden")
        edit = SetArgument("layer", "activation", "'relu'", place, "Dense")
        assert changed(LISTED, edit) == [
            "-    layers.Dense(4),  # hidden",
            "+    layers.Dense(4, activation='relu'),  # hidden",
        ]

    def test_of_a_layer_by_position(self):
        place = at(LISTED, "sigmoid")
        edit = SetArgument("layer", "activation", "'relu'", place, "Dense")
        assert changed(LISTED, edit)[1] == "+    layers.Dense(1, 'relu'),"

    def test_of_a_layer_imported_as(self):
        edit = SetArgument("layer", "units", "9", at(ADDED, "Full(4)"), "Dense")
        assert changed(ADDED, edit)[1] == "+model.add(Full(9))"

    def test_of_one_layer_among_several_on_a_line(self):
        source = ADDED.replace("))\nmodel.add(", ")); model.add(")
        place = at(source, "Full(4)")
        edit = SetArgument("layer", "units", "9", place, "Dense")
        assert edited(source, edit) is None
        assert edited(source, edit, edit) is None
        edit = SetArgument("layer", "units", "9", place, "Dense", nth=1, of=2)
        assert changed(source, edit)[1] == "+model.add(Full(4)); model.add(Full(9))"

    def test_of_layers_made_in_a_loop(self):
        source = ADDED.replace(
            "model.add(Full(4))", "for _ in '123': model.add(Full(4))"
        )
        place = at(source, "Full(4)")
        edits = [
            SetArgument("layer", "units", "9", place, "Dense", nth=n, of=3)
            for n in range(3)
        ]
        assert changed(source, *edits)[1] == "+for _ in '123': model.add(Full(9))"

    def test_scaler_on_the_line_of_the_model(self):
        source = LISTED.replace("    x,\n", "    S().fit(x).transform(x),\n").replace(
            "history = model.fit(\n", "history = model.fit("
        )
        source = source.replace("model.fit(    S().fit", "model.fit(S().fit")
        assert "epochs=7" in (edited(source, SetArgument("fit", "epochs", "7")) or "")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("epochs=3", "**options"),
            ("import keras", "import keras)"),
            ("history = model.fit(", "history = model.fit(x, y); model.fit("),
        ],
    )
    def test_refused(self, old, new):
        edit = SetArgument("fit", "epochs", "7")
        assert edited(LISTED.replace(old, new), edit) is None

    def test_refused_among_starred_arguments(self):
        source = LISTED.replace("    x,\n", "    *rows,\n")
        assert edited(source, SetArgument("fit", "epochs", "7")) is not None
        assert edited(source, SetArgument("fit", "batch_size", "7")) is None

    def test_refused_where_nothing_is(self):
        edit = SetArgument("fit", "epochs", "7")
        for place in [Place("train.py", 3), Place("train.py", 99)]:
            assert apply_edits(LISTED, [edit], fit=place, compiled=None) is None
        nothing = [SetArgument("layer", "units", "9", at(LISTED, "hidden"), "LSTM")]
        nothing += [SetArgument("layer", "units", "9", Place("b.py", 11), "Dense")]
        nothing += [SetArgument("fit", "loss", "'mse'"), SetArgument("fit", "x", "")]
        nothing += [SetArgument("fit", "epochs", "1 +"), SetArgument("layer", "a", "1")]
        assert [edited(LISTED, edit) for edit in nothing] == [None] * len(nothing)

    def test_compile_in_no_place(self):
        edit, fit = SetArgument("compile", "loss", "'mse'"), at(LISTED, ".fit(")
        assert apply_edits(LISTED, [edit], fit=fit, compiled=None) is None


class TestWrappedArguments:
    @pytest.mark.parametrize(
        ("old", "code", "new"),
        [
            ("y", "{}.reshape(-1, 1)", "y.reshape(-1, 1)"),
            ("y - 1", "{}.reshape(-1, 1)", "(y - 1).reshape(-1, 1)"),
            ("y - 1", "np.asarray({})", "np.asarray(y - 1)"),
            ("y - 1", "{} / 2", "(y - 1) / 2"),
            ("f(y)[1:]", "{} / 2", "f(y)[1:] / 2"),
            ("lambda: y", "{}()", "(lambda: y)()"),
        ],
    )
    @pytest.mark.parametrize("name", ["", "y="])
    def test_parentheses(self, name, old, code, new):
        source = ADDED.replace("(x, y,", f"(x, {name}{old},")
        assert changed(source, WrapArgument("y", code)) == [
            f"-model.fit(x, {name}{old}, verbose=0)",
            f"+model.fit(x, {name}{new}, verbose=0)",
        ]

    def test_joined(self):
        edits = [WrapArgument("x", "{} / 2"), SetArgument("fit", "epochs", "2")]
        assert changed(ADDED, *edits)[1] == "+model.fit(x / 2, y, verbose=0, epochs=2)"

    def test_refused_without_targets(self):
        source = ADDED.replace("(x, y,", "(x,")
        assert edited(source, WrapArgument("y", "{} / 2")) is None


class TestStatements:
    def test_before_compile(self):
        edit = Statement("for layer in {model}.layers:\n    layer.trainable = True")
        assert changed(ADDED, edit) == [
            "+for layer in model.layers:",
            "+    layer.trainable = True",
        ]

    def test_before_fit_without_compile(self):
        source = ADDED.replace('model.compile("sgd", "mse")\n', "")
        result = edited(source, Statement("{model}.trainable = True")) or ""
        assert "model.trainable = True\nmodel.fit" in result

    @pytest.mark.parametrize(
        "later",
        ["z = x + 1", "z[:] = 3", "z += 1", "for i in x:\n    z = i", "z = (\n  1\n)"],
    )
    def test_behind_what_gives_the_value_later(self, later):
        source = f"z = 2\n{ADDED}{later}\nprint(z)\n"
        result = edited(source, Statement("z = 2 * z")) or ""
        indent = "    " if later.startswith("for") else ""
        assert f"{later}\n{indent}z = 2 * z\nprint(z)" in result

    @pytest.mark.parametrize("later", ["for z in x: pass", "z = 1; print(z)"])
    def test_no_place_of_its_own_behind_it(self, later):
        assert edited(f"{ADDED}{later}\n", Statement("z = 2 * z")) is None

    def test_half_a_statement_is_refused(self):
        assert edited(ADDED, Statement("if {model}:")) is None


def test_every_edit_runs_together():
    edits = [
        SetArgument("layer", "units", "3", at(LISTED, "hidden"), "Dense"),
        InsertLayer(at(LISTED, "hidden"), "Dense", "layers.ReLU()", before=False),
        SetArgument("fit", "epochs", "1"),
        WrapArgument("y", "{}.reshape(-1, 1)"),
        NormaliseInputs(),
    ]
    model = run(edited(LISTED, *edits) or "")["model"]
    assert isinstance(model.layers[1].layers[1], keras.layers.ReLU)


def test_other_line_ends_and_tabs_are_kept():
    source = "def f():\n\tmodel.fit(x, y)\n".replace("\n", "\r\n")
    result = edited(source, Statement("if a:\n    {model}.b = 1"))
    lines = ["def f():", "\tif a:", "\t\tmodel.b = 1", "\tmodel.fit(x, y)", ""]
    assert (result or "").split("\r\n") == lines


def test_nothing_to_do_changes_nothing():
    assert edited(LISTED) == LISTED
    assert difference(LISTED, LISTED, name="train.py") == ""


def test_difference_is_unified():
    assert difference("a\nb\n", "a\nc\n", name="train.py") == (
        "--- train.py\n+++ train.py\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


@pytest.mark.parametrize("source", ["def f(:\n", "\0", "%matplotlib inline\n"])
def test_what_is_no_python_is_refused(source):
    fit = Place("train.py", 1)
    assert apply_edits(source, [NormaliseInputs()], fit=fit, compiled=None) is None
