"""Skeletons: written into a copy of the project, each is picked up there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from learnable.new import main

ROOT = Path(__file__).parents[2]
FOLDERS = ("baselines", "data", "reports", "tests", "zoo")
FILES = ("__init__.py", "new.py", "pyproject.toml")
SECTIONS = [
    "What it sees",
    "Why it matters",
    "An example",
    "How to fix it",
    "Where it does not apply",
    "Reference",
]
SIDES = {
    "data": ("D", "baselines/rules", "tests/baselines"),
    "preparation": ("P", "zoo/diagnosis/rules", "tests/zoo/diagnosis"),
    "network": ("N", "zoo/diagnosis/rules", "tests/zoo/diagnosis"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project without its benchmarks and docs, to write into."""
    root = tmp_path_factory.mktemp("new") / "learnable"
    for folder in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    for file in FILES:
        shutil.copy(ROOT / file, root)
    return root


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the package of a copy."""
    environment = os.environ | {"PYTHONPATH": str(root.parent)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def new(root: Path, *arguments: str) -> str:
    told = python(root, "-m", "learnable.new", *arguments)
    assert told.returncode == 0, told.stderr
    return told.stdout


def run_tests(root: Path, *arguments: str) -> str:
    told = python(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def test_model_is_listed(copy: Path) -> None:
    assert "wrote zoo/models/my_model.py" in new(copy, "model", "my-model")
    call = "from learnable.zoo.cli import main; main(['list'])"
    listed = python(copy, "-c", call).stdout.partition("datasets")[0]
    assert listed.splitlines()[-1].split()[0] == "my-model"


@pytest.mark.slow  # a process that imports TensorFlow
def test_model_passes_the_tests_of_the_catalog(copy: Path) -> None:
    new(copy, "model", "other-model")
    files = [f"tests/zoo/test_{f}.py" for f in ("model_catalog", "registry", "models")]
    chosen = ("-m", "slow or not slow", "-k", "other-model")
    assert re.search(r"^1\d passed", run_tests(copy, *files, *chosen), re.MULTILINE)


@pytest.mark.parametrize("side", SIDES)
def test_rule_is_three_files(copy: Path, side: str) -> None:
    letter, folder, tests = SIDES[side]
    label, module = f"odd-{side}", f"odd_{side}"
    told = new(copy, "rule", label, "--side", side)
    files = [f"{folder}/{module}.py", f"{folder}/{module}.md"]
    for file in (*files, f"{tests}/test_{module}.py"):
        assert f"wrote {file}" in told
        assert "$" not in (copy / file).read_text("utf-8")
    code, page = (copy / file for file in files)
    head, blank, title, *rest = page.read_text("utf-8").splitlines()
    found = re.fullmatch(rf"# ({letter}\d{{3}}) {label}", head)
    assert found
    assert (blank, bool(title)) == ("", True)
    assert [line[3:] for line in rest if line.startswith("## ")] == SECTIONS
    assert f'@rule("{found[1]}", order=' in code.read_text("utf-8")
    assert f"def {module}(context: " in code.read_text("utf-8")


@pytest.mark.parametrize(
    "side",
    ["data", *(pytest.param(s, marks=pytest.mark.slow) for s in SIDES if s != "data")],
)
def test_rule_is_registered_and_its_test_passes(copy: Path, side: str) -> None:
    _, folder, tests = SIDES[side]
    new(copy, "rule", f"new-{side}", "--side", side)
    module = f"learnable.{folder.replace('/', '.')}.new_{side}"
    call = (
        "from learnable.baselines.rules.registry import RULES, checks;"
        f"print({{RULES[code].label for code in checks({module!r}).values()}})"
    )
    assert f"'new-{side}'" in python(copy, "-c", call).stdout
    assert "1 passed, 1 xfailed" in run_tests(copy, f"{tests}/test_new_{side}.py")


def test_code_is_the_one_after_the_last(copy: Path) -> None:
    codes = [
        new(copy, "rule", f"count-{word}", "--side", "network")
        and (copy / f"zoo/diagnosis/rules/count_{word}.md").read_text("utf-8")[2:6]
        for word in ("one", "two")
    ]
    assert int(codes[1][1:]) == int(codes[0][1:]) + 1
    pages = (ROOT / "zoo" / "diagnosis" / "rules").rglob("*.md")
    assert not {page.read_text("utf-8")[2:6] for page in pages} & {*codes}


@pytest.mark.slow  # whole processes
def test_baseline_of_the_printed_lines_is_in_the_catalog(copy: Path) -> None:
    told = new(copy, "baseline", "my-baseline")
    function = told[told.index("def _") : told.index("to each list")]
    (entry,) = re.findall(r"^    Baseline\(.*\n", told, re.MULTILINE)
    path = copy / "baselines" / "estimators" / "catalog.py"
    text = path.read_text("utf-8")
    head = "_CLASSES = (\n"
    path.write_text(text.replace(head, f"{function}\n{head}{entry}"), "utf-8")
    call = (
        "from learnable import baselines_for, load; data = load('iris');"
        "print(baselines_for(data)['my-baseline'].fit(data.x, data.y))"
    )
    assert "KNeighborsClassifier" in python(copy, "-c", call).stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("model", "mlp"), "zoo/models/mlp.py exists already"),
        (("model", "card"), "zoo/models/card.py exists already"),
        (("model", "2-units"), "'2-units' is no name"),
        (("model", "My_Model"), "'My_Model' is no name"),
        (("model", "../above"), "'../above' is no name"),
        (("model", "lambda"), "'lambda' is no name"),
        (("rule", "leak", "--side", "data"), "the name 'leak' is taken"),
        (("rule", "odd-2", "--side", "data"), "small letters with - between"),
        (("baseline", "forest"), "the name 'forest' is taken"),
        (("baseline", "input-steps"), "the name 'input-steps' is taken"),
    ],
)
def test_refusal_is_one_line(arguments: tuple[str, ...], reason: str) -> None:
    told = CliRunner().invoke(main, arguments)
    assert told.exit_code == 2
    (line,) = told.stderr.splitlines()
    assert reason in line


def test_installed_package_is_left_alone(copy: Path, tmp_path: Path) -> None:
    root = tmp_path / "learnable"
    ignored = shutil.ignore_patterns("__pycache__", "pyproject.toml", "tests")
    shutil.copytree(copy, root, ignore=ignored)
    told = python(root, "-m", "learnable.new", "model", "another")
    assert told.returncode == 2
    assert "no checkout" in told.stderr
    assert not (root / "zoo" / "models" / "another.py").exists()
