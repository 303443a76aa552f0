"""Files sorted or not, test rows that differ or not, and what few rows can tell.

For `benchmarks.data_rules`: the order of rows (D304), targets that nothing tells of
(D305), too few rows (D311) and official test rows (D312).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from learnable import Dataset
from learnable.benchmarks.data_rules import Rng, RuleCase, written

Draw = Callable[[Rng], Dataset]
Targets = Callable[[Rng], Any]


def rows_with(targets: Targets, **options: Any) -> Draw:
    """Features that targets bear on, in the order in which these come."""

    def draw(rng: Rng) -> Dataset:
        made = pd.DataFrame(targets(rng))
        made.columns = [f"y{i}" for i in range(made.shape[1])]
        n = len(made)
        table = pd.DataFrame(rng.normal(size=(n, 3)).round(4), columns=list("uvw"))
        codes = made.iloc[:, 0].rank(method="dense").to_numpy()
        table["u"] += 0.5 * (codes - codes.mean()) / codes.std()
        table = pd.concat([table, made], axis=1)
        return written(table, ",".join(made.columns), **options)

    return draw


def _names(codes: Any) -> np.ndarray:
    return np.array([f"c{v:02}" for v in np.asarray(codes).astype(int)])


def _drifting(rng: Rng, rows: int, first: float, last: float) -> np.ndarray:
    return _names(rng.random(rows) < np.linspace(first, last, rows))


def _sorted(rng: Rng, rows: int, classes: int, mixed: float = 0.0) -> np.ndarray:
    """Classes in order, of which a share changed places."""
    codes = np.sort(rng.integers(0, classes, rows))
    some = np.flatnonzero(rng.random(rows) < mixed)
    codes[some] = codes[rng.permutation(some)]
    return _names(codes)


def _labels(rng: Rng, rows: int, *, is_sorted: bool) -> np.ndarray:
    made = (rng.random((rows, 3)) < [0.3, 0.5, 0.4]).astype(int)
    if is_sorted:
        made = made[np.argsort(made[:, 1], kind="stable")]
    return made


SORTED: dict[str, Draw] = {
    "two classes, 30 rows": rows_with(lambda g: _names(np.repeat([0, 1], 15))),
    "two classes, 60 rows": rows_with(lambda g: _names(np.repeat([0, 1], 30))),
    "two classes, 400 rows": rows_with(lambda g: _sorted(g, 400, 2)),
    "four classes, a tenth mixed": rows_with(lambda g: _sorted(g, 200, 4, 0.1)),
    "26 classes, 300 rows": rows_with(lambda g: _sorted(g, 300, 26)),
    "last class first": rows_with(lambda g: _sorted(g, 150, 3)[::-1]),
    "a rare class at the start": rows_with(lambda g: _names(np.arange(300) < 15)),
    "a rare class at the end": rows_with(lambda g: _names(np.arange(300) >= 280)),
    "two files, each sorted": rows_with(
        lambda g: np.r_[_sorted(g, 120, 2), _sorted(g, 120, 2)]
    ),
    "blocks of 50": rows_with(lambda g: _names(np.arange(200) // 50 % 2)),
    "a share from 20 to 80 %": rows_with(lambda g: _drifting(g, 1_000, 0.2, 0.8)),
    "a share from 10 to 90 %, 300 rows": rows_with(
        lambda g: _drifting(g, 300, 0.1, 0.9)
    ),
    "a share that jumps at the end": rows_with(
        lambda g: _names(g.random(500) < np.where(np.arange(500) < 390, 0.2, 0.6))
    ),
    "numbers, 40 rows": rows_with(lambda g: np.sort(g.normal(size=40))),
    "numbers that fall": rows_with(lambda g: np.sort(g.lognormal(size=200))[::-1]),
    "numbers with a trend": rows_with(
        lambda g: np.linspace(0, 2.5, 300) + g.normal(size=300)
    ),
    "numbers that jump": rows_with(
        lambda g: g.normal(size=400) + 1.5 * (np.arange(400) > 310)
    ),
    "sorted by a near relative": rows_with(
        lambda g: (v := np.sort(g.normal(size=250))) + 0.5 * g.normal(size=250) + 0 * v
    ),
    "labels, sorted by one": rows_with(
        lambda g: _labels(g, 300, is_sorted=True), task="multilabel"
    ),
    "two numbers, sorted by the second": rows_with(
        lambda g: np.c_[g.normal(size=200), np.sort(g.normal(size=200))],
        task="regression",
    ),
}


def _cycle(rng: Rng, rows: int) -> np.ndarray:
    """Each ten rows hold each of five classes twice."""
    return _names(np.concatenate([rng.permutation(10) % 5 for _ in range(rows // 10)]))


def _ar(rng: Rng, rows: int, keeps: float) -> np.ndarray:
    found = rng.normal(size=rows)
    for i in range(1, rows):
        found[i] += keeps * found[i - 1]
    return found


SHUFFLED: dict[str, Draw] = {
    "two classes, 60 rows": rows_with(lambda g: _names(g.permutation(60) % 2)),
    "two classes, 30 rows": rows_with(lambda g: _names(g.permutation(30) % 2)),
    "four classes": rows_with(lambda g: _names(g.integers(0, 4, 200))),
    "26 classes": rows_with(lambda g: _names(g.integers(0, 26, 300))),
    "a rare class": rows_with(lambda g: _names(g.permutation(300) < 15)),
    "a rarer class": rows_with(lambda g: _names(g.permutation(400) < 6)),
    "in turn": rows_with(lambda g: _names(np.arange(200) % 2)),
    "each ten rows hold all": rows_with(lambda g: _cycle(g, 300)),
    "a share from 45 to 55 %": rows_with(lambda g: _drifting(g, 600, 0.45, 0.55)),
    "numbers, 40 rows": rows_with(lambda g: g.normal(size=40)),
    "skewed numbers": rows_with(lambda g: g.lognormal(0, 2, 300)),
    "counts": rows_with(lambda g: g.poisson(3, 300) + 0.5),
    "numbers of which neighbours are little alike": rows_with(
        lambda g: _ar(g, 500, 0.3)
    ),
    "a wave of twenty rows": rows_with(
        lambda g: np.sin(np.arange(400) / 20 * 2 * np.pi) + g.normal(0, 0.5, 400)
    ),
    "twenty sorted files": rows_with(
        lambda g: np.concatenate([np.sort(g.normal(size=20)) for _ in range(20)])
    ),
    "twenty files sorted by class": rows_with(
        lambda g: np.concatenate([_names(np.arange(20) // 7) for _ in range(20)])
    ),
    "a small trend": rows_with(lambda g: np.linspace(0, 0.2, 300) + g.normal(size=300)),
    "zeros and amounts": rows_with(
        lambda g: (g.random(300) < 0.2) * g.uniform(1, 9, 300)
    ),
    "labels": rows_with(lambda g: _labels(g, 300, is_sorted=False), task="multilabel"),
    "two numbers": rows_with(lambda g: g.normal(size=(200, 2)), task="regression"),
}


def _features(rng: Rng, rows: int) -> np.ndarray:
    return rng.normal(size=(rows, 4))


def _answers(rng: Rng, x: np.ndarray, noise: float = 0.5) -> np.ndarray:
    return x[:, 0] - x[:, 1] + noise * rng.normal(size=len(x))


def parts(
    change: Callable[[Rng, np.ndarray, np.ndarray, np.ndarray], Any],
    *,
    train: int = 400,
    test: int = 150,
    kind: str = "class",
    noise: float = 0.5,
) -> Draw:
    """Training and official test rows; a change is made to the latter.

    ``change`` takes the generator, the features and the targets of all rows and where
    the test rows are; it may change both in place.
    """

    def draw(rng: Rng) -> Dataset:
        x = _features(rng, train + test)
        y: np.ndarray = _answers(rng, x, noise)
        if kind == "class":
            y = (y > 0).astype(int)
        elif kind == "classes":
            y = np.digitize(y, [-1.2, 0, 1.2])
        is_test = np.arange(len(x)) >= train
        change(rng, x, y, is_test)
        table = pd.DataFrame(x.round(5), columns=list("pqrs"))
        classes = "regression" if kind == "number" else None
        values = y if kind == "number" else _names(y)
        data = written(table.assign(y=values), "y", task=classes, rows="independent")
        return replace(data, n_test=test)

    return draw


def _shift(by: float, column: int = 2, share: float = 1.0) -> Any:
    def change(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
        x[t & (g.random(len(x)) < share), column] += by

    return change


def _flip(share: float) -> Any:
    def change(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
        some = t & (g.random(len(x)) < share)
        y[some] = y.max() - y[some]

    return change


def _shuffle(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    y[t] = g.permutation(y[t])


def _negate(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    y[t] *= -1


def _other_column(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    """In the test rows another column bears on the target."""
    y[t] = (x[t, 2] - x[t, 3] > 0).astype(int)


def _other_features(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    x[t, :2] = x[t, 1::-1]


def _offset(by: float) -> Any:
    def change(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
        y[t] += by

    return change


def _moved(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    y[t] = np.roll(y[t], 1)


def _wider(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    x[t, 2:] *= 3


def _constant(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    x[t, 0] = 0


def _one_kind(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    """Most of one class among the test rows."""
    for i in np.flatnonzero(t & (y == 0))[::2]:
        other = np.flatnonzero(~t & (y == 1))[i % 50]
        x[i], y[i], x[other], y[other] = x[other].copy(), 1, x[i].copy(), 0


def _same(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    """Test rows are like all others."""


def _copies(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    """Half of the training rows are there twice."""
    n = int((~t).sum())
    x[n // 2 : n], y[n // 2 : n] = x[: n - n // 2], y[: n - n // 2]


def _some_flipped(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    some = g.random(len(y)) < 0.2
    y[some] = 1 - y[some]


def _outliers(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    x[g.random(len(x)) < 0.01] *= 8


def _noise(g: Rng, x: np.ndarray, y: np.ndarray, t: np.ndarray) -> None:
    y[:] = g.permutation(y)


UNLIKE: dict[str, Draw] = {
    "another mean": parts(_shift(1.5)),
    "another mean of a telling column": parts(_shift(1.5, 0)),
    "half of the rows moved": parts(_shift(2.5, 3, 0.5), test=250),
    "another spread": parts(_wider, train=600, test=300),
    "a column of zeros": parts(_constant, train=600, test=200),
    "another mean, numbers": parts(_shift(1.5), kind="number"),
    "more of one class": parts(_one_kind, test=200),
    "turned round": parts(_flip(1)),
    "turned round, 60 rows": parts(_flip(1), test=60),
    "turned round, numbers": parts(_negate, kind="number"),
    "turned round, four classes": parts(_flip(1), kind="classes"),
    "half turned round": parts(_flip(0.5)),
    "a third turned round": parts(_flip(0.35), train=800, test=300),
    "labels by chance": parts(_shuffle),
    "labels by chance, four classes": parts(_shuffle, kind="classes"),
    "numbers by chance": parts(_shuffle, kind="number"),
    "numbers a row off": parts(_moved, kind="number", test=100),
    "labels a row off": parts(_moved, test=100),
    "another relation": parts(_other_column),
    "columns swapped": parts(_other_features),
    "numbers offset": parts(_offset(2.0), kind="number"),
}
LIKE: dict[str, Draw] = {
    "drawn alike": parts(_same),
    "drawn alike, 40 test rows": parts(_same, test=40),
    "drawn alike, 120 training rows": parts(_same, train=120),
    "drawn alike, many": parts(_same, train=1_500, test=800),
    "drawn alike, easy": parts(_same, noise=0.05),
    "drawn alike, hard": parts(_same, noise=4.0),
    "numbers": parts(_same, kind="number"),
    "numbers, hard": parts(_same, kind="number", noise=4.0),
    "numbers, easy": parts(_same, kind="number", noise=0.02),
    "numbers, 40 test rows": parts(_same, kind="number", test=40),
    "four classes": parts(_same, kind="classes"),
    "four classes, 60 test rows": parts(_same, kind="classes", test=60),
    "half of the training rows twice": parts(_copies),
    "half of the training rows twice, numbers": parts(_copies, kind="number"),
    "wrong labels everywhere": parts(_some_flipped),
    "odd rows everywhere": parts(_outliers),
    "odd rows everywhere, numbers": parts(_outliers, kind="number"),
    "nothing to learn": parts(_noise),
    "nothing to learn, numbers": parts(_noise, kind="number"),
    "a small move": parts(_shift(0.1)),
}
CASES: list[RuleCase] = []


def _add(
    rule: str,
    faulty: Mapping[str, Draw],
    sound: Mapping[str, Draw],
    *,
    fits: bool = False,
) -> None:
    for found, is_faulty in ((faulty, True), (sound, False)):
        CASES.extend(
            RuleCase(rule, n, d, is_faulty, (), fits) for n, d in found.items()
        )


_add("D304", SORTED, SHUFFLED)
_add("D312", UNLIKE, LIKE, fits=True)


def relation(
    make: Callable[[Rng, np.ndarray], Any],
    rows: int,
    columns: int = 4,
    *,
    group: int = 0,
    **options: Any,
) -> Draw:
    """Columns of noise near 1, and what is made of them; persons of ``group`` rows."""

    def draw(rng: Rng) -> Dataset:
        x = rng.normal(size=(rows, columns))
        y = pd.DataFrame(make(rng, x))
        y.columns = [f"y{i}" for i in range(y.shape[1])]
        table = pd.DataFrame(x.round(4), columns=[f"x{i}" for i in range(columns)])
        table = pd.concat([table, y], axis=1)
        if group:
            table["person"] = [f"p{i // group}" for i in range(rows)]
            options["group"] = "person"
        return written(table, ",".join(y.columns), **options)

    return draw


def _of(strength: float, used: int = 1) -> Callable[[Rng, np.ndarray], np.ndarray]:
    """Numbers of which the columns used explain this share of the variance."""

    def make(g: Rng, x: np.ndarray) -> np.ndarray:
        told = x[:, :used].sum(axis=1) / np.sqrt(used)
        return np.sqrt(strength) * told + np.sqrt(1 - strength) * g.normal(size=len(x))

    return make


def _cut(strength: float, shares: Any = (0.5, 0.5), used: int = 1) -> Any:
    """Classes cut from such numbers."""

    def make(g: Rng, x: np.ndarray) -> np.ndarray:
        y = _of(strength, used)(g, x)
        ends = np.quantile(y, np.cumsum(shares)[:-1] / np.sum(shares))
        return _names(np.searchsorted(ends, y))

    return make


def _chance(shares: Any = (0.5, 0.5)) -> Any:
    p = np.asarray(shares) / np.sum(shares)
    return lambda g, x: _names(
        g.permutation(np.searchsorted(p.cumsum(), (np.arange(len(x)) + 0.5) / len(x)))
    )


def _few(counts: Any) -> Any:
    """Classes of just so many rows, the first of all others."""

    def make(g: Rng, x: np.ndarray) -> np.ndarray:
        y = np.zeros(len(x), dtype=int)
        free = np.argsort(-x[:, 0])
        for code, count in enumerate(counts, 1):
            y[free[:count]], free = code, free[count:]
        return _names(y)

    return make


RANDOM: dict[str, Draw] = {
    "halves, 300 rows": relation(_chance(), 300),
    "halves, 800 rows, 8 columns": relation(_chance(), 800, 8),
    "a quarter, 500 rows": relation(_chance((3, 1)), 500),
    "three classes": relation(_chance((1, 1, 1)), 500),
    "six classes": relation(_chance((1,) * 6), 600),
    "a tenth, 1,000 rows": relation(_chance((9, 1)), 1_000),
    "numbers": relation(lambda g, x: g.normal(size=len(x)), 300),
    "skewed numbers": relation(lambda g, x: g.lognormal(size=len(x)), 400),
    "counts": relation(lambda g, x: g.poisson(4, len(x)) + 0.5, 400),
    "numbers in another order": relation(lambda g, x: g.permutation(x[:, 0]), 300),
    "half a file off": relation(lambda g, x: np.roll(x[:, 0], len(x) // 2), 400),
    "upside down": relation(lambda g, x: x[::-1, 1], 401),
    "sorted apart": relation(lambda g, x: _names(x[np.argsort(x[:, 2]), 0] > 0), 400),
    "labels": relation(
        lambda g, x: (g.random((len(x), 3)) < 0.4).astype(int), 500, task="multilabel"
    ),
    "two numbers": relation(
        lambda g, x: g.normal(size=(len(x), 2)), 500, task="regression"
    ),
    "numbers of a t of 4": relation(lambda g, x: g.standard_t(4, len(x)), 500),
    "one column": relation(_chance(), 300, 1),
    "twelve columns": relation(_chance(), 900, 12),
    "zeros and amounts": relation(
        lambda g, x: (g.random(len(x)) < 0.3) * g.lognormal(size=len(x)), 500
    ),
    "two thirds, 20 columns": relation(_chance((2, 1)), 1_200, 20),
}
RELATED: dict[str, Draw] = {
    "a tenth explained": relation(_of(0.1), 300),
    "a tenth explained, classes": relation(_cut(0.15), 300),
    "a third explained": relation(_of(0.33), 200),
    "three classes": relation(_cut(0.3, (1, 1, 1)), 300),
    "six columns add up": relation(_of(0.3, 6), 300, 8),
    "a rare class": relation(_cut(0.4, (9, 1)), 500),
    "exclusive or": relation(lambda g, x: _names((x[:, 0] > 0) ^ (x[:, 1] > 0)), 400),
    "a ring": relation(lambda g, x: _names((x[:, :2] ** 2).sum(axis=1) > 1.4), 300),
    "a product": relation(lambda g, x: x[:, 0] * x[:, 1], 300),
    "a square": relation(lambda g, x: x[:, 0] ** 2 + g.normal(size=len(x)), 300),
    "a wave": relation(
        lambda g, x: np.sin(3 * x[:, 0]) + 0.2 * g.normal(size=len(x)), 300
    ),
    "a step": relation(lambda g, x: (x[:, 3] > 1) + 0.3 * g.normal(size=len(x)), 300),
    "labels, one related": relation(
        lambda g, x: np.c_[x[:, 0] > 0, g.random(len(x)) < 0.4].astype(int),
        400,
        task="multilabel",
    ),
    "two numbers, one related": relation(
        lambda g, x: np.c_[g.normal(size=len(x)), _of(0.4)(g, x)],
        400,
        task="regression",
    ),
    "spread alone": relation(lambda g, x: np.exp(x[:, 0]) * g.normal(size=len(x)), 500),
    "few rows by chance": relation(_chance(), 30),
    "few numbers by chance": relation(lambda g, x: g.normal(size=len(x)), 30),
    "many columns, one related": relation(_of(0.3), 300, 30),
    "zeros that are told": relation(
        lambda g, x: (x[:, 0] > 0.3) * g.lognormal(size=len(x)), 400
    ),
    "one class in a corner": relation(
        lambda g, x: _names((x[:, 0] > 0.4) & (x[:, 1] > 0.4)), 500
    ),
}
FEW_ROWS: dict[str, Draw] = {
    "30 rows by chance": relation(_chance(), 30),
    "45 rows by chance, 10 columns": relation(_chance(), 45, 10),
    "40 rows, little explained": relation(_cut(0.1), 40),
    "40 numbers by chance": relation(lambda g, x: g.normal(size=len(x)), 40),
    "25 numbers, little explained": relation(_of(0.1), 25),
    "60 rows, 30 columns of chance": relation(_chance(), 60, 30),
    "50 rows in three classes by chance": relation(_chance((1, 1, 1)), 50),
    "a class of 3": relation(_few([3]), 300),
    "a class of 4 among five": relation(_few([60, 60, 60, 4]), 300),
    "a class of 8": relation(_few([8]), 400),
    "classes of 2, 3 and 7": relation(_few([100, 2, 3, 7]), 300),
    "20 classes of 6": relation(_cut(0.8, (1,) * 20), 120),
    "24 rows, half explained": relation(_of(0.5), 24),
    "20 rows, two classes apart": relation(_cut(0.7), 20),
    "a label of 4": relation(
        lambda g, x: np.c_[x[:, 0] > 0, np.arange(len(x)) % 75 == 3].astype(int),
        300,
        task="multilabel",
    ),
    "a label that all but 6 have": relation(
        lambda g, x: np.c_[x[:, 0] > 0, np.arange(len(x)) % 50 != 3].astype(int),
        300,
        task="multilabel",
    ),
    "seven persons": relation(_of(0.5), 210, group=30),
    "six persons": relation(_cut(0.5), 180, group=30),
}
ENOUGH_ROWS: dict[str, Draw] = {
    "300 rows, a third explained": relation(_cut(0.5), 300),
    "1,000 rows by chance": relation(_chance(), 1_000),
    "400 numbers": relation(_of(0.5), 400),
    "1,000 numbers, a tenth explained": relation(_of(0.1), 1_000),
    "a class of 30": relation(_few([30]), 400),
    "a class of 15": relation(_few([15]), 300),
    "ten classes of 40": relation(_cut(0.9, (1,) * 10), 400),
    "four classes": relation(_cut(0.7, (1,) * 4), 400),
    "150 rows, easy": relation(_cut(0.97), 150),
    "150 numbers, easy": relation(_of(0.95), 150),
    "600 rows by chance": relation(_chance((2, 1)), 600),
    "500 numbers by chance": relation(lambda g, x: g.normal(size=len(x)), 500),
    "labels": relation(
        lambda g, x: np.c_[x[:, 0] > 0, x[:, 1] > 1].astype(int), 400, task="multilabel"
    ),
    "two numbers": relation(
        lambda g, x: np.c_[_of(0.6)(g, x), _of(0.5)(g, x)], 400, task="regression"
    ),
    "forty persons": relation(_of(0.5), 400, group=10),
    "persons of two rows": relation(_cut(0.6), 400, group=2),
    "30 columns, one related": relation(_of(0.6), 500, 30),
    "exclusive or": relation(lambda g, x: _names((x[:, 0] > 0) ^ (x[:, 1] > 0)), 600),
}
_add("D305", RANDOM, RELATED, fits=True)
_add("D311", FEW_ROWS, ENOUGH_ROWS, fits=True)
