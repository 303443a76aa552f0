"""How often a series is said to be better forecast than naively, rightly or not.

``python -m benchmarks.walks [DRAWS]``, 200 draws without a number (five minutes), runs
the signal test on drawn series of 60, 144 and 600 values, and writes ``walks.json`` and
a table in ``docs/forecasts.md``.
"""

import sys
from collections.abc import Callable

import numpy as np
from learnable.baselines.results.candidates import LEVEL
from learnable.baselines.signal.series_signal import autoregression, series_test
from learnable.benchmarks.tables import HERE, markdown, put_between, save

Rng = np.random.Generator
LENGTHS = (60, 144, 600)
SEASON = 12


def following(rng: Rng, rows: int, phi: float) -> np.ndarray:
    """An autoregression: such a share of the last value stays."""
    return autoregression(rng.normal(size=(1, rows)), np.array([phi]), 1)[0]


def stormy_walk(rng: Rng, rows: int) -> np.ndarray:
    """Steps without a direction, of calm and stormy times."""
    return (np.exp(0.3 * following(rng, rows, 0.95)) * rng.normal(size=rows)).cumsum()


def seasonal_walk(rng: Rng, rows: int) -> np.ndarray:
    """Each month goes its own way."""
    years = -(-rows // SEASON)
    return rng.normal(size=(years, SEASON)).cumsum(axis=0).ravel()[:rows]


def waves(rows: int) -> np.ndarray:
    """A season of variance 1."""
    return np.sqrt(2) * np.sin(2 * np.pi * np.arange(rows) / SEASON)


NAIVE: dict[str, Callable[[Rng, int], np.ndarray]] = {
    "noise": lambda rng, n: rng.normal(size=n),
    "random walk": lambda rng, n: rng.normal(size=n).cumsum(),
    "random walk with drift": lambda rng, n: rng.normal(0.3, 1, size=n).cumsum(),
    "random walk, heavy tails": lambda rng, n: rng.standard_t(3, size=n).cumsum(),
    "random walk, calm and stormy": stormy_walk,
    "random walk of each month": seasonal_walk,
}
"""Series that the mean, the last value or the last season, with a drift, exhaust."""
BETTER: dict[str, Callable[[Rng, int], np.ndarray]] = {
    "autoregression, .4": lambda rng, n: following(rng, n, 0.4),
    "autoregression, .7": lambda rng, n: following(rng, n, 0.7),
    "autoregression, .9": lambda rng, n: following(rng, n, 0.9),
    "changes that follow each other, .5": (
        lambda rng, n: following(rng, n, 0.5).cumsum()
    ),
    "level that moves, under noise": (
        lambda rng, n: rng.normal(0, 0.3, size=n).cumsum() + rng.normal(size=n)
    ),
    "trend of 3 % of the noise a step": (
        lambda rng, n: 0.03 * np.arange(n) + rng.normal(size=n)
    ),
    "season as large as the noise": lambda rng, n: waves(n) + rng.normal(size=n),
    "season half as large": lambda rng, n: waves(n) / 2 + rng.normal(size=n),
    "season on a random walk": lambda rng, n: waves(n) + rng.normal(size=n).cumsum(),
}
_SEASONAL = ("season", "month")


def shares(name: str, draw: Callable[[Rng, int], np.ndarray], draws: int) -> list[str]:
    """Shares of draws at .05 and at the level, for each length."""
    season = SEASON if any(word in name for word in _SEASONAL) else 1
    cells = []
    for rows in LENGTHS:
        drawn = (draw(np.random.default_rng([i, rows, 41]), rows) for i in range(draws))
        p = [series_test(y, season=season, seed=i).p for i, y in enumerate(drawn)]
        found = np.array(p)
        cells.append(f"{(found <= 0.05).mean():.3f}, {(found <= LEVEL).mean():.3f}")
    return cells


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    head = ["series", *(f"{rows} values" for rows in LENGTHS)]
    parts = []
    for title, kinds in (("naive is all", NAIVE), ("better is possible", BETTER)):
        rows = [[name, *shares(name, draw, draws)] for name, draw in kinds.items()]
        print(*rows, sep="\n", flush=True)
        parts.append((title, rows))
    save("walks", {"draws": draws, **dict(parts)})
    rows = [[f"*{title}*", *[""] * len(LENGTHS)] for title, _ in parts]
    table = [line for (_, lines), row in zip(parts, rows, strict=True)
             for line in (row, *lines)]  # fmt: skip
    told = f"{draws} draws each; p ≤ .05, p ≤ .01."
    page = HERE.parent / "docs/forecasts.md"
    put_between(page, "walks", f"{told}\n\n{markdown(head, table)}")


if __name__ == "__main__":
    main()
