"""``zoo baseline`` on real tables as they lie there, beside reference scores.

``ZOO_DATA=... python -m benchmarks.real [NAME ...]`` reads ``tabular/`` of a folder
that has an ``index.json``; all its tables without names. Writes ``real.json``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .tables import HERE, save

ZOO = Path(sys.executable).with_name("zoo")


def try_one(root: Path, entry: dict[str, Any], out: str) -> dict[str, Any]:
    """What the command said of one table; ``error`` where it refused."""
    start = time.perf_counter()
    told = subprocess.run(
        [
            ZOO, "baseline", root / entry["path"], "--target", str(entry["target"]),
            "--json", "--quiet", "--out", out,
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
        row["name"]: row["scores"][metric]["mean"]
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
        metric: {name: round(value, 3) for name, value in scores.items()},
        "failed": {row["name"]: row["error"] for row in facts["rows"] if row["error"]},
        "reference": entry.get("measured"),
    }


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


if __name__ == "__main__":
    main()
