"""The networks and rows that trainings are timed on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from learnable import load
from learnable.zoo.backend import keras

layers = keras.layers
CROSS_ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@dataclass(frozen=True)
class Case:
    """A network, its rows, how long it trains, and the ratios it must reach."""

    build: Callable[[], keras.Model]
    rows: Callable[[], tuple[np.ndarray, np.ndarray]]
    batch_size: int
    epochs: int
    bars: tuple[float, float]

    def count_steps(self, rows: int) -> int:
        return -(-rows // self.batch_size) * self.epochs


def network(*inner: Any, shape: tuple[int, ...], outputs: int) -> keras.Model:
    model = keras.Sequential([keras.Input(shape), *inner, layers.Dense(outputs)])
    model.compile(keras.optimizers.Adam(), CROSS_ENTROPY, metrics=["accuracy"])
    return model


def relu(*units: int) -> list[Any]:
    return [layers.Dense(n, "relu", kernel_initializer="he_normal") for n in units]


def rgb_softmax() -> keras.Model:
    return network(*relu(10, 10, 5), shape=(3,), outputs=2)


def normed() -> keras.Model:
    inner: list[Any] = []
    for layer in relu(64, 64):
        inner += [layer, layers.BatchNormalization(), layers.Dropout(0.2)]
    return network(*inner, shape=(20,), outputs=2)


def dense() -> keras.Model:
    return network(layers.Flatten(), *relu(200, 200), shape=(28, 28), outputs=10)


def convnet() -> keras.Model:
    inner = [
        layers.Reshape((28, 28, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
    ]
    return network(*inner, shape=(28, 28), outputs=10)


def lstm() -> keras.Model:
    return network(layers.LSTM(32), shape=(40, 1), outputs=2)


def rgb() -> tuple[np.ndarray, np.ndarray]:
    """The catalog's colours, scaled to [-1, 1]."""
    dataset = load("rgb")
    return (np.asarray(dataset.x) / 127.5 - 1).astype("float32"), dataset.y


def mnist() -> tuple[np.ndarray, np.ndarray]:
    dataset = load("mnist")
    kept = slice(0, len(dataset.y) - dataset.n_test)
    return (dataset.x[kept] / 255).astype("float32"), dataset.y[kept]


def drawn(*shape: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype("float32")
    return x, (x.reshape(len(x), -1)[:, :3].sum(axis=1) > 0).astype("int32")


CASES = {
    "rgb-softmax, 5,000 steps of 128": Case(rgb_softmax, rgb, 128, 63, (5, 2.5)),
    "rgb-softmax, 50,000 steps of 128": Case(rgb_softmax, rgb, 128, 633, (25, 12)),
    "batch norm + dropout, 20,000 steps of 64": Case(
        normed, lambda: drawn(12_800, 20), 64, 100, (6, 2.5)
    ),
    "784-200-200-10, MNIST, 5 epochs of 128": Case(dense, mnist, 128, 5, (1.6, 1.4)),
    "convnet, MNIST, 2 epochs of 128": Case(convnet, mnist, 128, 2, (1.4, 1.0)),
    "LSTM 32, 40 steps, 100 epochs of 3,200 rows": Case(
        lstm, lambda: drawn(3_200, 40, 1), 32, 100, (1.7, 1.35)
    ),
}
