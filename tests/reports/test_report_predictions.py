"""The sections on folds, seeds, predictions and rows of findings."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from learnable.baselines.results.findings import Examples, Finding
from learnable.baselines.results.results import Results, Row, Score
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.scores.harness import Outcome
from learnable.baselines.scores.prediction_plots import make_pictures
from learnable.data import Card, Dataset
from learnable.data.split import make_folds
from learnable.reports import Report
from learnable.reports.figures import chart_files, figures
from learnable.reports.html import as_json, fitting
from learnable.reports.summarize import summarize
from learnable.reports.svg import page_svg

EVIL = "<script>alert(1)</script>\"' {{ 7*7 }}"
FIVE = ("a", "b", "c", "d", "e")
SECTIONS = {
    "folds", "tradeoffs", "calibration", "residuals", "histograms", "named", "always",
}  # fmt: skip


def pictures(rows, y, said, names=("x", "y", "z"), task=""):
    """What these candidates said of rows made up."""
    classes = names[: y.max() + 1] if y.dtype.kind == "i" else ()
    task = task or ("multiclass" if classes else "regression")
    data = Dataset(np.zeros((len(y), 1)), y, Card("d", "d", task, "t"), classes)
    cut = make_folds(data)
    outcomes = [
        Outcome(name, i, p[fold.test])
        for name, p in said.items()
        for i, fold in enumerate(cut)
    ]
    board = collect_outcomes(data, cut, outcomes)
    return make_pictures(board, [row for row in rows if row.name in said])


def with_pictures(results, *, size=600, constant=()):
    """Candidates on three classes: a network in ``constant`` always says the first."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, size)
    said = {row.name: rng.dirichlet([2, 2, 2], size) for row in results.rows}
    said |= {name: np.tile([0.8, 0.1, 0.1], (size, 1)) for name in constant}
    about = replace(
        results.about, task="multiclass", classes=dict.fromkeys(("x", "y", "z"), 200)
    )
    made = pictures(results.rows, y, said)
    return replace(results, about=about, pictures=made)


def with_seeds(results, seeds=3):
    """Every network's skill with one value a fold and seed."""

    def moved(row: Row) -> Row:
        skill = row.scores["skill"]
        each = tuple(tuple(v + 0.01 * s for s in range(seeds)) for v in skill.folds)
        return replace(row, scores=row.scores | {"skill": replace(skill, seeds=each)})

    rows = (moved(row) if row.kind == "network" else row for row in results.rows)
    return replace(results, rows=tuple(rows))


def numbers(results):
    """Candidates that predict a number."""
    rng = np.random.default_rng(3)
    y = rng.normal(100, 20, 300)
    said = {row.name: y + rng.normal(0, 10, 300) for row in results.rows}
    said["mean"] = np.full(300, 100.0)
    return replace(results, pictures=pictures(results.rows, y, said))


def marks(page):
    return set(re.findall(r'data-test="([^"]+)"', page))


@pytest.fixture(scope="module")
def full(made):
    """Eight baselines, five networks, three classes, three seeds."""
    return with_seeds(with_pictures(made("five networks"), constant=("b",)))


@pytest.fixture(scope="module")
def page(full):
    return Report(full).html()


def test_sections_stand_in_the_order_of_the_questions(page):
    wanted = [
        "verdict-network-level", "candidates", "evidence", "folds", "seeds", "paired",
        "confusions", "tradeoffs", "areas", "calibration", "networks", "histograms",
        "named", "balance", "timings", "reproduce",
    ]  # fmt: skip
    found = list(dict.fromkeys(re.findall(r'data-test="([^"]+)"', page)))
    assert [mark for mark in found if mark in wanted] == wanted


def test_learning_and_failures_stand_behind_training(made):
    page = Report(made("failing")).html()
    order = [page.index(f'data-test="{m}"') for m in ("failed", "networks", "failures")]
    assert order == sorted(order)
    assert page.index('data-test="reproduce"') < order[-1]
    assert "Without scores: ARIMA." in page


def test_a_page_of_13_candidates_with_5_histories_has_room(full, page):
    assert len(page.encode()) < 500_000
    assert "left out to keep the page small" not in page
    svgs = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(svgs) > 30
    assert 'data-test="seeds"' in page
    bare = page.split('data-test="results"')[0]
    assert len(bare.encode()) < 450_000


