"""Sentinels, rows that are none, and names in several spellings."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.rules.examine import examine

RNG = np.random.default_rng(0)
N = 120


def sound():
    return pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.uniform(5, 30, N)})


def finding(dataset, code):
    found = [f for f in examine(dataset, ()) if f.finding.code == code]
    return found[0] if found else None


def codes(dataset):
    return {f.finding.code for f in examine(dataset, ())}


def test_sound_table_has_none_of_them(dataset_of):
    x = sound().assign(kind=["x", "y", "z"] * 40)
    assert not codes(dataset_of(x, RNG.normal(size=N))) & {"D317", "D318", "D319"}


def test_sentinel_is_named_with_its_option(dataset_of):
    x = sound()
    x.loc[::10, "b"] = -200
    met = finding(dataset_of(x, RNG.normal(size=N)), "D317")
    assert met.columns == ("b",)
    assert met.finding.severity == "warning"
    assert "'b' is -200 in 12 of 120 rows" in met.finding.sentence
    assert met.finding.advice.endswith("--missing b=-200")
    assert met.rows.tolist() == list(range(0, N, 10))


def test_zero_far_below_all_others_is_a_note(dataset_of):
    x = sound()
    x["pressure"] = RNG.uniform(50, 110, N)
    x.loc[:4, "pressure"] = 0
    met = finding(dataset_of(x, RNG.normal(size=N)), "D317")
    assert met.columns == ("pressure",)
    assert met.finding.severity == "note"


def test_sentinel_of_the_target_is_named(dataset_of):
    y = RNG.uniform(100, 200, N)
    y[:8] = 0
    met = finding(dataset_of(sound(), y), "D317")
    assert met.columns == ("y",)


@pytest.mark.parametrize("word", ["Total", "SUMME", "Grand Total:", "average"])
def test_row_that_says_total_is_named(dataset_of, word):
    x = sound().assign(region=["north", "south"] * 60)
    x.loc[N - 1, "region"] = word
    met = finding(dataset_of(x, RNG.normal(size=N)), "D318")
    assert met.finding.advice.endswith("--drop-rows 120")
    assert met.finding.sentence.startswith("Row 120 is probably no row")


def test_row_keeps_its_number_in_the_file(dataset_of):
    x = sound().assign(region=["north", "south"] * 60)
    x.loc[N - 1, "region"] = "Total"
    data = replace(dataset_of(x, RNG.normal(size=N)), row_numbers=np.arange(N) + 6)
    assert finding(data, "D318").finding.advice.endswith("--drop-rows 125")


@pytest.mark.parametrize("last", ["sum", "times"])
def test_last_row_that_sums_up_is_named(dataset_of, last):
    x = sound()
    x.loc[N - 1, "b"] = x["b"][:-1].sum() if last == "sum" else 60 * x["b"].max()
    met = finding(dataset_of(x, RNG.normal(size=N)), "D318")
    assert met.finding.advice.endswith("--drop-rows 120")


def test_total_as_a_category_is_none(dataset_of):
    x = sound().assign(sex=["men", "women", "total"] * 40)
    assert finding(dataset_of(x, RNG.normal(size=N)), "D318") is None


def test_line_of_units_is_named(dataset_of):
    x = sound()
    x.loc[0] = np.nan
    met = finding(dataset_of(x, RNG.normal(size=N)), "D318")
    assert met.finding.advice.endswith("--drop-rows 1")
    x.loc[:60] = np.nan
    assert finding(dataset_of(x, RNG.normal(size=N)), "D318") is None


def test_classes_in_several_spellings_are_named(dataset_of):
    data = dataset_of(sound(), RNG.integers(0, 4, N))
    data = replace(data, classes=("Yes", "no", "yes ", "NO"))
    met = finding(data, "D319")
    assert met.finding.severity == "warning"
    assert "4 classes differ" in met.finding.sentence
    assert "'Yes', 'yes '" in met.finding.sentence


def test_rare_classes_but_for_a_letter_are_named(dataset_of):
    y = np.r_[np.zeros(2), np.ones(60), np.full(N - 62, 2)].astype(int)
    data = replace(dataset_of(sound(), y), classes=("Complant", "Complaint", "Praise"))
    met = finding(data, "D319")
    assert met.finding.severity == "warning"
    assert "'Complant' for 'Complaint'" in met.finding.sentence
    assert met.rows.tolist() == [0, 1]


def test_categories_in_several_spellings_are_named(dataset_of):
    x = sound().assign(town=["Bonn", "bonn", "Berlin"] * 40)
    met = finding(dataset_of(x, RNG.normal(size=N)), "D319")
    assert met.finding.severity == "note"
    assert met.columns == ("town",)


@pytest.mark.parametrize(
    ("names", "is_found"), [("AaBbCcDd", False), ("FfMm", True), ("ABCD", False)]
)
def test_single_letters_are_compared_where_there_are_few(dataset_of, names, is_found):
    x = sound().assign(letter=[names[i % len(names)] for i in range(N)])
    found = finding(dataset_of(x, RNG.normal(size=N)), "D319")
    assert (found is not None) == is_found
