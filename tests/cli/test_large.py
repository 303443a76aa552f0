import json

import numpy as np
import pandas as pd
import pytest
from learnable.zoo.experiments import run as running


@pytest.mark.slow
def test_large_parquet_files_are_sampled(zoo, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(3_000, 3)), columns=list("abc"))
    table["y"] = (table.a + rng.normal(size=3_000) > 0).astype(int)
    table["site"] = rng.integers(0, 300, 3_000)
    path = tmp_path / "large.parquet"
    table.to_parquet(path, index=False)
    monkeypatch.setattr(running, "IN_MEMORY", 40_000)
    found = json.loads(
        zoo("baseline", path, "--target", "y", "--jobs", 1, "--json").stdout
    )
    assert found["about"]["rows"] < 1_000
    notes = " ".join(found["about"]["notes"])
    assert "of 3,000 rows is held in memory" in notes
    assert found["verdicts"][-1]["name"] == "signal"
    # a column that is left out cannot be left on disk
    whole = zoo(
        "baseline", path, "--target", "y", "--group", "site", "--jobs", 1, "--json"
    )
    assert json.loads(whole.stdout)["about"]["rows"] == 3_000