def test_huge_predictions_give_way_to_the_curves(made):
    names = tuple(f"network {i}" for i in range(12))
    results = with_seeds(with_pictures(made("twenty classes"), size=300), seeds=40)
    rows = results.rows + tuple(replace(results.rows[-1], name=n) for n in names)
    history = {"loss": tuple(1 / (i + 1) for i in range(20_000))}
    one = replace(results.networks[0], history=history, note="n" * 2_000)
    networks = tuple(replace(one, name=name) for name in names)
    page = Report(replace(results, rows=rows, networks=networks)).html()
    assert len(page.encode()) < 500_000


def test_results_without_pictures_have_none_of_the_sections(made):
    facts = made("classification").to_dict()
    facts.pop("pictures")
    for row in facts["rows"]:
        for score in row["scores"].values():
            score.pop("seeds")
    found = marks(Report(Results.from_dict(facts)).html())
    assert not (SECTIONS - {"folds"}) & found
    assert {"paired", "candidates"} <= found
    assert not {"seeds", "noise"} & found
    assert not SECTIONS & marks(Report(made("data only")).html())


def test_files_of_small_charts_are_called_by_their_candidates(full, made):
    names = set()
    for results in (full, numbers(made("regression"))):
        facts = Report(results).facts
        names |= set(chart_files(facts, figures(facts)))
    kinds = {"folds", "calibration", "predicted", "residuals", "histograms"}
    assert {name.split("-")[0] for name in names} >= kinds | {"roc"}
    assert not [name for name in names if name[-1].isdigit()]


def test_pictures_lie_in_the_page_unless_there_is_no_room(full):
    data = full.to_dict()
    assert fitting(data, 10**7) is data
    bare = json.loads(json.dumps(data))
    for network in bare["networks"]:
        network["history"] = {}
    small = fitting(data, len(as_json(bare)) - 1)
    assert small["left_out"] == ["histories", "pictures"]
    assert small["pictures"] is None


def test_a_network_that_says_one_class_is_named(page, full):
    said = summarize(full)["histograms"]["classes"]
    assert len(said["sentences"]) == 1
    assert said["sentences"][0].startswith(
        "b predicts “x” for 100.0 % of the rows; it is"
    )
    column = [head["name"] for head in said["heads"]].index("b")
    assert [row["said"][column] for row in said["rows"]] == ["600", "0", "0"]
    assert "micro average" in page


def test_lines_are_told_apart_without_colours(full):
    lines = summarize(full)["tradeoffs"]["lines"]
    assert len({line["dash"] for line in lines}) == len(lines) == 6
    assert lines[-1]["kind"] == "baseline"
    charts = summarize(full)["tradeoffs"]["charts"]
    for chart in charts:
        for line in chart["lines"]:
            steps = [across for across, _ in line["points"]]
            assert steps == sorted(steps)


def test_calibration_tells_every_answer(full):
    for panel in summarize(full)["calibration"]["panels"]:
        told = [p["text"] for p in panel["points"]]
        counts = [int(re.search(r"of (\d+) prediction", t).group(1)) for t in told]
        assert sum(counts) == 600
    collapsed = summarize(full)["calibration"]["panels"][1]
    assert collapsed["name"] == "b"
    assert len(collapsed["points"]) == 1


@pytest.mark.slow  # large pages
@pytest.mark.parametrize("text", [EVIL, "plain"])
def test_every_panel_is_an_svg_with_a_name(made, text):
    rows = made("five networks").rows
    renamed = tuple(
        replace(row, name=f"{text} {i}") if row.kind == "network" else row
        for i, row in enumerate(rows)
    )
    base = replace(made("five networks"), rows=renamed)
    for results in (with_seeds(with_pictures(base)), numbers(base)):
        drawn = figures(summarize(results))
        for key in ("seeds", "tradeoffs", "calibration", "points", "residuals"):
            for svg in map(page_svg, drawn[key]):
                root = ET.fromstring(svg)
                assert root.get("aria-label")
                assert not root.findall(".//script")
                assert not re.search(r'(fill|stroke)="(#|black|white)', svg)
                said = [e for e in root.iter() if e.get("aria-label")]
                assert len(said) > 1


@pytest.mark.parametrize("task", ["multilabel", "multiclass"])
def test_hostile_classes_and_targets_stay_text(made, task):
    results = with_pictures(made("classification"), constant=("mlp",))
    classes = {EVIL: 200, f"{EVIL}2": 200, "z": 200}
    about = replace(results.about, task=task, target=EVIL, classes=classes)
    page = Report(replace(results, about=about)).html()
    assert page.count("<script") == 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert ('data-test="always"' in page) == (task == "multiclass")
    assert SECTIONS - {"residuals", "always"} <= marks(page)
    number = numbers(made("regression"))
    about = replace(number.about, target=EVIL)
    assert Report(replace(number, about=about)).html().count("<script") == 2


