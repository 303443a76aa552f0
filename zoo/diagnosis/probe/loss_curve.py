"""The loss over a training: whether it falls, still falls, swings or grows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..problem.context import RuleContext
from ..problem.training_setup import Setup
from .probe import Probe

_BINS = 12
"""Means of so many parts stand for a curve: what is left of the batches' noise is
little, and a quarter of the training is three of them."""
_FEWEST = 4
"""Losses below which a curve has no shape."""


@dataclass(frozen=True)
class LossCurve:
    """Course of a loss from the start of a training to its end.

    Parameters
    ----------
    start, end : float
        Before the first step, or of the first part measured; of the last part.
    fall : float
        Share of the start that was lost by the end; below 0 where the loss grew.
    late : float
        Share of this fall that came in the last quarter of the training; NaN where
        too few losses are known, and 0 where noise may have made it.
    swing : float
        Of all the ups and downs from part to part, the share that were ups: near 0
        while a loss falls, near 0.5 where it goes up and down.
    height : float
        Mean up or down in the second half, as a share of the mean loss there.
    peak : float
        Highest part.
    """

    start: float
    end: float
    fall: float
    late: float
    swing: float
    height: float
    peak: float

    @property
    def is_falling(self) -> bool:
        """Whether the end was still far: the last quarter had over 5 % of the fall."""
        return self.late > 0.05

    @property
    def is_slow(self) -> bool:
        """Whether little was learned: the loss still falls, or has hardly fallen."""
        return self.is_falling or not self.fall > 0.3


def curve_of(context: RuleContext) -> LossCurve | None:
    """The training loss from start to end; None where it is not known.

    It is that of the measured training where this went to the end, else that of the
    epochs that the script had: the two start from different weights.
    """
    probe, epochs = context.probe, context.fit.history.get("loss", [])
    whole = probe is not None and probe.moments[-1].step >= probe.planned
    if probe is None or not (whole or len(epochs) < _FEWEST):
        losses = np.asarray(epochs, "float64")
        losses = losses[np.isfinite(losses)]
        return make_curve(losses, float(losses[0])) if len(losses) else None
    losses = np.asarray(probe.losses, "float64")
    losses = losses[np.isfinite(losses)]
    if not len(losses):
        return None
    curve = make_curve(losses, float(losses[0]))
    # the looks count neither class weights nor penalties
    weighed = context.setup.class_weight is not None or probe.penalty > 0
    return _measure_on_same_rows(probe, curve) if whole and not weighed else curve


def describe_divergence(context: RuleContext) -> str:
    """Describe how the loss stopped being finite; "" if it did not."""
    if context.probe and context.probe.nonfinite > 0:
        return f"the loss is not finite from step {context.probe.nonfinite:,} on"
    losses = context.fit.history.get("loss", [])
    return "" if np.isfinite(losses).all() else "the loss does not stay finite"


def _measure_on_same_rows(probe: Probe, curve: LossCurve) -> LossCurve:
    """Start, end and falls as the same rows had them, which is free of noise.

    A late fall is one only if half, three quarters and the end all go down.
    """
    seen = [moment.loss for moment in probe.moments]
    if len(seen) < _FEWEST or not np.isfinite(seen).all() or not seen[0]:
        return curve
    start, (half, three, end) = seen[0], seen[-3:]
    down = half > three > end and start > end
    late = (three - end) / (start - end) if down else 0.0
    fall = (start - end) / abs(start)
    return replace(curve, start=start, end=end, fall=fall, late=late)


def make_curve(losses: np.ndarray, start: float) -> LossCurve:
    """The shape of a run of losses, with the loss before the first step."""
    parts = np.array(
        [p.mean() for p in np.array_split(losses, min(_BINS, len(losses)))]
    )
    quarter = max(1, len(parts) // 4)
    end, steps = parts[-1], np.diff(parts)
    fall = max(start, parts[0]) - end
    ups, downs = steps[steps > 0].sum(), -steps[steps < 0].sum()
    half = np.abs(steps[len(steps) // 2 :])
    level = np.abs(parts[len(parts) // 2 :]).mean()
    late = float("nan")
    if len(parts) >= _FEWEST and fall > 0:
        gained = parts[-1 - quarter] - end
        # a fall no larger than the ups beside it is none
        noise = steps[-2 * quarter :].clip(min=0).sum()
        late = max(0.0, gained) / fall if gained > 2 * noise else 0.0
    return LossCurve(
        start=float(start),
        end=float(end),
        fall=float(fall / abs(start)) if start else 0.0,
        late=float(late),
        swing=float(ups / (ups + downs)) if ups + downs > 0 else 0.0,
        height=float(half.mean() / level) if len(half) and level > 0 else 0.0,
        peak=float(parts.max()),
    )


@dataclass(frozen=True)
class Rates:
    """Learning rates of one algorithm.

    Parameters
    ----------
    low, high : float
        Below and above them it is seldom used with success.
    usual : float
        As its authors give it, which is not always Keras' default.
    """

    low: float
    usual: float
    high: float


ADAPTIVE = Rates(1e-4, 1e-3, 0.02)
"""Adam and its kin: a step moves each weight by about the rate."""
RATES = {
    "SGD": Rates(1e-3, 0.01, 0.3),
    # Zeiler's paper has no rate, which is 1; Keras 3 has 0.001
    "Adadelta": Rates(0.05, 1.0, 10.0),
    "Adagrad": Rates(5e-3, 0.05, 0.5),
    "Ftrl": Rates(5e-3, 0.05, 1.0),
    "Lion": Rates(1e-5, 1e-4, 3e-3),
}
"""Class of the optimizer -> rates; all others are as Adam."""


def optimizer_name(setup: Setup) -> str:
    """The class of the optimizer."""
    return str(setup.optimizer["class_name"]).rpartition(">")[2]


def rates_of(setup: Setup) -> Rates:
    """Return the usual learning rates of the optimizer."""
    return RATES.get(optimizer_name(setup), ADAPTIVE)
