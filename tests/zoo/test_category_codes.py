"""Codes that each part of the rows got by itself."""

import numpy as np
import pytest
from learnable.zoo.check.category_codes import find_other_codes, match_codes

RNG = np.random.default_rng(0)
TRAINED = RNG.choice(4, 2_000, p=[0.5, 0.3, 0.15, 0.05])
OTHERS = RNG.choice(4, 1_000, p=[0.5, 0.3, 0.15, 0.05])
TURNED = np.array([2, 0, 3, 1])[OTHERS]


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (lambda codes: codes, "column 0"),
        (lambda codes: np.column_stack([codes * 0.0, codes]), "column 1"),
        (lambda codes: {"job": codes, "age": codes * 0.37}, "job"),
        (lambda codes: [codes * 0.37, codes[:, None]], "input 1"),
    ],
)
def test_codes_of_the_same_frequency_stand_for_each_other(made, name):
    matched, names = match_codes(made(TURNED), made(TRAINED))
    assert names == (name,)
    part = {"job": lambda: matched["job"], "input 1": lambda: matched[1][:, 0]}
    found = part.get(name, lambda: np.reshape(matched, (1_000, -1))[:, -1])()
    np.testing.assert_array_equal(found, OTHERS)


@pytest.mark.parametrize(
    ("x", "like"),
    [
        (OTHERS, TRAINED),
        (RNG.normal(size=500), RNG.normal(size=500)),
        (RNG.choice(4, 500), TRAINED),  # another mixture is no other code
        (OTHERS, RNG.normal(size=(500, 2))),
    ],
)
def test_other_rows_stay_what_they_are(x, like):
    matched, names = match_codes(x, like)
    assert not names
    np.testing.assert_array_equal(matched, x)


def test_codes_are_a_fault_only_where_they_cost_the_score():
    def score(x):
        return (x == OTHERS).astype(float)

    found = find_other_codes(TURNED, TRAINED, score, held=0.9)
    assert "(column 0)" in found.sentence
    assert "the score there is 1.00" in found.sentence
    assert found.side == "preparation"
    for other in (lambda x: (x >= 0) * 0.5, lambda x: None):
        assert find_other_codes(TURNED, TRAINED, other, held=0.9) is None
    assert find_other_codes(OTHERS, TRAINED, score, held=0.9) is None
