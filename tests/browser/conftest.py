"""Pages in a real browser: Chromium, driven by Playwright, without any network."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from learnable.baselines.results.results import Results
from learnable.reports import Report

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.html"))
FAST = {"binary", "check", "forecast"}
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "\u202eabc]]><svg onload=alert(1)>",
    "x" * 5_000,
)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api", reason="no playwright here")
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(CHROMIUM)} is installed")
    with driver.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


@dataclass
class Opened:
    """A page and all that it did beside being shown."""

    page: Any
    path: Path
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", self._asked)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _asked(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def assert_quiet(self) -> None:
        assert self.errors == []
        assert self.dialogs == []
        assert self.requests == [self.path.as_uri()]


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """``opened(path)`` shows a file; it must have kept quiet when the test is over."""
    shown: list[Opened] = []

    def show(path: Path, *, width: int = 1100, scheme: str = "light", scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        found = Opened(context.new_page(), path)
        shown.append(found)
        found.watch()
        found.page.goto(path.as_uri())
        return found.page

    yield show
    for found in shown:
        found.page.context.close()
    for found in shown:
        found.assert_quiet()


@cache
def example(name: str) -> dict[str, Any]:
    """The results of a real run, as they stand in its page among the examples."""
    page = (EXAMPLES / f"{name}.html").read_text("utf-8")
    inside = re.search(r'data-test="results">(.*?)</script>', page, re.S)
    assert inside is not None
    return json.loads(inside.group(1))


@pytest.fixture(scope="session")
def results() -> Callable[[str], dict[str, Any]]:
    """``results("forecast")``: what the run of an example found."""
    return example


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """``written("forecast")``: its page, made anew from the results of the example."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def write(name: str, *, hostile: bool = False) -> Path:
        facts = example(name)
        if hostile:
            facts = with_texts(facts, _names(facts))
        path = folder / f"{name}{'-hostile' * hostile}.html"
        Report(Results.from_dict(facts)).to_html(path)
        return path

    return write


def _names(facts: dict[str, Any]) -> dict[str, str]:
    """What a user can name, each with a text that would do harm as markup."""
    about = facts["about"]
    named = [about["title"], about["target"], about["source"], facts["command"]]
    named += [label for label in about["classes"] if len(label) > 1]  # "p" is a key too
    named += [network["name"] for network in facts["networks"]]
    for finding in facts["findings"]:
        named += finding["columns"]
    if facts["diagnosis"]:
        named.append(facts["diagnosis"]["script"])
    texts = cycle(HOSTILE)
    return {name: f"{next(texts)}{i}" for i, name in enumerate(dict.fromkeys(named))}


def with_texts(found: Any, texts: dict[str, str]) -> Any:
    """The same facts, their names replaced wherever they stand."""
    if isinstance(found, dict):
        return {texts.get(k, k): with_texts(v, texts) for k, v in found.items()}
    if isinstance(found, list):
        return [with_texts(value, texts) for value in found]
    return texts.get(found, found) if isinstance(found, str) else found


@pytest.fixture(scope="session")
def unfold() -> Callable[[Any], Any]:
    """The same page with all that is folded away in view."""

    def open_all(page: Any) -> Any:
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true);"
            "document.querySelectorAll('.fold[aria-expanded=false]')"
            ".forEach(button => button.click())"
        )
        return page

    return open_all


@pytest.fixture(scope="session")
def names() -> list[str]:
    return NAMES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for ``name`` runs on the page of each task.

    Where the page is made anew, those that share most of their sections are slow.
    """
    if "name" in metafunc.fixturenames:
        slow = set(NAMES) - FAST if "written" in metafunc.fixturenames else set()
        marks = {name: [pytest.mark.slow] if name in slow else [] for name in NAMES}
        metafunc.parametrize("name", [pytest.param(n, marks=marks[n]) for n in NAMES])
