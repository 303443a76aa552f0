"""The harness: every candidate is fitted and asked on the same folds.

A candidate is anything with ``fit`` and ``predict`` (and ``predict_proba`` for
classes); the harness knows nothing else of it. One that fails does not end the run.
"""

import inspect
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...data import Dataset
from ...data.dataset import take
from ...data.encode import encode_fold
from ...data.split import Fold
from .cluster import Cluster, RemoteCall, active_cluster

TIMED_OUT = "the budget left no time for it"
"""Error of a candidate that was not begun."""


@dataclass(frozen=True)
class Outcome:
    """One candidate on one fold.

    ``predictions`` has shape (n_test, n_classes) or (n_test,), and is None if the
    candidate failed; ``error`` then says why. ``history`` is what the candidate keeps
    as ``history_``: name -> one value an epoch; ``way`` what it keeps as ``way_``: how
    a network's epochs were run, and why so; ``shape`` what it keeps as ``shape_``: that
    of a network's inputs for one row, and the number of its outputs.
    """

    candidate: str
    fold: int
    predictions: np.ndarray | None
    fit_seconds: float = 0.0
    predict_seconds: float = 0.0
    error: str | None = None
    history: dict[str, tuple[float, ...]] = field(default_factory=dict)
    way: tuple[str, str] = ("", "")
    shape: tuple[tuple[int, ...], int] = ((), 0)
    seed: int = 0


@dataclass(frozen=True)
class _Rows:
    """Numbers of one fold, ready for any candidate.

    ``tables`` holds the columns of training and test rows as they are, for candidates
    that encode them themselves; None where none does.
    """

    number: int
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    groups: np.ndarray | None
    classes: int
    tables: tuple[Any, Any] | None = None


@dataclass(frozen=True)
class _Job:
    """One candidate to fit and ask on one fold, with one of its seeds.

    It is not begun after ``latest``, on the clock of ``time.monotonic``.
    """

    name: str
    candidate: Any
    rows: _Rows
    seed: int = 0
    latest: float = math.inf


def run(
    candidates: Mapping[str, Any],
    dataset: Dataset,
    folds: Sequence[Fold],
    *,
    seeds: int = 1,
    jobs: int | None = None,
    on_done: Callable[[Outcome], None] | None = None,
    latest: Mapping[str, float] | None = None,
) -> list[Outcome]:
    """Fit and ask every candidate on every fold.

    Parameters
    ----------
    candidates : dict of name -> unfitted estimator
        Each is cloned for each fold.
    dataset : Dataset
    folds : sequence of Fold
    seeds : int, default 1
        Seeds of a candidate on each fold: its own, and those after it. One without a
        parameter ``random_state`` or ``seed``, or whose predictions on the first fold
        are the same with the second seed, runs once.
    jobs : int, optional
        Processes at a time; all cores by default. Of no account on a cluster
        (`learnable.baselines.scores.cluster.connected`).
    on_done : callable, optional
        Called with each outcome as it comes.
    latest : dict of name -> float, optional
        When a candidate is begun at the latest, on the clock of ``time.monotonic``; in
        a fold that comes later its error is `TIMED_OUT`. Candidates go in their order
        then, the quick ones of the catalog first.

    Returns
    -------
    list of Outcome
        In the order of candidates, then folds, then seeds.
    """
    encoded = _encode_folds(dataset, folds, jobs)
    if any(map(encodes_columns, candidates.values())) and hasattr(dataset.x, "iloc"):
        encoded = [_with_tables(r, dataset, folds[r.number]) for r in encoded]
    ends = latest or {}
    order = [*candidates.items()] if ends else _slowest_first(candidates)
    first = [
        _Job(name, candidate, rows, latest=ends.get(name, math.inf))
        for name, candidate in order
        for rows in encoded
    ]
    later = _reseeded(candidates, encoded, seeds)
    tries = [job for job in later if (job.seed, job.rows.number) == (1, 0)]
    outcomes = _work([*first, *tries], jobs, on_done)
    varied = _varied(outcomes)
    rest = [job for job in later if job.name in varied and job not in tries]
    outcomes = [o for o in outcomes if not o.seed or o.candidate in varied]
    outcomes += _work(rest, jobs, on_done)
    places = {name: i for i, name in enumerate(candidates)}
    return sorted(outcomes, key=lambda o: (places[o.candidate], o.fold, o.seed))


