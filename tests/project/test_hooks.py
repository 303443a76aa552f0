"""``docs/hooks.md`` lists what rests on the inside of other libraries, and no more."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hooks.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([\w.]+)` \|(.*)\|$", PAGE, re.MULTILINE)
TREES = [
    ast.parse(path.read_text("utf-8"))
    for part in ("data", "baselines", "reports", "zoo")
    for path in (ROOT / part).rglob("*.py")
]
NODES = [node for tree in TREES for node in ast.walk(tree)]
OF_PYTHON = {"_getframe", "_exit", "_typeshed"}
"""Documented by Python itself."""


def is_private(name: object) -> bool:
    return isinstance(name, str) and bool(re.match(r"_[a-z]", name))


def own_names() -> set[str]:
    """Private names that we define ourselves."""
    found = set()
    for node in NODES:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
    return found


def asked_names() -> Iterator[str]:
    """Names of attributes, whether written with a dot or asked by ``getattr``."""
    for node in NODES:
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
            name = node.args[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value


def imported_modules() -> Iterator[str]:
    for node in NODES:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_private_names_of_others_are_listed() -> None:
    listed = {name for name, _ in ROWS}
    attributes = set(filter(is_private, asked_names())) - own_names() - OF_PYTHON
    modules = {m for m in imported_modules() if any(map(is_private, m.split(".")))}
    assert (attributes | modules) - OF_PYTHON <= listed


def test_what_is_listed_is_in_the_code() -> None:
    texts = {n.value for n in NODES if isinstance(n, ast.Constant)}
    known = {*asked_names(), *imported_modules()}
    known |= {text.rstrip(".") for text in texts if isinstance(text, str)}
    assert {name for name, _ in ROWS} <= known


def test_each_has_its_tests() -> None:
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert set(re.findall(r"`(test_\w+\.py)`", PAGE)) <= there
    for name, rest in ROWS:
        assert re.search(r"`test_\w+\.py`", rest), name


def test_replaced_methods_are_listed() -> None:
    path = ROOT / "zoo" / "diagnosis" / "record" / "recorder.py"
    hooks = re.findall(
        r'\((?:keras|tensorflow)\.(?:\w+\.)*(\w+), "(\w+)", ', path.read_text("utf-8")
    )
    assert len(hooks) > 10
    told = PAGE.partition("## Public methods")[2]
    for kind, name in hooks:
        assert f"`{kind}.{name}`" in told or f"`{name}`" in told, (kind, name)
