import os
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.estimators.text import (
    CharacterFrequencies,
    LogisticOnCharacters,
    NGram,
    best_order,
    count_levels,
    discounts,
    predict_orders,
)
from learnable.baselines.scores.harness import run
from learnable.data import Card, Dataset
from learnable.data.characters import read_text, text_rows
from learnable.data.errors import Misuse
from learnable.data.split import make_folds
from sklearn.base import clone

TINY = Path(__file__).parents[2] / "data" / "tiny" / "shakespeare.txt.gz"
ALL = [CharacterFrequencies, NGram, LogisticOnCharacters]


def rows(codes, before: int = 8):
    """Features and targets of a text given as codes."""
    codes = np.asarray(codes, dtype="uint8")
    x = np.lib.stride_tricks.sliding_window_view(codes[:-1], before)
    return x, codes[before:].astype("int64")


def bits(estimator, x, y) -> float:
    p = estimator.predict_proba(x)[np.arange(len(y)), y]
    return float(-np.log2(p).mean())


def ordered(x, y, order: int, classes: int, asked):
    """Probabilities by the given order alone."""
    levels = count_levels(x, y, order=order, classes=classes)
    return [*predict_orders(levels, asked, classes)][-1]


def test_half_counts_are_added():
    x, y = np.zeros((4, 1), "uint8"), np.array([0, 0, 0, 2])
    p = CharacterFrequencies(n_classes=4).fit(x, y).predict_proba(x[:2])
    np.testing.assert_allclose(p, [[3.5 / 6, 0.5 / 6, 1.5 / 6, 0.5 / 6]] * 2)


def test_discounts_are_chen_and_goodman():
    counts = np.repeat([1, 2, 3, 4, 5, 900], [50, 20, 12, 6, 4, 1])
    share = 50 / (50 + 2 * 20)
    taken = [1 - 2 * share * 20 / 50, 2 - 3 * share * 12 / 20, 3 - 4 * share * 6 / 12]
    np.testing.assert_allclose(discounts(counts), taken)


@pytest.mark.parametrize("counts", [[7], [1, 1, 1], [2, 2], [1, 2, 2, 2, 3, 3, 3, 3]])
def test_discounts_of_few_counts_are_half(counts):
    assert 0.5 in discounts(np.array(counts))
    assert (discounts(np.array(counts)) > 0).all()
    assert (discounts(np.array(counts)) < [1, 2, 3]).all()


def test_order_one_is_as_by_hand():
    # after a: twice b, once a; after b: once a
    x, y = np.array([[0], [0], [0], [1]]), np.array([1, 1, 0, 0])
    # met after 2 contexts: a; after 1: b; one count of 1 and one of 2 give 1/3 and 1/2
    left = (Fraction(1, 2) + Fraction(1, 3)) / 3
    a = Fraction(3, 2) / 3 + left / 2
    b = Fraction(2, 3) / 3 + left / 2
    assert a + b == 1
    # two counts of 1 and one of 2 give 1/2 and 1/2
    after_a = [Fraction(1, 6) + a / 3, Fraction(3, 6) + b / 3]
    after_b = [Fraction(1, 2) + a / 2, b / 2]
    expected = np.array([after_a, after_b], dtype=float)
    found = NGram(1).fit(x, y).predict_proba(np.array([[0], [1]]))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def slow(pairs, order: int, classes: int, context: tuple, top: bool = True):
    """Kneser-Ney as it stands in the paper, a context at a time."""
    below = (
        np.full(classes, 1 / classes)
        if order == 0
        else slow(pairs, order - 1, classes, context[1:], top=False)
    )
    if top:
        counts = Counter((c[len(c) - order :], y) for c, y in pairs)
    else:
        longer = {(c[len(c) - order - 1 :], y) for c, y in pairs}
        counts = Counter((c[1:], y) for c, y in longer)
    taken = discounts(np.array(list(counts.values())))
    here = {y: n for (c, y), n in counts.items() if c == context}
    if not here:
        return below
    total = sum(here.values())
    left = sum(taken[min(n, 3) - 1] for n in here.values()) / total
    p = left * below
    for y, n in here.items():
        p[y] += (n - taken[min(n, 3) - 1]) / total
    return p


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=6, max_size=60),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
    st.integers(0, 3),
)
def test_counts_agree_with_a_plain_loop(codes, context, order):
    x, y = rows(codes, 3)
    pairs = [(tuple(c), t) for c, t in zip(x.tolist(), y.tolist(), strict=True)]
    found = ordered(x, y, order, 4, np.array([context]))[0]
    expected = slow(pairs, order, 4, tuple(context[3 - order :]))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_rows_may_come_in_any_order(rng):
    x, y = rows(rng.integers(0, 5, 400))
    mixed = rng.permutation(len(y))
    one, two = (ordered(x[i], y[i], 4, 5, x) for i in (slice(None), mixed))
    np.testing.assert_allclose(one, two, rtol=1e-12)


