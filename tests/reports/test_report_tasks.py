"""Series, texts and labels on the page."""

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from learnable.baselines.estimators.catalog import BASELINES
from learnable.baselines.results.results import ForecastExample, Row, Score
from learnable.reports import Report
from learnable.reports.sections.classes import (
    balance_facts,
    class_scores,
    recognition_facts,
    table_facts,
)
from learnable.reports.sections.forecasts import (
    MOST_TIMES,
    NAIVE,
    bounds,
    course_chart,
    forecast_facts,
)
from learnable.reports.summarize import summarize
from learnable.reports.svg import NARROW, WIDE, page_svg

STEPS = 24
ERRORS = {NAIVE: 1.2, "drift": 1.9, "ets": 0.8, "lstm": 0.9}


def scored(name, mase):
    kind = "network" if name == "lstm" else "baseline"
    scores = {
        key: Score(value, value - 0.1, value + 0.1, (value, value))
        for key, value in {"skill": 1 - mase / 1.2, "mase": mase, "smape": 5.0}.items()
    }
    return Row(name, kind, "", scores, 0.1, 0.01)


def series(made, errors=ERRORS, steps=STEPS):
    """Forecasts of the second half of a wave, each off by its error."""
    wave = tuple(100 + 10 * math.sin(i / 2) for i in range(steps))
    course = ForecastExample(
        times=tuple(f"19{i // 12:02}-{i % 12 + 1:02}" for i in range(steps)),
        actual=wave,
        forecasts={
            name: tuple(
                v + error if i >= steps // 2 else math.nan for i, v in enumerate(wave)
            )
            for name, error in errors.items()
        },
    )
    plain = made("regression")
    return replace(
        plain,
        about=replace(plain.about, task="forecast", target="passengers", rows=steps),
        rows=tuple(scored(name, mase) for name, mase in errors.items()),
        comparisons=(),
        networks=(),
        course=course,
    )


def characters(made):
    plain = made("many classes")
    names = ["\n", " ", *(chr(ord("a") + i) for i in range(26)), "\u0301", "\u200b"]
    return replace(
        plain,
        about=replace(
            plain.about,
            task="characters",
            columns=64,
            classes={name: 90 - i for i, name in enumerate(names)},
        ),
    )


def labels(made, count=5):
    plain = made("classification")
    names = {f"topic {i}": 500 - 10 * i for i in range(count)}
    about = replace(plain.about, task="multilabel", classes=names)
    rows = tuple(replace(row, confusion=()) for row in plain.rows)
    return replace(plain, about=about, rows=rows)


def test_course_shows_best_network_best_baseline_and_naive(made):
    lines = forecast_facts(series(made))["lines"]
    assert [(line["kind"], line["name"]) for line in lines] == [
        ("actual", "the series"),
        ("network", "lstm"),
        ("baseline", "ets"),
        ("naive", NAIVE),
    ]
    assert lines[1]["values"][:12] == [None] * 12


def test_naive_forecast_is_drawn_once_where_it_is_the_best(made):
    lines = forecast_facts(series(made, {NAIVE: 1.2, "drift": 1.9}))["lines"]
    assert [line["kind"] for line in lines] == ["actual", "naive"]


def test_caption_says_who_is_ahead_of_the_naive_forecast(made):
    said = forecast_facts(series(made))["sentences"]
    assert said == [
        "seasonal-naive has a MASE of 1.200.",
        "Better: ets by 0.400, lstm by 0.300.",
        "Not better: drift (1.900).",
    ]
    said = forecast_facts(series(made, {NAIVE: 1.2, "drift": 1.9}))["sentences"]
    assert "Better: none." in said
    assert forecast_facts(series(made, {NAIVE: math.nan, "ets": 1.0}))["lines"]


def test_naive_forecast_has_its_name_from_the_catalog():
    assert NAIVE in [baseline.name for baseline in BASELINES["forecast"]]


def test_skill_of_forecasts_is_put_in_words(made):
    page = Report(series(made)).html()
    assert (
        "improvement in absolute error, compared with repeating the last season" in page
    )
    assert "seasonal-naive, which repeats the last season" in page
    assert "Do past values predict later ones?" in page
    assert "out of fold" not in page.split('data-test="candidates"')[0]
    assert "24 values" in page


def test_long_series_show_their_end(made):
    facts = forecast_facts(series(made, steps=1_000))
    assert {len(line["values"]) for line in facts["lines"]} == {MOST_TIMES}
    assert len(facts["times"]) == MOST_TIMES
    assert "The last 400 of 1,000 values are drawn." in facts["sentences"]
    assert len(Report(series(made, steps=1_000)).html().encode()) < 500_000


def test_wild_forecast_does_not_hide_the_series(made):
    facts = forecast_facts(series(made, ERRORS | {"lstm": 0.1, "ets": 0.7}))
    low, high = facts["domain"]
    lines = [facts["lines"][0], {"name": "wild", "values": [1e6, None, 50.0]}]
    assert bounds(lines)[1] < 150
    assert 85 < low < 90 < 110 < high < 115
    wild = series(made, {NAIVE: 1.2, "lstm": 900.0})
    assert "Beyond the ends of the axis: lstm." in forecast_facts(wild)["sentences"]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_course_is_drawn_with_its_times(made, width):
    svg = page_svg(course_chart(forecast_facts(series(made)), width))
    root = ET.fromstring(svg)
    shown = [e.text for e in root.iter("text") if re.match(r"19\d\d-\d\d", e.text)]
    assert 2 <= len(shown) <= 12
    assert shown == sorted(shown)
    assert len([e for e in root.iter() if e.get("aria-label")]) == 1 + 4
    for color in ("--ink", "--accent", "--other", "--soft"):
        assert f"var({color})" in svg


