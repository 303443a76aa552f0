"""Permutations until the answer: the rule of the signal test, and betting.

``python -m benchmarks.betting`` draws for each table the chance that a permutation does
as well as the truth (uniform without a relation), and then permutations by that chance;
nothing is fitted. Betting is the binomial mixture strategy of Fischer and Ramdas
(Sequential Monte-Carlo testing by betting, arXiv 2401.07365) at .01 and .05: it ends
where the lower level is reached, or the higher one, or both, are out of reach. Prints a
table, in seconds.
"""

import numpy as np
from learnable.baselines.signal.permutations import LAST, sequential_p
from learnable.benchmarks.tables import markdown
from scipy.stats import binom, norm

_DRAWS = 4_000
_LEVELS = (0.01, 0.05)
_SHARE = 0.5
"""Of the level: the mixture's end. .9, which reaches nearly the level itself, takes 254
permutations without a hit where .5 takes 138."""
_EFFECTS = (0.0, 1.5, 2.5, 3.5, 5.0)
"""Means of the truth's standardised statistic, whose deviation is 1."""


def in_turn(hits: np.ndarray) -> tuple[float, int]:
    """P-value and permutations of the rule of the signal test."""
    place = 0

    def exceeding(count: int) -> int:
        nonlocal place
        place += count
        return int(hits[place - count : place].sum())

    return sequential_p(exceeding)


def bet(hits: np.ndarray) -> tuple[float, int]:
    """The least level reached, or 1, and permutations, of betting at both levels."""
    lost, drawn = hits.cumsum(), np.arange(2, len(hits) + 2)
    reached, out = [], []
    for level in _LEVELS:
        end = _SHARE * level
        wealth = binom.sf(lost, drawn, end) / end
        reached.append(_first(wealth >= 1 / level))
        out.append(_first(wealth < level))
    (low, high), (low_out, high_out) = reached, out
    open_end = max(high, low_out) if high < high_out else high_out
    stop = min(low, open_end, len(hits) - 1)
    told = [p for p, at in zip(_LEVELS, reached, strict=True) if at <= stop]
    return min(told, default=1.0), stop + 1


def _first(where: np.ndarray) -> int:
    return int(where.argmax()) if where.any() else len(where)


def measured(effect: float, draws: int) -> list[str]:
    """Shares at or below each level, and mean permutations, of both rules."""
    rng = np.random.default_rng([0, round(10 * effect)])
    chances = norm.sf(rng.normal(effect, 1, draws))
    hits = rng.random((draws, LAST)) < chances[:, None]
    cells = [f"{effect:g}"]
    for rule in (in_turn, bet):
        p, count = np.array([rule(own) for own in hits]).T
        cells += [f"{(p <= level).mean():.3f}" for level in _LEVELS]
        cells.append(f"{count.mean():.0f}")
    return cells


def main() -> None:
    """Print a line for each effect."""
    head = ["effect", "p ≤ .01", "p ≤ .05", "permutations"]
    head += ["betting: p ≤ .01", "p ≤ .05", "permutations"]
    print(markdown(head, [measured(effect, _DRAWS) for effect in _EFFECTS]))


if __name__ == "__main__":
    main()
