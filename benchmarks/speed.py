"""Speed, as ratios measured side by side in one run.

``python -m benchmarks.speed [PART ...]`` writes ``speed.json`` and the table in the
README; parts that are not named keep their figures.
Medians of `RUNS` runs; A and B take turns, so that a drifting machine hits both.
"""

import json
import os
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
from learnable.benchmarks.tables import HERE, markdown, put_between, save

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
    from learnable.baselines.scores.harness import run
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
    """The signal test beside scikit-learn's permutation tests (200 permutations)."""
    from learnable import load, signal_test
    from learnable.data.encode import to_matrix
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, permutation_test_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    dataset = load(name)
    x = to_matrix(None, dataset.x).reshape(len(dataset), -1)
    line = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    cv = StratifiedKFold(5, shuffle=True, random_state=0)

    def ours() -> None:
        signal_test(dataset)

    def theirs(model: Any, count: int = 200) -> None:
        permutation_test_score(model, x, dataset.y, cv=cv, n_permutations=count)

    found = side_by_side(ours, lambda: theirs(line), runs=3)
    own = median(seconds(ours) for _ in range(3))
    # minutes a run: a tenth of it, 21 fits of 201, must do
    part = seconds(lambda: theirs(RandomForestClassifier(random_state=0), 20))
    forest = part * 201 / 21
    return found | {"forest_seconds": forest, "forest_ratio": own / forest}


def large_tables() -> dict:
    """Tables of numbers, 20 columns: 1,000,000 rows as CSV, 10,000,000 as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        csv, parquet = Path(folder) / "million.csv", Path(folder) / "ten.parquet"
        writer = None
        for part in range(10):
            table = _numbers(np.random.default_rng(part))
            if part == 0:
                table.to_csv(csv, index=False)
            rows = pa.Table.from_pandas(table, preserve_index=False)
            writer = writer or pq.ParquetWriter(parquet, rows.schema)
            writer.write_table(rows)
        assert writer is not None
        writer.close()
        return {
            "million": _whole(csv),
            "ten_million": _whole(parquet),
            "signal": _signal_of(csv),
        }


def _numbers(rng: np.random.Generator) -> Any:
    import pandas as pd

    x = rng.normal(size=(1_000_000, 20)).round(4)
    table = pd.DataFrame(x, columns=[f"x{i}" for i in range(20)])
    noise = rng.normal(size=len(x))
    table["y"] = (x[:, 0] + x[:, 1] * x[:, 2] + noise > 0).astype(int)
    return table


def _whole(path: Path) -> dict:
    """Seconds and memory of ``zoo baseline``, reading and all."""
    code = (
        "import resource, subprocess, sys, time; start = time.perf_counter();"
        "subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss;"
        "print(time.perf_counter() - start, used / 2**20)"
    )
    work = [ZOO, "baseline", path, "--target", "y", "--out", path.parent / "runs"]
    return _printed(code, *map(str, work))


def _signal_of(path: Path) -> dict:
    """Seconds of the signal test alone on rows in memory, and what it adds to them."""
    code = (
        "import resource, sys, time; from learnable import load, signal_test;"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "data = load(sys.argv[1], target='y'); before = used();"
        "start = time.perf_counter(); signal_test(data);"
        "print(time.perf_counter() - start, (used() - before) / 2**20)"
    )
    return _printed(code, str(path))


def _printed(code: str, *arguments: str) -> dict:
    told = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    spent, memory = map(float, told.stdout.split())
    return {"seconds": spent, "gb": memory}


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
    for name, found in facts["signal"].items():
        for model, ratio, bar in (
            ("logistic", found["ratio"], "at most 1/20"),
            ("forest", found["forest_ratio"], "at most 1/50"),
        ):
            what = f"signal test / `permutation_test_score` ({model}, 200), {name}"
            rows.append([what, f"1/{1 / ratio:.0f}", bar])
    large = facts["large"]
    for key, what, bar in (
        ("signal", "signal test alone, 1,000,000 rows x 20 columns", "10 s, 2 GB more"),
        ("million", "`zoo baseline`, the same as CSV", "120 s, 4 GB"),
        ("ten_million", "`zoo baseline`, 10,000,000 rows of Parquet", "60 s"),
    ):
        spent, used = large[key]["seconds"], large[key]["gb"]
        rows.append([what, f"{spent:.1f} s, {used:.1f} GB", f"at most {bar}"])
    return rows


def harnesses() -> dict:
    return {
        f"{name}, {jobs} job{'s' * (jobs > 1)}": harness(name, jobs)
        for name in ("breast-cancer", "diabetes")
        for jobs in (1, 2)
    }


def signals() -> dict:
    return {n: signal(n) for n in ("iris", "wine", "breast-cancer", "noise")}


PARTS: dict[str, Callable[[], dict]] = {
    "large": large_tables,
    "start_up": start_up,
    "signal": signals,
    "harness": harnesses,
}


def main() -> None:
    warnings.filterwarnings("ignore")
    known = HERE / "speed.json"
    facts: dict[str, Any] = json.loads(known.read_text("utf-8"))
    for part in sys.argv[1:] or PARTS:
        facts[part] = PARTS[part]()
        print(part, facts[part], flush=True)
    facts["cores"] = os.cpu_count()
    save("speed", facts)
    table = markdown(["what", "measured", "bar"], rows_of(facts))
    put_between(HERE.parent / "README.md", "speed", table)
    print(table)


if __name__ == "__main__":
    main()
