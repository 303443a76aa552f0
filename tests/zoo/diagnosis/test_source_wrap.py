"""Models and inputs wrapped in a script, and what it imports then."""

import numpy as np
import pytest
from edited_scripts import ADDED, FUNCTIONAL, LISTED, changed, edited, run, script
from learnable.zoo.diagnosis.codemod.edits import (
    CleanInputs,
    NormaliseInputs,
    RescaleOutputs,
    ScaleInputs,
    SetArgument,
    Statement,
    WrapArgument,
)


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

    def test_inputs_on_another_scale(self):
        result = edited(LISTED, ScaleInputs(0.5, -1.0)) or ""
        assert "keras.layers.Rescaling(0.5, offset=-1.0), model" in result
        model = run(result)["model"]
        inner = model.layers[-1].predict(np.zeros((1, 2)), verbose=0)
        outer = model.predict(np.full((1, 2), 2.0), verbose=0)
        np.testing.assert_allclose(outer, inner, rtol=1e-5)

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

    def test_columns_of_outputs_are_rescaled_each_by_itself(self):
        source = LISTED.replace("Dense(1", "Dense(2")
        result = edited(source, RescaleOutputs((5.0, 2.0), (7.0, 0.0), 0.04)) or ""
        assert "keras.layers.Rescaling([5.0, 2.0], offset=[7.0, 0.0])" in result

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
            'import os\nos.environ["KERAS_BACKEND"] = "tensorflow"\nimport sys\n',
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
