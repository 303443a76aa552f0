"""Scripts run as they are, with what ended them said in one line."""

import os
import signal
import sys
from textwrap import dedent

import pytest
from learnable.zoo.diagnosis.record.removed_apis import GONE, describe_removed_call
from learnable.zoo.diagnosis.record.run_script import MOST_PRINTED, run_script


@pytest.fixture
def run(tmp_path):
    """Writes a script and runs it."""

    def run(text, *arguments, seconds=60.0):
        file = tmp_path / "train.py"
        file.write_text(dedent(text))
        return run_script(file, arguments, seconds=seconds)

    return run


def raised(code):
    """The error that code raises, by today's Keras itself."""
    try:
        exec(code, {})
    except Exception as error:
        return error
    raise AssertionError(f"runs: {code}")


def test_script_runs_as_main_with_its_arguments(run):
    done = run(
        """
        import sys
        if __name__ == "__main__":
            print(__name__, sys.argv[1:], sys.modules["__main__"].__file__ == __file__)
        """,
        "--fast",
        "3",
    )
    assert done.printed == "__main__ ['--fast', '3'] True\n"
    assert (done.error, done.error_place) == ("", None)
    assert done.module.sys is sys


def test_process_is_as_it_was(run, tmp_path):
    def state():
        main, files = sys.modules["__main__"], (sys.stdin, sys.stdout)
        timer = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
        return main, files, timer, sys.argv[:], sys.path[:], os.getcwd(), {**os.environ}

    (tmp_path / "beside_it.py").write_text("")
    before = state()
    assert "1 / 0" not in run("import os, beside_it; os.chdir('/'); 1 / 0").error
    assert state() == before
    assert "beside_it" not in sys.modules


def test_modules_beside_it_are_found(run, tmp_path):
    (tmp_path / "helping.py").write_text("def half(x):\n    return 1 / x\n")
    done = run("from helping import half\nhalf(0)\n")
    assert done.error == "ZeroDivisionError: division by zero"
    assert done.error_place.file == str(tmp_path / "helping.py")
    assert done.error_place.line == 2


@pytest.mark.parametrize("code", ["sys.exit()", "sys.exit(0)", "raise SystemExit"])
def test_ending_early_is_no_error(run, code):
    assert run(f"import sys\n{code}\nprint('no')").error == ""


def test_exit_code_is_said(run):
    done = run("import sys\n\nsys.exit(3)")
    assert done.error == "ended by sys.exit(3)"
    assert done.error_place.line == 3


def test_nobody_answers_input(run):
    done = run("name = 1\nname = input('Name? ')")
    assert done.error == "asks for input(), which nobody answers here"
    assert done.error_place.line == 2


def test_syntax_error_has_line_and_text(run):
    done = run("x = 1\nfor i in range(3) print(i)\n")
    assert done.error.startswith("SyntaxError: ")
    assert "(line 2: for i in range(3) print(i))" in done.error
    assert done.error_place.line == 2


def test_missing_module_is_named(run):
    done = run("import surely_not_there.models")
    assert "'surely_not_there' is not installed in this environment" in done.error
    assert "pip install surely_not_there" in done.error


@pytest.mark.parametrize("units", ["np.int64(4)", "4.0"])
def test_units_that_are_no_int_are_told(run, units):
    done = run(f"import keras\nimport numpy as np\nkeras.layers.Dense({units})")
    assert done.error == (
        "`units` must be an int of Python, and is of another type: write `int(...)` "
        f"around it (line 3: keras.layers.Dense({units}))"
    )


def test_message_is_one_line(run):
    assert run("raise ValueError('a\\nb')").error == "ValueError: a"


def test_script_is_stopped_in_time(run):
    done = run(
        """
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass
        """,
        seconds=0.2,
    )
    assert done.error == "stopped after 0.2 s"
    assert 0.2 <= done.seconds < 2


def test_training_that_is_stopped_is_recorded(run):
    done = run(
        """
        import keras, numpy as np, signal
        class Late(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 2:
                    signal.raise_signal(signal.SIGALRM)  # as if the time were over
        x = np.zeros((8, 2))
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(x, x[:, 0], epochs=9, verbose=0, callbacks=[Late()])
        """
    )
    assert done.error == done.fits[0].error == "stopped after 60 s"
    assert done.error_place.line == 6
    assert len(done.fits[0].history["loss"]) == 2
    assert done.fits[0].x.shape == (8, 2)


def test_end_of_what_is_printed_is_kept(run, capsys):
    done = run(f"print('a' * {MOST_PRINTED})\nprint('the end')")
    assert len(done.printed) == MOST_PRINTED
    assert done.printed.endswith("the end\n")
    assert capsys.readouterr().out.startswith("aaa")


def test_plots_open_no_window(run):
    done = run(
        """
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.show()
        print(plt.get_backend().lower())
        """
    )
    assert (done.error, done.printed) == ("", "agg\n")


