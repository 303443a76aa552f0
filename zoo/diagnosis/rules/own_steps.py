"""Steps that an optimizer or a ``train_step`` of the script's own takes.

A step must lower the loss that it is given the gradient of: its weights move against
the gradient, and all of them move that have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ....data.counts import count
from ...backend import keras, tensorflow
from ..codemod.edits import Statement
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.training_setup import Setup, build_model, make_optimizer, rows_of
from .output_layer import diverse_rows, standard_loss
from .repairs import join, use_adam

UPHILL = 0.2
"""Cosine of a step and the gradient, from which it climbs: those of Adam are near -.6,
those of plain descent -1, and noise is 0."""
_ROWS = 64
_STEPS = 3
"""Steps that are looked at, each from fresh weights."""
_NO_GRADIENT = "No gradients provided"
"""As Keras' optimizers say it."""
_CODE = "type({model}).train_step = keras.Model.train_step"


@dataclass(frozen=True)
class _OwnStep:
    """One step's direction, and the layers that it left where they were.

    ``cosine`` is that of the step and the gradient of the loss; None of a step that
    ended because it had no gradient.
    """

    cosine: float | None
    left_out: tuple[str, ...] = ()


def find_wrong_steps(context: RuleContext) -> NetworkFinding | None:
    """A finding on steps that climb, or that leave out weights with a gradient."""
    return _check_optimizer(context) or _check_train_step(context)


def _check_optimizer(context: RuleContext) -> NetworkFinding | None:
    setup = context.setup
    if setup.own_optimizer is None:
        return None
    cosine = optimizer_cosine(make_optimizer(setup))
    if cosine < UPHILL:
        return None
    name = setup.own_optimizer.__name__
    rates = dict.fromkeys((float(f"{setup.rate or 0.01:.4g}"), 0.001))
    return network_finding(
        "N114",
        f"The optimizer {name} moves weights along the gradient (cosine {cosine:.2f}): "
        "the loss rises.",
        "Subtract the gradient from the weights, or use an optimizer of Keras.",
        priority=0,
        repairs=tuple(use_adam(setup, rate) for rate in rates),
        cosine=cosine,
    )


def optimizer_cosine(optimizer: Any) -> float:
    """Return the cosine of an optimizer's first step and the gradient."""
    gradient = np.array([1.0, -2.0, 0.5], "float32")
    weight = keras.Variable(np.array([0.3, 0.1, -0.4], "float32"))
    before = np.array(weight)
    optimizer.build([weight])
    optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return _cosine(np.array(weight) - before, gradient)


def _cosine(step: np.ndarray, gradient: np.ndarray) -> float:
    norms = float(np.linalg.norm(step) * np.linalg.norm(gradient))
    return float((step * gradient).sum()) / norms if norms else 0.0


def _check_train_step(context: RuleContext) -> NetworkFinding | None:
    kind = type(context.fit.model)
    if kind.train_step is keras.Model.train_step:
        return None
    if context.fit.loss is None:
        return _check_own_loss(context)
    steps = [_step(context, seed) for seed in range(_STEPS)]
    message = _describe_steps(steps)
    if message is None:
        return None
    what, advice, evidence = message
    return network_finding(
        "N114",
        f"The train_step of {kind.__name__} {what}.",
        advice,
        priority=0,
        repairs=(step_of_keras(context),),
        layers=_layers_left_by_all(steps),
        **evidence,
    )


def step_of_keras(context: RuleContext) -> Repair:
    """Return Keras' own step; with a usual loss where ``compile`` was given none."""

    def apply(setup: Setup) -> Setup:
        return replace(setup, own_step=False)

    repair = Repair("train_step of keras.Model", apply, (Statement(_CODE),))
    if context.fit.loss is not None:
        return repair
    loss = standard_loss(context)
    return join(f"{repair.what}, {loss.what}", [repair, loss])


