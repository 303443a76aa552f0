"""How often comparisons of two candidates are right, by simulation.

``python -m benchmarks.comparison [DRAWS]`` draws tables in which several blocks of
columns count the same for the target, so that candidates which see one block each are
equal by symmetry, and tables in which the first block counts less. It asks the
package's own comparisons and verdicts, and writes ``comparison.json`` and tables in
``docs/comparisons.md``.
"""

import sys
from dataclasses import replace
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
from learnable.baselines.results.results import Comparison, Row, Score, Signal, Verdict
from learnable.baselines.scores.comparison import (
    MOST_REPEATS,
    SampleSize,
    inflation,
    required_sample_size,
)
from learnable.baselines.scores.fold_scores import (
    FoldOutcomes,
    make_comparisons,
    skill_estimate,
)
from learnable.baselines.verdicts.evidence import Evidence, margin
from learnable.baselines.verdicts.network_verdict import network_verdict
from learnable.benchmarks.blocks import CANDIDATES, Cell, all_skills, dataset
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.data.split import Fold

SIGNAL = Verdict("signal", "", "", "")
TEST = Signal(0.002, 499, 0.3, "columns", 0, None, 0.0)


def compared(cell: Cell, values: np.ndarray, count: int = 1) -> Any:
    """The package's table and comparisons, with ``count`` baselines, of one draw."""
    rows = tuple(
        Row(name, "baseline" if i else "network", "", _scores(line), 0.0, 0.0)
        for i, (name, line) in enumerate(zip(CANDIDATES, values, strict=True))
    )[: count + 1]
    return rows, make_comparisons(_board(cell), rows)


def verdict(cell: Cell, values: np.ndarray) -> str:
    """What is said of the network beside one baseline, of one draw."""
    rows, made = compared(cell, values)
    board = _board(cell)
    known = {row.name: skill_estimate(board, row) for row in rows}
    evidence = Evidence(
        rows, TEST, made, known, None, cell.rows, False, "",
        test_over_train=board.test_over_train,
    )  # fmt: skip
    return network_verdict(evidence, SIGNAL, rows[0]).name


def _scores(line: np.ndarray) -> dict[str, Score]:
    score = Score(float(line.mean()), None, None, tuple(map(float, line)))
    return {"skill": score, "r2": score}


@cache
def _board(cell: Cell) -> FoldOutcomes:
    """Folds of the right sizes; comparisons ask for no more."""
    test = cell.rows // cell.folds
    fold = Fold(np.arange(cell.rows - test), np.arange(test))
    folds = (fold,) * (cell.folds * cell.repeats)
    # with groups the folds decide, not the rows, of which there are none here
    data = replace(dataset(np.arange(2.0), classes=False), groups=np.arange(2))
    return FoldOutcomes(data, folds, {})


def rates(cell: Cell, values: np.ndarray) -> dict[str, float]:
    """Of many draws: how often what is said, and whether the interval holds the truth.

    The truth is the mean over all draws: what the folds measure, without bias.
    """
    from scipy import stats

    gaps = values[:, 0] - values[:, 1]
    truth = float(gaps.mean()) if cell.weight != 1 else 0.0
    one = [compared(cell, draw)[1][0] for draw in values]
    four = [compared(cell, draw, len(CANDIDATES) - 1)[1] for draw in values]
    return {
        "difference": truth,
        "rejected": float(np.mean([c.p <= 0.05 for c in one])),
        "covered": float(np.mean([c.low <= truth <= c.high for c in one])),
        "any_of_four": float(np.mean([_any(found) for found in four])),
        "plain_t": float(np.mean(stats.ttest_1samp(gaps, 0, axis=1).pvalue <= 0.05)),
    }


def _any(found: tuple[Comparison, ...]) -> bool:
    return min(c.p_holm for c in found) <= 0.05


def wrongly_level(cell: Cell, values: np.ndarray) -> float:
    """How often ``network-level`` is said of a network that is worse by the margin.

    The network's skills on the folds are those of an equal one, less what is
    practically equal beside the baseline's mean skill over all draws.
    """
    equal = margin(float(values[:, 1].mean()))
    shift = np.zeros((len(CANDIDATES), 1))
    shift[0] = equal
    said = [verdict(cell, draw - shift) for draw in values]
    return float(np.mean([name == "network-level" for name in said]))


def promise(cell: Cell, draws: int) -> dict[str, Any]:
    """Promises of `required_sample_size` for known differences, and their outcome."""
    values = all_skills(cell, draws)
    gaps = values[:, 0] - values[:, 1]
    ratio = 1 / (cell.folds - 1)
    spread = float(np.sqrt(gaps.var(axis=1, ddof=1).mean()))
    folds = cell.folds * cell.repeats
    found = required_sample_size(
        float(gaps.mean()),
        spread * sqrt(inflation(folds, ratio)),
        equal=margin(float(values[:, 1].mean())),
        folds=folds,
        test_over_train=ratio,
    )
    facts = {
        "shape": f"{cell.name}, first block counts {cell.weight}",
        "difference": float(gaps.mean()),
        "told_now": told(cell, values),
        "repeats": found.repeats,
        "times": found.rows,
    }
    return facts | kept(cell, found, draws)


