"""How well wrong labels are found, by planting some into real tables.

``ZOO_DATA=... python -m benchmarks.labels`` gives 0, 2, 5 and 10 % of labels another
class at random, lets the rule D307 look at what the best baseline says of them, and
writes ``labels.json`` and a table in ``docs/findings.md``. Tables are cut to
`LIMIT` rows.
"""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from learnable import Dataset, baselines_for, load
from learnable.baselines.results.results import Signal, Verdict
from learnable.baselines.rules.context import LearnedContext, TableContext
from learnable.baselines.rules.label_noise import label_noise
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.data.split import make_folds

LIMIT = 1_000
SHARES = (0.0, 0.02, 0.05, 0.1)
TABLES = (
    "iris", "wine", "breast_cancer_wisconsin", "mushroom", "banknote_authentication",
    "dermatology", "segmentation", "spambase", "phoneme", "vehicle",
    "pima_indians_diabetes", "haberman",
)  # fmt: skip
NOTHING = Signal(1.0, 1, 0.0, "", 1, None, 0.0)


def plant(dataset: Dataset, share: float) -> tuple[Dataset, np.ndarray]:
    """The dataset with a share of its labels changed, and the rows of these."""
    rng = np.random.default_rng(11)
    rows = rng.choice(len(dataset), round(share * len(dataset)), replace=False)
    y = dataset.y.copy()
    others = rng.integers(1, len(dataset.classes), len(rows))
    y[rows] = (y[rows] + others) % len(dataset.classes)
    return replace(dataset, y=y), rows


def try_one(dataset: Dataset, share: float) -> dict[str, Any]:
    """What the rule finds; precision and recall are of the rows that it names."""
    planted, wrong = plant(dataset, share)
    folds = make_folds(planted)
    outcomes = harness.run(baselines_for(planted), planted, folds, jobs=1)
    board = collect_outcomes(planted, folds, outcomes)
    learned = LearnedContext(board, NOTHING, Verdict("signal", "", "", ""), planted)
    context = TableContext(planted, board.rows, learned)
    found = label_noise(context)
    facts: dict[str, Any] = {"planted": len(wrong), "severity": "-", "named": 0}
    if found is None:
        return facts
    first = found.rows[: len(wrong)]
    return facts | {
        "severity": found.finding.severity,
        "named": len(found.rows),
        "share": found.finding.evidence["share"],
        "precision": float(np.isin(found.rows, wrong).mean()),
        "recall": float(np.isin(wrong, found.rows).mean()) if len(wrong) else None,
        "first": float(np.isin(first, wrong).mean()) if len(wrong) else None,
    }


def line(name: str, rows: int, share: float, facts: dict[str, Any]) -> list[object]:
    """One line of the page's table."""

    def percent(key: str) -> str:
        value = facts.get(key)
        return "" if value is None else f"{value:.0%}"

    about = [f"`{name}`", f"{rows:,}", f"{share:.0%}", facts["severity"]]
    told = percent("precision") if share else ""
    return [*about, facts["named"], percent("share"), told, percent("recall")]


def main() -> None:
    root = Path(os.environ["ZOO_DATA"])
    index = json.loads((root / "index.json").read_text("utf-8"))["entries"]
    entries = {e["name"]: e for e in index}
    found: dict[str, Any] = {}
    lines = []
    for name in TABLES:
        path, target = root / entries[name]["path"], str(entries[name]["target"])
        dataset = load(path, target=target, limit=LIMIT)
        for share in SHARES:
            facts = try_one(dataset, share)
            found.setdefault(name, {})[f"{share:.2f}"] = facts
            lines.append(line(name, len(dataset), share, facts))
            print(*lines[-1], flush=True)
        save("labels", found)
    head = ("table", "rows", "planted", "finding", "rows named", "share told",
            "of these planted", "of planted named")  # fmt: skip
    put_between(HERE.parent / "docs" / "findings.md", "labels", markdown(head, lines))


if __name__ == "__main__":
    main()
