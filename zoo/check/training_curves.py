"""The loss of the training as the script has it, and of the repaired one.

Both were trained by the trials: nothing is trained here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...baselines.results.diagnosis import TrainingCurve
from ..diagnosis.problem.context import Repair, repaired
from ..diagnosis.problem.task import loss_name

if TYPE_CHECKING:
    from ..diagnosis.search.causes import Inquiry
    from ..diagnosis.search.trials import TrialRunner

_UNITS = {
    "binary_crossentropy": "log_loss",
    "categorical_crossentropy": "log_loss",
    "sparse_categorical_crossentropy": "log_loss",
    "mean_squared_error": "mse",
}
"""Losses that baselines have, too."""


def training_curves(runner: TrialRunner, inquiry: Inquiry) -> tuple[TrainingCurve, ...]:
    """Losses by epoch on the first split; empty where none of the repairs is a cause.

    Parameters
    ----------
    runner : TrialRunner
        After its trials.
    inquiry : Inquiry
    """
    repairs = [cause.proposal.repair for cause in inquiry.causes]
    if not repairs:
        return ()
    wanted: dict[str, list[Repair]] = {"as it is": [], "repaired": repairs}
    if inquiry.tuned:
        wanted["repaired and tuned"] = [*repairs, *inquiry.tuned]
    found = tuple(_curves(runner, wanted))
    return found if len(found) > 1 else ()


def _curves(
    runner: TrialRunner, wanted: dict[str, list[Repair]]
) -> Iterator[TrainingCurve]:
    for name, repairs in wanted.items():
        losses = runner.losses(repairs)
        if losses:
            yield TrainingCurve(name, losses, *_loss(runner, repairs))


def _loss(runner: TrialRunner, repairs: Sequence[Repair]) -> tuple[str, str]:
    """The loss that was trained on, and the metric that it can be compared with."""
    setup = repaired(runner.setup, repairs)
    name = loss_name(setup.loss)
    weighed = setup.class_weight is not None or setup.sample_weight is not None
    same = not weighed and setup.rescale is None
    return name, _UNITS.get(name, "") if same else ""
