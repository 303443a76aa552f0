"""Symptoms of a training that goes wrong, without saying why."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ....baselines.rules.registry import RULES, checks, rule
from ...backend import keras
from ..problem.context import RuleContext
from ..problem.copy_model import copy, give_weights
from .loss_curve import curve_of

_MOST_ROWS = 256
SAME = 1e-3
"""Spread of the outputs, by that of the targets, that is none."""
FLAT = 0.02
"""Fall of a loss, as a share of its start, that is none."""
RISE = 0.1
"""Rise of the validation loss above its lowest, as a share of that."""
_FAR = 1.0
"""First loss too high by more than itself, as it should be."""
SATURATED = 0.5
AGAIN = 2.0
"""Passes over the rows in an epoch, from which a script may mean other rows."""


@dataclass(frozen=True)
class _Symptom:
    """Something seen, which a rule may explain; never a cause.

    Parameters
    ----------
    code, label : str
        E.g. ``"S404"`` and ``"plateau"``.
    sentence : str
        What was seen, with its numbers.
    evidence : dict of str -> float
    """

    code: str
    label: str
    sentence: str
    evidence: dict[str, float] = field(default_factory=dict)


def symptoms(context: RuleContext) -> tuple[_Symptom, ...]:
    """All that is seen of the recorded training and of the measured one."""
    found = (check(context) for check in checks(__name__, letters="S"))
    return tuple(symptom for symptom in found if symptom is not None)


def _symptom(code: str, sentence: str, **evidence: float) -> _Symptom:
    numbers = {name: float(value) for name, value in evidence.items()}
    return _Symptom(code, RULES[code].label, sentence, numbers)


@rule("S401")
def _collapsed(context: RuleContext) -> _Symptom | None:
    predicted = _predictions(context)
    if predicted is None or len(predicted) < 2 or not np.isfinite(predicted).all():
        return None
    spread, scale = float(predicted.std(axis=0).max()), _scale(context)
    if spread <= SAME * scale:
        differ = f"differ by only {spread:.2g}" if spread > 0 else "are all the same"
        text = f"The outputs for {len(predicted):,} rows {differ}."
        return _symptom("S401", text, spread=spread)
    if context.task.kind != "multiclass" or predicted.shape[1] < 2:
        return None
    kinds = np.bincount(context.task.y)
    if len(np.unique(predicted.argmax(axis=1))) > 1 or kinds.max() > 0.9 * kinds.sum():
        return None
    one = predicted[0].argmax()
    text = f"The model predicts class {one} for all {len(predicted):,} rows."
    return _symptom("S401", text, spread=spread)


def _scale(context: RuleContext) -> float:
    """Spread of the targets, as the network is given them; 1 for classes."""
    y = context.task.y
    return float(np.nanstd(y)) or 1.0 if context.task.kind == "regression" else 1.0


def _predictions(context: RuleContext) -> np.ndarray | None:
    """Outputs of the script's trained network on a sample, else of the measured one."""
    fit = context.fit
    each = max(1, len(context.task) // _MOST_ROWS)
    x = keras.tree.map_structure(lambda part: np.asarray(part)[::each], fit.x)
    try:
        model = copy(fit.model)
        give_weights(model, fit.trained)
        predicted = np.asarray(keras.tree.flatten(model(x, training=False))[0])
    # a layer of the user's own may raise anything when it is made again
    except Exception:
        return None if context.probe is None else context.probe.outputs
    return predicted.reshape(len(predicted), -1)


@rule("S402")
def _not_finite(context: RuleContext) -> _Symptom | None:
    losses = np.asarray(context.fit.history.get("loss", []), "float64")
    wrong = np.flatnonzero(~np.isfinite(losses))
    if len(wrong):
        epoch = int(wrong[0]) + 1
        text = f"The loss is {losses[wrong[0]]} from epoch {epoch:,} on."
        return _symptom("S402", text, epoch=epoch)
    if context.probe and context.probe.nonfinite > 0:
        step = context.probe.nonfinite
        text = f"In a repeated training, the loss is not finite from step {step:,} on."
        return _symptom("S402", text, step=step)
    return None


@rule("S403")
def _unchanged(context: RuleContext) -> _Symptom | None:
    """Layers all of whose weights are what they were."""
    before, after = (
        _weights_by_layer(context, context.fit.weights),
        _weights_by_layer(context, context.fit.trained),
    )
    same = [name for name in before if _equal(before[name], after.get(name, []))]
    if not same or (not context.fit.steps and not context.fit.history):
        return None
    names = ", ".join(repr(name) for name in same[:3])
    text = (
        f"The weights of {len(same)} of {len(before)} layers ({names}) did not change."
    )
    return _symptom("S403", text, layers=len(same))


def _weights_by_layer(
    context: RuleContext, weights: list[np.ndarray]
) -> dict[str, list[np.ndarray]]:
    """Weights by the path of their layer, those of normalisation of inputs left out."""
    paths = [variable.path.rpartition("/")[0] for variable in context.fit.model.weights]
    fixed = {
        layer.path
        for layer in context.fit.model._flatten_layers()
        if isinstance(layer, keras.layers.Normalization)
    }
    found: dict[str, list[np.ndarray]] = {}
    for path, values in zip(paths, weights, strict=False):
        if path not in fixed:
            found.setdefault(path, []).append(values)
    return found


def _equal(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return len(a) == len(b) and all(map(np.array_equal, a, b))


@rule("S404")
def _plateau(context: RuleContext) -> _Symptom | None:
    curve = curve_of(context)
    if curve is None or not -FLAT < curve.fall < FLAT:
        return None
    text = f"The loss starts at {curve.start:.3g} and ends at {curve.end:.3g}."
    return _symptom("S404", text, fall=curve.fall)


@rule("S405")
def _oscillation(context: RuleContext) -> _Symptom | None:
    curve = curve_of(context)
    if curve is None or curve.swing < 0.35 or curve.height < 0.1:
        return None
    text = f"The loss oscillates by {curve.height:.0%} of its value until the end."
    return _symptom("S405", text, height=curve.height)


@rule("S409")
def _repeated(context: RuleContext) -> _Symptom | None:
    passes, rows = context.setup.passes, len(context.setup.y)
    if passes < AGAIN or context.fit.cut:
        return None
    message = f"An epoch repeats the same {rows:,} rows {passes:.3g} times"
    text = f"{message}: the dataset or generator yields no others."
    return _symptom("S409", text, passes=passes, rows=rows)


@rule("S406")
def _overfitting(context: RuleContext) -> _Symptom | None:
    history = context.fit.history
    held, own = history.get("val_loss", []), history.get("loss", [])
    if len(held) < 4 or not np.isfinite([*held, *own]).all():
        return None
    best = int(np.argmin(held))
    last = float(np.mean(held[-3:]))
    if last <= held[best] + RISE * abs(held[best]) or own[-1] >= own[best]:
        return None
    text = (
        f"The validation loss rises from {held[best]:.3g} in epoch {best + 1:,} to "
        f"{last:.3g}, while the training loss falls further to {own[-1]:.3g}."
    )
    return _symptom("S406", text, best_epoch=best + 1, lowest=held[best], last=last)


@rule("S407")
def _unexpected_loss(context: RuleContext) -> _Symptom | None:
    probe = context.probe
    if probe is None or not probe.moments or not probe.expected > 0:
        return None
    start = probe.moments[0].loss
    if not abs(start - probe.expected) > _FAR * probe.expected:
        return None
    text = (
        f"The initial loss is {start:.3g}; {probe.expected:.3g} is expected for "
        "an untrained network."
    )
    return _symptom("S407", text, start=start, expected=probe.expected)


@rule("S408")
def _saturated(context: RuleContext) -> _Symptom | None:
    hidden = {node.name for node in context.graph.hidden}
    moments = context.probe.moments if context.probe else ()
    shares = {
        part.name: part.saturated
        for moment in moments[-1:]
        for part in moment.layers
        if part.name in hidden and part.saturated > SATURATED
    }
    if not shares:
        return None
    name, share = max(shares.items(), key=lambda pair: pair[1])
    text = f"{share:.0%} of the outputs of layer {name!r} are saturated."
    return _symptom("S408", text, layers=len(shares), share=share)
