"""Speed, as ratios measured side by side in one run.

``python -m benchmarks.speed`` writes ``speed.json`` and the table in the README.
Medians of `RUNS` runs; A and B take turns, so that a drifting machine hits both.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from .tables import HERE, markdown, put_between, save

RUNS = 5
ZOO = Path(sys.executable).with_name("zoo")


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def side_by_side(a: Callable[[], Any], b: Callable[[], Any], runs: int = RUNS) -> dict:
    """Medians of both, and of the ratios a / b of neighbouring runs; one warm-up."""
    a()
    b()
    pairs = [(seconds(a), seconds(b)) for _ in range(runs)]
    return {
        "a_seconds": median(p[0] for p in pairs),
        "b_seconds": median(p[1] for p in pairs),
        "ratio": median(x / y for x, y in pairs),
    }


def call(*command: str) -> Callable[[], Any]:
    return lambda: subprocess.run(command, check=True, capture_output=True)


def start_up() -> dict:
    """``zoo --help`` beside an interpreter that imports click."""
    bare = call(sys.executable, "-c", "import click")
    return side_by_side(call(str(ZOO), "--help"), bare, runs=15)


def harness(name: str, jobs: int) -> dict:
    """All baselines of a dataset, beside the sum of ``cross_validate`` over them."""
    from learnable import baselines_for, load
    from learnable.baselines.harness import run
    from learnable.data.encode import to_matrix
    from learnable.data.split import make_folds
    from sklearn.model_selection import cross_validate

    dataset = load(name)
    folds = make_folds(dataset)
    models = baselines_for(dataset)
    cuts = [(f.train, f.test) for f in folds]
    x = to_matrix(None, dataset.x)

    def theirs() -> None:
        for model in models.values():
            cross_validate(model, x, dataset.y, cv=cuts, n_jobs=jobs)

    return side_by_side(lambda: run(models, dataset, folds, jobs=jobs), theirs)


def signal(name: str) -> dict:
    """The signal test beside scikit-learn's permutation test of logistic regression."""
    from learnable import load, signal_test
    from learnable.data.encode import to_matrix
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, permutation_test_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    dataset = load(name)
    x = to_matrix(None, dataset.x).reshape(len(dataset), -1)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    cv = StratifiedKFold(5, shuffle=True, random_state=0)

    def theirs() -> None:
        permutation_test_score(model, x, dataset.y, cv=cv, n_permutations=200)

    return side_by_side(lambda: signal_test(dataset), theirs, runs=3)


def million_rows() -> dict:
    """``zoo baseline`` on a CSV of 1,000,000 rows and 20 columns of numbers."""
    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(1_000_000, 20)).round(4)
        table = pd.DataFrame(x, columns=[f"x{i}" for i in range(20)])
        noise = rng.normal(size=len(x))
        table["y"] = (x[:, 0] + x[:, 1] * x[:, 2] + noise > 0).astype(int)
        path = Path(folder) / "million.csv"
        table.to_csv(path, index=False)
        size = path.stat().st_size
        work = call(
            str(ZOO), "baseline", str(path), "--target", "y", "--out", f"{folder}/runs"
        )
        spent = seconds(work)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"seconds": spent, "peak_gb": peak / 2**20, "csv_mb": size / 1e6}


def rows_of(facts: dict) -> list[list[str]]:
    """The table's rows: what, figure, bar."""
    rows = [
        [
            "`zoo --help` / `import click`",
            f"{facts['start_up']['ratio']:.2f}",
            "at most 3",
        ]
    ]
    rows += [
        [
            f"harness / sum of `cross_validate`, {name}",
            f"{found['ratio']:.2f}",
            "at most 1.10",
        ]
        for name, found in facts["harness"].items()
    ]
    rows += [
        [
            f"signal test / `permutation_test_score` (logistic, 200), {name}",
            f"1/{1 / found['ratio']:.0f}",
            "at most 1/20",
        ]
        for name, found in facts["signal"].items()
    ]
    big = facts["million_rows"]
    rows.append(
        [
            "`zoo baseline`, 1,000,000 rows x 20 columns of CSV",
            f"{big['seconds']:.0f} s, {big['peak_gb']:.1f} GB",
            "at most 120 s, 4 GB",
        ]
    )
    return rows


def main() -> None:
    warnings.filterwarnings("ignore")
    facts: dict[str, Any] = {"cores": os.cpu_count(), "million_rows": million_rows()}
    facts["start_up"] = start_up()
    facts["signal"] = {n: signal(n) for n in ("iris", "wine", "breast-cancer", "noise")}
    print(facts, flush=True)
    facts["harness"] = {
        f"{name}, {jobs} job{'s' * (jobs > 1)}": harness(name, jobs)
        for name in ("breast-cancer", "diabetes")
        for jobs in (1, 2)
    }
    save("speed", facts)
    table = markdown(["what", "measured", "bar"], rows_of(facts))
    put_between(HERE.parent / "README.md", "speed", table)
    print(table)


if __name__ == "__main__":
    main()
