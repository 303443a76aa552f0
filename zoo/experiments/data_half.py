"""The data half from Python: `learnable.look`, `signal_test` and `baseline`.

TensorFlow is not imported.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from ...data.errors import python_call
from .. import console
from ..experiment import Scoring

if TYPE_CHECKING:
    from ...data.loading import LookOptions, ReadingOptions
    from ...reports import Report
    from ...reports.answers import Look, SignalTest


@python_call
def look(
    data: Any,
    target: Any = None,
    *,
    most: int | None = None,
    **reading: Unpack[LookOptions],
) -> Look:
    """Show how data are read: each column's kind, role, example and gaps.

    Of a text file above 32 MB, and of Parquet above 500,000 rows, a sample is looked
    at, and a note says so.

    Parameters
    ----------
    data, target
        As of `learnable.load`; without a target the columns of a table have no roles.
    most : int, optional
        Columns that are summarized; all by default.
    **reading
        ``task``, ``drop``, ``group``, ``header``, ``season``, ``horizon``, ``series``,
        ``missing`` and ``drop_rows`` of `learnable.load`.

    Returns
    -------
    Look
        Its verdict is ``usable``, ``not-usable`` or ``no-target``.

    Raises
    ------
    ZooError
        As `learnable.load`. What cannot be learned from is summarized all the same.

    Examples
    --------
    >>> import learnable
    >>> learnable.look("iris").verdict.name
    'usable'
    """
    from ...data.looking import PROBLEM, summarize_reading
    from ...reports.answers import Look

    found = summarize_reading(data, target, most=most, **reading)
    problems = [n.removeprefix(PROBLEM) for n in found.notes if n.startswith(PROBLEM)]
    notes = tuple(n for n in found.notes if not n.startswith(PROBLEM))
    return Look(replace(found, notes=notes), problems[0] if problems else "")


@python_call
def signal_test(
    data: Any,
    target: Any = None,
    *,
    seed: int = 0,
    **reading: Unpack[ReadingOptions],
) -> SignalTest:
    """Test whether the target has anything to do with the features.

    An exact permutation test; see `docs/statistics.md`.

    Parameters
    ----------
    data, target
        As of `learnable.load`: a table and its target, X and y, a file, a name.
    seed : int, default 0
    **reading
        Other arguments of `learnable.load`.

    Returns
    -------
    SignalTest
        Its verdict is ``signal``, ``no-signal`` or ``undecided``; ``p`` and
        ``explained`` are its numbers, ``signal`` holds all of them.

    Raises
    ------
    ZooError

    Examples
    --------
    >>> import learnable
    >>> learnable.signal_test("iris").p
    0.005
    """
    from ...baselines.signal.signal_test import signal_of
    from ...data import load
    from ...reports.answers import SignalTest

    dataset = load(data, target, seed=seed, **reading)
    return SignalTest(signal_of(dataset, seed=seed), len(dataset), dataset.task)


@python_call
def baseline(
    data: Any,
    target: Any = None,
    *,
    folds: int = 5,
    repeats: int = 1,
    seed: int = 0,
    jobs: int | None = None,
    learning_curve: bool = False,
    parallel: Any = None,
    verbose: bool | None = None,
    **reading: Unpack[ReadingOptions],
) -> Report:
    """Measure what can be learned from data, without a network.

    ``zoo baseline`` does the same and keeps it as a run; here nothing is written.

    Parameters
    ----------
    data, target
        As of `learnable.load`: a table and its target, X and y, a file, a name.
    folds, repeats : int, default 5, 1
        Parts into which the rows are cut, and how often; not used with official test
        rows.
    seed : int, default 0
        Of generators, folds, baselines and permutations.
    jobs : int, optional
        Processes at a time; None: all cores.
    learning_curve : bool, default False
        Draw the learning curves of all baselines, whatever the verdict.
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
        Its verdict is ``signal``, ``no-signal``, ``undecided`` or ``suspicious``.

    Raises
    ------
    ZooError

    Examples
    --------
    >>> import learnable
    >>> learnable.baseline("iris", folds=3).verdict.name
    'signal'
    """
    from ...data import load
    from ...reports import Report
    from .run import baseline_memory, on_cluster
    from .score import called, score

    reading["memory"] = baseline_memory(reading)
    dataset = load(data, target, folds=folds, seed=seed, **reading)
    quiet = console.is_quiet(verbose)
    with on_cluster(parallel, quiet=quiet):
        study = score(
            {},
            dataset,
            scoring=Scoring(folds, repeats),
            jobs=jobs,
            seed=seed,
            quiet=quiet,
            curves="all" if learning_curve else "best",
            command=called("baseline", data, target),
        )
    return Report(study.results, study.predictions)
