"""What is said of rows that depend on each other, and of rows that do not.

``python -m benchmarks.dependent_rows [DRAWS] [PART ...]`` draws tables whose rows
depend on each other and whose target has nothing to do with the features (``null``; and
``unseen``, more shapes, added later), in which there is a relation
(``related``), and tables of independent rows without (``level``) and with one
(``power``). It prints what the signal test says, writes
``dependent_rows.json`` and the tables in ``docs/statistics.md``.
"""

import json
import sys
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from learnable import Dataset
from learnable.baselines.signal.signal_test import signal_of
from learnable.benchmarks.shapes import (
    NULLS,
    SIGNALS,
    Draw,
    Rng,
    autoregression,
    coins,
    table,
)
from learnable.benchmarks.tables import HERE, markdown, put_between, save

DRAWS = 100
"""Of each shape."""


def noise(rng: Rng, n: int, share: float, d: int = 1) -> np.ndarray:
    """Columns of an autoregression, from a start that is forgotten."""
    return autoregression(rng, rng.normal(size=(n + 100, d)), share)[100:]


def halves(values: np.ndarray) -> np.ndarray:
    """Two classes: above the median, and below."""
    return (values > np.median(values)).astype("int64")


def in_time(share: float, n: int = 200, d: int = 5, *, classes: bool = False) -> Draw:
    """Features and target that follow themselves, and not each other."""

    def draw(rng: Rng) -> Dataset:
        x, y = noise(rng, n, share, d), noise(rng, n, share)[:, 0]
        return table(x, halves(y) if classes else y)

    return draw


def clusters(count: int, size: int, near: float, *, shuffled: bool, d: int = 5) -> Draw:
    """Groups of like rows with one label each, and nothing that names the group."""

    def draw(rng: Rng) -> Dataset:
        group = np.repeat(np.arange(count), size)
        x = rng.normal(size=(count, d))[group]
        x = x + near * rng.normal(size=x.shape)
        y = coins(rng, count)[group]
        order = rng.permutation(len(y)) if shuffled else np.arange(len(y))
        return table(x[order], y[order])

    return draw


def stamped(rng: Rng) -> Dataset:
    """Each case twice, but for the time of its recording."""
    x, y = np.repeat(rng.normal(size=(60, 5)), 2, axis=0), np.repeat(coins(rng, 60), 2)
    order = rng.permutation(120)
    return table(np.c_[x[order], rng.uniform(size=120)], y[order])


def partly_copied(rng: Rng) -> Dataset:
    """A fifth of the cases twice, rounded to three digits the second time."""
    x, y = rng.normal(size=(150, 6)), coins(rng, 150)
    order = rng.permutation(180)
    x = np.r_[x, x[:30].round(3)][order]
    return table(x, np.r_[y, y[:30]][order])


def persons(named: bool) -> Draw:
    """Five rows of each of 40 persons, with offsets in features and label, shuffled."""

    def draw(rng: Rng) -> Dataset:
        person = rng.permutation(np.repeat(np.arange(40), 5))
        x = 2 * rng.normal(size=(40, 4))[person] + rng.normal(size=(200, 4))
        y = (1.5 * rng.normal(size=40)[person] + rng.normal(size=200) > 0).astype(int)
        frame = pd.DataFrame(x).rename(columns=str)
        if named:
            frame["person"] = [f"p{p}" for p in rng.permutation(900)[person]]
        return table(frame, y)

    return draw


def one_case_each(rng: Rng) -> Dataset:
    """Persons stored one after the other, with offsets in features and target."""
    person = np.repeat(np.arange(30), rng.integers(3, 12, 30))
    x = rng.normal(size=(30, 4))[person] + 0.7 * rng.normal(size=(len(person), 4))
    return table(x, rng.normal(size=30)[person] + rng.normal(size=len(person)))


