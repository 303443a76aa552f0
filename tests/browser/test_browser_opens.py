"""Every page opens alone: wide, on a phone, in the dark, printed, without scripts."""

import re
from pathlib import Path

import pytest
from looking import CUT, width_of

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

SECTIONS = """() =>
  [...document.querySelectorAll(".content > section")].map((s) => s.innerText.trim())"""


def test_committed_example_opens(opened, name):
    page = opened(EXAMPLES / f"{name}.html")
    assert page.locator("h1").is_visible()
    assert page.locator(".verdict .badge").first.is_visible()


def test_committed_example_is_small_and_names_no_machine(name):
    path = EXAMPLES / f"{name}.html"
    assert path.stat().st_size < 300_000
    assert not re.search(r"/(tmp|home|root|work|var)/", path.read_text("utf-8"))


def test_every_task_has_an_example(names):
    tasks = {"binary", "multiclass", "multilabel", "regression", "forecast"}
    assert tasks | {"characters", "check"} <= set(names)


@pytest.mark.slow  # pages in a browser
def test_page_reads_on_a_phone(opened, written, unfold, name):
    page = opened(written(name), width=360)
    assert width_of(page) <= 360
    assert page.evaluate(CUT) == []
    unfold(page)
    assert width_of(page) <= 360
    assert page.evaluate(CUT) == []


def test_page_is_dark_for_those_who_ask(opened, written, name):
    page = opened(written(name), scheme="dark")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", colour)[:3])) < 150


def test_page_is_whole_without_scripts(opened, written, unfold, name):
    plain = opened(written(name), scripts=False)
    assert plain.locator(".sort, .filter, .hover, [role=application]").count() == 0
    sections = unfold(plain).evaluate(SECTIONS)
    assert len(sections) >= 4
    assert all(len(text) > 20 for text in sections)
    assert plain.locator("summary").count() == plain.locator("details").count()
    page = unfold(opened(written(name)))
    # scripts make tables of what a chart draws; sections have tables of their own
    page.evaluate("document.querySelectorAll('.numbers-of').forEach(e => e.remove())")
    scripted = page.evaluate(SECTIONS)
    words = [set(re.findall(r"\w{4,}", text)) for text in scripted]
    for text, found in zip(sections, words, strict=True):
        assert found - {"Search"} <= set(re.findall(r"\w{4,}", text))


def test_page_prints_whole(opened, written, name):
    page = opened(written(name))
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000
    page.emulate_media(media="print")
    folds = "details:not([open], .contents *, .numbers-of) > :not(summary, .filter)"
    for folded in page.locator(f"{folds}, [hidden=until-found]").all():
        assert folded.is_visible()
    assert page.locator(".filter:visible, .hover:visible, .spot:visible").count() == 0


@pytest.mark.slow  # pages in a browser
def test_hostile_texts_stay_texts(opened, written, unfold, name):
    page = unfold(opened(written(name, hostile=True), width=360))
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert "onerror=alert(1)>" in page.locator(".zoo").inner_text()
    assert width_of(page) <= 360
    for button in page.locator(".sort:visible").all()[:12]:
        button.click()
    for field in page.locator(".filter input:visible").all():
        field.fill("<img src=x onerror=alert(2)>")
    for stop in page.locator("[role=application]:visible").all():
        stop.focus()
        page.keyboard.press("End")
    assert page.locator("img").count() == 0


def test_two_pages_stand_in_one_document(opened, written, tmp_path):
    first, second = (
        re.search(r"<main.*</main>", written(name).read_text("utf-8"), re.S).group()
        for name in ("binary", "regression")
    )
    style = re.search(r"<style>.*?</style>", written("binary").read_text("utf-8"), re.S)
    path = tmp_path / "both.html"
    head = "<!doctype html><html lang=en><meta charset=utf-8><title>Both</title>"
    path.write_text(head + style.group() + first + second, "utf-8")
    page = opened(path)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(set(ids)) == len(ids)
    left, right = page.locator("main").all()
    assert left.locator(".hover").count() == right.locator(".hover").count() == 1
    left.locator("[data-test=scores] .sort").first.click()
    assert left.locator("[aria-sort]").count() == 1
    assert right.locator("[aria-sort]").count() == 0
    assert right.locator("[data-test=scores] .sort .sort").count() == 0
