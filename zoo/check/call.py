"""`learnable.check`: a network examined from Python."""

from __future__ import annotations

from dataclasses import replace
from inspect import isgenerator
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.errors import BadData, Misuse, python_call
from ...reports import Report
from .. import console
from ..diagnosis.problem.training_setup import DEFAULT_BATCH
from ..diagnosis.record.arrays import count_rows
from ..experiments.run import on_cluster
from ..experiments.score import called
from .check import check_outputs

if TYPE_CHECKING:
    from ..diagnosis.record.arrays import FitRows


_MOST_ROWS = 20_000
"""That are read of a dataset or a generator."""


_STEPS, _LEAST_EPOCHS, _MOST_EPOCHS = 1_000, 10, 200
"""Where epochs are not given: as many as make about so many steps of the optimizer. A
sound network of some hundred rows has learned by then, and a training is seconds."""


def default_epochs(rows: int, batch_size: int | None) -> int:
    """Epochs of a training whose epochs nobody gave.

    >>> [default_epochs(rows, 32) for rows in (60, 150, 2_000, 60_000)]
    [200, 200, 16, 10]
    """
    steps = -(-rows // (batch_size or DEFAULT_BATCH))
    return min(max(-(-_STEPS // steps), _LEAST_EPOCHS), _MOST_EPOCHS)


@python_call
def check(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    validation_data: tuple[Any, Any] | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    budget: float | None = None,
    seed: int = 0,
    parallel: Any = None,
    verbose: bool | None = None,
) -> Report:
    """Why a network does not learn: is it the data, or is it the network?

    The network is trained anew, as often as its budget allows, with and without
    repairs; the one that is given stays as it is. Nothing is written.

    Parameters
    ----------
    model : keras.Model
        Compiled. Trainings start from fresh weights; only frozen layers and those
        that know the scale of their inputs keep theirs. Several outputs are examined
        one by one.
    x : array, DataFrame, list or dict of arrays, dataset or generator
        As for ``Model.fit``. Of a dataset (``tf.data.Dataset``, ``PyDataset``) or a
        generator the first 20,000 rows are read; a generator is used up by that.
    y : array, list or dict of arrays, optional
        The targets in the form that the loss wants; not with a dataset.
    validation_data : tuple of (x, y), optional
    epochs : int, optional
        Of each training, as for ``Model.fit``; give those that you train. None: 10 to
        200, so that a training has about 1,000 steps, and the answer says how many.
    batch_size : int, optional
        As for ``Model.fit``.
    budget : float, optional
        Seconds for the data and all trials. By default trials are limited by how many
        trainings they are, and how long ones, whatever the machine does beside.
    seed : int
    parallel : str or distributed.Client, optional
        Dask cluster on which the baselines are fitted, as for `learnable.compare`;
        trials of the network stay on this machine.
    verbose : bool, optional
        Show progress on standard error; None: in a terminal and in a notebook.

    Returns
    -------
    Report
        Its verdict names the side at fault; ``diagnosis`` has causes, what was ruled
        out, and the repaired network as code; ``results`` the baselines beside it.

    Raises
    ------
    ZooError
        The model is not compiled, or the rows cannot be trained on: why, in one line.

    Examples
    --------
    >>> import learnable
    >>> learnable.check(model, x, y, epochs=20)  # doctest: +SKIP
    network-at-fault. The data can be learned; the fault lies in the network.
    """
    from ..diagnosis.problem.from_model import compiled, make_fit
    from ..diagnosis.record.arrays import same_randomness
    from ..diagnosis.record.recording import Recording

    if (
        (epochs is not None and epochs < 1)
        or (budget is not None and budget <= 0)
        or (batch_size is not None and batch_size < 1)
    ):
        raise Misuse("epochs and batch_size must be 1 or more, and budget above 0")
    rows = _read(x, y)
    inputs, targets = _arrays(rows.x, "x", x), _arrays(rows.y, "y", y)
    _check_lengths(inputs, targets)
    given = epochs or default_epochs(count_rows(inputs), batch_size)
    quiet = console.is_quiet(verbose)
    with same_randomness(), console.waiting("check", quiet=quiet) as say:
        found = compiled(model, "the model")
        fit = make_fit(
            _copy_network(found, inputs),
            inputs,
            targets,
            epochs=given,
            batch_size=batch_size,
            validation=_validation(validation_data),
            sample_weight=rows.sample_weight,
        )
        recording = Recording(script=str(model.name), fits=[fit])
        with on_cluster(parallel, quiet=quiet):
            checked = check_outputs(recording, fit, budget=budget, seed=seed, say=say)
    message = "" if epochs else _describe_epochs(given, count_rows(inputs))
    results = replace(
        checked.study.results,
        diagnosis=checked.diagnosis,
        command=called("check", model, x, y),
    )
    return Report(results, checked.study.predictions, note=message)


def _describe_epochs(epochs: int, rows: int) -> str:
    message = f"Trained for {epochs} epochs, as none were given ({rows:,} rows)"
    return f"{message}; epochs= checks the training that you run."


def _copy_network(found: Any, x: Any) -> Any:
    """A copy to work with, so that nothing can happen to the user's network."""
    from ..diagnosis.problem.copy_model import give_weights
    from ..diagnosis.problem.from_model import rebuild_network

    again = rebuild_network(found.model, x)
    if found.model.built and found.model.weights:
        give_weights(again, found.model.get_weights())
    return replace(found, model=again)


def _read(x: Any, y: Any) -> FitRows:
    """The rows in memory, of whatever Keras takes."""
    from ..diagnosis.record.arrays import Batches, Copies, is_dataset, record_rows

    if not (isgenerator(x) or is_dataset(x)):
        if y is None:
            raise Misuse("y is missing: give the targets, or a dataset that has them")
        return record_rows(Copies(), x, y, limit=_MOST_ROWS)[1]()
    if y is not None:
        raise Misuse("x is a dataset, which includes its targets; omit y")
    if isgenerator(x):
        batches = Batches(_MOST_ROWS, passes=True)
        for batch in x:
            batches.add(*(batch[:3] if isinstance(batch, tuple | list) else (batch,)))
            if batches.given >= _MOST_ROWS:
                break
        rows = batches.concatenate()
    else:
        rows = record_rows(Copies(), x, limit=_MOST_ROWS)[1]()
    if rows.x is None or rows.y is None:
        what = "no rows" if rows.x is None else "rows without targets"
        raise BadData(f"the dataset gives {what}; batches must be pairs (x, y)")
    return rows


def _arrays(value: Any, name: str, given: Any) -> Any:
    """Arrays of numbers in the structure that was given."""
    if isinstance(value, dict):
        return {key: _numbers(p, f"{name}[{key!r}]") for key, p in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(part, f"{name}[{i}]") for i, part in enumerate(value)]
    return _numbers(value, name, given)


def _numbers(array: Any, name: str, given: Any = None) -> np.ndarray:
    """An array that a network can be trained on, and what it was made of."""
    if array is None:
        rows = given if isinstance(given, list | tuple) else []
        lengths = sorted({len(row) for row in rows if isinstance(row, list | tuple)})
        message = f": its rows have lengths {str(lengths[:4])[1:-1]}" if lengths else ""
        msg = f"{name} is ragged or not an array{message}"
        raise BadData(f"{msg}; give all rows the same shape, e.g. by padding")
    if array.dtype.kind == "O":
        lengths = sorted({np.shape(part) for part in array.ravel()[:1_000]}, key=str)
        if lengths != [()]:
            message = ", ".join(map(str, lengths[:4]))
            raise BadData(
                f"{name} is ragged: its {len(array)} rows have shapes {message}"
            )
        try:
            array = array.astype("float64")
        except (TypeError, ValueError) as error:
            msg = f"{name} has values that are not numbers ({error})"
            raise BadData(f"{msg}; encode them first") from error
    if array.dtype.kind not in "biuf":
        msg = f"{name} holds {array.dtype.name} values of shape {array.shape}"
        raise BadData(f"{msg}; networks are trained on numbers, so encode them first")
    if not array.ndim or not array.size:
        raise BadData(f"{name} is empty: its shape is {array.shape}")
    return array


def _check_lengths(x: Any, y: Any) -> None:
    from ..diagnosis.record.arrays import leaves

    parts, targets = leaves(x), leaves(y)
    for name, arrays in (("x", parts), ("y", targets)):
        if not arrays:
            raise BadData(f"{name} is empty: it holds no arrays")
        lengths = [len(array) for array in arrays]
        if len(set(lengths)) > 1:
            message = " and ".join(f"{length:,}" for length in lengths)
            msg = f"the arrays of {name} have {message} rows"
            raise BadData(f"{msg}; all must have the same number")
    if len(targets[0]) != len(parts[0]):
        msg = f"x has {len(parts[0]):,} rows and y has {len(targets[0]):,}"
        shapes = f"(shapes {parts[0].shape} and {targets[0].shape})"
        raise BadData(f"{msg} {shapes}")


def _validation(given: tuple[Any, Any] | None) -> tuple[Any, Any] | None:
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) < 2:
        raise Misuse("validation_data must be a pair (x, y)")
    rows = _read(given[0], given[1])
    x = _arrays(rows.x, "x of validation_data", given[0])
    y = _arrays(rows.y, "y of validation_data", given[1])
    _check_lengths(x, y)
    return x, y
