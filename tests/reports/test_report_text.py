import math

import pytest
from learnable.reports import text


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.004, "p = .004"),
        (0.0004, "p < .001"),
        (0.21, "p = .210"),
        (1.0, "p > .999"),
        (math.nan, "p \N{EN DASH}"),
    ],
)
def test_p_values_as_printed(p, said):
    assert text.p_value(p) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0001, "< 1 ms"),
        (0.05, "50 ms"),
        (0.8, "0.8 s"),
        (9.96, "10 s"),
        (59.7, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3_840, "1 h 4 min"),
        (None, "\N{EN DASH}"),
    ],
)
def test_seconds_as_spoken(value, said):
    assert text.seconds(value) == said


@pytest.mark.parametrize(
    ("value", "spec", "said"),
    [
        (0.91234, ".3f", "0.912"),
        (-0.0001, ".3f", "0.000"),
        (-0.25, ".3f", "\N{MINUS SIGN}0.250"),
        (5.6, "#.3g", "5.60"),
        (12_345.6, "#.3g", "12,346"),
        (math.inf, ".3f", "\N{EN DASH}"),
        (None, ".3f", "\N{EN DASH}"),
    ],
)
def test_numbers_have_three_digits(value, spec, said):
    assert text.number(value, spec) == said


def test_cut_names_stay_apart():
    names = text.unique_names(["a" * 30, "a" * 31, "a" * 32, "", ""], 12)
    assert len(set(names)) == 5
    assert max(map(len, names)) <= 12


def test_unsafe_characters_are_replaced():
    assert text.clean("a\x00b\u202ec\ud800") == "a�b�c�"


def test_odd_dates_stay_as_they_are():
    assert text.format_time("2026-11-20T23:15:00+00:00") == "2026-11-20 23:15 UTC"
    assert text.format_time("yesterday") == "yesterday"
