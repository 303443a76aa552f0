"""Charts: marks say their values to the pointer and to the keyboard."""

import re

START = r"""(line) => {
  const [x, y] = line.getAttribute("d").match(/M([\d.]+),([\d.]+)/).slice(1);
  const at = new DOMPoint(x, y).matrixTransform(line.getScreenCTM());
  return [at.x, at.y];
}"""  # where a line begins, on the screen
CHART = ".chart.wide[role=application]"


def chart(page, mark: str):
    return page.locator(f"[data-test={mark}] {CHART}").first


def note(page) -> str:
    found = page.locator(".hover")
    return found.inner_text() if found.is_visible() else ""


def focus(page, stop) -> None:
    """By the keyboard, so that the focus is one that shows."""
    stop.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert stop.evaluate("e => e === document.activeElement")


def test_mark_says_its_value_under_the_pointer(opened, written, name):
    page = opened(written(name))
    mark = chart(page, "forest").locator("path[aria-label]").first
    mark.hover()
    assert note(page) == mark.get_attribute("aria-label")
    known = "accuracy|mean F1|MASE|R²|bits per character"
    assert re.search(rf": ({known}) −?\d+\.\d{{3}}", note(page))
    page.keyboard.press("Escape")
    assert note(page) == ""


def test_pointer_can_go_into_the_note_and_leave_it(opened, written):
    page = opened(written("binary"))
    chart(page, "forest").locator("path[aria-label]").first.hover()
    said = note(page)
    page.locator(".hover").hover()
    page.wait_for_timeout(400)
    assert note(page) == said
    page.mouse.move(2, 2)
    page.wait_for_timeout(400)
    assert note(page) == ""


def test_point_of_a_line_says_its_value_under_the_pointer(opened, written):
    page = opened(written("regression"))
    found = chart(page, "curve")
    found.scroll_into_view_if_needed()
    x, y = found.locator('path[aria-label="validation"]').evaluate(START)
    page.mouse.move(x + 1, y + 1)
    assert re.fullmatch(r"validation, epoch 1: \d\.\d{3}", note(page))


def test_chart_is_one_tab_stop(opened, written, name):
    page = opened(written(name))
    assert page.locator("svg [tabindex], svg[tabindex]").count() == 0
    stops = page.locator("[role=application]")
    assert stops.count() == page.locator("svg:has([aria-label])").count()
    for label in stops.evaluate_all("all => all.map(e => e.ariaLabel)"):
        assert re.search(r"Marks: \d+\. Arrow keys step through them\.$", label)


def test_arrow_keys_step_through_the_marks(opened, written, name):
    page = opened(written(name))
    stop = chart(page, "forest")
    labels = stop.locator("path[aria-label]").evaluate_all(
        "all => all.map(e => e.ariaLabel)"
    )
    focus(page, stop)
    assert note(page) == labels[0]
    for label in labels[1:]:
        page.keyboard.press("ArrowRight")
        assert note(page) == label
        assert label in page.get_by_role("status").all_text_contents()
        assert page.locator(".spot").is_visible()
    page.keyboard.press("ArrowRight")
    assert note(page) == labels[-1]
    page.keyboard.press("Home")
    assert note(page) == labels[0]
    page.keyboard.press("End")
    assert note(page) == labels[-1]
    page.keyboard.press("Escape")
    assert note(page) == ""
    assert not page.locator(".spot").is_visible()
    page.keyboard.press("ArrowLeft")
    assert note(page) == labels[-1]
    page.keyboard.press("Tab")
    assert note(page) != labels[-1]


def test_lines_are_walked_point_by_point(opened, written):
    page = opened(written("regression"))
    focus(page, chart(page, "curve"))
    assert re.fullmatch(r"training, epoch 1: [\d.]+", note(page))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert re.fullmatch(r"training, epoch 3: [\d.]+", note(page))
    page.keyboard.press("ArrowDown")
    assert re.fullmatch(r"validation, epoch 3: [\d.]+", note(page))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert re.fullmatch(r"training, epoch 2: [\d.]+", note(page))


def test_points_of_a_line_are_those_of_the_results(opened, written, results):
    course = results("forecast")["course"]
    known = dict(zip(course["times"], course["actual"], strict=True))
    page = opened(written("forecast"))
    focus(page, page.locator(f"[data-test=forecast] {CHART}"))
    page.keyboard.press("ArrowDown")
    for _ in range(5):
        time, value = note(page).removeprefix("the series, ").split(": ")
        assert float(value) == known[time]
        page.keyboard.press("ArrowRight")


def test_lines_of_the_probes_say_their_steps(opened, written):
    page = opened(written("check"))
    for stop in page.locator(f"[data-test=probe] {CHART}").all():
        focus(page, stop)
        assert re.search(r", step \d+: \S+$", note(page))


def test_note_stays_on_a_phone(opened, written, name):
    page = opened(written(name), width=360)
    for stop in page.locator(".chart.narrow[role=application]").all():
        focus(page, stop)
        page.keyboard.press("End")
        box = page.locator(".hover").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_numbers_of_a_chart_stand_below_it(opened, written):
    page = opened(written("binary"))
    numbers = page.locator("[data-test=forest] .numbers-of")
    assert numbers.count() == 1
    assert numbers.locator("table").count() == 0
    numbers.locator("summary").click()
    rows = numbers.locator("tbody tr")
    rows.first.wait_for()  # it is written once the browser says that it is open
    assert rows.count() == page.locator("[data-test=scores] tbody tr").count()
    assert "accuracy 0.9" in numbers.inner_text()
    curve = page.locator("[data-test=curve] .numbers-of").first
    curve.locator("summary").click()
    curve.locator("tbody tr").first.wait_for()
    assert "epoch 1" in curve.inner_text()
