"""Why a poor judge's word on labels counts from `FLAT` on (rule D307).

``ZOO_DATA=... python -m benchmarks.doubts`` takes every classification table of the
folder (`LIMIT` rows at most) as it is and with 30 % of its labels changed, and labels
that are a logistic function of a number. Of each it measures the best baseline's
errors, as a share of those of the commonest class, and how often labels are denied in
the surest half of the rows, as a share of how often they are denied in all. Writes
``doubts.json`` and a table in ``docs/findings.md``.
"""

import json
import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from learnable import Card, Dataset, baselines_for, load
from learnable.baselines.results.results import Signal, Verdict
from learnable.baselines.rules.context import LearnedContext, TableContext
from learnable.baselines.rules.label_noise import (
    BETTER,
    POOR,
    find_doubts,
    lower_end,
    share_of_errors,
)
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.data.split import make_folds

LIMIT = 2_000
LEAST = 60
CHANGED = 0.3
SLOPES = (0.5, 1.0, 2.0, 4.0)
JUDGES = ("logistic", "forest")
NOTHING = Signal(1.0, 1, 0.0, "", 1, None, 0.0)


def change(dataset: Dataset) -> Dataset:
    """The dataset with a share of its labels moved to another class."""
    rng = np.random.default_rng(11)
    bad = rng.random(len(dataset)) < CHANGED
    others = rng.integers(1, len(dataset.classes), len(dataset))
    return replace(
        dataset, y=np.where(bad, (dataset.y + others) % len(dataset.classes), dataset.y)
    )


def logistic(slope: float) -> Dataset:
    """Labels whose log odds are ``slope`` times one of five normal numbers."""
    rng = np.random.default_rng(7)
    x = pd.DataFrame(rng.normal(size=(LIMIT, 5)), columns=list("abcde"))
    y = rng.random(LIMIT) < 1 / (1 + np.exp(-slope * x["a"]))
    card = Card("logistic", "logistic", "binary", "y")
    return Dataset(x, y.astype(int).to_numpy(), card, classes=("0", "1"))


def measure(dataset: Dataset) -> tuple[float, float] | None:
    """Errors by those of the commonest class; denied among the surest by all denied."""
    folds = make_folds(dataset)
    judges = {n: b for n, b in baselines_for(dataset).items() if n in JUDGES}
    board = collect_outcomes(
        dataset, folds, harness.run(judges, dataset, folds, jobs=1)
    )
    learned = LearnedContext(board, NOTHING, Verdict("signal", "", "", ""), dataset)
    context = TableContext(dataset, board.rows, learned)
    errors = share_of_errors(context)
    if context.said is None or errors > 1:
        return None
    rows, p = context.said
    y = dataset.y[rows]
    doubts = find_doubts(y, p)
    low = lower_end(doubts.sure_share, doubts.sure_count)
    return errors, low / max(float((p.argmax(axis=1) != y).mean()), 1e-12)


def every(root: Path) -> Iterator[tuple[str, str, Dataset]]:
    """Kind, name and dataset."""
    for slope in SLOPES:
        yield "logistic relation", f"slope {slope:g}", logistic(slope)
    index = json.loads((root / "index.json").read_text("utf-8"))["entries"]
    for entry in index:
        if "classification" not in entry["task"] or entry["kind"] != "tabular":
            continue
        path, target = root / entry["path"], str(entry["target"])
        dataset = load(path, target=target, limit=LIMIT)
        if len(dataset) >= LEAST and len(dataset.classes) > 1:
            yield "as it is", entry["name"], dataset
            yield f"{CHANGED:.0%} changed", entry["name"], change(dataset)


def main() -> None:
    warnings.simplefilter("ignore")
    found: dict[str, dict[str, list[float]]] = {}
    for kind, name, dataset in every(Path(os.environ["ZOO_DATA"])):
        told = measure(dataset)
        if told is not None:
            found.setdefault(kind, {})[name] = [round(v, 3) for v in told]
            print(kind, name, *told, flush=True)
            save("doubts", found)
    head = ("labels", "tables", "with a poor judge", "denied among the surest by all",
            "the highest")  # fmt: skip
    lines = [line(kind, found[kind]) for kind in found]
    put_between(HERE.parent / "docs/findings.md", "doubts", markdown(head, lines))


def line(kind: str, told: dict[str, list[float]]) -> list[object]:
    """One line of the table: those whose baseline is a poor judge."""
    poor = {n: flat for n, (errors, flat) in told.items() if BETTER < errors <= POOR}
    if not poor:
        return [kind, len(told), 0, "", ""]
    values = sorted(poor.values())
    between = f"{values[0]:.2f} to {values[-1]:.2f}, median {np.median(values):.2f}"
    highest = sorted(poor, key=poor.__getitem__)[:-4:-1]
    return [kind, len(told), len(poor), between,
            ", ".join(f"`{n}` {poor[n]:.2f}" for n in highest)]  # fmt: skip


if __name__ == "__main__":
    main()