def kept(cell: Cell, found: SampleSize, draws: int) -> dict[str, float]:
    """How often a draw is told with as many rows, and with as many repeats.

    Where no number of repeats would tell, with the most that are ever proposed.
    """
    more = replace(cell, rows=round(cell.rows * found.rows))
    again = replace(cell, repeats=found.repeats or MOST_REPEATS)
    some = draws if found.repeats else max(2, draws // 4)
    return {
        "told_with_rows": told(more, all_skills(more, draws)),
        "told_with_repeats": told(again, all_skills(again, some)),
    }


def told(cell: Cell, values: np.ndarray) -> float:
    """Share of draws whose verdict is another than ``undecided``."""
    said = [verdict(cell, draw) for draw in values]
    return float(np.mean([name != "undecided" for name in said]))


SHAPES: tuple[dict[str, Any], ...] = (
    {"rows": 100, "classes": True},
    {"rows": 200, "classes": True},
    {"rows": 500, "classes": True},
    {"rows": 100, "classes": False},
    {"rows": 200, "classes": False, "nearest": True},
    {"rows": 100, "classes": True, "seeds": 3},
)
FOLDS = ((5, 1), (5, 5), (10, 10))
MANY = 100
"""On so many folds there are fewer draws, and none of the most rows."""
CELLS = tuple(
    Cell(folds=folds, repeats=repeats, **shape)
    for shape in SHAPES
    for folds, repeats in FOLDS
    if shape["rows"] < 500 or folds * repeats < MANY
)
WEAKER = 0.6
"""What the first block counts where power is measured: with one shape."""
PROMISES = tuple(
    Cell(rows, classes, 5, 1, weight)
    for rows, classes, weight in (
        (500, False, 1.7),
        (500, False, 1.4),
        (500, False, 0.6),
        (500, False, 0.4),
        (200, True, 1.8),
    )
)


def measure(cell: Cell, draws: int) -> dict[str, Any]:
    """The figures of one shape on so many folds."""
    some = max(2, draws * 2 // 5)
    draws = draws if cell.folds * cell.repeats < MANY else some
    null = all_skills(cell, draws)
    facts = {
        "shape": cell.name,
        "folds": f"{cell.repeats} x {cell.folds}",
        "draws": draws,
        "null": rates(cell, null),
        "wrongly_level": wrongly_level(cell, null),
    }
    if (cell.rows, cell.seeds, cell.nearest) == (200, 0, False):
        weak = replace(cell, weight=WEAKER)
        facts["weaker"] = rates(weak, all_skills(weak, some))
    print(facts, flush=True)
    return facts


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    facts = {
        "weaker": WEAKER,
        "cells": [measure(cell, draws) for cell in CELLS],
        "promises": [promise(cell, max(2, draws * 2 // 5)) for cell in PROMISES],
    }
    save("comparison", facts)
    page = HERE.parent / "docs/comparisons.md"
    put_between(page, "levels", as_levels(facts))
    put_between(page, "promises", as_promises(facts))


def as_levels(facts: dict[str, Any]) -> str:
    """One line for each shape and number of folds."""
    head = ["rows, model", "repeats x folds", "draws", "wrongly told apart"]
    head += ["the plain t-test", "of 4, any (Holm)", "95 % interval", "wrongly level"]
    head += ["power"]
    rows = []
    for cell in facts["cells"]:
        null = cell["null"]
        figures = [null["rejected"], null["plain_t"], null["any_of_four"]]
        figures += [null["covered"], cell["wrongly_level"]]
        shown = [f"{figure:.3f}" for figure in figures]
        power = f"{cell['weaker']['rejected']:.3f}" if "weaker" in cell else ""
        rows.append([cell["shape"], cell["folds"], cell["draws"], *shown, power])
    return markdown(head, rows)


def as_promises(facts: dict[str, Any]) -> str:
    """One line for each difference: what is promised, and what comes of it."""
    head = ["data, 1 x 5 folds", "difference in skill", "told now"]
    head += ["repeats promised", "told with these", "times the rows promised"]
    head += ["told with these"]
    rows = []
    for found in facts["promises"]:
        repeats = found["repeats"] or f"none ({MOST_REPEATS} tried)"
        line = [found["shape"], f"{found['difference']:+.3f}"]
        line += [f"{found['told_now']:.2f}", repeats]
        line += [f"{found['told_with_repeats']:.2f}", f"{found['times']:.1f}"]
        rows.append([*line, f"{found['told_with_rows']:.2f}"])
    return markdown(head, rows)


if __name__ == "__main__":
    main()
