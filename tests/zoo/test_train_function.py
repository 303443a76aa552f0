"""`learnable.train`: what ``zoo train`` does, from Python."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import learnable
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from learnable.data.check_dataset import content_hash
from learnable.data.errors import BadData, Misuse, UnknownName
from learnable.zoo.cli import main
from learnable.zoo.experiments import fit
from learnable.zoo.experiments.train import resume_training
from learnable.zoo.registry import recipe

QUICK = ("epochs=3",)


def quick(model: Any, dataset: Any, out: Path, **options: Any) -> learnable.Run:
    """Train for three epochs, on two folds."""
    return learnable.train(
        model, dataset, folds=2, jobs=1, changes=QUICK, out=out, **options
    )


def zoo(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def scores(found: learnable.Run | dict) -> dict:
    """Return every candidate's scores, by its name."""
    facts = found if isinstance(found, dict) else found.results.to_dict()
    return {row["name"]: row["scores"] for row in facts["rows"]}


@pytest.fixture(scope="module")
def flowers(tmp_path_factory) -> learnable.Run:
    return quick("one-hidden", "iris", tmp_path_factory.mktemp("flowers"), seed=3)


@pytest.fixture(scope="module")
def points() -> learnable.Dataset:
    """Sixty rows of three columns in an array, and two classes."""
    x = np.random.default_rng(0).normal(size=(60, 3))
    card = learnable.Card("points", "points in space", "binary", "side")
    return learnable.Dataset(x, (x[:, 0] > 0).astype("int8"), card, ("left", "right"))


@pytest.fixture(scope="module")
def in_memory(points, tmp_path_factory) -> learnable.Run:
    return quick("one-hidden", points, tmp_path_factory.mktemp("points"))


