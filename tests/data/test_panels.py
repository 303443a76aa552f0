"""Several series in one table: refused, or read each at the same steps."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.estimators.catalog import baselines_for
from learnable.baselines.scores.metrics import all_metrics, reference
from learnable.data.errors import BadData, Misuse, UnknownName
from learnable.data.loading import load
from learnable.data.panel_series import MOST_SERIES, read_panel
from learnable.data.series import read_series

COUNTRIES = ("Austria", "Bhutan", "Chad", "Denmark")


def panel(rows: int = 30, names=COUNTRIES, seed: int = 0) -> pd.DataFrame:
    """The rows of each country below those of the one before."""
    rng = np.random.default_rng(seed)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "country": name,
                    "year": np.arange(1990, 1990 + rows),
                    "y": 100 * i + rng.normal(size=rows).cumsum(),
                }
            )
            for i, name in enumerate(names)
        ],
        ignore_index=True,
    )


def long_form(table: pd.DataFrame) -> pd.DataFrame:
    """The countries of each year below each other."""
    return table.sort_values(["year", "country"]).reset_index(drop=True)


def read(table: pd.DataFrame, columns: str = "country", **options):
    return read_panel(table, "y", columns, name="t.csv", **options)


DATED = (
    panel().assign(when=lambda t: t["year"].map("01.01.{}".format)).drop(columns="year")
)
COUNTED = panel().assign(t=lambda t: t["year"] - 1989).drop(columns="year")
PANELS = {
    "below each other": panel(),
    "among each other": long_form(panel()),
    "dates": DATED,
    "counted": COUNTED[["country", "t", "y"]],
    "counted among each other": COUNTED.sort_values("t").reset_index(drop=True),
    "with other columns": panel().assign(region="x", size=2.5),
    "numbers as names": panel(names=(7, 8, 9)),
}


@pytest.mark.parametrize("case", PANELS)
def test_a_panel_is_refused_with_what_to_write(case):
    with pytest.raises(BadData) as caught:
        read_series(PANELS[case], "y", name="t.csv")
    text = str(caught.value)
    assert "\n" not in text
    assert "series, one for each country" in text
    assert "--series 'country'" in text


def test_two_columns_that_part_the_series_together():
    table = panel(names=range(6))
    table["store"], table["dept"] = table["country"] // 3, table["country"] % 3
    table = table.drop(columns="country")
    with pytest.raises(BadData, match=r"--series '(store,dept|dept,store)'"):
        read_series(table, "y", name="t.csv")
    assert read(table, "store,dept").values.shape == (30, 6)


SINGLE = {
    "months of years": pd.DataFrame(
        {"year": np.repeat(range(2000, 2005), 12), "month": list(range(1, 13)) * 5}
    ),
    "weekdays in words": pd.DataFrame(
        {
            "week": np.repeat(range(1, 13), 5),
            "day": ["Mon", "Tue", "Wed", "Thu", "Fri"] * 12,
        }
    ),
    "hours of the day": pd.DataFrame({"hour": list(range(24)) * 3}),
    "a feature of words": pd.DataFrame(
        {"when": pd.date_range("2000", periods=60), "c": ["a", "b"] * 30}
    ),
    "a feature of numbers": pd.DataFrame({"size": [1, 2, 3] * 20}),
}


@pytest.mark.parametrize("case", SINGLE)
def test_a_single_series_is_none(case):
    table = SINGLE[case]
    table = table.assign(y=np.random.default_rng(0).normal(size=len(table)))
    values, _, _ = read_series(table, "y", name="t.csv")
    assert len(values) == len(table)


@pytest.mark.parametrize("case", PANELS)
def test_series_are_read_at_the_same_steps(case):
    table = PANELS[case]
    found = read(table)
    true = table.groupby("country", sort=False)["y"].apply(list)
    assert found.names == tuple(map(str, true.index))
    for column, values in zip(found.values.T, true, strict=True):
        np.testing.assert_array_equal(column, values)
    assert len(set(found.order.times)) == 30


@given(
    st.permutations(range(120)),
    st.sampled_from(["below each other", "dates", "counted"]),
)
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(order, case):
    table = PANELS[case]
    found = read(table.iloc[list(order)].reset_index(drop=True))
    expected = read(table)
    by_name = dict(zip(found.names, found.values.T, strict=True))
    for name, column in zip(expected.names, expected.values.T, strict=True):
        np.testing.assert_array_equal(by_name[name], column)


def test_the_stretch_that_most_series_share():
    table = panel()
    late = (table["country"] == "Chad") & (table["year"] < 2010)
    early = (table["country"] == "Bhutan") & (table["year"] < 1993)
    found = read(table[~late & ~early].reset_index(drop=True))
    assert found.names == ("Austria", "Bhutan", "Denmark")
    assert found.order.times[0] == "1993"
    assert any("1 of 4 series was left out (Chad)" in note for note in found.notes)


def test_a_few_gaps_are_filled_and_told():
    table = panel().drop(index=[4, 40]).reset_index(drop=True)
    found = read(table)
    assert found.values.shape == (30, 4)
    assert np.isfinite(found.values).all()
    assert any("2 of 120 values are missing" in note for note in found.notes)


def test_many_series_are_sampled():
    found = read(panel(names=range(MOST_SERIES + 20)))
    assert found.values.shape[1] == MOST_SERIES
    assert any(f"{MOST_SERIES} of 60 series are forecast" in n for n in found.notes)


def test_the_last_steps_alone():
    assert len(read(panel(), limit=20).values) == 20


REFUSED = {
    "unknown": (UnknownName, panel(), "land", "land"),
    "the target": (Misuse, panel(), "y", "--target and by --series"),
    "one value": (BadData, panel(names=("A",)), "country", "has one value"),
    "a time twice": (
        BadData,
        pd.concat([panel(), panel().iloc[:1]], ignore_index=True),
        "country",
        "comes twice",
    ),
    "one row each": (BadData, panel(rows=1), "country", "one row"),
    "equal values": (BadData, panel().assign(y=1.0), "country", "and move"),
    "text": (BadData, panel().assign(y="a"), "country", "no column of numbers"),
    "short": (BadData, panel(rows=8), "country", "too short"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_panel_is_refused(case):
    kind, table, columns, part = REFUSED[case]
    with pytest.raises(kind) as caught:
        read(table, columns)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_load_reads_a_panel(tmp_path):
    path = tmp_path / "gdp.csv"
    panel().to_csv(path, index=False)
    dataset = load(path, target="y", task="forecast", series="country")
    assert dataset.y.shape == (30, 4)
    assert dataset.targets == COUNTRIES
    with pytest.raises(Misuse, match="series= go with task='forecast'"):
        load(path, target="y", series="country")


def test_each_series_is_forecast_by_itself(tmp_path):
    path = tmp_path / "gdp.csv"
    panel().to_csv(path, index=False)
    dataset = load(path, target="y", task="forecast", series="country")
    x, y = dataset.x, dataset.y
    for name in ("seasonal-naive", "last-value", "drift", "mean", "ridge-lags"):
        whole = baselines_for(dataset)[name].fit(x[:20], y[:20]).predict(x[20:])
        assert whole.shape == (10, 4)
        alone = baselines_for(dataset)[name].model.fit(x[:20], y[:20, 2])
        np.testing.assert_allclose(whole[:, 2], alone.predict(x[20:]))


def test_scores_are_means_over_the_series():
    y = read(panel()).values
    asked = {"classes": 0, "season": 1}
    said = y[20:] + np.random.default_rng(1).normal(size=(10, 4))
    whole = all_metrics(y[20:], said, y[:20], **asked)
    each = [all_metrics(y[20:, i], said[:, i], y[:20, i], **asked) for i in range(4)]
    for metric in ("mase", "smape", "mae"):
        assert whole[metric] == pytest.approx(np.mean([e[metric] for e in each]))
    naive = all_metrics(y[20:], reference(y[:20], 10, **asked), y[:20], **asked)
    assert naive["skill"] == pytest.approx(0)
    assert whole["skill"] == pytest.approx(1 - whole["mase"] / naive["mase"])
