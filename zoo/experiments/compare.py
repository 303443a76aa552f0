"""Candidates beside the baselines, on the same folds.

`run_predictions` (``zoo compare --predictions``) takes candidates of any library by
their predictions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from ...data.errors import Misuse, python_call
from .. import console
from ..experiment import Scoring
from ..recipe import Recipe
from .run import Run, RunOptions, on_cluster
from .score import command_line, write_run

if TYPE_CHECKING:
    import pandas as pd

    from ...baselines.evaluate import Study
    from ...baselines.results.results import Network
    from ...data import Dataset
    from ...data.loading import ReadingOptions
    from ...reports import Report


@python_call
def compare(
    candidates: Any,
    data: Any,
    target: Any = None,
    *,
    folds: int = 5,
    repeats: int = 1,
    seeds: int = 1,
    seed: int = 0,
    epochs: int | None = None,
    batch_size: int = 32,
    jobs: int | None = None,
    parallel: Any = None,
    verbose: bool | None = None,
    **reading: Unpack[ReadingOptions],
) -> Report:
    """Score candidates beside the task's baselines on the same folds.

    Nothing is written, and what is given stays as it is.

    Parameters
    ----------
    candidates : candidate, list of candidates, or dict of name -> candidate
        A candidate is a name of the zoo or a `Recipe`; an estimator of scikit-learn, or
        anything with ``fit`` and ``predict`` (``predict_proba`` for classes); a
        compiled Keras model, of which each fold trains a copy with fresh weights; or a
        function that returns one, which takes nothing, or the shape of a row and the
        number of outputs. Targets are class codes 0, 1, ... or numbers, and features
        numbers as baselines get them; a pipeline with a ``ColumnTransformer``
        or skrub's ``TableVectorizer`` gets the table itself.
    data, target
        As of `learnable.load`: a table and its target, X and y, a file, a name. With
        official test rows there is one split, those rows.
    folds, repeats : int, default 5, 1
        Parts into which the rows are cut, and how often.
    seeds : int, default 1
        Trainings on each fold of every candidate that a seed changes; a fold's score is
        their mean, and ``results.noise`` tells what folds and seeds do.
    seed : int, default 0
        Of generators, folds, weights and permutations.
    epochs : int, optional
        Of Keras models that are not of the zoo, as for ``Model.fit``. None: until the
        loss on a fifth of the training rows has not fallen for 10 epochs, at most 200.
    batch_size : int, default 32
        Of the same.
    jobs : int, optional
        Processes at a time; None: all cores, or one where a Keras model has layers of
        your own, which no other process can load.
    parallel : str or distributed.Client, optional
        Dask cluster on which folds are fitted: a scheduler's address or file, or
        ``"local:4"`` for four processes here; None: processes of this machine.
    verbose : bool, optional
        Show progress on standard error; None: in a terminal and in a notebook.
    **reading
        Other arguments of `learnable.load`.

    Returns
    -------
    Report
        ``verdict`` is that on the first candidate, ``verdicts`` has all of them and
        the one on the data.

    Raises
    ------
    ZooError
        Fewer rows than folds, no seed, a candidate with a baseline's name, one that
        cannot do the task or does not take the rows, or no baseline that could be
        fitted.

    Examples
    --------
    >>> import learnable
    >>> from sklearn.svm import SVC
    >>> report = learnable.compare({"svm": SVC(probability=True)}, "iris")
    >>> [verdict.name for verdict in report.verdicts]
    ['network-level', 'signal']
    """
    from ...data import load
    from ...reports import Report
    from .candidates import named_candidates
    from .score import called, check_models, half_memory, score

    if (epochs is not None and epochs < 1) or batch_size < 1:
        raise Misuse("epochs and batch_size must be 1 or more")
    reading["memory"] = reading.get("memory") or half_memory()
    dataset = load(data, target, folds=folds, seed=seed, **reading)
    found = named_candidates(candidates, dataset, epochs=epochs, batch_size=batch_size)
    check_models((r.model for r in found.values() if isinstance(r, Recipe)), dataset)
    quiet = console.is_quiet(verbose)
    with on_cluster(parallel, quiet=quiet):
        study = score(
            found,
            dataset,
            scoring=Scoring(folds, repeats, seeds),
            jobs=jobs,
            seed=seed,
            quiet=quiet,
            command=called("compare", candidates, data, target),
        )
    networks = first_fold_facts(study, found, dataset)
    return Report(replace(study.results, networks=networks), study.predictions)


@python_call
def compare_predictions(
    y: Any,
    predictions: Mapping[str, Any],
    groups: Any = None,
    *,
    baselines: Sequence[str] | None = None,
    task: str | None = None,
    seed: int = 0,
) -> Report:
    """Compare candidates by their predictions alone, of whatever library.

    The predictions are of rows that no candidate was trained on: test rows, or out of
    fold. Tests are over these rows: paired differences, McNemar's test, Holm's
    correction; what trainings from other seeds would do is not in them.

    Parameters
    ----------
    y : array of shape (n_rows,)
        True classes, of any type, or numbers.
    predictions : dict of name -> array
        Probabilities of shape (n_rows, n_classes), columns in the order of the sorted
        classes (a DataFrame: by its names); of two classes also the probability of the
        second, of shape (n_rows,); labels; or numbers.
    groups : array of shape (n_rows,), optional
        Rows with equal values belong together; tests are then over groups.
    baselines : sequence of str, optional
        Names of the candidates that the others are compared with. None: those named as
        a baseline of ours (``"forest"``, ``"logistic"`` ...), or else all but the
        first.
    task : {"binary", "multiclass", "regression"}, optional
        Told by ``y`` if None.
    seed : int, default 0

    Returns
    -------
    Report

    Raises
    ------
    ZooError
        Lengths differ, rows are no probabilities, or fewer than 10 are given.

    Examples
    --------
    >>> import learnable
    >>> y = [0, 1] * 50
    >>> report = learnable.compare_predictions(y, {"net": [0.1, 0.9] * 50,
    ...     "forest": [0.4, 0.6, 0.6, 0.4] * 25})
    >>> report.verdict.name
    'network-ahead'
    """
    from ...baselines.predictions import study_predictions
    from ...reports import Report
    from .score import called

    study = study_predictions(
        y,
        predictions,
        groups=groups,
        baselines=baselines,
        task=task,
        seed=seed,
        command=called("compare_predictions", y, predictions, groups),
    )
    return Report(study.results, study.predictions)


def first_fold_facts(
    study: Study, found: Mapping[str, Any], dataset: Dataset
) -> tuple[Network, ...]:
    """Return the trainings of the candidates' networks on the first fold."""
    from .score import first_trainings

    recipes = {name: r for name, r in found.items() if isinstance(r, Recipe)}
    made = {n.name: n for n in first_trainings(study, recipes, dataset)}
    for outcome in study.outcomes:
        first = (outcome.fold, outcome.seed) == (0, 0) and outcome.history
        if first and outcome.candidate in found.keys() - made:
            parameters = getattr(found[outcome.candidate], "parameters_", 0)
            made[outcome.candidate] = _own_network(outcome, parameters)
    return tuple(made[name] for name in found if name in made)


