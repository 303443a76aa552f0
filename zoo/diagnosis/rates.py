"""The learning rates that optimizers are used with."""

from __future__ import annotations

from dataclasses import dataclass

from .setup import Setup


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
    """What the optimizer is used with."""
    return RATES.get(optimizer_name(setup), ADAPTIVE)