def test_dots_of_folds_and_seeds_stand_in_columns(full):
    (panel, *_) = summarize(full)["folds"]["seeds"]["panels"]
    assert panel["folds"] == 10
    assert len(panel["dots"]) == 30
    assert panel["dots"][4]["said"].startswith("fold 2, seed 2: 0.")


def test_one_network_is_compared_with_all_and_several_with_the_best(made):
    alone = summarize(made("classification"))["folds"]["paired"]
    assert len(alone["marks"]) == 8
    assert {mark["kind"] for mark in alone["marks"]} == {"baseline"}
    several = summarize(made("five networks"))["folds"]["paired"]
    assert [mark["name"] for mark in several["marks"]] == list(FIVE)
    assert several["said"].endswith("minus that of gradient boosting")
    (mark, *_), rows = several["marks"], {r.name: r for r in made("five networks").rows}
    own, other = (rows[n].scores["skill"].folds for n in ("a", "gradient boosting"))
    assert mark["folds"] == pytest.approx(
        [a - b for a, b in zip(own, other, strict=True)]
    )
    assert several["domain"][0] < 0 < several["domain"][1]


def test_differences_that_are_far_off_are_named(made):
    results = made("classification")
    far = replace(results.comparisons[0], difference=12.0, low=11.0, high=13.0)
    paired = summarize(replace(results, comparisons=(far, *results.comparisons[1:])))
    assert paired["folds"]["paired"]["far"] == ["majority class"]
    assert len(paired["folds"]["paired"]["marks"]) == 7


def test_numbers_are_drawn_against_the_true_ones(made):
    results = numbers(made("regression"))
    facts = summarize(results)
    pairs = facts["residuals"]["panels"]
    assert [pair["name"] for pair in pairs] == ["concrete_mlp", "boosting"]
    assert all(len(pair["points"]) == 200 for pair in pairs)
    for pair in pairs:
        assert sum(bar["rows"] for bar in pair["residuals"]["bars"]) == 300
    assert len(facts["histograms"]["panels"]) == 3
    assert facts["tradeoffs"] is facts["calibration"] is None
    found = marks(Report(results).html())
    assert {"residuals", "points", "histogram"} <= found
    assert not {"tradeoffs", "calibration", "named"} & found


def test_wild_predictions_are_said_to_lie_further_off(made):
    rows = made("regression").rows
    y = np.random.default_rng(3).normal(size=50)
    said = {row.name: y for row in rows} | {"concrete_mlp": y + 1e7}
    results = replace(made("regression"), pictures=pictures(rows, y, said))
    pair = summarize(results)["residuals"]["panels"][0]
    assert pair["off"] == "50 points at the edge lie outside the axes."


ROWS = Examples(
    (3, 7), (f"{EVIL} column", "t"), ((EVIL, "\x00 1"), ("x" * 900, "missing")), 31
)


def test_rows_of_a_finding_stand_beside_it_as_text(made):
    found = Finding("D309", "l", "note", "s", "a", rows=(3, 7), n_rows=2, examples=ROWS)
    page = Report(replace(made("classification"), findings=(found,))).html()
    table = page[page.index('data-test="rows"') :]
    table = table[: table.index("</table>")]
    assert "<script>" not in table
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in table
    assert "29 more columns not shown." in table
    assert "\x00" not in table
    assert "x" * 41 not in table
    assert [r["number"] for r in summarize_rows(made, found)] == ["3", "7"]


def summarize_rows(made, found):
    facts = summarize(replace(made("classification"), findings=(found,)))
    return facts["findings"][0]["examples"]["rows"]


def test_a_finding_without_rows_has_no_table(made):
    assert 'data-test="rows"' not in Report(made("findings")).html()


def test_scores_of_one_seed_have_no_columns(made):
    assert summarize(made("classification"))["folds"]["seeds"] is None
    assert Score(0.5, None, None, (0.5,)).seeds == ()


@pytest.mark.slow  # large pages
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is told by Linux alone"
)
def test_predictions_are_drawn_lightly_without_a_learning_library(full, tmp_path):
    full.save(tmp_path / "results.json")
    code = (
        "import re, sys; from pathlib import Path;"
        "from learnable.reports import Report;"
        f"folder = Path({str(tmp_path)!r});"
        "page = Report.load(folder).html();"
        "print('data-test=\"calibrated\"' in page,"
        # the most that this program had: getrusage counts what started it, too
        "int(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"
        "< 500_000,"
        "{'keras', 'tensorflow', 'sklearn', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True True set()"
