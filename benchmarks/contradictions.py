"""Whether what is said of one table denies itself, on many tables.

``python -m benchmarks.contradictions [[FIRST] LAST]`` draws tables of all tasks, 1,000
without a number, and with ``ZOO_DATA`` reads those under its ``tabular/``, as many rows
of each as ``_MOST_ROWS``; it runs light baselines, beside a tree and a constant in the
place of networks, and lists every contradiction. Exit code 1 where there is one.
"""

import json
import os
import sys
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from learnable import Card, Dataset, load
from learnable.baselines.contradictions import contradictions
from learnable.baselines.evaluate import run_study
from learnable.data.dataset import Task
from learnable.data.errors import ZooError
from learnable.zoo.cli.baseline import baseline_command
from learnable.zoo.cli.compare import compare_command
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

HEAVY = ("forest", "boosting")
_MOST_ROWS = 400
_FEW = 300
"""Tables, up to which starting more processes costs more than it saves."""
_OFTEN: tuple[Task, ...] = ("binary", "multiclass", "regression")
_TASKS: tuple[Task, ...] = (*_OFTEN * 3, "multilabel")
Rng = np.random.Generator


def draw(seed: int) -> Dataset:
    """A table of 20 to 400 rows: any task, any of the troubles that tables have."""
    rng = np.random.default_rng([seed, 77])
    task = _TASKS[seed % len(_TASKS)]
    rows = int(np.exp(rng.uniform(np.log(20), np.log(400))))
    x = rng.normal(size=(rows, int(rng.integers(1, 9))))
    # from nothing to be found, over little, to a problem that one column solves
    strength = float(rng.choice([0, 0, 0.3, 0.7, 1.5, 4, 30]))
    score = strength * _relation(x, rng) + rng.normal(size=rows)
    y, classes = _target(task, score, rng)
    table = _troubled(pd.DataFrame(x).rename(columns=lambda i: f"x{i}"), y, rng)
    card = Card(f"draw {seed}", "", task, "y")
    targets = tuple(f"y{i}" for i in range(y.shape[1])) if y.ndim == 2 else ()
    return Dataset(table, y, card, targets or classes, targets=targets)


def _relation(x: np.ndarray, rng: Rng) -> np.ndarray:
    first, last = x[:, 0], x[:, -1]
    return [first, first + last, first * last, np.abs(first), np.sign(first)][
        rng.integers(5)
    ]


def _target(
    task: str, score: np.ndarray, rng: Rng
) -> tuple[np.ndarray, tuple[str, ...]]:
    if task == "regression":
        kinds: list[Callable[[np.ndarray], np.ndarray]] = [
            lambda s: s,
            lambda s: 1e5 + 40 * s,
            np.round,
            lambda s: np.exp(np.clip(s, -20, 20)),
        ]
        return kinds[rng.integers(4)](score).astype("float64"), ()
    if task == "multilabel":
        labels = [score + rng.normal(size=len(score)) > t for t in (-0.5, 0.0, 1.0)]
        return np.stack(labels, axis=1).astype(int), ()
    count = 2 if task == "binary" else int(rng.integers(3, 7))
    # from equal shares to classes of a few rows
    shares = rng.dirichlet(np.full(count, rng.choice([0.5, 2, 50])))
    ends = np.quantile(score, np.clip(np.cumsum(shares)[:-1], 0, 1))
    codes = np.unique(np.searchsorted(ends, score), return_inverse=True)[1]
    if codes.max() == 0:
        codes[0] = 1
    return codes, tuple("abcdef"[: codes.max() + 1])


