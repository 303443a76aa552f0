"""How often sentences with numbers are false, on draws whose truth is known.

``python -m learnable.benchmarks.claims [DRAWS [PART ...]]``, 200 draws without a number
and all parts without a name (``accuracy``, ``r2``, ``curves``, ``power``, ``enough``,
``sharpened``), asks the functions that make the sentences, and writes ``claims.json``
and a table in ``docs/statistics.md``. What ``benchmarks.verdicts``, ``.calibration``,
``.power``, ``.comparison`` and ``.learning`` measure is not measured again.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from learnable import Dataset
from learnable.baselines.results.results import Line
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import FoldOutcomes, collect_outcomes
from learnable.baselines.signal.signal_test import signal_of
from learnable.baselines.verdicts.bayes_error import binomial_ends
from learnable.baselines.verdicts.leakage import column_scores
from learnable.baselines.verdicts.learning_curve import learning_curve
from learnable.baselines.verdicts.network_verdict import calibration_sentence
from learnable.baselines.verdicts.verdict import STATED_EFFECT
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.benchmarks.verdicts import logistic_rows, table
from learnable.data.split import make_folds
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier

PAGE = HERE.parent / "docs/statistics.md"
FRESH = 20_000
"""New rows on which each training of a draw is scored: the truth is their mean."""
Rng = np.random.Generator


def share(wrong: int, draws: int) -> dict[str, float]:
    """A share of draws, and its exact 95 % interval."""
    low, high = binomial_ends(wrong, draws, 0.025)
    return {"share": wrong / draws, "low": low, "high": high, "draws": draws}


def board_of(data: Dataset, models: dict[str, Any]) -> FoldOutcomes:
    """Outcomes of fits on five folds, on the columns as they are."""
    folds, outcomes = make_folds(data), []
    x = data.x.to_numpy()
    for number, fold in enumerate(folds):
        for name, model in models.items():
            fitted = model.fit(x[fold.train], data.y[fold.train])
            ask = fitted.predict_proba if data.classes else fitted.predict
            outcomes.append(harness.Outcome(name, number, ask(x[fold.test])))
    return collect_outcomes(data, folds, outcomes)


def classifiers() -> dict[str, Any]:
    """Logistic regression and a small forest."""
    forest = RandomForestClassifier(20, random_state=0)
    return {"logistic": LogisticRegression(), "forest": forest}


def regressions() -> dict[str, Any]:
    """Ridge regression and a small forest."""
    return {"ridge": Ridge(), "forest": RandomForestRegressor(20, random_state=0)}


def linear_rows(rng: Rng, rows: int) -> Dataset:
    """Numbers of which two of five columns explain half."""
    x = rng.normal(size=(rows, 5))
    return table(x, x[:, 0] + x[:, 1] + 2**0.5 * rng.normal(size=rows))


def covered(rows: int, draws: int, *, numbers: bool) -> dict[str, Any]:
    """How often intervals miss the mean score of all trainings on new rows.

    ``by_folds`` takes the mean of all draws' out-of-fold scores for the truth in its
    place: it is the mean of as many trainings, on more rows in all.
    """
    generator = linear_rows if numbers else logistic_rows
    fresh = generator(np.random.default_rng(1), FRESH)
    metric = "r2" if numbers else "accuracy"
    found: dict[str, list[tuple[float, ...]]] = {}
    for seed in range(draws):
        data = generator(np.random.default_rng([seed, rows]), rows)
        models = regressions() if numbers else classifiers()
        board = board_of(data, models)
        for row in board.rows:
            # as fitted on the last fold's training rows
            truth = models[row.name].score(fresh.x.to_numpy(), fresh.y)
            score = row.scores[metric]
            ends = score.low or 0.0, score.high or 1.0
            found.setdefault(row.name, []).append((truth, *ends, score.mean))
    facts = {}
    for name, values in found.items():
        truths, low, high, means = np.array(values).T
        by_new, by_folds = (
            share(int(((low > truth) | (truth > high)).sum()), draws)
            for truth in (truths.mean(), means.mean())
        )
        width = float((high - low).mean())
        facts[name] = by_new | {"width": width, "by_folds": by_folds}
    return facts


def peak(rng: Rng, rows: int) -> Dataset:
    """Two classes in 60 columns: discriminant analysis is worst at as many rows."""
    y = rng.integers(0, 2, rows)
    return table(rng.normal(size=(rows, 60)) + 0.25 * y[:, None], y)


def late(rng: Rng, rows: int) -> Dataset:
    """Parity of three signs among five columns: trees find it with many rows only."""
    x = rng.normal(size=(rows, 5))
    return table(x, (np.prod(np.sign(x[:, :3]), axis=1) > 0).astype(int))


def steady(rng: Rng, rows: int) -> Dataset:
    """A logistic relation."""
    return logistic_rows(rng, rows)


CURVES: dict[str, tuple[Callable[[Rng, int], Dataset], Any, int]] = {
    "logistic relation, 120 rows": (steady, LogisticRegression(), 120),
    "peaking (discriminant analysis in 60 columns), 90 rows": (
        peak, LinearDiscriminantAnalysis(solver="lsqr"), 90),
    "parity, found late (tree), 160 rows": (
        late, DecisionTreeClassifier(min_samples_leaf=3, random_state=0), 160),
}  # fmt: skip


def continued(name: str, draws: int) -> dict[str, Any]:
    """How often the interval for twice the rows misses their score; trends told."""
    draw, model, rows = CURVES[name]
    lines: list[Line] = []
    for seed in range(draws):
        data = draw(np.random.default_rng([seed, 3]), rows)
        board = board_of(data, {"net": model})
        curve = learning_curve(board, {"net": model}, jobs=1)
        lines += curve.lines if curve else ()
    test = draw(np.random.default_rng(9), FRESH)
    truths = []
    for seed in range(max(20, draws)):
        more = draw(np.random.default_rng([seed, 4]), 2 * rows * 4 // 5)
        fitted = model.fit(more.x.to_numpy(), more.y)
        truths.append(fitted.score(test.x.to_numpy(), test.y))
    truth, missed, told = float(np.mean(truths)), 0, 0
    for line in lines:
        reach = line.twice_score
        if line.trend == "falling" or reach is None or reach.low is None:
            continue
        assert reach.high is not None
        told += 1
        missed += not reach.low <= truth <= reach.high
    trends = {t: sum(x.trend == t for x in lines) for t in {x.trend for x in lines}}
    return share(missed, max(1, told)) | {"trends": trends, "truth": truth}


def planted(rng: Rng, rows: int, columns: int, explained: float) -> Dataset:
    """Numbers, a share of whose variance one direction of the columns explains."""
    x = rng.normal(size=(rows, columns))
    along = x @ np.full(columns, columns**-0.5)
    noise = rng.normal(size=rows)
    return table(x, explained**0.5 * along + (1 - explained) ** 0.5 * noise)


def detected(rows: int, columns: int, draws: int) -> dict[str, Any]:
    """Of an effect that would have been found, and one with the rows asked for."""
    least = []
    for seed in range(8):
        nothing = planted(np.random.default_rng([seed, 5]), rows, columns, 0)
        found = signal_of(nothing, seed=0)
        least += [found.detectable] if found.detectable else []
    effect = float(np.median(least))
    asked = round(rows * effect / STATED_EFFECT)

    def missed(count: int, explained: float) -> dict[str, float]:
        p = [
            signal_of(
                planted(np.random.default_rng([s, 6]), count, columns, explained)
            ).p
            for s in range(draws)
        ]
        return share(int(sum(value > 0.01 for value in p)), draws)

    facts: dict[str, Any] = {"effect": effect, "asked": asked}
    if effect < 0.9:
        facts["found"] = missed(rows, effect)
    if effect > STATED_EFFECT:
        facts["rows"] = missed(asked, STATED_EFFECT)
    return facts


def enough(rows: int, draws: int) -> dict[str, float]:
    """One column is enough: how often a threshold on it errs in 5 % of new rows."""
    wrong = said = 0
    for seed in range(draws):
        rng = np.random.default_rng([seed, rows])
        x, new = rng.normal(size=(rows, 3)), rng.normal(size=(FRESH, 3))
        y, truth = (z[:, 0] + 0.02 * z[:, 1] > 0.2 for z in (x, new))
        scores = column_scores(table(x, y.astype(int)))
        if max(scores.values()) < 0.99:
            continue
        said += 1
        tree = DecisionTreeClassifier(max_depth=1).fit(x[:, :1], y)
        wrong += tree.score(new[:, :1], truth) < 0.95
    return share(int(wrong), max(1, said))


def sharpened(rows: int, power: float, draws: int) -> dict[str, float]:
    """Too sure and too modest: how often told of true probabilities so changed."""
    wrong = 0
    for seed in range(draws):
        rng = np.random.default_rng([seed, rows])
        odds = 1.5 * rng.normal(size=rows)
        y = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
        p = 1 / (1 + np.exp(-power * odds))
        data = table(np.zeros((rows, 1)), y)
        folds = make_folds(data)
        said = np.stack([1 - p, p], axis=1)
        board = collect_outcomes(
            data, folds,
            [harness.Outcome("net", i, said[f.test]) for i, f in enumerate(folds)],
        )  # fmt: skip
        told = calibration_sentence(board.rows[0])
        if power == 1:
            wrong += bool(told)
        else:
            wrong += ("too sure" if power < 1 else "too modest") in told
    return share(int(wrong), draws)


def measures(draws: int) -> dict[str, Callable[[], Any]]:
    """Return what is measured by part, the dear ones over fewer draws."""
    few = max(2, draws // 4)
    sizes = ((40, 3), (120, 5), (120, 20))
    return {
        "accuracy": lambda: {
            str(n): covered(n, draws, numbers=False) for n in (100, 300, 1_000)
        },
        "r2": lambda: {str(n): covered(n, draws, numbers=True) for n in (100, 300)},
        "curves": lambda: {name: continued(name, few) for name in CURVES},
        "power": lambda: {
            f"{rows} rows, {columns} columns": detected(rows, columns, few)
            for rows, columns in sizes
        },
        "enough": lambda: {str(n): enough(n, draws) for n in (60, 200)},
        "sharpened": lambda: {
            f"{rows} rows, log odds times {power:g}": sharpened(rows, power, draws)
            for rows in (60, 300)
            for power in (0.4, 1.0, 2.5)
        },
    }


def as_share(found: dict[str, Any]) -> str:
    """``.025 [.005, .071] of 100``."""
    ends = f"[{found['low']:.3f}, {found['high']:.3f}]"
    return f"{found['share']:.3f} {ends} of {found['draws']}"


def as_page(facts: dict[str, Any]) -> str:
    """One line for each claim and data."""
    head = ["claim", "when said", "tested on", "how often false [exact 95 %] of draws"]
    lines = []
    for key, claim in (("accuracy", "accuracy [low, high]"), ("r2", "R² [low, high]")):
        data = "a logistic relation" if key == "accuracy" else "half of the variance"
        for rows, by_model in facts.get(key, {}).items():
            for name, found in by_model.items():
                on = f"{data}, {rows} rows, {name} (width {found['width']:.3f})"
                told = as_share(found)
                if "by_folds" in found:
                    told += f"; by the mean of all folds {as_share(found['by_folds'])}"
                lines.append((claim, "always", on, told))
    for name, found in facts.get("curves", {}).items():
        trends = ", ".join(f"{t} {n}" for t, n in sorted(found["trends"].items()))
        claim = "if this continues, twice the rows give [low, high]"
        lines.append((claim, "unless falling", f"{name}: {trends}", as_share(found)))
    for name, found in facts.get("power", {}).items():
        if "found" in found:
            on = f"{name}, R² {found['effect']:.2f}"
            claim = "would have been found with 80 % power (missed: .2)"
            lines.append((claim, "nothing was found", on, as_share(found["found"])))
        if "rows" in found:
            on = f"{name}: {found['asked']} rows, R² {STATED_EFFECT}"
            claim = f"rows to find {STATED_EFFECT:.0%} with 80 % power (missed: .2)"
            lines.append((claim, "too few rows", on, as_share(found["rows"])))
    for rows, found in facts.get("enough", {}).items():
        on = f"a threshold, nearly sharp, {rows} rows: right in 95 % of new rows"
        claim = "one column alone is enough"
        lines.append((claim, "skill .9, column .99", on, as_share(found)))
    for name, found in facts.get("sharpened", {}).items():
        claim = "probabilities are too sure, too modest"
        lines.append((claim, "skill gains by a temperature", name, as_share(found)))
    return markdown(head, lines)


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    start, parts = time.process_time(), measures(draws)
    known = HERE / "claims.json"
    facts = json.loads(known.read_text("utf-8")) if known.exists() else {}
    for part in sys.argv[2:] or parts:
        facts[part] = parts[part]()
    save("claims", facts)
    put_between(PAGE, "sentences", as_page(facts))
    print(f"{time.process_time() - start:.0f} processor seconds")


if __name__ == "__main__":
    main()
