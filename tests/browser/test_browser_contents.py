"""The contents of a page: beside it on a desk, a menu on a phone; folded sections."""

FAR = "calibration"
"""A section that is folded at first."""


def body_of(page, name):
    return page.locator(f"[data-test={name}] > .body")


def test_first_screen_has_verdict_scores_and_a_picture(opened, written, name):
    page = opened(written(name), width=1200)
    assert page.locator(".verdict .badge").first.bounding_box()["y"] < 300
    picture = page.locator(".chart.wide svg").first.bounding_box()
    assert picture["y"] + picture["height"] < 900


def test_contents_stay_beside_the_page(opened, written):
    page = opened(written("binary"), width=1200)
    links = page.locator(".contents a")
    assert links.count() == page.locator("h2").count()
    assert links.first.is_visible()
    assert not page.locator(".contents summary").is_visible()
    page.evaluate("scrollTo({top: 2500, behavior: 'instant'})")
    assert 0 <= links.first.bounding_box()["y"] < 100
    page.wait_for_selector(".contents [aria-current]")


def test_link_opens_what_is_folded(opened, written):
    page = opened(written("binary"), width=1200)
    assert body_of(page, FAR).get_attribute("hidden") == "until-found"
    page.locator(".contents a", has_text="Calibration").click()
    assert body_of(page, FAR).get_attribute("hidden") is None
    assert page.url.endswith(f"-{FAR}")


def test_address_of_a_section_opens_it(opened, written):
    path = written("binary")
    page = opened(path, width=1200)
    place = page.locator(".contents a", has_text="Calibration").get_attribute("href")
    page.evaluate(f"location.hash = {place!r}")
    folded = "[data-test=calibration] [hidden]"
    page.wait_for_function(f"!document.querySelector('{folded}')")


def test_heading_folds_its_section(opened, written):
    page = opened(written("binary"))
    button = page.locator("[data-test=table] .fold")
    assert page.locator("[data-test=scores]").is_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "false"
    height = "document.querySelector('[data-test=table]').offsetHeight"
    assert page.evaluate(height) < 60


def test_contents_are_a_menu_on_a_phone(opened, written):
    page = opened(written("binary"), width=360)
    links = page.locator(".contents a")
    assert not links.first.is_visible()
    page.locator(".contents summary").click()
    page.locator(".contents a", has_text="Evidence").click()
    assert not links.first.is_visible()
    assert page.locator(".contents summary").is_visible()
    page.wait_for_function("scrollY > 200")
