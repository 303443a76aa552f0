"""Edits of a script, written into its source."""

import textwrap

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.edits import (
    CleanInputs,
    FeedFrom,
    InsertLayer,
    NormaliseInputs,
    RescaleOutputs,
    SetArgument,
    Statement,
    WrapArgument,
)
from learnable.zoo.diagnosis.recording import Place
from learnable.zoo.diagnosis.source import apply_edits, difference

LISTED = '''\
"""A script."""
import keras
import numpy as np
from keras import layers

x = np.arange(40.0).reshape(20, 2)
y = np.arange(20) % 2

# The model.
model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(4),  # hidden
    layers.Dense(1, "sigmoid"),
])
# Adam is fine.
model.compile("adam", loss="mse")  # for now
history = model.fit(
    x,
    y,
    epochs=3,  # enough
    verbose=0,
)
'''
ADDED = """\
import keras
import numpy as np
from keras.layers import Dense as Full
x = np.ones((4, 2))
y = np.ones(4)
model = keras.Sequential()
model.add(Full(4))
model.add(Full(1))
model.compile("sgd", "mse")
model.fit(x, y, verbose=0)
"""
FUNCTIONAL = """\
import keras
import numpy as np
from keras.layers import *
images = np.ones((4, 8, 8, 1))
y = np.ones(4)
image = keras.Input((8, 8, 1))
x = Conv2D(2, 3)(image)
x = MaxPooling2D(2)(image)
x = Flatten()(GlobalAveragePooling2D()(image))
x = Dense(1)(x)
net = keras.Model(image, x)
net.compile(optimizer="sgd", loss="mse")
net.fit(images, y, verbose=0)
"""


def at(source: str, text: str) -> Place:
    """The line of a script that has a text, the only one."""
    lines = [i for i, line in enumerate(source.splitlines(), 1) if text in line]
    (line,) = lines
    return Place("train.py", line)


def edited(source: str, *edits) -> str | None:
    compiled = at(source, ".compile(") if ".compile(" in source else None
    return apply_edits(source, edits, fit=at(source, ".fit("), compiled=compiled)


def changed(source: str, *edits) -> list[str]:
    """The lines that edits take away and put in."""
    result = edited(source, *edits)
    assert result is not None
    lines = difference(source, result, name="train.py").splitlines()[2:]
    return [line for line in lines if line[0] in "+-"]


def run(source: str) -> dict:
    """What a script leaves behind."""
    found: dict = {}
    exec(compile(source, "train.py", "exec"), found)
    return found


def script(body: str) -> str:
    head = "import keras\nimport numpy as np\nfrom keras.layers import *\n"
    return head + textwrap.dedent(body)


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


