"""How often verdicts and claims are false, on draws whose truth is known.

``python -m benchmarks.verdicts [DRAWS]`` draws tables of blocks of columns. All
candidates see the first block; two baselines see one more each, and each stand-in for a
network another one, which counts as much for the target, more or less. So the stand-in
is equal by symmetry, better or worse by a known amount. It asks the package's own
comparisons, verdicts and ceilings, and writes ``verdicts.json`` and tables in
``docs/statistics.md``.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from learnable import Card, Dataset
from learnable.baselines.estimators.catalog import baselines_for
from learnable.baselines.results.results import Signal
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import FoldOutcomes, collect_outcomes
from learnable.baselines.signal.signal_test import signal_of
from learnable.baselines.verdicts.bayes_error import best_achievable_score
from learnable.baselines.verdicts.evidence import gather
from learnable.baselines.verdicts.verdict import draw_verdicts
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.data.split import make_folds
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

FOUND = Signal(0.002, 499, 0.3, "columns", 0, None, 0.0)
NOTHING = Signal(0.5, 499, 0.0, "columns", 0, 0.05, 0.0)
PAGE = HERE.parent / "docs/statistics.md"
Rng = np.random.Generator
WIDTH = 2
"""Columns of a block."""
WEIGHTS = {
    "all see": 1.0,
    "baseline": 0.8,
    "rival": 0.8,
    "equal": 0.8,
    "better": 1.15,
    "worse": 0.45,
}
"""What each block counts: chosen so that better and worse are 3 to 4 % of accuracy."""
EQUALS = ("equal", "too modest", "too sure")


class Sees(ClassifierMixin, BaseEstimator):
    """A classifier on some columns, whose log odds are multiplied by ``sharpness``."""

    def __init__(self, model: Any, columns: tuple[int, ...], sharpness: float = 1.0):
        self.model, self.columns, self.sharpness = model, columns, sharpness

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Sees":
        """Fit the model on its columns."""
        self.classes_ = np.unique(y)
        self.model.fit(x[:, self.columns], y)
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """The model's probabilities, sharper or more modest."""
        p = self.model.predict_proba(x[:, self.columns]).clip(1e-9) ** self.sharpness
        return p / p.sum(axis=1, keepdims=True)


class SeesNumbers(RegressorMixin, BaseEstimator):
    """A regression on some columns."""

    def __init__(self, model: Any, columns: tuple[int, ...]):
        self.model, self.columns = model, columns

    def fit(self, x: np.ndarray, y: np.ndarray) -> "SeesNumbers":
        """Fit the model on its columns."""
        self.model.fit(x[:, self.columns], y)
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        """What the model says."""
        return self.model.predict(x[:, self.columns])


@dataclass(frozen=True)
class Shape:
    """Rows, number of classes (0: numbers), and what all candidates are."""

    rows: int
    classes: int
    model: Callable[[], Any]
    name: str

    def draw(self, rng: Rng) -> Dataset:
        """A table of all blocks."""
        blocks = rng.normal(size=(len(WEIGHTS), self.rows, WIDTH))
        weights = np.array(list(WEIGHTS.values()))
        score = np.einsum("b,bnc->n", weights, blocks)
        x = np.hstack(list(blocks))
        if not self.classes:
            return table(x, score + rng.normal(size=self.rows))
        noisy = score + rng.logistic(size=self.rows)
        ends = np.quantile(noisy, np.arange(1, self.classes) / self.classes)
        return table(x, np.searchsorted(ends, noisy))


SHAPES = (
    Shape(100, 2, LogisticRegression, "100 rows, logistic"),
    Shape(300, 2, LogisticRegression, "300 rows, logistic"),
    Shape(2_000, 2, LogisticRegression, "2,000 rows, logistic"),
    Shape(600, 3, LogisticRegression, "600 rows, 3 classes, logistic"),
    Shape(300, 2, GaussianNB, "300 rows, naive Bayes"),
    Shape(1_000, 2, lambda: DecisionTreeClassifier(max_depth=4), "1,000 rows, tree"),
    Shape(300, 0, Ridge, "300 rows, numbers, ridge"),
)


def table(x: np.ndarray, y: np.ndarray) -> Dataset:
    """A dataset of these features; whole numbers are classes."""
    classes = int(y.max()) + 1 if y.dtype.kind == "i" else 0
    task: Any = {0: "regression", 2: "binary"}.get(classes, "multiclass")
    columns = pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])
    names = tuple("abcdefgh"[:classes])
    return Dataset(columns, y, Card("draw", "", task, "y"), names)