def _check_own_loss(context: RuleContext) -> NetworkFinding | None:
    """A loss made in ``train_step``, of which the script's steps had no gradient."""
    if _NO_GRADIENT not in context.fit.error:
        return None
    what, advice, _ = _describe_steps([_OwnStep(None)]) or ("", "", {})
    return network_finding(
        "N114",
        f"The train_step of {type(context.fit.model).__name__} {what}.",
        advice,
        priority=0,
        repairs=(step_of_keras(context),),
        recorded=True,
    )


def _describe_steps(
    steps: Sequence[_OwnStep],
) -> tuple[str, str, dict[str, float]] | None:
    """Return what is wrong with steps, what to do, and the number that shows it."""
    cosines = [step.cosine for step in steps if step.cosine is not None]
    if len(cosines) < len(steps):
        return (
            "gives the optimizer no gradient of any weight: what the tape is asked for "
            "was computed outside of it, or by an operation without a gradient",
            "Compute the loss, and all that is made of it, within tf.GradientTape.",
            {},
        )
    cosine, names = float(np.median(cosines)), _layers_left_by_all(steps)
    if cosine < UPHILL and not names:
        return None
    what = (
        f"moves weights along the gradient of the loss (cosine {cosine:.2f})"
        if cosine >= UPHILL
        else f"does not train {count(len(names), 'layer')} "
        f"({', '.join(map(repr, names[:4]))}), whose weights have a gradient"
    )
    advice = (
        "Pass the gradients of all trainable variables to the optimizer, which "
        "subtracts them."
    )
    return what, advice, {"cosine": cosine}


def _layers_left_by_all(steps: Sequence[_OwnStep]) -> tuple[str, ...]:
    left = set(steps[0].left_out).intersection(*(set(s.left_out) for s in steps))
    return tuple(name for name in steps[0].left_out if name in left)


def _step(context: RuleContext, seed: int) -> _OwnStep:
    """Take one step from fresh weights, beside the gradient there."""
    setup = context.setup
    rows = diverse_rows(context, _ROWS)
    model = build_model(setup, rows, seed=seed)
    x, y = rows_of(setup.x, rows), setup.y[rows]
    model(x, training=False)
    tensors: Any = keras.tree.map_structure(keras.ops.convert_to_tensor, (x, y))
    with tensorflow.GradientTape() as tape:
        predicted = model(tensors[0], training=False)
        loss = model.compute_loss(*tensors, predicted, training=False)
    variables = model.trainable_variables
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    before = [np.array(variable) for variable in variables]
    model.run_eagerly = True  # one step does not pay for a graph
    # as the script trains it: train_on_batch hands over weights of rows too
    try:
        model.fit(x, y, batch_size=len(rows), shuffle=False, verbose=0)
    except ValueError as error:
        if _NO_GRADIENT in str(error) and any(g is not None for g in gradients):
            return _OwnStep(None)
        raise
    moves = [np.array(v) - old for v, old in zip(variables, before, strict=True)]
    known = [
        (variable, move, np.asarray(gradient))
        for variable, move, gradient in zip(variables, moves, gradients, strict=True)
        if gradient is not None
    ]
    return _OwnStep(
        _cosine(
            np.concatenate([move.ravel() for _, move, _ in known]),
            np.concatenate([gradient.ravel() for _, _, gradient in known]),
        ),
        _unmoved_layers(context.fit.model, model, known),
    )


def _unmoved_layers(
    model: Any, copied: Any, known: list[tuple[Any, np.ndarray, np.ndarray]]
) -> tuple[str, ...]:
    """Layers none of whose weights moved, though they have a gradient.

    Named as in the script: a network of a class of one's own names its layers anew.
    """
    moved = {id(v): bool(move.any()) for v, move, g in known if g.any()}
    pairs = zip(_leaves(model), _leaves(copied), strict=True)
    return tuple(
        own.name
        for own, layer in pairs
        if layer.trainable_variables
        and not any(moved.get(id(v), True) for v in layer.trainable_variables)
    )


def _leaves(model: Any) -> list[Any]:
    """The layers that hold no others."""
    every = model._flatten_layers(include_self=False)
    return [layer for layer in every if not layer._layers]
