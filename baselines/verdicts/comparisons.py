"""Networks beside one another: which of two is better, as far as the folds can tell."""

from itertools import combinations

import numpy as np

from ..results.candidates import main_metric, margin
from ..results.results import McNemar, Noise, Pair, Row
from ..scores.comparison import Components, Estimate, components, holm
from ..scores.fold_scores import FoldOutcomes, make_mcnemars, skill_difference
from .evidence import SIGNIFICANT, corrected, count_only_right


def make_pairs(outcomes: FoldOutcomes) -> tuple[Pair, ...]:
    """Every network against every one named before it; Holm over all of them."""
    networks = {r.name: r for r in outcomes.rows if r.kind == "network" and not r.error}
    twos = list(combinations(networks, 2))
    estimates = [
        skill_difference(outcomes, networks, later, first) for first, later in twos
    ]
    p_values = holm([e.p_value() for e in estimates])
    tests = make_mcnemars(outcomes, [(later, first) for first, later in twos])
    return tuple(
        _pair(networks[later], networks[first], e, p_holm, test)
        for (first, later), e, p_holm, test in zip(
            twos, estimates, p_values, tests, strict=True
        )
    )


def _pair(
    row: Row, other: Row, e: Estimate, p_holm: float, test: McNemar | None
) -> Pair:
    low, high = e.interval()
    equal = margin(max(r.scores["skill"].mean for r in (row, other)))
    if p_holm <= SIGNIFICANT and not -equal <= e.mean <= equal:
        word = "is better than" if e.mean > 0 else "is worse than"
        phrase = corrected(p_holm)
    elif -equal <= low and high <= equal:
        word, phrase = "is practically as good as", f"equal within {equal:.3f}"
    elif -equal <= low:
        word, phrase = "is as good as", f"equal within {equal:.3f} or better"
    else:
        word, phrase = (
            "cannot be distinguished from",
            f"{equal:.3f} would be practically equal",
        )
    label, key = main_metric(row)
    own, others = (r.scores[key].mean for r in (row, other))
    sentence = (
        f"{row.name} {word} {other.name}: {label} {own:.3f} against {others:.3f}; "
        f"difference in skill {e.mean:+.3f} [{low:+.3f}, {high:+.3f}], {phrase}."
        f"{count_only_right(test, row.name, other.name)}"
    )
    p = e.p_value()
    return Pair(row.name, other.name, e.mean, low, high, p, p_holm, sentence, test)


def measure_noise(outcomes: FoldOutcomes) -> tuple[Noise, ...]:
    """Measure candidates' noise of folds and seeds; empty if none had several seeds.

    One that ran once on each fold beside others with several seeds is one that seeds
    do not change.
    """
    if not outcomes.more:
        return ()
    return tuple(_noise(outcomes, row) for row in outcomes.rows if not row.error)


def _noise(outcomes: FoldOutcomes, row: Row) -> Noise:
    label, key = main_metric(row)
    scores = outcomes.seed_scores[row.name]
    values = np.array([[found[key] for found in of_seed] for of_seed in scores]).T
    # a metric may not be defined on a fold
    values = values[np.isfinite(values).all(axis=1)]
    found = components(values)
    folds, seeds = values.shape
    return Noise(
        row.name,
        key,
        found.between,
        found.within,
        folds,
        seeds,
        f"{row.name}: {_describe(found, folds, seeds)} ({label}).",
    )


def _describe(found: Components, folds: int, seeds: int) -> str:
    """``folds vary by 0.012, seeds by 0.004``, with what else is to be known."""
    own = f"seeds by {_size(found.within)}"
    if seeds < 2:
        own = "seeds have no effect"
    if folds < 2:
        return own if seeds < 2 else f"seeds vary by {_size(found.within)}"
    beside = ""
    if found.negative:
        beside = " (within the noise of seeds: the folds' own share is set to 0)"
    return f"folds vary by {_size(found.between)}{beside}, {own}"


def _size(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 or value == 0 else f"{value:.1g}"


def seed_limit(noise: Noise, trainings: int) -> float:
    """Return how far two means can differ if only seeds do, with 95 % confidence.

    Parameters
    ----------
    noise : Noise
        From two seeds or more; its deviation has ``n_folds * (n_seeds - 1)`` degrees of
        freedom, by which Student's t widens the limit.
    trainings : int
        That each of the two means is over.
    """
    from scipy.stats import t

    freedom = noise.n_folds * (noise.n_seeds - 1)
    factor = float(t.ppf(0.975, freedom)) if freedom > 0 else float("inf")
    return factor * noise.seeds * (2 / trainings) ** 0.5 if noise.seeds > 0 else 0.0
