"""What a network does while it is trained, measured layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class LayerProbe:
    """One layer at one moment, on the same rows every time.

    Parameters
    ----------
    name : str
    gradient : float
        Norm of the loss's gradient to its weights; NaN where it has none.
    weight : float
        Norm of the weights.
    dead : float
        Share of its units that give the same value for every row; of a relu 0.
    saturated : float
        Share of its values at the flat ends of a sigmoid or tanh.
    spread : float
        Standard deviation of its values over rows, mean over units.
    """

    name: str
    gradient: float
    weight: float
    dead: float
    saturated: float
    spread: float


@dataclass(frozen=True)
class Moment:
    """All layers after a number of steps, and the loss on the probed rows.

    ``updates`` gives for each layer the norm of the last step's change of its weights
    by that of the weights.
    """

    step: int
    loss: float
    layers: tuple[LayerProbe, ...]
    updates: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """A training, looked at from within.

    Parameters
    ----------
    moments : tuple of Moment
        From the start (step 0) to the end.
    losses : tuple of float
        Of each step, or of an even sample of at most 1,000 of them.
    expected : float
        The loss that theory wants at the start; NaN where it has no word on it.
    outputs : array of shape (n_rows, n_outputs)
        What the network gives at the end.
    penalty : float
        Share of the first loss that weight penalties make up.
    wrong_gradient : float
        Largest relative difference between the gradient and central differences;
        NaN where it was not measured.
    nonfinite : int
        The step, from 1, of the first loss that was not finite; -1 if there was none.
    planned : int
        Steps that the whole training has on these rows; of a long one only the first
        part is measured.
    """

    moments: tuple[Moment, ...]
    losses: tuple[float, ...]
    expected: float
    outputs: np.ndarray
    penalty: float = 0.0
    wrong_gradient: float = float("nan")
    nonfinite: int = -1
    planned: int = 0
