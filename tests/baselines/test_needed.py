"""How many more folds or rows would tell, and who is right alone on given rows."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.results.results import Comparison, Row, Score, Signal, Verdict
from learnable.baselines.scores.comparison import (
    MOST_REPEATS,
    Estimate,
    largest_standard_error,
    mcnemar,
    required_sample_size,
    standard_error,
)
from learnable.baselines.scores.fold_scores import collect_outcomes, make_comparisons
from learnable.baselines.scores.harness import Outcome
from learnable.baselines.verdicts.comparisons import make_pairs
from learnable.baselines.verdicts.evidence import Evidence
from learnable.baselines.verdicts.network_verdict import network_verdict
from learnable.data.split import make_folds
from scipy.stats import binom, nct, t
from statsmodels.stats.contingency_tables import mcnemar as reference

COUNTS = st.integers(0, 400)


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        # Fagerland, Lydersen, Laake (2013): 21 children before and after a transplant
        (1, 7, 0.0391),
        (5, 5, 1 - 0.24609375 / 2),  # as many on either side: 1 - C(10, 5) / 2^10 / 2
        (0, 1, 0.5),
        (0, 0, 1.0),
    ],
)
def test_mid_p_matches_published_answers(first, second, p):
    assert mcnemar(first, second) == pytest.approx(p, abs=5e-5)


def test_approval_ratings_differ():
    # Agresti, Categorical Data Analysis, table 10.1: 150 and 86 changed their minds
    table = [[794, 150], [86, 570]]
    exact = reference(table, exact=True).pvalue
    normal = reference(table, exact=False, correction=False).pvalue
    assert mcnemar(150, 86) == pytest.approx(normal, rel=0.1)
    assert mcnemar(150, 86) < exact < 1e-4


@given(COUNTS, COUNTS)
def test_mid_p_lies_below_the_exact_test(first, second):
    exact = float(reference([[0, first], [second, 0]], exact=True).pvalue)
    found = mcnemar(first, second)
    assert 0 <= found <= exact + 1e-9
    assert found == pytest.approx(mcnemar(second, first))
    assert found >= exact / 2 - 1e-9


def test_mid_p_keeps_its_level():
    """Of 60 rows that one alone is right on, each is as often the one's: exactly."""
    wrongly = [mcnemar(a, 60 - a) <= 0.05 for a in range(61)]
    assert 0.02 <= binom.pmf(range(61), 60, 0.5)[wrongly].sum() <= 0.055


@pytest.mark.parametrize("freedom", [4, 24, 99, math.inf])
@pytest.mark.parametrize("difference", [0.1, 0.02, -0.005])
def test_error_gives_the_power(freedom, difference):
    """With this error the lower end passes the margin 80 % of the time."""
    error = largest_standard_error(difference, equal=0.01, freedom=freedom, tests=1)
    shift = (difference + 0.01) / error
    level = t.ppf(0.975, freedom)
    df = 1e9 if math.isinf(freedom) else freedom
    assert nct.sf(level, df, shift) == pytest.approx(0.8, abs=0.02)


def test_a_worse_network_must_be_beyond_the_margin():
    """Just beyond, the error must be small for the estimate to fall there too."""
    near = largest_standard_error(-0.011, equal=0.01, freedom=24, tests=1)
    far = largest_standard_error(-0.2, equal=0.01, freedom=24, tests=1)
    assert near == pytest.approx(0.001 / t.ppf(0.8, 24))
    assert far == pytest.approx(0.2 / (t.ppf(0.99, 24) + t.ppf(0.8, 24)))


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(0.001, 0.2), st.integers(1, 5))
def test_what_is_needed_suffices(difference, error, tests):
    asked = {"equal": 0.01, "tests": tests}
    found = required_sample_size(
        difference, error, folds=5, test_over_train=0.25, **asked
    )
    spread = error / math.sqrt(1 / 5 + 1 / 8)

    def enough(repeats: int) -> bool:
        n = 5 * repeats
        bearable = largest_standard_error(difference, freedom=n - 1, **asked)
        return spread * math.sqrt(1 / n + 1 / 4) <= bearable

    if found.repeats is None:
        assert not any(enough(r) for r in range(2, MOST_REPEATS + 1))
    else:
        assert enough(found.repeats)
        assert not any(enough(r) for r in range(2, found.repeats))
    if math.isfinite(found.rows):
        bearable = largest_standard_error(difference, freedom=4, **asked)
        assert error / math.sqrt(found.rows) == pytest.approx(bearable)


