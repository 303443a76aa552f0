"""A training as a recorder would note it, without a script."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def case_of() -> Callable[..., Any]:
    """Make a `Case` of a compiled network and its rows; nothing is trained."""
    from learnable.zoo.backend import keras
    from learnable.zoo.diagnosis.case import Case
    from learnable.zoo.diagnosis.question import ask
    from learnable.zoo.diagnosis.recording import Fit, Recording
    from learnable.zoo.diagnosis.setup import as_given

    def make(model: Any, x: Any, y: Any, **arguments: Any) -> Case:
        weights = model.get_weights()
        fit = Fit(
            model=model,
            weights=weights,
            trained=weights,
            pretrained=False,
            optimizer=keras.optimizers.serialize(model.optimizer),
            loss=model.loss,
            metrics=None,
            loss_weights=None,
            x=x,
            y=y,
            sample_weight=None,
            validation=None,
            arguments=arguments,
            callbacks=(),
            history={},
        )
        question = ask(fit)
        return Case(Recording(fits=[fit]), fit, question, as_given(fit, question))

    return make
