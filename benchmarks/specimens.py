"""``zoo check`` on training scripts whose faults are known.

``python -m benchmarks.specimens FOLDER [dev|later|kept|NAME ...]`` checks every script
of a folder of specimens (each with ``train.py`` and ``truth.json``), or one part of
them, or those named. The parts are by the hash of the name: the first half (``dev``)
was looked at while rules were written, the third quarter (``later``) only after the
second half had been measured, the last quarter (``kept``) never. Writes
``specimens.json``, one record a script, and a table in ``docs/check.md``. With
``--seed N`` under another seed.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from learnable.benchmarks.tables import HERE, markdown, put_between, save

ZOO = Path(sys.executable).with_name("zoo")
FIGURES = HERE / "specimens.json"
FIRST = "second half, before any of it was looked at"


def parts(names: Sequence[str]) -> dict[str, list[str]]:
    """The half that was looked at, the quarter looked at later, and the one never."""
    order = sorted(names, key=lambda n: hashlib.sha256(n.encode()).hexdigest())
    half, three = len(order) // 2, len(order) * 3 // 4
    cut = {"dev": order[:half], "later": order[half:three], "kept": order[three:]}
    return {name: sorted(part) for name, part in cut.items()}


def commit() -> str:
    """The state of the code, so that records of several runs are told apart."""
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        cwd=HERE,
    )
    return told.stdout.strip()


def check(
    folder: Path,
    *,
    seed: int,
    run: Callable[[Path], dict[str, float]] | None = None,
    keep: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what the command said of one script.

    ``run`` scores the repaired script; facts to ``keep`` are noted as they are.
    """
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        fixed = Path(out) / "fixed.py"
        told = subprocess.run(
            [
                ZOO, "check", folder / "train.py", "--json", "--quiet", "--out", out,
                "--seed", str(seed), "--write", fixed,
            ],
            capture_output=True,
            text=True,
        )  # fmt: skip
        spent = round(time.perf_counter() - start, 1)
        if not told.stdout:
            return {
                "commit": commit(),
                "seconds": spent,
                "error": told.stderr.strip().replace(str(HERE.parent), "")[-300:],
            }
        # where the script lay says nothing
        facts = json.loads(told.stdout.replace(f"{folder}{os.sep}", ""))
        reached = (run or run_script)(fixed) if fixed.exists() else {}
    return {
        "commit": commit(),
        "seconds": spent,
        "sides": facts["sides"],
        "verdict": facts["verdict"],
        "causes": [cause["label"] for cause in facts["causes"]],
        "repairs": [cause["repair"] for cause in facts["causes"]],
        "would_do": [
            s["label"] for s in facts["ruled_out"] if s["state"] == "alternative"
        ],
        "original_score": facts["original_score"],
        "baseline_score": facts["baseline_score"],
        "best_score": facts["best_score"],
        "repaired_score": facts["repaired_score"],
        "fixed": reached,
        **({"facts": {key: facts.get(key) for key in keep}} if keep else {}),
    }


def run_script(path: Path) -> dict[str, float]:
    """Test scores of a repaired script for three seeds."""
    found = {}
    for seed in range(3):
        told = subprocess.run(
            [sys.executable, path],
            capture_output=True,
            text=True,
            env={**os.environ, "SEED": str(seed)},
        )
        lines = told.stdout.strip().splitlines()
        try:
            found[str(seed)] = float(json.loads(lines[-1])["test"])
        except (IndexError, ValueError, KeyError):
            found[str(seed)] = float("nan")
    return found


