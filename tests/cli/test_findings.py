"""What ``zoo baseline`` tells of the data beside its verdict."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def sorted_rows(tmp_path) -> Path:
    """Rows that lie sorted by their class, thirty of them copies of others."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"u": rng.normal(size=170), "v": rng.normal(size=170)})
    table = pd.concat([table, table[:30]], ignore_index=True)
    table["kind"] = np.where(table.u + table.v > 0, "above", "below")
    path = tmp_path / "sorted.csv"
    table.sort_values("kind").to_csv(path, index=False)
    return path


def told(zoo, path: Path, *options: object):
    return zoo(
        "baseline", path, "--target", "kind", "--folds", 2, "--jobs", 1,
        "--out", path.parent / "runs", *options,
    )  # fmt: skip


def test_findings_are_told_with_their_rows(zoo, sorted_rows):
    lines = told(zoo, sorted_rows).stdout.splitlines()
    (order,) = (line for line in lines if line.startswith("D304 "))
    assert "row-order. The last fifth of the rows has other classes" in order
    (copies,) = (line for line in lines if line.startswith("D309 "))
    assert "60 of 200 rows (30.0%)" in copies
    assert "and 50 more (findings.csv)." in copies
    assert sum(line.startswith("  What to do: ") for line in lines) == 2


def test_all_rows_are_in_the_folder_and_the_numbers_in_json(zoo, sorted_rows):
    facts = json.loads(told(zoo, sorted_rows, "--json").stdout)
    found = {f["code"]: f for f in facts["findings"]}
    assert list(found) == ["D304", "D309"]
    assert found["D309"]["evidence"]["share"] == 0.3
    table = pd.read_csv(Path(facts["run"]) / "findings.csv")
    assert (table.code == "D309").sum() == found["D309"]["n_rows"] == 60