@pytest.mark.parametrize("kind", [NGram, LogisticOnCharacters])
def test_periodic_text_is_foreseen(kind):
    x, y = rows([0, 1, 1, 2, 0, 3] * 400)
    p = kind(n_classes=4).fit(x[:-60], y[:-60]).predict_proba(x[-60:])
    assert p[np.arange(60), y[-60:]].min() > 0.98
    np.testing.assert_array_equal(p.argmax(axis=1), y[-60:])


@pytest.mark.parametrize("kind", ALL)
def test_random_text_costs_its_alphabet(kind, rng):
    x, y = rows(rng.integers(0, 8, 12_000))
    estimator = kind().fit(x[:-4_000], y[:-4_000])
    # the logistic regression pays for its 520 weights
    assert bits(estimator, x[-4_000:], y[-4_000:]) == pytest.approx(3, abs=0.05)


def test_random_text_needs_no_context(rng):
    x, y = rows(rng.integers(0, 8, 12_000))
    assert NGram().fit(x, y).order_ == 0


def test_memory_of_two_is_chosen(rng):
    """A character is the sum of the last two, but for one in five."""
    codes = [0, 1]
    for noise in rng.integers(0, 35, 6_000):
        codes.append((codes[-1] + codes[-2]) % 7 if noise >= 7 else noise)
    x, y = rows(codes)
    estimator = NGram().fit(x[:-1_000], y[:-1_000])
    assert estimator.order_ == 2
    shares = np.array([0.8 + 0.2 / 7, *[0.2 / 7] * 6])
    entropy = -(shares * np.log2(shares)).sum()
    assert bits(estimator, x[-1_000:], y[-1_000:]) == pytest.approx(entropy, abs=0.12)


def test_few_rows_choose_nothing():
    x, y = rows([0, 1, 0, 1, 1], 2)
    assert best_order(x, y, most=2, classes=2) == 2


def test_order_is_bounded_by_columns():
    x, y = rows([0, 1, 2] * 100, 2)
    assert NGram(6).fit(x, y).order_ <= 2


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(ALL),
    st.lists(st.integers(0, 5), min_size=12, max_size=80),
    st.lists(st.lists(st.integers(0, 255), min_size=8, max_size=8), min_size=1),
    st.integers(6, 9),
)
def test_probabilities_sum_to_one(kind, codes, asked, classes):
    """Whatever is asked: codes that were never seen, and codes of no class."""
    x, y = rows(codes)
    p = kind(n_classes=classes).fit(x, y).predict_proba(np.array(asked, "uint8"))
    assert p.shape == (len(asked), classes)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-9)
    assert p.min() > 0


@pytest.mark.parametrize("kind", ALL)
def test_classes_are_all_codes(kind):
    x, y = rows([5, *[0, 1, 2] * 20])
    estimator = kind().fit(x, y)
    assert estimator.classes_.tolist() == [0, 1, 2, 3, 4, 5]
    assert estimator.predict(x[:3]).shape == (3,)
    assert kind(n_classes=9).fit(x, y).classes_.tolist() == list(range(9))


@pytest.mark.parametrize("kind", ALL)
def test_one_character_is_a_lesson(kind):
    x, y = rows([1] * 60)
    p = kind(n_classes=3).fit(x, y).predict_proba(x[:2])
    assert p[0, 1] > 0.9
    assert p[0, 0] == p[0, 2] > 0


@pytest.mark.parametrize("kind", ALL)
def test_too_few_classes_are_refused(kind):
    x, y = rows([0, 1, 2] * 20)
    with pytest.raises(Misuse, match=r"n_classes is 2.*give 3 or more"):
        kind(n_classes=2).fit(x, y)


@pytest.mark.parametrize("kind", ALL)
def test_clones_keep_their_settings(kind):
    assert clone(kind(n_classes=7)).get_params() == kind(n_classes=7).get_params()
    assert clone(NGram(3)).order == 3
    assert clone(LogisticOnCharacters(2, 9)).get_params()["rows"] == 9


