"""What is installed is what the folders hold."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("data", "zoo", "baselines", "reports")
MODULES = ("__init__.py", "__main__.py", "new.py")
"""Of the root, besides its folders."""
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def shipped() -> set[str]:
    """Names in an archive of what the folders hold, but for pages on the folders."""
    files = (p for folder in FOLDERS for p in (ROOT / folder).rglob("*") if p.is_file())
    kept = [p for p in files if "__pycache__" not in p.parts and p.name != "README.md"]
    root = [ROOT / name for name in (*MODULES, "py.typed")]
    return {f"learnable/{p.relative_to(ROOT).as_posix()}" for p in [*kept, *root]}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that the folders make."""
    pytest.importorskip("setuptools", minversion="77", reason="builds an archive")
    folder = tmp_path_factory.mktemp("archive")
    copy = folder / "copy"
    for name in FOLDERS:
        shutil.copytree(
            ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("README.md", "LICENSE", "pyproject.toml", "setup.py", "py.typed"):
        shutil.copy(ROOT / name, copy)
    for name in MODULES:
        shutil.copy(ROOT / name, copy)
    code = "from setuptools import build_meta; build_meta.build_wheel('..')"
    subprocess.run(
        [sys.executable, "-c", code], cwd=copy, check=True, capture_output=True
    )
    (made,) = folder.glob("*.whl")
    return made


def test_archive_holds_what_the_folders_hold(archive) -> None:
    """Modules, pages, templates and data; no test, and nothing of the set-up."""
    names = set(zipfile.ZipFile(archive).namelist())
    assert {name for name in names if ".dist-info/" not in name} == shipped()


@pytest.mark.slow  # a training
def test_archive_is_enough_in_an_empty_folder(archive, tmp_path) -> None:
    site, here = tmp_path / "site", tmp_path / "here"
    here.mkdir()
    zipfile.ZipFile(archive).extractall(site)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(here),
        "PYTHONPATH": str(site),
    }

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=here,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def zoo(*arguments: str) -> str:
        return python("-m", "learnable", *arguments)

    code = "import learnable; print(*learnable.__path__)"
    assert python("-c", code).strip() == str(site / "learnable")
    zoo("data", "iris", "--to", "iris.csv")
    assert "signal. " in zoo("baseline", "iris.csv", "--target", "species")
    assert "network-" in zoo("train", "rgb-softmax", "--set", "epochs=2")
    assert {path.name for path in here.iterdir()} >= {"iris.csv", "runs"}
    assert len([*here.glob("runs/*/report.html")]) == 2


def test_every_folder_of_modules_is_a_package() -> None:
    modules = (p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))
    assert not {p.parent for p in modules if not (p.parent / "__init__.py").exists()}


def test_root_holds_few_modules() -> None:
    assert {p.name for p in ROOT.glob("*.py")} == {*MODULES, "setup.py"}


def test_versions_agree() -> None:
    import learnable

    assert SETTINGS["project"]["version"] == learnable.__version__


def test_dependencies_are_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if not line.startswith("#")}
    asked = [
        *SETTINGS["project"]["dependencies"],
        *SETTINGS["project"]["optional-dependencies"]["dev"],
    ]
    names = {a.split("[")[0].split(">")[0].strip().lower() for a in asked}
    assert names <= pinned


def test_commits_are_checked_as_make_checks() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("$(BIN)", ".venv/bin")
    recipe = makefile.partition("\ncheck: $(READY)\n")[2].partition("\n\n")[0]
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert re.findall(r"entry: (.*)", hooks) == recipe.replace("\t", "").splitlines()


def test_package_stays_small() -> None:
    files = [p for f in FOLDERS for p in (ROOT / f).rglob("*") if p.is_file()]
    kept = [p for p in files if "__pycache__" not in p.parts]
    sizes = [path.stat().st_size for path in kept]
    assert max(sizes) < 100_000, "data that a catalog can fetch"
    assert sum(sizes) < 3_300_000, "code and pages, which grow with the rules"