def test_warnings_are_left_alone(run):
    with pytest.warns(UserWarning, match="mine"):
        run("import warnings; warnings.warn('mine')")


def test_script_of_tensorflow_one_is_told(run):
    done = run("import tensorflow as tf\nx = tf.placeholder(tf.float32, [None, 2])")
    assert done.error == (
        "`tf.placeholder` is gone since TensorFlow 2: write `keras.Input` "
        "(line 2: x = tf.placeholder(tf.float32, [None, 2]))"
    )
    assert done.error_place.line == 2
    done = run(
        "import tensorflow as tf\nx = tf.placeholder(tf.float32)\ns = tf.Session()"
    )
    assert "write the network in Keras, and train it with fit" in done.error


DENSE = "from keras.layers import Dense; Dense"
MODEL = "import keras; keras.Sequential()"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import tensorflow as tf; tf.Session()", "tf.Session"),
        ("import tensorflow as tf; tf.layers.dense", "keras.layers.Dense"),
        ("import tensorflow as tf; tf.contrib.rnn", "tf.contrib"),
        ("import tensorflow as tf; tf.app.flags", "argparse"),
        ("import tensorflow as tf; tf.log(1.0)", "tf.math.log"),
        ("import tensorflow as tf; tf.train.AdamOptimizer", "keras.optimizers.Adam"),
        (
            "import tensorflow as tf; tf.train.GradientDescentOptimizer",
            "optimizers.SGD",
        ),
        ("import tensorflow as tf; tf.matrix_inverse", "tf.compat.v1.matrix_inverse"),
        ("import tensorflow as tf; tf.global_variables_initializer()", "session"),
        ("import tensorflow as tf; tf.losses.softmax_cross_entropy", "from_logits"),
        ("import tensorflow.examples.tutorials.mnist", "keras.datasets.mnist"),
        ("import tensorflow.keras.experimental", "keras.experimental"),
        ("from keras.utils import np_utils", "write `keras.utils`"),
        ("from keras.utils.np_utils import to_categorical", "write `keras.utils`"),
        ("import keras.layers.normalization", "import the layer from `keras.layers`"),
        ("import keras.layers.advanced_activations", "from `keras.layers`"),
        ("from keras.engine.topology import Layer", "keras.layers.Layer"),
        (
            "from keras.wrappers.scikit_learn import KerasClassifier",
            "SKLearnClassifier",
        ),
        ("from keras.preprocessing.image import ImageDataGenerator", "RandomFlip"),
        ("from keras.preprocessing.text import Tokenizer", "TextVectorization"),
        ("import keras.backend as K; K.mean(1)", "`keras.backend.mean`"),
        ("from keras.optimizers import Adam; Adam(lr=0.1)", "learning_rate="),
        ("from keras.optimizers.legacy import Adam; Adam()", "keras.optimizers.legacy"),
        (f"{DENSE}(output_dim=3)", "units="),
        (f"{DENSE}(3, init='uniform')", "kernel_initializer="),
        ("from keras.layers import Dropout; Dropout(p=0.5)", "rate="),
        (
            "import keras; keras.layers.Convolution2D(3, 3, border_mode='same')",
            "padding",
        ),
        ("import keras; keras.layers.Conv2D(3, 3, subsample=(2, 2))", "strides="),
        ("import keras; keras.layers.Conv2D(3, 3, dim_ordering='th')", "data_format="),
        ("import keras; keras.layers.Convolution2D(nb_filter=3)", "filters="),
        (f"{MODEL}.fit_generator(None)", "give `fit` the generator"),
        (f"{MODEL}.predict_classes(None)", "argmax"),
        (f"{MODEL}.predict_proba(None)", "model.predict(x)"),
        (f"{MODEL}.fit(None, nb_epoch=3)", "epochs="),
    ],
)
def test_call_that_is_gone_is_named(code, told):
    assert told in describe_removed_call(raised(code), code)


def test_third_number_of_old_convolution_is_a_stride():
    code = (
        "import keras\n"
        "x = keras.layers.Convolution2D(32, 3, 3)(keras.Input((8, 8, 1)))\n"
        "keras.layers.Convolution2D(32, 3, 3)(x)"
    )
    assert "write `Conv2D(32, (3, 3))`" in describe_removed_call(raised(code), code)


@pytest.mark.parametrize(
    "code",
    [
        "from sklearn.svm import SVC; SVC.predict_proba_",
        "def train(): pass\ntrain(lr=1)",
        "{}['placeholder']",
        "import numpy as np; np.placeholder",
        "import surely_not_there.layers.core",
    ],
)
def test_other_errors_are_not_blamed_on_age(code):
    assert describe_removed_call(raised(code), code) == ""


def test_every_entry_is_a_sentence():
    for name, (whole, what) in GONE.items():
        assert name in whole
        assert not what.endswith(".")
