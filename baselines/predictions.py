"""Candidates known by their predictions alone: the same tests, verdict and page.

The rows were trained on by none of the candidates, or predicted out of fold. They are
one held-out set: intervals and tests are over its rows, or its groups.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..data import Card, Dataset
from ..data.check_dataset import content_hash
from ..data.counts import count, join_words
from ..data.errors import BadData, Misuse
from ..data.split import Fold
from ..data.target import encode_target
from .estimators.catalog import for_dataset
from .evaluate import Study, study_results
from .results.candidates import THUMBS
from .scores import fold_scores
from .scores.fold_scores import collect_outcomes
from .scores.harness import Outcome
from .scores.metrics import reference
from .signal.signal_test import signal_with_dependence
from .verdicts import verdict
from .verdicts.evidence import gather

_SUM = 0.01
"""By which the probabilities of a row may miss 1."""
_LEAST_ROWS = 10
_NO_PROBABILITIES = (
    "Of {} there are labels and no probabilities: there is no log loss and no ROC AUC, "
    "and skill takes each label as sure as such labels are right"
)


def study_predictions(
    y: Any,
    predictions: Mapping[str, Any],
    *,
    groups: Any = None,
    baselines: Sequence[str] | None = None,
    task: str | None = None,
    target: str = "y",
    seed: int = 0,
    command: str = "",
) -> Study:
    """Compare candidates by their predictions; see `learnable.compare_predictions`.

    Raises
    ------
    Misuse, BadData
    """
    start = time.perf_counter()
    codes, classes, found = _truth(y, task, target)
    if not isinstance(predictions, Mapping) or not predictions:
        empty = isinstance(predictions, Mapping)
        got = "an empty one" if empty else f"a {type(predictions).__name__}"
        msg = f"predictions must be a dict of name -> predictions, got {got}"
        raise Misuse(f"{msg}; give e.g. {{'torch': p, 'forest': q}}")
    probabilities = {
        str(n): _read_predictions(str(n), p, codes, classes)
        for n, p in predictions.items()
    }
    dataset = _dataset(
        codes, classes, found, target, probabilities, _groups(groups, codes)
    )
    rows = np.arange(len(codes))
    outcomes = [Outcome(name, 0, values) for name, values in probabilities.items()]
    thumb = for_dataset(dataset)[1 if classes else 0].name
    bare = reference(codes, len(codes), classes=len(classes), season=0)
    outcomes.append(Outcome(thumb, 0, bare))
    known = _baselines(baselines, probabilities, dataset)
    fold_outcomes = collect_outcomes(dataset, [Fold(rows, rows)], outcomes)
    fold_outcomes = replace(
        fold_outcomes,
        baselines=frozenset((*known, thumb)),
        by_groups=True,
        labels=frozenset(_label_candidates(probabilities) if classes else ()),
    )
    settled = signal_with_dependence(dataset, seed=seed)[1]
    evidence = gather(fold_outcomes, settled, has_features=False)
    results = replace(
        study_results(
            fold_outcomes,
            evidence,
            verdict.draw_verdicts(evidence, estimators=probabilities),
            seed=seed,
        ),
        command=command,
        ceiling=None,
        split=_split(dataset),
        seconds=time.perf_counter() - start,
    )
    table = fold_scores.make_predictions(fold_outcomes)
    return Study(results, table, tuple(outcomes), (), (Fold(rows, rows),))


def _truth(
    y: Any, task: str | None, target: str
) -> tuple[np.ndarray, tuple[str, ...], str]:
    values = pd.Series(np.asarray(y).ravel(), name=target).infer_objects()
    if len(values) != len(np.asarray(y)):
        msg = f"y has shape {np.asarray(y).shape}; give one true value a row"
        raise BadData(f"{msg}, and of one-hot codes their argmax")
    if len(values) < _LEAST_ROWS:
        msg = f"y has {count(len(values), 'row')}; tests need {_LEAST_ROWS} or more"
        raise BadData(msg)
    if values.isna().any():
        gaps = count(int(values.isna().sum()), "row")
        raise BadData(f"y is missing in {gaps}; leave these out of all predictions too")
    if task not in (None, "binary", "multiclass", "regression"):
        msg = f"task is {task!r}; predictions are compared of binary, multiclass and"
        raise Misuse(f"{msg} regression")
    return encode_target(values, task)


def _read_predictions(
    name: str, given: Any, codes: np.ndarray, classes: tuple[str, ...]
) -> np.ndarray:
    """Probabilities of shape (n_rows, n_classes), or numbers of shape (n_rows,).

    Raises
    ------
    BadData
    """
    if isinstance(given, pd.DataFrame) and classes and given.shape[1] > 1:
        names = [str(column) for column in given.columns]
        if set(names) == set(classes):
            given = given.set_axis(names, axis=1)[list(classes)]
    array = np.asarray(given)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim not in (1, 2) or len(array) != len(codes):
        msg = f"{name} has predictions of shape {array.shape}, and y has {len(codes):,}"
        raise BadData(f"{msg} rows; give one prediction for each row of y")
    if classes:
        return _probabilities(name, array, classes)
    if array.ndim == 2:
        raise BadData(f"{name} has {array.shape[1]} numbers a row; give one")
    return _numbers(name, array)


def _numbers(name: str, array: np.ndarray) -> np.ndarray:
    try:
        found = array.astype("float64")
    except (TypeError, ValueError) as error:
        msg = f"{name} has predictions that are no numbers ({error})"
        raise BadData(f"{msg}; give numbers, or task=multiclass") from error
    if not np.isfinite(found).all():
        bad = count(int((~np.isfinite(found)).sum()), "prediction")
        msg = f"{name} has {bad} missing or infinite"
        raise BadData(f"{msg}; leave these rows out of y and of all predictions")
    return found


def _probabilities(
    name: str, array: np.ndarray, classes: tuple[str, ...]
) -> np.ndarray:
    if array.ndim == 1:
        labels = _labels(array, classes)
        if labels is not None:
            return np.eye(len(classes))[labels]
        likely = _numbers(name, array)
        if len(classes) > 2 or likely.min() < 0 or likely.max() > 1:
            msg = f"{name} has values that are no class of y ({', '.join(classes[:5])})"
            columns = ", ".join(f"{name}:{label}" for label in classes[:3])
            raise BadData(
                f"{msg}; give labels, or a column of probabilities for each class "
                f"(of a table: {columns})"
            )
        return np.column_stack([1 - likely, likely])
    found = _numbers(name, array)
    if found.shape[1] != len(classes):
        msg = f"{name} has {found.shape[1]} columns, and y {len(classes)} classes"
        raise BadData(f"{msg} ({', '.join(classes[:5])}); give a column a class")
    off = np.abs(found.sum(axis=1) - 1)
    if found.min() < 0 or off.max() > _SUM:
        msg = f"{name} has rows that are no probabilities (row {int(off.argmax()) + 1}"
        msg = f"{msg} adds up to {found[off.argmax()].sum():.3g})"
        raise BadData(f"{msg}; of logits give the softmax")
    return found


def _labels(array: np.ndarray, classes: tuple[str, ...]) -> np.ndarray | None:
    """The codes of labels; None where some are none."""
    numbers = array.dtype.kind == "f" and np.array_equal(array, np.round(array))
    texts = (array.astype("int64") if numbers else array).astype(str)
    places = {label: code for code, label in enumerate(classes)}
    found = [places.get(label, -1) for label in texts.tolist()]
    return None if min(found) < 0 else np.array(found)


def _label_candidates(probabilities: Mapping[str, np.ndarray]) -> list[str]:
    """Names of those that gave labels, or probabilities of 0 and 1 alone."""
    return [n for n, p in probabilities.items() if np.isin(p, (0.0, 1.0)).all()]


def _groups(groups: Any, codes: np.ndarray) -> np.ndarray | None:
    if groups is None:
        return None
    found = np.asarray(groups).ravel()
    if len(found) != len(codes):
        msg = f"groups has {len(found):,} rows, and y {len(codes):,}"
        raise BadData(f"{msg}; give one for each row")
    numbers = pd.factorize(found, use_na_sentinel=False)[0]
    if numbers.max() < 1:
        raise BadData("groups has one value in all rows; two groups are needed")
    return numbers


def _dataset(
    y: np.ndarray,
    classes: tuple[str, ...],
    task: Any,
    target: str,
    probabilities: Mapping[str, np.ndarray],
    groups: np.ndarray | None,
) -> Dataset:
    """A dataset whose features are the predictions: whether these tell anything of y
    is what the signal test is asked."""
    columns: dict[str, np.ndarray] = {}
    for name, values in probabilities.items():
        wide = values if values.ndim == 2 else values[:, None]
        wide = wide[:, 1:] if len(classes) == 2 else wide
        ends = [f" {label}" for label in classes] if len(classes) > 2 else [""]
        columns |= {f"{name}{end}": wide[:, i] for i, end in enumerate(ends)}
    x = pd.DataFrame(columns)
    title = (
        f"predictions of {count(len(probabilities), 'candidate')} for {len(y):,} rows"
    )
    card = Card("predictions", title, task, target, "given", rows=len(y))
    named = _label_candidates(probabilities) if classes else []
    notes = (_NO_PROBABILITIES.format(join_words(named)),) if named else ()
    made = Dataset(x, y, card, classes, groups=groups, notes=notes)
    return replace(made, sha256=content_hash(made))


def _baselines(
    named: Sequence[str] | None, probabilities: Mapping[str, Any], dataset: Dataset
) -> list[str]:
    """Candidates that the others are compared with.

    Raises
    ------
    Misuse
    """
    taken = sorted(set(probabilities) & {*THUMBS})
    if taken:
        raise Misuse(f"{taken[0]} is the name of a baseline; rename the candidate")
    if named is not None:
        odd = [name for name in named if name not in probabilities]
        if odd:
            msg = f"baselines names {odd[0]!r}, which has no predictions"
            raise Misuse(f"{msg}; there are {', '.join(probabilities)}")
        return list(named)
    ours = {b.name for b in for_dataset(dataset)}
    known = [name for name in probabilities if name in ours]
    first = next(iter(probabilities))
    return known or [name for name in probabilities if name != first] or [first]


def _split(dataset: Dataset) -> str:
    message = f"the {count(len(dataset), 'row')} that were predicted"
    if dataset.groups is None:
        return message
    return f"{message}, in {count(len(np.unique(dataset.groups)), 'group')}"
