"""Tables with gaps, with copies or with moved targets, and tables that look alike.

For `benchmarks.data_rules`. Each kind is drawn anew from a generator.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from learnable import Dataset
from learnable.benchmarks.data_rules import REFUSED, Rng, RuleCase, stored, written
from learnable.benchmarks.shapes import Draw, autoregression, coins, table
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


def column(
    values: Callable[[Rng, int], Any], n: int = 300, target: str = "ill"
) -> Draw:
    """A sound table with one more column, read from a file."""
    return lambda rng: written(people(rng, n).assign(extra=values(rng, n)), target)


def mixed(
    values: Callable[[Rng, int], Any], mark: object, share: float, n: int = 300
) -> Draw:
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


def stored_gaps(name: str) -> Draw:
    """A stored table whose gaps are marked, half of its rows."""
    return lambda rng: half(stored(name), rng)


def half(dataset: Dataset, rng: Rng) -> Dataset:
    """Half of the rows, in their order."""
    rows = np.sort(rng.choice(len(dataset), len(dataset) // 2, replace=False))
    return replace(dataset, x=take(dataset.x, rows), y=dataset.y[rows])


FAULTY_GAPS: dict[str, Draw] = {
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


SOUND_GAPS: dict[str, Draw] = {
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


Frame = Callable[[Rng, int], pd.DataFrame]


def numbers(rng: Rng, n: int) -> pd.DataFrame:
    """Normal columns."""
    return pd.DataFrame(rng.normal(size=(n, 5)), columns=list("abcde"))


def integers(rng: Rng, n: int) -> pd.DataFrame:
    """Four columns of up to 1,000 values."""
    return pd.DataFrame(rng.integers(0, 1_000, (n, 4)), columns=list("abcd"))


def bits(rng: Rng, n: int) -> pd.DataFrame:
    """Thirty columns of two values."""
    return pd.DataFrame(rng.integers(0, 2, (n, 30))).rename(columns=str)


def gaps(rng: Rng, n: int) -> pd.DataFrame:
    """Normal columns with empty cells."""
    return numbers(rng, n).mask(rng.random((n, 5)) < 0.2)


def names(rng: Rng, n: int) -> pd.DataFrame:
    """Names of many, and a town."""
    many = [f"name {k}" for k in rng.integers(0, 20_000, n)]
    return pd.DataFrame({"name": many, "town": rng.choice(["Bonn", "Kiel"], n)})


def copied(
    frame: Frame,
    share: float,
    *,
    change: Callable[[Rng, pd.DataFrame, int], pd.DataFrame] | None = None,
    n: int = 300,
) -> Draw:
    """A share of the rows stands twice, targets and all; then all are shuffled.

    ``change`` takes the rows, those that are copied last, and their number.
    """

    def draw(rng: Rng) -> Dataset:
        x, y, more = frame(rng, n), coins(rng, n), round(share * n)
        again = rng.choice(n, more, replace=False)
        both = pd.concat([x, x.iloc[again]], ignore_index=True)
        both = both if change is None else change(rng, both, more)
        order = rng.permutation(len(both))
        both, y = both.iloc[order], np.r_[y, y[again]][order]
        return table(both.reset_index(drop=True), y)

    return draw


def last(change: Callable[[Rng, np.ndarray], np.ndarray]) -> Any:
    """Changes the numbers of the copies alone."""

    def changed(rng: Rng, x: pd.DataFrame, more: int) -> pd.DataFrame:
        values = x.to_numpy(dtype="float64", copy=True)
        values[-more:] = change(rng, values[-more:])
        return pd.DataFrame(values, columns=x.columns)

    return changed


def with_number(rng: Rng, x: pd.DataFrame, more: int) -> pd.DataFrame:
    return x.assign(id=rng.permutation(len(x)))


def with_stamp(rng: Rng, x: pd.DataFrame, more: int) -> pd.DataFrame:
    return x.assign(seconds=rng.uniform(0, 1e5, len(x)))


def with_day(rng: Rng, x: pd.DataFrame, more: int) -> pd.DataFrame:
    hours = pd.to_timedelta(rng.integers(0, 90_000, len(x)), unit="min")
    return x.assign(entered=pd.Timestamp("2024-01-01") + hours)


def with_both(rng: Rng, x: pd.DataFrame, more: int) -> pd.DataFrame:
    return with_day(rng, with_number(rng, x, more), more)


def oversampled(rng: Rng) -> Dataset:
    """The rare class is repeated until both are as large."""
    x, y = rng.normal(size=(300, 4)), (rng.random(300) < 0.15).astype("int64")
    rows = np.r_[np.arange(300), rng.choice(np.flatnonzero(y == 1), 210)]
    order = rng.permutation(rows)
    return table(x[order], y[order])


def stuck(rng: Rng) -> Dataset:
    """A device sends its last row again and again."""
    x, y = rng.normal(size=(300, 4)), rng.normal(size=300)
    x[200:240] = x[200]
    return table(x, y)


def other_target(rng: Rng) -> Dataset:
    """Cases that were measured twice: equal features, targets with noise."""
    x = rng.normal(size=(240, 4))
    rows = rng.permutation(np.r_[np.arange(240), np.arange(60)])
    return table(x[rows], x[rows, 0] + 0.3 * rng.normal(size=300))


def pictures(rng: Rng) -> Dataset:
    images = rng.random((200, 6, 6, 1)).astype("float32")
    rows = rng.permutation(np.r_[np.arange(200), np.arange(40)])
    data = table(np.zeros((240, 1)), coins(rng, 200)[rows])
    return replace(data, x=images[rows])


def copied_wine(rng: Rng) -> Dataset:
    data = stored("wine")
    count = len(data)
    again = rng.permutation(np.r_[np.arange(count), rng.choice(count, 30)])
    frame: Any = data.x
    numbered = frame.iloc[again].reset_index(drop=True)
    numbered.insert(0, "row", np.arange(len(again)))
    return replace(data, x=numbered, y=data.y[again])


FAULTY_COPIES: dict[str, Draw] = {
    "a fifth, exact": copied(numbers, 0.2),
    "a tenth, exact": copied(numbers, 0.1),
    "all rows twice": copied(numbers, 1.0),
    "a fifth, whole numbers": copied(integers, 0.2),
    "a fifth, 30 columns of two values": copied(bits, 0.2),
    "a fifth, with gaps": copied(gaps, 0.2),
    "a fifth, names": copied(names, 0.2),
    "a fifth, people of mixed columns": copied(
        lambda r, n: people(r, n).drop(columns="ill"), 0.2
    ),
    "a rare class repeated": oversampled,
    "one row 40 times": stuck,
    "equal features, other targets": other_target,
    "images": pictures,
    "a fifth, but a row number": copied(numbers, 0.2, change=with_number),
    "a fifth, but seconds": copied(numbers, 0.2, change=with_stamp),
    "a fifth, but a time": copied(numbers, 0.2, change=with_day),
    "a fifth, but a number and a time": copied(numbers, 0.2, change=with_both),
    "a fifth of whole numbers, but seconds": copied(integers, 0.2, change=with_stamp),
    "a fifth, jitter of 1e-6": copied(
        numbers, 0.2, change=last(lambda r, x: x + 1e-6 * r.normal(size=x.shape))
    ),
    "a fifth, through float32": copied(
        numbers, 0.2, change=last(lambda r, x: x.astype("float32"))
    ),
    "a fifth, rounded to 3 digits": copied(
        numbers, 0.2, change=last(lambda r, x: x.round(3))
    ),
    "a tenth, other by 1e-5 of each number": copied(
        numbers, 0.1, change=last(lambda r, x: x * (1 + 1e-5 * r.normal(size=x.shape)))
    ),
    "wine, 30 rows again, numbered": copied_wine,
}


def frame_of(draw: Callable[[Rng, int], Any], n: int = 300) -> Draw:
    """Features of this kind, and a target that depends on the first a little."""

    def drawn(rng: Rng) -> Dataset:
        x = draw(rng, n)
        x = x if isinstance(x, pd.DataFrame) else pd.DataFrame(x).rename(columns=str)
        first = pd.factorize(x.iloc[:, 0], sort=True)[0]
        chance = 0.3 + 0.4 * (first > np.median(first))
        return table(x, (rng.random(n) < chance).astype("int64"))

    return drawn


def symptoms(rng: Rng, n: int) -> np.ndarray:
    """Ten columns of two values with one cause, so that equal rows are common."""
    cause = rng.normal(size=(n, 1))
    return (cause + 0.7 * rng.normal(size=(n, 10)) > 0).astype(int)


def orders(rng: Rng, n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "size": rng.choice(["S", "M", "L"], n, p=[0.2, 0.5, 0.3]),
            "colour": rng.choice(["red", "blue", "black", "white"], n),
            "cloth": rng.choice(["wool", "cotton", "linen"], n, p=[0.1, 0.8, 0.1]),
            "pieces": 1 + rng.poisson(0.4, n),
        }
    )


def weather(rng: Rng, n: int) -> pd.DataFrame:
    hour = rng.integers(0, 24, n)
    degrees = 15 + 8 * np.sin((hour - 9) / 24 * 6.28) + 2 * rng.normal(size=n)
    return pd.DataFrame(
        {"hour": hour, "degrees": degrees.round(), "holiday": rng.random(n) < 0.03}
    )


def visits(rng: Rng, n: int) -> pd.DataFrame:
    age = rng.integers(20, 60, n)
    return pd.DataFrame(
        {"age": age, "sex": rng.integers(0, 2, n), "visits": rng.poisson(1, n)}
    )


def numbered_orders(rng: Rng, n: int) -> pd.DataFrame:
    return orders(rng, n).assign(id=np.arange(n), seconds=rng.uniform(0, 1e5, n))


def in_groups(rng: Rng) -> Dataset:
    """Each case five times, and the user said so."""
    group = np.repeat(np.arange(60), 5)
    return table(rng.normal(size=(60, 4))[group], coins(rng, 60)[group], group)


SOUND_COPIES: dict[str, Draw] = {
    "normal columns": frame_of(numbers),
    "whole numbers up to 1,000": frame_of(integers),
    "a grid of 5 x 5 x 5": frame_of(lambda r, n: r.integers(0, 5, (n, 3))),
    "8 columns of two values": frame_of(lambda r, n: r.integers(0, 2, (n, 8))),
    "2 columns with one digit": frame_of(lambda r, n: r.normal(size=(n, 2)).round(1)),
    "10 sparse counts": frame_of(lambda r, n: r.poisson(0.15, (n, 10))),
    "6 skewed categories": frame_of(
        lambda r, n: r.choice(list("abcd"), (n, 6), p=[0.8, 0.1, 0.05, 0.05])
    ),
    "40 words, most of them nowhere": frame_of(
        lambda r, n: (r.random((n, 40)) < 0.03).astype(int)
    ),
    "baskets, mostly empty": frame_of(
        lambda r, n: r.poisson(3, (n, 5)) * (r.random((n, 5)) < 0.1)
    ),
    "10 symptoms of one cause": frame_of(symptoms),
    "orders": frame_of(orders),
    "numbered orders with their seconds": frame_of(numbered_orders),
    "hours and degrees": frame_of(weather, 1_000),
    "age, sex and visits": frame_of(visits),
    "one category of 40": frame_of(
        lambda r, n: pd.DataFrame({"kind": [f"k{k}" for k in r.integers(0, 40, n)]})
    ),
    "copies within groups that are known": in_groups,
    "house votes": lambda r: half(stored("house_votes"), r),
    "haberman": lambda r: half(stored("haberman"), r),
    "spect": lambda r: half(stored("spect"), r),
    "breast cancer, categories": lambda r: half(stored("breast_cancer_ljubljana"), r),
    "German credit": lambda r: half(stored("german_credit"), r),
    "abalone": lambda r: half(stored("abalone", 1_000), r),
}


def related(n: int, noise: float = 0.5, d: int = 4) -> Callable[[Rng], Any]:
    """Normal columns, and a target of numbers that three of them explain."""

    def draw(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(n, d))
        return x, x @ np.r_[1, -1, 0.5, np.zeros(d - 3)] + noise * rng.normal(size=n)

    return draw


def squares(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    x = rng.normal(size=(400, 3))
    return x, x[:, 0] ** 2 + x[:, 1] + 0.3 * rng.normal(size=400)


def kinds(rng: Rng) -> tuple[pd.DataFrame, np.ndarray]:
    x = pd.DataFrame(rng.choice(list("abcde"), (500, 3))).rename(columns=str)
    worth = dict(zip("abcde", [0, 1, 2, 4, 7], strict=True))
    return x, x["0"].map(worth).to_numpy() + rng.normal(size=500)


def five_classes(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    y = rng.integers(0, 5, 500)
    return rng.normal(size=(5, 4))[y] + 0.6 * rng.normal(size=(500, 4)), y


def two_classes(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    x = rng.normal(size=(400, 4))
    return x, (x[:, 0] + x[:, 1] + 0.5 * rng.normal(size=400) > 0).astype("int64")


def from_store(name: str, limit: int = 600) -> Callable[[Rng], Any]:
    """Rows of a stored table, shuffled."""

    def draw(rng: Rng) -> tuple[Any, np.ndarray]:
        data = stored(name)
        rows = rng.permutation(len(data))[:limit]
        x: Any = take(data.x, rows)
        return x.reset_index(drop=True), data.y[rows]

    return draw


def moved(drawn: Callable[[Rng], Any], rows: int) -> Draw:
    """Each row has the target that stood so many rows above it."""

    def draw(rng: Rng) -> Dataset:
        x, y = drawn(rng)
        return table(x, np.roll(y, rows))

    return draw


def lost(drawn: Callable[[Rng], Any], *places: float) -> Draw:
    """At these places of the file a target was lost; the last rows have none."""

    def draw(rng: Rng) -> Dataset:
        x, y = drawn(rng)
        y = np.delete(y, [int(place * len(y)) for place in places])
        return table(take(x, np.arange(len(y))), y)

    return draw


def inserted(drawn: Callable[[Rng], Any], place: float) -> Draw:
    """A target stands twice, and those below it one row too low."""

    def draw(rng: Rng) -> Dataset:
        x, y = drawn(rng)
        row = int(place * len(y))
        return table(x, np.r_[y[:row], y[row - 1], y[row:-1]])

    return draw


FAULTY_ORDER: dict[str, Draw] = {
    "one row down": moved(related(400), 1),
    "one row up": moved(related(400), -1),
    "three rows, two classes": moved(two_classes, 3),
    "20 rows": moved(related(400), 20),
    "one row, weak relation": moved(related(400, 3.0), 1),
    "one row, 200 rows": moved(related(200), 1),
    "one row, squares": moved(squares, 1),
    "two rows, categories": moved(kinds, 2),
    "one row, five classes": moved(five_classes, 1),
    "two rows, breast cancer": moved(from_store("breast_cancer_wisconsin"), 2),
    "one row, abalone": moved(from_store("abalone"), 1),
    "one row, wheat seeds": moved(from_store("wheat_seeds"), 1),
    "a row lost at a tenth": lost(related(400), 0.1),
    "a row lost at a third": lost(related(600), 0.33),
    "a row lost at half": lost(two_classes, 0.5),
    "a row lost at two thirds": lost(related(600), 0.67),
    "a row lost at 80 % of 1,000": lost(related(1_000), 0.8),
    "a row lost at 80 % of 1,000, five kinds": lost(
        lambda r: tuple(np.tile(part.T, 2).T for part in five_classes(r)), 0.8
    ),
    "a row lost at 80 % of 3,000": lost(related(3_000), 0.8),
    "two rows lost": lost(related(800), 0.2, 0.6),
    "a target twice at a quarter": inserted(related(400), 0.25),
    "a target twice at 80 % of 800, two classes": inserted(
        lambda r: tuple(np.tile(part.T, 2).T for part in two_classes(r)), 0.8
    ),
}


def in_time(rng: Rng) -> Dataset:
    """Features that follow themselves, and a target that follows one of them."""
    x = autoregression(rng, rng.normal(size=(400, 3)), 0.7)
    return table(x, x[:, 0] + 0.7 * rng.normal(size=400))


def walks(rng: Rng) -> Dataset:
    both = rng.normal(size=(400, 4)).cumsum(axis=0)
    return table(both[:, :3], both[:, 3])


def windows(rng: Rng) -> Dataset:
    y = autoregression(rng, rng.normal(size=(420, 1)), 0.8)[:, 0]
    x = np.stack([y[k : k + 400] for k in range(5)], axis=1)
    return table(x, y[5:405])


def pairs(rng: Rng) -> Dataset:
    """Two rows of each of 200 persons, one below the other."""
    person = np.repeat(np.arange(200), 2)
    x = rng.normal(size=(200, 3))[person] + 0.3 * rng.normal(size=(400, 3))
    return table(x, x[:, 0] + rng.normal(size=200)[person])


def by_value(rng: Rng) -> Dataset:
    x, y = related(400)(rng)
    order = np.argsort(y)
    return table(x[order], y[order])


def year(rng: Rng) -> Dataset:
    t = np.arange(400) / 50 * 2 * np.pi
    x = np.c_[np.sin(t), np.cos(t)] + 0.5 * rng.normal(size=(400, 2))
    return table(x, np.sin(t - 0.5) + 0.5 * rng.normal(size=400))


def sites(rng: Rng) -> Dataset:
    site = np.repeat(np.arange(8), 50)
    x = rng.normal(size=(8, 4))[site] + rng.normal(size=(400, 4))
    return table(x, rng.normal(size=8)[site] + rng.normal(size=400))


def in_place(drawn: Callable[[Rng], Any]) -> Draw:
    return moved(drawn, 0)


SOUND_ORDER: dict[str, Draw] = {
    "linear": in_place(related(400)),
    "weak": in_place(related(400, 4.0)),
    "squares": in_place(squares),
    "categories": in_place(kinds),
    "two classes": in_place(two_classes),
    "five classes": in_place(five_classes),
    "1,000 rows": in_place(related(1_000)),
    "targets without reason": lambda r: table(
        r.normal(size=(400, 4)), r.normal(size=400)
    ),
    "classes without reason": lambda r: table(r.normal(size=(400, 4)), coins(r, 400)),
    "heavy tails": lambda r: table(r.standard_cauchy((300, 4)), r.standard_cauchy(300)),
    "features in time": in_time,
    "random walks": walks,
    "windows of a series": windows,
    "two rows of each person": pairs,
    "sorted by the target": by_value,
    "a year's course": year,
    "eight sites one after the other": sites,
    "exclusive or": in_place(
        lambda r: (x := r.normal(size=(400, 2)), (x.prod(axis=1) > 0).astype("int64"))
    ),
    "Boston's houses, in order": lambda r: half(stored("boston_housing"), r),
    "abalone": in_place(from_store("abalone")),
    "pima": lambda r: half(stored("pima_indians_diabetes"), r),
    "vowels, in order": lambda r: half(stored("vowel"), r),
}


def cases(
    rule: str, drawn: dict[str, Any], *, is_faulty: bool, **more: Any
) -> list[RuleCase]:
    """Cases of one rule."""
    return [RuleCase(rule, name, d, is_faulty, **more) for name, d in drawn.items()]


CASES: tuple[RuleCase, ...] = (
    *cases("D303", FAULTY_GAPS, is_faulty=True, codes=GAPS),
    *cases("D303", SOUND_GAPS, is_faulty=False, codes=GAPS),
    *cases("D309", FAULTY_COPIES, is_faulty=True),
    *cases("D309", SOUND_COPIES, is_faulty=False),
    *cases("P707", FAULTY_ORDER, is_faulty=True, fits=True),
    *cases("P707", SOUND_ORDER, is_faulty=False, fits=True),
)
