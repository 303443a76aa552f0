"""How often the signal test is wrong where there is nothing to find, by simulation.

``python -m benchmarks.calibration [PART ...]`` draws datasets without a relation, 200
of each shape, and runs the signal test on each; it writes ``calibration.json`` and
tables in ``docs/statistics.md``. Parts that are not named keep their figures.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from learnable import compare, load
from learnable.baselines.signal.signal_test import signal_of
from learnable.benchmarks.shapes import NULLS, Draw, normal
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from scipy import stats

LEVELS = {"at_01": 0.01, "at_05": 0.05}
MOST = {"at_01": 0.015, "at_05": 0.06}
"""Rejections overall that are allowed."""
DRAWS = 200
"""Of each shape."""
KNOWN = ("iris", "wine", "breast-cancer")
CHANCE = 0.001
"""No shape may have so many rejections that chance alone had so small a one."""


def p_value(draw: Draw, seed: int) -> float:
    rng = np.random.default_rng([seed, 99])
    return signal_of(draw(rng), seed=seed).p


def shuffled(name: str, seed: int) -> float:
    """The p-value of a catalog dataset whose labels were shuffled."""
    from dataclasses import replace

    data = load(name)
    rng = np.random.default_rng([seed, 7])
    return signal_of(replace(data, y=rng.permutation(data.y)), seed=seed).p


def told_signal(seed: int) -> bool:
    """Whether the verdict on a table without a relation is ``signal``.

    A baseline whose own gain is certain proves a signal too; both ways are counted.
    """
    data = normal(100, 5, 2)(np.random.default_rng([seed, 96]))
    return compare({}, data, seed=seed, jobs=1).verdicts[-1].name == "signal"


def rejected(p: np.ndarray) -> dict[str, float]:
    return {k: float((p <= level).mean()) for k, level in LEVELS.items()}


def holds(p: np.ndarray) -> bool:
    """Whether no level is exceeded by more than chance allows (exact binomial)."""
    return all(
        stats.binom.sf((p <= level).sum() - 1, len(p), level) >= CHANCE
        for level in LEVELS.values()
    )


def null_rates() -> dict[str, Any]:
    """Rejections for each shape, and overall."""
    cells, every = {}, []
    for name, draw in NULLS.items():
        work = (delayed(p_value)(draw, seed) for seed in range(DRAWS))
        p = np.array(Parallel(n_jobs=-1)(work))
        every.append(p)
        cells[name] = rejected(p) | {"holds": holds(p)}
        print(name, cells[name], flush=True)
    p = np.concatenate(every)
    total = rejected(p) | {"holds": all(rejected(p)[k] <= MOST[k] for k in MOST)}
    return cells | {f"all {len(p):,} draws": total}


def known_p() -> dict[str, float]:
    return {name: signal_of(load(name)).p for name in KNOWN}


def shuffles() -> dict[str, float]:
    """The share of shuffles of each known dataset with p above .05."""
    found = {}
    for name in KNOWN:
        work = (delayed(shuffled)(name, seed) for seed in range(DRAWS))
        found[name] = float((np.array(Parallel(n_jobs=-1)(work)) > 0.05).mean())
    return found


def verdicts() -> float:
    work = (delayed(told_signal)(seed) for seed in range(DRAWS))
    return float(np.mean(Parallel(n_jobs=-1)(work)))


PARTS: dict[str, Callable[[], Any]] = {
    "null": null_rates,
    "known": known_p,
    "shuffled": shuffles,
    "verdict_signal": verdicts,
}


def main() -> None:
    facts = json.loads((HERE / "calibration.json").read_text("utf-8"))
    for part in sys.argv[1:] or PARTS:
        facts[part] = PARTS[part]()
        print(part, facts[part], flush=True)
        save("calibration", facts)
    page = HERE.parent / "docs/statistics.md"
    put_between(page, "calibration", null_page(facts))
    put_between(page, "shuffled", shuffled_page(facts))


def null_page(facts: dict[str, Any]) -> str:
    """The table, after a line on how many draws stand behind it."""
    rows = [
        [name, f"{r['at_05']:.3f}", f"{r['at_01']:.3f}", "yes" if r["holds"] else "NO"]
        for name, r in facts["null"].items()
    ]
    head = ["shape", "p ≤ .05", "p ≤ .01", "level held"]
    told = f"{DRAWS} draws of each shape."
    if "verdict_signal" in facts:
        told += (
            f" The verdict of `zoo baseline` was `signal` in "
            f"{facts['verdict_signal']:.3f} of as many tables of 100 rows and 5 "
            "columns (level .01, and a baseline's own gain at .001)."
        )
    return f"{told}\n\n{markdown(head, rows)}"


def shuffled_page(facts: dict[str, Any]) -> str:
    """P-values of known datasets, and how often shuffled labels are told as such."""
    rows = [
        [name, f"{p:.3f}", f"{facts['shuffled'][name]:.3f}"]
        for name, p in facts["known"].items()
    ]
    head = ["dataset", "p", f"p > .05 among {DRAWS} shuffles of its labels"]
    return markdown(head, rows)


if __name__ == "__main__":
    main()
