"""Imports point down, are written relative, and form no circle."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("data", "baselines", "reports", "zoo")
NETWORK = {"data", "zoo", "zoo/models", "zoo/networks", "zoo/training"}
FACTS = {"baselines/results", "baselines/rules"}
"""The schema of what is found, and the registry of rules: of both halves."""
DATA = {"data", "baselines", "reports"} | FACTS
BELOW = {  # a part of the tree -> the parts it may import
    "data": {"data"},
    "baselines": {"data"} | FACTS,
    "baselines/results": {"data", "baselines"},
    "baselines/rules": {"data", "baselines", "baselines/results"},
    "reports": {"data", "baselines"} | FACTS,
    "zoo": {"data", "zoo/models"},  # registry, recipe, experiment, run_files ...
    "zoo/models": {"data", "zoo", "zoo/networks"},
    "zoo/training": {"data", "zoo"},
    "zoo/networks": {"data", "zoo", "zoo/training"},
    "zoo/diagnosis": NETWORK | FACTS,
    # what a person sees: above all, for its words are those of the reports
    "zoo/console.py": DATA | {"zoo"},
    "zoo/results_table.py": DATA | {"zoo", "zoo/console.py"},
    "zoo/results": DATA | NETWORK,
    "zoo/runs": DATA | NETWORK | {"zoo/console.py", "zoo/results_table.py"},
}
BELOW["zoo/experiments"] = {*BELOW, "zoo/runs"}
BELOW["zoo/check"] = {*BELOW, "zoo/experiments"}
BELOW["zoo/cli"] = {*BELOW, "zoo/check"}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def part(path: Path) -> str:
    """The most specific part that holds this file."""
    name = path.relative_to(ROOT).as_posix()
    return max((p for p in BELOW if name == p or name.startswith(p + "/")), key=len)


def files() -> list[Path]:
    return sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))


@cache
def imported(path: Path) -> list[tuple[Path, bool]]:
    """Files of ours that a file imports, and whether only for its types."""
    tree = parsed(path)
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    return [
        (file, id(node) in for_types)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
        for file in _files_of(path, node)
    ]


def _files_of(path: Path, node: ast.ImportFrom) -> Iterator[Path]:
    folder = path.parents[node.level - 1]
    home = folder.joinpath(*(node.module or "").split("."))
    for alias in node.names:
        for found in (home / f"{alias.name}.py", home / alias.name / "__init__.py"):
            if found.is_file():
                yield found
                break
        else:
            file = home.with_suffix(".py")
            yield file if file.is_file() else home / "__init__.py"


def test_imports_point_down() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {file.relative_to(ROOT)}"
        for path in files()
        for file, _ in imported(path)
        if file != ROOT / "__init__.py"
        and part(file) not in BELOW[part(path)] | {part(path)}
    ]
    assert not wrong


def test_nothing_looks_back_at_the_root() -> None:
    root = ROOT / "__init__.py"
    assert not [path for path in files() if root in (f for f, _ in imported(path))]


def test_own_imports_are_relative() -> None:
    names = {*FOLDERS, "learnable"}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files()
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.ImportFrom) and not node.level
            and str(node.module).split(".")[0] in names)
        or (isinstance(node, ast.Import)
            and {alias.name.split(".")[0] for alias in node.names} & names)
    ]  # fmt: skip
    assert not wrong


def test_there_is_no_circle() -> None:
    """Nor one by imports within functions; types alone may look both ways."""
    below = defaultdict(set)
    for path in files():
        below[path] = {f for f, types in imported(path) if not types and f != path}
    done: set[Path] = set()

    def walk(path: Path, way: tuple[Path, ...]) -> None:
        circle = [p.relative_to(ROOT).as_posix() for p in (*way, path)]
        assert path not in way, " -> ".join(circle[way.index(path) :])
        if path not in done:
            for file in sorted(below[path]):
                walk(file, (*way, path))
            done.add(path)

    for path in files():
        walk(path, ())


def imports(path: Path) -> Iterator[str]:
    """First names of what a file imports from elsewhere."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)


def test_reports_know_no_estimator() -> None:
    found = {name for p in (ROOT / "reports").rglob("*.py") for name in imports(p)}
    assert not found & {"keras", "tensorflow", "sklearn"}


def test_baselines_know_no_keras() -> None:
    found = {name for p in (ROOT / "baselines").rglob("*.py") for name in imports(p)}
    assert not found & {"keras", "tensorflow"}


SHARED_NAMES = {
    "main": "what every program has",
    "list_command": "zoo list, and zoo runs list",
    "show_command": "zoo show, and zoo runs show",
    "class_imbalance": "one rule, D310, for a table and for the rows of a script",
}
"""Public names that stand in several modules, and why."""


def public_names(path: Path) -> Iterator[str]:
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
        else:
            continue
        yield from (name for name in names if not name.startswith("_"))


def test_a_public_name_stands_in_one_module() -> None:
    """A model's file has the same names as every other model's."""
    modules = defaultdict(set)
    for path in files():
        if ROOT / "zoo" / "models" not in path.parents:
            for name in public_names(path):
                modules[name].add(path.relative_to(ROOT).as_posix())
    several = {name: found for name, found in modules.items() if len(found) > 1}
    assert not {n: found for n, found in several.items() if n not in SHARED_NAMES}