def test_no_number_of_folds_goes_below_the_floor():
    """Errors fall to spread x sqrt(1/4) at best: by a factor of .88 from 5 folds."""
    assert (
        required_sample_size(
            0.0, 0.05, equal=0.01, folds=5, test_over_train=0.25
        ).repeats
        is None
    )


def test_at_the_edge_nothing_tells():
    found = required_sample_size(-0.01, 0.02, equal=0.01, folds=5, test_over_train=0.25)
    assert (found.repeats, found.rows) == (None, math.inf)


def verdict_of(difference, reach, *, rows=300, **more):
    """Of a network whose interval reaches so far on either side, beside ``ridge``."""
    table = [
        Row(name, kind, "", dict.fromkeys(("skill", "r2"), Score(s, None, None, ())),
            0.1, 0.1)
        for name, kind, s in (
            ("ridge", "baseline", 0.2), ("net", "network", 0.2 + difference)
        )
    ]  # fmt: skip
    low, high = difference - reach, difference + reach
    c = Comparison("net", "ridge", difference, low, high, 0.4, 0.4)
    skills = dict.fromkeys(("net", "ridge"), Estimate(0.2, 0.01, 4))
    signal = Signal(0.002, 499, 0.3, "columns", rows, None, 0.1)
    held_out = more.pop("held_out", False)
    evidence = Evidence(
        tuple(table), signal, (c,), skills, None, rows, held_out, **more
    )
    return network_verdict(evidence, Verdict("signal", "", "", ""), table[1])


@pytest.mark.parametrize(
    ("difference", "reach", "change"),
    [
        (0.02, 0.031, r"About \d repeats \(--repeats\), or about \d+ rows \(\d\.\d "
         r"times as many\), to detect a difference of this size with 80 % power\."),
        (0.0, 0.1, r"No number of folds is enough: about 54,000 rows \(180 times as "
         r"many\), to detect a difference of this size with 80 % power\."),
        (-0.01, 0.1, "No number of folds is enough: the difference is close to the "
         r"limit of practical equality; improve the network\."),
    ],
)  # fmt: skip
def test_undecided_says_what_would_tell(difference, reach, change):
    found = verdict_of(difference, reach)
    assert found.name == "undecided"
    assert re.fullmatch(change, found.change), found.change


def test_of_given_rows_more_test_rows_are_asked_for():
    found = verdict_of(0.02, 0.06, rows=400, held_out=True, test_over_train=1 / 3)
    # error .0306; bearable .03 / 2.80; so 8.2 times 100 rows
    assert found.change == (
        "About 820 test rows (8.2 times as many), to detect a difference of this size "
        "with 80 % power."
    )


def test_interval_gives_its_error_back():
    assert standard_error(0.1, 0.3, freedom=math.inf) == pytest.approx(0.1 / 1.959964)


@pytest.fixture
def given_rows(dataset_of, rng):
    """100 test rows; net alone is right on 10, old alone on 30, ridge nowhere alone."""
    y = np.arange(160) % 2
    data = dataset_of(rng.normal(size=(160, 2)), y, n_test=100)
    (fold,) = make_folds(data)
    wrong = {"logistic": range(100), "net": range(30), "old": range(30, 40)}
    outcomes = []
    for name, rows in wrong.items():
        p = np.eye(2)[y[fold.test]] * 0.6 + 0.2
        p[list(rows)] = p[list(rows), ::-1]
        outcomes.append(Outcome(name, 0, p))
    return data, collect_outcomes(data, (fold,), outcomes)


def test_rows_right_alone_are_counted(given_rows):
    _, board = given_rows
    rows = board.rows
    (pair,) = make_pairs(board)
    assert (pair.network, pair.other) == ("old", "net")
    assert pair.mcnemar is not None
    assert (pair.mcnemar.own, pair.mcnemar.other) == (30, 10)
    expected = reference([[60, 30], [10, 0]], exact=True).pvalue
    assert pair.mcnemar.p < expected < 0.01
    assert "Only old is right on 30 test rows, only net on 10" in pair.sentence
    first, second = make_comparisons(board, rows)
    assert first.mcnemar is not None
    assert (first.mcnemar.own, first.mcnemar.other) == (70, 0)
    assert first.mcnemar.p_holm >= first.mcnemar.p
    assert second.mcnemar is not None


def test_shared_rows_are_not_counted(given_rows):
    data, board = given_rows
    folds = make_folds(data) * 2
    outcomes = [
        Outcome(o.candidate, i, o.predictions)
        for found in board.outcomes.values()
        for o in found
        for i in (0, 1)
    ]
    again = collect_outcomes(data, folds, outcomes)
    found = make_comparisons(again, again.rows)
    assert [c.mcnemar for c in found] == [None, None]
