"""The answer on a training script, on the page."""

import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from learnable.baselines.results.diagnosis import (
    Cause,
    CheckResult,
    Diagnosis,
    ProbeStep,
    RuledOut,
    Trial,
)
from learnable.baselines.results.results import Results
from learnable.reports import Report
from learnable.reports.sections.diagnosis import (
    diagnosis_facts,
    repair_chart,
    repair_facts,
    score_text,
)
from learnable.reports.sections.findings import explanation
from learnable.reports.summarize import summarize
from learnable.reports.svg import NARROW, WIDE, page_svg
from learnable.reports.text import MINUS, MISSING

EVIL = "</pre><script>alert(1)</script>]]>\"' onload=x & {{ 7*7 }} \u202e\x00 網路"
SECTIONS = (
    "diagnosis", "causes", "program", "suspicions", "signs", "probes", "examination",
)  # fmt: skip
RELU = Cause(
    "N106",
    "missing-nonlinearity",
    "2 hidden layers have no activation.",
    "Give hidden layers activation='relu'.",
    "relu in hidden layers",
    original_score=-0.09,
    alone=0.52,
    together=0.97,
    ablation=0.45,
    error=0.02,
)
SHUFFLED = Cause("P704", "rows-not-shuffled", "The rows are sorted.", "Shuffle them.")


def diagnosis(text="", **more):
    """A fault in the network; the same text in every place where one can stand."""
    said = text or "plain"
    made = Diagnosis(
        script=f"/home/{said}/train.py",
        sides=("network",),
        verdict="network-at-fault",
        sentence=text or "As it is the network has score -0.09.",
        change=said,
        measure=text or "R2",
        original_score=-0.09,
        baseline_score=0.95,
        best_score=0.97,
        repaired_score=0.97,
        causes=(RELU, replace(SHUFFLED, label=said, sentence=said, advice=said)),
        ruled_out=(
            RuledOut("N204", said, said, "untested"),
            RuledOut("P706", said, said, "no_effect"),
            RuledOut("N203", said, said, "alternative", text or "Adam"),
        ),
        symptoms=(
            CheckResult("S1", said, True, said),
            CheckResult("S2", said, None, said),
        ),
        golden=(
            CheckResult("G1", said, True, said),
            CheckResult("G2", said, False, said),
        ),
        trials=(Trial(said, 0.5), Trial(said, math.nan)),
        probe_steps=tuple(
            ProbeStep(i, 1.0, {said: 0.1}, {}, {said: 0}, {}) for i in range(3)
        ),
        losses=(0.7, 0.6, math.nan),
        fits=(said, said),
        diff=f"--- a\n+++ b\n@@ -1 +1 @@\n-{said}\n+{said}2\n same\n",
        tuned=said,
        tuned_score=0.98,
        output=text,
        seconds={said: 12.0},
    )
    return replace(made, **({"others": (made,)} | more))


def checked(made, *args, **more):
    return replace(made("data only"), diagnosis=diagnosis(*args, **more))


def html(results):
    return Report(results).html()


def shown(results):
    """The page without the results that are embedded in it."""
    return html(results).split('data-test="results"')[0]


@pytest.fixture(scope="module")
def page(made):
    return shown(checked(made))


def section(page, name):
    found = re.search(rf'<section [^>]*data-test="{name}".*?</section>', page, re.S)
    return found.group() if found else ""


def texts(markup):
    found = []
    parser = HTMLParser()
    parser.handle_data = found.append
    parser.feed(markup)
    parser.close()
    return " ".join("".join(found).split())


