import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.task import MOST_LABELS, are_ids, as_dataset
from learnable.zoo.diagnosis.search.trials import decide

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
CODES = np.arange(40) % 4
RNG = np.random.default_rng(1)


def asked(case_of, y, loss, *, units=1, activation=None, x=X):
    head = keras.layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input(x.shape[1:]), head])
    model.compile("sgd", loss)
    return case_of(model, x, y).task


@pytest.mark.parametrize(
    ("y", "loss", "units", "task"),
    [
        (CODES, "sparse_categorical_crossentropy", 4, "multiclass"),
        (np.eye(4)[CODES], "categorical_crossentropy", 4, "multiclass"),
        (np.eye(2)[CODES % 2], "categorical_crossentropy", 2, "binary"),
        (CODES % 2, "mse", 1, "binary"),
        ((CODES % 2)[:, None], "binary_crossentropy", 1, "binary"),
        (CODES % 2 * 2 - 1, "hinge", 1, "binary"),
        (CODES, "mse", 1, "regression"),
        (CODES, "mse", 4, "multiclass"),
        (CODES / 4, "binary_crossentropy", 1, "multiclass"),
        (X[:, 0], "mse", 1, "regression"),
        (X[:, :2], "mse", 2, "regression"),
        ((X > 0).astype(int), "binary_crossentropy", 3, "multilabel"),
    ],
)
def test_task_follows_targets_loss_and_head(case_of, y, loss, units, task):
    assert asked(case_of, y, loss, units=units).kind == task


def test_values_that_stand_for_classes_are_kept(case_of):
    task = asked(case_of, CODES % 2 + 1, "binary_crossentropy")
    assert task.values.tolist() == [1, 2]
    assert sorted(set(task.y)) == [0, 1]


def test_targets_that_are_no_numbers_stay_gaps(case_of):
    y = np.where(CODES == 0, np.nan, X[:, 0])
    assert np.isnan(asked(case_of, y, "mse").y).sum() == 10