def seasons(rng: Rng) -> Dataset:
    """A year's course in features and in target, each with its own phase."""
    t = np.arange(240) / 24 * 2 * np.pi
    x = np.sin(t[:, None] + rng.uniform(0, 6.3, 3)) + rng.normal(size=(240, 3))
    return table(x, np.sin(t + rng.uniform(0, 6.3)) + rng.normal(size=240))


def batches(rng: Rng) -> Dataset:
    """Ten batches one after the other, each with its own offsets."""
    batch = np.repeat(np.arange(10), 20)
    x = rng.normal(size=(10, 4))[batch] + rng.normal(size=(200, 4))
    y = (rng.normal(size=10)[batch] + 0.7 * rng.normal(size=200) > 0).astype(int)
    return table(x, y)


def sites(rng: Rng) -> Dataset:
    """Two sites, one after the other, whose features and targets differ."""
    site = np.repeat([0, 1], 100)
    x = 2 * rng.normal(size=(2, 4))[site] + rng.normal(size=(200, 4))
    return table(x, 1.5 * site + rng.normal(size=200))


def drift(rng: Rng) -> Dataset:
    """Features and target that drift, each by its own cause."""
    t = np.linspace(-1, 1, 250)
    x = t[:, None] * rng.uniform(-2, 2, 3) + rng.normal(size=(250, 3))
    return table(x, (t + 0.8 * rng.normal(size=250) > 0).astype("int64"))


def field(rng: Rng, size: int) -> np.ndarray:
    """A smooth random field on a grid, row by row (waves of random direction)."""
    a, b = np.meshgrid(np.arange(size), np.arange(size))
    waves = rng.normal(scale=0.5, size=(40, 2))
    phases = rng.uniform(0, 6.3, 40)
    sums = waves[:, :1] * a.ravel() + waves[:, 1:] * b.ravel() + phases[:, None]
    return np.cos(sums).sum(axis=0) / np.sqrt(20)


def fields(rng: Rng) -> Dataset:
    """Smooth fields over a place as features, another as target."""
    x = np.stack([field(rng, 16) for _ in range(3)], axis=1)
    return table(x, field(rng, 16) + 0.3 * rng.normal(size=256))


DEPENDENT: dict[str, Draw] = {
    "60 cases twice, with jitter .05": clusters(60, 2, 0.05, shuffled=True),
    "60 cases twice, but for a time stamp": stamped,
    "15 groups of 10, shuffled": clusters(15, 10, 0.1, shuffled=True),
    "15 groups of 10, one by one": clusters(15, 10, 0.1, shuffled=False),
    "15 wider groups of 10, shuffled": clusters(15, 10, 0.3, shuffled=True),
    "15 wider groups of 10, one by one": clusters(15, 10, 0.3, shuffled=False),
    "AR(.7), numbers": in_time(0.7),
    "AR(.9), numbers": in_time(0.9),
    "AR(.9), classes": in_time(0.9, classes=True),
    "random walks": in_time(1.0, d=2),
    "random walks, classes": in_time(1.0, classes=True),
    "a fifth copied, rounded": partly_copied,
    "persons with 5 rows, named, shuffled": persons(named=True),
    "persons one after the other": one_case_each,
    "seasons": seasons,
    "batches one after the other": batches,
    "two sites, one after the other": sites,
    "drift": drift,
    "smooth fields, line by line": fields,
}
"""Rows that depend on each other; features and target do not."""


def shuffled(x: np.ndarray, y: np.ndarray, rng: Rng) -> Dataset:
    order = rng.permutation(len(y))
    return table(x[order], y[order])


def unequal(rng: Rng) -> Dataset:
    """Groups of 2 to 24 like rows with one label each."""
    group = np.repeat(np.arange(22), rng.integers(2, 25, 22))
    x = rng.normal(size=(22, 5))[group] + 0.3 * rng.normal(size=(len(group), 5))
    return shuffled(x, coins(rng, 22)[group], rng)