def test_command_gives_the_same_run(flowers, tmp_path) -> None:
    told = zoo(
        "train", "one-hidden", "--data", "iris", "--folds", 2, "--jobs", 1, "--seed", 3,
        "--set", "epochs=3", "--out", tmp_path, "--json", "--quiet",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    facts = json.loads(told.stdout)
    assert scores(facts) == scores(flowers)
    kept = json.loads((flowers.folder / "recipe.json").read_text("utf-8"))
    asked = json.loads((Path(facts["run"]) / "recipe.json").read_text("utf-8"))
    assert asked.pop("command").startswith("zoo")
    assert kept.pop("command") == flowers.results.command
    assert kept == asked


def test_run_is_on_disk_and_says_how_it_was_made(flowers) -> None:
    assert flowers.report.is_file()
    assert (flowers.folder / "model.keras").is_file()
    saved = json.loads((flowers.folder / "results.json").read_text("utf-8"))
    assert saved == json.loads(json.dumps(flowers.results.to_dict()))
    assert flowers.results.command == (
        "learnable.train('one-hidden', 'iris', folds=2, seed=3, "
        f"changes=('epochs=3',), out={str(flowers.folder.parent)!r}, jobs=1)"
    )
    assert flowers.verdict == flowers.verdicts[0]
    assert f"run: {flowers.folder}" in repr(flowers)


def test_rows_in_memory_are_trained_on(in_memory, points) -> None:
    about = in_memory.results.about
    assert (about.name, about.rows, about.columns) == ("points", 60, 3)
    assert about.sha256
    assert scores(in_memory)["logistic"]["accuracy"]["mean"] > 0.8
    assert "<Dataset points>" in in_memory.results.command
    assert points.y.dtype == np.int8  # what was given is left alone


def test_loaded_rows_give_the_scores_of_their_name(flowers, tmp_path) -> None:
    run = quick("one-hidden", learnable.load("iris"), tmp_path, seed=3)
    assert scores(run) == scores(flowers)
    assert run.results.about.sha256 == flowers.results.about.sha256


@pytest.mark.parametrize(
    "arguments", [("rerun", "last"), ("train", "--recipe", "recipe.json")]
)
def test_rows_in_memory_cannot_be_had_again(in_memory, arguments, monkeypatch) -> None:
    monkeypatch.chdir(in_memory.folder)
    told = zoo(*arguments, "--out", in_memory.folder.parent)
    assert told.exit_code == 2
    assert told.stderr == (
        "Error: the data of this run were a Dataset in memory, not a file; "
        "call learnable.train with the Dataset again\n"
    )


@pytest.mark.slow  # trainings
def test_progress_is_shown_where_asked(points, tmp_path, capfd) -> None:
    quick("one-hidden", points, tmp_path)
    assert capfd.readouterr() == ("", "")
    quick("one-hidden", points, tmp_path, verbose=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "training one-hidden: 3 of 3 epochs" in err
    assert "scoring on the same folds: " in err
    assert "note: the same experiment was run before" in err


def test_recipe_keeps_its_own_settings(points, tmp_path, monkeypatch) -> None:
    seen = []

    def stop(settings, *_: object, **options: object) -> None:
        seen.append(settings)
        raise BadData("far enough")

    monkeypatch.setattr("learnable.zoo.experiments.run.fit_network", stop)
    own = replace(recipe("one-hidden"), class_weight="balanced", epochs=7, steps=0)
    given: tuple[dict[str, Any], ...] = ({}, {"class_weight": "none"})
    for options in given:
        with pytest.raises(BadData, match="far enough"):
            learnable.train(own, points, out=tmp_path, **options)
    assert seen == [own, replace(own, class_weight="none")]


def test_interrupted_run_on_rows_in_memory_is_removed(
    points, tmp_path, monkeypatch
) -> None:
    whole = fit.console.check_interrupt

    def press() -> None:
        whole()
        raise KeyboardInterrupt

    monkeypatch.setattr(fit.console, "check_interrupt", press)
    with pytest.raises(KeyboardInterrupt):
        quick("one-hidden", points, tmp_path / "runs")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "said", "options"),
    [
        (UnknownName, "no model is named 'mpl'. Did you mean", {"model": "mpl"}),
        (Misuse, "a function that builds one, got int", {"model": 3}),
        (Misuse, "data must be a table (DataFrame)", {"dataset": [1, 2, 3]}),
        (UnknownName, "Did you mean 'iris'", {"dataset": "irsi"}),
        (Misuse, "seed is -1; it must be a whole number from 0", {"seed": -1}),
        (Misuse, "folds is '3'; it must be a whole number", {"folds": "3"}),
        (Misuse, "folds= must be 2 or more, got 1", {"folds": 1}),
        (Misuse, "jobs is 0; give a number of processes", {"jobs": 0}),
        (Misuse, "out must be the path of a folder", {"out": 3}),
        (Misuse, "class_weight is 'x'; it must be one of", {"class_weight": "x"}),
        (Misuse, "drop is 'a'; it must be a list", {"drop": "a"}),
        (Misuse, "'epochs' is not NAME=VALUE", {"changes": ["epochs"]}),
        (Misuse, "target=, task=, drop= and group= do", {"target": "species"}),
        (Misuse, "and iris is multiclass", {"model": "xor"}),
    ],
)
def test_wrong_arguments_are_one_line(refused, tmp_path, kind, said, options) -> None:
    given = {"model": "one-hidden", "dataset": "iris", "out": tmp_path / "runs"}
    told = refused(kind, learnable.train, **(given | options))
    assert said in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("x has shape (59, 3) and y (60,)", {"x": np.zeros((59, 3))}),
        ("x and y are ndarray and list", {"y": [0, 1]}),
        ("x holds missing values", {"x": np.full((60, 3), np.nan)}),
        ("x has type object", {"x": np.full((60, 3), "a", object)}),
        ("y has type float64; give whole numbers", {"y": np.zeros(60)}),
        ("y has codes 0 to 2, and 2 classes are named", {"y": np.arange(60) % 3}),
        ("binary has 2 classes, and 3 are given", {"classes": ("a", "b", "c")}),
        ("groups has 3 rows, and y 60", {"groups": np.zeros(3)}),
        ("n_test is 60; it must be 0 or more, and below 60", {"n_test": 60}),
        ("its columns are [0, 1]", {"x": pd.DataFrame(np.zeros((60, 2)))}),
        ("column 'a' holds infinite", {"x": pd.DataFrame({"a": [np.inf] * 60})}),
        ("its task is 'sorting'; allowed are", {"card": ("sorting",)}),
        ("regression has no classes, and 2 are given", {"card": ("regression",)}),
        ("a forecast needs series", {"card": ("forecast",), "classes": ()}),
        ("y has shape (60,), and targets names 0", {"card": ("multilabel",)}),
    ],
)
def test_wrong_rows_in_memory_are_one_line(refused, points, said, change) -> None:
    if "card" in change:
        change = change | {"card": replace(points.card, task=change["card"][0])}
    wrong = replace(points, **change)
    told = refused(BadData, learnable.train, "one-hidden", wrong)
    assert told.startswith("the Dataset 'points' cannot be used: ")
    assert said in told


def test_rows_in_memory_are_not_read_otherwise(refused, points) -> None:
    options = {"target": "a", "rows": "time"}
    told = refused(Misuse, learnable.train, "one-hidden", points, **options)
    assert told.startswith("target, rows cannot be given with a Dataset")
    changes = ["data.limit=5"]
    told = refused(Misuse, learnable.train, "one-hidden", points, changes=changes)
    assert "the rows are in memory" in told


def test_a_table_in_memory_is_read_before_it_is_trained_on(
    points, tmp_path, monkeypatch
) -> None:
    seen = []

    def stop(settings, dataset, **_: object) -> None:
        seen.append(dataset)
        raise BadData("far enough")

    monkeypatch.setattr("learnable.zoo.experiments.run.fit_network", stop)
    table = pd.DataFrame(points.x, columns=list("abc")).assign(side=points.y)
    options = {"out": tmp_path, "drop": ["c"]}
    with pytest.raises(BadData, match="far enough"):
        learnable.train("one-hidden", table, "side", **options)
    with pytest.raises(BadData, match="far enough"):
        learnable.train("one-hidden", (points.x, points.y), out=tmp_path)
    assert [data.x.shape for data in seen] == [(60, 2), (60, 3)]


def test_stopped_training_is_looked_for(refused, tmp_path) -> None:
    told = refused(UnknownName, resume_training, "mlp", out=tmp_path)
    assert "no stopped run is named 'mlp'" in told


def test_hash_is_that_of_the_rows() -> None:
    iris = learnable.load("iris")
    assert content_hash(iris) == iris.sha256
    assert content_hash(replace(iris, y=iris.y[::-1])) != iris.sha256
