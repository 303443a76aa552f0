"""Several networks on several datasets: comparisons -> facts -> one page of them all.

Each dataset is a comparison and a run of its own; nothing is tested across them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...baselines.results.results import Results, Row
from .. import text
from ..metrics import metric
from ..sections.scores import TONES, best_baseline, main_score, rule_of_thumb
from ..tasks import size, task_words

PHRASES = {
    "network-ahead": "ahead of every baseline",
    "network-level": "level with the best baseline",
    "network-at-fault": "at fault",
    "undecided": "undecided",
    "no-signal": "without a signal to learn",
    "suspicious": "suspiciously good",
    "": "not scored",
}
"""What a network is on a dataset, by its verdict there; "" where it has none."""


@dataclass(frozen=True)
class Cell:
    """Result of a candidate on one dataset.

    Parameters
    ----------
    name : str
        Of the network or the baseline.
    verdict : str
        "" of a baseline, and where there is none.
    score, low, high : float, optional
        The score that decides, and its 95 % interval.
    error : str
        Why there is no score.
    """

    name: str
    verdict: str = ""
    score: float | None = None
    low: float | None = None
    high: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Column:
    """A dataset, and what came of the comparison on it.

    Parameters
    ----------
    data : str
        The dataset as it was named: of the catalog, or a path.
    run : str
        The name of the run's folder, which stands beside the page; "" where there is
        no run.
    task, size, metric : str
        ``size`` in words.
    networks : dict
        Network -> its cell; empty where the dataset could not be compared on.
    baseline, thumb : Cell, optional
        The best baseline, and the one that marks zero.
    error : str
        Why nothing could be compared.
    """

    data: str
    run: str = ""
    task: str = ""
    size: str = ""
    metric: str = "skill"
    networks: dict[str, Cell] = field(default_factory=dict)
    baseline: Cell | None = None
    thumb: Cell | None = None
    error: str = ""

    def cell(self, network: str) -> Cell:
        """Return a network's cell; where it has none, one with the dataset's error."""
        return self.networks.get(network) or Cell(network, error=self.error)


def unsupported_cells(networks: Iterable[str], task: str) -> dict[str, Cell]:
    """The cells of networks that cannot do a task."""
    return {name: Cell(name, error=f"cannot: {task}") for name in networks}


def column_of(
    results: Results, *, data: str, run: str, others: Mapping[str, Cell]
) -> Column:
    """Return the column of a comparison.

    Parameters
    ----------
    results : Results
    data, run : str
        As in `Column`.
    others : dict
        Cells of the networks that were left out, from `unsupported_cells`.
    """
    said = {verdict.about: verdict.name for verdict in results.verdicts}
    key, rows = results.metric, results.rows
    networks = {
        row.name: _cell(row, key, said.get(row.name, ""))
        for row in rows
        if row.kind == "network"
    }
    best, thumb = best_baseline(results), rule_of_thumb(results)
    return Column(
        data,
        run,
        task=results.about.task,
        size=size(results.about),
        metric=key,
        networks=networks | dict(others),
        baseline=_cell(best, key) if best else None,
        thumb=_cell(thumb, key) if thumb else None,
    )


def _cell(row: Row, key: str, verdict: str = "") -> Cell:
    if row.error is not None or key not in row.scores:
        error = row.error or "no scores were returned"
        return Cell(row.name, verdict, error=f"failed: {error}")
    score = main_score(row, key)
    low, high = _finite(score.low), _finite(score.high)
    return Cell(row.name, verdict, _finite(score.mean), low, high)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def matrix_facts(
    networks: Sequence[str], columns: Sequence[Column], *, command: str = ""
) -> dict[str, Any]:
    """The facts of the page.

    Parameters
    ----------
    networks : sequence of str
        The rows, in their order.
    columns : sequence of Column
    command : str
        What was typed.

    Returns
    -------
    dict
        Lists, dicts and texts. What does not apply is empty.
    """
    labels = text.unique_names([column.data for column in columns], 60)
    found = list(zip(columns, labels, strict=True))
    failed = [label for column, label in found if column.error]
    tones = {TONES.get(c.cell(n).verdict, "open") for n in networks for c in columns}
    on = text.count(len(columns), "dataset")
    return {
        "id": "zoo-matrix",
        "title": f"{text.count(len(networks), 'network')} on {on}",
        "tone": tones.pop() if len(tones) == 1 else "open",
        "sentences": sentences(networks, columns),
        "failed": f"No comparison on: {', '.join(failed)}." if failed else "",
        "columns": [_head(column, label) for column, label in found],
        "rows": [
            *(_network(name, found) for name in networks),
            _baselines("best baseline", [(c, label, c.baseline) for c, label in found]),
            _baselines("rule of thumb", [(c, label, c.thumb) for c, label in found]),
        ],
        "explained": _explained(columns),
        "command": text.clean(command, 2_000),
    }


def sentences(networks: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Write a sentence for each network: its verdicts, each on how many datasets."""
    return [_sentence(name, [c.cell(name) for c in columns]) for name in networks]


