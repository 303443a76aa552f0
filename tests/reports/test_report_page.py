import json
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from learnable.baselines.results.results import Results
from learnable.data.errors import BadData, Misuse
from learnable.reports import Report
from learnable.reports.html import script
from learnable.reports.sections.forest import forest_chart
from learnable.reports.sections.loss_curves import curve_chart, spread_positions
from learnable.reports.summarize import summarize
from learnable.reports.svg import NARROW, page_svg

EVIL = "<script>alert(1)</script>]]>\"' onload=x & {{ 7*7 }} \u202e\x00 ünï 網路 🧠"
ALL = (
    "classification",
    "five networks",
    "data only",
    "regression",
    "many classes",
    "failing",
)


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and texts."""

    VOID = ("meta", "br")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.stack: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def values(self, attribute):
        return [a[attribute] for _, a in self.found if attribute in a]

    def outline(self):
        """Elements without their texts; how a chart is laid out depends on those."""
        inside = ("svg", "g", "path", "line", "text", "rect")
        found = [(t, sorted(a)) for t, a in self.found if t not in inside]
        return [pair for pair in found if pair != ("title", [])]


@pytest.fixture(scope="module")
def pages(made):
    return {name: Report(made(name)).html() for name in ALL}


@pytest.mark.parametrize("name", ALL)
def test_page_is_small_and_alone(pages, name):
    page = Page(pages[name])
    assert len(pages[name].encode()) < 500_000
    assert not {"src", "xlink:href", "action"} & {a for _, d in page.found for a in d}
    assert all(address.startswith("#") for address in page.values("href"))
    tags = [tag for tag, _ in page.found]
    assert not {"link", "img", "iframe", "object", "form"} & set(tags)
    assert "@import" not in pages[name]
    assert "url(" not in pages[name]


@pytest.mark.parametrize("name", ALL)
def test_page_has_whole_tables_and_own_ids(pages, name):
    page = Page(pages[name])
    tags = [tag for tag, _ in page.found]
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in a for tag, a in page.found if tag == "th")
    ids = page.values("id")
    prefix = page.values("id")[0]
    assert all(i.startswith(prefix) for i in ids)
    assert len(set(ids)) == len(ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


def test_verdict_comes_before_the_evidence(pages):
    order = Page(pages["classification"]).values("data-test")
    wanted = [
        "verdict-network-level",
        "candidates",
        "evidence",
        "verdict-signal",
        "confusions",
        "networks",
        "balance",
        "timings",
        "examples",
        "recipes",
        "notes",
        "reproduce",
        "results",
    ]
    assert [mark for mark in order if mark in wanted] == wanted


def test_contents_lead_to_every_section(pages):
    for name in ALL:
        page = Page(pages[name])
        headings = [a["id"] for tag, a in page.found if tag == "h2"]
        assert page.values("href") == [f"#{place}" for place in headings]


def test_contents_show_names_as_texts(made):
    page = Page(Report(made("hostile", EVIL)).html())
    assert [a for tag, a in page.found if tag == "script"][:1] != []
    assert len(page.values("href")) > 5


def test_sections_that_do_not_apply_are_absent(pages):
    marks = set(Page(pages["data only"]).values("data-test"))
    assert not {"networks", "recipes", "examples", "failures", "duel"} & marks
    assert "detectable" in marks
    marks = set(Page(pages["regression"]).values("data-test"))
    assert not {"confusions", "balance", "examples"} & marks


def test_failed_candidate_is_shown(pages):
    assert "failures" in Page(pages["failing"]).values("data-test")
    assert "ValueError: 1 class" in pages["failing"]


def test_results_are_inside_the_page(pages, made):
    found = re.search(r'data-test="results">(.*?)</script>', pages["failing"])
    data = json.loads(found.group(1))
    assert data == json.loads(json.dumps(made("failing").to_dict()))


def test_hostile_texts_stay_texts(made):
    evil, plain = (
        Page(Report(made("hostile", EVIL)).html()),
        Page(Report(made("hostile", "plain")).html()),
    )
    assert [tag for tag, _ in evil.found if tag == "script"] == ["script"] * 2
    assert evil.outline() == plain.outline()
    shown = "".join(evil.texts)
    assert "<script>alert(1)</script>" in shown
    assert "\x00" not in shown
    assert "{{ 7*7 }}" in shown


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(text=st.text(min_size=1, max_size=40) | st.text("<>\"'&/-!]\\", min_size=1))
def test_any_text_leaves_the_page_as_it_is(made, text):
    page = Report(made("hostile", text)).html()
    marks = set(Page(page).values("data-test"))
    assert {"forest", "curve", "confusion", "reproduce"} <= marks
    page.encode("utf-8")


def test_very_long_texts_are_cut(made):
    page = Report(made("hostile", "x" * 20_000)).html()
    assert len(page.encode()) < 500_000
    assert "x" * 2_001 not in page.split('data-test="results"')[0]


def test_huge_runs_stay_small(made):
    names = tuple(f"network {i}" for i in range(14))
    results = made("classification")
    rows = made("twenty classes").rows
    history = {"loss": tuple(1 / (i + 1) for i in range(20_000))}
    networks = tuple(
        replace(results.networks[0], name=name, history=history) for name in names
    )
    rows += tuple(replace(rows[-1], name=name) for name in names)
    page = Report(replace(results, rows=rows, networks=networks)).html()
    assert len(page.encode()) < 500_000
    assert "Not shown here: network 12, network 13." in page


def test_charts_are_valid_and_named(made):
    facts = summarize(made("hostile", EVIL))
    forest = page_svg(forest_chart(facts["scores"]["chart"], NARROW))
    curve = page_svg(curve_chart(facts["networks"][0]["curve"], NARROW))
    for svg in (forest, curve):
        root = ET.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert "id=" not in svg
        assert not root.findall(".//script")


def test_charts_show_every_candidate_and_the_rule_of_thumb(made):
    facts = summarize(made("classification"))
    root = ET.fromstring(page_svg(forest_chart(facts["scores"]["chart"], 820)))
    texts = [element.text for element in root.iter("text")]
    assert texts.count("majority class") == 2  # its row, and the name of the line
    assert "support vector machine" in texts
    labels = [e.get("aria-label") for e in root.iter() if e.get("aria-label")]
    assert "mlp: accuracy 0.930, 95 % interval 0.910 to 0.950" in labels


def test_labels_do_not_cover_each_other():
    places = sorted(spread_positions([0.1, 0.11, 0.12, 0.9, 0.0], 0.1, 1.0))
    gaps = [b - a for a, b in pairwise(places)]
    assert min(gaps) >= 0.1 - 1e-9
    assert places[0] >= 0


def test_page_takes_its_colours_from_the_reader(pages):
    assert "prefers-color-scheme: dark" in pages["classification"]
    assert "@media print" in pages["classification"]
    svg = re.search(r"<svg.*?</svg>", pages["classification"], re.S).group()
    assert "var(--accent)" in svg
    assert not re.search(r'(fill|stroke)="(#|black|white)', svg)


def test_trimming_leaves_names_alone(made):
    name = 'x opacity="1" d="M1.234" font-family="sans-serif"'
    facts = summarize(made("hostile", name))
    root = ET.fromstring(page_svg(forest_chart(facts["scores"]["chart"], 820)))
    shown = {element.text for element in root.iter("text")}
    assert any(text and text.startswith('x opacity="1" d="M1.234"') for text in shown)


def test_networks_stand_beside_one_another(pages, made):
    both = Report(made("two networks")).html()
    assert "<li>mlp_twin &lt; mlp.</li>" in both
    assert 'data-test="pairs"' not in pages["classification"]


def test_scripts_are_small_and_ask_for_nothing():
    assert len(script().encode()) < 40_000
    assert not re.search(r"fetch|import|XMLHttp|innerHTML|eval|https?:", script())


def test_page_is_made_quickly(made):
    Report(made("classification")).html()  # imports and the first chart cost a second
    start = time.process_time()
    Report(made("classification")).html()
    assert time.process_time() - start < 3


def test_page_is_made_from_the_file_alone(made, tmp_path):
    results = made("failing")
    results.save(tmp_path / "results.json")
    Report.load(tmp_path).to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert repr(Report(results)).startswith("signal. The inputs say something")


def test_missing_results_are_named(tmp_path):
    with pytest.raises(Misuse, match=r"holds no results\.json"):
        Report.load(tmp_path)
    with pytest.raises(Misuse, match="is no folder"):
        Report.load(tmp_path / "nowhere")
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(BadData, match="damaged"):
        Report.load(tmp_path)


def test_page_needs_no_learning_library(made, tmp_path):
    made("two networks").save(tmp_path / "results.json")
    code = (
        "import sys; from pathlib import Path; from learnable.reports import Report;"
        "light = 'altair' not in sys.modules and 'jinja2' not in sys.modules;"
        f"folder = Path({str(tmp_path)!r});"
        "Report.load(folder).to_html(folder / 'report.html');"
        "heavy = {'keras', 'tensorflow', 'sklearn'} & set(sys.modules);"
        "print(light, sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True []"


def test_saved_results_come_back(made, tmp_path):
    made("failing").save(tmp_path / "results.json")
    again = summarize(Results.load(tmp_path / "results.json"))
    assert again["scores"] == summarize(made("failing"))["scores"]


def test_page_says_how_the_epochs_were_run(pages) -> None:
    told = "Its epochs were compiled by XLA: 9,000 steps in all."
    assert told in pages["classification"]
