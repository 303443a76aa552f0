"""How often the signal test is right, by simulation.

``python -m benchmarks.calibration [DRAWS]`` draws datasets with no relation, in several
shapes, and with a weak one; it writes ``calibration.json`` and a table in
``docs/verdicts.md``.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from learnable import Card, Dataset, signal_test

from .tables import HERE, markdown, put_between, save

PERMUTATIONS = 199
Rng = np.random.Generator
Draw = Callable[[Rng], Dataset]


def dataset(x: np.ndarray, y: np.ndarray, groups: np.ndarray | None = None) -> Dataset:
    classes = y.dtype.kind == "i"
    task: Any = ("binary" if y.max() < 2 else "multiclass") if classes else "regression"
    labels = tuple(str(c) for c in range(int(y.max()) + 1)) if classes else ()
    table = pd.DataFrame(x).rename(columns=str)
    return Dataset(table, y, Card("draw", "", task, "y"), labels, groups)


def null_classes(n: int, d: int, classes: int, majority: float = 0.0) -> Draw:
    def draw(rng: Rng) -> Dataset:
        y = rng.integers(0, classes, n)
        y = np.where(rng.random(n) < majority, 0, y)
        y[:classes] = np.arange(classes)
        return dataset(rng.normal(size=(n, d)), y)

    return draw


def null_numbers(n: int, d: int) -> Draw:
    return lambda rng: dataset(rng.normal(size=(n, d)), rng.standard_t(1.5, n))


def null_groups(n: int, d: int, size: int) -> Draw:
    """Rows of a group are nearly the same, and have the same label."""

    def draw(rng: Rng) -> Dataset:
        group = np.repeat(np.arange(n // size), size)
        centre = rng.normal(size=(n // size, d))[group]
        y = rng.integers(0, 2, n // size)[group]
        y[:size], y[size : 2 * size] = 0, 1
        return dataset(centre + 0.1 * rng.normal(size=(n, d)), y, group)

    return draw


def null_discrete(n: int, d: int) -> Draw:
    return lambda rng: dataset(
        rng.integers(0, 3, (n, d)).astype(float), rng.integers(0, 2, n)
    )


NULLS: dict[str, Draw] = {
    "30 rows, 3 columns, 2 classes": null_classes(30, 3, 2),
    "100 rows, 50 columns, 2 classes": null_classes(100, 50, 2),
    "300 rows, 10 columns, 10 classes": null_classes(300, 10, 10),
    "200 rows, 10 columns, majority 95 %": null_classes(200, 10, 2, 0.9),
    "150 rows, 5 columns, numbers with heavy tails": null_numbers(150, 5),
    "120 rows in groups of 4, 5 columns": null_groups(120, 5, 4),
    "200 rows, 4 columns of 3 values (many equal rows)": null_discrete(200, 4),
}


def signals() -> dict[str, Draw]:
    """Weak relations: logistic in a score of the features."""

    def classes(n: int, d: int, score: Callable[[np.ndarray], np.ndarray]) -> Draw:
        def draw(rng: Rng) -> Dataset:
            x = rng.normal(size=(n, d))
            p = 1 / (1 + np.exp(-score(x)))
            return dataset(x, (rng.random(n) < p).astype("int64"))

        return draw

    return {
        "200 rows, 10 columns, linear": classes(200, 10, lambda x: 0.8 * x[:, 0]),
        "400 rows, 5 columns, interaction": classes(
            400, 5, lambda x: 1.5 * x[:, 0] * x[:, 1]
        ),
        "400 rows, 3 columns, periodic": classes(
            400, 3, lambda x: 1.5 * np.sin(4 * x[:, 0])
        ),
        "500 rows, 5 columns, rare class, linear": classes(
            500, 5, lambda x: 0.9 * x[:, 0] - 3.5
        ),
    }


def p_value(draw: Draw, seed: int) -> float:
    rng = np.random.default_rng([seed, 99])
    return signal_test(draw(rng), permutations=PERMUTATIONS, seed=seed).p


def rates(cells: dict[str, Draw], draws: int) -> dict[str, dict[str, float]]:
    """Share of draws with p at most .01 and .05, for each shape."""
    found = {}
    for name, draw in cells.items():
        p = np.array(
            Parallel(n_jobs=-1)(delayed(p_value)(draw, s) for s in range(draws))
        )
        found[name] = {
            "at_01": float((p <= 0.01).mean()),
            "at_05": float((p <= 0.05).mean()),
        }
        print(name, found[name], flush=True)
    return found


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    facts = {
        "draws": draws,
        "permutations": PERMUTATIONS,
        "null": rates(NULLS, draws),
        "signal": rates(signals(), draws // 4),
    }
    save("calibration", facts)
    put_between(HERE.parent / "docs/verdicts.md", "calibration", as_page(facts))


def as_page(facts: dict[str, Any]) -> str:
    """The table, after a line on how many draws stand behind it."""
    rows = [
        [kind, name, f"{r['at_05']:.3f}", f"{r['at_01']:.3f}"]
        for kind in ("null", "signal")
        for name, r in facts[kind].items()
    ]
    head = ["relation", "shape", "p ≤ .05", "p ≤ .01"]
    named = [["none" if r[0] == "null" else "weak", *r[1:]] for r in rows]
    draws, some = facts["draws"], facts["draws"] // 4
    said = f"{draws} draws of each shape without a relation, {some} of each with one."
    return f"{said}\n\n{markdown(head, named)}"


if __name__ == "__main__":
    main()
