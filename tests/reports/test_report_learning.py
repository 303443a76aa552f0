"""What more rows promise and what anyone can reach, on the page."""

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from learnable.baselines.results.results import (
    AchievableScore,
    Ceiling,
    Curve,
    Line,
    Point,
)
from learnable.reports import Report
from learnable.reports.sections.learning import (
    MOST_LINES,
    learning_chart,
    learning_facts,
)
from learnable.reports.svg import NARROW, WIDE, page_svg

EVIL = "<script>alert(1)</script>]]>\"' onload=x & {{ 7*7 }} \u202e\x00 網路"


def best_score(mean, room=0.02):
    return AchievableScore(mean, mean - room, mean + room)


def line(name, kind="baseline", trend="rising", start=0.7, twice=True):
    points = tuple(
        Point(
            100 * 2**i, best_score(start - 0.2 + 0.02 * i), best_score(start + 0.02 * i)
        )
        for i in range(4)
    )
    promised = best_score(start + 0.08) if twice else None
    said = f"More rows still help {name}."
    return Line(
        name,
        kind,
        points,
        trend,
        best_score(0.02, 0.01),
        0.004,
        best_score(0.6),
        promised,
        said,
    )


CEILING = Ceiling(
    "accuracy", "equal rows", 0.8, 0.9, 0.5, 500, 0.85, "forest", "Nobody gets past .9."
)


def results(made, *lines, ceiling=CEILING):
    curve = Curve("accuracy", lines, 1.5) if lines else None
    return replace(made("data only"), curve=curve, ceiling=ceiling)


def section(found):
    match = re.search(r'<section data-test="learning".*?</section>', html(found), re.S)
    return match.group() if match else ""


def html(found):
    return Report(found).html()


def test_section_is_absent_without_either(made):
    assert learning_facts(made("data only")) is None
    assert section(made("data only")) == ""


def test_ceiling_stands_alone(made):
    shown = section(results(made))
    assert '<p class="lead" data-test="ceiling">Nobody gets past .9.</p>' in shown
    assert "<svg" not in shown
    assert "<table" not in shown


def test_curve_stands_alone(made):
    shown = section(results(made, line("forest"), ceiling=None))
    assert 'data-test="ceiling"' not in shown
    assert shown.count("<svg") == 2
    assert "More rows still help forest." in shown


def test_table_tells_of_all(made):
    names = [f"candidate {i}" for i in range(MOST_LINES + 2)]
    shown = section(results(made, *(line(name) for name in names)))
    for name in names:
        assert f'<th scope="row">{name}</th>' in shown
    assert shown.count("400 to 800") == len(names)
    assert "+0.020</td>" in shown
    assert "0.010 to 0.030" in shown


@pytest.mark.parametrize(
    ("trend", "said"),
    [
        ("rising", "still rising"),
        ("flat", "nearly flat"),
        ("falling", "falling"),
        ("cannot tell", "unclear"),
    ],
)
def test_trend_is_said_in_words(made, trend, said):
    assert f"</span>{said}</td>" in section(results(made, line("ridge", trend=trend)))


def test_networks_are_drawn_first_and_told_of(made):
    lines = [line(f"b{i}") for i in range(MOST_LINES)]
    found = learning_facts(results(made, *lines, line("net", "network")))
    drawn = [mark["name"] for mark in found["chart"]["lines"]]
    assert drawn == ["net", *(f"b{i}" for i in range(MOST_LINES - 1))]
    assert found["chart"]["sentences"] == ["More rows still help net."]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("twice", [True, False])
def test_chart_shows_every_size_and_the_promise(made, width, twice):
    found = learning_facts(results(made, line("forest", twice=twice)))
    svg = page_svg(learning_chart(found["chart"], width))
    ET.fromstring(svg)
    said = re.findall(r'aria-label="(forest, [\d,]+ training rows: [^"]*)"', svg)
    assert [s.split(":")[0].split(", ", 1)[1] for s in said] == [
        f"{rows:,} training rows" for rows in (100, 200, 400, 800, 1_600)[: 4 + twice]
    ]
    assert ("extrapolated" in said[-1]) == twice


def test_numbers_that_are_none_leave_no_mark(made):
    odd = line("odd")
    gone = AchievableScore(math.nan, None, None)
    odd = replace(odd, points=(replace(odd.points[0], score=gone), *odd.points[1:]))
    chart = learning_facts(results(made, odd))["chart"]
    assert [mark["rows"] for mark in chart["lines"][0]["points"]] == [
        200, 400, 800, 1_600,
    ]  # fmt: skip
    nothing = replace(
        odd,
        points=tuple(replace(p, score=gone) for p in odd.points),
        twice_score=None,
    )
    shown = section(results(made, nothing))
    assert "<svg" not in shown
    assert "<table" in shown


def test_hostile_names_stay_texts(made):
    ceiling = replace(CEILING, sentence=EVIL)
    shown = section(results(made, line(EVIL, "network"), ceiling=ceiling))
    assert "<script" not in shown
    assert "{{ 7*7 }}" in shown
    assert not {"\x00", "\u202e"} & set(shown)


def test_section_stands_before_the_findings(made):
    both = replace(results(made, line("forest")), findings=made("findings").findings)
    places = [html(both).index(f'data-test="{n}"') for n in ("learning", "findings")]
    assert places == sorted(places)
