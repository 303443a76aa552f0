"""What axe-core finds on every page: nothing serious."""

import pytest
from looking import LEVELS, RUN, axe

PALE = "document.querySelector('h1').style.color = '#ccc'"
NAMELESS = "document.querySelector('.zoo').append(document.createElement('button'))"


@pytest.mark.slow
def test_axe_finds_nothing_serious(opened, written, unfold, name):
    source = axe()
    page = unfold(opened(written(name)))
    page.evaluate(source)
    for scheme, width in (("light", 1100), ("dark", 1100), ("light", 360)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(50)  # until what scrolls is known
        found, passed = page.evaluate(RUN, LEVELS)
        assert found == [], (scheme, width)
        assert {"color-contrast", "target-size"} <= set(passed)


def test_axe_finds_what_is_wrong(opened, written):
    """The test above can fail: the same page with a pale text and a nameless button."""
    source = axe()
    page = opened(written("no-signal"))
    page.evaluate(PALE)
    page.evaluate(NAMELESS)
    page.evaluate(source)
    found, _ = page.evaluate(RUN, LEVELS)
    assert {text.split(":")[0] for text in found} == {"color-contrast", "button-name"}


def test_no_tone_stands_without_a_word(opened, written, unfold, name):
    """Good, bad and warn are not all told apart by every eye."""
    page = unfold(opened(written(name)))
    words = page.locator(".badge").all_inner_texts()
    words += page.locator("*:has(> .dot)").all_inner_texts()
    assert words
    assert all(text.strip() for text in words)
