"""Candidates as people have them: names, estimators, Keras models, builders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...data import Dataset
from ...data.dataset import ORDERED
from ...data.errors import Misuse
from ..recipe import Recipe
from ..registry import card, check_task, recipe

_WAYS = (
    "a name of the zoo (learnable.list_models()), a scikit-learn estimator, a compiled "
    "Keras model, or a function that builds one"
)


def named_candidates(
    candidates: Any,
    dataset: Dataset,
    *,
    epochs: int | None,
    batch_size: int,
) -> dict[str, Any]:
    """Candidates by the names under which their scores stand.

    Parameters
    ----------
    candidates : one candidate, a sequence of them, or a mapping of names to them
    dataset : Dataset
    epochs, batch_size
        Of Keras models that are not of the zoo.

    Returns
    -------
    dict
        Recipes of the zoo, and estimators for the harness.

    Raises
    ------
    ZooError
        One is none of these, cannot do the task, or does not take the rows.
    """
    found = {}
    for name, one in _pairs(candidates).items():
        found[name] = _candidate(name, one, dataset, epochs, batch_size)
    return found


def _pairs(candidates: Any) -> dict[str, Any]:
    """Candidates by name; names are made where none are given."""
    if isinstance(candidates, Mapping):
        odd = [name for name in candidates if not isinstance(name, str) or not name]
        if odd:
            raise Misuse(f"a candidate is named {odd[0]!r}; give it a text as its name")
        return dict(candidates)
    single = isinstance(candidates, str) or not isinstance(candidates, Sequence)
    found: dict[str, Any] = {}
    for one in [candidates] if single else candidates:
        name = _name(one)
        same = sum(key == name or key.startswith(f"{name}-") for key in found)
        found[f"{name}-{same + 1}" if name in found else name] = one
    return found


def _name(one: Any) -> str:
    if isinstance(one, str):
        return card(one).name
    if isinstance(one, Recipe):
        return one.model
    if is_keras_model(one):
        return str(one.name)
    return str(getattr(one, "__name__", type(one).__name__)).strip("<>")


def is_keras_model(one: Any) -> bool:
    """Whether this is a network of Keras; Keras is not imported to tell."""
    return any(
        kind.__name__ == "Model" and kind.__module__.partition(".")[0] == "keras"
        for kind in type(one).__mro__
    )


def _candidate(
    name: str, one: Any, dataset: Dataset, epochs: int | None, batch_size: int
) -> Any:
    if isinstance(one, str | Recipe):
        settings = recipe(one) if isinstance(one, str) else one
        check_task(settings.model, dataset.task, dataset.card.name)
        return settings
    if isinstance(one, type):
        msg = f"candidate {name!r} is the class {one.__name__}"
        raise Misuse(f"{msg}; give an instance, {one.__name__}()")
    if is_keras_model(one) or (callable(one) and not hasattr(one, "fit")):
        return _own_network(name, one, dataset, epochs, batch_size)
    if hasattr(one, "fit") and hasattr(one, "predict"):
        return one
    raise Misuse(f"candidate {name!r} is a {type(one).__name__}; give {_WAYS}")


def _own_network(
    name: str, one: Any, dataset: Dataset, epochs: int | None, batch_size: int
) -> Any:
    """A Keras model, or a function that builds one, held against the rows.

    Raises
    ------
    ZooError
    """
    from .own_network import HeldModel, OwnNetwork

    if dataset.task in ORDERED:
        msg = f"candidate {name!r} is a Keras model, and the data are {dataset.task}"
        raise Misuse(f"{msg}; models for this task are those of the zoo")
    return OwnNetwork(
        HeldModel(one) if is_keras_model(one) else one,
        name=name,
        task=dataset.task,
        classes=dataset.classes,
        epochs=epochs,
        batch_size=batch_size,
    ).checked(dataset)


def process_limit(candidates: Mapping[str, Any], jobs: int | None) -> int | None:
    """Processes at a time: one where a network has layers that others cannot load."""
    own = [one for one in candidates.values() if getattr(one, "is_local", False)]
    return 1 if own and jobs is None else jobs
