"""``zoo list`` and ``zoo show``: what is narrowed, and what every card tells."""

import json
from dataclasses import replace

import pytest
from learnable.baselines.estimators.catalog import BASELINES
from learnable.data.catalog import DATASETS
from learnable.data.dataset import TASKS
from learnable.zoo import results
from learnable.zoo.cli import list_show as shelf
from learnable.zoo.registry import MODELS

FIGURES = results.Figures(
    model="mlp", data="digits", command="zoo train mlp --data digits", seed=3,
    seconds=12.0, rows=1_797, verdict="network-level", metric="accuracy", score=0.97,
    best="forest", best_score=0.975, note="one class for all rows",
)  # fmt: skip
every_model = pytest.mark.parametrize("name", MODELS)


def listed(zoo, *options: str) -> dict[str, dict[str, str]]:
    told = zoo("list", *options, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


@pytest.mark.parametrize("task", TASKS)
def test_list_of_a_task(zoo, task):
    told = listed(zoo, "--task", task)
    assert set(told["models"]) == {m.name for m in MODELS.values() if task in m.tasks}
    assert set(told["datasets"]) == {
        d.name for d in DATASETS.values() if d.task == task
    }
    assert set(told["baselines"]) == {b.name for b in BASELINES[task]}
    assert told["models"]


@pytest.mark.parametrize(("option", "broken"), [("--broken", True), ("--working", 0)])
def test_list_of_broken_or_working_models(zoo, option, broken):
    told = listed(zoo, option)
    expected = {m.name for m in MODELS.values() if m.broken == bool(broken)}
    assert set(told["models"]) == expected
    assert told["datasets"] == told["baselines"] == {}


def test_list_of_a_datasets_models(zoo):
    told = listed(zoo, "--data", "rgb")["models"]
    assert set(told) == {"rgb-softmax", "rgb-sigmoid", "rgb-crossentropy"}
    told = listed(zoo, "--data", "rgb", "--working")["models"]
    assert set(told) == {"rgb-softmax"}


def test_list_of_nothing_prints_nothing(zoo):
    told = zoo("list", "--data", "airline", "--broken")
    assert (told.exit_code, told.stdout) == (0, "")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--data", "rbg"], "Did you mean 'rgb'"),
        (["--task", "clustering"], "clustering"),
    ],
)
def test_list_of_what_is_not_there_is_misuse(zoo, options, reason):
    told = zoo("list", *options)
    assert told.exit_code == 2
    assert reason in told.stderr


@every_model
def test_show_tells_what_a_model_is(zoo, name):
    known = MODELS[name]
    told = zoo("show", name)
    assert told.exit_code == 0, told.output
    for said in (known.title, known.defect, known.symptom, known.twin, *known.parts):
        assert said in told.stdout
    assert f"zoo train {name}" in told.stdout
    assert json.loads(zoo("show", name, "--json").stdout)["recipe"]["model"] == name


@every_model
def test_show_tells_measured_figures_where_there_are_some(zoo, name):
    shown = zoo("show", name).stdout
    found = results.read_figures().get(name)
    assert ("\nmeasured " in shown) == (found is not None)
    if found:
        assert found.command in shown


def test_show_tells_what_was_measured(zoo, monkeypatch):
    monkeypatch.setattr(shelf, "read_figures", lambda: {"mlp": FIGURES})
    shown = zoo("show", "mlp").stdout
    (line,) = (row for row in shown.splitlines() if row.startswith("measured "))
    for said in ("network-level on digits", "0.970", "forest 0.975", "seed 3", "12 s"):
        assert said in line
    assert "`zoo train mlp --data digits`" in line
    assert "one class for all rows" in line
    facts = json.loads(zoo("show", "mlp", "--json").stdout)
    assert facts["measured"]["best"] == "forest"
    assert "measured" not in json.loads(zoo("show", "xor", "--json").stdout)


def test_show_tells_of_a_network_that_failed(zoo, monkeypatch):
    failed = replace(FIGURES, score=None)
    monkeypatch.setattr(shelf, "read_figures", lambda: {"mlp": failed})
    assert "it fails" in zoo("show", "mlp").stdout


@pytest.mark.parametrize("name", sorted(DATASETS.keys() - MODELS.keys()))
def test_show_tells_what_a_dataset_is(zoo, name):
    told = zoo("show", name)
    assert told.exit_code == 0, told.output
    assert DATASETS[name].title in told.stdout


def test_show_tells_all_tasks_of_a_baseline(zoo):
    facts = json.loads(zoo("show", "forest", "--json").stdout)
    assert {"binary", "multiclass", "multilabel", "regression"} == set(facts["tasks"])
