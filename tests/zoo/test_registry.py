"""From names to code."""

from dataclasses import fields

import pytest
from learnable.zoo.recipe import Recipe
from learnable.zoo.registry import (
    MODELS,
    OF_NETWORK,
    build,
    card,
    recipe,
    settings_read,
)

SHAPES = {
    "forecast": ((12, 4), 2),
    "characters": ((20,), 9),
}


class Noting(Recipe):
    """A recipe that notes which of its settings are asked for."""

    def __getattribute__(self, name: str):
        if name in OF_NETWORK:
            self.__dict__.setdefault("noted", set()).add(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("name", MODELS)
def test_settings_read_are_those_that_the_code_asks_for(name):
    usual = recipe(name)
    noting = Noting(**{f.name: getattr(usual, f.name) for f in fields(Recipe)})
    noting.__dict__["noted"] = set()
    shape, outputs = SHAPES.get(card(name).tasks[0], ((28, 28, 1), 2))
    if "text" in name:
        shape = (usual.window,)
    build(noting, shape=shape, outputs=outputs)
    of_rows = {"window", "vocabulary"}
    assert settings_read(name) - of_rows == noting.__dict__["noted"] - of_rows
