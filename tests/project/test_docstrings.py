"""Docstrings describe parameters that are there, and begin with what is done."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("data", "baselines", "reports", "zoo")
_PARAMETERS = re.compile(
    r"\n *Parameters\n *-+\n(.*?)(?:\n *[A-Z]\w+\n *-+\n|\Z)", re.S
)
_FIRST = re.compile(r"(What|Of|How|Where|As|Whose)\b")
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def documented() -> list[tuple[str, Documented, str]]:
    return [*found_in_files()]


def found_in_files() -> Iterator[tuple[str, Documented, str]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                text = ast.get_docstring(node) if isinstance(node, Documented) else None
                if text:
                    place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                    yield place, node, text


def described(text: str) -> list[str]:
    """The names before a colon at the margin of the section on parameters."""
    found = _PARAMETERS.search(f"\n{text}")
    lines = found[1].splitlines() if found else []
    names = [line.split(" : ")[0] for line in lines if re.match(r"[*\w]", line)]
    return [name.strip().lstrip("*") for line in names for name in line.split(",")]


def known(node: Documented) -> set[str]:
    """Names that may be described: arguments, or the fields of a class."""
    if isinstance(node, ast.ClassDef):
        fields = {
            inner.target.id
            for inner in node.body
            if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name)
        }
        starts = [n for n in node.body if isinstance(n, ast.FunctionDef)]
        made = [n for n in starts if n.name == "__init__"]
        return fields.union(*(known(start) for start in made))
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    more = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return {argument.arg for argument in (*every, *more)}


def test_described_parameters_are_there() -> None:
    wrong = [
        f"{place}: {name}"
        for place, node, text in documented()
        for name in described(text)
        # a class that inherits has the parameters of those above it
        if name not in known(node) and not getattr(node, "bases", [])
    ]
    assert not wrong, "\n".join(wrong)


def test_first_lines_say_what_is_done() -> None:
    """An imperative or a noun phrase, by PEP 257 and numpydoc."""
    assert not [place for place, _, text in documented() if _FIRST.match(text)]
