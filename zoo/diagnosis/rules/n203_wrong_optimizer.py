"""N203: an optimizer that gets nowhere in the steps it has."""

from __future__ import annotations

from ..case import Case, Suspect, suspect
from ..changes import adam, set_compile
from ..curve import break_of, curve_of
from ..rates import optimizer_name

SLOW = ("Adadelta", "Adagrad", "Ftrl")
"""Their steps shrink, or start tiny."""
LITTLE_MOMENTUM = 0.5
FEW_STEPS = 500


def wrong_optimizer(case: Case) -> Suspect | None:
    """A slow optimizer where the loss still falls, or has hardly fallen."""
    setup, name = case.setup, optimizer_name(case.setup)
    momentum = float(setup.optimizer["config"].get("momentum") or 0.0)
    plain = name == "SGD" and momentum < LITTLE_MOMENTUM
    curve = curve_of(case)
    slow = curve is None or curve.is_slow
    if not (plain or name in SLOW) or not slow or break_of(case):
        return None
    told = "" if curve is None else f" {_told(curve.start, curve.end)}"
    rates = (0.001, 0.01) if setup.steps < FEW_STEPS else (0.001,)
    repairs = tuple(
        set_compile(
            f"optimizer {name} -> Adam({rate})",
            {"optimizer": f"keras.optimizers.Adam({rate})"},
            optimizer=adam(rate),
        )
        for rate in rates
    )
    without = " without momentum" if plain else ""
    return suspect(
        "N203",
        f"{name}{without} with a learning rate of {setup.rate:.3g} gets nowhere in "
        f"{setup.steps:,} steps.{told}",
        "Use keras.optimizers.Adam(0.001).",
        tier=2,
        repairs=repairs,
        rate=setup.rate,
        steps=setup.steps,
    )


def _told(start: float, end: float) -> str:
    return f"The loss goes from {start:.3g} to {end:.3g}."
