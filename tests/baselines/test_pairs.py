"""Networks beside one another: which one is better, as far as the folds can tell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.results.candidates import main_metric
from learnable.baselines.results.results import Row, Score
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.scores.harness import Outcome
from learnable.baselines.verdicts.comparisons import make_pairs
from learnable.baselines.verdicts.evidence import corrected
from learnable.data.split import make_folds

BITS = "bits_per_character"


def pairs_of(data, levels):
    """The networks of these levels: the share of the truth in what each fold says."""
    folds = make_folds(data, folds=4)
    truths = [data.y[fold.test] for fold in folds]
    outcomes = [
        Outcome(name, i, level * truth, 1.0, 0.5)
        for name, of_folds in {"forest": [0.5] * 4, **levels}.items()
        for i, (truth, level) in enumerate(zip(truths, of_folds, strict=True))
    ]
    board = collect_outcomes(data, folds, outcomes)
    return make_pairs(board)


@pytest.fixture(scope="module")
def data(dataset_of):
    columns = np.random.default_rng(0).normal(size=(80, 2))
    return dataset_of(columns, columns.sum(axis=1))


@pytest.mark.parametrize(
    ("other", "word"),
    [
        ([0.3, 0.32, 0.31, 0.3], "net is better than"),
        ([0.9, 0.9, 0.91, 0.9], "net is worse than"),
        ([0.6, 0.601, 0.6, 0.6], "net is practically as good as"),
        ([0.5, 0.5, 0.6, 0.54], "net is as good as"),
        ([0.95, 0.2, 0.99, 0.3], "net cannot be distinguished from"),
    ],
)
def test_two_networks_are_told_apart_or_not(data, other, word):
    (pair,) = pairs_of(data, {"first": other, "net": [0.6, 0.605, 0.6, 0.6]})
    assert pair.sentence.startswith(f"{word} first: R² 0.8")
    assert pair.low < pair.difference < pair.high


def test_every_network_meets_those_before_it(data):
    found = pairs_of(data, {name: [0.6 + 0.05 * i] * 4 for i, name in enumerate("abc")})
    assert [(p.network, p.other) for p in found] == [
        ("b", "a"), ("c", "a"), ("c", "b"),
    ]  # fmt: skip
    assert all(p.p_holm >= p.p for p in found)


def test_a_network_alone_or_failed_has_no_pair(data):
    assert pairs_of(data, {"net": [0.9] * 4}) == ()
    folds = make_folds(data, folds=4)
    failed = [Outcome("net", i, None, error="E: x") for i in range(4)]
    board = collect_outcomes(data, folds, failed)
    assert make_pairs(board) == ()


@pytest.mark.slow  # many draws
@settings(deadline=None, max_examples=4)
@given(
    st.lists(st.floats(0.1, 0.99), min_size=4, max_size=4),
    st.lists(st.floats(0.1, 0.99), min_size=4, max_size=4),
)
def test_order_changes_the_sign_alone(data, a, b):
    (there,) = pairs_of(data, {"a": a, "b": b})
    (back,) = pairs_of(data, {"b": b, "a": a})
    assert there.difference == pytest.approx(-back.difference)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.p == pytest.approx(back.p)


@pytest.mark.parametrize(("p", "told"), [(0.04, "p = 0.04"), (0.0, "p < 1e-99")])
def test_no_p_value_is_nought(p, told):
    assert corrected(p) == f"corrected {told}"


def test_equal_networks_are_as_good(data):
    (pair,) = pairs_of(data, {"first": [0.9] * 4, "net": [0.9] * 4})
    assert pair.sentence.startswith("net is practically as good as first: ")
    assert (pair.difference, pair.p_holm) == (0.0, 1.0)


def test_texts_are_compared_by_their_bits():
    scores = {m: Score(1.5, None, None, (1.5,)) for m in ("accuracy", BITS)}
    row = Row("net", "network", "", scores, 1.0, 1.0)
    assert main_metric(row) == ("bits per character", BITS)
