"""The signal test beside permutation tests of single baselines, on weak relations.

``python -m benchmarks.power [DRAWS] [--ours]`` draws 200 datasets of each kind. The
other side is scikit-learn's ``permutation_test_score`` (199 refits, 5 folds, ROC AUC),
each dataset with the baseline that is best for its kind, which the user of a dataset
cannot know. The refits for all permutations are made at once where that can be written
as products of matrices; that they are scikit-learn's is checked first. With ``--ours``
the other side's figures are those of the last run. It writes
``power.json`` and a table in ``docs/statistics.md``.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from learnable import Dataset
from learnable.baselines.signal.signal_test import signal_of
from learnable.benchmarks.shapes import SIGNALS, Draw
from learnable.benchmarks.tables import HERE, markdown, put_between, save
from learnable.data.encode import encode_fold
from scipy.stats import rankdata

PERMUTATIONS = 199
LEVEL = 0.05
NEIGHBOURS = 15
Fit = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Training rows, targets of shape (n_draws, n_train), test rows -> scores."""


def logistic(old: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Logistic regression with scikit-learn's penalty, by Newton's method."""
    centre, spread = old.mean(axis=0), old.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    x, z = ((np.c_[(r - centre) / spread, np.ones(len(r))]) for r in (old, new))
    ridge = np.diag([*np.ones(x.shape[1] - 1), 0.0])
    weights = np.zeros((len(y), x.shape[1]))
    for _ in range(12):
        p = 1 / (1 + np.exp(-weights @ x.T))
        gradient = (p - y) @ x + weights @ ridge
        outer = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
        curvature = ((p * (1 - p)) @ outer).reshape(-1, *ridge.shape) + ridge
        weights = weights - np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
    return weights @ z.T


def naive_bayes(old: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Gaussian naive Bayes: the log odds."""
    floor = SMOOTHING * old.var(axis=0).max()
    odds = np.zeros((len(y), len(new)))
    for sign, chosen in ((1, y), (-1, 1 - y)):
        count = chosen.sum(axis=1, keepdims=True)
        mean = chosen @ old / count
        variance = chosen @ old**2 / count - mean**2 + floor
        gaps = (new[None] - mean[:, None]) ** 2 / variance[:, None]
        logs = np.log(variance).sum(axis=1, keepdims=True)
        odds += sign * (np.log(count / y.shape[1]) - (gaps.sum(axis=2) + logs) / 2)
    return odds


def neighbours(old: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The share of ones among the nearest rows, in standardised columns."""
    from sklearn.neighbors import NearestNeighbors

    centre, spread = old.mean(axis=0), old.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    found = NearestNeighbors(n_neighbors=NEIGHBOURS).fit((old - centre) / spread)
    near = found.kneighbors((new - centre) / spread, return_distance=False)
    return y[:, near].mean(axis=2)


def tree(old: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """A small tree, fitted one by one."""
    model = models()["tree"]
    said = [model.fit(old, line).predict_proba(new)[:, -1] for line in y]
    return np.array(said)


RIVALS: dict[str, Fit] = {
    "logistic": logistic,
    "naive-bayes": naive_bayes,
    "15 neighbours": neighbours,
    "tree": tree,
}
SMOOTHING = 1e-3


def models() -> dict[str, Any]:
    """The rivals as scikit-learn has them."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    return {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(tol=1e-8)),
        "naive-bayes": GaussianNB(var_smoothing=SMOOTHING),
        "15 neighbours": make_pipeline(
            StandardScaler(), KNeighborsClassifier(NEIGHBOURS)
        ),
        "tree": DecisionTreeClassifier(max_depth=4, min_samples_leaf=5, random_state=0),
    }


def cut(data: Dataset, seed: int) -> tuple[np.ndarray, list[Any]]:
    """The rows as numbers, and stratified folds."""
    from sklearn.model_selection import StratifiedKFold

    rows = np.arange(len(data))
    x = encode_fold(data.x, rows, rows[:1])[0].astype("float64")
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return x, list(folds.split(x, data.y))


def p_value(fit: Fit, data: Dataset, seed: int) -> float:
    """That of ``permutation_test_score``."""
    x, cuts = cut(data, seed)
    rng = np.random.default_rng([seed, 3])
    permuted = [rng.permutation(data.y) for _ in range(PERMUTATIONS)]
    found = scores(fit, x, np.array([data.y, *permuted]), cuts)
    return float((found >= found[0] - 1e-12).mean())


def scores(fit: Fit, x: np.ndarray, y: np.ndarray, cuts: list[Any]) -> np.ndarray:
    """Mean ROC AUC over the folds, of each line of targets."""
    found = [auc(y[:, b], fit(x[a], y[:, a], x[b])) for a, b in cuts]
    return np.nanmean(found, axis=0)


def auc(y: np.ndarray, said: np.ndarray) -> np.ndarray:
    """ROC AUC of each line; undefined where there is one class."""
    ones = y.sum(axis=1)
    zeros = y.shape[1] - ones
    ranks = (rankdata(said, axis=1) * y).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (ranks - ones * (ones + 1) / 2) / (ones * zeros)


def check() -> None:
    """That scores are those of scikit-learn's estimators."""
    from sklearn.metrics import roc_auc_score

    for name, model in models().items():
        data = SIGNALS["monotone"](np.random.default_rng(97))
        x, cuts = cut(data, 0)
        y, gap = data.y, 0.0
        for a, b in cuts:
            said = model.fit(x[a], y[a]).predict_proba(x[b])[:, 1]
            own = auc(y[None, b], RIVALS[name](x[a], y[None, a], x[b]))[0]
            gap = max(gap, abs(roc_auc_score(y[b], said) - own))
        print(f"{name}: within {gap:.1e} of scikit-learn's ROC AUC")
        assert gap < 0.01


def one(draw: Draw, seed: int, names: list[str]) -> dict[str, bool]:
    """Who finds the relation in one dataset."""
    warnings.filterwarnings("ignore", "Mean of empty slice")
    data = draw(np.random.default_rng([seed, 98]))
    found = {name: p_value(RIVALS[name], data, seed) <= LEVEL for name in names}
    return found | {"signal test": signal_of(data, seed=seed).p <= LEVEL}


def rates(draw: Draw, seeds: range, names: list[str]) -> dict[str, float]:
    work = (delayed(one)(draw, seed, names) for seed in seeds)
    found: Any = Parallel(n_jobs=-1)(work)
    return {name: float(np.mean([f[name] for f in found])) for name in found[0]}


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    known = _known(draws) if "--ours" in sys.argv else {}
    check()
    cells: dict[str, Any] = {}
    for kind, draw in SIGNALS.items():
        start = time.perf_counter()
        if kind in known:
            ours = rates(draw, range(draws), [])["signal test"]
            cells[kind] = known[kind] | {"ours": ours}
            print(kind, cells[kind], flush=True)
            continue
        # other draws than those that are counted choose the rival
        pilot = rates(draw, range(10_000, 10_000 + draws // 10), list(RIVALS))
        pilot.pop("signal test")
        best = max(pilot, key=lambda name: pilot[name])
        found = rates(draw, range(draws), [best])
        cells[kind] = {"rival": best, "theirs": found[best]}
        cells[kind] |= {"ours": found["signal test"], "pilot": pilot}
        print(kind, cells[kind], f"{time.perf_counter() - start:.0f} s", flush=True)
    save("power", {"draws": draws, "cells": cells})
    put_between(HERE.parent / "docs/statistics.md", "power", as_page(draws, cells))


def _known(draws: int) -> dict[str, Any]:
    """The other side's figures on as many draws; they do not depend on this code."""
    facts = json.loads((HERE / "power.json").read_text("utf-8"))
    return facts["cells"] if facts["draws"] == draws else {}


def as_page(draws: int, cells: dict[str, Any]) -> str:
    rows = [
        [kind, c["rival"], f"{c['theirs']:.2f}", f"{c['ours']:.2f}"]
        for kind, c in cells.items()
    ]
    mean = [np.mean([c[side] for c in cells.values()]) for side in ("theirs", "ours")]
    rows.append(["mean", "", *(f"{m:.2f}" for m in mean)])
    head = ["relation", "best single baseline", "its permutation test", "signal test"]
    return f"{draws} draws of each kind.\n\n{markdown(head, rows)}"


if __name__ == "__main__":
    main()
