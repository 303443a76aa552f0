"""What a network of the zoo is trained on, put together but not trained."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from .backend import keras
from .network import Rows, as_seen, kind_of, rows_met, target_scale, trainee_of
from .recipe import Recipe
from .registry import build
from .scaling import fit_scaling


@dataclass(frozen=True)
class Plan:
    """What `learnable.zoo.network.train` gives to ``fit``.

    ``model`` is compiled and has the weights that ``seed`` draws; ``rows`` and
    ``validation`` are as the network sees them.
    """

    model: Any
    weights: list[np.ndarray]
    rows: Rows
    validation: Rows
    epochs: int


def plan(
    recipe: Recipe,
    rows: Rows,
    validation: Rows,
    *,
    classes: int,
    feature_range: tuple[float, float] | None = None,
    seed: int = 0,
) -> Plan:
    """The training that a recipe asks for on rows in memory.

    Parameters
    ----------
    recipe, rows, validation, classes, feature_range, seed
        As of `learnable.zoo.network.train`.
    """
    kind = kind_of(rows.y, classes)
    shape, outputs = rows.x.shape[1:], classes or rows.y[0].size
    model, _ = trainee_of(recipe, shape, outputs, kind, threading.get_ident())
    keras.utils.set_random_seed(seed)
    weights = build(recipe, shape=shape, outputs=outputs).get_weights()
    model.set_weights(weights)
    shown = rows_met(recipe, rows, seed)
    scaling = fit_scaling(recipe.scaling, rows.x, feature_range)
    target = target_scale(rows.y) if kind == "numbers" else None
    return Plan(
        model,
        weights,
        as_seen(shown, scaling, target, kind),
        as_seen(validation, scaling, target, kind),
        recipe.count_epochs(len(shown.x)),
    )
