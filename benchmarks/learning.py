"""Whether learning curves keep their promises, and whether ceilings hold.

``ZOO_DATA=... python -m benchmarks.learning [DRAWS]`` takes 1,000 rows of each table
under ``tabular/`` that has so many, predicts from either half the score on all of them,
and looks; then it draws data whose highest score is known. It writes ``learning.json``
and two tables in ``docs/learning-curve.md``.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from learnable import Card, Dataset, load
from learnable.baselines.estimators.catalog import baselines_for
from learnable.baselines.results.results import AchievableScore
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import FoldOutcomes, collect_outcomes
from learnable.baselines.verdicts.bayes_error import best_achievable_score
from learnable.baselines.verdicts.learning_curve import learning_curve
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.data.dataset import take
from learnable.data.split import has_strata, hold_out, make_folds, sample_rows

ROWS = 1_000
MOST_COLUMNS = 100
FOREST = "forest"
PAGE = HERE.parent / "docs/learning-curve.md"
Draw = Callable[[np.random.Generator], tuple[Dataset, float]]


def some(data: Dataset, rows: np.ndarray) -> Dataset:
    return replace(data, x=take(data.x, rows), y=data.y[rows])


def scored(data: Dataset, names: tuple[str, ...]) -> tuple[FoldOutcomes, Any]:
    """The board of a few baselines on five folds, and the baselines."""
    folds = make_folds(data)
    made = {n: c for n, c in baselines_for(data).items() if n in names}
    return collect_outcomes(data, folds, harness.run(made, data, folds, jobs=1)), made


def try_table(root: Path, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """For each half and baseline: the curve, its promise, and what all rows gave."""
    data = load(str(root / entry["path"]), target=str(entry["target"]))
    if len(data) > ROWS:
        data = some(data, sample_rows(data, ROWS, seed=1))
    names = (FOREST, "logistic" if data.is_classification else "ridge")
    board, _ = scored(data, names)
    actual = {row.name: row.scores for row in board.rows}
    found = []
    for half in hold_out(data.y, 0.5, classes=has_strata(data), seed=5):
        curve = learning_curve(*scored(some(data, half), names), jobs=1)
        for line in curve.lines if curve else ():
            twice = line.twice_score
            assert curve is not None
            assert twice is not None
            found.append(
                {
                    "table": entry["name"],
                    "candidate": line.name,
                    "metric": curve.metric,
                    "trend": line.trend,
                    "skills": [point.skill.mean for point in line.points],
                    "scores": [point.score.mean for point in line.points],
                    "twice_skill": ends(line.twice_skill),
                    "twice_score": ends(twice),
                    "skill": actual[line.name]["skill"].mean,
                    "score": actual[line.name][curve.metric].mean,
                }
            )
    print(entry["name"], len(found), flush=True)
    return found


def ends(reach: AchievableScore) -> tuple[float | None, float, float | None]:
    return reach.low, reach.mean, reach.high


def promises(found: list[dict[str, Any]], which: str, candidates: set[str]) -> list:
    """Shares and errors of all promises of some candidates, as a table's cells."""
    kept = [f for f in found if f["candidate"] in candidates]
    said = np.array([f[f"twice_{which}"] for f in kept])
    actual = np.array([f[which] for f in kept])
    steps = np.array([f[f"{which}s"][-2:] for f in kept])
    gain = np.maximum(steps[:, 1] - steps[:, 0], 0)
    inside = (said[:, 0] <= actual) & (actual <= said[:, 2])
    errors = [said[:, 1], steps[:, 1], steps[:, 1] + gain]
    return [
        len(kept),
        f"{inside.mean():.0%}",
        f"{np.median(said[:, 2] - said[:, 0]):.3f}",
        *(f"{np.median(np.abs(guess - actual)):.4f}" for guess in errors),
    ]


def card(task: Any) -> Card:
    return Card("draw", "", task, "y")


