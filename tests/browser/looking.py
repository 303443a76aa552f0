"""How pages are looked at, for several tests."""

from functools import cache
from typing import Any

import pytest

LEVELS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
RUN = """async (levels) => {
  const found = await axe.run(document, {runOnly: levels, resultTypes: ["violations"]});
  const grave = ({impact}) => ["serious", "critical"].includes(impact);
  const told = found.violations.filter(grave);
  const passed = found.passes.map((rule) => rule.id);
  return [told.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`), passed];
}"""
# Texts that stick out of the screen, or are cut by their own box.
CUT = """() => {
  const found = [];
  for (const element of document.querySelectorAll(".zoo *:not(script)")) {
    if (element.closest(".scroll, pre, svg, .unseen, .hover")) continue;
    const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const box = element.getBoundingClientRect();
    const hides = getComputedStyle(element).overflowX !== "visible";
    const cut = hides && element.scrollWidth > element.clientWidth + 1;
    if (text && box.width && (box.right > innerWidth + 1 || box.left < -1 || cut))
      found.push(element.outerHTML.slice(0, 200));
  }
  return found;
}"""


@cache
def axe() -> str:
    found = pytest.importorskip("axe_playwright_python.base", reason="no axe here")
    return found.AXE_FILE_PATH.read_text("utf-8")


def width_of(page: Any) -> int:
    return page.evaluate("document.scrollingElement.scrollWidth")
