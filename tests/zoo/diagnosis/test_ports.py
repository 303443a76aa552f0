"""Scripts of older libraries, ported line by line."""

import ast
from textwrap import dedent

import pytest
from learnable.zoo.diagnosis.ports.port import port_script, port_sentences


def ported(text):
    """The source of a script after porting; its lines keep their numbers."""
    source = dedent(text)
    found = port_script(source)
    assert found.source.count("\n") == source.count("\n")
    ast.parse(found.source)
    assert port_script(found.source).ports == ()
    return found.source


LAYERS = "from keras.layers import *\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from keras.layers.core import Dense", "from keras.layers import Dense"),
        (
            "from tensorflow.python.keras.layers import Dense",
            "from tensorflow.keras.layers import Dense",
        ),
        ("from keras.utils import np_utils", "from keras import utils as np_utils"),
        (
            "from keras.utils.np_utils import to_categorical as c",
            "from keras.utils import to_categorical as c",
        ),
        (
            "from keras.preprocessing.text import Tokenizer",
            "from tensorflow.keras.preprocessing.text import Tokenizer",
        ),
        (
            "import keras.backend as K; K.mean",
            "import tensorflow.keras.backend as K; K.mean",
        ),
        ("from keras.objectives import mse", "mean_squared_error as mse"),
        (
            "import tensorflow as tf; tf.keras.optimizers.legacy.SGD(lr=0.1)",
            "tf.keras.optimizers.SGD(learning_rate=0.1)",
        ),
        (
            "import tensorflow as tf; tf.keras.losses.mean_absolute_error",
            "keras.losses.mean_absolute_error",
        ),
        (
            "from tensorflow.keras.losses import mean_squared_error",
            "from keras.losses import mean_squared_error",
        ),
        (
            "from keras.losses import mae; mae(1, 2)",
            "from keras.losses import mean_absolute_error as mae",
        ),
        (
            "import tensorflow as tf; tf.set_random_seed(1)",
            "tf.random.set_seed(1)",
        ),
        ("import tensorflow as tf; tf.Session()", "tf.compat.v1.Session()"),
        (
            LAYERS + "Dense(output_dim=3, init='uniform', W_regularizer='l2')",
            "Dense(units=3, kernel_initializer='uniform', kernel_regularizer='l2')",
        ),
        (
            "model.compile('adam', 'mse', ['mae'])",
            "model.compile('adam', 'mse', metrics=['mae'])",
        ),
        (
            "model.compile('adam', 'mse', ['mae'], [1.0])",
            "model.compile('adam', 'mse', metrics=['mae'], loss_weights=[1.0])",
        ),
        (
            LAYERS + "Embedding(9, output_dim=3, init='uniform')",
            "Embedding(9, output_dim=3, embeddings_initializer='uniform')",
        ),
        (
            LAYERS + "Convolution2D(32, 3, 3, border_mode='same', subsample=(2, 2))",
            "Convolution2D(32, (3, 3), padding='same', strides=(2, 2))",
        ),
        (
            LAYERS + "Convolution2D(nb_filter=8, nb_row=3, nb_col=2)",
            "Convolution2D(filters=8, kernel_size=(3, 2))",
        ),
        (
            LAYERS + "Conv2D(8, (3, 3), dim_ordering='th')",
            'Conv2D(8, (3, 3), data_format="channels_first")',
        ),
        (LAYERS + "Dropout(p=0.5)", "Dropout(rate=0.5)"),
        (
            LAYERS + "LSTM(4, input_dim=2, input_length=7, consume_less='gpu')",
            "LSTM(4, input_shape=(7, 2))",
        ),
        (LAYERS + "GRU(4, input_dim=2)", "GRU(4, input_shape=(None, 2))"),
        (
            LAYERS + "m.add(LSTM(4, batch_input_shape=(1, 2, 3), stateful=True))",
            "m.add(keras.Input(batch_shape=(1, 2, 3))); m.add(LSTM(4, stateful=True))",
        ),
        (
            LAYERS + "Sequential([Dense(4, batch_input_shape=(1, 2))])",
            "Sequential([keras.Input(batch_shape=(1, 2)), Dense(4)])",
        ),
        (LAYERS + "merge([a, b], mode='concat')", "keras.layers.concatenate([a, b])"),
        (
            "from keras.models import Model\nModel(input=a, output=b)",
            "Model(inputs=a, outputs=b)",
        ),
        ("m.fit(x, y, nb_epoch=3)", "m.fit(x, y, epochs=3)"),
        (
            "m.compile('sgd', class_mode='binary')\nm.fit(x, y, show_accuracy=True)",
            "m.compile('sgd', metrics=[\"accuracy\"])\nm.fit(x, y)",
        ),
        (
            "m.fit_generator(g.flow(x, y, batch_size=8), samples_per_epoch=80)",
            "m.fit(g.flow(x, y, batch_size=8), steps_per_epoch=max(1, (80) // 8))",
        ),
        ("m.compile('sgd')\nm.predict_proba(x)", "m.predict(x)"),
        (
            "m.compile('sgd', metrics=['accuracy'])\nh.history['val_acc']",
            "h.history['val_accuracy']",
        ),
        ("m.save_weights('a.h5')", "m.save_weights('a.weights.h5')"),
        (
            "x = [[0, 1], [1, 0]]\nm.compile('sgd')\nm.fit(x, y)",
            "m.fit(numpy.array(x), y)",
        ),
        ("import numpy as np; np.zeros(3, np.float)", "np.zeros(3, float)"),
        ("import numpy as np; np.product(a)", "np.prod(a)"),
        ("d = d.append(e, ignore_index=True)", "concat([d, e], ignore_index=True)"),
        ("import pandas as pd\npd.datetime.now()", "_datetime.datetime.now()"),
        ("d.ix[:, 0:3].as_matrix()", "d.iloc[:, 0:3].to_numpy()"),
        (
            "from sklearn.cross_validation import train_test_split as t",
            "from sklearn.model_selection import train_test_split as t",
        ),
        ("for i in xrange(3):\n    print 'row', i", "    print('row', i)"),
    ],
)
def test_old_spelling_is_ported(old, new):
    assert new in ported(old)


