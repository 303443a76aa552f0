"""Tables whose blocks of columns count the same, and candidates that see one each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from learnable import Card, Dataset
from learnable.baselines.scores.metrics import reference, scaled_losses
from learnable.data.split import Fold, make_folds

CANDIDATES = ("net", "logistic", "naive-bayes", "forest", "boosting")
"""Names alone: each sees a block of columns of its own, and all learn alike."""
WIDTH = 2
Rng = np.random.Generator


@dataclass(frozen=True)
class Cell:
    """One shape of data; ``weight`` is what the first block counts, of the others' 1.

    ``seeds`` above 0: each candidate is fitted on a bootstrap of its training rows, so
    that it has noise of its own, and so often on each fold.
    """

    rows: int
    classes: bool
    folds: int
    repeats: int
    weight: float = 1.0
    seeds: int = 0
    nearest: bool = False

    @property
    def name(self) -> str:
        kind = "logistic" if self.classes else "ridge"
        kind = "1 nearest neighbour" if self.nearest else kind
        times = f", mean of {self.seeds} seeds" if self.seeds else ""
        return f"{self.rows} rows, {kind}{times}"


def draw(cell: Cell, rng: Rng) -> tuple[list[np.ndarray], np.ndarray]:
    """The blocks, each with a column of ones, and the target."""
    blocks = rng.normal(size=(len(CANDIDATES), cell.rows, WIDTH))
    weights = np.array([cell.weight, *[1.0] * (len(CANDIDATES) - 1)])
    score = 0.6 * np.einsum("b,bnc->n", weights, blocks)
    ones = np.ones((cell.rows, 1))
    inputs = [np.hstack([ones, block]) for block in blocks]
    if cell.classes:
        chosen = rng.random(cell.rows) < 1 / (1 + np.exp(-score))
        return inputs, chosen.astype("int64")
    return inputs, score + rng.normal(size=cell.rows)


def fit(x: np.ndarray, y: np.ndarray, weights: np.ndarray, *, classes: bool) -> Any:
    """Predictions of a model fitted once for each line of row weights.

    Ridge, or logistic regression by Newton steps, both with scikit-learn's penalty of 1
    on all but the intercept; all folds at once, as products of matrices.
    """
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    penalty = np.diag([0.0] + [1.0] * (x.shape[1] - 1))
    shape = (len(weights), x.shape[1], x.shape[1])
    if not classes:
        hessian = (weights @ products).reshape(shape) + penalty
        return np.linalg.solve(hessian, (weights * y @ x)[..., None])[..., 0] @ x.T
    beta = np.zeros((len(weights), x.shape[1]))
    for _ in range(8):
        p = 1 / (1 + np.exp(-beta @ x.T))
        hessian = ((weights * p * (1 - p)) @ products).reshape(shape) + penalty
        slope = (weights * (y - p)) @ x - beta @ penalty
        beta += np.linalg.solve(hessian, slope[..., None])[..., 0]
    p = 1 / (1 + np.exp(-beta @ x.T))
    return np.stack([1 - p, p], axis=-1)


def nearest(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What 1 nearest neighbour says, a learner that follows each training row."""
    far = ((x[:, None] - x[None]) ** 2).sum(axis=2)
    return np.array([y[np.where(line > 0, far, np.inf).argmin(1)] for line in weights])


def skills(cell: Cell, seed: int) -> np.ndarray:
    """Skill by candidate and fold, of one draw."""
    rng = np.random.default_rng([seed, cell.rows, cell.folds])
    inputs, y = draw(cell, rng)
    data = dataset(y, classes=cell.classes)
    folds = make_folds(data, folds=cell.folds, repeats=cell.repeats, seed=seed)
    masks = np.zeros((len(folds), cell.rows))
    for i, fold in enumerate(folds):
        masks[i, fold.train] = 1
    said = []
    for x in inputs:
        seen = [masks] if not cell.seeds else _bootstraps(masks, cell.seeds, rng)
        said.append([_fit(cell, x, y, weights) for weights in seen])
    return _fold_skills(data, folds, np.array(said)).mean(axis=1)


def _fit(cell: Cell, x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    if cell.nearest:
        return nearest(x, y, weights)
    return fit(x, y, weights, classes=cell.classes)


def _bootstraps(masks: np.ndarray, seeds: int, rng: Rng) -> list[np.ndarray]:
    shares = masks / masks.sum(axis=1, keepdims=True)
    counts = masks.sum(axis=1).astype(int)
    return [rng.multinomial(counts, shares).astype(float) for _ in range(seeds)]


def _fold_skills(data: Dataset, folds: list[Fold], said: np.ndarray) -> np.ndarray:
    """Of shape (candidates, seeds, folds); all candidates of a fold in one call."""
    asked, shape = {"classes": len(data.classes)}, said.shape[:2]
    found = np.empty((*shape, len(folds)))
    for i, fold in enumerate(folds):
        truth, past = data.y[fold.test], data.y[fold.train]
        bare = scaled_losses(
            truth, reference(past, len(truth), **asked), past, **asked
        ).mean()
        p = said[:, :, i, fold.test].reshape(-1, *said.shape[4:])
        many = np.tile(truth, shape[0] * shape[1])
        own = scaled_losses(many, p, past, **asked).reshape(*shape, -1).mean(axis=2)
        found[:, :, i] = 1 - own / bare
    return found


def dataset(y: np.ndarray, *, classes: bool) -> Dataset:
    task: Any = "binary" if classes else "regression"
    names = ("a", "b") if classes else ()
    x = pd.DataFrame({"row": np.arange(float(len(y)))})
    return Dataset(x, y, Card("draw", "", task, "y"), names)


def all_skills(cell: Cell, draws: int) -> np.ndarray:
    """Of shape (draws, candidates, folds)."""
    jobs = (delayed(skills)(cell, seed) for seed in range(draws))
    return np.array(Parallel(n_jobs=1)(jobs))