class TestNewLayers:
    @pytest.mark.parametrize("before", [True, False])
    def test_in_a_list(self, before):
        new = "keras.layers.BatchNormalization()"
        edit = InsertLayer(at(LISTED, "sigmoid"), "Dense", new, before)
        result = edited(LISTED, edit) or ""
        lines = result.splitlines()
        i = lines.index(f"    {new},")
        assert ("sigmoid" in lines[i + 1], "sigmoid" in lines[i - 1]) == (
            before,
            not before,
        )
        assert "    layers.Dense(4),  # hidden" in lines
        assert len(run(result)["model"].layers) == 3

    def test_comment_stays_with_its_layer(self):
        edit = InsertLayer(at(LISTED, "hidden"), "Dense", "layers.ReLU()", before=False)
        assert changed(LISTED, edit) == ["+    layers.ReLU(),"]

    @pytest.mark.parametrize("before", [True, False])
    def test_input_stays_first(self, before):
        edit = InsertLayer(at(LISTED, "Input"), "Input", "layers.ReLU()", before)
        lines = (edited(LISTED, edit) or "").splitlines()
        assert lines[lines.index("    layers.ReLU(),") - 1] == "    keras.Input((2,)),"

    def test_on_one_line(self):
        source = LISTED.replace("\n    ", " ").replace("  # hidden", "")
        source = source.replace(",\n])", "])").replace("  # enough", "")
        place = at(source, "Sequential")
        edit = InsertLayer(place, "Dense", "layers.ReLU()", False, nth=1, of=2)
        assert changed(source, edit)[1].endswith('"sigmoid"), layers.ReLU()])')
        edit = InsertLayer(place, "Dense", "layers.ReLU()", nth=0, of=2)
        assert "(2,)), layers.ReLU(), layers.Dense(4)," in changed(source, edit)[1]

    def test_in_a_list_of_one(self):
        source = ADDED.replace("Sequential()", "Sequential([Full(3)])")
        edit = InsertLayer(at(source, "Full(3)"), "Dense", "Full(2)")
        assert changed(source, edit)[1].endswith("([Full(2), Full(3)])")
        edit = InsertLayer(at(source, "Full(3)"), "Dense", "Full(2)", before=False)
        assert changed(source, edit)[1].endswith("([Full(3), Full(2)])")

    @pytest.mark.parametrize(("before", "at_line"), [(True, 6), (False, 7)])
    def test_added(self, before, at_line):
        new = "keras.layers.Flatten()"
        edit = InsertLayer(at(ADDED, "Full(4)"), "Dense", new, before)
        assert (edited(ADDED, edit) or "").splitlines()[at_line] == f"model.add({new})"

    @pytest.mark.parametrize(
        ("before", "line"),
        [
            (True, "Flatten()(ReLU()(G()(image)))"),
            (False, "ReLU()(Flatten()(G()(image)))"),
        ],
    )
    def test_functional(self, before, line):
        edit = InsertLayer(at(FUNCTIONAL, "Flatten"), "Flatten", "ReLU()", before)
        new = changed(FUNCTIONAL, edit)[1]
        assert new.replace("GlobalAveragePooling2D", "G") == f"+x = {line}"

    def test_around_one_call(self):
        place = at(FUNCTIONAL, "Dense(")
        edits = [
            InsertLayer(place, "Dense", "A()", before=False),
            InsertLayer(place, "Dense", "B()"),
            SetArgument("layer", "activation", "'relu'", place, "Dense"),
        ]
        line = "+x = A()(Dense(1, activation='relu')(B()(x)))"
        assert changed(FUNCTIONAL, *edits)[1] == line

    @pytest.mark.parametrize(
        "body",
        [
            "d = Dense(1)  # this",
            "d = [Dense(1)]  # this",
            "d = Sequential(*[Dense(1)])  # this",
            "d = Sequential([Dense(1) for _ in '12'])  # this",
            "d = Add()([a, b])  # this",
            "d = Dense(1)(inputs=a)  # this",
            "d = model.add(Dense(1))  # this",
            "model.add(Dense(1)); d = 1  # this",
            "d = TimeDistributed(Dense(1))  # this",
        ],
    )
    def test_refused(self, body):
        source = script(f"{body}\nmodel.fit(x, y)\n")
        kind = "Add" if "Add" in body else "Dense"
        edit = InsertLayer(at(source, "# this"), kind, "ReLU()")
        assert edited(source, edit) is None


class TestOtherInputs:
    def feed(self, kind: str, source_kind: str, source: str = FUNCTIONAL) -> FeedFrom:
        places = at(source, f"{kind}("), at(source, f"{source_kind}(")
        return FeedFrom(places[0], kind, places[1], source_kind)

    def test_output_of_the_layer_before(self):
        edit = self.feed("MaxPooling2D", "Conv2D")
        assert changed(FUNCTIONAL, edit)[1] == "+x = MaxPooling2D(2)(x)"

    def test_nested_call(self):
        edit = self.feed("GlobalAveragePooling2D", "MaxPooling2D")
        new = "+x = Flatten()(GlobalAveragePooling2D()(x))"
        assert changed(FUNCTIONAL, edit)[1] == new

    def test_input(self):
        edit = self.feed("Dense", "Input")
        assert changed(FUNCTIONAL, edit)[1] == "+x = Dense(1)(image)"

    def test_several_at_once_run(self):
        edits = [
            self.feed("MaxPooling2D", "Conv2D"),
            self.feed("GlobalAveragePooling2D", "MaxPooling2D"),
        ]
        net = run(edited(FUNCTIONAL, *edits) or "")["net"]
        assert len(net.layers) == 6

    @pytest.mark.parametrize(
        ("kind", "source_kind"),
        [
            ("Flatten", "Conv2D"),  # x is another thing by then
            ("Flatten", "GlobalAveragePooling2D"),  # its output has no name
            ("Conv2D", "Flatten"),  # made later
        ],
    )
    def test_refused(self, kind, source_kind):
        assert edited(FUNCTIONAL, self.feed(kind, source_kind)) is None

    def test_refused_in_a_branch(self):
        source = FUNCTIONAL.replace("x = Conv2D", "if y[0]:\n    x = Conv2D")
        assert edited(source, self.feed("MaxPooling2D", "Conv2D", source)) is None


