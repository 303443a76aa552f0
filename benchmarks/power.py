"""The signal test beside permutation tests of single baselines, on weak relations.

``python -m benchmarks.power [DRAWS]`` draws 200 datasets of each kind. The other side
is scikit-learn's ``permutation_test_score`` (199 refits, 5 folds, ROC AUC), each
dataset with the baseline that is best for its kind, which the user of a dataset cannot
know. It writes ``power.json`` and a table in ``docs/statistics.md``.
"""

import sys
import time
import warnings
from typing import Any

import numpy as np
import sklearn
from joblib import Parallel, delayed
from learnable import Dataset, signal_test
from learnable.data.encode import encode_fold
from scipy.stats import rankdata

from .shapes import SIGNALS, Draw
from .tables import HERE, markdown, put_between, save

PERMUTATIONS = 199
LEVEL = 0.05
MOST = int(LEVEL * (PERMUTATIONS + 1)) - 1
"""Permuted targets that may do as well as the truth for p to be .05 or less."""


def rivals() -> dict[str, Any]:
    """Baselines that can be refitted a thousand times a draw."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    return {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression()),
        "naive-bayes": GaussianNB(var_smoothing=1e-3),
        "tree": DecisionTreeClassifier(max_depth=4, min_samples_leaf=5, random_state=0),
        "15 neighbours": make_pipeline(StandardScaler(), KNeighborsClassifier(15)),
    }


def rejects(model: Any, data: Dataset, seed: int) -> bool:
    """Whether ``permutation_test_score`` finds p <= .05, by its own steps.

    Refits end as soon as `MOST` cannot be kept, and estimators are called directly;
    the answer is the same (`check` compares them).
    """
    from sklearn.model_selection import StratifiedKFold

    rows = np.arange(len(data))
    x = encode_fold(data.x, rows, rows[:1])[0]
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    cuts = [(train, test) for train, test in folds.split(x, data.y)]
    rng = np.random.default_rng([seed, 3])

    def score(y: np.ndarray) -> float:
        found = []
        for train, test in cuts:
            model.fit(x[train], y[train])
            found.append(auc(y[test], model.predict_proba(x[test])[:, -1]))
        return float(np.nanmean(found))

    truth, exceeding = score(data.y), 0
    for _ in range(PERMUTATIONS):
        exceeding += score(rng.permutation(data.y)) >= truth
        if exceeding > MOST:
            return False
    return True


def auc(y: np.ndarray, said: np.ndarray) -> float:
    """ROC AUC, which has more power than accuracy; undefined with one class."""
    ones = int(y.sum())
    if ones in (0, len(y)):
        return float("nan")
    ranks = rankdata(said)[y == 1].sum()
    return float((ranks - ones * (ones + 1) / 2) / ones / (len(y) - ones))


def check(draws: int = 3) -> None:
    """That `rejects` says what scikit-learn says, but for other permutations."""
    from sklearn.metrics import make_scorer
    from sklearn.model_selection import StratifiedKFold, permutation_test_score

    scorer = make_scorer(auc, response_method="predict_proba")
    for seed in range(draws):
        data = SIGNALS["monotone"](np.random.default_rng([seed, 97]))
        cv = StratifiedKFold(5, shuffle=True, random_state=seed)
        model = rivals()["logistic"]
        *_, p = permutation_test_score(
            model, data.x, data.y, cv=cv, scoring=scorer, n_permutations=PERMUTATIONS
        )
        print("permutation_test_score", p, "here", rejects(model, data, seed))


def one(draw: Draw, seed: int, names: list[str]) -> dict[str, bool]:
    """Who finds the relation in one dataset."""
    warnings.filterwarnings("ignore")
    sklearn.set_config(assume_finite=True)
    data = draw(np.random.default_rng([seed, 98]))
    models = rivals()
    found = {name: rejects(models[name], data, seed) for name in names}
    return found | {"signal test": signal_test(data, seed=seed).p <= LEVEL}


def rates(draw: Draw, seeds: range, names: list[str]) -> dict[str, float]:
    work = (delayed(one)(draw, seed, names) for seed in seeds)
    found: Any = Parallel(n_jobs=-1)(work)
    return {name: float(np.mean([f[name] for f in found])) for name in found[0]}


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    check()
    cells: dict[str, Any] = {}
    for kind, draw in SIGNALS.items():
        start = time.perf_counter()
        # other draws than those that are counted choose the rival
        pilot = rates(draw, range(10_000, 10_000 + draws // 10), list(rivals()))
        pilot.pop("signal test")
        best = max(pilot, key=lambda name: pilot[name])
        found = rates(draw, range(draws), [best])
        cells[kind] = {"rival": best, "theirs": found[best]}
        cells[kind] |= {"ours": found["signal test"], "pilot": pilot}
        print(kind, cells[kind], f"{time.perf_counter() - start:.0f} s", flush=True)
        save("power", {"draws": draws, "cells": cells})
    put_between(HERE.parent / "docs/statistics.md", "power", as_page(draws, cells))


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
