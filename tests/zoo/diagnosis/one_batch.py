"""Training for a single batch, for several tests."""

from typing import Any


def first_loss(model: Any, x: Any, y: Any) -> Any:
    """Train on one batch, which does not pay for a graph, and return its loss."""
    model.run_eagerly = True
    return model.train_on_batch(x, y)