def network(x, *layers):
    dtype = "int32" if x.dtype.kind == "i" else "float32"
    inside = [keras.Input(x.shape[1:], dtype=dtype), *layers]
    model = keras.Sequential([*inside, keras.layers.Dense(4, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def features(case_of, x, *layers):
    return rows_of(case_of, x, *layers).x


def rows_of(case_of, x, *layers):
    model = network(x, *layers)
    task = case_of(model, x, CODES).task
    return as_dataset(model, x, task, name="rows")


def test_places_in_a_list_are_counted(case_of):
    words = np.array([[1, 1, 2], [3, 0, 0]] * 20)
    x = features(case_of, words, keras.layers.Embedding(5, 2), keras.layers.Flatten())
    assert x.loc[0, "place 1"] == 2
    assert x.loc[1, "place 0"] == 2


def test_an_embedding_sees_whole_numbers_only(case_of):
    scaled = np.array([[0.1, 0.4, 1.9], [0.7, 0.2, np.nan]] * 20, "float32")
    x = features(case_of, scaled, keras.layers.Embedding(5, 2), keras.layers.Flatten())
    assert list(x.columns) == ["place 0.0", "place 1.0"]
    assert x.loc[0].tolist() == [2, 1]
    assert x.loc[1].tolist() == [3, 0]


def test_a_user_and_a_film_are_ids_and_a_row_of_words_is_none(case_of):
    ids = [keras.Input((), dtype="int32") for _ in range(2)]
    looked_up = [keras.layers.Embedding(9, 2)(one) for one in ids]
    output = keras.layers.Dense(1)(keras.layers.Concatenate()(looked_up))
    pairs = keras.Model(ids, output)
    assert are_ids(pairs, [np.arange(9), np.arange(9)])
    words = np.ones((9, 4), "int32")
    embedding, flat = keras.layers.Embedding(9, 2), keras.layers.Flatten()
    assert not are_ids(network(words, embedding, flat), words)
    assert not are_ids(network(np.ones((9, 1))), np.ones((9, 1)))


def test_sequences_also_tell_of_their_course(case_of):
    x = np.arange(40 * 5.0).reshape(40, 5, 1)
    found = features(case_of, x, keras.layers.SimpleRNN(2))
    assert found.loc[0, "mean of 0"] == 2
    assert found.loc[0, "most of 0"] == 4


@pytest.mark.parametrize(
    ("width", "told"), [(1_200, "1,000 of 1,200 columns"), (3, "")]
)
def test_of_very_many_columns_some_are_chosen_and_a_note_says_so(case_of, width, told):
    x = RNG.normal(size=(40, width))
    x[0, 0] = np.inf
    found = rows_of(case_of, x)
    assert found.x.shape == (40, min(width, 1_000))
    assert np.isnan(found.x.iloc[0, 0])
    assert told in " ".join(found.notes)
    assert bool(found.notes) == bool(told)


def test_images_stay_images(case_of):
    x = np.zeros((40, 4, 4, 1), "float32")
    assert features(case_of, x, keras.layers.Flatten()).shape == x.shape


def test_large_images_become_means_of_blocks(case_of):
    x = RNG.integers(0, 256, (40, 29, 60, 3)).astype("uint8")
    found = rows_of(case_of, x, keras.layers.Flatten())
    assert found.x.shape == (40, 15, 30, 3)
    assert np.allclose(found.x[:, 0, 0], x[:, :2, :2].mean(axis=(1, 2)), atol=1e-3)
    assert np.allclose(found.x[:, -1, 1], x[:, 28:, 2:4].mean(axis=(1, 2)), atol=1e-3)
    assert "29 x 60 pixels as 15 x 30" in found.notes[0]


@pytest.mark.parametrize("shape", [(4, 4, 1), (22, 30, 2), (28, 1, 1)])
def test_small_images_are_left_as_they_are(case_of, shape):
    x = RNG.random((40, *shape)).astype("float32")
    found = rows_of(case_of, x, keras.layers.Flatten())
    assert np.array_equal(found.x, x)
    assert not found.notes


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
@pytest.mark.parametrize("kind", [str, bytes, object])
def test_texts_are_a_column_of_their_own(case_of, shape, kind):
    predicted = [b"one two", b"three", b"one", b"two"] * 10
    given = predicted if kind is bytes else [text.decode() for text in predicted]
    x = np.array(given, dtype=object if kind is object else None)
    x = x.reshape(40, *shape[1:])
    task = asked(case_of, CODES % 2, "binary_crossentropy")
    table = as_dataset(network(X, keras.layers.Dense(1)), x, task, name="n").x
    assert table["text"].tolist()[:2] == ["one two", "three"]


def test_of_very_many_labels_some_that_vary_are_chosen(case_of):
    mask = np.zeros((40, 16, 16))
    mask[:20, 4:12, 4:12] = 1  # the others are 0 in every row
    task = asked(case_of, mask.reshape(40, -1), "binary_crossentropy", units=256)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(256)])
    dataset = as_dataset(model, X, task, name="masks")
    assert dataset.y.shape == (40, MOST_LABELS)
    assert (dataset.y.mean(axis=0) == 0.5).all()
    few = asked(case_of, (X > 0).astype(int), "binary_crossentropy", units=3)
    assert as_dataset(model, X, few, name="few").y.shape == (40, 3)


STEPS = RNG.integers(0, 4, (40, 5))


@pytest.mark.parametrize(
    ("y", "loss"),
    [
        (STEPS, "sparse_categorical_crossentropy"),
        (STEPS[..., None], "sparse_categorical_crossentropy"),
        (np.eye(4)[STEPS], "categorical_crossentropy"),
    ],
)
def test_a_class_for_each_step_is_no_number(case_of, y, loss):
    steps = keras.Input((5, 3))
    model = keras.Model(steps, keras.layers.Dense(4, "softmax")(steps))
    model.compile("sgd", loss)
    task = case_of(model, RNG.normal(size=(40, 5, 3)), y).task
    assert task.kind == "multilabel"
    np.testing.assert_array_equal(task.y[:, 0], STEPS[:, 0] == task.places[0, 1])
    right = decide(np.eye(4)[STEPS], task, task.values, logits=True)
    np.testing.assert_array_equal(right, task.y)


def test_numbers_for_each_step_are_numbers(case_of):
    steps = keras.Input((5, 3))
    model = keras.Model(steps, keras.layers.Dense(2)(steps))
    model.compile("sgd", "mse")
    y = RNG.normal(size=(40, 5, 2))
    assert case_of(model, RNG.normal(size=(40, 5, 3)), y).task.kind == "regression"


def test_texts_stand_beside_numbers(case_of):
    age = keras.Input((1,), name="age")
    port = keras.Input((1,), dtype="string", name="port")
    words = keras.layers.StringLookup(vocabulary=["S", "C"], output_mode="one_hot")
    both = keras.layers.concatenate([age, words(port)])
    model = keras.Model({"age": age, "port": port}, keras.layers.Dense(1)(both))
    model.compile("sgd", "mse")
    x = {"age": np.arange(6.0), "port": np.array(["S", "C"] * 3, dtype=object)}
    task = case_of(model, x, np.arange(6.0) / 7).task
    table = as_dataset(model, x, task, name="rows").x
    assert table["input 0 column 0"].tolist() == [0, 1, 2, 3, 4, 5]
    assert table["input 1 column 0"].tolist() == ["S", "C"] * 3