def outline(markup):
    """Elements with the names of their attributes."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, sorted(dict(attrs))))
    parser.feed(re.sub(r"<svg.*?</svg>", "", markup, flags=re.S))
    return found


def test_page_without_a_diagnosis_has_no_trace_of_it(made):
    page = shown(made("classification"))
    assert summarize(made("classification"))["diagnosis"] is None
    assert not [name for name in SECTIONS if f'data-test="{name}"' in page]
    assert "The data: signal and baselines" not in page
    assert '<section class="verdicts" aria-label="Verdicts">' in page


def test_diagnosis_comes_first_then_the_data(page):
    marks = (*SECTIONS, "data-half", "verdict-no-signal", "evidence")
    marks = [mark for mark in marks if f'data-test="{mark}"' in page]
    assert marks[: len(SECTIONS)] == list(SECTIONS)
    places = [page.index(f'data-test="{mark}"') for mark in marks]
    assert places == sorted(places)
    assert page.index('data-test="data-half"') < page.index('data-test="evidence"')
    assert "<title>The data can be learned; the fault lies in the network: " in page


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        (("network",), "The data can be learned; the fault lies in the network"),
        (
            ("network", "data"),
            "The data can be learned; the fault lies in the network and the data",
        ),
        ((), "No fault was found"),
    ],
)
def test_headline_names_the_sides(made, sides, said):
    answer = section(shown(checked(made, sides=sides)), "diagnosis")
    assert f">{said}</h2>" in answer
    assert '<span class="badge bad" data-test="side">network at fault</span>' in answer


def test_scores_stand_in_one_line(made, page):
    answer = texts(section(page, "diagnosis"))
    assert "Score: R2." in answer
    bare = replace(diagnosis(baseline_score=None, repaired_score=None), causes=())
    lone = replace(made("data only"), diagnosis=replace(bare, tuned=""))
    assert f"as it is {MINUS}0.09" in texts(section(shown(lone), "diagnosis"))
    assert "What would change this: plain" in answer
    bare = texts(
        section(shown(checked(made, causes=(), original_score=None)), "diagnosis")
    )
    assert f"as it is {MISSING} best baseline 0.95 Score: R2." in bare


def test_cause_has_its_repair_and_its_scores(page):
    causes = section(page, "causes")
    said = texts(re.sub(r"<svg.*?</svg>", "", causes, flags=re.S))
    assert "N106 missing-nonlinearity 2 hidden layers have no activation." in said
    assert (
        "Repair: relu in hidden layers. "
        "Without this repair the score is lower by 0.45 (standard error 0.02)." in said
    )
    assert "What to do: Give hidden layers activation='relu'." in said
    assert causes.count('data-test="repair"') == 1


def test_data_cause_is_explained_unless_a_finding_is(made):
    (_, cause) = diagnosis_facts(checked(made))["causes"]
    assert "sorted" in cause["explanation"]
    finding = replace(made("findings").findings[0], code=SHUFFLED.code)
    both = replace(checked(made), findings=(finding,))
    (_, cause) = diagnosis_facts(both)["causes"]
    assert cause["explanation"] == ""
    assert shown(both).count("What P704 means") == 1


@pytest.mark.parametrize("code", ["N999", "N000", "../pages/N106", EVIL, ""])
def test_unknown_rule_has_no_page(code):
    assert explanation(code) == ""


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_bars_say_all_four_scores(width):
    svg = page_svg(repair_chart(repair_facts(RELU, 0.95), width))
    root = ET.fromstring(svg)
    said = [e.get("aria-label") for e in root.iter() if e.get("aria-label")]
    bars = [
        f"as it is: {MINUS}0.09", "only this repair: 0.52", "all repairs: 0.97",
        "best baseline: 0.95",
    ]  # fmt: skip
    assert said == [f"Scores. {', '.join(bars)}", *bars]


def test_bars_leave_out_what_is_not_known():
    one = replace(RELU, alone=None, together=math.nan)
    assert repair_facts(one, 0.95) is None
    assert repair_facts(SHUFFLED, 0.95) is None
    two = repair_facts(replace(RELU, alone=None), None)
    assert [bar["name"] for bar in two["bars"]] == ["as it is", "all repairs"]


def test_far_scores_are_drawn_at_the_edge():
    chart = repair_facts(replace(RELU, original_score=-1e9), 0.95)
    assert (chart["domain"], chart["cut"]) == ([-1.0, 1.0], True)
    ET.fromstring(page_svg(repair_chart(chart, NARROW)))
    assert score_text(-1e9) == f"{MINUS}1.0e+09"
    assert score_text(None) == MISSING


def test_suspicions_are_told_with_their_outcome(made, page):
    rows = diagnosis_facts(checked(made))["suspicions"]
    assert [(row["code"], row["state"]) for row in rows] == [
        ("N203", "alternative"), ("P706", "no effect"),
    ]  # fmt: skip
    assert "N204" in texts(section(page, "untested"))
    assert "plain Repair: Adam." in texts(section(page, "suspicions"))


def test_answer_is_drawn_with_all_its_scores(made):
    bars = diagnosis_facts(checked(made))["bars"]["bars"]
    assert [bar["said"] for bar in bars] == [
        f"as it is: {MINUS}0.09", "repaired: 0.97", "repaired and tuned: 0.98",
        "best baseline: 0.95",
    ]  # fmt: skip


def test_signs_that_are_not_well_come_first(made):
    symptoms, golden = diagnosis_facts(checked(made))["signs"]
    assert [row["state"] for row in symptoms["rows"]] == ["not run", "absent"]
    assert [row["state"] for row in golden["rows"]] == ["failed", "passed"]
    assert diagnosis_facts(checked(made, golden=()))["signs"] == [symptoms]


def test_trainings_are_listed_where_there_are_several(made, page):
    assert 'data-test="fits"' in page
    assert 'data-test="fits"' not in shown(checked(made, fits=("1: line 20",)))


def test_empty_diagnosis_is_shown(made):
    bare = Diagnosis("", (), "undecided", "", "", "", None, None, None, None)
    page = shown(replace(made("data only"), diagnosis=bare))
    marks = [name for name in SECTIONS if f'data-test="{name}"' in page]
    assert marks == ["diagnosis", "examination"]
    assert "It is unclear where the fault lies" in page


def test_hostile_texts_stay_texts(made, page):
    evil = shown(checked(made, EVIL))
    assert outline(evil) == outline(page)
    assert "</pre><script>alert(1)</script>" in texts(evil)
    assert not {"\x00", "\u202e"} & set(evil)
    code = replace(diagnosis(EVIL), diff="", snippet=EVIL)
    snippet = section(shown(replace(made("data only"), diagnosis=code)), "program")
    assert "&lt;/pre&gt;&lt;script&gt;" in snippet


def test_huge_diagnosis_stays_small(made):
    long = "x" * 3_000
    values = {f"layer {i}": 0.1 * i for i in range(200)}
    page = html(
        checked(
            made,
            sentence=long,
            causes=(RELU,) * 200,
            ruled_out=(RuledOut(long, long, long, "no_effect", long),) * 200,
            symptoms=(CheckResult(long, long, False, long),) * 200,
            trials=(Trial("relu", 0.5),) * 5_000,
            fits=(long,) * 200,
            probe_steps=tuple(
                ProbeStep(i, 1, values, values, values, values) for i in range(500)
            ),
            losses=tuple(range(50_000)),
            diff="+ <&>\n" * 200_000,
            seconds={f"part {i}": 1.0 for i in range(1_000)},
        )
    )
    assert len(page.encode()) < 500_000
    for more in (
        "and 188 more",
        "and 160 more",
        "and 4,850 more",
        "199,600 more lines",
    ):
        assert more in page


def test_embedded_results_lose_the_probes_first(made):
    page = html(checked(made, losses=tuple(i / 7 for i in range(50_000))))
    (data,) = re.findall(r'data-test="results">(.*?)</script>', page)
    found = json.loads(data)
    assert found["left_out"] == ["probe_steps"]
    assert found["diagnosis"]["trials"]
    assert "left_out" not in html(made("data only"))


def test_diagnosis_comes_back_from_disk(made, tmp_path):
    results = checked(made)
    results.save(tmp_path / "results.json")
    again = Results.load(tmp_path / "results.json")
    assert again.diagnosis.causes == results.diagnosis.causes
    assert diagnosis_facts(again) == diagnosis_facts(results)
    assert diagnosis_facts(Results.from_dict(results.to_dict())) == (
        diagnosis_facts(results)
    )


def test_what_helps_beside_the_causes_is_told(made):
    page = shown(checked(made, tuned="epochs 5 -> 20", tuned_score=0.98))
    assert "it improves the repaired network: epochs 5 -&gt; 20" in page
    assert 'data-test="tuned"' not in shown(checked(made, tuned=""))


def test_a_plain_network_stands_beside_the_other_scores(made):
    page = shown(checked(made, causes=(), reference=0.93, diff="", snippet="model = 1"))
    assert 'aria-label="a plain network: 0.93"' in page
    assert "No repair helps" in page
    assert "a plain network" not in shown(checked(made))


def test_other_outputs_have_a_line_each(made):
    kind = diagnosis(sides=(), causes=(), verdict="network-level", output="kind")
    page = shown(checked(made, output="age", others=(kind,)))
    assert "Output age: The data can be learned; the fault lies in the network" in page
    assert "output &#39;kind&#39;: network-level (no cause)" in page