def judge(record: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    """Found, false alarms and side, as the specimens' README defines them."""
    told = set(record.get("causes", ()))
    answers = [set(answer) for answer in truth["causes"]]
    allowed = set(truth["also_acceptable"]).union(*answers)
    full = any(answer <= told for answer in answers)
    undecided = record.get("verdict") in (None, "undecided")
    return {
        "found": full if answers else None,
        "hit": len(told & set().union(*answers)),
        "false": sorted(told - allowed),
        "sides": record.get("sides") == truth["sides"]
        and (bool(truth["sides"]) or not undecided),
        "reached": _reached(record.get("fixed") or {}, truth.get("fixed") or {}),
    }


def _reached(own: dict[str, float], theirs: dict[str, Any]) -> bool | None:
    """Whether the repaired script is as good as the corrected one."""
    if not theirs:
        return None
    wanted = np.array([v for v in theirs.values() if v is not None], float)
    if not own:
        return False
    return bool(np.mean(list(own.values())) >= wanted.mean() - 2 * wanted.std(ddof=1))


def figures(
    found: dict[str, dict[str, Any]], truths: dict[str, dict[str, Any]]
) -> dict[str, float]:
    """The figures of a set of scripts."""
    judged = {n: judge(found[n], truths[n]) for n in found if n in truths}
    failing = [n for n in judged if truths[n]["causes"]]
    healthy = [n for n in judged if not truths[n]["sides"]]
    named = sum(len(found[n].get("causes", ())) for n in failing)
    wrong = sum(len(judged[n]["false"]) for n in failing)
    reached = [j["reached"] for j in judged.values() if j["reached"] is not None]
    seconds = [found[n]["seconds"] for n in judged]
    return {
        "scripts": len(judged),
        "recall": float(np.mean([judged[n]["found"] for n in failing] or [np.nan])),
        "precision": (named - wrong) / named if named else float("nan"),
        "healthy blamed": float(
            np.mean([bool(judged[n]["false"]) for n in healthy] or [np.nan])
        ),
        "sides": float(np.mean([j["sides"] for j in judged.values()])),
        "repaired": float(np.mean(reached or [np.nan])),
        "median seconds": float(np.median(seconds)),
        "longest": float(np.max(seconds)),
    }


def main() -> None:
    arguments = sys.argv[1:]
    seed = 0
    if "--seed" in arguments:
        place = arguments.index("--seed")
        seed = int(arguments[place + 1])
        del arguments[place : place + 2]
    root, asked = Path(arguments[0]), arguments[1:]
    truths = {
        path.parent.name: json.loads(path.read_text("utf-8"))
        for path in sorted(root.glob("*/truth.json"))
    }
    named = parts(list(truths))
    names = [n for a in asked for n in named.get(a, [a])] or list(truths)
    known = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    found = known.setdefault(f"seed {seed}", {})
    for name in names:
        found[name] = check(root / name, seed=seed)
        verdict = judge(found[name], truths[name])
        print(name, found[name], verdict, flush=True)
        save("specimens", known)
    page = as_page(known, truths)
    put_between(HERE.parent / "docs/check.md", "specimens", page)


def same_answer(
    one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]]
) -> str:
    """How many scripts have the same sides and causes under another seed."""
    both = sorted(set(one) & set(other))
    same = [
        one[n].get("sides") == other[n].get("sides")
        and set(one[n].get("causes", ())) == set(other[n].get("causes", ()))
        for n in both
    ]
    return (
        f"The same sides and the same causes under another seed: {sum(same)} of "
        f"{len(both)} scripts ({np.mean(same):.2f})."
    )


def as_page(known: dict[str, Any], truths: dict[str, dict[str, Any]]) -> str:
    """The figures of each part, of all, and of the second half at first."""
    found, first = known.get("seed 0", {}), known.get(FIRST, {})
    titles = {"dev": "looked at", "later": "looked at later", "kept": "kept back"}
    lines = {
        titles[name]: {n: found[n] for n in members if n in found}
        for name, members in parts(list(truths)).items()
    }
    told = {
        name: figures(part, truths)
        for name, part in (lines | {"all": found, FIRST: first}).items()
        if part
    }
    head = ["part", *next(iter(told.values()))]
    rows = [
        [name, *(f"{value:.2f}".removesuffix(".00") for value in part.values())]
        for name, part in told.items()
    ]
    table = markdown(head, rows)
    others = {s for s in known if s.startswith("seed ")} - {"seed 0"}
    same = [same_answer(found, known[seed]) for seed in sorted(others)]
    return "\n\n".join([table, *same])


if __name__ == "__main__":
    main()
