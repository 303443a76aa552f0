"""Tables with wrong labels or with a leak, and tables that look alike.

For `benchmarks.data_rules`. Each kind is drawn anew from a generator.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from learnable import Dataset
from learnable.benchmarks.data_rules import DEPENDENT, Rng, RuleCase, stored
from learnable.benchmarks.row_cases import cases, half
from learnable.benchmarks.shapes import Draw, coins, table

Rows = Callable[[Rng], tuple[Any, np.ndarray]]


def clusters(n: int, classes: int, apart: float, d: int = 4) -> Rows:
    """Normal clusters, whose centres lie so many deviations apart or more."""

    def draw(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
        y = rng.permutation(np.arange(n) % classes)
        centres = np.zeros((classes, d))
        centres[np.arange(classes), np.arange(classes) % d] = apart
        centres[np.arange(classes) >= d] *= -1
        return centres[y] + rng.normal(size=(n, d)), y

    return draw


def linear(n: int, d: int = 4) -> Rows:
    """Two classes with a sharp linear border."""

    def draw(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(n, d))
        return x, (x[:, 0] - x[:, 1] + 0.5 * x[:, 2] > 0).astype("int64")

    return draw


def ring(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    x = rng.uniform(-1, 1, (800, 2))
    return x, (np.hypot(*x.T) < 0.7).astype("int64")


def rule_of_kinds(rng: Rng) -> tuple[pd.DataFrame, np.ndarray]:
    x = pd.DataFrame(rng.choice(list("abcd"), (400, 4))).rename(columns=str)
    y = x["0"].isin(["a", "b"]) & (x["1"] != "c") | (x["2"] == "d")
    return x, y.to_numpy().astype("int64")


def rare(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """A class of a tenth, four deviations away."""
    y = (rng.random(800) < 0.1).astype("int64")
    return rng.normal(size=(800, 4)) + 5 * y[:, None] * [1, 1, 0, 0], y


def real(name: str, limit: int = 600) -> Rows:
    """Rows of a stored table, shuffled."""

    def draw(rng: Rng) -> tuple[Any, np.ndarray]:
        data = stored(name)
        rows = rng.permutation(len(data))[:limit]
        x: Any = data.x
        return x.iloc[rows].reset_index(drop=True), data.y[rows]

    return draw


def digits(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    bunch: Any = load_digits()
    rows = rng.permutation(len(bunch.target))[:700]
    return bunch.data[rows], bunch.target[rows].astype("int64")


def flipped(drawn: Rows, share: float) -> Draw:
    """A share of the labels is another class, whatever the row."""

    def draw(rng: Rng) -> Dataset:
        x, y = drawn(rng)
        classes = int(y.max()) + 1
        rows = rng.choice(len(y), round(share * len(y)), replace=False)
        y = y.copy()
        y[rows] = (y[rows] + rng.integers(1, classes, len(rows))) % classes
        return table(x, y)

    return draw


def confused(drawn: Rows, share: float, one: int, other: int) -> Draw:
    """A share of one class is called another."""

    def draw(rng: Rng) -> Dataset:
        x, y = drawn(rng)
        return table(x, np.where((y == one) & (rng.random(len(y)) < share), other, y))

    return draw


def batch(drawn: Rows, share: float) -> Draw:
    """A stretch of the file was labelled at random."""

    def draw(rng: Rng) -> Dataset:
        x, y = drawn(rng)
        rows = slice(100, 100 + round(share * len(y)))
        y = y.copy()
        y[rows] = rng.permutation(y[rows])
        return table(x, y)

    return draw


WRONG: dict[str, Draw] = {
    "2 clusters, a tenth": flipped(clusters(400, 2, 4), 0.1),
    "2 clusters, a twentieth": flipped(clusters(600, 2, 5), 0.05),
    "4 clusters, a tenth": flipped(clusters(400, 4, 5), 0.1),
    "6 clusters, a fifth": flipped(clusters(600, 6, 5), 0.2),
    "linear border, a tenth": flipped(linear(500), 0.1),
    "linear border, a fifth": flipped(linear(500), 0.2),
    "2 clusters, 30 %": flipped(clusters(600, 2, 5), 0.3),
    "ring, a tenth": flipped(ring, 0.1),
    "categories, a tenth": flipped(rule_of_kinds, 0.1),
    "a rare class, a twentieth": flipped(rare, 0.05),
    "iris, a tenth": flipped(real("iris"), 0.1),
    "wine, a tenth": flipped(real("wine"), 0.1),
    "digits, a twentieth": flipped(digits, 0.05),
    "digits, a tenth": flipped(digits, 0.1),
    "breast cancer, a tenth": flipped(real("breast_cancer_wisconsin"), 0.1),
    "banknotes, a twentieth": flipped(real("banknote_authentication"), 0.05),
    "mushrooms, a twentieth": flipped(real("mushroom"), 0.05),
    "wheat seeds, 15 %": flipped(real("wheat_seeds"), 0.15),
    "3 clusters, 30 % of one called another": confused(clusters(600, 3, 5), 0.3, 0, 1),
    "digits, 30 % of the 3 called 5": confused(digits, 0.3, 3, 5),
    "segments, a quarter of one called another": confused(
        real("segmentation"), 0.25, 0, 3
    ),
    "3 clusters, a stretch of 30 %": batch(clusters(500, 3, 5), 0.3),
}


def logistic(n: int, slope: float) -> Rows:
    def draw(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(n, 4))
        chance = 1 / (1 + np.exp(-slope * (x[:, 0] + x[:, 1])))
        return x, (rng.random(n) < chance).astype("int64")

    return draw


def half_by_chance(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Half of the rows are easy, the others pure chance; a feature tells which."""
    x = rng.normal(size=(600, 4))
    easy = rng.random(600) < 0.5
    y = np.where(easy, x[:, 0] > 0, rng.random(600) < 0.5).astype("int64")
    return np.c_[x, easy], y


