import json
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
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


def test_misspelt_setting_is_refused():
    with pytest.raises(TypeError, match="epoch"):
        Recipe.from_dict({**DEFAULT.to_dict(), "epoch": 3})


@given(rows=ROWS, epochs=st.integers(0, 500))
def test_epochs_count_as_given(rows, epochs):
    assert replace(DEFAULT, epochs=epochs).count_epochs(rows) == epochs


@given(rows=ROWS, batch=st.integers(1, 5_000), steps=st.integers(1, 10_000))
def test_steps_become_whole_passes(rows, batch, steps):
    short = replace(DEFAULT, epochs=0, batch_size=batch, steps=steps)
    passes, per_pass = short.count_epochs(rows), -(-rows // batch)
    assert passes >= 1
    assert passes == 1 or abs(passes * per_pass - steps) <= per_pass / 2
