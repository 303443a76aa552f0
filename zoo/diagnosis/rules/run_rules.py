"""All rules on one training: what is suspected, nearest to the script first."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..problem.context import NetworkFinding, RuleContext
from .d301_inputs import inputs_not_scaled
from .d302_targets import targets_not_scaled
from .d303_finite import inputs_not_finite
from .d304_order import rows_not_shuffled
from .d310_balance import class_imbalance
from .d313_constant import constant_inputs
from .n101_wrong_loss import wrong_loss
from .n102_wrong_output_activation import wrong_output_activation
from .n103_wrong_output_units import wrong_output_units
from .n104_label_encoding import label_encoding
from .n105_target_shape import target_shape
from .n106_missing_nonlinearity import missing_nonlinearity
from .n107_wrong_hidden_activation import wrong_hidden_activation
from .n108_bad_initialisation import bad_initialisation
from .n109_disconnected_layer import disconnected_layer
from .n110_frozen_weights import frozen_weights
from .n111_too_few_units import too_few_units
from .n112_too_strong_regularisation import too_strong_regularisation
from .n113_missing_mask import missing_mask
from .n114_wrong_gradient import wrong_gradient
from .n201_lr_too_high import lr_too_high
from .n202_lr_too_low import lr_too_low
from .n203_wrong_optimizer import wrong_optimizer
from .n204_wrong_batch_size import wrong_batch_size
from .n205_too_few_epochs import too_few_epochs
from .n206_exploding_gradient import exploding_gradient
from .n207_vanishing_gradient import vanishing_gradient
from .n208_dying_relu import dying_relu

Check = Callable[[RuleContext], NetworkFinding | None]

CHECKS: tuple[Check, ...] = (
    constant_inputs,
    inputs_not_finite,
    wrong_gradient,
    disconnected_layer,
    frozen_weights,
    target_shape,
    label_encoding,
    wrong_output_units,
    wrong_output_activation,
    wrong_loss,
    bad_initialisation,
    missing_mask,
    missing_nonlinearity,
    wrong_hidden_activation,
    too_strong_regularisation,
    inputs_not_scaled,
    targets_not_scaled,
    too_few_units,
    rows_not_shuffled,
    class_imbalance,
    lr_too_high,
    exploding_gradient,
    vanishing_gradient,
    dying_relu,
    lr_too_low,
    wrong_optimizer,
)
"""In the order in which repairs are tried within a tier."""
LENGTH: tuple[Check, ...] = (wrong_batch_size, too_few_epochs)
"""How much is trained: tried before the rate where steps are few, else after it."""
_FEW_STEPS = 300
"""No rate makes a network learn in much fewer."""

_log = logging.getLogger("learnable")


def suspects(case: RuleContext) -> tuple[NetworkFinding, ...]:
    """Return what the rules suspect, by tier."""
    few = case.setup.steps < _FEW_STEPS
    checks = (*LENGTH, *CHECKS) if few else (*CHECKS, *LENGTH)
    found = [s for check in checks if (s := _asked(check, case)) is not None]
    return tuple(sorted(found, key=lambda s: s.tier))


def _asked(check: Check, case: RuleContext) -> NetworkFinding | None:
    try:
        return check(case)
    # a network of somebody's own can be anything: what one rule cannot read must not
    # take the word from the others
    except Exception as error:
        _log.debug("%s cannot read this network: %r", check.__name__, error)
        return None
