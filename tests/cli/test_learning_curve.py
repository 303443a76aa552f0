"""``zoo baseline`` says what more rows promise and what anyone can reach."""

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, (240, 2))
    y = np.where((x[:, 0] > 0) ^ (rng.random(240) < 0.1), "yes", "no")
    path = tmp_path / "cells.csv"
    pd.DataFrame({"u": x[:, 0], "v": x[:, 1], "y": y}).to_csv(path, index=False)
    return path


def told(zoo, path, *options):
    return zoo(
        "baseline", path, "--target", "y", "--folds", 2, "--jobs", 1,
        "--out", path.parent / "runs", *options,
    )  # fmt: skip


def test_both_stand_between_verdict_and_findings(zoo, table):
    lines = told(zoo, table).stdout.splitlines()
    starts = ("signal. ", "On the ", " training rows ", "D315 ")
    places = [next(i for i, s in enumerate(lines) if start in s) for start in starts]
    assert places == sorted(places)


@pytest.mark.slow
def test_json_has_all_curves_if_asked(zoo, table):
    few = json.loads(told(zoo, table, "--json").stdout)
    every = json.loads(told(zoo, table, "--json", "--learning-curve").stdout)
    names = [{line["name"] for line in f["curve"]["lines"]} for f in (few, every)]
    assert names[1] == {"naive-bayes", "logistic", "forest", "boosting"}
    assert names[0] < names[1]
    assert every["ceiling"]["basis"] == "equal rows"
