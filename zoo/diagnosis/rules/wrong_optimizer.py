"""N203: an optimizer that gets nowhere in the steps it has."""

from __future__ import annotations

from ....baselines.rules.registry import rule
from ..probe.loss_curve import curve_of, describe_divergence, optimizer_name
from ..problem.context import NetworkFinding, Repair, RuleContext, network_finding
from ..problem.training_setup import Setup
from .repairs import defaults, set_optimizer, use_adam

SLOW = ("Adadelta", "Adagrad", "Ftrl")
"""Their steps shrink, or start tiny."""
LITTLE_MOMENTUM = 0.5
_FEW_STEPS = 500
USUAL = {
    "momentum": (0.0, 0.99),
    "beta_1": (0.0, 0.98),
    "beta_2": (0.9, 1.0),
    "rho": (0.5, 0.999),
    "epsilon": (0.0, 0.01),
    "clipvalue": (1e-3, float("inf")),
    "clipnorm": (0.01, float("inf")),
    "global_clipnorm": (0.01, float("inf")),
}
"""Settings between which trainings lie that work: wide around Keras' defaults. Adam's
own paper looks at beta_1 of 0 and .9 and beta_2 of .99 to .9999 (Kingma, Ba 2015)."""


@rule("N203", order=260)
def wrong_optimizer(context: RuleContext) -> NetworkFinding | None:
    """An optimizer with unusual settings, or a slow one that has not got far."""
    odd = _unusual_settings(context.setup)
    return _unusual_settings_finding(context, odd) if odd else _too_slow(context)


def _unusual_settings(setup: Setup) -> dict[str, float]:
    """The settings that lie beyond the usual."""
    config = setup.optimizer["config"]
    given = {name: config[name] for name in USUAL if config.get(name) is not None}
    return {
        name: float(value)
        for name, value in given.items()
        if not USUAL[name][0] <= value <= USUAL[name][1]
    }


def _unusual_settings_finding(
    context: RuleContext, odd: dict[str, float]
) -> NetworkFinding:
    setup, name = context.setup, optimizer_name(context.setup)
    usual = defaults(name)
    message = ", ".join(f"{key}={value:.3g}" for key, value in odd.items())
    here = ", ".join(f"{key}={usual.get(key)}" for key in odd)
    back: tuple[Repair, ...] = ()
    if usual:
        what = f"optimizer {name} with {here}"
        back = (set_optimizer(setup, what, **{key: usual[key] for key in odd}),)
    return network_finding(
        "N203",
        f"{name} has {message}; Keras' defaults are {here}. Its steps do not "
        "follow the gradient.",
        "Keep Keras' defaults for these, and change only the learning rate.",
        priority=2,
        repairs=(*back, use_adam(setup, 0.001)),
        settings=len(odd),
    )


def _too_slow(context: RuleContext) -> NetworkFinding | None:
    """A slow optimizer where the loss still falls, or has hardly fallen."""
    setup, name = context.setup, optimizer_name(context.setup)
    momentum = float(setup.optimizer["config"].get("momentum") or 0.0)
    plain = name == "SGD" and momentum < LITTLE_MOMENTUM
    curve = curve_of(context)
    slow = curve is None or curve.is_slow
    if not (plain or name in SLOW) or not slow or describe_divergence(context):
        return None
    message = "" if curve is None else f" {_describe_loss(curve.start, curve.end)}"
    rates = (0.001, 0.01) if setup.steps < _FEW_STEPS else (0.001,)
    without = " without momentum" if plain else ""
    return network_finding(
        "N203",
        f"{name}{without} with a learning rate of {setup.rate:.3g} makes no progress "
        f"in {setup.steps:,} steps.{message}",
        "Use keras.optimizers.Adam(0.001).",
        priority=2,
        repairs=tuple(use_adam(setup, rate) for rate in rates),
        rate=setup.rate,
        steps=setup.steps,
    )


def _describe_loss(start: float, end: float) -> str:
    return f"The loss goes from {start:.3g} to {end:.3g}."
