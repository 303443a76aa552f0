import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.baselines.signal import permutations as sequential
from learnable.baselines.signal.permutations import (
    ENOUGH,
    FIRST,
    LAST,
    passes_quick_look,
    sequential_p,
)
from scipy.stats import betabinom


def counts(*found):
    """A test whose looks find so many permutations as good as the truth."""
    left = list(found)
    return lambda _: left.pop(0)


def endings() -> list[tuple[float, float]]:
    """Every way to stop: its chance under the null hypothesis, and its p-value."""
    found = []
    for first in range(FIRST + 1):
        chance = 1 / (FIRST + 1)
        if first == 0 or first >= ENOUGH:
            found.append((chance, sequential_p(counts(first))[0]))
            continue
        more = betabinom(LAST - FIRST, first + 1, FIRST - first + 1)
        for count in range(LAST - FIRST + 1):
            p = sequential_p(counts(first, count))[0]
            found.append((chance * more.pmf(count), p))
    return found


def test_level_is_exact_at_every_p_value():
    chances, p = np.array(endings()).T
    assert chances.sum() == pytest.approx(1)
    for level in np.unique(p):
        assert chances[p <= level + 1e-12].sum() <= level + 1e-9
    assert chances[p <= 0.05].sum() > 0.0495
    assert chances[p <= 0.01].sum() > 0.0095


def test_giving_up_early_costs_next_to_nothing():
    more = betabinom(LAST - FIRST, ENOUGH + 1, FIRST - ENOUGH + 1)
    late = np.array([sequential._late_p()[ENOUGH + c] for c in range(LAST - FIRST + 1)])
    assert more.pmf(np.arange(LAST - FIRST + 1))[late <= 0.05].sum() < 1e-3


@given(st.integers(0, FIRST), st.integers(0, LAST - FIRST))
def test_more_exceeding_is_less_proof(first, more):
    p, drawn = sequential_p(counts(first, more))
    assert 1 / (FIRST + 1) <= p <= 1
    assert drawn == (FIRST if first == 0 or first >= ENOUGH else LAST)
    if 0 < first < ENOUGH and more:
        assert sequential_p(counts(first, more - 1))[0] <= p


def test_a_glance_is_over_at_the_first_exceeding():
    assert passes_quick_look(counts(0, 0))
    assert not passes_quick_look(counts(0, 1))
    assert not passes_quick_look(counts(1))
