"""A training as a recorder would note it, without a script."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def case_of() -> Callable[..., Any]:
    """Make a `RuleContext` of a compiled network and its rows; nothing is trained."""
    from learnable.zoo.backend import keras
    from learnable.zoo.diagnosis.problem.context import RuleContext
    from learnable.zoo.diagnosis.problem.task import training_task
    from learnable.zoo.diagnosis.problem.training_setup import original_training
    from learnable.zoo.diagnosis.record.recording import Fit, Recording

    def make(model: Any, x: Any, y: Any, **arguments: Any) -> RuleContext:
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
        task = training_task(fit)
        return RuleContext(
            Recording(fits=[fit]), fit, task, original_training(fit, task)
        )

    return make


@pytest.fixture(scope="session")
def sequence() -> Callable[..., Any]:
    """Make a compiled network of layers in a row."""
    from learnable.zoo.backend import keras

    def make(shape: tuple[int, ...], layers: list[Any], loss: Any) -> Any:
        model = keras.Sequential([keras.Input(shape), *layers])
        model.compile("adam", loss)
        return model

    return make


@pytest.fixture(scope="session")
def trains() -> Callable[..., Any]:
    """Mend a case with each repair, train one batch, and give the mended networks."""
    import numpy as np
    from learnable.zoo.diagnosis.problem.training_setup import build_model, rows_of

    def mended(context: Any, found: Any) -> list[Any]:
        before = [part.copy() for part in context.fit.model.get_weights()]
        models = []
        for repair in found.repairs:
            setup = repair.apply(context.setup)
            rows = np.arange(min(16, len(setup.y)))
            model = build_model(setup, rows, seed=0)
            model.run_eagerly = True  # one batch does not pay for a graph
            loss = model.train_on_batch(rows_of(setup.x, rows), setup.y[rows])
            assert np.isfinite(loss)
            models.append(model)
        for old, new in zip(before, context.fit.model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
        return models

    return mended


@pytest.fixture
def example_of(
    case_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Any]:
    """Run the example on the page of a rule up to its ``fit``."""
    from learnable.baselines.rules.registry import RULES
    from learnable.zoo.backend import keras

    def run(code: str) -> Any:
        text = RULES[code].page.split("```python\n")[1].split("```")[0]
        trained: list[Any] = []

        def fit(model: Any, x: Any, y: Any, **_: Any) -> None:
            trained.append((model, x, y))

        monkeypatch.setattr(keras.Sequential, "fit", fit)
        exec(compile(text, code, "exec"), {"__name__": "example"})
        return case_of(*trained[0])

    return run