def _reseeded(
    candidates: Mapping[str, Any], encoded: Sequence[_Rows], seeds: int
) -> list[_Job]:
    """The jobs beyond each candidate's own seed."""
    return [
        _Job(name, moved, rows, seed)
        for seed in range(1, seeds)
        for name, candidate in _slowest_first(candidates)
        if (moved := clone_with_seed(candidate, seed)) is not None
        for rows in encoded
    ]


def _varied(outcomes: Sequence[Outcome]) -> set[str]:
    """Who says something else of the first fold's rows with the second seed."""
    own = {o.candidate: o for o in outcomes if (o.fold, o.seed) == (0, 0)}
    tried = {o.candidate: o for o in outcomes if o.seed == 1}
    return {
        name
        for name, other in tried.items()
        if not _same(other.predictions, own[name].predictions)
    }


def _same(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    if a is None or b is None:
        return a is b
    return np.array_equal(a, b)


def _work(
    work: Sequence[_Job],
    jobs: int | None,
    on_done: Callable[[Outcome], None] | None,
) -> list[Outcome]:
    """The outcomes as they come."""
    outcomes = []
    for outcome in _done(work, jobs):
        outcomes.append(outcome)
        if on_done:
            on_done(outcome)
    return outcomes


def _done(work: Sequence[_Job], jobs: int | None) -> Iterable[Outcome]:
    """Yield outcomes from the workers of a cluster, or from processes here."""
    from joblib import Parallel, delayed

    if cluster := active_cluster():
        return _done_there(cluster, work)
    parallel = Parallel(n_jobs=_workers(jobs), return_as="generator_unordered")
    done: Any = parallel(delayed(fit_and_predict)(job) for job in work)
    return done


def _done_there(cluster: Cluster, work: Sequence[_Job]) -> Iterator[Outcome]:
    """Yield outcomes from a cluster; a job that no worker survived has its reason."""
    # layers of somebody's own can be loaded in this process alone
    here = [job for job in work if getattr(job.candidate, "is_local", False)]
    sent = [job for job in work if not getattr(job.candidate, "is_local", False)]
    tasks = [
        RemoteCall(job.name, _fit_rows, (job.name, job.candidate, job.seed), job.rows,
             job.latest)
        for job in sent
    ]  # fmt: skip
    for number, outcome in cluster.results(tasks):
        if isinstance(outcome, Outcome):
            yield outcome
        else:
            late = isinstance(outcome, TimeoutError)
            yield _failed(sent[number], TIMED_OUT if late else _reason(outcome))
    yield from map(fit_and_predict, here)


def _fit_rows(job: tuple[str, Any, int], rows: _Rows) -> Outcome:
    name, candidate, seed = job
    return fit_and_predict(_Job(name, candidate, rows, seed))


def _failed(job: _Job, why: str) -> Outcome:
    return Outcome(job.name, job.rows.number, None, error=why, seed=job.seed)


def _workers(jobs: int | None) -> int | None:
    """None leaves the choice to an outer ``joblib.parallel_config``, if any."""
    from joblib.parallel import get_active_backend

    if jobs is not None or get_active_backend()[1] not in (None, 1):
        return jobs
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else -1


def _slowest_first(candidates: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Networks, and what is last in the catalog, start first: the end is not idle."""
    return list(reversed(list(candidates.items())))


def _encode_folds(
    dataset: Dataset, folds: Sequence[Fold], jobs: int | None
) -> list[_Rows]:
    """Each fold's matrices; fitting the encoder once serves all candidates."""
    from joblib import Parallel, delayed

    from ...data.encode import make_encoder

    matrices: Any
    if make_encoder(dataset.x) is None:
        matrices = (encode_fold(dataset.x, f.train, f.test) for f in folds)
    else:
        matrices = Parallel(n_jobs=_workers(jobs))(
            delayed(encode_fold)(dataset.x, f.train, f.test) for f in folds
        )
    y, groups = dataset.y, dataset.groups
    return [
        _Rows(
            i,
            train,
            y[fold.train],
            test,
            None if groups is None else groups[fold.train],
            len(dataset.classes),
        )
        for i, (fold, (train, test)) in enumerate(zip(folds, matrices, strict=True))
    ]


def _with_tables(rows: _Rows, dataset: Dataset, fold: Fold) -> _Rows:
    both = take(dataset.x, fold.train), take(dataset.x, fold.test)
    return replace(rows, tables=both)


_ENCODERS = {"ColumnTransformer", "TableVectorizer"}
"""Transformers that choose columns of a table by name or type."""


def encodes_columns(candidate: Any) -> bool:
    """Whether a candidate is a pipeline that encodes a table's columns itself."""
    if not hasattr(candidate, "get_params"):
        return False
    parts = [candidate, *candidate.get_params(deep=True).values()]
    return any(type(part).__name__ in _ENCODERS for part in parts)


def fit_and_predict(job: _Job) -> Outcome:
    """One job: clone, fit on the training rows, predict the test rows, take times."""
    from sklearn.base import clone

    rows = job.rows
    if time.monotonic() > job.latest:
        return _failed(job, TIMED_OUT)
    try:
        estimator = clone(job.candidate)
        start = time.perf_counter()
        x_train, x_test = rows.x_train, rows.x_test
        if rows.tables is not None and encodes_columns(job.candidate):
            x_train, x_test = rows.tables
        _fit(estimator, x_train, rows)
        fitted = time.perf_counter()
        predictions = predict_fold(
            estimator, x_test, classes=rows.classes, targets=rows.y_train.shape[1:]
        )
        done = time.perf_counter()
    # a candidate is anybody's code and may raise anything: it drops out, with its
    # reason in the table, and the others go on
    except Exception as error:
        return _failed(job, _reason(error))
    if not np.isfinite(predictions).all():
        bad = f"predictions are not finite ({(~np.isfinite(predictions)).sum()} values)"
        return _failed(job, bad)
    return Outcome(
        job.name,
        rows.number,
        predictions,
        fitted - start,
        done - fitted,
        history=getattr(estimator, "history_", {}),
        way=getattr(estimator, "way_", ("", "")),
        shape=getattr(estimator, "shape_", ((), 0)),
        seed=job.seed,
    )


def _fit(estimator: Any, x: Any, rows: _Rows) -> None:
    import warnings

    options = {}
    asks = "groups" in inspect.signature(estimator.fit).parameters
    if rows.groups is not None and asks:
        options["groups"] = rows.groups
    with warnings.catch_warnings():
        # a baseline that has not converged is still a baseline; its score says how good
        warnings.filterwarnings("ignore", module="sklearn")
        estimator.fit(x, rows.y_train, **options)


def predict_fold(
    estimator: Any, x: np.ndarray, *, classes: int, targets: tuple[int, ...] = ()
) -> np.ndarray:
    """Probabilities of shape (n_rows, n_classes), or numbers of shape (n_rows,).

    A class that was absent in training gets probability 0. A classifier without
    ``predict_proba`` is taken at its word: probability 1 for the class it names. With
    several targets, ``targets`` is the shape of a row's: what comes are the
    probabilities of each label, or as many numbers.
    """
    if targets and hasattr(estimator, "predict_proba"):
        return _label_columns(estimator.predict_proba(x))
    if not classes or targets:
        answers = np.asarray(estimator.predict(x), dtype="float64")
        return answers.reshape(len(x), *targets)
    full = np.zeros((len(x), classes))
    if hasattr(estimator, "predict_proba"):
        full[:, np.asarray(estimator.classes_, dtype=int)] = estimator.predict_proba(x)
    else:
        full[np.arange(len(x)), np.asarray(estimator.predict(x), dtype=int)] = 1
    return full


def _label_columns(probabilities: Any) -> np.ndarray:
    """The probability that each label holds; scikit-learn gives some as a list."""
    if isinstance(probabilities, list):
        probabilities = np.stack([p[:, -1] for p in probabilities], axis=1)
    return np.asarray(probabilities, dtype="float64")


def _reason(error: BaseException) -> str:
    """The error's kind and the start of its text, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


_NAMES = ("random_state", "seed")
"""What a parameter that seeds a candidate is called, its own or that of a part."""


def clone_with_seed(candidate: Any, number: int) -> Any:
    """A clone whose every seed is moved by ``number``; None if it has no seed.

    A parameter that holds no whole number (None, a generator) is set to ``number``.
    """
    from sklearn.base import clone

    if not hasattr(candidate, "get_params"):
        return None
    found = candidate.get_params(deep=True)
    moved = {
        name: value + number if isinstance(value, int) else number
        for name, value in found.items()
        if name.rpartition("__")[2] in _NAMES
    }
    copy: Any = clone(candidate)
    return copy.set_params(**moved) if moved else None
