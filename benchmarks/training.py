"""Speed of ``learnable.fit`` beside Keras' ``fit``: whole trainings, with compiling.

``python -m benchmarks.training`` writes ``training.json`` and the table in the README
(an hour); ``python -m benchmarks.training 3 LSTM limits`` runs 3 rounds of the cases so
named, and leaves the other figures. Each side trains a fresh network; the sides take
turns, and the figures are medians of the ratios of each round. ``fit`` at its best is
the faster of ``steps_per_execution`` = an epoch with ``jit_compile`` off and on; which
it is, a round before tells.

MNIST is that of the catalog, so ``ZOO_DATA`` must hold it where nothing can be
downloaded.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np
from learnable import Start, fit, load
from learnable.benchmarks.networks import CASES, CROSS_ENTROPY, Case, rgb, rgb_softmax
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.zoo.backend import keras
from learnable.zoo.backend import tensorflow as tf

RUNS = 5


def keras_fit(case: Case, x: Any, y: Any, jit: bool | None = None) -> Any:
    """`fit` as people call it; with ``jit`` given, an epoch in one execution."""
    model = case.build()
    if jit is not None:
        model.compile(
            model.optimizer, model.loss, metrics=["accuracy"], jit_compile=jit,
            steps_per_execution=-(-len(x) // case.batch_size),
        )  # fmt: skip
    model.fit(x, y, batch_size=case.batch_size, epochs=case.epochs, verbose=0)


def our_fit(case: Case, x: Any, y: Any) -> Any:
    model = case.build()
    sizes = {"batch_size": case.batch_size, "epochs": case.epochs}
    return fit(model, x, y, verbose=0, **sizes).params


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(
    ours: Callable[[], Any], default: Callable[[], Any],
    best: Callable[[bool], Any], runs: int,
) -> dict[str, Any]:  # fmt: skip
    """Medians of what the two sides of Keras take, over what ours takes."""
    first = {jit: seconds(lambda jit=jit: best(jit)) for jit in (False, True)}
    jit = first[True] < first[False]
    rounds = []
    for number in range(runs):
        ours_took, default_took = seconds(ours), seconds(default)
        # the round that told which is the faster counts as its first
        best_took = seconds(lambda: best(jit)) if number else first[jit]
        rounds.append((ours_took, default_took, best_took))
    return {
        "seconds": median(r[0] for r in rounds),
        "default_seconds": median(r[1] for r in rounds),
        "best_seconds": median(r[2] for r in rounds),
        "against_default": median(r[1] / r[0] for r in rounds),
        "against_best": median(r[2] / r[0] for r in rounds),
        "best_is_jit": jit,
        "runs": runs,
    }


def measure(case: Case, runs: int = RUNS) -> dict[str, Any]:
    x, y = case.rows()
    told = compare(
        lambda: our_fit(case, x, y),
        lambda: keras_fit(case, x, y),
        lambda jit: keras_fit(case, x, y, jit),
        runs,
    )
    return told | {"steps": case.count_steps(len(x)), "way": our_fit(case, x, y)["way"]}


FOLDS, SEEDS, EACH = 5, 5, 16  # epochs of 63 steps: 1,008 steps a training


def folds_and_seeds(runs: int = RUNS) -> dict[str, Any]:
    """25 trainings of the colour network: ours shares what is compiled."""
    x, y = rgb()
    parts = np.array_split(np.random.default_rng(0).permutation(len(y)), FOLDS)
    kept = [np.setdiff1d(np.arange(len(y)), part) for part in parts]
    sizes: dict[str, Any] = {"batch_size": 128, "epochs": EACH, "verbose": 0}

    def each(train: Callable[[np.ndarray], Any]) -> None:
        for rows in kept:
            for seed in range(SEEDS):
                random.seed(seed)  # Keras draws the seeds of weights from it
                train(rows)

    def ours() -> None:
        model = rgb_softmax()
        start = Start(model)

        def train(rows: np.ndarray) -> None:
            start.restore()
            model.set_weights(rgb_softmax().get_weights())
            fit(model, x[rows], y[rows], repeats=FOLDS * SEEDS, **sizes)

        each(train)

    def theirs(jit: bool | None = None) -> None:
        def train(rows: np.ndarray) -> None:
            model = rgb_softmax()
            if jit is not None:
                model.compile(
                    model.optimizer, model.loss, metrics=["accuracy"],
                    jit_compile=jit, steps_per_execution=-(-len(rows) // 128),
                )  # fmt: skip
            model.fit(x[rows], y[rows], **sizes)

        each(train)

    told = compare(ours, theirs, theirs, runs)
    return told | {"steps": FOLDS * SEEDS * EACH * 63, "way": "xla"}


def zoo(name: str, dataset: str, epochs: int, runs: int = RUNS) -> dict[str, Any]:
    """A network of the zoo as its recipe has it, on one of its datasets."""
    from learnable.data.encode import to_matrix
    from learnable.zoo.registry import build, recipe

    settings, data = recipe(name), load(dataset)
    x = to_matrix(None, data.x).astype("float32")
    x = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)
    shape, outputs = x.shape[1:], len(data.classes)

    def made() -> keras.Model:
        model = build(settings, shape=shape, outputs=outputs)
        model.compile(settings.optimizer, CROSS_ENTROPY, metrics=["accuracy"])
        return model

    case = Case(made, lambda: (x, data.y), settings.batch_size, epochs, (0.95, 0.95))
    return measure(case, runs)


ZOO = {
    "one-hidden": ("breast-cancer", 30),
    "mlp": ("digits", 30),
    "mnist-tanh": ("mnist", 2),
}
FOLDED = "5 folds x 5 seeds of rgb-softmax, 1,000 steps each"


def bare(runs: int = RUNS) -> dict[str, float]:
    """Steps a second of `fit` by XLA over those of a bare compiled loop."""
    x, y = rgb()
    x, y = x[: 78 * 128], y[: 78 * 128]
    model, other = rgb_softmax(), rgb_softmax()
    other.optimizer.build(other.trainable_variables)
    held_x, held_y = tf.constant(x), tf.constant(y)

    @tf.function(jit_compile=True)
    def epoch(order: Any) -> Any:
        total = tf.constant(0.0)
        for i in tf.range(78):
            rows = order[i]
            with tf.GradientTape() as tape:
                out = other(tf.gather(held_x, rows), training=True)
                loss = other.loss(tf.gather(held_y, rows), out)
            weights = other.trainable_variables
            other.optimizer.apply(tape.gradient(loss, weights), weights)
            total += loss
        return total / 78

    def by_hand() -> None:
        for _ in range(200):
            order = tf.random.shuffle(tf.range(78 * 128))
            float(epoch(tf.reshape(order, (78, 128))))

    def by_fit() -> None:
        fit(model, x, y, batch_size=128, epochs=200, verbose=0, way="xla")

    by_hand(), by_fit()  # compile
    pairs = [(seconds(by_hand), seconds(by_fit)) for _ in range(runs)]
    return {"ratio": median(a / b for a, b in pairs), "bar": 0.8}


def peak_memory() -> dict[str, float]:
    """Largest memory of a process that fits the MNIST network, ours over Keras'."""
    peaks = {}
    for side in ("our_fit", "keras_fit"):
        code = (
            "import resource\n"
            f"from benchmarks.training import CASES, {side} as train\n"
            "case = CASES['784-200-200-10, MNIST, 5 epochs of 128']\n"
            "train(case, *case.rows())\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        said = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        peaks[side] = int(said.stdout.split()[-1])
    return {"ratio": peaks["our_fit"] / peaks["keras_fit"], "bar": 1.3}


def table(found: dict[str, Any]) -> str:
    head = ["network, data", "against `fit`", "bar", "against its best", "bar", "way"]
    rows = [
        [
            name,
            f"{told['against_default']:.1f}x",
            f"{told['bars'][0]:g}x",
            f"{told['against_best']:.1f}x",
            f"{told['bars'][1]:g}x",
            told["way"],
        ]
        for name, told in found.items()
    ]
    return markdown(head, rows)


def work() -> dict[str, tuple[Callable[[int], dict[str, Any]], tuple[float, float]]]:
    """Every case by its name, with its bars."""
    cases: dict[str, Any] = {
        name: (partial(measure, case), case.bars) for name, case in CASES.items()
    }
    cases[FOLDED] = (folds_and_seeds, (15, 8))
    for name, (dataset, epochs) in ZOO.items():
        title = f"{name}, {dataset}, {epochs} epochs"
        cases[title] = (partial(zoo, name, dataset, epochs), (0.95, 0.95))
    return cases


def main() -> None:
    runs, *names = sys.argv[1:] or [str(RUNS)]
    path = HERE / "training.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    cases = known.get("cases", {})
    for name, (measured, bars) in work().items():
        if not names or any(part in name for part in names):
            cases[name] = measured(int(runs)) | {"bars": bars}
            print(name, cases[name], flush=True)
    limits = known.get("limits", {})
    if not names or "limits" in names:
        limits = {"bare loop": bare(int(runs)), "peak memory": peak_memory()}
        print(limits, flush=True)
    ordered = {name: cases[name] for name in work() if name in cases}
    save("training", {"cases": ordered, "limits": limits})
    put_between(HERE.parent / "README.md", "training", table(ordered))


if __name__ == "__main__":
    main()