@pytest.mark.parametrize("values", [(5.0,), (5.0, 5.0), (math.nan, 5.0)])
def test_flat_and_short_courses_are_drawn(made, values):
    plain = series(made)
    course = ForecastExample(
        tuple(map(str, range(len(values)))), values, {NAIVE: values}
    )
    page = Report(replace(plain, course=course)).html()
    assert 'data-test="forecast"' in page


def test_series_without_numbers_has_no_section(made):
    empty = ForecastExample(("1",), (math.nan,), {})
    assert forecast_facts(replace(series(made), course=empty)) is None
    assert forecast_facts(made("regression")) is None


def test_characters_are_named(made):
    results = characters(made)
    rows = balance_facts(results)["rows"]
    assert [row["label"] for row in rows[:3]] == ["newline", "space", "a"]
    assert balance_facts(results)["sentence"].startswith("Always predicting “newline”")
    page = Report(results).html()
    assert ">combining acute accent<" in page
    assert "Confusion matri" in page
    assert "1,000 characters, 64 before each, 30 different" in page
    assert 'class="heat' not in page  # too many for a table


def test_labels_do_not_exclude_each_other(made):
    results = labels(made)
    facts = balance_facts(results)
    assert [row["share"] for row in facts["rows"][:2]] == ["50.0 %", "49.0 %"]
    assert "A row may have several labels" in facts["sentence"]
    assert balance_facts(labels(made, 25))["rows"][-1] == {
        "label": "5 more, each at most",
        "rows": "300",
        "share": "30.0 %",
        "width": 60,
    }
    page = Report(results).html()
    assert 'data-test="confusions"' not in page
    assert "1,000 rows, 14 columns, 5 labels" in page
    assert "Share of labels" not in page  # one scale, and F1 is that of labels


def test_metrics_of_each_task_have_names(made):
    row = made("classification").rows[0]
    wanted = {
        "exact_match": "all labels right",
        "f1_macro": "mean F1",
        "smape": "sMAPE in %",
        "bits_per_character": "bits per character",
    }
    scores = dict.fromkeys(["skill", *wanted], row.scores["skill"])
    results = replace(made("data only"), rows=(replace(row, scores=scores),))
    found = summarize(results)["scores"]
    main, columns = found["metric"], found["columns"]
    assert main == "bits per character"
    assert {column["label"] for column in columns} == {"skill", *wanted.values()} - {
        main
    }
    assert all(column["better"] for column in columns)


def test_scores_of_each_class_by_hand():
    a, b, c = class_scores([[6, 2, 0], [1, 1, 0], [2, 0, 0]], ["a", "b", "c"])
    assert (a.rows, a.precision, a.recall) == (8, 6 / 9, 6 / 8)
    assert a.f1 == pytest.approx(2 * (6 / 9) * (6 / 8) / (6 / 9 + 6 / 8))
    assert (b.precision, b.recall) == (1 / 3, 1 / 2)
    assert (c.precision, c.recall, c.f1) == (None, 0, 0)


def test_means_agree_with_scikit_learn():
    from sklearn.metrics import precision_recall_fscore_support

    confusion = [[6, 2, 0], [1, 1, 0], [2, 0, 0]]
    pairs = [(i, j) for i in range(3) for j in range(3) for _ in range(confusion[i][j])]
    true, said = zip(*pairs, strict=True)
    wanted = precision_recall_fscore_support(
        true, said, average="macro", zero_division=0
    )
    means = table_facts(confusion, ["a", "b", "c"])["means"]
    assert means == [f"{value:.3f}" for value in wanted[:3]]


def test_classes_without_rows_are_left_out():
    table = table_facts([[3, 1], [0, 0]], ["a", "b"])
    assert [row["label"] for row in table["rows"]] == ["a"]
    assert table_facts([[0, 0], [0, 0]], ["a", "b"]) is None


def test_many_classes_show_the_ten_worst(made):
    network, best = recognition_facts(made("many classes"))
    assert (network["name"], best["name"]) == ("mlp", "gradient boosting")
    assert len(network["rows"]) == 10
    assert network["worst"]
    assert network["classes"] == 30
    assert len(recognition_facts(made("twenty classes"))[0]["rows"]) == 20
    confusion = [[0] * 30 for _ in range(30)]
    for i in range(30):
        confusion[i][i], confusion[i][0] = i + 1, 31 - i
    rows = table_facts(confusion, [str(i) for i in range(30)])["rows"]
    assert [row["label"] for row in rows] == [str(i) for i in range(1, 11)]


def test_baseline_keeps_its_place_beside_many_networks(made):
    found = recognition_facts(made("five networks"))
    assert [table["kind"] for table in found] == ["network"] * 3 + ["baseline"]
    page = Report(made("five networks")).html()
    assert page.count('data-test="per-class"') == 4
    assert re.search(r'<details data-test="recognition">', page)  # folded
