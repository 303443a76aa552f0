"""What a trained network says of a dataset's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...data import Dataset

if TYPE_CHECKING:
    import numpy as np

    from ..network import Trained


def answers(
    trained: Trained, encoder: Any, dataset: Dataset, rows: np.ndarray
) -> np.ndarray:
    """What a network says of test rows, in the form that the harness takes.

    ``encoder`` turns a table's columns into numbers; None where they are numbers.
    """
    import numpy as np

    from ...data.dataset import take
    from ...data.encode import to_matrix

    model, x = trained.serving, dataset.x
    if dataset.series:
        from ..forecaster import forecast

        return forecast(model, dataset.y[: rows[0]])[: len(rows)]
    if dataset.task == "characters":
        from ..writer import next_characters

        return next_characters(model, np.asarray(x)[rows])
    return outputs(model, to_matrix(encoder, take(x, rows)), dataset)


def outputs(model: Any, x: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Probabilities of shape (n_rows, n_classes), or numbers of the shape of ``y``."""
    from ..estimator import predict

    if x.dtype == object:
        from ..texts import ask_texts

        return ask_texts(model, x)
    said = predict(model, x)
    one = not dataset.classes and dataset.y.ndim == 1
    return said[:, 0] if one else said
