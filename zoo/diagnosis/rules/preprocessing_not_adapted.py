"""P711: preprocessing layers that have never seen the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ....baselines.rules.registry import rule
from ....data.counts import count
from ...backend import keras
from ..codemod.edits import BeforeFit, Edit, Statement
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.copy_model import LOOKUPS, copy
from ..problem.graph import arrays_of, readers
from ..problem.training_setup import Setup
from ..record.arrays import name_of, sees_names, whole_fit

_NEAR = 0.5
"""Mean, and distance of the deviation from 1, of inputs that need no scaling."""


@rule("P711", order=15)
def preprocessing_not_adapted(context: RuleContext) -> NetworkFinding | None:
    """``Normalization``, or a lookup such as of texts, without ``adapt``."""
    found = list(_unadapted(context.fit.model, context.fit.x))
    if not found:
        return None
    kinds = ", ".join(sorted({type(layer).__name__ for layer, _ in found}))
    are_lookups = any(isinstance(layer, LOOKUPS) for layer, _ in found)
    # trials take no texts; that nothing is known of them needs none
    are_texts = any(part.dtype.kind in "OSU" for _, part in found)
    repair = Repair(f"adapt of {kinds}", _adapt, _edits(context, found))
    lack = "has an empty vocabulary" if are_lookups else "scales nothing"
    return network_finding(
        "P711",
        f"{count(len(found), 'layer')} ({kinds}) was never adapted, and {lack}.",
        "Call layer.adapt(x_train) before fit, with the training rows alone.",
        priority=0,
        repairs=() if are_texts else (repair,),
        layers=tuple(layer.name for layer, _ in found),
        layers_without_data=len(found),
    )


def _unadapted(model: Any, x: Any) -> Iterator[tuple[Any, np.ndarray]]:
    """Yield the layers that read an input and know nothing of it, with its rows."""
    tensors = getattr(model, "inputs", None) or []
    for tensor, part in zip(tensors, arrays_of(model, x), strict=False):
        for layer in readers(model, tensor):
            if _is_unadapted(layer, part):
                yield layer, part


def _is_unadapted(layer: Any, part: np.ndarray) -> bool:
    if isinstance(layer, LOOKUPS):
        return not layer.get_vocabulary(include_special_tokens=False)
    if not isinstance(layer, keras.layers.Normalization):
        return False
    if layer.input_mean is not None or not layer.built:
        return False
    mean, variance = np.asarray(layer.adapt_mean), np.asarray(layer.adapt_variance)
    values = part.astype("float64")
    is_scaled = abs(values.mean()) < _NEAR and abs(values.std() - 1) < _NEAR
    return not mean.any() and bool((variance == 1).all()) and not is_scaled


def _adapt(setup: Setup) -> Setup:
    model = copy(setup.model)
    for layer, part in _unadapted(model, setup.x):
        layer.adapt(part)
    return replace(setup, model=model, weights=None)


def _edits(
    context: RuleContext, found: list[tuple[Any, np.ndarray]]
) -> tuple[Edit, ...] | None:
    """Statements that adapt the layers: by their names, or as layers of the model."""
    whole = whole_fit(context.recording, context.fit)
    named = None if whole is None or not sees_names(whole) else _named(context, found)
    return named or _in_model(context, found)


def _named(
    context: RuleContext, found: list[tuple[Any, np.ndarray]]
) -> tuple[Edit, ...] | None:
    """Statements before ``compile``, where layers and rows have names in the script."""
    module = context.recording.module
    names = {id(value): name for name, value in vars(module).items()} if module else {}
    pairs = [
        (names.get(id(layer)), name_of(context.recording, part))
        for layer, part in found
    ]
    if any(layer is None or part is None for layer, part in pairs):
        return None
    return tuple(Statement(f"{layer}.adapt({part})") for layer, part in pairs)


def _in_model(
    context: RuleContext, found: list[tuple[Any, np.ndarray]]
) -> tuple[Edit, ...] | None:
    """A statement before ``fit``, with the rows that it is given."""
    fit = context.fit
    layers = list(getattr(fit.model, "layers", ()))
    places = [i for i, own in enumerate(layers) if own is found[0][0]]
    if len(found) > 1 or not places or fit.kind != "fit" or len(context.inputs) > 1:
        return None
    if fit.batch and not fit.is_pipeline:
        return None
    rows = "({x}).map(lambda rows, *_: rows)" if fit.is_pipeline else "{x}"
    return (BeforeFit(f"{{model}}.layers[{places[0]}].adapt({rows})"),)