def classes_in_schools(rng: Rng) -> Dataset:
    """Offsets of eight schools, and of the five classes in each."""
    school, kind = np.repeat(np.arange(8), 30), np.repeat(np.arange(40), 6)
    x = rng.normal(size=(8, 4))[school] + 0.7 * rng.normal(size=(40, 4))[kind]
    y = 0.7 * (rng.normal(size=8)[school] + rng.normal(size=40)[kind])
    x, y = x + 0.3 * rng.normal(size=x.shape), y + 0.7 * rng.normal(size=240)
    return shuffled(x, y, rng)


def places(rng: Rng) -> Dataset:
    """Fields over random places, which are not told, as features and target."""
    place = rng.uniform(0, 16, (250, 2))
    waves = rng.normal(scale=0.5, size=(4, 40, 2))
    sums = np.einsum("nk,fwk->nfw", place, waves) + rng.uniform(0, 6.3, (4, 40))
    all_four = np.cos(sums).sum(axis=2) / np.sqrt(20) + 0.3 * rng.normal(size=(250, 4))
    return table(all_four[:, :3], all_four[:, 3])


def repeated(rng: Rng) -> Dataset:
    """Eight visits of each of 30 persons, who drift, shuffled."""
    person, t = np.repeat(np.arange(30), 8), np.tile(np.arange(8), 30)[:, None]
    both = 1.5 * rng.normal(size=(30, 5))[person]
    both = both + 0.2 * t * rng.normal(size=(30, 5))[person]
    both = both + 0.6 * rng.normal(size=(240, 5))
    return shuffled(both[:, :4], both[:, 4], rng)


def panel(rng: Rng) -> Dataset:
    """Twenty years of each of 12 firms, firm by firm."""
    firms = [noise(rng, 20, 0.8, 5) + rng.normal(size=5) for _ in range(12)]
    both = np.concatenate(firms)
    return table(both[:, :4], both[:, 4])


def copied_with_jitter(rng: Rng) -> Dataset:
    """Of 140 cases 42 twice, measured again."""
    x, y = rng.normal(size=(140, 6)), coins(rng, 140)
    again = x[:42] + 0.02 * rng.normal(size=(42, 6))
    return shuffled(np.r_[x, again], np.r_[y, y[:42]], rng)


def wide_in_time(rng: Rng) -> Dataset:
    """A label that stays in 9 of 10 steps, and 60 autoregressive columns."""
    y = np.cumsum(rng.random(300) < 0.1) % 2
    return table(noise(rng, 300, 0.9, 60), y.astype("int64"))


def one_season(rng: Rng) -> Dataset:
    """Features and target with the same period, each with its own phase."""
    t = np.arange(240) / 12 * 2 * np.pi
    both = np.sin(t[:, None] + rng.uniform(0, 6.3, 4)) + rng.normal(size=(240, 4))
    return table(both[:, :3], both[:, 3])


def plates(rng: Rng) -> Dataset:
    """Twelve plates of 24 wells, with small offsets in each of 20 columns, shuffled."""
    plate = np.repeat(np.arange(12), 24)
    x = 0.8 * rng.normal(size=(12, 20))[plate] + rng.normal(size=(288, 20))
    y = rng.normal(size=12)[plate] + 0.5 * rng.normal(size=288)
    return shuffled(x, (y > 0).astype("int64"), rng)


UNSEEN: dict[str, Draw] = {
    "20 wider groups of 10, shuffled": clusters(20, 10, 0.3, shuffled=True),
    "20 groups of 10 that overlap, shuffled": clusters(20, 10, 0.5, shuffled=True),
    "groups of 2 to 24, shuffled": unequal,
    "classes in schools, shuffled": classes_in_schools,
    "fields over random places": places,
    "visits of persons who drift, shuffled": repeated,
    "12 firms, 20 years each": panel,
    "three tenths measured twice": copied_with_jitter,
    "labels that stay, 60 columns in time": wide_in_time,
    "one season": one_season,
    "plates, shuffled": plates,
}
"""More such rows, told by nothing or by their order."""