def stand_ins(shape: Shape) -> dict[str, Any]:
    """Two equal baselines, and the stand-ins for networks."""
    kind: Any = Sees if shape.classes else SeesNumbers

    def see(*blocks: str, **more: float) -> Any:
        starts = [list(WEIGHTS).index(block) * WIDTH for block in ("all see", *blocks)]
        columns = tuple(start + i for start in starts for i in range(WIDTH))
        return kind(shape.model(), columns, **more)

    own = "logistic" if shape.classes else "ridge"
    made = {own: see("baseline"), "forest": see("rival")}
    made |= {name: see(name) for name in ("equal", "better", "worse")}
    if shape.classes:
        made["too modest"] = see("equal", sharpness=0.3)
        made["too sure"] = see("equal", sharpness=3.0)
    return made


def scored(data: Dataset, candidates: Mapping[str, Any]) -> FoldOutcomes:
    """All candidates on five folds."""
    folds = make_folds(data)
    return collect_outcomes(data, folds, harness.run(candidates, data, folds, jobs=1))


def judged(shape: Shape, draws: int) -> dict[str, Any]:
    """Verdicts on each stand-in, and how far it truly is from the baseline."""
    verdicts: dict[str, Counter[str]] = {}
    gaps: dict[str, list[float]] = {}
    metric = "accuracy" if shape.classes else "r2"
    for seed in range(draws):
        rng = np.random.default_rng([seed, shape.rows])
        evidence = gather(scored(shape.draw(rng), stand_ins(shape)), FOUND)
        rows = {row.name: row.scores for row in evidence.rows}
        base = rows["logistic" if shape.classes else "ridge"]
        for verdict in draw_verdicts(evidence)[:-1]:
            name = verdict.about
            verdicts.setdefault(name, Counter())[verdict.name] += 1
            gap = rows[name][metric].mean - base[metric].mean
            gaps.setdefault(name, []).append(gap)
    return {
        name: {
            "verdicts": {v: n / draws for v, n in found.items()},
            "gap": float(np.mean(gaps[name])),
        }
        for name, found in verdicts.items()
    } | {"shape": shape.name, "draws": draws}


def dead_on_easy(draws: int) -> float:
    """How often a dead network is at fault where one column is enough."""
    at_fault = 0
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, 200)
        x = rng.normal(size=(200, 4))
        # two clusters; then one true threshold; then a copy under another name
        x[:, : 4 if seed % 3 == 0 else 1] += 6 * y[:, None]
        if seed % 3 == 2:
            x[:, 0] = 1 + 4 * y
        data = table(x, y)
        made = {n: quick(data)[n] for n in ("majority", "naive-bayes", "logistic")}
        board = scored(data, made | {"net": DummyClassifier(strategy="prior")})
        evidence = gather(board, signal_of(data))
        at_fault += draw_verdicts(evidence)[0].name == "network-at-fault"
    return at_fault / draws


def quick(data: Dataset) -> dict[str, Any]:
    """The baselines without boosting, which takes longest, and with a small forest."""
    made: dict[str, Any] = dict(baselines_for(data))
    del made["boosting"]
    made["forest"].set_params(randomforestclassifier__n_estimators=25)
    return made


def coin(rows: int, share: float, draws: int) -> dict[str, float]:
    """What is claimed of labels that no column knows."""
    proved, hinted, low = 0, 0, 0
    for seed in range(draws):
        rng = np.random.default_rng([seed, rows])
        y = (rng.random(rows) < share).astype(int)
        data = table(rng.normal(size=(rows, 6)), y)
        board = scored(data, quick(data))
        name = draw_verdicts(gather(board, NOTHING))[-1].name
        proved += name == "signal"
        hinted += name == "undecided"
        found = best_achievable_score(board)
        low += found is not None and found.low > max(share, 1 - share)
    return {"signal": proved / draws, "hint": hinted / draws, "low": low / draws}


def covered(rows: int, draws: int) -> dict[str, float]:
    """How often intervals of accuracy hold the truth: the mean of all trainings."""
    fresh = logistic_rows(np.random.default_rng(1), 5_000)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for seed in range(draws):
        data = logistic_rows(np.random.default_rng([seed, rows]), rows)
        made = {n: e for n, e in quick(data).items() if n in ("logistic", "forest")}
        made["majority"] = quick(data)["majority"]
        board = scored(data, made)
        train = board.folds[0].train
        for row in board.rows:
            model = made[row.name].fit(data.x.iloc[train].to_numpy(), data.y[train])
            right = float((model.predict(fresh.x.to_numpy()) == fresh.y).mean())
            score = row.scores["accuracy"]
            assert score.low is not None
            assert score.high is not None
            found.setdefault(row.name, []).append((right, score.low, score.high))
    facts = {}
    for name, values in found.items():
        right, low, high = np.array(values).T
        truth = right.mean()
        facts[name] = float(((low <= truth) & (truth <= high)).mean())
    return facts


