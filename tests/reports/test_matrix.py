"""Several networks on several datasets: the facts and the page."""

import math
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from learnable.reports.several.matrix import (
    Cell,
    Column,
    column_of,
    matrix_facts,
    matrix_html,
    sentences,
    unsupported_cells,
)

EVIL = "<script>alert(1)</script>\"' onload=x & {{ 7*7 }} \u202e\x00 ünï 網路 🧠"
RUN = "20260101-120000-compare-aaaa"
LEFT_OUT = unsupported_cells(["series"], "binary")


@pytest.fixture
def column(made) -> Column:
    """A network and eight baselines, and a network that cannot do the task."""
    results = made("classification")
    return column_of(results, data="two.csv", run=RUN, others=LEFT_OUT)


def said(verdict: str) -> Column:
    return Column(verdict, RUN, networks={"mlp": Cell("mlp", verdict, 0.5)})


class Page(HTMLParser):
    """The elements of a page with their attributes, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def tags(self, name):
        return [attrs for tag, attrs in self.found if tag == name]


def page_of(*columns: Column, networks=("mlp", "series"), command="") -> str:
    return matrix_html(matrix_facts(networks, columns, command=command))


def test_column_holds_what_the_comparison_found(made, column):
    results = made("classification")
    (row,) = (row for row in results.rows if row.name == "mlp")
    main = row.scores["skill"]
    cell = column.networks["mlp"]
    assert (cell.score, cell.low, cell.high) == (main.mean, main.low, main.high)
    assert cell.verdict == "network-level"
    assert column.baseline is not None
    assert column.thumb is not None
    assert column.baseline.name == "gradient boosting"
    assert column.thumb.name == "majority class"
    assert column.cell("series").error == "cannot: binary"


def test_cell_shows_verdict_score_interval_and_link(column):
    rows = matrix_facts(["mlp", "series"], [column])["rows"]
    (cell,), (other,) = rows[0]["cells"], rows[1]["cells"]
    assert (cell["badge"], cell["tone"]) == ("network level", "good")
    assert (cell["score"], cell["interval"]) == ("0.810", "0.790 to 0.830")
    assert cell["link"] == f"{RUN}/report.html"
    assert (other["score"], other["link"]) == ("", "")
    assert other["error"] == "cannot: binary"


def test_baselines_stand_below_the_networks_with_their_names(column):
    rows = matrix_facts(["mlp"], [column, Column("x.csv", error="no rows")])["rows"]
    assert [r["name"] for r in rows] == ["mlp", "best baseline", "rule of thumb"]
    best, failed = rows[1]["cells"]
    assert (best["score"], best["about"]) == ("0.800", "gradient boosting")
    assert (failed["score"], failed["error"]) == ("\N{EN DASH}", "")


def test_network_that_failed_says_why_in_its_cell(made):
    results = made("classification")
    broken = replace(results.rows[-1], scores={}, error="loss is not a number")
    results = replace(results, rows=(*results.rows[:-1], broken))
    found = column_of(results, data="x", run=RUN, others={})
    assert found.networks["mlp"].error == "failed: loss is not a number"
    assert "failed: loss is not a number" in page_of(found)


def test_score_that_is_no_number_is_none(made):
    results = made("classification")
    row = results.rows[-1]
    nowhere = replace(row.scores["skill"], mean=math.nan)
    row = replace(row, scores=row.scores | {"skill": nowhere})
    results = replace(results, rows=(row,))
    found = column_of(results, data="x", run=RUN, others={})
    assert found.networks["mlp"].score is None
    assert (found.baseline, found.thumb) == (None, None)
    assert "nan" not in "".join(Page(page_of(found)).texts)


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (
            ["network-level", "network-ahead", "network-ahead"],
            "mlp is ahead of every baseline on 2 of 3 datasets, "
            "level with the best baseline on 1.",
        ),
        (
            ["", "no-signal", "suspicious", "network-at-fault", "undecided"],
            "mlp is at fault on 1 of 5 datasets, undecided on 1, without a signal "
            "to learn on 1, suspiciously good on 1, not scored on 1.",
        ),
        (["", ""], "mlp is not scored on 2 of 2 datasets."),
        (["new-word", ""], "mlp is new word on 1 of 2 datasets, not scored on 1."),
    ],
)
def test_sentence_counts_the_verdicts(verdicts, sentence):
    assert sentences(["mlp"], [said(name) for name in verdicts]) == [sentence]


@pytest.mark.parametrize(
    ("verdicts", "tone"),
    [
        (["network-ahead", "network-level"], "good"),
        (["network-at-fault"], "bad"),
        (["network-ahead", "network-at-fault"], "open"),
        (["network-ahead", ""], "open"),
    ],
)
def test_colour_of_the_answer_is_that_of_all_verdicts_or_none(verdicts, tone):
    facts = matrix_facts(["mlp"], [said(name) for name in verdicts])
    assert facts["tone"] == tone


def test_dataset_without_a_comparison_says_why_and_the_others_stand(column):
    text = page_of(column, Column("x.csv", error="x.csv has 0 rows"))
    assert "x.csv has 0 rows" in text
    assert "No comparison on: x.csv." in text
    assert text.count(">failed<") == 2
    assert "0.810" in text
    assert "No comparison on" not in page_of(column)


def test_long_names_of_datasets_stay_apart():
    far = "/very/long" * 20
    heads = matrix_facts(["mlp"], [Column(f"{far}/a"), Column(f"{far}/b")])["columns"]
    assert heads[0]["name"] != heads[1]["name"]


def test_units_of_all_tasks_are_explained(column):
    told = matrix_facts(["mlp"], [column, replace(column, task="regression")])[
        "explained"
    ]
    assert any("log loss" in line and "squared error" in line for line in told)


def test_hostile_texts_stay_texts(column):
    evil = Column(
        EVIL, EVIL, task=EVIL, size=EVIL, metric=EVIL,
        networks={EVIL: Cell(EVIL, EVIL, 0.5, 0.1, 0.9, EVIL)},
        baseline=Cell(EVIL, "", 0.5), thumb=Cell(EVIL, "", 0.0),
    )  # fmt: skip
    plain = Page(page_of(column, column))
    hostile = Page(page_of(evil, Column(EVIL, error=EVIL), networks=[EVIL]))
    assert len(hostile.tags("script")) == len(plain.tags("script"))
    assert not [a for _, attrs in hostile.found for a in attrs if a.startswith("on")]
    assert not {"\x00", "\u202e"} & set("".join(hostile.texts))
    (link,) = hostile.tags("a")
    assert link["href"].startswith("%3Cscript%3E")
    assert "/" not in link["href"].removesuffix("/report.html")


def test_page_is_alone_and_its_table_whole(column):
    page = Page(page_of(column, Column("x", error="y"), command="zoo compare mlp"))
    assert not {"src", "action"} & {a for _, attrs in page.found for a in attrs}
    assert not {"link", "img", "iframe", "form"} & {tag for tag, _ in page.found}
    assert len(page.tags("caption")) == len(page.tags("table")) == 1
    assert all("scope" in attrs for attrs in page.tags("th"))
    assert "zoo compare mlp" in page.texts
    ids = [attrs["id"] for _, attrs in page.found if "id" in attrs]
    assert all(i.startswith("zoo-matrix") for i in ids)
    assert {"class": "scroll"} in page.tags("div")


def test_cells_say_how_they_sort(column):
    values = [a["data-value"] for a in Page(page_of(column)).tags("td")]
    assert values == ["0.81", "", "0.8", "0.0"]
