"""The report as Markdown: it reads as the page does, and no name becomes markup."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from learnable.baselines.results.diagnosis import (
    Cause,
    CheckResult,
    Diagnosis,
    RuledOut,
)
from learnable.reports import Report
from learnable.reports.markdown import (
    JOINER,
    align_columns,
    code,
    compared_markdown,
    escaped,
    fenced,
    to_markdown,
)
from learnable.reports.several.compare import compare_facts
from learnable.reports.several.runs import ReadRun
from markdown_it import MarkdownIt

EVIL = (
    "# h\n- * [a](http://b.c) ![i](j) <b>x</b> <!-- c --> | `t` ```f``` ~~s~~ _e_ "
    "**b** @octocat #12 gh-3 www.x.org https://x.org me@x.org &lt; \\| $x$ {{ 7*7 }}"
)
ALL = (
    "classification", "five networks", "data only", "regression", "many classes",
    "failing", "hostile", "findings",
)  # fmt: skip
KINDS = {
    "heading", "paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td",
    "bullet_list", "list_item", "fence", "text", "strong", "code_inline", "softbreak",
}  # fmt: skip
"""All that a report may be made of; no link, no image, no markup, no quotation."""


def reader():
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(markdown):
    for token in reader().parse(markdown):
        yield token
        yield from token.children or ()


def kinds(markdown):
    return {re.sub("_(open|close)$", "", token.type) for token in tokens(markdown)}


def headings(markdown):
    found = list(tokens(markdown))
    places = [i for i, token in enumerate(found) if token.type == "heading_open"]
    return [found[i + 1].content for i in places]


def said(markdown):
    """The letters that a reader sees, without what takes no room."""
    parts = [
        token.content
        for token in tokens(markdown)
        if token.type in ("text", "code_inline", "fence")
    ]
    return "".join(parts).replace(JOINER, "")


def hostile(made, text):
    """The same text in every place that a user, or a script, can fill."""
    cause = Cause("N1", text, text, text, text, 0.0, 0.1, 0.9, 0.8, 0.1)
    found = Diagnosis(
        f"/home/{text}.py", ("network",), "network-at-fault", text, text, text,
        0.0, 0.9, 0.9, 0.9,
        causes=(cause,),
        ruled_out=(RuledOut("N2", text, text, "untested", text),),
        symptoms=(CheckResult("S1", text, False, text),),
        golden=(CheckResult("G1", text, True, text),),
        diff=f"--- a\n+++ b\n@@ -1 +1 @@\n-{text}\n+````\n  \n\n\n+x  \n",
        tuned=text, tuned_score=0.9,
    )  # fmt: skip
    return replace(made("hostile", text), diagnosis=found)


@pytest.mark.parametrize("name", ALL)
def test_report_is_plain_markdown(made, name):
    results = made(name, EVIL) if name == "hostile" else made(name)
    markdown = to_markdown(Report(results).facts)
    assert kinds(markdown) <= KINDS
    assert markdown.endswith("\n")
    assert "\n\n\n" not in markdown


def test_hostile_texts_are_shown_and_do_nothing(made):
    results = hostile(made, EVIL)
    markdown = to_markdown(Report(results).facts)
    assert kinds(markdown) <= KINDS
    plain = headings(to_markdown(Report(hostile(made, "x")).facts))
    assert len(headings(markdown)) == len(plain)
    shown = said(markdown)
    for part in ("<b>x</b>", "[a](http://b.c)", "@octocat", "&lt;", "{{ 7*7 }}"):
        assert part in shown


def test_mentions_and_addresses_are_no_links(made):
    """GitHub makes links of these after it has read the Markdown, but not in code."""
    markdown = to_markdown(Report(hostile(made, EVIL)).facts)
    text = "\n".join(t.content for t in tokens(markdown) if t.type == "text")
    for link in (r"@octocat", r"#12", r"gh-3", r"www\.x", "https://x", "me@x"):
        assert not re.search(link, text), link


@pytest.mark.parametrize("name", ["hostile", "classification"])
def test_every_table_has_rows_of_one_length(made, name):
    results = made(name, EVIL) if name == "hostile" else made(name)
    html = reader().render(to_markdown(Report(results).facts))
    tables = re.findall("<table>.*?</table>", html, re.DOTALL)
    assert len(tables) >= 3
    for table in tables:
        rows = re.findall("<tr>(.*?)</tr>", table, re.DOTALL)
        counts = {len(re.findall("<t[hd][ >]", row)) for row in rows}
        assert len(counts) == 1
        assert not re.search(r"<td[^>]*></td>\s*</tr>$", table)


def test_difference_is_fenced_as_it_is(made):
    markdown = to_markdown(Report(hostile(made, "x")).facts)
    (fence,) = (t for t in tokens(markdown) if t.type == "fence" and t.info == "diff")
    assert "+````\n  \n\n\n+x  " in fence.content
    assert fence.content.startswith("--- a\n+++ b\n")


def test_answer_comes_first(made):
    lines = to_markdown(Report(made("classification")).facts).splitlines()
    assert lines[0] == "# Credit decisions"
    assert lines[4] == "## Verdict"
    assert lines[6].startswith("**network level** (mlp). mlp and gradient boosting")
    checked = to_markdown(Report(hostile(made, "x")).facts).splitlines()
    assert checked[0].startswith(
        "# The data can be learned; the fault lies in the network"
    )


def test_all_parts_are_there(made):
    markdown = to_markdown(Report(made("failing")).facts)
    assert headings(markdown) == [
        "Credit decisions", "Verdict", "What to do next", "Evidence", "All candidates",
        "What was not tested", "Failed candidates", "Training of the network",
        "Precision, recall and F1 of each class", "Fit and prediction time",
        "Notes on the data", "Reproduce",
    ]  # fmt: skip
    assert "ValueError: 1 class" in markdown
    assert "zoo train mlp --data credit.csv" in markdown
    found = to_markdown(Report(made("findings")).facts)
    assert "## Findings in the data" in found


def test_columns_stand_below_each_other(made):
    markdown = to_markdown(Report(made("classification")).facts)
    tables = re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
    assert tables
    for table in tables:
        assert len({len(line) for line in table.splitlines()}) == 1


def test_runs_compared_are_plain_markdown(made):
    results = made("hostile", EVIL)
    runs = [
        ReadRun(EVIL, results, {EVIL: {"a": EVIL}}),
        ReadRun("b", results, {EVIL: {"a": 1}}),
    ]
    markdown = compared_markdown(compare_facts(runs))
    assert kinds(markdown) <= KINDS
    other = replace(results, seed=8)
    plain = compared_markdown(compare_facts([runs[0], ReadRun("c", other)]))
    assert "due to the folds" in plain
    assert "no recipe.json" in plain


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "),
    max_size=30,
) | st.text(r"a1 #-+*_`~<>|[](){}\!&;:/@$.=" + "\n", max_size=20)


@given(TEXTS)
@example("- a")
@example("1. a")
@example("===")
@example("    code")
@example("a_b_ _c_")
@example("\\|")
@example("[x]: http://y")
@example("<a@b.c>")
@settings(max_examples=25, deadline=None)
def test_any_text_is_shown_as_it_is(text):
    wanted = " ".join(text.split())
    for place in ("{}", "- {}", "x\n{}", "| a | {} |\n| - | - |\n| b | {} |"):
        markdown = place.replace("{}", escaped(text))
        assert kinds(markdown) <= KINDS - {"heading", "fence", "code_inline", "strong"}
        if place == "{}":
            assert said(markdown) == wanted.replace(JOINER, "")
    table = f"| a | b |\n| - | - |\n| {escaped(text)} | {code(text)} |"
    assert reader().render(table).count("<td>") == 2


@given(TEXTS)
@example("``")
@example("` a `")
@example("a|b")
@settings(max_examples=25, deadline=None)
def test_any_name_is_shown_as_code(text):
    wanted = " ".join(text.split())
    markdown = f"x {code(text)} y"
    assert kinds(markdown) <= {"paragraph", "inline", "text", "code_inline"}
    assert said(markdown).split() == f"x {wanted} y".replace(JOINER, "").split()


@given(TEXTS)
@example("```\n# h")
@settings(max_examples=25, deadline=None)
def test_nothing_ends_a_block_of_code(text):
    assert kinds(f"{fenced(text)}\n\nend") == {"fence", "paragraph", "inline", "text"}


def test_table_is_aligned_as_its_second_line_says():
    table = align_columns("| a | b |\n\n| --- | --: |\n| long name | 1 |\n")
    assert table.splitlines() == [
        "| a         |   b |",
        "| --------- | --: |",
        "| long name |   1 |",
    ]
