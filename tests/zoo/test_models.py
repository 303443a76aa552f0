"""Every network of the catalog, on rows of its own data's shape."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from learnable.data.catalog import DATASETS
from learnable.data.errors import Misuse
from learnable.zoo.backend import keras
from learnable.zoo.networks.export import MASKED
from learnable.zoo.networks.losses import loss_of
from learnable.zoo.networks.train import Rows, trace, train_network
from learnable.zoo.registry import MODELS, build, card, list_models, recipe

ONE_UNIT = ("squared-error", "binary-cross-entropy", "broadcast-squared-error")
SHAPES = {
    "rgb": ((3,), 2),
    "digits": ((8, 8), 10),
    "mnist": ((28, 28), 10),
    "breast-cancer": ((30,), 2),
    "xor": ((2,), 2),
    "cifar10": ((32, 32, 3), 10),
    "moving-digits": ((8, 16, 16), 4),
    "airline": ((24, 14), 12),  # two seasons; change, forecasts of 12 steps, level
    "shakespeare": ((64,), 62),
    "": ((4,), 3),
}
"""Shape of a row and number of outputs on each model's data."""
EDGES = {
    "convnet": [(2, 2), (8, 8), (17, 5), (32, 32, 3), (65, 64, 1)],
    "convnet-overwritten": [(2, 2), (8, 8), (17, 5), (32, 32, 3)],
    "mobilenet-v2": [(28, 20), (70, 64, 3)],
    "cnn-lstm": [(1, 16, 16), (3, 2, 3), (4, 8, 8, 3)],
    "residual": [(1,), (8, 8), (8, 8, 3)],
    "lstm-series": [(1, 3), (48, 30)],
    "lstm-characters": [(1,), (200,)],
    "text-embedding": [(1,), (200,)],
}
"""Other shapes that a row may have."""
CODES = 50
"""Characters, or words, that rows are drawn from."""
every_model = pytest.mark.parametrize("name", list_models())
quiet_softmax = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")


def facts(name: str) -> tuple[tuple[int, ...], int]:
    shape, outputs = SHAPES[card(name).dataset]
    return ((64,) if name == "text-embedding" else shape), outputs


def batch(name: str, shape: tuple[int, ...], count: int = 6) -> np.ndarray:
    rng = np.random.default_rng(0)
    if name in ("lstm-characters", "text-embedding"):
        return rng.integers(0, CODES, (count, *shape)).astype("int32")
    return rng.uniform(-1, 1, (count, *shape)).astype("float32")


def answers(name: str, shape: tuple[int, ...], outputs: int) -> tuple[int, ...]:
    """The shape of what a network says of one row."""
    if card(name).tasks in (("forecast",), ("characters",)):
        return (shape[0], outputs)
    return (1,) if recipe(name).loss in ONE_UNIT else (outputs,)


@pytest.mark.slow
@every_model
@quiet_softmax
def test_network_on_its_data(name, tmp_path):
    """Shapes, weights, a round trip through a file, and the same seed again."""
    shape, outputs = facts(name)
    keras.utils.set_random_seed(3)
    model = build(recipe(name), shape=shape, outputs=outputs)
    rows = batch(name, shape)
    said = np.asarray(model(rows))
    assert model.input_shape == (None, *shape)
    assert said.shape == (len(rows), *answers(name, shape, outputs))
    assert np.isfinite(said).all()
    if card(name).dataset:
        assert model.count_params() == card(name).parameters
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(rows), said)
    keras.utils.set_random_seed(3)
    same = build(recipe(name), shape=shape, outputs=outputs)
    np.testing.assert_array_equal(same(rows), said)


@pytest.mark.parametrize(
    ("name", "shape"), [(n, shape) for n, shapes in EDGES.items() for shape in shapes]
)
def test_network_on_other_shapes(name, shape):
    outputs = CODES if name == "lstm-characters" else 3
    rows = batch(name, shape)
    said = np.asarray(build(recipe(name), shape=shape, outputs=outputs)(rows))
    assert said.shape == (len(rows), *answers(name, shape, outputs))
    assert np.isfinite(said).all()


@every_model
def test_shapes_are_those_of_the_data(name):
    data = DATASETS.get(card(name).dataset)
    if data is not None and data.task != "forecast":
        assert np.prod(facts(name)[0]) == data.columns


