import json
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.data.errors import Misuse
from learnable.zoo import Recipe
from learnable.zoo.registry import recipe

DEFAULT = recipe("mlp")
ROWS = st.integers(1, 100_000)


@given(
    hidden=st.lists(st.integers(1, 500)),
    rate=st.floats(1e-8, 10),
    scaling=st.sampled_from(["none", "unit", "range", "standard"]),
    shuffle=st.booleans(),
)
def test_recipe_survives_json(hidden, rate, scaling, shuffle):
    changed = replace(
        DEFAULT,
        hidden=tuple(hidden),
        learning_rate=rate,
        scaling=scaling,
        shuffle=shuffle,
    )
    assert Recipe.from_dict(json.loads(json.dumps(changed.to_dict()))) == changed


def test_recipe_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        DEFAULT.epochs = 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"epoch": 3}, "no setting is named 'epoch'. Did you mean 'epochs'?"),
        ({"epochs": "3"}, "epochs is '3'; it must be a whole number"),
        ({"epochs": True}, "epochs is True; it must be a whole number"),
        ({"epochs": 2.5}, "epochs is 2.5; it must be a whole number"),
        ({"hidden": 16}, "hidden is 16; it must be a list"),
        ({"hidden": [16, 0]}, "hidden is [16, 0]; each layer must have 1 unit or more"),
        ({"scaling": "log"}, "it must be one of none, unit, range, standard"),
        ({"dropout": 1}, "dropout is 1.0; it must be 0 or more, and less than 1"),
        ({"batch_size": 0}, "batch_size is 0; it must be 1 or more"),
        ({"steps": 10}, "steps is 10 and epochs 200; one must be 0"),
        ({"optimizer": {"name": "adam", "rate": 1}}, "no setting is named 'rate'"),
        ({"optimizer": {"name": "adam"}}, "recipe lacks learning_rate"),
        ({"optimizer": {"learning_rate": 0.1}}, "optimizer is None"),
    ],
)
def test_wrong_setting_is_named(change, said, refused):
    text = refused(Misuse, Recipe.from_dict, {**DEFAULT.to_dict(), **change})
    assert said in text


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_rate_must_be_a_positive_number(rate, refused):
    optimizer = {"name": "adam", "learning_rate": rate, "clip_norm": 0}
    given_settings = {**DEFAULT.to_dict(), "optimizer": optimizer}
    assert "learning_rate is" in refused(Misuse, Recipe.from_dict, given_settings)


@pytest.mark.parametrize("given_settings", [None, [], "mlp", 3])
def test_recipe_must_be_an_object(given_settings, refused):
    text = refused(Misuse, Recipe.from_dict, given_settings)
    assert "it must be an object of settings" in text


@given(rows=ROWS, epochs=st.integers(1, 500))
def test_epochs_count_as_given(rows, epochs):
    assert replace(DEFAULT, epochs=epochs).count_epochs(rows) == epochs


@given(rows=ROWS, batch=st.integers(1, 5_000), steps=st.integers(1, 10_000))
def test_steps_become_whole_passes(rows, batch, steps):
    short = replace(DEFAULT, epochs=0, batch_size=batch, steps=steps)
    passes, per_pass = short.count_epochs(rows), -(-rows // batch)
    assert passes >= 1
    assert passes == 1 or abs(passes * per_pass - steps) <= per_pass / 2