def follows(x: np.ndarray, rng: Rng) -> Dataset:
    return table(x, x[:, 0] / x[:, 0].std() + rng.normal(size=len(x)))


def by_feature(rng: Rng) -> Dataset:
    data = SIGNALS["linear"](rng)
    order = np.argsort(np.asarray(data.x)[:, 0])
    return table(np.asarray(data.x)[order], data.y[order])


def three_classes(rng: Rng) -> Dataset:
    """Three classes that are groups of like rows themselves, sorted."""
    y = np.repeat([0, 1, 2], 50)
    return table(rng.normal(size=(3, 4))[y] + 0.5 * rng.normal(size=(150, 4)), y)


def by_number(rng: Rng) -> Dataset:
    x = rng.normal(size=(200, 4))
    y = x @ [1, 0.5, 0, 0] + 0.7 * rng.normal(size=200)
    order = np.argsort(y)
    return table(x[order], y[order])


def design(rng: Rng) -> Dataset:
    """All settings of five factors in their order, and a score by three of them."""
    x = np.array(np.meshgrid(*[range(3)] * 5, indexing="ij")).reshape(5, -1).T
    score = x[:, 0] + x[:, 2] - x[:, 4] + 0.5 * rng.normal(size=len(x))
    return table(x.astype("float64"), (score > 1).astype("int64"))


def in_groups(count: int, size: int, *, classes: bool) -> Draw:
    """Groups of like rows whose target follows two columns, and no group."""

    def draw(rng: Rng) -> Dataset:
        x = np.repeat(rng.normal(size=(count, 5)), size, axis=0)
        x = x + 0.3 * rng.normal(size=x.shape)
        y = x[:, 0] + 0.5 * x[:, 1] + 0.7 * rng.normal(size=len(x))
        return shuffled(x, halves(y) if classes else y, rng)

    return draw


def mixture(rng: Rng) -> Dataset:
    """Six kinds of rows, and a class that follows one column."""
    kind = rng.integers(0, 6, 240)
    x = 2 * rng.normal(size=(6, 4))[kind] + 0.6 * rng.normal(size=(240, 4))
    return table(x, (x[:, 0] + 1.5 * rng.normal(size=240) > 0).astype("int64"))


def checkerboard(rng: Rng) -> Dataset:
    x = rng.uniform(0, 4, (400, 2))
    return table(x, (np.floor(x).sum(axis=1) % 2).astype("int64"))


def spirals(rng: Rng) -> Dataset:
    turn, arm = 9 * np.sqrt(rng.uniform(0.05, 1, 300)), rng.integers(0, 2, 300)
    angle = turn + np.pi * arm
    x = np.stack([turn * np.cos(angle), turn * np.sin(angle)], axis=1)
    return table(x + 0.4 * rng.normal(size=x.shape), arm)


RELATED: dict[str, Draw] = {
    "AR(.9) features, target follows one": lambda r: follows(noise(r, 200, 0.9, 3), r),
    "AR(.7) features, target follows one": lambda r: follows(noise(r, 200, 0.7, 3), r),
    "sorted by a feature": by_feature,
    "sorted by three classes": three_classes,
    "sorted by the target, numbers": by_number,
    "all settings of five factors, in order": design,
    "20 groups of 10, target by two columns": in_groups(20, 10, classes=False),
    "20 groups of 10, class by two columns": in_groups(20, 10, classes=True),
    "40 groups of 5, target by two columns": in_groups(40, 5, classes=False),
    "six kinds of rows": mixture,
    "a checkerboard": checkerboard,
    "two spirals": spirals,
}
"""A relation that an order, or groups of like rows, must not hide."""


def poisson(rng: Rng) -> Dataset:
    return table(rng.poisson(0.15, (300, 10)).astype("float64"), coins(rng, 300))


def skewed(rng: Rng) -> Dataset:
    shares = [0.8, 0.1, 0.05, 0.05]
    kinds = rng.choice(list("abcd"), (300, 6), p=shares)
    return table(pd.DataFrame(kinds).rename(columns=str), coins(rng, 300))


