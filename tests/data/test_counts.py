"""Amounts of one are said in the singular."""

import pytest
from learnable.data.counts import count, count_of


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "0 rows have"),
        (1, "1 row has"),
        (2, "2 rows have"),
        (9999, "9,999 rows have"),
    ],
)
def test_verb_goes_with_the_amount(amount, said):
    assert count(amount, "row has", "rows have") == said


def test_plural_of_a_noun_follows_from_it():
    assert [count(2, noun) for noun in ("row", "class")] == ["2 rows", "2 classes"]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1, 150, "1 of 150 rows has"),
        (3, 150, "3 of 150 rows have"),
        (1, 1, "1 of 1 row has"),
    ],
)
def test_verb_goes_with_the_part_and_noun_with_the_whole(part, whole, said):
    assert count_of(part, whole, "row has", "rows have") == said