def _sentence(network: str, cells: Sequence[Cell]) -> str:
    counts = Counter(cell.verdict for cell in cells)
    order = [*(name for name in PHRASES if name), *sorted(counts.keys() - PHRASES), ""]
    parts = [
        (PHRASES.get(name) or text.name(name.replace("-", " ")), counts[name])
        for name in order
        if counts[name]
    ]
    (phrase, first), *rest = parts
    messages = [f"{phrase} on {first} of {text.count(len(cells), 'dataset')}"]
    messages += [f"{phrase} on {count}" for phrase, count in rest]
    return f"{text.name(network)} is {', '.join(messages)}."


def _head(column: Column, label: str) -> dict[str, str]:
    about = ", ".join(part for part in (column.task, column.size) if part)
    return {
        "name": label,
        "about": text.clean(about, 120),
        "error": text.clean(column.error, 600),
    }


def _network(name: str, found: Iterable[tuple[Column, str]]) -> dict[str, Any]:
    cells = [_format_cell(c.cell(name), c, label) for c, label in found]
    return {"name": text.name(name), "kind": "network", "cells": cells}


def _baselines(
    name: str, found: Iterable[tuple[Column, str, Cell | None]]
) -> dict[str, Any]:
    cells = [
        _format_cell(cell or Cell(""), column, label, named=True)
        for column, label, cell in found
    ]
    return {"name": name, "kind": "baseline", "cells": cells}


def _format_cell(
    cell: Cell, column: Column, label: str, *, named: bool = False
) -> dict[str, str]:
    """A cell as it is shown; one of a baseline with the name of the baseline."""
    spec = metric(column.metric).spec
    badge = text.name(cell.verdict.replace("-", " ")) if cell.verdict else ""
    # of a dataset without a comparison the head of its column says why
    error = "failed" if column.error and not named else cell.error
    who = text.name(cell.name) if cell.name else ""
    return {
        "badge": badge,
        "tone": TONES.get(cell.verdict, "open"),
        "link": text.address(column.run) if column.run and badge else "",
        "said": f"{badge}: {who} on {label}, the comparison",
        "score": text.number(cell.score, spec) if not error else "",
        "value": "" if cell.score is None else repr(cell.score),
        "interval": text.interval(cell.low, cell.high, spec),
        "error": text.clean(error, 200),
        "about": who if named else "",
    }


def _explained(columns: Sequence[Column]) -> list[str]:
    """Explain the scores, and that those of different datasets are not compared."""
    scored = [column for column in columns if column.run]
    keys = dict.fromkeys(column.metric for column in scored)
    messages = [
        f"Scores: {' or '.join(metric(key).label for key in keys)}, mean over the "
    ]
    messages[0] += "folds, with the 95 % interval."
    if "skill" in keys:
        gains = dict.fromkeys(task_words(column.task).gain for column in scored)
        messages += [f"Skill is the improvement in {'; or in '.join(gains)}."]
        messages += ["0 is no better, 1 is perfect."]
    return [
        *messages,
        "Compare scores within a column: those of different datasets do not compare.",
    ]


def matrix_html(facts: dict[str, Any]) -> str:
    """One whole HTML document.

    Parameters
    ----------
    facts : dict
        From `matrix_facts`.
    """
    from ..html import document  # loads jinja2

    return document("matrix.html", facts, {}, more_style=("matrix.css",))