@pytest.mark.slow
@every_model
@quiet_softmax
def test_training_lowers_the_loss(name):
    """On rows that can be learned by heart; broken networks have their own tests."""
    if card(name).broken or name == "mobilenet-v2":
        pytest.skip("on show because it does not learn, or slow: see its own test")
    shape, outputs = facts(name)
    keras.utils.set_random_seed(0)
    model = build(replace(recipe(name), dropout=0.0), shape=shape, outputs=outputs)
    rows, task = batch(name, shape), card(name).tasks[0]
    kind = task if task in ("forecast", "characters") else "classes"
    y = np.random.default_rng(1).integers(0, outputs, (len(rows), *shape[:1]))
    y = y if kind == "characters" else y[:, 0]
    if kind == "forecast":
        y = np.ones((len(rows), shape[0], outputs))
    loss = loss_of(recipe(name), kind)
    # eagerly, as the graph of a large network takes longer than these few steps
    model.compile(keras.optimizers.Adam(0.01), loss, run_eagerly=True)
    losses = [model.train_on_batch(rows, y) for _ in range(5)]
    assert losses[-1] < 0.98 * losses[0]


@pytest.mark.parametrize("name", ["convnet", "convnet-overwritten", "mobilenet-v2"])
@pytest.mark.parametrize("shape", [(4,), (2, 8, 8, 3)])
def test_what_is_no_image_is_refused(name, shape, refused):
    text = refused(Misuse, build, recipe(name), shape=shape, outputs=2)
    assert name in text
    assert str(shape) in text


def test_what_is_no_film_is_refused(refused):
    text = refused(Misuse, build, recipe("cnn-lstm"), shape=(8, 8), outputs=2)
    assert "(8, 8)" in text


@pytest.mark.parametrize(
    ("name", "part"), [(n, p) for n, c in MODELS.items() for p in c.parts]
)
def test_stub_takes_the_same_batch(name, part):
    shape, outputs = facts(name)
    rows = batch(name, shape)
    whole = build(recipe(name), shape=shape, outputs=outputs)
    stubbed = build(replace(recipe(name), stub=part), shape=shape, outputs=outputs)
    assert stubbed(rows).shape == whole(rows).shape
    assert stubbed.count_params() < whole.count_params()


def test_without_the_lstm_the_order_of_frames_is_not_seen():
    films = batch("cnn-lstm", (8, 16, 16))
    for stub, seen in (("", True), ("lstm", False)):
        settings = replace(recipe("cnn-lstm"), stub=stub)
        model = build(settings, shape=(8, 16, 16), outputs=4)
        ahead, back = np.asarray(model(films)), np.asarray(model(films[:, ::-1]))
        assert np.allclose(ahead, back, atol=1e-5) != seen


def test_overwritten_layers_reach_no_output():
    """The defect: all layers are built, and only the last one is behind the output."""
    found = trace(recipe("convnet-overwritten"), shape=(28, 28), outputs=10)
    parts = [f for f in found if f.kind in ("Conv2D", "MaxPooling2D")]
    assert [f.used for f in parts] == [False] * (len(parts) - 1) + [True]
    assert parts[-1].shape == (28, 28, 32)
    chained = trace(recipe("convnet"), shape=(28, 28), outputs=10)
    assert all(f.used for f in chained)
    assert [f.kind for f in chained if f in parts or f.kind == "Conv2D"] == (
        [f.kind for f in parts if f.kind == "Conv2D"]
    )


def test_overwritten_network_sees_no_neighbours():
    """The mechanism: the same pixels at other places change nothing between them."""
    model = build(recipe("convnet-overwritten"), shape=(8, 8), outputs=3)
    one, other, both = np.zeros((3, 1, 8, 8), "float32")
    one[0, 3, 3] = both[0, 3, 3] = 1
    other[0, 3, 4] = both[0, 3, 4] = 1
    nothing = np.asarray(model(np.zeros((1, 8, 8))))
    alone = np.asarray(model(one)) + np.asarray(model(other)) - nothing
    np.testing.assert_allclose(model(both), alone, atol=1e-5)


