"""Tables with and without faults of single columns, for `benchmarks.data_rules`.

Scale of inputs and of the target (D301, D302), rare classes and labels (D310), constant
columns (D313) and identifiers (D314), each in forms that no page of a rule shows.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from learnable import Dataset
from learnable.benchmarks.data_rules import Rng, RuleCase, written

Values = Callable[[Rng, int], Any]
Frame = Callable[[Rng], pd.DataFrame]


def plain(rng: Rng, rows: int, columns: str = "uvw") -> pd.DataFrame:
    """Columns of noise near 1, and a target of two classes that the first bears on."""
    table = pd.DataFrame({c: rng.normal(size=rows).round(4) for c in columns})
    table["y"] = np.where(table["u"] + rng.normal(size=rows) > 0, "yes", "no")
    return table


def some_rows(rng: Rng) -> int:
    return int(rng.choice([200, 300, 500]))


def with_column(values: Values) -> Callable[[Rng], Dataset]:
    """A sound table with one more column, somewhere among the others."""

    def draw(rng: Rng) -> Dataset:
        rows = some_rows(rng)
        table = plain(rng, rows)
        table.insert(int(rng.integers(0, 4)), "more", values(rng, rows))
        return written(table, "y")

    return draw


def with_target(values: Values) -> Callable[[Rng], Dataset]:
    """A table of which another target is predicted."""

    def draw(rng: Rng) -> Dataset:
        rows = some_rows(rng)
        made = values(rng, rows)
        table = plain(rng, rows).drop(columns="y")
        if isinstance(made, pd.DataFrame):
            table = pd.concat([table, made], axis=1)
            return written(table, ",".join(made.columns), task="regression")
        return written(table.assign(y=made), "y", task="regression")

    return draw


def with_frame(frame: Frame, target: str = "y") -> Callable[[Rng], Dataset]:
    return lambda rng: written(frame(rng), target)


def cases(
    rule: str,
    made: Callable[[Any], Callable[[Rng], Dataset]],
    faulty: Mapping[str, Any],
    sound: Mapping[str, Any],
) -> list[RuleCase]:
    return [
        RuleCase(rule, name, made(values), is_faulty)
        for found, is_faulty in ((faulty, True), (sound, False))
        for name, values in found.items()
    ]


def _spike(values: np.ndarray, value: float) -> np.ndarray:
    values[len(values) // 3] = value
    return values


FAR_TARGETS: dict[str, Values] = {
    "prices": lambda g, n: g.lognormal(12, 0.5, n).round(),
    "ages": lambda g, n: g.integers(18, 91, n),
    "years": lambda g, n: g.integers(1970, 2021, n),
    "kelvin": lambda g, n: g.normal(290, 5, n).round(1),
    "hectopascals": lambda g, n: g.normal(1013, 8, n).round(1),
    "counts about 50": lambda g, n: g.poisson(50, n),
    "far below zero": lambda g, n: g.normal(-300, 20, n),
    "concentrations of 1e-4": lambda g, n: g.lognormal(-9, 0.5, n),
    "rates of .002": lambda g, n: g.normal(0.002, 5e-4, n),
    "five, give or take .001": lambda g, n: g.normal(5, 1e-3, n),
    "ph 7, give or take .03": lambda g, n: g.normal(7, 0.03, n),
    "a hundred, give or take .5": lambda g, n: g.normal(100, 0.5, n),
    "a half, give or take .02": lambda g, n: g.normal(0.5, 0.02, n),
    "latitudes of a town": lambda g, n: g.normal(4.81, 0.01, n).round(5),
    "skewed by four decades": lambda g, n: g.lognormal(1, 3, n),
    "thousandths with one row of 3": lambda g, n: _spike(g.normal(0, 1e-3, n), 3.0),
    "four, give or take .002, one row of 9": lambda g, n: _spike(
        g.normal(4, 2e-3, n), 9.0
    ),
    "amounts, nine of ten are 0": lambda g, n: (
        (g.random(n) < 0.1) * g.uniform(1e3, 9e3, n)
    ),
    "seconds since 1970": lambda g, n: g.integers(1_600_000_000, 1_700_000_000, n),
    "volts of 1e-7": lambda g, n: g.normal(0, 1e-7, n),
    "two targets, one of thousands": lambda g, n: pd.DataFrame(
        {"s": g.normal(size=n), "t": g.normal(5e3, 2e3, n)}
    ),
    "two targets, one of thousandths": lambda g, n: pd.DataFrame(
        {"s": g.normal(size=n), "t": g.normal(1, 2e-3, n)}
    ),
}
NEAR_TARGETS: dict[str, Values] = {
    "standard normal": lambda g, n: g.normal(size=n),
    "shares": lambda g, n: g.random(n),
    "normal of 3": lambda g, n: g.normal(0, 3, n),
    "grades": lambda g, n: g.choice([1.0, 1.3, 1.7, 2, 2.3, 2.7, 3, 3.7, 4, 5], n),
    "points 1 to 10": lambda g, n: g.integers(1, 11, n),
    "small counts": lambda g, n: g.poisson(2, n),
    "exponential": lambda g, n: g.exponential(1, n),
    "beta 2, 8": lambda g, n: g.beta(2, 8, n),
    "beta 2, 2": lambda g, n: g.beta(2, 2, n),
    "mostly 0, few ones": lambda g, n: (g.random(n) < 0.03) * g.uniform(0.5, 1.5, n),
    "t of 3": lambda g, n: g.standard_t(4, n),
    "uniform to 5": lambda g, n: g.uniform(-5, 5, n),
    "logarithms about 4": lambda g, n: g.normal(4, 1, n),
    "normal of .3": lambda g, n: g.normal(0, 0.3, n),
    "one, give or take .2": lambda g, n: g.normal(1, 0.2, n),
    "a wave": lambda g, n: np.sin(np.arange(n) / 7) + g.normal(0, 0.1, n),
    "spikes of 2 among zeros": lambda g, n: 2.0 * (g.random(n) < 0.02),
    "three, with one row of 20": lambda g, n: _spike(g.normal(3, 1, n), 20.0),
    "laplace": lambda g, n: g.laplace(0, 1, n),
    "two humps": lambda g, n: g.normal(0, 0.3, n) + 3 * (g.random(n) < 0.5),
    "two plain targets": lambda g, n: pd.DataFrame(
        {"s": g.normal(size=n), "t": g.normal(2, 1, n)}
    ),
}
FAR_COLUMNS: dict[str, Values] = {
    "levels to 255": lambda g, n: g.integers(0, 256, n),
    "incomes": lambda g, n: g.lognormal(10, 0.6, n).round(2),
    "years": lambda g, n: g.integers(1980, 2024, n),
    "five, give or take .001": lambda g, n: g.normal(5, 1e-3, n),
    "one, give or take 1e-4": lambda g, n: g.normal(1, 1e-4, n),
    "millionths": lambda g, n: g.normal(0, 1e-6, n),
    "thousandths": lambda g, n: g.uniform(0, 2e-3, n),
    "sums of 1e5": lambda g, n: g.integers(1, 200_000, n),
    "seconds since 1970": lambda g, n: g.integers(1_500_000_000, 1_700_000_000, n),
    "large, half missing": lambda g, n: np.where(
        g.random(n) < 0.5, np.nan, g.normal(500, 50, n)
    ),
    "far below zero": lambda g, n: g.normal(-80, 5, n),
    "ages": lambda g, n: g.integers(1, 90, n),
    "skewed by decades": lambda g, n: g.lognormal(0, 3, n),
    "amounts, most are 0": lambda g, n: (g.random(n) < 0.1) * g.uniform(500, 4e3, n),
    "a few thousands among zeros": lambda g, n: (
        (g.random(n) < 0.02) * g.uniform(1e3, 4e3, n)
    ),
    "a ratio of 500": lambda g, n: g.normal(0, 9, n) / 4_500,
    "kelvin": lambda g, n: g.normal(300, 2, n),
    "longitudes of a town": lambda g, n: g.normal(11.57, 0.01, n),
    "hundreds of steps": lambda g, n: g.poisson(300, n),
    "rates with one row of 1": lambda g, n: _spike(g.uniform(0, 1e-3, n), 1.0),
}
NEAR_COLUMNS: dict[str, Values] = {
    "standard normal": lambda g, n: g.normal(size=n),
    "one rare yes": lambda g, n: _spike(np.zeros(n), 1.0),
    "all but one are yes": lambda g, n: _spike(np.ones(n), 0.0),
    "a yes in a hundred": lambda g, n: 1 * (g.random(n) < 0.01),
    "seldom a count": lambda g, n: g.poisson(0.02, n),
    "shares": lambda g, n: g.random(n),
    "points 1 to 5": lambda g, n: g.integers(1, 6, n),
    "digits": lambda g, n: g.integers(0, 10, n),
    "truth values": lambda g, n: g.random(n) < 0.5,
    "a factor of 20": lambda g, n: g.normal(0, 0.05, n),
    "categories": lambda g, n: g.choice(list("pqrs"), n),
    "t of 4": lambda g, n: g.standard_t(4, n),
    "exponential": lambda g, n: g.exponential(1, n),
    "half missing": lambda g, n: np.where(g.random(n) < 0.5, np.nan, g.normal(size=n)),
    "a constant of .001": lambda g, n: np.full(n, 0.001),
    "plus or minus 1": lambda g, n: g.choice([-1, 1], n),
    "zeros, some near 1": lambda g, n: (g.random(n) < 0.05) * g.normal(1, 0.3, n),
    "uniform to 8": lambda g, n: g.uniform(-8, 8, n),
    "nine, give or take .5": lambda g, n: g.normal(9, 0.5, n),
    "logarithms about 3": lambda g, n: g.normal(3, 1, n),
}


def _shared(shares: Any, rows: int | None = None) -> Frame:
    """Classes with about these shares, on which a column bears."""

    def frame(rng: Rng) -> pd.DataFrame:
        n = rows or int(rng.choice([300, 600, 1_000]))
        p = np.asarray(shares, float)
        y = rng.choice(len(p), n, p=p / p.sum())
        # two rows at least, so that the class is there
        y[:2] = int(p.argmin())
        table = pd.DataFrame(rng.normal(size=(n, 3)).round(4), columns=list("uvw"))
        table["u"] += y
        return table.assign(y=[f"c{v}" for v in rng.permutation(y)])

    return frame


def _labelled(shares: Any, rows: int = 600) -> Callable[[Rng], Dataset]:
    """Several labels a row with these shares."""

    def draw(rng: Rng) -> Dataset:
        table = pd.DataFrame(rng.normal(size=(rows, 3)).round(4), columns=list("uvw"))
        names = [f"l{i}" for i in range(len(shares))]
        for name, share in zip(names, shares, strict=True):
            y = (rng.random(rows) < share).astype(int)
            y[:2] = 1, 0
            table[name] = rng.permutation(y)
        return written(table, ",".join(names), task="multilabel")

    return draw


IMBALANCED: dict[str, Any] = {
    "5 %": _shared([0.95, 0.05]),
    "1 %": _shared([0.99, 0.01]),
    "10 % of 200": _shared([0.9, 0.1], 200),
    "2 of 80": _shared([0.999, 0.001], 80),
    "4 % of three": _shared([0.5, 0.46, 0.04]),
    "two rare of three": _shared([0.94, 0.03, 0.03]),
    "1 % of four": _shared([0.33, 0.33, 0.33, 0.01]),
    "two common, 2 %": _shared([0.49, 0.49, 0.02]),
    "nine of 11 %, one of .5 %": _shared([0.11] * 9 + [0.005], 2_000),
    "ten, one of .5 %, 1,000 rows": _shared([0.11] * 9 + [0.005], 1_000),
    "ten, 300 rows": _shared([0.11] * 9 + [0.003], 300),
    "long tail of six": _shared([0.5, 0.25, 0.12, 0.07, 0.04, 0.005]),
    "twenty, one of .2 %": _shared([0.05] * 20 + [0.002], 3_000),
    "one of 1,000": _shared([0.999, 0.001], 3_000),
    "3 % of 5": _shared([0.3, 0.3, 0.2, 0.17, 0.02], 800),
    "8 % of 150": _shared([0.92, 0.08], 150),
    "labels, one of 1 %": _labelled([0.4, 0.3, 0.5, 0.01]),
    "labels, one of .5 %": _labelled([0.4, 0.005], 1_200),
    "labels, one of 99 %": _labelled([0.4, 0.99, 0.3]),
    "eight labels, two of 2 %": _labelled([0.3] * 6 + [0.02] * 2),
    "labels, all rare": _labelled([0.02] * 5, 900),
}
BALANCED: dict[str, Any] = {
    "halves": _shared([0.5, 0.5]),
    "60 to 40": _shared([0.6, 0.4]),
    "70 to 30": _shared([0.7, 0.3]),
    "a quarter": _shared([0.75, 0.25]),
    "thirds": _shared([1, 1, 1]),
    "half, quarter, quarter": _shared([2, 1, 1]),
    "50, 30 and 20": _shared([5, 3, 2]),
    "four alike": _shared([1] * 4),
    "ten alike": _shared([1] * 10),
    "ten alike, 200 rows": _shared([1] * 10, 200),
    "twenty alike, 200 rows": _shared([1] * 20, 200),
    "forty alike, 400 rows": _shared([1] * 40, 400),
    "a hundred alike": _shared([1] * 100, 3_000),
    "ten, one half as common": _shared([1] * 9 + [0.6], 1_500),
    "halves of 40": _shared([0.5, 0.5], 40),
    "five uneven": _shared([5, 4, 3, 2, 2]),
    "labels of thirds": _labelled([0.3, 0.35, 0.4]),
    "labels of a fifth": _labelled([0.2] * 5),
    "labels of a tenth": _labelled([0.12] * 6, 1_000),
    "labels, one of four fifths": _labelled([0.5, 0.8]),
}


def _nearly(values: np.ndarray, others: int, value: Any) -> np.ndarray:
    values[2 : 2 + 7 * others : 7] = value
    return values


ONE_VALUE: dict[str, Values] = {
    "a zero": lambda g, n: np.zeros(n),
    "a number": lambda g, n: np.full(n, 7.25),
    "a unit": lambda g, n: ["mm"] * n,
    "a truth value": lambda g, n: [True] * n,
    "a date": lambda g, n: ["2024-05-01"] * n,
    "a sentence": lambda g, n: ["measured in the old mill"] * n,
    "a large code": lambda g, n: [30_071] * n,
    "a zero or nothing": lambda g, n: np.where(g.random(n) < 0.3, np.nan, 0.0),
    "a unit or nothing": lambda g, n: np.where(g.random(n) < 0.2, "", "kg"),
    "a number or nothing, mostly nothing": lambda g, n: np.where(
        g.random(n) < 0.9, np.nan, 4.5
    ),
    "a truth value or nothing": lambda g, n: np.where(g.random(n) < 0.5, "", "True"),
    "one row differs": lambda g, n: _nearly(np.ones(n), 1, 0),
    "one row differs by far": lambda g, n: _nearly(np.zeros(n), 1, 350.0),
    "one row has another unit": lambda g, n: _nearly(np.full(n, "kg", "U2"), 1, "lb"),
    "one row of text has a letter more": lambda g, n: _nearly(
        np.full(n, "north", "U6"), 1, "northe"
    ),
    "one truth value": lambda g, n: _nearly(np.full(n, False), 1, True),
    "one row is there, the others miss": lambda g, n: _nearly(
        np.full(n, np.nan), 1, 3.5
    ),
    "one row misses": lambda g, n: _nearly(np.ones(n), 1, np.nan),
    "minus one": lambda g, n: [-1] * n,
    "an empty text or one letter": lambda g, n: np.where(g.random(n) < 0.4, "", "x"),
}
SOME_VALUES: dict[str, Values] = {
    "halves": lambda g, n: g.integers(0, 2, n),
    "a yes in twenty": lambda g, n: 1 * (g.random(n) < 0.05),
    "a yes in thirty": lambda g, n: g.permutation(np.arange(n) % 30 == 0),
    "a unit and another": lambda g, n: g.choice(["kg", "lb"], n, p=[0.9, 0.1]),
    "nearly one number": lambda g, n: g.normal(5, 1e-6, n),
    "mostly missing": lambda g, n: np.where(
        g.random(n) < 0.9, np.nan, g.normal(size=n)
    ),
    "seldom a count": lambda g, n: g.poisson(0.05, n),
    "few dates": lambda g, n: g.choice(["2024-05-01", "2024-05-02"], n),
    "numbers": lambda g, n: g.normal(size=n),
    "mostly zeros": lambda g, n: (g.random(n) < 0.05) * g.uniform(1, 2, n),
    "three towns": lambda g, n: g.choice(["ulm", "bern", "graz"], n),
    "first half and second": lambda g, n: np.arange(n) >= n // 2,
    "a step near the end": lambda g, n: np.arange(n) >= n - n // 20,
    "two values, and gaps": lambda g, n: np.where(
        g.random(n) < 0.3, np.nan, g.integers(0, 2, n)
    ),
    "plus or minus 1": lambda g, n: g.choice([-1, 1], n),
    "truth values": lambda g, n: g.random(n) < 0.2,
    "points 1 to 5": lambda g, n: g.integers(1, 6, n),
    "sizes in letters": lambda g, n: g.choice(list("SML"), n, p=[0.9, 0.05, 0.05]),
}


def _telling(rng: Rng, rows: int, others: int) -> pd.DataFrame:
    """A rare yes that all rows of one class have."""
    table = plain(rng, rows).assign(flag=0)
    wanted = rng.permutation(np.flatnonzero(table["y"] == "yes"))[:others]
    table.loc[wanted, "flag"] = 1
    return table


def _distinct(rng: Rng, low: int, high: int, rows: int) -> np.ndarray:
    return rng.permutation(low + rng.choice(high - low, rows, replace=False))


def _once_twice(values: Any, rng: Rng) -> list[Any]:
    made = list(values)
    made[int(rng.integers(0, 9))] = made[20]
    return made


def _hex(rng: Rng, rows: int, letters: int = 12) -> list[str]:
    return [rng.bytes(letters).hex()[:letters] + "f" for _ in range(rows)]


NAMES_OF_ROWS: dict[str, Values] = {
    "from 1": lambda g, n: np.arange(1, n + 1),
    "from 1, shuffled": lambda g, n: g.permutation(np.arange(1, n + 1)),
    "from 5,000, some left out": lambda g, n: (
        np.sort(_distinct(g, 0, n + n // 20, n)) + 5_000
    ),
    "with gaps, in order": lambda g, n: np.sort(_distinct(g, 1, 12 * n, n)),
    "with gaps, shuffled": lambda g, n: _distinct(g, 1, 12 * n, n),
    "six digits": lambda g, n: _distinct(g, 100_000, 1_000_000, n),
    "nine digits": lambda g, n: _distinct(g, 100_000_000, 1_000_000_000, n),
    "floats 1.0 to n": lambda g, n: np.arange(1.0, n + 1),
    "floats, with a gap": lambda g, n: np.where(
        np.arange(n) == 30, np.nan, np.arange(1.0, n + 1)
    ),
    "patient 17": lambda g, n: [f"patient {i}" for i in g.permutation(n)],
    "No. 17": lambda g, n: [f"No. {i}" for i in range(1, n + 1)],
    "A-00017": lambda g, n: [f"A-{i:05}" for i in _distinct(g, 0, 90_000, n)],
    "sample 3 / plate 8": lambda g, n: [
        f"sample {i} / plate {i % 9}" for i in range(n)
    ],
    "hexadecimal keys": lambda g, n: _hex(g, n),
    "numbers, one twice": lambda g, n: _once_twice(_distinct(g, 10_000, 99_999, n), g),
    "keys, one twice": lambda g, n: _once_twice(_hex(g, n), g),
    "keys, some missing": lambda g, n: [
        None if i % 60 == 7 else k for i, k in enumerate(_hex(g, n))
    ],
    "file names": lambda g, n: [f"img/{i:06}.png" for i in _distinct(g, 0, 9**6, n)],
    "mail addresses": lambda g, n: [f"{k}@example.org" for k in _hex(g, n, 6)],
    "tickets with a blank": lambda g, n: [
        f"PC {i}" for i in _distinct(g, 10_000, 99_999, n)
    ],
}


def _days(rng: Rng, rows: int) -> list[str]:
    days = pd.date_range("2021-01-01", periods=rows * 2, freq="D")
    return [str(d.date()) for d in days[rng.permutation(rows * 2)[:rows]]]


MEASURES: dict[str, Values] = {
    "normal": lambda g, n: g.normal(size=n),
    "normal, rounded": lambda g, n: g.normal(50, 20, n).round(2),
    "incomes": lambda g, n: g.lognormal(10.5, 0.5, n).round(),
    "populations": lambda g, n: g.lognormal(9, 1.5, n).round(),
    "weights in grams": lambda g, n: g.normal(70_000, 9_000, n).round(),
    "days": _days,
    "days, in order": lambda g, n: sorted(_days(g, n)),
    "days of another form": lambda g, n: [
        "/".join(d.split("-")[::-1]) for d in _days(g, n)
    ],
    "times": lambda g, n: [f"{d} {i % 24:02}:15" for i, d in enumerate(_days(g, n))],
    "lengths with their unit": lambda g, n: [f"{v:.2f} mm" for v in g.normal(40, 9, n)],
    "lengths in words": lambda g, n: [f"length {v:.3f} mm" for v in g.normal(40, 9, n)],
    "names of towns": lambda g, n: g.choice([f"town{i}" for i in range(30)], n),
    "persons of five rows": lambda g, n: [f"p{i // 5}" for i in range(n)],
    "numbers of five rows": lambda g, n: g.permutation(np.arange(n) // 5),
    "counts": lambda g, n: g.poisson(100, n),
    "sentences": lambda g, n: [
        f"it {a} and then {b} over the {c} hill of {i}"
        for i, (a, b, c) in enumerate(
            g.choice(["rained", "shone", "blew", "old"], (n, 3))
        )
    ],
    "shares": lambda g, n: g.random(n).round(6),
    "prices with cents": lambda g, n: g.lognormal(4, 1, n).round(2),
    "steps a day": lambda g, n: g.gamma(4, 2_000, n).round(),
    "ages": lambda g, n: g.integers(18, 90, n),
    "heights": lambda g, n: g.normal(1_700, 90, n).round(),
}


def _ranked(rng: Rng, rows: int, spread: float) -> pd.DataFrame:
    """A rank that bears on the target."""
    table = plain(rng, rows)
    noise = rng.normal(0, spread, rows)
    score = (table["y"] == "yes") + noise
    return table.assign(rank=score.rank(ascending=False).astype(int))


CASES: list[RuleCase] = [
    *cases("D301", with_column, FAR_COLUMNS, NEAR_COLUMNS),
    *cases("D302", with_target, FAR_TARGETS, NEAR_TARGETS),
    *cases(
        "D310",
        lambda made: made if made.__name__ == "draw" else with_frame(made),
        IMBALANCED,
        BALANCED,
    ),
    *cases("D313", with_column, ONE_VALUE, SOME_VALUES),
    *cases(
        "D313",
        with_frame,
        {},
        {
            "a rare yes of one class, 600 rows": lambda g: _telling(g, 600, 12),
            "a rare yes of one class, 2,000 rows": lambda g: _telling(g, 2_000, 10),
        },
    ),
    *cases("D314", with_column, NAMES_OF_ROWS, MEASURES),
    *cases(
        "D314",
        with_frame,
        {},
        {
            "a rank among 300": lambda g: _ranked(g, 300, 0.5),
            "a rank among 150, loose": lambda g: _ranked(g, 150, 1.0),
        },
    ),
]