def _own_network(outcome: Any, parameters: int) -> Network:
    """The training of a Keras model that is not of the zoo."""
    from ...baselines.results.results import Network

    way, reason = outcome.way
    return Network(
        name=outcome.candidate,
        recipe={},
        parameters=parameters,
        history=outcome.history,
        loss_unit="",
        test={},
        way=way,
        reason=reason,
    )


USED = ("task", "drop", "group", "header", "missing", "drop_rows")
"""Options of a table that predictions have too."""


def check_sources(
    models: Sequence[str], predictions: Path | None, truth: str | None, data: Any
) -> None:
    """Refuse what does not go together.

    Raises
    ------
    Misuse
    """
    if predictions is None and truth is None:
        msg = "name a model (`zoo list` lists all), or give --predictions and --truth"
        raise Misuse(msg)
    if predictions is None or truth is None:
        missing = "--predictions" if predictions is None else "--truth"
        msg = f"{missing} is missing: give a table with --predictions, and its column"
        raise Misuse(f"{msg} of true values with --truth")
    if models or data:
        given = models[0] if models else "--data"
        msg = f"{given} does not go with --predictions, where nothing is trained"
        raise Misuse(f"{msg}; leave it out")


def run_predictions(
    path: str,
    truth: str | None,
    reading: Mapping[str, Any],
    options: RunOptions,
    *,
    seed: int,
) -> Run:
    """Compare the candidates of a table of predictions, and write the run.

    Raises
    ------
    ZooError
    """
    from ...baselines.predictions import study_predictions
    from ...data.columns import find_column
    from ...data.files import check_path, read_rows

    odd = [k for k, v in reading.items() if v not in (None, (), "") and k not in USED]
    if odd:
        option = f"--{odd[0].replace('_', '-')}"
        raise Misuse(f"{option} does not go with --predictions; leave it out")
    file = Path(path)
    check_path(file)
    table = read_rows(
        file,
        header=reading["header"],
        target=truth,
        missing=reading["missing"],
        drop_rows=reading["drop_rows"],
        dates=False,
    ).table
    names = list(table.columns)
    y = find_column(str(truth), names, what="column of true values")
    group = reading["group"]
    family = find_column(group, names, what="group column") if group else None
    dropped = [find_column(d, names, what="column to drop") for d in reading["drop"]]
    used = [y, *([family] if family else []), *dropped]
    study = study_predictions(
        table[y],
        predictions_of(
            table.drop(columns=list(dict.fromkeys(used))),
            labels=_labels_in_names(table[y]),
        ),
        groups=table[family] if family else None,
        task=reading["task"],
        target=y,
        seed=seed,
        command=command_line(),
    )
    return Run(*write_run(options.out, "predictions", study))


