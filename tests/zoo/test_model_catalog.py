import json
import subprocess
import sys
from dataclasses import replace
from fnmatch import fnmatch
from importlib.resources import files

import numpy as np
import pytest
from learnable.data.catalog import DATASETS
from learnable.data.dataset import TASKS
from learnable.data.errors import Misuse, UnknownName
from learnable.zoo import MODELS, Recipe, list_models
from learnable.zoo.backend import keras
from learnable.zoo.catalog import card, check_task
from learnable.zoo.registry import build, recipe
from learnable.zoo.training import fit

SHAPES = [(4,), (8, 8), (8, 8, 3)]
every_model = pytest.mark.parametrize("name", list_models())
OUTPUTS = {"binary": 2, "multiclass": 5, "regression": 1}


@every_model
@pytest.mark.parametrize("shape", SHAPES)
def test_model_builds_for_its_tasks(name, shape):
    for task in card(name).tasks:
        model = build(recipe(name), shape=shape, outputs=OUTPUTS[task])
        assert model.input_shape == (None, *shape)
        outputs = 1 if name == "rgb-sigmoid" else OUTPUTS[task]
        assert model.output_shape == (None, outputs)


@every_model
def test_parameter_count_is_true(name):
    known = card(name)
    if not known.dataset:
        assert known.parameters == 0
        return
    data = DATASETS[known.dataset]
    model = build(recipe(name), shape=(data.columns,), outputs=OUTPUTS["binary"])
    if data.task == "multiclass":
        model = build(recipe(name), shape=(28, 28), outputs=10)
    assert model.count_params() == known.parameters


@every_model
def test_model_can_do_its_dataset(name):
    known = card(name)
    if known.dataset:
        check_task(name, DATASETS[known.dataset].task, known.dataset)


@every_model
def test_model_has_its_files(name):
    folder = files("learnable.zoo.models") / card(name).entry
    for file in ("README.md", "model.py", "recipe.py", "__init__.py"):
        assert (folder / file).is_file()


@every_model
def test_readme_names_what_it_must(name):
    known = card(name)
    text = (files("learnable.zoo.models") / known.entry / "README.md").read_text(
        "utf-8"
    )
    assert text.startswith(f"# {name}\n")
    assert f"zoo train {name}" in text
    assert known.twin in text
    settings = recipe(name)
    for said in (settings.activation, settings.initialiser, settings.optimizer):
        assert said in text
    assert 10 <= len(text.splitlines()) <= 30


@every_model
def test_twins_point_to_each_other(name):
    twin = card(name).twin
    if twin:
        assert card(twin).twin == name
        assert card(twin).broken != card(name).broken


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
    assert card(name).entry == name.replace("-", "_")


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_a_model(task):
    assert any(task in known.tasks for known in MODELS.values())


@every_model
def test_one_step_lowers_the_loss(name, make_rows):
    if card(name).broken:
        pytest.skip("on show because it does not learn")
    keras.utils.set_random_seed(0)
    drawn = make_rows(32, (4,), 2)
    x = drawn.x / 127.5 - 1
    model = build(replace(recipe(name), dropout=0.0), shape=(4,), outputs=2)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    validation = (x, drawn.y)
    trained = fit(model, x, drawn.y, validation_data=validation, verbose=0)
    assert trained.history["val_loss"][0] < trained.history["loss"][0]


@every_model
def test_seed_gives_the_same_weights(name):
    def weights(seed: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(seed)
        return build(recipe(name), shape=(4,), outputs=2).get_weights()

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
    assert list_models("rgb-*") == ["rgb-softmax", "rgb-sigmoid"]


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