def test_no_code_collides_with_another():
    """Code 4 of no class, before context 0, is not code 0 before context 1."""
    x, y = np.array([[0, 1], [1, 0]] * 50), np.array([0, 1] * 50)
    p = ordered(x, y, 2, 4, np.array([[4, 0], [255, 0], [3, 0], [0, 1]]))
    np.testing.assert_array_equal(p[:2], p[[2, 2]])
    assert not np.allclose(p[0], p[3])


def test_large_alphabets_are_counted(rng):
    """1,000 classes to the 7th power outgrow 64 bits."""
    codes = rng.integers(0, 1_000, 3_000)
    codes = np.tile(codes, 3).astype("uint16")
    x = np.lib.stride_tricks.sliding_window_view(codes[:-1], 8)
    y = codes[8:].astype("int64")
    p = ordered(x, y, 6, 1_000, x[-500:])
    np.testing.assert_array_equal(p.argmax(axis=1), y[-500:])


def test_logistic_sees_places(rng):
    codes = rng.integers(0, 6, 3_000)
    x, _ = rows(codes)
    y = x[:, -3].astype("int64")
    estimator = LogisticOnCharacters().fit(x[:-500], y[:-500])
    np.testing.assert_array_equal(estimator.predict(x[-500:]), y[-500:])
    nearer = LogisticOnCharacters(before=2).fit(x[:-500], y[:-500])
    assert (nearer.predict(x[-500:]) == y[-500:]).mean() < 0.4


def test_logistic_takes_the_last_rows(rng):
    x, y = rows(rng.integers(0, 4, 600))
    one = LogisticOnCharacters(rows=300).fit(x, y).predict_proba(x)
    two = LogisticOnCharacters(rows=300).fit(x[-300:], y[-300:]).predict_proba(x)
    np.testing.assert_allclose(one, two, rtol=1e-12)


def test_logistic_bounds_large_alphabets(monkeypatch, rng):
    monkeypatch.setattr("learnable.baselines.estimators.text.FITTED_VALUES", 1_600)
    monkeypatch.setattr("learnable.baselines.estimators.text.LETTERS", 3)
    x, y = rows(np.r_[rng.integers(0, 3, 400), rng.integers(0, 8, 20)])
    estimator = LogisticOnCharacters().fit(x, y)
    assert estimator.rows_ == 200
    assert estimator.model_.coef_.shape[1] == 3 * 8
    p = estimator.predict_proba(np.array([[7] * 8, [6] * 8], "uint8"))
    np.testing.assert_array_equal(p[0], p[1])  # both are rare, and look alike


def test_harness_takes_them():
    text, _ = read_text(TINY)
    x, y, classes, n_test, _ = text_rows(text[:4_000], name="tiny")
    card = Card("tiny", "a character", "characters", "the next character")
    dataset = Dataset(x, y, card, classes, n_test=n_test)
    candidates = {kind.__name__: kind(n_classes=len(classes)) for kind in ALL}
    for outcome in run(candidates, dataset, make_folds(dataset), jobs=1):
        assert outcome.error is None
        assert outcome.predictions is not None
        assert outcome.predictions.shape == (400, len(classes))
        assert outcome.predictions.min() > 0


def test_bits_on_the_tiny_text():
    text, _ = read_text(TINY)
    x, y, classes, n, _ = text_rows(text, name="tiny")
    found = defaultdict(float)
    for kind in (CharacterFrequencies, NGram):
        estimator = kind(n_classes=len(classes)).fit(x[:-n], y[:-n])
        found[kind] = bits(estimator, x[-n:], y[-n:])
    assert found[CharacterFrequencies] == pytest.approx(4.787, abs=0.005)
    assert found[NGram] == pytest.approx(2.280, abs=0.01)


@pytest.mark.skipif("ZOO_DATA" not in os.environ, reason="ZOO_DATA names no folder")
@pytest.mark.parametrize(
    ("name", "expected"), [("tinyshakespeare", 2.191), ("plato_republic", 1.801)]
)
def test_bits_on_whole_texts(name, expected):
    path = Path(os.environ["ZOO_DATA"]) / "text" / f"{name}.txt"
    x, y, classes, n, _ = text_rows(read_text(path)[0], name=name)
    estimator = NGram(n_classes=len(classes)).fit(x[:-n], y[:-n])
    assert bits(estimator, x[-n:], y[-n:]) == pytest.approx(expected, abs=0.01)
