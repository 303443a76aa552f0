"""Datasets whose rows have an order: a series, and a text."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learnable.data import load
from learnable.data.characters import CONTEXT
from learnable.data.errors import BadData, Misuse
from learnable.data.split import cut, make_folds

MONTHS = pd.date_range("2001-01-01", periods=72, freq="MS").strftime("%Y-%m")
VALUES = (
    (10 + 3 * np.sin(np.arange(72) * np.pi / 6))
    + 0.1 * np.random.default_rng(1).normal(size=72)
).round(3)
WORDS = "the cat sat on the mat, and the dog ran off. "


@pytest.fixture
def months(write: Callable[..., Path]) -> Path:
    """Six years of months with a season, and another column of numbers."""
    table = pd.DataFrame({"month": MONTHS, "sales": VALUES, "staff": VALUES[::-1]})
    return write(table.to_csv(index=False), "months.csv")


@pytest.fixture
def text(write: Callable[..., Path]) -> Path:
    return write(WORDS * 70, "tale.txt")


def test_series_is_one_column_in_its_order(months):
    data = load(months, target="sales", task="forecast")
    np.testing.assert_array_equal(data.y, VALUES)
    np.testing.assert_array_equal(np.asarray(data.x).ravel(), np.arange(72))
    assert data.series is not None
    assert data.season == data.series.season == 12
    assert data.series.times[0] == "2001-01"
    assert data.card.target == "sales"


def test_season_and_horizon_are_taken_as_given(months):
    data = load(months, target="sales", task="forecast", season=6, horizon=4)
    assert data.series is not None
    assert (data.series.season, data.series.horizon) == (6, 4)


def test_two_columns_need_no_target(write):
    table = pd.DataFrame({"month": MONTHS, "sales": VALUES})
    data = load(write(table.to_csv(index=False)), task="forecast")
    assert data.card.target == "sales"


def test_three_columns_need_one(refused, months):
    assert "target=" in refused(Misuse, load, months, task="forecast")


def test_only_one_series_at_a_time(refused, months):
    text = refused(Misuse, load, months, target="sales,staff", task="forecast")
    assert "names 2" in text
    assert "sales, staff" in text


def test_limit_keeps_the_last_steps(months):
    data = load(months, target="sales", task="forecast", limit=48)
    np.testing.assert_array_equal(data.y, VALUES[-48:])
    assert any("the last 48 of 72 rows" in note for note in data.notes)
    assert len(load(months, target="sales", task="forecast", limit=999)) == 72


def test_limit_keeps_the_first_characters(text):
    data = load(text, task="characters", limit=2_500)
    assert len(data) == 2_500 - CONTEXT
    whole = load(text, task="characters")
    np.testing.assert_array_equal(data.y, whole.y[: len(data)])
    assert any("the first 2,500 of" in note for note in data.notes)


@pytest.mark.parametrize("limit", [30, 1_999])
def test_limit_below_what_is_needed_is_refused(refused, text, limit):
    assert f"{limit:,} characters" in refused(
        BadData, load, text, task="characters", limit=limit
    )


def test_limit_below_the_season_is_refused(refused, months):
    text = refused(
        BadData, load, months, target="sales", task="forecast", season=12, limit=20
    )
    assert "too short" in text


def test_fewer_folds_need_fewer_steps(refused, months):
    asked = {"target": "sales", "task": "forecast", "horizon": 10}
    assert "folds=" in refused(BadData, load, months, **asked)
    data = load(months, **asked, folds=3)
    assert [len(f.test) for f in make_folds(data, folds=3)] == [10] * 3


@pytest.mark.parametrize("option", ["season", "horizon"])
def test_options_of_a_forecast_do_not_go_with_tables(refused, months, option):
    text = refused(Misuse, load, months, target="sales", **{option: 3})
    assert "task='forecast'" in text


@pytest.mark.parametrize("option", ["season", "horizon", "limit", "folds"])
def test_no_step_is_no_number_of_steps(refused, months, option):
    given = {option: 0}
    text = refused(Misuse, load, months, target="sales", task="forecast", **given)
    assert f"{option}= must be" in text
    assert "got 0" in text


def test_columns_are_not_dropped_from_a_series(refused, months):
    text = refused(
        Misuse, load, months, target="sales", task="forecast", drop=["staff"]
    )
    assert "a series" in text


@pytest.mark.parametrize("given", [{"target": "a"}, {"drop": ["a"]}, {"group": "a"}])
def test_text_has_no_columns(refused, text, given):
    assert "a text" in refused(Misuse, load, text, task="characters", **given)


def test_text_must_be_a_file(refused, tmp_path):
    for path in (tmp_path, tmp_path / "nowhere.txt"):
        text = refused(Misuse, load, path, task="characters")
        assert "there is no file" in text


def test_characters_give_the_text_back(text):
    data = load(text, task="characters")
    codes = np.append(np.asarray(data.x)[0], data.y)
    assert "".join(data.classes[c] for c in codes) == WORDS * 70
    assert data.n_test == len(WORDS * 70) // 10


def test_parts_of_a_series_follow_each_other(months):
    data = load(months, target="sales", task="forecast", horizon=5)
    parts = cut(data)
    rows = np.concatenate([parts.train, parts.validation, parts.test])
    np.testing.assert_array_equal(rows, np.arange(72))
    assert (len(parts.validation), len(parts.test)) == (5, 5)


def test_folds_of_a_series_never_look_ahead(months):
    data = load(months, target="sales", task="forecast", horizon=5)
    for fold in make_folds(data, folds=4):
        np.testing.assert_array_equal(fold.train, np.arange(fold.test[0]))
        assert len(fold.test) == 5


def test_parts_of_a_text_follow_each_other(text):
    data = load(text, task="characters")
    parts = cut(data)
    rows = np.concatenate([parts.train, parts.validation, parts.test])
    np.testing.assert_array_equal(rows, np.arange(len(data)))
    assert len(parts.test) == data.n_test


def test_catalog_has_one_of_each():
    airline = load("airline", limit=60)
    assert (airline.task, len(airline), airline.season) == ("forecast", 60, 12)
    plays = load("shakespeare", limit=3_000)
    assert (plays.task, len(plays)) == ("characters", 3_000 - CONTEXT)


def test_other_rows_have_another_hash(months, text):
    for path, limit, options in (
        (months, 48, {"task": "forecast", "target": "sales"}),
        (text, 2_500, {"task": "characters"}),
    ):
        whole = load(path, **options).sha256
        assert load(path, **options).sha256 == whole
        assert load(path, **options, limit=limit).sha256 != whole
