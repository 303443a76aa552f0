import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from learnable.baselines.results.results import Results
from learnable.baselines.rules.examine import examine
from learnable.baselines.rules.registry import RULES, checks
from learnable.reports import Report
from learnable.reports.sections.findings import finding_facts, to_markup

EVIL = "<script>alert(1)</script>]]>\"' onload=x & {{ 7*7 }} \u202e\x00 網路"


class Elements(HTMLParser):
    """Elements with their attributes, and the texts between them."""

    def __init__(self, page):
        super().__init__()
        self.found, self.texts = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def section(results):
    """The part of the page on findings; empty where there is none."""
    page = Report(replace(results, networks=())).html()  # whose charts take time
    found = re.search(r'<section data-test="findings".*?</section>', page, re.S)
    return found.group() if found else ""


def texts(markup):
    return " ".join("".join(Elements(markup).texts).split())


TABLE = set(checks(examine.__module__).values())


def all_findings(made):
    """A finding of each rule on tables."""
    results = made("findings")
    found = [
        replace(results.findings[1], code=rule.code, label=rule.label)
        for rule in RULES.values()
        if rule.code in TABLE
    ]
    return replace(results, findings=tuple(found))


def test_section_is_absent_without_findings(made):
    page = Report(made("classification")).html()
    assert 'data-test="findings"' not in page
    assert "Findings in the data" not in page


def test_section_stands_between_classes_and_time(made):
    page = Report(made("findings")).html()
    places = [page.index(f'data-test="{n}"') for n in ("balance", "findings")]
    assert places == sorted(places)
    assert places[1] < page.index('data-test="timings"')


def test_findings_keep_their_order(made):
    results = made("findings")
    for ordered in (results.findings, results.findings[::-1]):
        shown = section(replace(results, findings=ordered))
        found = re.findall(r"<span>(D\d+) <span", shown)
        assert found == [finding.code for finding in ordered]


@pytest.mark.parametrize(
    ("severity", "tone"), [("error", "bad"), ("warning", "warn"), ("note", "none")]
)
def test_badge_says_the_severity_in_words(made, severity, tone):
    first = replace(made("findings").findings[0], severity=severity)
    shown = section(replace(made("findings"), findings=(first,)))
    assert f'<span class="badge {tone}">{severity}</span>' in shown


def test_sentence_and_advice_are_shown(made):
    shown = texts(section(made("findings")))
    assert "What D309 saw in 12 of the rows." in shown
    assert "What to do: Mend what D309 saw." in shown


def test_columns_and_rows_are_named(made):
    shown = texts(section(made("findings")))
    assert "Columns: age, income Rows: 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 1,190" in (
        shown
    )
    assert "Rows: 0, 10, 20, 30, 40, 50, 60, 70, 80, 90 and 2,335 more" in shown
    assert "Column: unit What D313 means" in shown


def test_numbering_is_said_once_where_rows_are_named(made):
    results = made("findings")
    assert section(results).count("Rows are numbered from 0") == 1
    columns = replace(results, findings=results.findings[-1:])
    assert "Row numbers" not in section(columns)


def test_rows_beyond_the_first_are_not_invented(made):
    gaps = replace(made("findings").findings[1], n_rows=10)
    (fact,) = finding_facts(replace(made("findings"), findings=(gaps,)))
    assert len(fact["rows"]["names"]) == 10
    assert fact["rows"]["more"] == ""


def test_hostile_texts_stay_texts(made):
    evil, plain = (section(made("hostile finding", t)) for t in (EVIL, "plain"))
    outlines = [[(t, sorted(a)) for t, a in Elements(s).found] for s in (evil, plain)]
    assert outlines[0] == outlines[1]
    shown = "".join(Elements(evil).texts)
    assert "<script>alert(1)</script>" in shown
    assert "{{ 7*7 }}" in shown
    assert not {"\x00", "\u202e"} & set(evil)


def test_long_texts_are_cut(made):
    assert "x" * 1_001 not in section(made("hostile finding", "x" * 20_000))


@pytest.mark.parametrize("code", ["D999", "../pages/D304", EVIL])
def test_unknown_code_has_no_explanation(made, code):
    shown = section(made("hostile finding", "plain", code))
    assert "<details" not in shown
    assert "What to do:" in shown


def test_rule_is_explained_once(made, monkeypatch):
    for code in ("D303", "D304"):
        page = f"# {code} x\n\nAbout {code}."
        monkeypatch.setitem(RULES[code].__dict__, "page", page)
    first, second, *_ = made("findings").findings
    shown = section(replace(made("findings"), findings=(first, second, first)))
    assert shown.count("<p>About D304.</p>") == 1
    assert shown.index("About D304") < shown.index("About D303")
    assert shown.count("<details") == 2


def test_real_page_of_a_rule_is_in_the_report_once(made):
    written = texts(to_markup(RULES["D304"].page))
    assert len(written) > 1_000
    assert texts(Report(made("findings")).html()).count(written) == 1


def test_all_explanations_are_small(made):
    full = Report(all_findings(made)).html().split('data-test="results"')[0]
    bare = replace(
        all_findings(made),
        findings=tuple(
            replace(finding, code=f"X{finding.code[1:]}")
            for finding in all_findings(made).findings
        ),
    )
    without = Report(bare).html().split('data-test="results"')[0]
    assert full.count('data-test="explanation"') == len(TABLE)
    assert len(full.encode()) - len(without.encode()) < 2_200 * len(TABLE)


def test_explanations_keep_to_the_page(made):
    """No address to follow, no id, one caption a table, scopes on its heads."""
    page = Elements(section(all_findings(made)))
    tags = [tag for tag, _ in page.found]
    assert not {"a", "img", "script", "h1", "style"} & set(tags)
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in a for tag, a in page.found if tag == "th")
    assert tags.count("h2") == 1


def test_markup_of_a_page_is_text():
    shown = to_markup("# D1 x\n\n<b onclick=x>bold</b>\n\n<script>x</script>\n")
    assert "D1" not in shown
    assert {tag for tag, _ in Elements(shown).found} == {"p"}
    assert "&lt;script&gt;" in shown


def test_links_of_a_page_become_text():
    shown = to_markup(
        "[Keras](https://keras.io/a?b=1&c=2), <https://x.org>, ![i](https://y.org/i)\n"
    )
    assert [tag for tag, _ in Elements(shown).found] == ["p"]
    assert texts(shown) == (
        "Keras (https://keras.io/a?b=1&c=2), https://x.org, !i (https://y.org/i)"
    )


def test_tables_of_a_page_have_a_caption():
    shown = to_markup("# D1 x\n\n## Sizes\n\n| a | b |\n| --- | --: |\n| 1 | 2 |\n")
    assert "<h4>Sizes</h4>" in shown
    assert "<caption>Sizes</caption>" in shown
    heads = [attributes for tag, attributes in Elements(shown).found if tag == "th"]
    assert [head["scope"] for head in heads] == ["col", "col"]
    assert shown.count("<div") == shown.count("</div>") == 1


def test_findings_come_back_from_disk(made, tmp_path):
    made("findings").save(tmp_path / "results.json")
    again = Results.load(tmp_path / "results.json")
    assert finding_facts(again) == finding_facts(made("findings"))
