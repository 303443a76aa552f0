"""``zoo compare``: its data, twins on the same folds, and given test rows."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learnable.data import fetch, load
from learnable.data.errors import DownloadError
from learnable.zoo.experiments import score as work
from learnable.zoo.experiments.settings import open_data
from learnable.zoo.registry import recipe


@pytest.fixture
def arrays(tmp_path) -> Path:
    """Rows whose first two columns decide, with test rows of their own."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 4))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    path = tmp_path / "given.npz"
    parts = {"x_train": x[:300], "y_train": y[:300], "x_test": x[300:]}
    np.savez(path, **parts, y_test=y[300:])
    return path


@pytest.mark.slow
def test_twins_are_compared(zoo, tmp_path) -> None:
    told = zoo(
        "compare", "binary-softmax", "binary-sigmoid", "--folds", 3, "--jobs", 1,
        "--out", tmp_path, "--gate",
    )  # fmt: skip
    assert told.exit_code == 3, told.output
    assert "binary-softmax: network-at-fault. " in told.stdout
    assert "binary-sigmoid: " in told.stdout
    told_apart = "\nbinary-sigmoid is better than binary-softmax: accuracy "
    assert told_apart in told.stdout


@pytest.mark.slow
def test_networks_are_compared_on_the_given_rows(zoo, arrays, tmp_path):
    told = zoo(
        "compare", "one-hidden", "mlp", "--data", arrays, "--jobs", 1, "--json",
        "--out", tmp_path / "runs",
    )  # fmt: skip
    facts = json.loads(told.stdout)
    assert [n["name"] for n in facts["networks"]] == ["one-hidden", "mlp"]
    for network in facts["networks"]:
        (row,) = (r for r in facts["rows"] if r["name"] == network["name"])
        assert network["test"]["accuracy"] == row["scores"]["accuracy"]["mean"]
        assert len(network["history"]["loss"]) > 1
    (pair,) = facts["pairs"]
    assert (pair["network"], pair["other"]) == ("mlp", "one-hidden")


def test_digits_stand_in_for_images_that_cannot_be_had(monkeypatch):
    def offline(file: str) -> None:
        raise DownloadError(f"{file} is not here")

    monkeypatch.setattr(fetch, "fetch_images", offline)
    reading = {"target": None, "task": None, "limit": 90}
    data = open_data("mnist-one-class", None, reading, seed=0)
    assert (data.card.name, len(data)) == ("digits", 90)
    assert data.notes[0].startswith("mnist is not on this machine")
    with pytest.raises(DownloadError):  # who names it wants this one
        open_data("mnist-one-class", "mnist", reading, seed=0)


def test_network_that_fails_drops_out_with_its_reason(arrays):
    wild = replace(recipe("mlp"), learning_rate=1e30)
    (outcome,), facts = work.train_each({"mlp": wild}, load(arrays), seed=0, quiet=True)
    assert facts == ()
    assert outcome.predictions is None
    assert "lower the learning rate" in str(outcome.error)


@pytest.mark.slow
def test_seeds_are_told_on_the_given_rows(zoo, arrays, tmp_path):
    told = zoo(
        "compare", "one-hidden", "--data", arrays, "--seeds", 2, "--jobs", 1,
        "--out", tmp_path / "runs",
    )  # fmt: skip
    assert told.exit_code in (0, 3, 4), told.output
    assert "\none-hidden: seeds vary by 0." in told.stdout
    (run,) = (tmp_path / "runs").iterdir()
    facts = json.loads((run / "results.json").read_text("utf-8"))
    assert facts["split"] == "the 100 official test rows, 2 seeds"
    assert {n["n_seeds"] for n in facts["noise"] if n["candidate"] == "forest"} == {2}
    (network,) = facts["networks"]
    said = pd.read_parquet(run / "predictions.parquet").query(
        "candidate == 'one-hidden'"
    )
    right = said["target"] == np.where(said["p_1"] > 0.5, "1", "0")
    assert len(said) == 100
    assert right.mean() == pytest.approx(network["test"]["accuracy"])
    assert "(McNemar's test, corrected p" in told.stdout
