"""``zoo baseline`` on real tables as they lie there, beside reference scores.

``ZOO_DATA=... python -m benchmarks.real [NAME ...]`` reads ``tabular/`` of a folder
that has an ``index.json``; all its tables without names, and of each as many rows as
the reference had. Writes ``real.json`` and a table in ``docs/statistics.md``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from learnable.benchmarks.tables import HERE, markdown, put_between, save

ZOO = Path(sys.executable).with_name("zoo")
SAME = {
    "logistic": "logistic_regression",
    "ridge": "ridge",
    "forest": "random_forest_100",
}
"""Our baselines, and what they are called in the reference."""


def try_one(root: Path, entry: dict[str, Any], out: str) -> dict[str, Any]:
    """What the command said of one table; ``error`` where it refused."""
    start = time.perf_counter()
    known = entry["measured"]
    told = subprocess.run(
        [
            ZOO, "baseline", root / entry["path"], "--target", str(entry["target"]),
            "--limit", str(known["rows_used"]), "--json", "--quiet", "--out", out,
        ],
        capture_output=True,
        text=True,
    )  # fmt: skip
    spent = round(time.perf_counter() - start, 1)
    if told.returncode:
        return {"seconds": spent, "error": told.stderr.strip().splitlines()[-1]}
    facts = json.loads(told.stdout)
    metric = "r2" if facts["about"]["task"] == "regression" else "accuracy"
    scores = {
        row["name"]: round(row["scores"][metric]["mean"], 4)
        for row in facts["rows"]
        if row["scores"]
    }
    return {
        "seconds": spent,
        "rows": facts["about"]["rows"],
        "columns": facts["about"]["columns"],
        "task": facts["about"]["task"],
        "verdict": facts["verdicts"][-1]["name"],
        "p": facts["signal"]["p"],
        metric: scores,
        "findings": [f["code"] for f in facts["findings"] if f["severity"] != "note"],
        "notes": [f["code"] for f in facts["findings"] if f["severity"] == "note"],
        "failed": {row["name"]: row["error"] for row in facts["rows"] if row["error"]},
        "distance": distance(scores, known, metric),
    }


def distance(
    scores: dict[str, float], known: dict[str, Any], metric: str
) -> dict[str, float]:
    """Ours less the reference's mean, in deviations of the reference's folds."""
    found = {}
    for ours, theirs in SAME.items():
        mean, deviation = known.get(theirs, {}).get(metric, (None, None))
        if ours in scores and mean is not None:
            gap = scores[ours] - mean
            found[ours] = round(gap / max(deviation, 0.001), 2)
    return found


def as_page(found: dict[str, Any]) -> str:
    """A line a table: verdict, scores, and how far the reference is."""
    head = [
        "table", "rows", "verdict", "p", "best score", "reference", "warnings",
    ]  # fmt: skip
    return markdown(head, [_line(name, facts) for name, facts in found.items()])


def _line(name: str, facts: dict[str, Any]) -> list[str]:
    if "error" in facts:
        return [f"`{name}`", "", "refused", "", "", "", facts["error"]]
    metric = "r2" if "r2" in facts else "accuracy"
    scores = {k: v for k, v in facts[metric].items() if k not in ("majority", "mean")}
    best = max(scores, key=lambda k: scores[k])
    gaps = ", ".join(f"{k} {v:+.1f}" for k, v in facts["distance"].items())
    label = "R² " if metric == "r2" else ""
    return [
        f"`{name}`",
        f"{facts['rows']:,}",
        facts["verdict"],
        f"{facts['p']:.3f}",
        f"{label}{scores[best]:.3f} ({best})",
        gaps,
        " ".join(facts["findings"]),
    ]


def main() -> None:
    root = Path(os.environ["ZOO_DATA"])
    index = json.loads((root / "index.json").read_text("utf-8"))["entries"]
    asked = set(sys.argv[1:])
    entries = {
        e["name"]: e
        for e in index
        if e["path"].startswith("tabular/") and (not asked or e["name"] in asked)
    }
    known = HERE / "real.json"
    found = json.loads(known.read_text("utf-8")) if known.exists() and asked else {}
    with tempfile.TemporaryDirectory() as out:
        for name, entry in entries.items():
            found[name] = try_one(root, entry, out)
            print(name, found[name], flush=True)
            save("real", found)
    put_between(HERE.parent / "docs/statistics.md", "real", as_page(found))


if __name__ == "__main__":
    main()
