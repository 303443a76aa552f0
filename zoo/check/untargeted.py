"""Trainings without targets: what is seen of them, and what other rates would do.

The loss is the network's own, as of a variational autoencoder. There is no score by
which repairs could be proved, and nothing that baselines could predict; so rules and
symptoms speak, and trials compare the loss at the end.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...data.errors import BadData
from ..backend import keras
from ..diagnosis.probe.symptoms import symptoms
from ..diagnosis.problem.context import RuleContext
from ..diagnosis.problem.task import TrainingTask
from ..diagnosis.problem.training_setup import Setup, build_model, original_training
from ..diagnosis.record.arrays import count_rows
from ..diagnosis.rules.run_rules import run_rules

if TYPE_CHECKING:
    from ..diagnosis.problem.context import NetworkFinding
    from ..diagnosis.record.recording import Fit, Recording
    from .stages import Say

_CODES = ("N108", "N109", "N110", "N116", "N117", "P701", "P703", "P709", "P710")
"""Rules that ask nothing of targets and loss."""
_FACTORS = (0.1, 10.0)
_BETTER = 0.2
"""Share by which the loss at the end must be lower."""
_SECONDS = 60.0
"""For such trainings, where the user sets no budget."""
_MOST_SHARE = 0.5
"""Of the budget, that one training may take to be repeated."""

_log = logging.getLogger("learnable")


def refuse_untargeted(
    recording: Recording, fit: Fit, *, budget: float | None, show: Say
) -> None:
    """Show what is known of a training without targets, and refuse it.

    Raises
    ------
    BadData
        Always: no score tells whether such a network has learned.
    """
    for line in _describe_recording(recording, fit, budget=budget or _SECONDS):
        show(f"  {line}")
    where = f" (line {fit.place.line})" if fit.place else ""
    msg = f"fit was given no targets{where}, and the loss is the network's own: there"
    msg = f"{msg} is no score by which repairs could be proved. Of an autoencoder, pass"
    raise BadData(f"{msg} the inputs as targets, fit(x, x), with a loss in compile")


def _describe_recording(
    recording: Recording, fit: Fit, *, budget: float
) -> Iterator[str]:
    rows = count_rows(fit.x)
    if not rows:
        return
    targets = np.zeros(rows, "float32")
    task = TrainingTask("regression", targets.astype("float64"), np.zeros(0))
    context = RuleContext(
        recording, fit, task, original_training(replace(fit, y=targets), task)
    )
    if losses := fit.history.get("loss"):
        first, last = losses[0], losses[-1]
        yield f"loss      {first:.4g} in the first epoch, {last:.4g} in the last"
    for symptom in symptoms(context):
        yield f"seen      {symptom.code} {symptom.label}. {symptom.sentence}"
    for finding in run_rules(context):
        if finding.code in _CODES:
            yield f"untested  {_finding(finding)}"
    yield from _compare_learning_rates(context, budget)


def _finding(finding: NetworkFinding) -> str:
    message = f"{finding.code} {finding.label}. {finding.sentence}"
    return f"{message} What to do: {finding.advice}"


def _compare_learning_rates(context: RuleContext, budget: float) -> Iterator[str]:
    """Repeat the training with other learning rates, and compare the losses."""
    setup, fit = context.setup, context.fit
    if fit.error or not setup.rate or fit.seconds > _MOST_SHARE * budget:
        return
    end = time.monotonic() + budget
    try:
        own = _final_loss(setup)
        for factor in _FACTORS:
            rate = float(f"{setup.rate * factor:.3g}")
            if time.monotonic() > end:
                return
            loss = _final_loss(setup.with_optimizer(learning_rate=rate))
            if loss < own - _BETTER * abs(own):
                yield (
                    f"tried     learning rate {setup.rate:.3g} -> {rate:g}: the loss "
                    f"ends at {loss:.4g} instead of {own:.4g}"
                )
    # a step of the user's own may need what nobody has told
    except Exception as error:
        _log.debug("a training without targets cannot be repeated: %r", error)


def _final_loss(setup: Setup) -> float:
    """Loss of the last epoch; infinite where it is not finite."""
    rows = np.arange(len(setup.y))
    model = build_model(setup, rows, seed=0)
    history = model.fit(
        keras.tree.map_structure(np.asarray, setup.x),
        batch_size=setup.batch_size,
        epochs=setup.epochs,
        verbose=0,
    )
    losses = history.history.get("loss") or [float("nan")]
    last = float(np.mean(losses[-1]))
    return last if np.isfinite(last) else float("inf")