def sorted_noise(rng: Rng) -> Dataset:
    return table(rng.normal(size=(150, 5)), np.sort(coins(rng, 150, 3)))


def ages(rng: Rng) -> Dataset:
    """Whole numbers that repeat on few rows each, and no persons."""
    age = rng.integers(20, 70, 250)
    return table(np.c_[age, age + rng.normal(0, 9, 250)], coins(rng, 250))


LEVEL_SHAPES: dict[str, Draw] = NULLS | {
    "10 sparse counts": poisson,
    "6 skewed categories": skewed,
    "sorted by a class without reason": sorted_noise,
    "an age": ages,
    "3 columns, heavy tails": lambda r: table(
        r.lognormal(0, 2, (120, 8)), r.pareto(0.8, 120)
    ),
    "50 categories in 60 rows": lambda r: table(
        pd.DataFrame({"kind": [f"k{v}" for v in r.integers(0, 50, 60)]}), coins(r, 60)
    ),
}


def related_age(rng: Rng) -> Dataset:
    """A target that depends on whole numbers which repeat, with other columns."""
    age = rng.integers(20, 70, 250)
    x = np.c_[age, age + rng.normal(0, 9, 250), rng.normal(size=250)]
    return table(x, (rng.normal(size=250) + (age - 45) / 15 > 0).astype("int64"))


POWER_SHAPES: dict[str, Draw] = SIGNALS | {"an age": related_age}


def told(draw: Draw, seed: int) -> tuple[float, bool]:
    """The p-value, and whether rows were found to depend on each other."""
    found = signal_of(draw(np.random.default_rng([seed, 98])), seed=seed)
    return found.p, found.dependent


def rates(shapes: dict[str, Draw], draws: int) -> dict[str, Any]:
    """Shares of p-values and of found dependences, for each shape and over all."""
    cells, every = {}, []
    for name, draw in shapes.items():
        work = (delayed(told)(draw, seed) for seed in range(draws))
        found = np.array(Parallel(n_jobs=JOBS)(work))
        every.append(found)
        cells[name] = _summary(found)
        print(f"{name:45}", *(f"{v:.3f}" for v in cells[name].values()), flush=True)
    return cells | {"all": _summary(np.concatenate(every))}


def _summary(found: np.ndarray) -> dict[str, float]:
    p, dependent = found[:, 0], found[:, 1]
    return {
        "at_01": float((p <= 0.01).mean()),
        "at_05": float((p <= 0.05).mean()),
        "dependent": float(dependent.mean()),
    }


JOBS = -1
PARTS = {
    "null": DEPENDENT,
    "unseen": UNSEEN,
    "related": RELATED,
    "level": LEVEL_SHAPES,
    "power": POWER_SHAPES,
}


def page(cells: dict[str, Any]) -> str:
    rows = [
        [name, f"{r['at_05']:.3f}", f"{r['at_01']:.3f}", f"{r['dependent']:.2f}"]
        for name, r in cells.items()
    ]
    return markdown(["shape", "p ≤ .05", "p ≤ .01", "told that rows depend"], rows)


def main() -> None:
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    parts = [a for a in sys.argv[1:] if not a.isdigit()] or list(PARTS)
    path = HERE / "dependent_rows.json"
    facts = json.loads(path.read_text("utf-8")) if path.exists() else {}
    draws = numbers[0] if numbers else DRAWS
    for part in parts:
        facts[part] = {"draws": draws, "shapes": rates(PARTS[part], draws)}
        save("dependent_rows", facts)
    docs = HERE.parent / "docs/statistics.md"
    for part, found in facts.items():
        mark = f"dependent-{part}"
        head = f"{found['draws']} draws of each shape."
        put_between(docs, mark, f"{head}\n\n{page(found['shapes'])}")


if __name__ == "__main__":
    main()