def predictions_of(
    table: pd.DataFrame, *, labels: Sequence[str] = ()
) -> dict[str, Any]:
    """The predictions of each candidate.

    Columns ``NAME:CLASS`` belong together, and those that have one name, one of
    ``_``, ``-``, ``.``, ``/``, ``|`` or a blank, and each label of the truth behind it.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"net_a": [0.1], "net_b": [0.9], "tree": ["a"]})
    >>> {name: list(one) for name, one in predictions_of(table, labels="ab").items()}
    {'net': ['a', 'b'], 'tree': ['a']}
    """
    import pandas as pd

    of_classes = _class_columns([*table.columns], labels)
    found: dict[str, Any] = {}
    for column in table.columns:
        name, label = of_classes.get(column, (str(column), ""))
        if label:
            found.setdefault(name, {})[label] = table[column]
        else:
            found[name] = table[column]
    return {
        name: pd.DataFrame(given) if isinstance(given, dict) else given
        for name, given in found.items()
    }


def _class_columns(
    columns: Sequence[Any], labels: Sequence[str]
) -> dict[Any, tuple[str, str]]:
    """Candidate and class of the columns that hold probabilities of one class."""
    found = {}
    for column in columns:
        name, mark, label = str(column).rpartition(":")
        if mark and name and label:
            found[column] = name, label
    longest_first = sorted(labels, key=len, reverse=True)
    for mark in "_-./| ":
        names: dict[str, dict[str, Any]] = {}
        for column in columns:
            ends = (one for one in longest_first if str(column).endswith(mark + one))
            label = next(ends, "")
            if column not in found and label:
                name = str(column)[: -len(mark + label)]
                names.setdefault(name, {})[label] = column
        for name, parts in names.items():
            if name and len(parts) == len(labels) > 1:
                found |= {column: (name, label) for label, column in parts.items()}
    return found


_MOST_LABELS = 100
"""Different true values, beyond which none is looked for in names of columns."""


def _labels_in_names(truth: Any) -> list[str]:
    """The classes as names of columns may have them."""
    values = truth.dropna().unique().tolist()
    if len(values) > _MOST_LABELS:
        return []
    return [f"{v:g}" if isinstance(v, float) else str(v) for v in values]
