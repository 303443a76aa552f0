"""What programs are told of commands is what commands print."""

import json
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest
from jsonschema import Draft202012Validator
from learnable.baselines.results.results import EXIT_CODES, SCHEMA
from learnable.reports.json_schemas import JSON_OUTPUTS, Repeated
from learnable.zoo.cli import COMMANDS

SCRIPT = """
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(60, 2))
y = (x[:, 0] > 0).astype("int32")
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "softmax")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
"""


def check_output(name: str, text: str) -> None:
    """Each line of a command's output obeys the schema that help has of it."""
    schema = JSON_OUTPUTS[name][1]()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    lines = text.splitlines()
    assert lines
    for line in lines:
        errors = [
            f"{list(error.path)}: {error.message[:200]}"
            for error in validator.iter_errors(json.loads(line))
        ]
        assert not errors


@pytest.fixture(scope="module")
def told(zoo) -> dict:
    found = zoo("help", "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_every_command_is_told(told) -> None:
    names = {one["command"] for one in told["commands"]}
    assert {f"zoo {name}" for name in COMMANDS} <= names
    assert "zoo runs diff" in names
    assert told["schema"] == 1
    assert set(told["verdicts"]) == set(EXIT_CODES)


def test_every_command_that_prints_json_has_its_schema(told) -> None:
    for one in told["commands"]:
        flags = {flag for option in one["options"] for flag in option["flags"]}
        prints = "--json" in flags and one["command"] != "zoo help"
        assert prints == bool(one["json"]), one["command"]
        for output in one["json"].values():
            Draft202012Validator.check_schema(output["schema"])
    kept = {key for one in told["commands"] for key in one["json"]}
    assert kept == set(JSON_OUTPUTS)


def test_options_have_values_defaults_and_codes(told) -> None:
    check = next(one for one in told["commands"] if one["command"] == "zoo check")
    options = {flag: o for o in check["options"] for flag in o["flags"]}
    assert options["--format"]["choices"] == ["github", "junit", "sarif"]
    assert options["--epochs"] | {"help": ""} == {
        "flags": ["--epochs"], "help": "", "default": 10, "multiple": False,
        "type": "integer range", "min": 1, "max": None, "required": False,
    }  # fmt: skip
    assert set(check["exit_codes"]) == {"0", "1", "2", "3", "4", "5", "6"}
    data = next(one for one in told["commands"] if one["command"] == "zoo data")
    assert set(data["exit_codes"]) == {"0", "1", "2"}


def test_results_have_the_version_of_their_schema() -> None:
    schema = JSON_OUTPUTS["baseline"][1]()
    assert schema["properties"]["schema"] == {"type": "integer"}
    assert SCHEMA == 2


def test_one_command_can_be_asked_for(zoo) -> None:
    found = json.loads(zoo("help", "runs", "--json").stdout)
    assert found["commands"][0]["command"] == "zoo runs"
    assert all(one["command"].startswith("zoo runs") for one in found["commands"])
    assert "Show how each column" in zoo("help", "look").stdout
    assert "Did you mean 'look'" in zoo("help", "lok").stderr
    assert zoo("help", "lok").exit_code == 2


def test_types_that_are_told_twice_are_the_same() -> None:
    from learnable.zoo.experiments.rerun import Rerun

    assert [f.name for f in fields(Rerun)] == list(get_type_hints(Repeated))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("list", ("list", "--json")),
        ("show", ("show", "rgb-softmax", "--json")),
        ("show", ("show", "iris", "--json")),
        ("show", ("show", "forest", "--json")),
        ("explain", ("explain", "--json")),
        ("look", ("look", "iris", "--json")),
    ],
)
def test_outputs_obey_their_schemas(zoo, name, words) -> None:
    check_output(name, zoo(*words).stdout)


@pytest.mark.slow  # scores baselines
def test_outputs_of_runs_obey_their_schemas(zoo, journal, tmp_path) -> None:
    rest = ("--out", journal, "--json")
    check_output("runs list", zoo("runs", "list", *rest).stdout)
    check_output("runs show", zoo("runs", "show", "last", *rest).stdout)
    first, second = sorted(journal.iterdir())[:2]
    check_output("runs diff", zoo("runs", "diff", first, second, *rest).stdout)
    page = tmp_path / "page.html"
    check_output("report", zoo("report", "last", "--to", page, *rest).stdout)


@pytest.mark.slow  # trains
def test_outputs_of_trainings_obey_their_schemas(zoo, flowers, tmp_path) -> None:
    out, facts = flowers
    check_output("train", json.dumps(facts))
    assert facts["prospect"] is None
    assert facts["next"][0].keys() == {"sentence", "command"}
    row = tmp_path / "row.csv"
    row.write_text("a,b,c,d\n5.1,3.5,1.4,0.2\n", "utf-8")
    check_output("predict", zoo("predict", "last", row, "--out", out, "--json").stdout)


@pytest.mark.slow  # scores baselines on two datasets
def test_outputs_of_comparisons_obey_their_schemas(zoo, tmp_path) -> None:
    rest = ("--folds", 2, "--jobs", 1, "--quiet", "--out", tmp_path, "--json")
    alone = zoo("baseline", "iris", *rest).stdout
    check_output("baseline", alone)
    assert json.loads(alone)["prospect"].keys() == {"answer", "reason"}
    assert json.loads(alone)["next"]
    several = zoo("compare", "one-hidden", "--data", "iris", "--data", "wine", *rest)
    check_output("compare, several datasets", several.stdout)
    refused = zoo(
        "compare", "one-hidden", "--data", "iris", "--data", "wine", "--brief"
    )
    assert "--brief is for one dataset" in refused.stderr


@pytest.mark.slow  # two processes that load TensorFlow
def test_outputs_of_checks_obey_their_schemas(zoo, tmp_path) -> None:
    script = tmp_path / "train.py"
    script.write_text(SCRIPT, "utf-8")
    rest = (script, "--quiet", "--out", tmp_path / "runs", "--json")
    check_output("check --fast", zoo("check", "--fast", *rest).stdout)
    whole = zoo("check", "--budget", 5, *rest)
    check_output("check", whole.stdout)
    (cause, *_) = json.loads(whole.stdout)["causes"]
    assert [Path(at["file"]).name for at in cause["locations"]] == ["train.py"]
    assert cause["locations"][0]["line"] == 6