def _troubled(table: pd.DataFrame, y: np.ndarray, rng: Rng) -> pd.DataFrame:
    """Add, each in a third of the tables, what real tables come with."""
    rows = len(table)
    some = iter(rng.random(8) < 1 / 3)
    if next(some):
        table = table.mask(rng.random(table.shape) < rng.choice([0.02, 0.3, 0.7]))
    if next(some):
        table["id"] = rng.permutation(rows) + 1000
    if next(some):
        table["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(range(rows), "D")
    if next(some):
        table["constant"] = 7
    if next(some):
        table["kind"] = rng.choice(["red", "Red", "blue", "green"], rows)
    if next(some):
        first = y if y.ndim == 1 else y[:, 0]
        table["leak"] = first + rng.normal(size=rows) * rng.choice([0, 0.1, 0.5])
    if next(some):  # coarse values, so that rows repeat
        table = table.round(0) if rng.random() < 0.5 else table[table.columns[:1]]
    if next(some):
        copied = rng.integers(0, rows, max(1, rows // 10))
        table.iloc[: len(copied)] = table.iloc[copied].to_numpy()
    return table.reset_index(drop=True)


def real_tables() -> Iterator[tuple[str, Callable[[], Dataset]]]:
    """Names and readers of the tables of ``ZOO_DATA``."""
    root = Path(os.environ["ZOO_DATA"])
    for entry in json.loads((root / "index.json").read_text("utf-8"))["entries"]:
        if entry["path"].startswith("tabular/"):
            path, target = str(root / entry["path"]), str(entry["target"])
            yield (
                entry["name"],
                lambda path=path, target=target: load(
                    path, target=target, limit=_MOST_ROWS
                ),
            )


def stand_ins(data: Dataset) -> dict[str, Any]:
    """A tree and a constant in the place of networks; none for several targets."""
    from learnable.baselines.estimators.catalog import baselines_for

    if data.y.ndim == 2 or len(data) % 2:
        return {}
    # the encoder of a baseline, so that columns of any kind will do
    classes = bool(data.classes)
    tree: Any = DecisionTreeClassifier if classes else DecisionTreeRegressor
    bare = DummyClassifier(strategy="prior") if classes else DummyRegressor()
    made = baselines_for(data)["forest"]
    made.steps[-1] = ("tree", tree(min_samples_leaf=5, random_state=0))
    return {"tree": made, "dead": bare}


def examine(name: str, read: Callable[[], Dataset]) -> dict[str, Any]:
    """What one table's results contradict themselves in."""
    start = time.process_time()
    warnings.simplefilter("ignore")
    try:
        data = read()
        study = run_study(
            stand_ins(data), data, folds=3, jobs=1,
            leave_out=HEAVY, curves=_curves(name),
        )  # fmt: skip
    except ZooError as error:
        return {"name": name, "refused": str(error)}
    results = study.results
    command = compare_command if len(study.results.verdicts) > 1 else baseline_command
    options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    return {
        "name": name,
        "verdicts": [v.name for v in results.verdicts],
        "found": list(contradictions(results, options)),
        "findings": [f.code for f in results.findings],
        "seconds": time.process_time() - start,
    }


def _curves(name: str) -> Any:
    """Learning curves for one table in five: they double the cost."""
    return "best" if zlib.crc32(name.encode()) % 5 == 0 else "none"


def main() -> None:
    ends = [int(end) for end in sys.argv[1:3]] or [1_000]
    jobs: list[tuple[str, Callable[[], Dataset]]] = [
        (f"draw {seed}", lambda seed=seed: draw(seed)) for seed in range(*ends)
    ]
    jobs += list(real_tables()) if "ZOO_DATA" in os.environ else []
    alone = len(jobs) < _FEW
    many = Parallel(n_jobs=1 if alone else -1, return_as="generator")
    found = []
    for one in many(delayed(examine)(*job) for job in jobs):
        found.append(one)
        for sentence in one.get("found", ()):
            print(f"{one['name']}: {sentence}", flush=True)
        print(f"{len(found)} of {len(jobs)}", end="\r", file=sys.stderr)
    refused = [one for one in found if "refused" in one]
    for reason, times in Counter(one["refused"] for one in refused).most_common(5):
        print(f"refused ({times}): {reason}")
    bad = sum(bool(one.get("found")) for one in found)
    verdicts = Counter(v for one in found for v in one.get("verdicts", ()))
    seconds = sum(one.get("seconds", 0) for one in found)
    print(f"{seconds:.0f} processor seconds")
    print(f"{len(found)} tables, {len(refused)} refused, {bad} contradict themselves")
    print(f"verdicts: {dict(verdicts)}")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
