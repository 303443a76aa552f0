"""Differences between runs, and the outcome of each: plain values, without a page."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

from ...baselines.results.results import Results, Row, finite
from ..sections.scores import best_baseline, main_score, scored_rows
from .runs import ReadRun

TOLD_ELSEWHERE = ("inputs", "command", "seed", "fingerprint")
"""Parts of ``recipe.json`` that are no settings: the form of a row, what was typed; the
seed is told with the data."""

DEEPEST = 20
"""Settings nested deeper are compared as one value."""

_ABSENT: Any = object()


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same in all runs: one value a run, None if absent."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Part:
    """One kind of what may differ.

    Parameters
    ----------
    name : {"settings", "data", "versions"}
    differences : tuple of Difference
    equal : int
        How many are the same in all runs.
    without : tuple of int
        Places of the runs that have nothing of the kind; their values are None.
    """

    name: str
    differences: tuple[Difference, ...]
    equal: int
    without: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReachedScore:
    """The score of a candidate that decides, with its 95 % interval."""

    name: str
    kind: str
    metric: str
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class VerdictChange:
    """Outcome of a run: its networks' scores, and that of the best baseline.

    ``verdicts`` maps networks, or the script that was checked, to their verdicts;
    ``"data"`` to that of the data. ``causes`` and ``marks``, the scores of `zoo check`,
    are those of a checked script.
    """

    verdicts: dict[str, str]
    causes: tuple[str, ...]
    marks: dict[str, float | None]
    scores: tuple[ReachedScore, ...]
    seconds: float


def differences(runs: Sequence[ReadRun]) -> tuple[Part, ...]:
    """Settings, data and versions that are not the same in all runs.

    Parameters
    ----------
    runs : sequence of Run
        Two or more.
    """
    return (
        dict_differences("settings", [_settings(run.settings) for run in runs]),
        dict_differences("data", [_data(run.results) for run in runs]),
        dict_differences("versions", [_versions(run) for run in runs]),
    )


def dict_differences(name: str, trees: Sequence[Mapping[str, Any]]) -> Part:
    """Find the differences between nested dicts, under dotted names.

    Lists are values, unless all their items are dicts: these are told apart by
    ``model`` or ``name``. What a dict has and another lacks as a whole is one
    difference. A tree that is empty takes no part.

    Examples
    --------
    >>> dict_differences("settings", [{"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}])
    Part(name='settings', differences=(Difference(name='a.c', values=(2, 3)),), \
equal=1, without=())
    """
    known = [i for i, tree in enumerate(trees) if tree]
    without = tuple(i for i in range(len(trees)) if i not in known)
    if len(known) < 2:
        return Part(name, (), 0, without)
    found, equal = [], 0
    for label, values in _leaves([trees[i] for i in known], ""):
        if len({_canonical_text(value) for value in values}) == 1:
            equal += 1
            continue
        placed = dict(zip(known, values, strict=True))
        told = [placed.get(i, _ABSENT) for i in range(len(trees))]
        found.append(
            Difference(label, tuple(None if v is _ABSENT else v for v in told))
        )
    return Part(name, tuple(found), equal, without)


def _leaves(
    values: Sequence[Any], name: str, depth: int = 0
) -> Iterator[tuple[str, list[Any]]]:
    trees = [_keyed(value) for value in values]
    if depth > DEEPEST or not all(isinstance(tree, dict) for tree in trees):
        yield name, list(values)
        return
    keys = dict.fromkeys(key for tree in trees for key in tree)
    if not keys:
        yield name, list(values)
    for key in keys:
        label = f"{name}.{key}" if name else str(key)
        yield from _leaves([tree.get(key, _ABSENT) for tree in trees], label, depth + 1)


def _keyed(value: Any) -> Any:
    """A list of dicts as a dict, by the model or name of each where that tells them."""
    if not (isinstance(value, list) and value):
        return value
    if not all(isinstance(item, dict) for item in value):
        return value
    names = [str(item.get("model", item.get("name", ""))) for item in value]
    told = len(set(names)) == len(names) and all(names)
    keys = names if told else [str(i) for i in range(1, len(value) + 1)]
    return dict(zip(keys, value, strict=True))


def _canonical_text(value: Any) -> str:
    """Equal texts for equal values: 1 and 1.0 are, 1 and true are not."""
    if value is _ABSENT:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, default=str)


def _settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in settings.items() if k not in TOLD_ELSEWHERE}


def _data(results: Results) -> dict[str, Any]:
    about = results.about
    return {
        "name": about.name,
        "sha256": about.sha256,
        "rows": about.rows,
        "columns": about.columns,
        "task": about.task,
        "target": about.target,
        "split": results.split,
        "seed": results.seed,
    }


def _versions(run: ReadRun) -> dict[str, Any]:
    told = ("versions", "data_sha256")
    machine = {k: v for k, v in run.environment.items() if k not in told}
    return dict(run.results.versions) | machine


UNKNOWN = "At least one run has no sha256 of its data."


def obstacles(results: Sequence[Results]) -> list[str]:
    """Why the scores of runs cannot be compared, a sentence each; none if they can."""
    abouts = [found.about for found in results]
    hashes = {about.sha256 for about in abouts}
    forms = {(a.rows, a.columns, a.task, a.target) for a in abouts}
    splits = {found.split for found in results}
    sentences = []
    if len(hashes - {""}) > 1:
        sentences.append("The runs use different data (sha256 differs).")
    elif len(forms) > 1:
        sentences.append(
            "The runs use different data (rows, columns, task or target differ)."
        )
    elif "" in hashes:
        sentences.append(UNKNOWN)
    if len(splits) > 1:
        sentences.append("The rows were split in different ways.")
    if len({found.metric for found in results}) > 1:
        sentences.append("The main scores are of different metrics.")
    return sentences


def groups(results: Sequence[Results]) -> list[list[int]]:
    """Places of runs whose scores can be compared with each other, in their order."""
    found: list[list[int]] = []
    for i, one in enumerate(results):
        fitting = (g for g in found if not obstacles([results[g[0]], one]))
        group = next(fitting, None)
        if group is None:
            found.append([i])
        else:
            group.append(i)
    return found


def explain_comparability(results: Sequence[Results]) -> str:
    """Whether the scores can be compared, and why not, in words."""
    why = obstacles(results)
    if why == [UNKNOWN]:
        return f"It is unknown whether the scores are comparable. {UNKNOWN}"
    if why:
        return f"The scores are not comparable. {' '.join(why)}"
    if len({found.seed for found in results}) > 1:
        return (
            "The scores are of the same data, but the folds were drawn with different "
            "seeds: part of a difference may be due to the folds."
        )
    return "The scores are comparable: same data, same split, same seed."


def outcome(results: Results) -> VerdictChange:
    """Return the outcome of one run."""
    best = best_baseline(results)
    rows = [row for row in scored_rows(results) if row.kind == "network"]
    rows += [best] if best else []
    found = results.diagnosis
    marks: dict[str, float | None] = {}
    if found:
        marks = {
            "as it is": found.original_score,
            "best baseline": found.baseline_score,
        }
        marks |= {"repaired": found.repaired_score} if found.causes else {}
    checked = {PurePath(found.script).name: found.verdict} if found else {}
    told = sorted(results.verdicts, key=lambda verdict: not verdict.about)
    return VerdictChange(
        checked | {verdict.about or "data": verdict.name for verdict in told},
        tuple(f"{c.code} {c.label}" for c in found.causes) if found else (),
        marks,
        tuple(_reached_score(row, results.metric) for row in rows),
        results.seconds,
    )


def _reached_score(row: Row, metric: str) -> ReachedScore:
    score = main_score(row, metric)
    return ReachedScore(row.name, row.kind, metric, score.mean, score.low, score.high)


def as_dict(runs: Sequence[ReadRun]) -> dict[str, Any]:
    """The differences and outcomes as JSON holds them; NaN becomes None.

    Returns
    -------
    dict
        ``runs``: what came of each; ``comparable`` and ``comparability``: whether the
        scores can be compared, and why; ``differences``: part, name and one value a
        run; ``equal``: how many of each part are the same.
    """
    results = [run.results for run in runs]
    parts = differences(runs)
    facts = {
        "runs": [_run(run) for run in runs],
        "comparable": not obstacles(results),
        "comparability": explain_comparability(results),
        "differences": [
            {"part": p.name, "name": d.name, "values": list(d.values)}
            for p in parts
            for d in p.differences
        ],
        "equal": {p.name: p.equal for p in parts},
    }
    return finite(facts)


def _run(run: ReadRun) -> dict[str, Any]:
    results = run.results
    named = {"name": run.name, "command": results.command, "created": results.created}
    return named | asdict(outcome(results))
