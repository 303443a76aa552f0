"""How often rules on data see a fault, and how often they name one where there is none.

``ZOO_DATA=... python -m benchmarks.data_rules [SEED ...] [RULE ...]`` draws the tables
of `benchmarks.row_cases` and `benchmarks.score_cases`, of which half have a fault in
one of its forms and half look alike and are sound, studies each as ``zoo baseline``
does, and writes ``data_rules.json`` and a table in ``docs/statistics.md``; figures of
other rules stay. Without seeds they are 10 to 14, which no limit was chosen on; limits
were chosen on 0 to 4. D303 and D309 take a minute of a core, others several each.
"""

import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from learnable import Dataset, load
from learnable.baselines.evaluate import run_study
from learnable.baselines.results.findings import SEVERITIES
from learnable.baselines.rules.examine import examine
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.data.errors import ZooError
from threadpoolctl import threadpool_limits

Rng = np.random.Generator
SEEDS = (10, 11, 12, 13, 14)
"""Not looked at while rules were made."""
SLOW = ("boosting", "naive-bayes")
"""Baselines that are left out."""
NOT_SAID, REFUSED, DEPENDENT = "-", "refused", "dependent"
"""No finding; an error when the file is read; rows that were found to depend on each
other, as is said beside the p-value."""


@dataclass(frozen=True)
class RuleCase:
    """A kind of table that has the fault of a rule, or looks like it and is sound.

    Parameters
    ----------
    rule : str
        Its code, under which the case is counted.
    name : str
        Of the table's kind.
    draw : callable
        Takes a random generator, and returns a dataset.
    is_faulty : bool
    codes : tuple of str
        Codes of findings that name the fault, `REFUSED` and `DEPENDENT` among them; the
        rule's own if empty.
    fits : bool
        Whether the rule needs fitted baselines.
    """

    rule: str
    name: str
    draw: Callable[[Rng], Dataset]
    is_faulty: bool
    codes: tuple[str, ...] = ()
    fits: bool = False


def written(frame: pd.DataFrame, target: str, **options: Any) -> Dataset:
    """The table written to a file, and read as the command reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        frame.to_csv(path, index=False)
        return load(path, target=target, **options)


def stored(name: str, limit: int | None = None) -> Dataset:
    """A table of the folder ``ZOO_DATA``."""
    root = Path(os.environ["ZOO_DATA"])
    entries = json.loads((root / "index.json").read_text("utf-8"))["entries"]
    entry = next(e for e in entries if e["name"] == name)
    return load(root / entry["path"], target=str(entry["target"]), limit=limit)


def judge(case: RuleCase, seed: int) -> str:
    """Return the gravest severity at which the fault is named; "-" if it is not."""
    rng = np.random.default_rng([seed, *case.name.encode()])
    try:
        severities = _found(case.draw(rng), seed, fits=case.fits)
    except ZooError:
        severities = {REFUSED: "error"}
    told = [severities.get(code) for code in case.codes or (case.rule,)]
    return next((s for s in SEVERITIES if s in told), NOT_SAID)


def _found(dataset: Dataset, seed: int, *, fits: bool) -> dict[str, str]:
    """Codes and severities of all findings."""
    if not fits:
        found = [f.finding for f in examine(dataset, ())]
        return {f.code: f.severity for f in reversed(found)}
    results = run_study({}, dataset, seed=seed, jobs=1, leave_out=SLOW).results
    severities = {f.code: f.severity for f in reversed(results.findings)}
    if results.signal is not None and results.signal.dependent:
        severities[DEPENDENT] = "warning"
    return severities


def _quietly(case: RuleCase, seed: int) -> str:
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return judge(case, seed)


def measured(cases: Sequence[RuleCase], seeds: Sequence[int]) -> dict[str, Any]:
    """For each rule, and sound or faulty, each case's severities over the seeds."""
    work = (delayed(_quietly)(case, seed) for case in cases for seed in seeds)
    told = iter(Parallel(n_jobs=JOBS)(work))
    found: dict[str, Any] = {}
    for case in cases:
        kind = "faulty" if case.is_faulty else "sound"
        own = [next(told) for _ in seeds]
        found.setdefault(case.rule, {}).setdefault(kind, {})[case.name] = own
    return found


JOBS = int(os.environ.get("JOBS", "-1"))
GRAVE = ("warning", "error")


def shares(cells: dict[str, list[str]]) -> tuple[int, float, float]:
    """Draws; shares of them at any severity, and as warning or error."""
    told = [severity for own in cells.values() for severity in own]
    said = np.mean([severity != NOT_SAID for severity in told])
    return len(told), float(said), float(np.mean([s in GRAVE for s in told]))


def page(found: dict[str, Any]) -> str:
    """A table with a line for each rule."""
    rows = []
    for rule, kinds in found.items():
        line: list[object] = [f"`{rule}`"]
        for kind in ("faulty", "sound"):
            draws, said, grave = shares(kinds[kind])
            line += [f"{len(kinds[kind])} ({draws})", f"{said:.2f}", f"{grave:.2f}"]
        rows.append([*line, "; ".join(_exceptions(kinds))])
    grave = "as warning or error"
    head = ["rule", "faulty kinds (draws)", "found", grave]
    head += ["sound kinds (draws)", "named", grave, "exceptions"]
    return markdown(head, rows)


def _exceptions(kinds: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    """Faulty kinds mostly missed; sound ones that a warning or an error charges."""
    for name, own in kinds["faulty"].items():
        if own.count(NOT_SAID) > len(own) / 2:
            yield f"missed: {name}"
    for name, own in kinds["sound"].items():
        if any(severity in GRAVE for severity in own):
            yield f"charged: {name}"


def measure(name: str, cases: Sequence[Any], arguments: Sequence[str]) -> None:
    """Print what is said of the cases, and write it down.

    Parameters
    ----------
    name : str
        Of the file of figures, and of the mark in ``docs/statistics.md``, there with a
        hyphen for an underline.
    cases : sequence of RuleCase
    arguments : sequence of str
        Seeds, and codes of rules.
    """
    rules = [a for a in arguments if not a.isdigit()]
    seeds = [int(a) for a in arguments if a.isdigit()] or SEEDS
    found = measured([c for c in cases if not rules or c.rule in rules], seeds)
    for rule, kinds in found.items():
        for kind, cells in kinds.items():
            draws, said, grave = shares(cells)
            print(f"{rule} {kind}: {draws} draws, said {said:.2f}, grave {grave:.2f}")
            for case, own in cells.items():
                print(f"    {case:60} {' '.join(own)}")
    path = HERE / f"{name}.json"
    facts = json.loads(path.read_text("utf-8")) if path.exists() else {}
    facts |= {rule: {"seeds": list(seeds), **kinds} for rule, kinds in found.items()}
    save(name, facts)
    put_between(HERE.parent / "docs/statistics.md", name.replace("_", "-"), page(facts))


def main() -> None:
    from learnable.benchmarks.row_cases import CASES as ROWS
    from learnable.benchmarks.score_cases import CASES as SCORES

    measure("data_rules", (*ROWS, *SCORES), sys.argv[1:])


if __name__ == "__main__":
    main()
