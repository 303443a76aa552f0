from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.results.results import (
    About,
    Comparison,
    Results,
    Row,
    Score,
    Signal,
    Verdict,
)
from learnable.data import Card, Dataset
from learnable.data.dataset import Series
from threadpoolctl import threadpool_limits

Maker = Callable[..., Dataset]


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Small matrices are slower on two threads than on one."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def dataset_of() -> Maker:
    """A dataset of these features and targets; whole numbers are classes."""

    def maker(x, y, *, groups=None, classes=None, n_test=0) -> Dataset:
        y = np.asarray(y)
        count = (
            (y.max() + 1 if y.dtype.kind == "i" else 0) if classes is None else classes
        )
        task = "regression" if not count else "binary" if count == 2 else "multiclass"
        if not isinstance(x, pd.DataFrame) and np.ndim(x) == 2:
            x = pd.DataFrame(x, columns=[f"x{i}" for i in range(np.shape(x)[1])])
        card = Card("made", "rows made up", task, "y")
        names = tuple("abcdefghijklmnopqrstuvwxyz"[:count])
        y = y.astype("int64" if count else "float64")
        return Dataset(x, y, card, names, groups=groups, n_test=n_test)

    return maker


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20_261)


@pytest.fixture
def small_results() -> Results:
    """Results with one of everything."""
    score = Score(0.4, 0.1, 0.7, (0.3, 0.5))
    row = Row(
        "forest", "baseline", "trees", {"skill": score}, 0.1, 0.01, ((3, 1), (0, 4))
    )
    return Results(
        command="zoo check",
        seed=3,
        created="2026-11-20T23:15:00+00:00",
        seconds=1.5,
        versions={"numpy": "2"},
        about=About(
            "n", "t", "binary", "y", "", 8, 2, {"a": 4, "b": 4}, ("note",), "0"
        ),
        split="2 folds",
        metric="skill",
        rows=(row,),
        signal=Signal(0.002, 499, 0.3, "random trees", 8, None, 0.1),
        verdicts=(Verdict("signal", "", "There is.", "A leak."),),
        comparisons=(Comparison("net", "forest", 0.1, -0.1, 0.3, 0.04, 0.08),),
    )


@pytest.fixture(scope="session")
def series_of() -> Maker:
    """A series of these values, to be forecast."""

    def maker(values, season=1, horizon=3) -> Dataset:
        values = np.asarray(values, dtype="float64")
        times = tuple(map(str, range(len(values))))
        places = np.arange(len(values), dtype="float64").reshape(-1, 1)
        card = Card("walk", "steps", "forecast", "y")
        return Dataset(places, values, card, series=Series(season, horizon, times))

    return maker


@pytest.fixture(scope="session")
def labels_of() -> Maker:
    """Rows with these labels, a column each, of their number or of these features."""

    def maker(y, x=None) -> Dataset:
        y = np.asarray(y)
        names = tuple("abcdef"[: y.shape[1]])
        x = np.arange(len(y), dtype="float64").reshape(-1, 1) if x is None else x
        return Dataset(x, y, Card("l", "l", "multilabel", ""), names, targets=names)

    return maker
