"""An experiment: all that is needed to do it again, as plain data.

``recipe.json`` of a run holds one. A file of the same form, in which all but
``recipe`` may be left out, is what ``zoo train --recipe`` takes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from ..data.dataset import Task
from ..data.disk import read_regular
from ..data.errors import BadData, Misuse, unknown
from ..data.structure import structure
from .recipe import OF_OPTIMIZER, Recipe, field_types

_Kind = Literal["train", "compare", "baseline", "sweep"]

FILE = "recipe.json"
DATASET_OBJECT = "<Dataset>"
"""Name of data that were a `Dataset` in memory, which nobody can read again."""

LARGEST_SEED = 2**31 - 1
"""NumPy and Keras take twice as much, which leaves room for those counted from it."""


@dataclass(frozen=True)
class Source:
    """Source of the data, and how they are read; as in `learnable.load`.

    ``name`` is one of the catalog or a path; "" takes the model's own data, and
    `DATASET_OBJECT` stands for data in memory.
    ``memory`` is what the rows may take, in bytes; None: half of the machine's.
    """

    name: str = ""
    target: str | None = None
    task: Task | None = None
    drop: tuple[str, ...] = ()
    group: str | None = None
    rows: str | None = None
    limit: int | None = None
    header: bool | None = None
    missing: tuple[str, ...] = ()
    drop_rows: str = ""
    season: int | None = None
    horizon: int | None = None
    series: str | None = None
    memory: int | None = None

    @property
    def reading(self) -> dict[str, Any]:
        """The options of `learnable.load` but for its name and its memory."""
        facts = asdict(self)
        return {k: v for k, v in facts.items() if k not in ("name", "memory")}


@dataclass(frozen=True)
class Scoring:
    """On how many folds, and from how many seeds, candidates are scored."""

    folds: int = 5
    repeats: int = 1
    seeds: int = 1
    learning_curve: bool = False


@dataclass(frozen=True)
class Experiment:
    """An experiment: what is trained and scored, on which data, how often.

    Parameters
    ----------
    kind : {"train", "compare", "baseline", "sweep"}
        The command.
    networks : dict
        Recipes by the names under which their scores stand; one for ``"train"``, none
        for ``"baseline"``.
    data : Source
    scoring : Scoring
    seed : int, default 0
    """

    kind: _Kind
    networks: dict[str, Recipe]
    data: Source = field(default_factory=Source)
    scoring: Scoring = field(default_factory=Scoring)
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Convert to a dict as in ``recipe.json``: ``recipe`` if one network."""
        recipes = {name: recipe.to_dict() for name, recipe in self.networks.items()}
        of_networks: dict[str, Any] = {"networks": recipes} if recipes else {}
        if self.kind == "train":
            of_networks = {"recipe": next(iter(recipes.values()))}
        rest = {"data": asdict(self.data), "scoring": asdict(self.scoring)}
        return {"kind": self.kind} | of_networks | rest | {"seed": self.seed}

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Experiment:
        """The reverse of `to_dict`; what else a file holds is passed over.

        Raises
        ------
        Misuse
            A setting is misspelt, missing, of the wrong type or out of its range.
        """
        recipes = facts.get("networks", {})
        if "recipe" in facts:
            recipes = {"": facts["recipe"]}
        if not isinstance(recipes, dict):
            raise Misuse(f"networks must be an object of recipes, got {recipes!r}")
        made = {name: Recipe.from_dict(told) for name, told in recipes.items()}
        if "recipe" in facts:
            made = {made[""].model: made[""]}
        elif facts.get("kind", "train") == "train":
            raise Misuse(
                "recipe is missing; `zoo show MODEL --json` prints the recipe of a "
                "model"
            )
        known = {f.name: facts[f.name] for f in fields(cls) if f.name in facts}
        plain = structure({"kind": "train"} | known | {"networks": {}}, cls)
        if not 0 <= plain.seed <= LARGEST_SEED:
            msg = f"seed is {plain.seed}; it must be a whole number from 0"
            raise Misuse(f"{msg} to {LARGEST_SEED:,}")
        return replace(plain, networks=made)

    def fingerprint(self, sha256: str) -> str:
        """The same for the same experiment on the same data, wherever they lie.

        Parameters
        ----------
        sha256 : str
            Of the data as they were read.
        """
        facts = self.to_dict()
        del facts["data"]["name"], facts["data"]["memory"]
        plain = json.dumps(facts | {"sha256": sha256}, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


def read_experiment(path: Path) -> Experiment:
    """The experiment in a file such as the ``recipe.json`` of a run.

    Raises
    ------
    Misuse
        There is no such file, or a setting in it is wrong.
    BadData
        It is no JSON.
    """
    return Experiment.from_dict(read_facts(path))


def read_facts(path: Path) -> dict[str, Any]:
    """Read a file such as ``recipe.json``, as it stands there.

    Raises
    ------
    Misuse
    BadData
    """
    try:
        facts = json.loads(read_regular(path))
    except FileNotFoundError as error:
        msg = f"there is no file {str(path)!r}; the settings of a run are in its {FILE}"
        raise Misuse(msg) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadData(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(facts, dict):
        raise BadData(f"{path} is not a JSON object of settings, but {facts!r:.60}")
    return facts


def changed(facts: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """Settings as in ``recipe.json`` with single changes.

    Parameters
    ----------
    facts : dict
        From `Experiment.to_dict`, with ``recipe``.
    changes : sequence of str
        Such as ``optimizer.learning_rate=0.01``, ``hidden=[64,32]``,
        ``data.limit=500`` or ``seed=3``: the values are JSON, or a text as it is.

    Raises
    ------
    Misuse
        There is no such setting, or a change is not ``NAME=VALUE``.
    """
    made = json.loads(json.dumps(facts))
    for change in changes:
        name, sign, value = change.partition("=")
        if not sign:
            msg = f"{change!r} is not NAME=VALUE; give e.g. optimizer.name=adam"
            raise Misuse(msg)
        set_one(made, name.strip(), value.strip())
    return made


def with_changes(experiment: Experiment, changes: Sequence[str]) -> Experiment:
    """An experiment of one network with single settings changed; see `changed`.

    Raises
    ------
    Misuse
    """
    if not changes:
        return experiment
    return Experiment.from_dict(changed(experiment.to_dict(), changes))


def set_one(facts: dict[str, Any], name: str, text: str) -> None:
    """Change one setting in place; ``epochs`` and ``steps`` give way to each other.

    Raises
    ------
    UnknownName
    """
    holder, key = _place(facts, name)
    kinds = {**field_types(Recipe), **field_types(Source), "name": str}
    is_text = kinds.get(key) in (str, str | None) and text != "null"
    value = text if is_text else parsed(text)
    holder[key] = value
    other = {"epochs": "steps", "steps": "epochs"}.get(key)
    if other and value:
        holder[other] = 0


def parsed(text: str) -> Any:
    """JSON, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _place(facts: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    """Find the dict that holds a setting: ``recipe.`` may be left out."""
    recipe = facts["recipe"]
    holders = {
        "": recipe,
        "recipe": recipe,
        "optimizer": recipe["optimizer"],
        "recipe.optimizer": recipe["optimizer"],
        "data": facts["data"],
        "scoring": facts["scoring"],
    }
    where, _, key = name.rpartition(".")
    if name == "seed":
        return facts, "seed"
    if where in holders and key in holders[where] and key != "optimizer":
        return holders[where], key
    names = settings_of(recipe)
    raise unknown("setting", name, names, see=f"There are {', '.join(names)}.")


def settings_of(recipe: Mapping[str, Any]) -> list[str]:
    """The names that a change may have."""
    own = [name for name in recipe if name != "optimizer"]
    optimizer = [f"optimizer.{name}" for name in ("name", *OF_OPTIMIZER)]
    rest = [f"data.{name}" for name in field_types(Source)]
    rest += [f"scoring.{name}" for name in field_types(Scoring)]
    return [*own, *optimizer, *rest, "seed"]


def dotted(facts: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Settings by their path: ``{"recipe.learning_rate": 0.01}``.

    >>> dotted({"recipe": {"hidden": [10, 5]}, "seed": 0})
    {'recipe.hidden': [10, 5], 'seed': 0}
    """
    found: dict[str, Any] = {}
    for key, value in facts.items():
        nested = isinstance(value, Mapping) and value
        found |= (
            dotted(value, f"{before}{key}.") if nested else {f"{before}{key}": value}
        )
    return found