class TestWraps:
    def test_normalised_inputs(self):
        result = edited(LISTED, NormaliseInputs()) or ""
        assert changed(LISTED, NormaliseInputs()) == [
            "+normalise = keras.layers.Normalization()",
            "+normalise.adapt(np.asarray(x))",
            "+model = keras.Sequential([normalise, model])",
        ]
        assert "\n])\nnormalise" in result
        assert "\n# Adam is fine.\nmodel.compile" in result
        layer = run(result)["model"].layers[0]
        np.testing.assert_allclose(np.ravel(layer.mean), [19, 20])

    def test_images_as_a_whole(self):
        result = edited(FUNCTIONAL, NormaliseInputs(axes=4)) or ""
        assert "keras.layers.Normalization(axis=None)" in result
        assert run(result)["net"].layers[0].mean.shape.num_elements() == 1

    def test_cleaned_inputs(self):
        source = LISTED.replace("y = np", "x[0] = np.nan, np.inf\ny = np")
        for edits in [CleanInputs()], [CleanInputs(), NormaliseInputs()]:
            found = run(edited(source, *edits) or "")
            assert np.isfinite(found["history"].history["loss"]).all()
            assert np.isfinite(found["model"].predict(found["x"], verbose=0)).all()

    def test_rescaled_outputs(self):
        result = edited(LISTED, RescaleOutputs(50.0, 7.0, 0.0004)) or ""
        assert 'compile("adam", loss="mse", loss_weights=[0.0004])' in result
        model = run(result)["model"]
        inner = model.layers[0].predict(np.ones((1, 2)), verbose=0)
        outer = model.predict(np.ones((1, 2)), verbose=0)
        np.testing.assert_allclose(outer, 50 * inner + 7, rtol=1e-5)

    def test_all_in_one_statement(self):
        edits = [
            RescaleOutputs(2.0, 0.0, 0.25),
            NormaliseInputs(),
            CleanInputs(),
            WrapArgument("x", "{} / 2"),
            Statement("{model}.trainable = True"),
            SetArgument("fit", "epochs", "1"),
        ]
        result = edited(LISTED, *edits) or ""
        rescale = "keras.layers.Rescaling(2.0)"
        assert f"Sequential([clean, normalise, model, {rescale}])" in result
        assert "adapt(np.nan_to_num(x / 2, posinf=0, neginf=0))" in result
        run(result)

    def test_several_inputs(self):
        source = script("""
            a, b = np.ones((4, 2)), np.ones((4, 1), "int32")
            left, right = keras.Input((2,)), keras.Input((1,), dtype="int32")
            both = Concatenate()([left, Flatten()(Embedding(3, 2)(right))])
            model = keras.Model([left, right], Dense(1)(both))
            model.compile("sgd", "mse")
            model.fit([a, b], np.ones(4), verbose=0)
        """)
        for edits in [NormaliseInputs()], [CleanInputs(), NormaliseInputs()]:
            layers = run(edited(source, *edits) or "")["model"].layers
            kinds = [type(layer).__name__ for layer in layers]
            assert kinds.count("Normalization") == 1
            assert kinds.count("InputLayer") == 2
        model = run(edited(source, RescaleOutputs(2.0, 1.0, 0.5)) or "")["model"]
        assert type(model.layers[-1]).__name__ == "Rescaling"

    def test_new_names_are_free(self):
        result = edited(
            LISTED.replace("y = np", "normalise = y = np"), NormaliseInputs()
        )
        assert "normalise_ = keras.layers" in (result or "")

    def test_model_from_a_function(self):
        source = script("""
            def build():
                return keras.Sequential([Dense(1)])


            x, y = np.ones((4, 2)), np.ones(4)
            model = build()
            model.compile("sgd", "mse")
            model.fit(x, y, verbose=0)
        """)
        assert len(run(edited(source, NormaliseInputs()) or "")["model"].layers) == 2

    def test_model_compiled_in_a_function(self):
        source = script("""
            def build():
                net = keras.Sequential([Dense(1)])
                net.compile(keras.optimizers.SGD(0.1), "mse")
                return net


            x, y = np.ones((4, 2)), np.ones(4)
            model = build()
            model.fit(x, y, verbose=0)
        """)
        result = edited(source, NormaliseInputs()) or ""
        assert (
            '])\nmodel.compile(keras.optimizers.SGD(0.1), "mse")\nmodel.fit' in result
        )
        assert len(run(result)["model"].layers) == 2
        source = source.replace("    net = ", "    rate = 0.1\n    net = ")
        assert (
            edited(source.replace("SGD(0.1)", "SGD(rate)"), NormaliseInputs()) is None
        )

    def test_rows_made_after_compile(self):
        source = script("""
            model = keras.Sequential([Dense(1)])
            model.compile("sgd", "mse")
            x, y = np.ones((4, 2)), np.ones(4)
            model.fit(x, y, verbose=0)
        """)
        edits = NormaliseInputs(), SetArgument("compile", "loss", "'mae'")
        result = edited(source, *edits) or ""
        assert "\nmodel.compile(\"sgd\", 'mae')\nmodel.fit" in result
        run(result)
        used = source.replace("x, y =", "model.predict(z)\nx, y =")
        assert edited(used, *edits) is None

    def test_inside_a_function(self):
        source = script("""
            def main():
                x, y = np.ones((4, 2)), np.ones(4)
                model = keras.Sequential([Dense(1)])
                model.compile("sgd", "mse")
                model.fit(x, y, verbose=0)
                return model


            model = main()
        """)
        assert len(run(edited(source, NormaliseInputs()) or "")["model"].layers) == 2

    def test_in_a_loop_that_makes_the_model(self):
        source = script("""
            x, y = np.ones((4, 2)), np.ones(4)
            for fold in range(2):
                model = keras.Sequential([Dense(1)])
                model.compile("sgd", "mse")
                model.fit(x[fold:], y[fold:], verbose=0)
        """)
        assert len(run(edited(source, NormaliseInputs()) or "")["model"].layers) == 2

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("model.fit(x", "self.model.fit(x"),
            ("model.fit(x, y", "model.fit({'a': x}, y"),
            ("model.fit(x, y", "model.fit(x"),
            ("model.compile", "for _ in '12':\n    model.compile"),
            ("model.compile", "if y[0]:\n    model.compile"),
            ("model.compile", "other = model\nmodel.compile"),
            ("model.compile", "both = model(x)\nmodel.compile"),
            ("model.fit", "model = f(model)\nmodel.fit"),
            ("model.fit(x, y, verbose=0)", "model.fit(x, y)\nmodel.layers[0]"),
            ("model.fit(x, y", "for x in x: model.fit(x, y"),
            ("x = np.ones((4, 2))", "x = [1, 2]"),
            ("x = np.ones((4, 2))", "x = {'a': 1}"),
            ("import numpy as np", "import numpy as np\nkeras = None"),
            ("import numpy as np", "from jax import numpy as np"),
        ],
    )
    def test_refused(self, old, new):
        assert old in ADDED
        assert edited(ADDED.replace(old, new), NormaliseInputs()) is None

    def test_refused_for_an_argument_of_a_function(self):
        source = script("""
            def train(model, x, y):
                model.compile("sgd", "mse")
                model.fit(x, y, verbose=0)
        """)
        assert edited(source, NormaliseInputs()) is None

    def test_refused_where_the_loss_has_weights(self):
        source = ADDED.replace('"mse"', '"mse", loss_weights=[2]')
        assert edited(source, RescaleOutputs(2.0, 0.0, 0.25)) is None


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

    def test_half_a_statement_is_refused(self):
        assert edited(ADDED, Statement("if {model}:")) is None


