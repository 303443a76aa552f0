"""Tables: sorted by a column, searched by a word; with the pointer and the keyboard."""

import html
from pathlib import Path

import pytest
from learnable.reports.html import script, style

ORDERS = {
    "minus": ["0.3", "−0.12", "–", "2", "+0.4", "−1.5"],
    "commas": ["1,234", "56", "12,345,678", "", "999"],
    "percent": ["45.1 %", "100.0 %", "–", "5.0 %", "9.9 %"],
    "p": [".004", "< .001", ".049", "p –", ".001"],
    "times": ["2 min 5 s", "3 ms", "0.8 s", "1 h 4 min", "< 1 ms", "12 s", "1 ms"],
    "powers": ["1.2e−05", "0.3", "4.5e+06", "−1.0e+04"],
    "intervals": ["0.2 to 0.4", "−0.1 to 0.3", "", "0.15 to 0.2"],
    "names": ["layer 10", "Layer 2", "énorme", "zebra", "apple"],
}
ASCENDING = {
    "minus": ["−1.5", "−0.12", "0.3", "+0.4", "2", "–"],
    "commas": ["56", "999", "1,234", "12,345,678", ""],
    "percent": ["5.0 %", "9.9 %", "45.1 %", "100.0 %", "–"],
    "p": ["< .001", ".001", ".004", ".049", "p –"],
    "times": ["< 1 ms", "1 ms", "3 ms", "0.8 s", "12 s", "2 min 5 s", "1 h 4 min"],
    "powers": ["−1.0e+04", "1.2e−05", "0.3", "4.5e+06"],
    "intervals": ["−0.1 to 0.3", "0.15 to 0.2", "0.2 to 0.4", ""],
    "names": ["apple", "énorme", "Layer 2", "layer 10", "zebra"],
}
MISSING = ("", "–", "p –")
FIRST = "rows => rows.map(row => row.cells[0].textContent)"


def table(rows: list[str], head: str = "Value") -> str:
    cells = "".join(f"<tr><td>{html.escape(row)}</td></tr>" for row in rows)
    return (
        f"<div class=scroll><table><caption>Things</caption><thead><tr>"
        f"<th scope=col>{head}</th></tr></thead><tbody>{cells}</tbody></table></div>"
    )


@pytest.fixture
def shown(opened, tmp_path):
    """A page of one table, with the script of all pages."""

    def show(body: str):
        path = Path(tmp_path / "page.html")
        head = "<!doctype html><html lang=en><meta charset=utf-8><title>T</title>"
        main = f"<main class=zoo>{body}<script>{script()}</script></main>"
        path.write_text(f"{head}<style>{style()}</style>{main}", "utf-8")
        return opened(path)

    return show


def column(page) -> list[str]:
    return page.locator("tbody tr:visible").evaluate_all(FIRST)


@pytest.mark.parametrize("kind", ORDERS)
def test_values_are_sorted_as_they_are_read(shown, kind):
    page = shown(table(ORDERS[kind]))
    head, button = page.locator("th"), page.get_by_role("button", name="Value")
    button.click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(page) == ASCENDING[kind]
    button.click()
    assert head.get_attribute("aria-sort") == "descending"
    known = [text for text in ASCENDING[kind] if text not in MISSING]
    gaps = [text for text in ASCENDING[kind] if text in MISSING]
    assert column(page) == known[::-1] + gaps
    button.click()
    assert head.get_attribute("aria-sort") is None
    assert column(page) == ORDERS[kind]


def test_keyboard_sorts_and_is_told(shown):
    page = shown(table(["2", "10", "1"]))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "sort"
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert column(page) == ["10", "2", "1"]
    told = page.get_by_role("status").all_text_contents()
    assert "Sorted by Value, descending." in told
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_search_keeps_rows_with_all_words(shown):
    page = shown(table([f"Layer {i}, −{i}" for i in range(20)]))
    field = page.get_by_role("searchbox", name="Search these rows: Things")
    field.fill("LAYER 1,")
    assert column(page) == ["Layer 1, −1", "Layer 11, −11"]
    assert "2 of 20 rows" in page.get_by_role("status").all_text_contents()
    field.fill("-7 layer")
    assert column(page) == ["Layer 7, −7"]
    field.fill("nothing")
    assert column(page) == []
    field.fill("")
    assert len(column(page)) == 20


def test_search_outlives_a_sort(shown):
    page = shown(table([f"row {i}" for i in range(12)]))
    page.get_by_role("searchbox").fill("1")
    page.locator(".sort").click()
    page.locator(".sort").click()
    assert column(page) == ["row 11", "row 10", "row 1"]


def test_small_tables_have_no_search(shown):
    page = shown(table([str(i) for i in range(8)]) + table(["alone"], "One"))
    assert page.locator(".filter").count() == 0
    assert page.locator(".sort").count() == 1


# Of each table: its rows before and after a click on its last header, both in order.
SORT_ALL = """() => [...document.querySelectorAll("table:has(.sort)")].map((table) => {
  const rows = () => [...table.rows].map((row) => row.textContent).slice(1);
  const foot = () => table.tFoot && table.tFoot.textContent;
  const before = [rows().sort(), foot()];
  [...table.querySelectorAll(".sort")].at(-1).click();
  const sorted = table.querySelectorAll("[aria-sort=ascending]").length;
  return [before, [rows().sort(), foot()], sorted];
})"""


def test_tables_of_a_page_are_sorted_whole(opened, written, name):
    tables = opened(written(name)).evaluate(SORT_ALL)
    assert tables
    for before, after, sorted_by in tables:
        assert before == after
        assert sorted_by == 1


def test_scores_are_sorted_by_number(opened, written, name):
    page = opened(written(name))
    found = page.locator("[data-test=scores]")
    found.locator(".sort").nth(1).click()
    texts = found.locator("tbody tr td:nth-child(2)").all_inner_texts()
    numbers = [float(text.replace("−", "-")) for text in texts if text != "–"]
    assert numbers == sorted(numbers)
    assert len(numbers) >= 4


def test_long_tables_of_a_page_are_searched(opened, written):
    page = opened(written("characters"))
    box = page.locator("[data-test=balance] .filter")
    field = box.get_by_role("searchbox")
    field.fill("space")
    rows = page.locator("[data-test=balance] tbody tr:visible")
    assert rows.count() >= 1
    assert all("space" in text for text in rows.all_inner_texts())
    assert " of " in box.get_by_role("status").inner_text()


def test_what_scrolls_is_reached_by_keyboard(opened, written, unfold, name):
    page = unfold(opened(written(name), width=360))
    page.wait_for_timeout(50)  # until sizes are known
    wide = page.locator(".scroll, pre").evaluate_all(
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1)"
        ".map(e => [e.tabIndex, e.getAttribute('role'), e.getAttribute('aria-label')])"
    )
    for tab, role, label in wide:
        assert tab == 0
        assert label
        assert role in ("region", "application", None)