def logistic_rows(rng: Rng, rows: int) -> Dataset:
    """A logistic relation with two of five columns."""
    x = rng.normal(size=(rows, 5))
    chance = 1 / (1 + np.exp(-1.2 * (x[:, 0] + x[:, 1]) - 0.5))
    return table(x, (rng.random(rows) < chance).astype(int))


def border(name: str, rows: int, rng: Rng) -> Dataset:
    """Two classes apart along a sharp border: everything can be known."""
    x = rng.uniform(-1, 1, size=(rows, 2))
    if name == "linear":
        y = x.sum(axis=1) > 0
    elif name == "XOR":
        y = (x > 0).sum(axis=1) == 1
    else:
        y = np.floor(x * 2).sum(axis=1) % 2 == 0
    return table(x, y.astype(int))


def upper(name: str, rows: int, draws: int) -> dict[str, float]:
    """How often an upper end is given, and is below what can be reached: 1."""
    said = 0
    for seed in range(draws):
        data = border(name, rows, np.random.default_rng([seed, rows]))
        found = best_achievable_score(scored(data, quick(data)))
        said += found is not None and found.basis == "neighbours"
    return {"false": said / draws}


def as_verdicts(shapes: list[dict[str, Any]]) -> str:
    """One line for each shape: what is said of equals, better and worse."""
    head = ["all candidates", "draws", "equal: ahead or at fault", "tempered: the same"]
    head += ["better by", "ahead", "worse by", "at fault", "equal: undecided"]
    lines = []
    for facts in shapes:
        wrong = {n: told_apart(facts[n]) for n in EQUALS if n in facts}
        tempered = [f"{w:.3f}" for n, w in wrong.items() if n != "equal"]
        better, worse = facts["better"], facts["worse"]
        line = [facts["shape"], facts["draws"], f"{wrong['equal']:.3f}"]
        line += [", ".join(tempered) or "-"]
        line += [f"{better['gap']:+.3f}", share(better, "network-ahead")]
        line += [f"{worse['gap']:+.3f}", share(worse, "network-at-fault")]
        lines.append([*line, share(facts["equal"], "undecided")])
    return markdown(head, lines)


def told_apart(facts: dict[str, Any]) -> float:
    """Share of draws in which a candidate is called ahead or at fault."""
    found = facts["verdicts"]
    return found.get("network-ahead", 0.0) + found.get("network-at-fault", 0.0)


def share(facts: dict[str, Any], verdict: str) -> str:
    """Share of draws with a verdict, in words."""
    return f"{facts['verdicts'].get(verdict, 0.0):.2f}"


def as_claims(facts: dict[str, Any]) -> str:
    """One line for each claim: when it is made, how it was tested, how often false."""
    head = ["claim", "when said", "tested on", "how often false"]
    coins = facts["coin"]
    lows = ", ".join(f"{name}: {c['low']:.3f}" for name, c in coins.items())
    proved = ", ".join(f"{name}: {c['signal']:.3f}" for name, c in coins.items())
    inside = "; ".join(
        f"{rows} rows: " + ", ".join(f"{n} {1 - v:.3f}" for n, v in found.items())
        for rows, found in facts["covered"].items()
    )
    highs = ", ".join(f"{name}: {c['false']:.2f}" for name, c in facts["upper"].items())
    easy = "two clusters, one true threshold, a copy of the target; 200 rows"
    rows = [
        ("`network-at-fault` (a dead network)", "a baseline learns", easy,
         f"not said in {1 - facts['dead']:.2f}"),
        ("`signal`, by ranks", "a baseline ranks rows better than chance, p ≤ .001",
         "labels by chance, 6 columns", proved),
        ("accuracy [low, high]", "always", "a logistic relation", inside),
        ("best achievable accuracy at least X", "a candidate uses the features",
         "labels by chance, 6 columns", lows),
        ("... and at most Y", "2,000 rows or more, few columns, and no score above it",
         "sharp borders in 2 columns, where all can be known", highs),
    ]  # fmt: skip
    return markdown(head, rows)


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    start = time.perf_counter()
    few = max(2, draws // 5)
    facts = {
        "shapes": [judged(shape, draws) for shape in SHAPES],
        "dead": dead_on_easy(max(2, draws // 2)),
        "coin": {
            f"{rows} rows, P = {p}": coin(rows, p, draws if rows < 1_000 else few)
            for rows in (60, 200, 1_000)
            for p in (0.5, 0.4)
        },
        "covered": {n: covered(n, draws) for n in (100, 300, 1_000)},
        "upper": {
            f"{name}, {rows:,} rows": upper(name, rows, max(2, draws // 10))
            for name in ("linear", "checkerboard", "XOR")
            for rows in (1_000, 3_000)
        },
    }  # fmt: skip
    save("verdicts", facts)
    put_between(PAGE, "verdicts", as_verdicts(facts["shapes"]))
    put_between(PAGE, "claims", as_claims(facts))
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
