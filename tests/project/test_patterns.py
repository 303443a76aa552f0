"""No pattern takes longer than its text is long: texts come from anybody."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("baselines", "data", "reports", "zoo")
ANCHORED = frozenset({"match", "fullmatch"})

# the only reader of patterns that Python has, and it is not public
parser: Any = re._parser  # type: ignore[attr-defined]
REPEATS = {parser.MAX_REPEAT, parser.MIN_REPEAT}
WITHOUT_WIDTH = {parser.AT, parser.ASSERT, parser.ASSERT_NOT}


def patterns() -> Iterator[tuple[str, str, str]]:
    """Place, function of `re` and pattern of each that is written as it stands."""
    for file in (f for folder in FOLDERS for f in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                place = f"{file.relative_to(ROOT)}:{node.lineno}"
                yield place, node.func.attr, str(node.args[0].value)


def without_end(operator: Any, argument: Any) -> bool:
    return operator in REPEATS and argument[1] is parser.MAXREPEAT


def inner(argument: Any) -> Iterator[Any]:
    """The parts of a pattern's item that are patterns."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for part in argument:
            yield from inner(part)


def nested(pattern: Any, *, within: bool = False) -> bool:
    """Whether a repeat without end holds another: both share out the same letters."""
    for operator, argument in pattern:
        endless = without_end(operator, argument)
        if within and endless:
            return True
        if any(nested(part, within=within or endless) for part in inner(argument)):
            return True
    return False


def starts_endless(pattern: Any) -> bool:
    """Whether a search can begin anywhere in what the first item takes in."""
    for operator, argument in pattern:
        if operator in WITHOUT_WIDTH:
            return False  # a boundary or a look behind: few places to begin at
        if operator is parser.SUBPATTERN:
            return starts_endless(argument[3])
        return without_end(operator, argument)
    return False


def may_fail_behind(pattern: Any) -> bool:
    """Whether what follows the first item may be missing, so that a search goes on."""
    return pattern[1:].getwidth()[0] > 0


@pytest.mark.parametrize(
    ("pattern", "slow"),
    [(r"(\w+)\.x", True), (r"\b(\w+)\.x", False), (r"(a+)+b", True), (r"x\w*y", False)],
)
def test_slow_patterns_are_known(pattern: str, slow: bool) -> None:
    assert is_slow("search", pattern) is slow


def is_slow(function: str, pattern: str) -> bool:
    parsed = parser.parse(pattern)
    searched = function not in ANCHORED and starts_endless(parsed)
    return nested(parsed) or (searched and may_fail_behind(parsed))


def test_no_pattern_is_slow() -> None:
    found = list(patterns())
    assert len(found) > 30
    assert not [where for where, function, text in found if is_slow(function, text)]
