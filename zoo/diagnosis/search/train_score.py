"""Score of a trained network on the rows that it was trained on."""

from __future__ import annotations

import numpy as np

from ..problem.copy_model import copy, give_weights
from ..problem.task import TrainingTask
from ..problem.training_setup import as_given, rows_of
from ..record.recording import Fit
from .trials import decide, gives_logits, predict_outputs, score_rows

_MOST_ROWS = 4_000
"""That it is judged by."""


def own_score(fit: Fit, task: TrainingTask) -> float:
    """Score of the network, as the script trained it, on its own training rows.

    A high one beside a low one on other rows is a network that learns and does not
    carry over; one that does not learn is low on both.

    Raises
    ------
    Exception
        Whatever a network of somebody's own raises.
    """
    setup = as_given(fit, task)
    rows = np.unique(np.linspace(0, len(task) - 1, _MOST_ROWS).astype("int64"))
    model = fit.model
    shapes = [np.shape(weight) for weight in model.get_weights()]
    # the script may have trained it on after that; of one output of several the weights
    # are those of the network as it is now
    if shapes == [np.shape(weight) for weight in fit.trained]:
        model = copy(model)
        give_weights(model, fit.trained)
    outputs = predict_outputs(model, rows_of(fit.x, rows))
    decided = decide(outputs, task, setup.values, logits=gives_logits(setup))
    return float(score_rows(decided, task, rows).mean())
