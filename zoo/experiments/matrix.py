"""Networks compared on several datasets: a run each, and one page over them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...baselines.results.results import EXIT_CODES
from ...baselines.scores.cluster import ClusterLost
from ...data.disk import write_whole
from ...data.errors import BadData, Misuse, ZooError
from ...reports.several.matrix import (
    Cell,
    Column,
    column_of,
    matrix_facts,
    matrix_html,
    unsupported_cells,
)
from ..console import console, strip_control_characters
from ..experiment import Experiment
from ..registry import card
from . import score as work
from .run import RunOptions, compare_on, on_cluster, open_dataset, tracked

if TYPE_CHECKING:
    from ...data import Dataset

INTERRUPTED = "interrupted before it finished"


@dataclass(frozen=True)
class Matrix:
    """Networks on datasets: the rows, and a column each."""

    networks: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def cells(self) -> list[tuple[Cell, Column]]:
        """In reading order."""
        return [(c.cell(name), c) for name in self.networks for c in self.columns]


def compare_all(
    experiment: Experiment, names: Sequence[str], options: RunOptions
) -> tuple[Matrix, str]:
    """Compare on one dataset after the other; what one of them lacks stops no other.

    Returns
    -------
    Matrix
    str
        Why the work ended early, else ""; the datasets that are not done say so.

    Raises
    ------
    Misuse
        No network can do the task of any dataset.
    BadData
        Nothing could be compared, for the data's sake.
    KeyboardInterrupt
        Before the first dataset was done.
    """
    with on_cluster(options.parallel, quiet=options.quiet):
        columns, interrupted = _compare_each(experiment, names, options)
    _refuse_empty(columns)
    return Matrix(tuple(experiment.networks), tuple(columns)), interrupted


def _compare_each(
    experiment: Experiment, names: Sequence[str], options: RunOptions
) -> tuple[list[Column], str]:
    """The datasets' columns, and what ended the work early."""
    columns: list[Column] = []
    interrupted = ""
    for place, name in enumerate(names, 1):
        if not options.quiet:
            message = f"{place} of {len(names)}: {name}"
            console().print(strip_control_characters(message), markup=False)
        one = replace(experiment, data=replace(experiment.data, name=name))
        try:
            columns.append(compare_on_dataset(one, options))
        except (KeyboardInterrupt, ClusterLost) as error:
            if not any(column.run for column in columns):
                raise
            interrupted = str(error) or "interrupted"
            left = str(error) or INTERRUPTED
            columns += [Column(n, error=left) for n in names[place - 1 :]]
            break
    return columns, interrupted


def compare_on_dataset(experiment: Experiment, options: RunOptions) -> Column:
    """The comparison on one dataset, of the networks that can do its task."""
    data, networks = experiment.data.name, experiment.networks
    try:
        dataset = open_dataset(experiment)
        able = {n: r for n, r in networks.items() if _supports(r.model, dataset)}
        others = unsupported_cells(networks.keys() - able.keys(), dataset.task)
        if not able:
            return Column(data, task=dataset.task, networks=others)
        run = compare_on(dataset, replace(experiment, networks=able), options)
        tracked(run, options)
    except ClusterLost:  # nor would others be compared
        raise
    except ZooError as error:
        message = strip_control_characters(f"failed: {data}: {error}")
        console().print(message, markup=False)
        return Column(data, error=str(error))
    return column_of(run.results, data=data, run=run.folder.name, others=others)


def _supports(model: str, dataset: Dataset) -> bool:
    return dataset.task in card(model).tasks


def _refuse_empty(columns: Sequence[Column]) -> None:
    """Refuse where there is nothing to show.

    Raises
    ------
    Misuse
    BadData
    """
    if any(column.run for column in columns):
        return
    failed = [f"{column.data}: {column.error}" for column in columns if column.error]
    tasks = [f"{column.data} is {column.task}" for column in columns if column.task]
    if failed:
        raise BadData(f"no dataset could be compared. {'; '.join(failed + tasks)}")
    msg = f"none of these networks supports any of these datasets: {', '.join(tasks)}"
    raise Misuse(f"{msg}. `zoo list` shows the tasks of each network.")


def write_page(matrix: Matrix, out: Path) -> Path:
    """Write the page beside the runs; returns its path.

    Raises
    ------
    BadData
        The disk is full or the folder read-only; the runs are whole.
    """
    when = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    path = out / f"matrix-{when}-{secrets.token_hex(2)}.html"
    command = work.command_line()
    facts = matrix_facts(matrix.networks, matrix.columns, command=command)
    try:
        write_whole(path, matrix_html(facts))
    except OSError as error:
        msg = f"the runs are complete, but {path} cannot be written: {error.strerror}"
        raise BadData(msg) from error
    return path


def exit_code(matrix: Matrix, *, gate: bool) -> int:
    """0, 1 where a dataset failed, or with ``gate`` that of a verdict."""
    codes = [EXIT_CODES.get(cell.verdict, 0) for cell, _ in matrix.cells]
    found = next((code for code in codes if code), 0) if gate else 0
    return found or int(any(column.error for column in matrix.columns))


def matrix_dict(matrix: Matrix, page: Path, out: Path) -> dict[str, Any]:
    """Return the dict that ``--json`` prints, for a page and a folder of runs."""
    return {
        "matrix": str(page),
        "runs": [str(out / column.run) for column in matrix.columns if column.run],
        "cells": [
            {
                "network": cell.name,
                "data": column.data,
                "verdict": cell.verdict or None,
                "score": cell.score,
                "low": cell.low,
                "high": cell.high,
                "run": str(out / column.run) if column.run else None,
                "error": cell.error or None,
            }
            for cell, column in matrix.cells
        ],
    }
