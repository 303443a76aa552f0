"""Several values for the settings of a recipe: a grid, or random draws; a sweep."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from ...data.errors import Misuse
from ..experiment import (
    Experiment,
    changed,
    parsed,
    read_experiment,
    with_changes,
)
from ..registry import MODELS, recipe
from .run import Run, RunOptions, run_comparison

NOT_OF_A_RECIPE = ("data", "scoring", "seed")
_MOST = 200
"""Recipes in one sweep: each is trained on every fold."""


def sweep(
    source: str,
    variations: Sequence[str],
    draws: int | None,
    changes: Sequence[str],
    options: RunOptions,
) -> Run:
    """Score a recipe with several values of its settings, beside the baselines.

    Parameters
    ----------
    source : str
        A model's name, or the file of an experiment.
    variations : sequence of str
        Values of settings, as `parse_variations` takes them.
    draws : int, optional
        Recipes to draw; None: all of the grid.
    changes : sequence of str
        Single settings of all recipes, such as ``"epochs=15"``.
    options : RunOptions

    Raises
    ------
    ZooError
    """
    return run_comparison(
        _combine_recipes(_based_on(source, changes), variations, draws), options
    )


def _based_on(source: str, changes: Sequence[str]) -> Experiment:
    """The experiment that a file tells, or the default one of a model.

    Raises
    ------
    Misuse
    """
    if source in MODELS or (not Path(source).exists() and "." not in source):
        experiment = Experiment("train", {source: recipe(source)})
    else:
        experiment = read_experiment(Path(source))
    if len(experiment.networks) != 1:
        msg = f"{source} has {len(experiment.networks)} networks"
        raise Misuse(f"{msg}; a sweep needs a file with one")
    return with_changes(replace(experiment, kind="train"), changes)


def _combine_recipes(
    experiment: Experiment, variations: Sequence[str], draws: int | None
) -> Experiment:
    """One experiment over all recipes, named by what is varied.

    Raises
    ------
    Misuse
        A setting is not of the recipe, or there are too many recipes.
    """
    axes = parse_variations(variations)
    if draws is None:
        chosen = grid(axes, most=_MOST)
    else:
        chosen = draw(axes, draws, seed=experiment.seed)
    ((model, _),) = experiment.networks.items()
    facts, networks = experiment.to_dict(), {}
    for values in chosen:
        settings = [f"{name}={value}" for name, value in values.items()]
        made = Experiment.from_dict(changed(facts, settings))
        networks[f"{model} {', '.join(settings)}"] = next(iter(made.networks.values()))
    return replace(experiment, kind="sweep", networks=networks)


@dataclass(frozen=True)
class Range:
    """Numbers between two ends, both more than 0, evenly over their logarithm.

    ``whole`` numbers where both ends are.
    """

    low: float
    high: float
    whole: bool

    def draw(self, rng: random.Random) -> str:
        """One of them, as it is typed."""
        value = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        return str(round(value)) if self.whole else f"{value:.3g}"


Axis = Range | tuple[str, ...]


def parse_variations(given: Sequence[str]) -> dict[str, Axis]:
    """The values of each setting, from texts such as ``dropout=0,0.2``.

    Raises
    ------
    Misuse
        A text is none such, has no values, names a setting twice or one that is not of
        the recipe.
    """
    axes: dict[str, Axis] = {}
    for text in given:
        name, sign, values = (part.strip() for part in text.partition("="))
        if not (name and sign and values):
            msg = f"{text!r} is not NAME=VALUES; give e.g. dropout=0,0.2"
            raise Misuse(msg)
        if name.partition(".")[0] in NOT_OF_A_RECIPE:
            msg = (
                f"{name} cannot be varied: all recipes must be scored on the same rows"
            )
            raise Misuse(f"{msg}; change it for all with --set")
        if name in axes:
            raise Misuse(f"{name} is varied twice; give all its values in one --vary")
        axes[name] = _axis(name, values)
    return axes


def _axis(name: str, text: str) -> Axis:
    if ".." in text:
        return _range(name, text)
    try:
        values = [json.dumps(value) for value in json.loads(f"[{text}]")]
    except ValueError:  # texts such as relu,tanh
        values = [part.strip() for part in text.split(",")]
    if len(set(values)) < len(values) or "" in values:
        raise Misuse(
            f"{name}={text} has a duplicate or an empty value; give each value once"
        )
    return tuple(value.strip('"') for value in values)


def _range(name: str, text: str) -> Range:
    low, high = (parsed(end.strip()) for end in text.split("..", 1))
    numbers = all(type(end) in (int, float) for end in (low, high))
    if not (numbers and 0 < low < high < math.inf):
        msg = (
            f"{name}={text} is not a range; give two numbers above 0, the smaller first"
        )
        raise Misuse(msg)
    return Range(low, high, whole=isinstance(low, int) and isinstance(high, int))


def grid(axes: Mapping[str, Axis], *, most: int) -> list[dict[str, str]]:
    """Every combination of values.

    Raises
    ------
    Misuse
        There is a range among them, or there are more than ``most``.
    """
    ranges = [name for name, axis in axes.items() if isinstance(axis, Range)]
    if ranges:
        msg = f"{', '.join(ranges)} has a range, and a grid needs single values"
        raise Misuse(f"{msg}; list the values, or draw from the range with --random N")
    lists = [axis for axis in axes.values() if not isinstance(axis, Range)]
    count = math.prod(map(len, lists))
    if count > most:
        msg = f"the grid has {count:,} recipes, and at most {most} are allowed"
        raise Misuse(f"{msg}; give fewer values, or --random N")
    return [dict(zip(axes, values, strict=True)) for values in product(*lists)]


def draw(axes: Mapping[str, Axis], count: int, *, seed: int) -> list[dict[str, str]]:
    """Different combinations, drawn at random; all of them where there are no more.

    Parameters
    ----------
    axes : dict
    count : int
    seed : int
        The same gives the same.
    """
    rng = random.Random(seed)
    found: list[dict[str, str]] = []
    for _ in range(100 * count):  # of few combinations most draws are there already
        drawn = {
            name: axis.draw(rng) if isinstance(axis, Range) else rng.choice(axis)
            for name, axis in axes.items()
        }
        if drawn not in found:
            found.append(drawn)
        if len(found) == count:
            break
    return found
