"""Series, texts and several targets by the command, from the file to the answer."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.estimators.catalog import BASELINES
from learnable.data import load
from learnable.zoo.experiments.settings import adjusted, check_settings
from learnable.zoo.networks.estimators import NetworkClassifier
from learnable.zoo.registry import recipe

TALE = "the cat sat on the mat, and the dog ran off. "
DAYS = pd.date_range("2001-01-01", periods=90, freq="D").strftime("%Y-%m-%d")
WAVE = np.tile([5.0, 6, 9, 7, 5, 2, 1], 13)[:90]
QUICK = {
    "lstm_series": {"hidden": (6,), "epochs": 2, "window": 7},
    "lstm_characters": {"hidden": (6, 12), "epochs": 1, "window": 16, "dropout": 0.0},
    "one_hidden": {"epochs": 3},
}


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Small networks, trained for an epoch or two, beside quick baselines."""
    with pytest.MonkeyPatch.context() as patch:
        for file, changes in QUICK.items():
            settings = replace(recipe(file.replace("_", "-")), **changes)
            patch.setattr(f"learnable.zoo.models.{file}.DEFAULT", settings)
        for task, count in {"forecast": 4, "characters": 2, "multilabel": 3}.items():
            patch.setitem(BASELINES, task, BASELINES[task][:count])
        yield


def trained(zoo, out: Path, *arguments: object) -> dict:
    told = zoo("train", *arguments, "--folds", 2, "--jobs", 1, "--out", out, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def series(zoo, folder) -> tuple[Path, dict]:
    out = folder / "series"
    path = folder / "sales.csv"
    return out, trained(zoo, out, "lstm-series", "--data", path, "--horizon", 5)


@pytest.fixture(scope="module")
def tale(zoo, folder) -> tuple[Path, dict]:
    out = folder / "tales"
    return out, trained(zoo, out, "lstm-characters", "--data", folder / "tale.txt")


# series


def test_model_of_series_needs_no_task(series):
    _, told = series
    assert told["about"]["task"] == "forecast"
    rows = {row["name"]: row["scores"] for row in told["rows"]}
    assert rows["seasonal-naive"]["skill"]["mean"] == 0
    assert {"mase", "smape", "rmse", "mae"} <= set(rows["lstm-series"])


def test_verdict_names_the_naive_forecast(series):
    _, told = series
    (own,) = (v for v in told["verdicts"] if v["about"] == "lstm-series")
    words = ("beats", "loses to", "unclear")
    assert sum(word in own["sentence"] for word in words) == 1
    assert "the seasonal naive forecast" in own["sentence"]


def test_saved_series_tells_what_comes_next(zoo, series, folder):
    out, _ = series
    path = folder / "sales.csv"
    told = zoo("predict", "last", path, "--out", out)
    assert told.exit_code == 0, told.output
    steps = [float(line) for line in told.stdout.splitlines()]
    assert len(steps) == 5
    values = "\n".join(map(str, pd.read_csv(path)["sales"]))
    for text in (values, "sales\n" + values):
        same = zoo("predict", "last", "--out", out, input=text)
        assert same.stdout == told.stdout
    lines = zoo("predict", "last", path, "--out", out, "--json").stdout.splitlines()
    said = [json.loads(line)["prediction"] for line in lines]
    np.testing.assert_allclose(said, steps, rtol=1e-5)


def test_few_values_are_enough_to_ask(zoo, series):
    told = zoo("predict", "last", "--out", series[0], input="5\n6\n9\n7\n5\n2\n1\n")
    assert len(told.stdout.splitlines()) == 5
    assert "nan" not in told.stdout


@pytest.mark.parametrize("text", ["", "5\n\nx\n", "5\ninf\n"])
def test_bad_values_are_one_line(zoo, series, text):
    told = zoo("predict", "last", "--out", series[0], input=text)
    assert told.exit_code == 1
    assert told.stderr.count("\n") == 1


def test_limit_keeps_the_end_of_a_series(zoo, folder, tmp_path):
    told = zoo(
        "baseline", folder / "sales.csv", "--task", "forecast", "--limit", 60,
        "--jobs", 1, "--out", tmp_path, "--json",
    )  # fmt: skip
    facts = json.loads(told.stdout)
    assert facts["about"]["rows"] == 60
    assert any("the last 60 of 90" in note for note in facts["about"]["notes"])


@pytest.mark.slow
def test_white_noise_puts_nobody_at_fault(zoo, tmp_path):
    noise = np.random.default_rng(8).normal(size=90).round(3)
    path = tmp_path / "noise.csv"
    pd.DataFrame({"day": DAYS, "y": noise}).to_csv(path, index=False)
    told = trained(zoo, tmp_path / "runs", "lstm-series", "--data", path)
    assert {v["name"] for v in told["verdicts"]} <= {"no-signal", "undecided"}


# texts


def test_model_of_texts_needs_no_task(tale):
    _, told = tale
    assert told["about"]["task"] == "characters"
    rows = {row["name"]: row["scores"] for row in told["rows"]}
    assert rows["commonest"]["skill"]["mean"] == pytest.approx(0, abs=1e-3)
    assert 0 < rows["lstm-characters"]["bits_per_character"]["mean"] < 6
    assert len(told["networks"][0]["sample"]["text"]) == 400


def write(zoo, out: Path, *options: object) -> str:
    told = zoo("generate", "last", "--length", 30, *options, "--out", out)
    assert told.exit_code == 0, told.output
    assert "is copied from the training text" in told.stderr
    return told.stdout


def test_same_seed_writes_the_same(zoo, tale):
    options = ("--seed-text", "the ", "--temperature", 2)
    one = write(zoo, tale[0], *options, "--seed", 1)
    assert one == write(zoo, tale[0], *options, "--seed", 1)
    assert one != write(zoo, tale[0], *options, "--seed", 2)
    assert one.startswith("the ")
    assert len(one) == len("the ") + 30 + 1
    assert set(one) <= set(TALE + "\n")


def test_json_tells_the_text_and_what_is_copied(zoo, tale):
    options = ("--seed-text", "cat", "--length", 12, "--out", tale[0], "--json")
    facts = json.loads(zoo("generate", "last", *options).stdout)
    assert len(facts["text"]) == 12
    assert facts["seed_text"] == "cat"
    assert 0 <= facts["verbatim"] <= 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--seed-text", "Zebra 9"], "contains '9Zb'"),
        (["--seed-text", ""], "is empty"),
        (["--seed-text", "the", "--temperature", "0"], "--temperature"),
        (["--seed-text", "the", "--temperature", "-1"], "--temperature"),
        (["--seed-text", "the", "--length", "0"], "--length"),
        (["--seed-text", "the", "--seed", "-1"], "--seed"),
    ],
)
def test_what_cannot_be_written_is_misuse(zoo, tale, options, reason):
    told = zoo("generate", "last", *options, "--out", tale[0])
    assert told.exit_code == 2
    assert reason in told.stderr
    assert told.stdout == ""


