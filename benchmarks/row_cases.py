"""Tables with gaps, with copies or with moved targets, and tables that look alike.

For `benchmarks.data_rules`. Each kind is drawn anew from a generator.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from learnable import Dataset
from learnable.benchmarks.data_rules import REFUSED, RuleCase, Rng, stored, written
from learnable.benchmarks.shapes import autoregression, coins, table
from learnable.data.dataset import take

GAPS = ("D303", "D317", REFUSED)


def people(rng: Rng, n: int = 300) -> pd.DataFrame:
    """Sound columns of several kinds, with a target of two classes."""
    height = rng.normal(170, 10, n)
    return pd.DataFrame(
        {
            "height": height.round(1),
            "weight": (height - 100 + rng.normal(0, 9, n)).round(1),
            "age": rng.integers(18, 80, n),
            "town": rng.choice(["Bonn", "Kiel", "Trier"], n),
            "ill": np.where(rng.random(n) < 0.4, "yes", "no"),
        }
    )


def column(values: Callable[[Rng, int], Any], n: int = 300, target: str = "ill"):  # noqa: ANN201
    """A sound table with one more column, read from a file."""
    return lambda rng: written(people(rng, n).assign(extra=values(rng, n)), target)


def mixed(
    values: Callable[[Rng, int], Any], mark: object, share: float, n: int = 300
) -> Callable[[Rng], Dataset]:
    """One more column in which a mark stands in a share of the rows."""

    def cells(rng: Rng, rows: int) -> Any:
        found = pd.Series(values(rng, rows)).astype(object)
        found[rng.choice(rows, max(3, round(share * rows)), replace=False)] = mark
        return found.to_numpy()

    return column(cells, n)


def uniform(low: float, high: float, digits: int = 1) -> Callable[[Rng, int], Any]:
    return lambda rng, n: rng.uniform(low, high, n).round(digits)


def whole(low: int, high: int) -> Callable[[Rng, int], Any]:
    return lambda rng, n: rng.integers(low, high, n)


def lognormal(scale: float, digits: int = 2) -> Callable[[Rng, int], Any]:
    return lambda rng, n: (scale * rng.lognormal(0, 0.6, n)).round(digits)


def days(rng: Rng, n: int) -> np.ndarray:
    start = np.datetime64("2021-01-01")
    return np.array([str(start + int(d)) for d in rng.integers(0, 900, n)])


def two_marks(rng: Rng) -> Dataset:
    """Refused and not known, each with a number of its own."""
    frame = people(rng)
    income = frame["age"] * 40.0
    rows = rng.permutation(len(frame))
    income[rows[:12]], income[rows[12:30]] = -98, -99
    return written(frame.assign(income=income), "ill")


def marked_target(rng: Rng) -> Dataset:
    frame = people(rng).drop(columns="ill")
    frame.loc[rng.choice(len(frame), 12, replace=False), "weight"] = -999
    return written(frame, "weight")


def all_marked(rng: Rng) -> Dataset:
    """A station that writes one mark into all of its columns."""
    frame = people(rng)
    rows = rng.choice(len(frame), 15, replace=False)
    frame["wind"], frame["rain"] = rng.gamma(2, 3, 300), rng.gamma(1, 5, 300)
    frame.loc[rows, ["wind", "rain"]] = -9999
    return written(frame, "ill")


def stored_gaps(name: str) -> Callable[[Rng], Dataset]:
    """A stored table whose gaps are marked, half of its rows."""
    return lambda rng: half(stored(name), rng)


def half(dataset: Dataset, rng: Rng) -> Dataset:
    """Half of the rows, in their order."""
    rows = np.sort(rng.choice(len(dataset), len(dataset) // 2, replace=False))
    return replace(dataset, x=take(dataset.x, rows), y=dataset.y[rows])


FAULTY_GAPS: dict[str, Callable[[Rng], Dataset]] = {
    "empty cells": mixed(uniform(0, 9), "", 0.05),
    "question marks": mixed(uniform(0, 9), "?", 0.05),
    "n/a among whole numbers": mixed(whole(0, 50), "n/a", 0.03),
    "the word unknown among numbers": mixed(lognormal(30), "unknown", 0.1),
    "most of a column empty": mixed(uniform(0, 9), "", 0.7),
    "-999 among measures": mixed(uniform(5, 30), -999, 0.05),
    "9999 among ages": mixed(whole(18, 80), 9999, 0.02),
    "0 for a blood pressure": mixed(whole(50, 110), 0, 0.05),
    "0 for a body mass": mixed(lambda r, n: r.normal(30, 4, n).round(1), 0, 0.02),
    "-200 among temperatures": mixed(uniform(-20, 40), -200, 0.04),
    "-1 among amounts": mixed(lognormal(50), -1, 0.05),
    "888 among blood values": mixed(uniform(3, 30), 888, 0.03),
    "99 among 0 to 6 children": mixed(whole(0, 7), 99, 0.05),
    "-9 on a scale from 1 to 5": mixed(whole(1, 6), -9, 0.04),
    "1e20 as a grid is filled": mixed(uniform(250, 310, 3), 1e20, 0.1),
    "9999.9 among pressures": mixed(uniform(980, 1030), 9999.9, 0.03),
    "-999 among amounts with a long tail": mixed(lognormal(400), -999, 0.03),
    "a day of 1900 among days": mixed(days, "1900-01-01", 0.05),
    "-99 in 60 rows": mixed(uniform(0, 9), -99, 0.07, 60),
    "two marks in one column": two_marks,
    "-999 in the target": marked_target,
    "-9999 in two columns": all_marked,
}


def countries(rng: Rng) -> Dataset:
    names = rng.choice(["DE", "FR", "NA", "ZA", "KE"], 300)
    return written(people(rng).assign(country=names), "ill")


def amounts(rng: Rng) -> Any:
    return np.where(rng.random(300) < 0.5, 0, rng.lognormal(2, 1, 300).round(1))


SOUND_GAPS: dict[str, Callable[[Rng], Dataset]] = {
    "people": lambda r: written(people(r), "ill"),
    "normal numbers": column(lambda r, n: r.normal(size=n)),
    "heavy tails": column(lambda r, n: r.standard_cauchy(n).round(2)),
    "a sensor's upper limit": column(lambda r, n: r.normal(80, 20, n).clip(0, 100)),
    "a sensor's lower limit": column(lambda r, n: r.normal(1, 2, n).clip(0, None)),
    "counts, mostly 0": column(lambda r, n: r.poisson(0.5, n)),
    "counts up to thousands": column(lambda r, n: r.pareto(1, n).astype(int)),
    "rain, half of the days 0": column(lambda r, n: amounts(r)),
    "-1, 0 and 1": column(lambda r, n: r.integers(-1, 2, n)),
    "incomes capped from above": column(
        lambda r, n: (40_000 * r.lognormal(0, 0.6, n)).clip(None, 99_999).round()
    ),
    "doses, each ten times the last": column(
        lambda r, n: r.choice([0, 1, 10, 100, 1000], n)
    ),
    "prices that end in 9": column(lambda r, n: 10 * r.integers(5, 100, n) + 9),
    "years": column(lambda r, n: r.integers(1950, 2025, n)),
    "scores from -9 to 9": column(lambda r, n: r.integers(-9, 10, n)),
    "changes in percent, some -99": column(
        lambda r, n: r.normal(-40, 40, n).clip(-99, None).round()
    ),
    "two far groups of values": column(
        lambda r, n: np.where(r.random(n) < 0.2, 900, 10) + r.normal(0, 2, n)
    ),
    "one outlier of 9999": column(
        lambda r, n: np.r_[9999, r.uniform(0, 50, n - 1)].round(1)
    ),
    "country codes, NA among them": countries,
    "iris": lambda r: half(stored("iris"), r),
    "wine": lambda r: half(stored("wine"), r),
    "banknotes": lambda r: half(stored("banknote_authentication"), r),
    "letters": lambda r: half(stored("letter", 1_000), r),
}


def cases(
    rule: str, drawn: dict[str, Any], *, is_faulty: bool, **more: Any
) -> list[RuleCase]:
    """Cases of one rule."""
    return [RuleCase(rule, name, d, is_faulty, **more) for name, d in drawn.items()]


CASES: tuple[RuleCase, ...] = (
    *cases("D303", FAULTY_GAPS, is_faulty=True, codes=GAPS),
    *cases("D303", SOUND_GAPS, is_faulty=False, codes=GAPS),
)
