"""How often a season is found where there is none, and how often where there is one.

    python -m learnable.benchmarks.seasons

prints the table below (a minute) and writes ``seasons.json``. Shares of 400 drawn
series that are given a season.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from learnable.benchmarks.tables import save
from learnable.data.seasons import infer_season

DRAWS = 400
LENGTHS = {
    "36 months": (36, (12,)),
    "144 months": (144, (12,)),
    "20 quarters": (20, (4,)),
    "60 quarters": (60, (4,)),
    "60 days": (60, (7, 365)),
    "600 days": (600, (7, 365)),
    "1,500 days": (1_500, (7, 365)),
    "1,000 hours": (1_000, (24, 168)),
}
"""Rows, and the seasons that such steps may have."""


def noise(rng: np.random.Generator, rows: int, season: int) -> np.ndarray:
    """Independent values."""
    return rng.normal(size=rows)


def walk(rng: np.random.Generator, rows: int, season: int) -> np.ndarray:
    """Their sums."""
    return rng.normal(size=rows).cumsum()


def drift(rng: np.random.Generator, rows: int, season: int) -> np.ndarray:
    """A random walk that rises by a third of its usual step."""
    return rng.normal(0.3, 1, size=rows).cumsum()


def memory(rng: np.random.Generator, rows: int, season: int) -> np.ndarray:
    """An autoregression: seven tenths of the last value stay."""
    values = rng.normal(size=rows)
    for t in range(1, rows):
        values[t] += 0.7 * values[t - 1]
    return values


def seasonal(rng: np.random.Generator, rows: int, season: int) -> np.ndarray:
    """A season as large as the noise, on a trend of a season's noise a season."""
    steps = np.arange(rows)
    waves = np.sqrt(2) * np.sin(2 * np.pi * steps / season)
    return waves + 3 * steps / season + rng.normal(size=rows)


KINDS: dict[str, Callable[[np.random.Generator, int, int], np.ndarray]] = {
    "noise": noise,
    "random walk": walk,
    "walk with drift": drift,
    "autoregression .7": memory,
    "season and trend": seasonal,
}


def share_found(kind: str, length: str) -> float:
    """The share of drawn series that are given a season."""
    rows, candidates = LENGTHS[length]
    rng = np.random.default_rng(sorted(KINDS).index(kind))
    drawn = (KINDS[kind](rng, rows, candidates[0]) for _ in range(DRAWS))
    found = [infer_season(y, candidates, folds=5, notes=[]) > 1 for y in drawn]
    return round(float(np.mean(found)), 3)


def main() -> None:
    found = {k: {n: share_found(k, n) for n in LENGTHS} for k in KINDS}
    print(f"{'':18}" + "".join(f"{length:>13}" for length in LENGTHS))
    for kind, shares in found.items():
        print(f"{kind:18}" + "".join(f"{share:13.3f}" for share in shares.values()))
    save("seasons", found)


if __name__ == "__main__":
    main()
