import json
import subprocess
import sys
from fnmatch import fnmatch
from importlib import import_module
from importlib.resources import files

import numpy as np
import pytest
from learnable.data.catalog import DATASETS
from learnable.data.dataset import TABLE_TASKS, TASKS
from learnable.data.errors import Misuse, UnknownName
from learnable.zoo import MODELS, Recipe, list_models, models
from learnable.zoo.backend import keras
from learnable.zoo.registry import build, card, check_task, page, recipe

SHAPES = [(4,), (8, 8), (8, 8, 3)]
every_model = pytest.mark.parametrize("name", list_models())
OUTPUTS = {"binary": 2, "multiclass": 5, "multilabel": 3, "regression": 1}
ANY_ROW = ["one-hidden", "mlp", "residual"]
"""Models that take rows of any shape."""


@pytest.mark.parametrize("name", ANY_ROW)
@pytest.mark.parametrize("shape", SHAPES)
def test_model_builds_for_its_tasks(name, shape):
    assert card(name).tasks == TABLE_TASKS
    for outputs in OUTPUTS.values():
        model = build(recipe(name), shape=shape, outputs=outputs)
        assert model.input_shape == (None, *shape)
        assert model.output_shape == (None, outputs)


@every_model
def test_models_of_the_user_tell_no_parameters(name):
    assert bool(card(name).parameters) == bool(card(name).dataset)


@every_model
def test_model_can_do_its_dataset(name):
    known = card(name)
    if known.dataset:
        check_task(name, DATASETS[known.dataset].task, known.dataset)


@every_model
def test_model_is_a_file_of_its_name(name):
    file = import_module(f"learnable.zoo.models.{name.replace('-', '_')}")
    assert file.CARD is card(name)
    assert file.DEFAULT is recipe(name)


def test_every_file_of_the_folder_is_a_model():
    others = {"__init__.py", "card.py", "shapes.py"}
    found = {file.name for file in files(models).iterdir() if file.is_file()}
    assert found - others == {f"{n.replace('-', '_')}.py" for n in MODELS}


def test_models_are_in_their_order():
    cards = list(MODELS.values())
    assert cards == sorted(cards, key=lambda known: (known.order, known.name))
    assert list(MODELS)[:3] == ["rgb-softmax", "rgb-sigmoid", "rgb-crossentropy"]


@every_model
def test_page_names_what_it_must(name):
    known, text = card(name), page(name)
    assert text.startswith(f"# {name}\n\n")
    assert f"zoo train {name}" in text
    assert known.twin in text
    settings = recipe(name)
    for said in (settings.activation, settings.initialiser, settings.optimizer):
        assert said in text
    assert 8 <= len(text.splitlines()) <= 30


@every_model
def test_twin_is_a_counterpart(name):
    known = card(name)
    if not known.twin:
        return
    twin = card(known.twin)
    assert bool(twin.defect) != bool(known.defect)
    # several broken ones may share a corrected one, whose twin is one of them
    assert bool(card(twin.twin).defect) == bool(known.defect)
    if not known.defect:
        assert twin.twin == name


@every_model
def test_broken_model_tells_what_is_wrong(name):
    known = card(name)
    assert bool(known.defect) == bool(known.symptom)
    if known.broken:
        assert known.defect
        assert known.twin


@every_model
def test_recipe_names_its_model(name):
    settings = recipe(name)
    assert settings.model == card(name).name == name
    assert Recipe.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    assert bool(settings.steps) != bool(settings.epochs)


@every_model
def test_names_are_lower_case(name):
    assert fnmatch(name, "[a-z]*")
    assert name == name.lower()


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_model(task):
    assert any(task in known.tasks for known in MODELS.values())


def test_other_seed_gives_other_weights():
    def weights(seed: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(seed)
        return build(recipe("mlp"), shape=(4,), outputs=2).get_weights()

    for a, b in zip(weights(3), weights(3), strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(weights(3), weights(4), strict=True))


def test_unknown_model_shows_nearest(refused):
    assert "'rgb-softmax'" in refused(UnknownName, card, "rgb-sotfmax")


def test_wrong_task_names_the_able(refused):
    text = refused(Misuse, check_task, "rgb-sigmoid", "regression", "diabetes")
    assert "mlp" in text
    assert "mnist-relu" not in text


def test_pattern_chooses_models():
    assert list_models("rgb-s*") == ["rgb-softmax", "rgb-sigmoid"]
    assert list_models("nothing*") == []


def test_import_loads_no_keras():
    code = (
        "import sys, learnable.zoo, learnable.zoo.registry\n"
        "learnable.zoo.registry.recipe('rgb-softmax')\n"
        "heavy = {'keras', 'tensorflow', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert told.stderr == ""
    assert told.stdout.strip() == "[]"


def test_a_model_of_numbers_takes_no_texts():
    check_task("text-embedding", "binary", "reviews.csv", texts=True)
    check_task("mlp", "binary", "table.csv")
    with pytest.raises(Misuse, match=r"mlp takes numbers.* of texts: text-embedding;"):
        check_task("mlp", "binary", "reviews.csv", texts=True)
    with pytest.raises(Misuse, match="none for this task"):
        check_task("mlp", "regression", "reviews.csv", texts=True)