class TestImports:
    edit = SetArgument("compile", "optimizer", "keras.optimizers.SGD(0.1)")
    body = 'model = f()\nmodel.compile("sgd", "mse")\nmodel.fit(x, y)\n'

    @pytest.mark.parametrize(
        "bound",
        [
            "import keras",
            "import keras.layers",
            "from tensorflow import keras",
            "import tensorflow.keras as keras",
            "import tensorflow as tf\nkeras = tf.keras",
            "try:\n    import keras\nexcept ImportError:\n    keras = tf.keras",
        ],
    )
    def test_bound_already(self, bound):
        source = f"{bound}\n{self.body}"
        assert edited(source, self.edit) == source.replace(
            '"sgd"', "keras.optimizers.SGD(0.1)"
        )

    @pytest.mark.parametrize(
        "head",
        [
            "",
            '"""Text."""\n',
            "# Comment\nfrom __future__ import annotations\n",
            '"""Text."""\n\nimport tensorflow as tf\n',
            "from keras.models import Sequential  # this one\n",
            "x = 1\nimport os, sys\n",
        ],
    )
    def test_behind_the_last_import(self, head):
        result = edited(f"{head}{self.body}", self.edit) or ""
        assert result.startswith(f"{head}import keras\nmodel = f()")

    def test_imports_behind_the_edit_do_not_count(self):
        result = edited(f"import os\n{self.body}import keras\n", self.edit) or ""
        assert result.startswith("import os\nimport keras\nmodel")

    @pytest.mark.parametrize("other", ["keras = 1", "import torch as keras"])
    def test_other_meaning_is_refused(self, other):
        assert edited(f"{other}\n{self.body}", self.edit) is None

    def test_numbers(self):
        source = f"import keras\nx = 1\n{self.body}"
        result = edited(source, WrapArgument("y", "np.asarray({})")) or ""
        assert result.startswith("import keras\nimport numpy as np\nx = 1\n")


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