def test_only_networks_of_texts_write(zoo, series):
    told = zoo("generate", "last", "--out", series[0])
    assert told.exit_code == 2
    assert "does forecast on sales.csv" in told.stderr


def test_networks_of_texts_are_not_asked_for_rows(zoo, tale):
    told = zoo("predict", "last", "--out", tale[0], input="the\n")
    assert told.exit_code == 2
    assert "zoo generate" in told.stderr


def test_lost_training_text_is_one_line(zoo, tale, tmp_path):
    import shutil

    run = tmp_path / "run"
    shutil.copytree(tale[1]["run"], run)
    (run / "training.txt").unlink()
    told = zoo("generate", run, "--seed-text", "the")
    assert told.exit_code == 1
    assert "training.txt" in told.stderr


# several targets


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "task"), [("wet,cold", "multilabel"), ("rain,wind", "regression")]
)
def test_several_targets_are_learned_and_told(zoo, folder, tmp_path, target, task):
    told = trained(
        zoo, tmp_path, "one-hidden", "--data", folder / "weather.csv",
        "--target", target, "--drop", "rain" if task == "multilabel" else "wet",
        "--drop", "wind" if task == "multilabel" else "cold",
    )  # fmt: skip
    assert told["about"]["task"] == task
    new = "u,v\n2,-2\n"
    (line,) = zoo("predict", "last", "--out", tmp_path, input=new).stdout.splitlines()
    assert line.split()[::2] == target.split(",")
    lines = zoo("predict", "last", "--out", tmp_path, "--json", input=new).stdout
    answer = json.loads(lines)
    assert list(answer) == target.split(",")
    if task == "multilabel":
        assert all(0 <= p <= 1 for p in answer.values())


# settings


def test_balanced_weights_raise_the_rare_class():
    """One row in ten is of the second class, and the two overlap."""
    rng = np.random.default_rng(5)
    y = (np.arange(400) % 10 == 0).astype(int)
    x = rng.normal(size=(400, 2)) + y[:, None]
    settings = replace(recipe("one-hidden"), epochs=15, patience=0)
    said = [
        NetworkClassifier(replace(settings, class_weight=weight)).fit(x, y).predict(x)
        for weight in ("none", "balanced")
    ]
    plain, balanced = (float((classes == 1).mean()) for classes in said)
    assert balanced > plain + 0.1


@pytest.mark.parametrize("part", ["cnn", "lstm"])
def test_stub_shows_the_shapes(part, capsys):
    data = load("moving-digits", limit=20)
    made = adjusted(recipe("cnn-lstm"), stub=part)
    check_settings(made, data, quiet=False)
    told = " ".join(capsys.readouterr().err.split())
    assert f"note: {part} is a stub" in told
    assert "outputs of shape (8, " in told
