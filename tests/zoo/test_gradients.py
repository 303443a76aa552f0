"""The arithmetic of 784-200-200-10 in NumPy, and a ReLU whose gradient is wrong."""

import numpy as np
import pytest
from learnable.zoo.backend import keras, tensorflow
from learnable.zoo.networks.losses import WrongRelu
from learnable.zoo.registry import build, recipe

ROWS = 5
Arrays = list[np.ndarray]


def forward(x: np.ndarray, weights: Arrays) -> tuple[Arrays, Arrays]:
    """What goes into each layer, and its sums, of shape (n, units)."""
    given, sums = [x], []
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        sums.append(given[-1] @ kernel + bias)
        given.append(np.maximum(sums[-1], 0))
    return given[:-1], sums


def cross_entropy(logits: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean softmax cross-entropy, and its gradient by the logits, (n, classes)."""
    rows = np.arange(len(y))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss, p = -log_p[rows, y].mean(), np.exp(log_p)
    p[rows, y] -= 1
    return float(loss), p / len(y)


def backward(
    given: Arrays, sums: Arrays, gradient: np.ndarray, weights: Arrays, *, wrong: bool
) -> Arrays:
    """Gradients by kernels and biases, in the order of the weights."""
    found: Arrays = []
    for layer in reversed(range(len(sums))):
        found = [given[layer].T @ gradient, gradient.sum(axis=0), *found]
        if layer:
            gradient = gradient @ weights[2 * layer].T
            passes = gradient > 0 if wrong else sums[layer - 1] > 0
            gradient = np.where(passes, gradient, 0)
    return found


def in_numpy(x: np.ndarray, y: np.ndarray, weights: Arrays, *, wrong: bool):
    exact = [w.astype("float64") for w in weights]
    given, sums = forward(x.reshape(len(x), -1).astype("float64"), exact)
    loss, gradient = cross_entropy(sums[-1], y)
    return loss, backward(given, sums, gradient, exact, wrong=wrong)


def in_keras(x: np.ndarray, y: np.ndarray, model):
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tensorflow.GradientTape() as tape:
        loss = loss_of(y, model(x))
    gradients = tape.gradient(loss, model.trainable_variables)
    return float(loss), [np.asarray(g) for g in gradients]


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(ROWS, 28, 28)).astype("float32")
    return x, rng.integers(0, 10, ROWS)


def close(found: Arrays, wanted: Arrays) -> bool:
    """Within float32's digits of each gradient's largest value."""
    pairs = list(zip(found, wanted, strict=True))
    return all(np.abs(a - b).max() <= 1e-5 * max(1, np.abs(b).max()) for a, b in pairs)


@pytest.mark.parametrize(
    ("name", "wrong"), [("mnist-relu", False), ("mnist-one-class", True)]
)
def test_gradients_are_those_of_the_arithmetic(name, wrong, rows):
    keras.utils.set_random_seed(1)
    model = build(recipe(name), shape=(28, 28), outputs=10)
    loss, gradients = in_keras(*rows, model)
    said, wanted = in_numpy(*rows, model.get_weights(), wrong=wrong)
    np.testing.assert_allclose(loss, said, rtol=1e-5)
    assert close(gradients, wanted)
    _, others = in_numpy(*rows, model.get_weights(), wrong=not wrong)
    assert not close(gradients, others)
    assert close(gradients[-2:], others[-2:])  # behind the last ReLU nothing differs


def test_arithmetic_agrees_with_differences(rows):
    """The right gradient is the slope of the loss, and the wrong one is not."""
    x, y = rows
    rng = np.random.default_rng(2)
    sizes = [(784, 12), (12, 8), (8, 10)]
    weights = []
    for size in sizes:
        weights += [rng.normal(0, 0.3, size), rng.normal(0, 0.3, size[1])]
    ways = [rng.normal(size=w.shape) for w in weights]
    step = 1e-6
    ahead, behind = (
        in_numpy(
            x, y, [w + s * d for w, d in zip(weights, ways, strict=True)], wrong=False
        )[0]
        for s in (step, -step)
    )

    def slope(wrong: bool) -> float:
        gradients = in_numpy(x, y, weights, wrong=wrong)[1]
        return sum(float((g * d).sum()) for g, d in zip(gradients, ways, strict=True))

    np.testing.assert_allclose((ahead - behind) / (2 * step), slope(False), rtol=1e-5)
    assert abs(slope(True) / slope(False) - 1) > 0.05


SUMS = np.array([-2.0, -1.0, 1.0, 2.0], "float32")
COMING_IN = np.array([1.0, -1.0, 1.0, -1.0], "float32")


def passed(layer, *, compiled: dict[str, bool] | None = None):
    """What a layer gives, and what of ``COMING_IN`` it lets through."""

    def both(x):
        with tensorflow.GradientTape() as tape:
            tape.watch(x)
            out = layer(x)
        return out, tape.gradient(out, x, output_gradients=COMING_IN)

    run = both if compiled is None else tensorflow.function(both, **compiled)
    return [np.asarray(v) for v in run(tensorflow.constant(SUMS))]


WAYS = [None, {"jit_compile": False}, {"jit_compile": True}]


@pytest.mark.parametrize("compiled", WAYS, ids=["eager", "graph", "xla"])
def test_wrong_relu_cuts_by_the_gradient(compiled):
    out, gradient = passed(WrongRelu(), compiled=compiled)
    np.testing.assert_array_equal(out, [0, 0, 1, 2])
    np.testing.assert_array_equal(gradient, [1, 0, 1, 0])


def test_right_relu_cuts_by_the_unit():
    out, gradient = passed(keras.layers.ReLU())
    np.testing.assert_array_equal(out, [0, 0, 1, 2])
    np.testing.assert_array_equal(gradient, [0, 0, 1, -1])


def test_wrong_relu_is_saved_and_opened(tmp_path, rows):
    keras.utils.set_random_seed(0)
    model = build(recipe("mnist-one-class"), shape=(28, 28), outputs=10)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    loss, gradients = in_keras(*rows, model)
    after, same = in_keras(*rows, again)
    assert loss == after
    for a, b in zip(gradients, same, strict=True):
        np.testing.assert_array_equal(a, b)


def test_units_that_are_off_learn_by_the_wrong_gradient(rows):
    """Mechanism: biases of units that no row turns on have gradients all the same."""
    x, y = rows
    keras.utils.set_random_seed(0)
    weights = build(recipe("mnist-relu"), shape=(28, 28), outputs=10).get_weights()
    weights[1] -= 1_000  # all units of the first layer are off
    _, right = in_numpy(x, y, weights, wrong=False)
    _, wrong = in_numpy(x, y, weights, wrong=True)
    assert not right[1].any()
    assert wrong[1].any()
    assert (wrong[1] >= 0).all()  # a step down only lowers them further