def half_overlapping(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    y = rng.integers(0, 2, 600)
    apart = np.where(rng.random(600) < 0.5, 6.0, 1.0)
    return rng.normal(size=(600, 4)) + (apart * y)[:, None] * [1, 0, 0, 0], y


def one_in_another(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """A narrow class inside a wide one."""
    y = rng.integers(0, 2, 600)
    return rng.normal(size=(600, 2)) * np.where(y == 0, 0.4, 2.0)[:, None], y


def unequal(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Overlap of a common and of a rare class."""
    y = (rng.random(800) < 0.15).astype("int64")
    return rng.normal(size=(800, 3)) + 1.8 * y[:, None] * [1, 0.5, 0], y


def as_is(drawn: Rows) -> Draw:
    return lambda rng: table(*drawn(rng))


RIGHT: dict[str, Draw] = {
    "2 clusters 6 apart": as_is(clusters(400, 2, 6)),
    "2 clusters 2 apart": as_is(clusters(400, 2, 2)),
    "2 clusters 3 apart": as_is(clusters(600, 2, 3)),
    "4 clusters that overlap": as_is(clusters(600, 4, 2.5)),
    "10 clusters that overlap": as_is(clusters(800, 10, 3.5, 8)),
    "linear border": as_is(linear(500)),
    "ring": as_is(ring),
    "logistic, slope 1": as_is(logistic(600, 1)),
    "logistic, slope 2": as_is(logistic(600, 2)),
    "logistic, slope 4": as_is(logistic(600, 4)),
    "half easy, half overlapping": as_is(half_overlapping),
    "half easy, half by chance": as_is(half_by_chance),
    "one class inside another": as_is(one_in_another),
    "a rare class that overlaps": as_is(unequal),
    "iris": as_is(real("iris")),
    "wine": as_is(real("wine")),
    "digits": as_is(digits),
    "breast cancer": as_is(real("breast_cancer_wisconsin")),
    "banknotes": as_is(real("banknote_authentication")),
    "segments": as_is(real("segmentation")),
    "vehicles": as_is(real("vehicle")),
    "spam": as_is(real("spambase")),
    "pima": as_is(real("pima_indians_diabetes")),
    "ionosphere": as_is(real("ionosphere")),
}

LEAKS = ("D308", "D309", "D316", DEPENDENT)


def numbered(rng: Rng, n: int = 300) -> tuple[pd.DataFrame, np.ndarray]:
    """Columns, and a target of positive numbers that two of them explain in part."""
    x = pd.DataFrame(rng.normal(size=(n, 4)), columns=["size", "rooms", "age", "dist"])
    y = 100 + 8 * x["size"] - 5 * x["age"] + 8 * rng.normal(size=n)
    return x, y.to_numpy()


def sorted_out(rng: Rng, n: int = 300) -> tuple[pd.DataFrame, np.ndarray]:
    """Columns, and two classes that two of them explain in part."""
    x, y = numbered(rng, n)
    return x, (y > 103).astype("int64")


def by_number(made: Callable[[Rng, np.ndarray], dict[str, Any]]) -> Draw:
    """Columns made from a target of numbers."""

    def draw(rng: Rng) -> Dataset:
        x, y = numbered(rng)
        return table(x.assign(**made(rng, y)), y)

    return draw


def by_class(made: Callable[[Rng, np.ndarray], dict[str, Any]]) -> Draw:
    """Columns made from two classes."""

    def draw(rng: Rng) -> Dataset:
        x, y = sorted_out(rng)
        return table(x.assign(**made(rng, y)), y)

    return draw


def parts(rng: Rng, y: np.ndarray, count: int) -> dict[str, np.ndarray]:
    """Amounts that add up to the target."""
    shares = rng.dirichlet(np.full(count, 4.0), len(y))
    return {f"part{i}": share * y for i, share in enumerate(shares.T)}


def rates(rng: Rng, y: np.ndarray) -> dict[str, np.ndarray]:
    pieces = rng.lognormal(1, 0.5, len(y))
    return {"pieces": pieces, "rate": y / pieces}


def dummies(rng: Rng) -> Dataset:
    """A column for each of three classes."""
    x, y = clusters(300, 3, 1.5)(rng)
    frame = pd.DataFrame(x).rename(columns=str)
    return table(frame.assign(**{f"is{c}": (y == c) * 1 for c in range(3)}), y)


def named_after(rng: Rng) -> Dataset:
    x, y = numbered(rng)
    data = table(x.assign(price_eur=0.9 * y + 1.5 * rng.normal(size=len(y))), y)
    return replace(data, card=replace(data.card, target="price"))


def numbered_rows(rng: Rng) -> Dataset:
    """The number of a row in a file that was sorted by class."""
    x, y = clusters(300, 3, 1.5)(rng)
    order = np.argsort(y, kind="stable")
    frame = pd.DataFrame(x[order]).rename(columns=str).assign(row=np.arange(300))
    return half(table(frame, y[order]), rng)


def patients(*, named: bool) -> Draw:
    """Five rows of each of 60 patients with one label, shuffled."""

    def draw(rng: Rng) -> Dataset:
        who = rng.permutation(np.repeat(np.arange(60), 5))
        x = rng.normal(size=(60, 6))[who] + (1 if named else 0.1) * rng.normal(
            size=(300, 6)
        )
        frame = pd.DataFrame(x).rename(columns=str)
        frame = frame.assign(patient=rng.permutation(900)[who]) if named else frame
        return table(frame, coins(rng, 60)[who])

    return draw


def near_copies(rng: Rng) -> Dataset:
    x, y = rng.normal(size=(150, 5)), coins(rng, 150)
    rows = rng.permutation(np.arange(300) % 150)
    return table(x[rows] + 0.03 * rng.normal(size=(300, 5)), y[rows])


def walks(rng: Rng) -> Dataset:
    both = rng.normal(size=(300, 4)).cumsum(axis=0)
    return table(both[:, :3], both[:, 3])


def sessions(rng: Rng) -> Dataset:
    """Rows of 30 sessions, one after the other, with one label each."""
    who = np.repeat(np.arange(30), 10)
    x = rng.normal(size=(30, 5))[who] + 0.4 * rng.normal(size=(300, 5))
    return table(x, coins(rng, 30)[who])


GIVEN_AWAY: dict[str, Draw] = {
    "the classes renamed": by_class(lambda r, y: {"sent": np.array(["n", "y"])[y]}),
    "a flag that agrees in 98 %": by_class(
        lambda r, y: {"treated": np.where(r.random(len(y)) < 0.02, 1 - y, y)}
    ),
    "a date that only one class has": by_class(
        lambda r, y: {"died": np.where(y == 1, r.uniform(0, 99, len(y)), np.nan)}
    ),
    "a column for each class": dummies,
    "the row's number in a sorted file": numbered_rows,
    "the target in other units": by_number(lambda r, y: {"inch": (y / 2.54).round(1)}),
    "the target's logarithm": by_number(lambda r, y: {"log": np.log(y)}),
    "the square of a signed target": by_number(lambda r, y: {"sq": (y - 100) ** 2}),
    "the target's rank": by_number(lambda r, y: {"rank": y.argsort().argsort()}),
    "the target in five bins": by_number(
        lambda r, y: {"group": pd.qcut(y, 5, labels=False)}
    ),
    "the target in 20 bins": by_number(
        lambda r, y: {"group": pd.qcut(y, 20, labels=False)}
    ),
    "a threshold on the target": by_number(lambda r, y: {"high": (y > 105) * 1}),
    "the target with a little noise, by name": named_after,
    "two parts that add up": by_number(lambda r, y: parts(r, y, 2)),
    "three parts that add up": by_number(lambda r, y: parts(r, y, 3)),
    "a product of two columns": by_number(rates),
    "a difference of two columns": by_number(
        lambda r, y: {"end": y + (s := r.normal(50, 9, len(y))), "start": s}
    ),
    "patients, numbered": patients(named=True),
    "patients, not numbered": patients(named=False),
    "near copies, no relation": near_copies,
    "random walks": walks,
    "sessions one after the other": sessions,
}


def separable(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Colours on which dark or light text is read, as a rule of three columns."""
    x = rng.integers(0, 256, (600, 3))
    return x, (x @ [0.299, 0.587, 0.114] > 128).astype("int64")


def setosa(rng: Rng) -> tuple[Any, np.ndarray]:
    x, y = real("iris")(rng)
    return x, (y == 0).astype("int64")


def fever(rng: Rng) -> tuple[pd.DataFrame, np.ndarray]:
    x = pd.DataFrame(rng.normal(size=(300, 3)), columns=["pulse", "age", "weight"])
    x["temperature"] = rng.normal(37.4, 1, 300).round(2)
    return x, (x["temperature"] > 38).to_numpy().astype("int64")


def noisy_fever(rng: Rng) -> tuple[pd.DataFrame, np.ndarray]:
    x, y = fever(rng)
    return x, np.where(rng.random(300) < 0.02, 1 - y, y)


def number(made: Callable[[Rng, np.ndarray], np.ndarray], d: int = 4) -> Rows:
    """Normal columns, and a number that is made from them."""

    def draw(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(300, d))
        return x, made(rng, x)

    return draw


HONEST: dict[str, Draw] = {
    "2 clusters 6 apart": as_is(clusters(300, 2, 6)),
    "3 clusters 6 apart": as_is(clusters(300, 3, 6, 2)),
    "setosa or not": as_is(setosa),
    "iris": as_is(real("iris")),
    "wine": as_is(real("wine")),
    "colours, a linear border": as_is(separable),
    "a ring": as_is(ring),
    "fever: a threshold": as_is(fever),
    "fever, 2 % wrong": as_is(noisy_fever),
    "Ohm's law, a good sensor": as_is(
        number(lambda r, x: 2 * x[:, 0] + 0.02 * r.normal(size=300))
    ),
    "one strong column, two weak": as_is(
        number(lambda r, x: 3 * x[:, 0] + x[:, 1] + 0.5 * r.normal(size=300))
    ),
    "a sine without noise": as_is(number(lambda r, x: np.sin(x[:, 0]))),
    "a sine of one column": as_is(
        number(lambda r, x: np.sin(2 * x[:, 0]) + 0.1 * r.normal(size=300))
    ),
    "a sum of four, little noise": as_is(
        number(lambda r, x: x @ [1, 2, -1, 0.5] + 0.1 * r.normal(size=300))
    ),
    "a product with noise": as_is(
        number(lambda r, x: x[:, 0] * x[:, 1] + 0.1 * r.normal(size=300))
    ),
    "exclusive or": as_is(
        lambda r: (x := r.normal(size=(400, 2)), (x.prod(axis=1) > 0).astype("int64"))
    ),
    "a good measure of a class": as_is(rare),
    "a column and its squares": as_is(
        number(lambda r, x: x[:, 0] ** 2 + x[:, 1] + 0.1 * r.normal(size=300))
    ),
    "mushrooms": as_is(real("mushroom")),
    "banknotes": as_is(real("banknote_authentication")),
    "breast cancer": as_is(real("breast_cancer_wisconsin")),
    "digits": as_is(digits),
    "abalone": as_is(real("abalone")),
    "diamonds": as_is(real("diamonds")),
}

CASES: tuple[RuleCase, ...] = (
    *cases("D307", WRONG, is_faulty=True, fits=True),
    *cases("D307", RIGHT, is_faulty=False, fits=True),
    *cases("D308", GIVEN_AWAY, is_faulty=True, fits=True, codes=LEAKS),
    # of real tables it is true that rows are equal: D309 has cases of its own
    *cases("D308", HONEST, is_faulty=False, fits=True, codes=("D308", DEPENDENT)),
)