@quiet_softmax
def test_softmax_over_one_unit_learns_and_says_one():
    """The mechanism: the loss is a sigmoid's, the weights too, and the answer is 1."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 30))
    y = (x[:, 0] > 0).astype(int)
    pair = []
    for name in ("binary-softmax", "binary-sigmoid"):
        settings = replace(recipe(name), epochs=20, learning_rate=0.01)
        parts = Rows(x[:80], y[:80]), Rows(x[80:], y[80:])
        pair.append(train_network(settings, *parts, classes=2))
    broken, sound = pair
    np.testing.assert_allclose(broken.history["loss"], sound.history["loss"], rtol=1e-4)
    assert sound.history["loss"][-1] < 0.7 * sound.history["loss"][0]
    for a, b in zip(broken.core.get_weights(), sound.core.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    np.testing.assert_allclose(broken.serving(x), [[0, 1]] * len(x), atol=1e-6)
    assert np.ptp(np.asarray(sound.serving(x))[:, 1]) > 0.5


@pytest.mark.slow
def test_half_mended_colours_hardly_move_the_weights():
    """The mechanism: Adadelta's steps at 0.001, and not what the network can do."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 255, (8_000, 3))
    y = (x.mean(axis=1) > 127.5).astype(int)
    parts = Rows(x[:6_400], y[:6_400]), Rows(x[6_400:], y[6_400:])
    settings = replace(recipe("rgb-crossentropy"), steps=1_000)
    slow = train_network(settings, *parts, classes=2)
    keras.utils.set_random_seed(0)
    start = build(settings, shape=(3,), outputs=2).get_weights()
    moved = [
        np.abs(a - b).max() for a, b in zip(slow.core.get_weights(), start, strict=True)
    ]
    assert 0 < max(moved) < 0.02  # a fifth of the deviation they were drawn with
    assert slow.history["loss"][-1] > 0.6
    quick = train_network(replace(settings, optimizer="adam"), *parts, classes=2)
    assert quick.history["loss"][-1] < 0.5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least", "most"), [("xor", 5, 6), ("xor-two-units", 1, 5)]
)
def test_share_of_seeds_that_tell_exclusive_or(name, least, most):
    """The mechanism: with two units some starts end on a plateau of 1/8 or 1/6."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 50, "float64")
    rows = Rows(x, np.array([0, 1, 1, 0] * 50))
    # each batch is the four rows: 400 steps, in few epochs
    settings = replace(recipe(name), epochs=8, batch_size=4, shuffle=False)
    losses = [
        train_network(settings, rows, rows, classes=2, seed=seed).history["loss"][-1]
        for seed in range(6)
    ]
    reached = sum(loss < 0.001 for loss in losses)
    assert least <= reached <= most
    assert all(0.11 < loss < 0.19 for loss in losses if loss > 0.02)


def test_padded_steps_are_passed_over():
    model = build(recipe("lstm-series"), shape=(24, 14), outputs=12)
    head = model.layers[-1]
    kernel, bias = head.get_weights()
    head.set_weights([np.ones_like(kernel), bias])
    whole = batch("lstm-series", (24, 14))
    padded = whole.copy()
    padded[:, :10] = MASKED
    shorter = build(recipe("lstm-series"), shape=(14, 14), outputs=12)
    shorter.set_weights(model.get_weights())
    said = np.asarray(model(padded))[:, 10:]
    np.testing.assert_allclose(said, shorter(whole[:, 10:]), atol=1e-5)


def test_forecast_begins_at_the_naive_one():
    model = build(recipe("lstm-series"), shape=(24, 14), outputs=12)
    assert not np.asarray(model(batch("lstm-series", (24, 14)))).any()


def test_text_is_the_mean_of_its_words():
    model = build(recipe("text-embedding"), shape=(6,), outputs=2)
    short = np.array([[5, 9, 0, 0, 0, 0], [5, 9, 5, 9, 0, 0], [0] * 6])
    once, twice, empty = np.asarray(model(short))
    np.testing.assert_allclose(once, twice, atol=1e-6)
    assert np.isfinite(empty).all()


def test_unknown_words_and_all_others_have_a_vector():
    model = build(recipe("text-embedding"), shape=(2,), outputs=2)
    last = recipe("text-embedding").vocabulary + 1
    assert np.isfinite(np.asarray(model(np.array([[1, last]])))).all()


@pytest.mark.slow
def test_saved_network_opens_with_plain_keras(tmp_path):
    """Those with a layer of ours need its module imported, and no other."""
    for name in ("cnn-lstm", "text-embedding", "mnist-one-class"):
        shape, outputs = facts(name)
        model = build(recipe(name), shape=shape, outputs=outputs)
        model.save(tmp_path / f"{name}.keras")
    code = (
        "import keras, sys; load = keras.saving.load_model; folder = sys.argv[1]\n"
        "load(folder + '/cnn-lstm.keras'); load(folder + '/text-embedding.keras')\n"
        "import learnable.zoo.networks.losses;"
        "load(folder + '/mnist-one-class.keras')\n"
        "print('opened')"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert told.stdout.strip() == "opened", told.stderr[-500:]


@every_model
def test_broken_models_say_what_is_wrong(name):
    known = card(name)
    assert bool(known.defect) == bool(known.symptom)
    assert known.defect or not known.broken
    if known.broken:
        sound = card(known.twin)
        assert not sound.broken
        assert card(sound.twin).broken
        assert card(sound.twin).twin == sound.name
        assert known.defect.count(". ") < 3