def cells(rows: int) -> Draw:
    """27 kinds of rows with chances of their own."""

    def draw(rng: np.random.Generator) -> tuple[Dataset, float]:
        p = rng.uniform(size=27)
        kinds = rng.integers(0, 27, rows)
        x = pd.DataFrame({c: kinds // 3**i % 3 for i, c in enumerate("abc")})
        y = (rng.random(rows) < p[kinds]).astype("int64")
        best = float(np.maximum(p, 1 - p)[kinds].mean())
        return Dataset(x, y, card("binary"), ("0", "1")), best

    return draw


def gaussians(rows: int, columns: int) -> Draw:
    """Two classes, their means two deviations apart: the best rule has .841."""

    def draw(rng: np.random.Generator) -> tuple[Dataset, float]:
        y = rng.integers(0, 2, rows)
        x = rng.normal(size=(rows, columns))
        x[:, 0] += 2 * y
        table = pd.DataFrame(x).rename(columns=str)
        return Dataset(table, y, card("binary"), ("0", "1")), 0.8413

    return draw


def steps(rows: int) -> Draw:
    """A number for each of 40 kinds of rows, and as much noise as relation."""

    def draw(rng: np.random.Generator) -> tuple[Dataset, float]:
        kinds = rng.integers(0, 40, rows)
        means = rng.normal(size=40)
        x = pd.DataFrame({"a": kinds // 8, "b": kinds % 8})
        y = means[kinds] + rng.normal(size=rows)
        spread = float(means[kinds].var())
        return Dataset(x, y, card("regression")), spread / (spread + 1)

    return draw


def smooth(rows: int, columns: int) -> Draw:
    """A curve over the first column, and noise that leaves an R² of .8."""

    def draw(rng: np.random.Generator) -> tuple[Dataset, float]:
        x = rng.uniform(-3, 3, size=(rows, columns))
        y = np.sqrt(8) * np.sin(x[:, 0]) / np.sin(x[:, 0]).std() + rng.normal(
            scale=np.sqrt(2), size=rows
        )
        table = pd.DataFrame(x).rename(columns=str)
        return Dataset(table, y, card("regression")), 0.8

    return draw


DRAWS: dict[str, Draw] = {
    "27 kinds of rows, 200 rows": cells(200),
    "27 kinds of rows, 2,000 rows": cells(2_000),
    "40 kinds of rows, a number, 400 rows": steps(400),
    "two Gaussians, 2 columns, 500 rows": gaussians(500, 2),
    "two Gaussians, 2 columns, 4,000 rows": gaussians(4_000, 2),
    "two Gaussians, 8 columns, 4,000 rows": gaussians(4_000, 8),
    "a curve, 1 column, 1,000 rows": smooth(1_000, 1),
    "a curve, 4 columns, 1,000 rows": smooth(1_000, 4),
}


def try_draw(draw: Draw, seed: int) -> tuple[str, float, float, float]:
    """What the range is founded on, its ends, and the truth."""
    data, truth = draw(np.random.default_rng(seed))
    board, _ = scored(data, ("majority", "logistic", "naive-bayes", "mean", "ridge"))
    found = best_achievable_score(board)
    assert found is not None
    return found.basis, found.low, found.high, truth


def held(name: str, draw: Draw, draws: int) -> list[object]:
    """One line of the table: how often the range held the truth, and how wide it is."""
    found = Parallel(n_jobs=-1)(delayed(try_draw)(draw, s) for s in range(draws))
    bases = [f[0] for f in found]
    ends = np.array([f[1:] for f in found])
    inside = (ends[:, 0] <= ends[:, 2]) & (ends[:, 2] <= ends[:, 1])
    basis = max(set(bases), key=bases.count)
    return [
        name,
        f"{basis} ({bases.count(basis) / draws:.0%})",
        f"{ends[:, 2].mean():.3f}",
        f"{np.median(ends[:, 0]):.3f} to {np.median(ends[:, 1]):.3f}",
        f"{inside.mean():.0%}",
    ]


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    root = Path(os.environ["ZOO_DATA"])
    entries = [
        e
        for e in json.loads((root / "index.json").read_text("utf-8"))["entries"]
        if e["path"].startswith("tabular/")
        and (e["n_rows"] or 0) >= ROWS
        and e["n_features"] <= MOST_COLUMNS
    ]
    found: list[dict[str, Any]] = []
    parts: Any = Parallel(n_jobs=-1, return_as="generator_unordered")(
        delayed(try_table)(root, e) for e in entries
    )
    lines: list[list[object]] = []
    for part in parts:
        found += part
        save("learning", {"promises": found, "draws": draws, "ceilings": lines})
    for name, draw in DRAWS.items():
        lines.append(held(name, draw, draws))
        save("learning", {"promises": found, "draws": draws, "ceilings": lines})
    write(found, lines, draws)


def write(found: list[dict[str, Any]], lines: list[list[object]], draws: int) -> None:
    """Both tables of the page."""
    tables_ = len({f["table"] for f in found})
    rows = [
        [f"{kind}, {unit}", *promises(found, which, names)]
        for kind, names in (
            ("forest", {FOREST}),
            ("linear", {"logistic", "ridge"}),
        )
        for which, unit in (("skill", "skill"), ("score", "accuracy or R²"))
    ]
    head = [
        "of", "promises", "kept", "median width", "median error", "of no gain",
        "of the same gain",
    ]  # fmt: skip
    said = f"{tables_} tables, two halves of each.\n\n{markdown(head, rows)}"
    put_between(PAGE, "promises", said)
    head = ["data", "founded on", "truth", "median range", "range holds the truth"]
    said = f"{draws} draws of each.\n\n{markdown(head, lines)}"
    put_between(PAGE, "ceilings", said)


if __name__ == "__main__":
    main()
