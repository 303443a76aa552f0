"""The page over all runs."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from learnable.reports.run_summary import Entry
from learnable.reports.several.index import index_facts, state, to_index

EVIL = "<script>alert(1)</script>\"' onload=x & {{ 7*7 }} \u202e\x00 ünï 網路 🧠"
GOOD = Entry(
    "20260101-120000-mlp-aaaa",
    Path("runs/20260101-120000-mlp-aaaa"),
    kind="train",
    created="2026-01-01T12:00:00+00:00",
    seconds=125.0,
    models=("mlp",),
    data="iris",
    sha256="f8237ba97a8a",
    task="multiclass",
    verdicts={"mlp": "network-level", "data": "signal"},
    metric="skill",
    networks={"mlp": 0.8123},
    baseline="forest",
    baseline_score=-0.05,
    report=True,
)


class Page(HTMLParser):
    """The elements of a page with their attributes, and all text of its tables."""

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


def page_of(*entries: Entry, live: bool = False) -> str:
    return to_index(index_facts(entries), live=live)


def test_row_tells_a_run():
    (row,) = index_facts([GOOD])["rows"]
    assert row["link"] == f"{GOOD.name}/report.html"
    assert row["made"] == "2026-01-01 12:00"
    assert row["badges"] == [{"about": "", "badge": "network level", "tone": "good"}]
    assert (row["network"], row["baseline"]) == ("0.812", "\N{MINUS SIGN}0.050")
    assert (row["network_value"], row["baseline_value"]) == ("0.8123", "-0.05")
    assert (row["seconds"], row["seconds_value"]) == ("2 min 5 s", "125.0")


def test_newest_stands_first_whatever_its_name():
    later = replace(GOOD, name="a", created="2026-01-02T12:00:00+00:00")
    rows = index_facts([later, GOOD])["rows"]
    assert [row["name"] for row in rows] == ["a", GOOD.name]


def test_verdict_on_the_data_is_shown_where_there_is_no_network():
    alone = replace(GOOD, models=(), networks={}, verdicts={"data": "no-signal"})
    (row,) = index_facts([alone])["rows"]
    assert [b["badge"] for b in row["badges"]] == ["no signal"]
    assert (row["network"], row["network_value"]) == ("", "")


def test_many_networks_share_a_row():
    names = tuple(f"net{i}" for i in range(9))
    many = replace(GOOD, models=names, verdicts=dict.fromkeys(names, "undecided"))
    (row,) = index_facts([many])["rows"]
    assert [b["about"] for b in row["badges"]] == ["net0", "net1", "net2", "net3"]
    assert row["more"] == "5 more verdicts"


def test_damaged_runs_are_listed_with_their_reason():
    broken = Entry("b", Path("runs/b"), error="results.json is damaged", note="mine")
    text = page_of(GOOD, broken)
    assert "results.json is damaged" in text
    assert "1 of them cannot be read" in text
    assert "mine" in text
    assert "cannot be read" not in page_of(GOOD)


def test_no_runs_make_a_page():
    text = page_of()
    assert "0 runs" in text
    assert "<table" not in text


def test_hostile_texts_stay_texts():
    evil = replace(
        GOOD, name=EVIL, kind=EVIL, created=EVIL, models=(EVIL,), data=EVIL, task=EVIL,
        sha256=EVIL, verdicts={EVIL: EVIL}, metric=EVIL, networks={EVIL: 1.0},
        baseline=EVIL, note=EVIL, tags=(EVIL, EVIL), state=EVIL,
    )  # fmt: skip
    broken = replace(evil, error=EVIL)
    plain, hostile = Page(page_of(GOOD)), Page(page_of(evil, broken))
    assert len(hostile.tags("script")) == len(plain.tags("script"))
    assert not [a for _, attrs in hostile.found for a in attrs if a.startswith("on")]
    assert "\x00" not in "".join(hostile.texts)
    assert "\u202e" not in "".join(hostile.texts)
    assert "49" not in "".join(hostile.texts[-40:])


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("javascript:alert(1)", "javascript%3Aalert%281%29/report.html"),
        ("a b?c#d%2e", "a%20b%3Fc%23d%252e/report.html"),
        ("ü\udcff", "%C3%BC%FF/report.html"),
    ],
)
def test_links_lead_to_the_run_and_nowhere_else(name, link):
    assert Page(page_of(replace(GOOD, name=name))).tags("a") == [{"href": link}]


def test_run_without_a_page_has_no_link():
    assert Page(page_of(replace(GOOD, report=False))).tags("a") == []


def test_page_is_alone_and_its_table_whole():
    page = Page(page_of(GOOD, replace(GOOD, error="x")))
    assert not {"src", "action"} & {a for _, attrs in page.found for a in attrs}
    assert not {"link", "img", "iframe", "form"} & {tag for tag, _ in page.found}
    assert len(page.tags("caption")) == len(page.tags("table")) == 2
    assert all("scope" in attrs for attrs in page.tags("th"))
    ids = [attrs["id"] for _, attrs in page.found if "id" in attrs]
    assert all(i.startswith("zoo-index") for i in ids)


def test_numbers_and_times_say_how_they_sort():
    cells = Page(page_of(GOOD)).tags("td")
    values = [attrs["data-value"] for attrs in cells if "data-value" in attrs]
    assert values == [GOOD.created, "0.8123", "-0.05", "125.0"]


def test_page_that_is_served_asks_its_server():
    still, live = page_of(GOOD), page_of(GOOD, live=True)
    assert "fetch(" not in still
    assert "connect-src" not in still
    assert "fetch(" in live
    (policy,) = (a for a in Page(live).tags("meta") if "http-equiv" in a)
    assert "connect-src 'self'" in policy["content"]
    assert f'data-state="{state([GOOD])}"' in live


def test_state_changes_with_any_entry():
    known = {
        state(entries)
        for entries in (
            [],
            [GOOD],
            [GOOD, GOOD],
            [replace(GOOD, note="x")],
            [replace(GOOD, tags=("x",))],
            [replace(GOOD, state="training")],
            [replace(GOOD, name="\udcff")],
        )
    }
    assert len(known) == 7
    assert state([GOOD]) == state([replace(GOOD)])


def test_entry_is_plain_data():
    facts = json.loads(json.dumps(GOOD.to_dict()))
    assert facts["run"] == GOOD.name
    assert facts["networks"] == {"mlp": 0.8123}
    assert facts["error"] is None