@pytest.mark.parametrize(
    "text",
    [
        "import keras\nkeras.layers.Dense(3, input_dim=2)",
        LAYERS + "Conv2D(8, 3, 3)",
        "class A:\n    init = 1\nA(lr=3, p=4)",
        "from sklearn.svm import SVC\nc = SVC()\nc.predict_proba(x)",
        "rows = rows + [1]\nrows.append(2)",
        "from keras import backend as K\nK.clear_session()",
        "import numpy as np\nnp.float64(3)",
        "m.compile('sgd', metrics=['acc'])\nh.history['acc']",
        "m.compile('sgd', ['mse', 'mae'], [1.0, 2.0])",
        "print('print x')\ntext = '''\nprint x\n'''",
        "def f(:\n    pass",
    ],
)
def test_other_scripts_stay_as_they_are(text):
    found = port_script(text)
    assert (found.source, found.ports) == (text, ())


@pytest.mark.parametrize("name", ["losses.mae", "losses.MSE", "metrics.mse"])
def test_names_that_tensorflow_has_stay_as_they_are(name):
    text = f"import tensorflow as tf; tf.keras.{name}(1, 2)"
    assert ported(text) == text


def test_a_statement_over_lines_keeps_its_lines():
    source = ported(
        """
        from keras.layers.core import (Dense,
                                       Dropout)
        model.fit(x, y,
                  nb_epoch=3,
                  show_accuracy=True,
                  verbose=0)
        last = 1
        """
    )
    assert source.split("\n")[7] == "last = 1"


def test_letters_of_other_alphabets_are_counted_right():
    assert "m.fit('äöü', epochs=3)" in ported("m.fit('äöü', nb_epoch=3)")


def test_graph_of_tensorflow_1_is_left_alone():
    text = "import tensorflow as tf\nx = tf.placeholder(tf.float32)\ntf.Session()"
    assert port_script(text).ports == ()


def test_a_sentence_names_all_its_lines():
    ports = port_script("m.fit(x, nb_epoch=1)\n\nm.fit(x, nb_epoch=2)").ports
    assert port_sentences(ports) == ("lines 1, 3: `nb_epoch=` is now `epochs=`",)


OLD = "from keras.optimizers import *\nfrom keras.layers.core import Dense\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("SGD(lr=0.1, decay=1e-6)", ["`decay=` of an optimizer has no effect"]),
        ("Adadelta()", ["`Adadelta`, which is not given, was 1.0"]),
        ("m.compile('adagrad', 'mse')", ["`Adagrad`, which is not given, was 0.01"]),
        ("m.compile(optimizer='nadam')", ["`Nadam`, which is not given, was 0.002"]),
        ("Adadelta(lr=0.5)", []),
        ("m.compile('adam', 'mse')", []),
    ],
)
def test_settings_that_mean_another_now_are_told(line, told):
    found = [p.what for p in port_script(OLD + line).ports if p.line == 3]
    found = [what for what in found if "is now" not in what]
    assert len(found) == len(told)
    assert all(part in what for part, what in zip(told, found, strict=True))


def test_settings_of_todays_scripts_are_left_alone():
    text = "from keras.optimizers import Adadelta\nAdadelta()"
    assert port_script(text).ports == ()
