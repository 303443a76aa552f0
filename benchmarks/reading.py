"""Reading of large files: seconds and memory beside pandas' own readers.

``python -m benchmarks.reading [--rows 1000000] [--runs 3] [--baseline]`` makes a CSV
and a Parquet file of 20 columns in a temporary folder and prints medians; each reading
is a process of its own, and all take turns, so that a drifting machine hits all alike.
With ``--baseline`` also ``zoo baseline`` of the Parquet file, beside the same of 20,000
of its rows, which is what scoring takes without large files.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from learnable.benchmarks.tables import markdown

PART = 1_000_000
"""Rows that are made at a time."""
SCORED = 20_000
ZOO = Path(sys.executable).with_name("zoo")

READINGS = {
    "pandas, engine pyarrow": "import pandas; pandas.read_csv(PATH, engine='pyarrow')",
    "pandas, engine c": "import pandas; pandas.read_csv(PATH, low_memory=False)",
    "learnable, table": "from learnable.data.files import read_rows; read_rows(PATH)",
    "learnable, look": "from learnable import look; look(PATH, target='y')",
}
_MEASURED = """
import re, sys, time
from pathlib import Path
PATH = Path(sys.argv[1])
import numpy, pandas, pyarrow.csv, learnable.data.loading
def used():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) / 2**20
before, start, cpu = used(), time.perf_counter(), time.process_time()
{code}
print(time.perf_counter() - start, time.process_time() - cpu, used() - before)
"""
_WHOLE = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, capture_output=True)
spent, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
print(spent, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)
"""

Figures = tuple[float, float, float]
"""Seconds, seconds of all processors, GB."""


def table_of(rows: int, seed: int) -> pa.Table:
    """Twelve columns of decimals, five of whole numbers, two of words, and y."""
    rng = np.random.default_rng(seed)
    words = np.array(["red", "green", "blue", "yellow"])
    columns = {f"n{i}": rng.normal(size=rows).round(6) for i in range(12)}
    columns |= {f"i{i}": rng.integers(0, 1_000, rows) for i in range(5)}
    columns |= {f"c{i}": pa.array(words[rng.integers(0, 4, rows)]) for i in range(2)}
    columns["y"] = (columns["n0"] + rng.normal(size=rows) > 0).astype(int)
    return pa.table(columns)


def make(folder: Path, rows: int) -> tuple[Path, Path, Path]:
    """Write the table as CSV and as Parquet, and its first rows as Parquet."""
    csv, parquet = folder / "large.csv", folder / "large.parquet"
    first = table_of(min(rows, PART), 0)
    pq.write_table(first.slice(0, SCORED), folder / "few.parquet")
    with (
        pyarrow.csv.CSVWriter(csv, first.schema) as text,
        pq.ParquetWriter(parquet, first.schema) as stored,
    ):
        for done in range(0, rows, PART):
            part = table_of(min(PART, rows - done), done)
            text.write(part)
            stored.write_table(part)
    return csv, parquet, folder / "few.parquet"


def measured(code: str, *arguments: object) -> Figures:
    """Run code in a process of its own, that prints its figures."""
    told = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, cpu, gb = map(float, told.stdout.split())
    return seconds, cpu, gb


def medians(works: dict[str, tuple[str, list[object]]], runs: int) -> list[list[str]]:
    """A row for each work: medians, and their ratios to those of the first."""
    found: dict[str, list[Figures]] = {name: [] for name in works}
    for _ in range(runs):
        for name, (code, arguments) in works.items():
            found[name].append(measured(code, *arguments))
    middles = {
        name: [median(values) for values in zip(*figures, strict=True)]
        for name, figures in found.items()
    }
    first = next(iter(middles.values()))
    return [
        [name, *(f"{a:.2f} ({a / b:.2f}x)" for a, b in zip(values, first, strict=True))]
        for name, values in middles.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=PART)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--baseline", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        csv, parquet, few = make(Path(name), asked.rows)
        head = [f"{asked.rows:,} rows x 20", "seconds", "of all processors", "GB"]
        works = {k: (_MEASURED.format(code=c), [csv]) for k, c in READINGS.items()}
        look = READINGS["learnable, look"]
        works["look, Parquet"] = (_MEASURED.format(code=look), [parquet])
        load = "from learnable import load; load(PATH, target='y', memory=200_000_000)"
        works["load, Parquet"] = (_MEASURED.format(code=load), [parquet])
        print(markdown(head, medians(works, asked.runs)))
        if asked.baseline:
            command = [
                ZOO,
                "baseline",
                "FILE",
                "--target",
                "y",
                "--out",
                f"{name}/runs",
            ]
            whole = {
                f"zoo baseline {path.name}": (
                    _WHOLE,
                    [path if word == "FILE" else word for word in command],
                )
                for path in (few, parquet)
            }
            print(markdown(head, medians(whole, 1)))


if __name__ == "__main__":
    main()
