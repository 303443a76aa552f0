"""Experiments as plain data: files, single changes, fingerprints."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.data.errors import BadData, Misuse, UnknownName
from learnable.zoo.experiment import (
    Experiment,
    Scoring,
    Source,
    changed,
    read_experiment,
    settings_of,
    with_changes,
)
from learnable.zoo.registry import recipe

MLP = recipe("mlp")
EXPERIMENT = Experiment("train", {"mlp": MLP}, Source("iris"))


@given(
    limit=st.none() | st.integers(2, 900),
    drop=st.lists(st.text(max_size=5)),
    folds=st.integers(2, 9),
    seed=st.integers(0, 99),
    kind=st.sampled_from(["compare", "sweep", "baseline"]),
)
def test_experiment_survives_json(limit, drop, folds, seed, kind):
    networks = {} if kind == "baseline" else {"a": MLP, "b": recipe("one-hidden")}
    source = Source("x.csv", target="y", drop=tuple(drop), limit=limit)
    made = Experiment(kind, networks, source, Scoring(folds), seed)
    assert Experiment.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_file_of_a_recipe_alone_is_enough(tmp_path):
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps({"recipe": MLP.to_dict()}))
    assert read_experiment(path) == Experiment("train", {"mlp": MLP})


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ("optimizer.learning_rate=0.01", "learning_rate", 0.01),
        ("optimizer.learning_rate=1", "learning_rate", 1.0),
        ("recipe.optimizer.name=sgd", "optimizer", "sgd"),
        ("hidden=[3, 4]", "hidden", (3, 4)),
        ("recipe.dropout=0.5", "dropout", 0.5),
        ("shuffle=false", "shuffle", False),
    ],
)
def test_single_setting_is_changed(change, field, value):
    made = with_changes(EXPERIMENT, [change]).networks["mlp"]
    assert made == replace(MLP, **{field: value})


def test_settings_around_the_recipe_are_changed():
    changes = ["data.limit=50", "data.target=3", "scoring.folds=3", "seed=7"]
    made = with_changes(EXPERIMENT, changes)
    assert (made.data.limit, made.data.target) == (50, "3")
    assert (made.scoring.folds, made.seed) == (3, 7)
    assert with_changes(made, ["data.limit=null"]).data.limit is None


def test_steps_and_epochs_give_way_to_each_other():
    made = with_changes(EXPERIMENT, ["steps=500"]).networks["mlp"]
    assert (made.steps, made.epochs) == (500, 0)


def test_every_setting_named_can_be_changed():
    facts = EXPERIMENT.to_dict()
    for name in settings_of(facts["recipe"]):
        changed(facts, [f"{name}=null"])
    assert facts == EXPERIMENT.to_dict()


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ("hidden", Misuse, "is not NAME=VALUE; give e.g. optimizer.name=adam"),
        ("lerning_rate=1", UnknownName, "Did you mean 'optimizer.learning_rate'"),
        ("optimizer=sgd", UnknownName, "optimizer.name"),
        ("data.folds=3", UnknownName, "no setting is named 'data.folds'"),
        ("seed=-1", Misuse, "seed is -1; it must be a whole number from 0 to"),
        ("seed=4294967296", Misuse, "from 0 to 2,147,483,647"),
        ("hidden=[4294967296]", Misuse, "hidden is [4294967296]; each layer must have"),
        ("optimizer.learning_rate=1e999", Misuse, "learning_rate is inf; it must be"),
        ("hidden=[[3]]", Misuse, "recipe.hidden[0] is [3]; it must be a whole number"),
        ("data.drop=[1]", Misuse, "data.drop[0] is 1; it must be text"),
        ("scoring.folds=null", Misuse, "scoring.folds is None; it must be a whole"),
        ("epochs=many", Misuse, "epochs is 'many'; it must be a whole number"),
        ("data.task=guess", Misuse, "task is 'guess'; it must be one of binary"),
        ("scoring.folds=2.5", Misuse, "folds is 2.5; it must be a whole number"),
    ],
)
def test_wrong_change_is_named(change, error, said, refused):
    assert said in refused(error, with_changes, EXPERIMENT, [change])


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("{", BadData, "cannot be read as JSON"),
        ("[1]", BadData, "is not a JSON object of settings"),
        ("[" * 100_000, BadData, "cannot be read as JSON"),
        ("{}", Misuse, "recipe is missing"),
        ('{"kind": "baseline", "data": 3}', Misuse, "data is 3; it must be an object"),
        (
            '{"kind": "baseline", "seed": "x"}',
            Misuse,
            "seed is 'x'; it must be",
        ),
        ('{"kind": "baseline", "data": {"nmae": ""}}', Misuse, "Did you mean 'name'"),
        ('{"kind": [], "networks": {}}', Misuse, "kind is []; it must be one of train"),
        ('{"recipe": 3}', Misuse, "recipe is 3; it must be an object of settings"),
        ('{"kind": "check"}', Misuse, "kind is 'check'"),
        ('{"kind": "compare", "networks": []}', Misuse, "an object of recipes"),
    ],
)
def test_wrong_file_is_named(text, error, said, tmp_path, refused):
    path = tmp_path / "recipe.json"
    path.write_text(text)
    assert said in refused(error, read_experiment, path)


def test_missing_file_is_named(tmp_path, refused):
    assert "there is no file" in refused(Misuse, read_experiment, tmp_path / "no.json")


def test_fingerprint_knows_the_experiment_again():
    mine = EXPERIMENT.fingerprint("aa")
    elsewhere = replace(EXPERIMENT, data=Source("/else/where.csv", memory=5))
    assert elsewhere.fingerprint("aa") == mine
    others = [
        EXPERIMENT.fingerprint("bb"),
        replace(EXPERIMENT, seed=1).fingerprint("aa"),
        replace(EXPERIMENT, scoring=Scoring(3)).fingerprint("aa"),
        replace(EXPERIMENT, data=Source("iris", limit=9)).fingerprint("aa"),
        with_changes(EXPERIMENT, ["dropout=0.2"]).fingerprint("aa"),
    ]
    assert len({mine, *others}) == 6
