"""Takes docs/screens/*.png, pictures of the pages in docs/examples, with Chromium."""

import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
SCREENS: dict[str, tuple[str, dict[str, Any]]] = {
    "report": ("binary", {"viewport": {"width": 1200, "height": 900}}),
    "check": ("check", {"viewport": {"width": 1000, "height": 1000}}),
    "chart": ("forecast", {"viewport": {"width": 1000, "height": 560}}),
    "table": ("multilabel", {"viewport": {"width": 1000, "height": 420}}),
    "phone": ("multiclass", {"viewport": {"width": 360, "height": 780}}),
    "dark": (
        "regression",
        {"viewport": {"width": 1000, "height": 760}, "color_scheme": "dark"},
    ),
}
"""Name of the picture -> page, and how it is looked at."""


def show_point(page: Page) -> None:
    """The keyboard on a point of the best forecast."""
    stop = page.locator("[data-test=forecast] .chart.wide")
    to_top(page, "[data-test=forecast]")
    stop.focus()
    for key in ["Shift+Tab", "Tab", *["ArrowDown"] * 3, *["ArrowRight"] * 8]:
        page.keyboard.press(key)


def sort_scores(page: Page) -> None:
    """The scores, lowest log loss first."""
    to_top(page, "[data-test=scores]")
    page.locator("[data-test=scores] .sort").nth(3).click()
    page.mouse.move(0, 0)


def to_top(page: Page, mark: str) -> None:
    page.locator(mark).evaluate("e => scrollTo(0, e.getBoundingClientRect().top - 20)")


BEFORE = {"chart": show_point, "table": sort_scores}


def take(page: Page, name: str, path: Path) -> None:
    if name in BEFORE:
        BEFORE[name](page)
    page.screenshot(path=path)


def main() -> None:
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if found is None:
        sys.exit("chromium is not installed; the pictures stay as they are")
    folder = HERE / "screens"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (example, look) in SCREENS.items():
            page = browser.new_page(**look)
            page.goto((HERE / "examples" / f"{example}.html").as_uri())
            take(page, name, folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
