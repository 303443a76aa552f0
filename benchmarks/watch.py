"""What `learnable.Watch` costs: ``fit`` with it and without, in turn, in one process.

``python -m benchmarks.watch`` prints a table; it takes a minute or two. Models are
compiled before, so that nothing but the training counts.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
from learnable import Watch
from learnable.benchmarks.networks import convnet, dense, lstm, rgb_softmax
from learnable.benchmarks.tables import markdown
from learnable.zoo.backend import keras

RUNS = 5
BAR = 1.05
CASES: dict[str, tuple[Callable[[], Any], tuple[int, ...], int, int, int]] = {
    "rgb-softmax, 10 epochs": (rgb_softmax, (3,), 2, 6_400, 10),
    "rgb-softmax, 60 epochs of 5 steps": (rgb_softmax, (3,), 2, 320, 60),
    "784-200-200-10, 6 epochs": (dense, (28, 28), 10, 6_400, 6),
    "convnet, 2 epochs": (convnet, (28, 28), 10, 3_200, 2),
    "LSTM 32, 40 steps, 2 epochs": (lstm, (40, 1), 2, 3_200, 2),
}
"""Name -> network, shape of a row, classes, rows, epochs; in batches of 64."""


def ratios(name: str) -> tuple[list[float], float, float]:
    """Of each pair of trainings, the median seconds without, and those of looking."""
    build, shape, classes, count, epochs = CASES[name]
    rng = np.random.default_rng(0)
    x = rng.normal(size=(count, *shape)).astype("float32")
    y = rng.integers(0, classes, count)
    keras.utils.set_random_seed(0)
    model = build()
    model.fit(x, y, batch_size=64, verbose=0)

    def seconds(callbacks: list[Any]) -> float:
        began = time.perf_counter()
        model.fit(x, y, batch_size=64, epochs=epochs, verbose=0, callbacks=callbacks)
        return time.perf_counter() - began

    watch = Watch(verbose=0)
    pairs = [(seconds([watch]), seconds([])) for _ in range(RUNS)]
    plain = median(without for _, without in pairs)
    return [a / b for a, b in pairs], plain, watch.seconds


def main() -> None:
    """Print the table."""
    rows = []
    for name in CASES:
        found, plain, looked = ratios(name)
        spread = f"{min(found):.3f} to {max(found):.3f}"
        rows.append(
            (name, f"{plain:.2f} s", f"{median(found):.3f}", spread, f"{looked:.3f} s")
        )
    head = ("training", "without", "with / without", "all five", "looking")
    print(markdown(head, rows))
    print(f"bar: {BAR}")


if __name__ == "__main__":
    main()
