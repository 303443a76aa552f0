"""Imports between the folders point down only, and are written relative."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BELOW = {  # a part of the tree -> the parts it may import
    "data": set(),
    "baselines": {"data"},
    "zoo": {"data"},
    "reports": {"data", "baselines"},
    "zoo/cli": {"data", "baselines", "zoo", "reports"},
    "zoo/results": {"data", "baselines", "zoo", "reports"},
}


def part(path: Path) -> str:
    """The most specific part that holds this file."""
    name = path.relative_to(ROOT).as_posix()
    return max((p for p in BELOW if name.startswith(p + "/")), key=len)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(level, first name) of every import in the file; level 0 is absolute."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.level, (node.module or "").split(".")[0]
        elif isinstance(node, ast.Import):
            yield from ((0, alias.name.split(".")[0]) for alias in node.names)


FILES = sorted(p for folder in BELOW for p in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_point_down(path: Path) -> None:
    depth = len(path.relative_to(ROOT).parts)
    own = part(path)
    for level, name in imports(path):
        assert level or name not in {*BELOW, "learnable"}, f"write {name} relative"
        if level == depth and name:  # an empty name is the root package itself
            assert name in BELOW[own] | {own}, f"{own} must not import {name}"


def test_reports_know_no_estimator() -> None:
    found = {name for p in (ROOT / "reports").rglob("*.py") for _, name in imports(p)}
    assert not found & {"keras", "tensorflow", "sklearn"}


def test_baselines_know_no_keras() -> None:
    found = {name for p in (ROOT / "baselines").rglob("*.py") for _, name in imports(p)}
    assert not found & {"keras", "tensorflow"}
